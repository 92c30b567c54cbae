import { afterEach, expect, test, vi } from 'vitest';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

vi.mock('../../src/browser.ts', () => ({
  browser: { runtime: { getURL: (path: string) => `chrome-extension://abc/${path}` } },
}));

const { createAtlasFile } = await import('../../src/storage/atlas-file.ts');

const asked: string[] = [];

/** The package's files, as the browser answers: each time with the next of these. */
function filesAre(...answers: readonly (() => Response)[]): void {
  const left = [...answers];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    const next = left.shift();
    if (!next) throw new TypeError('Failed to fetch');
    return next();
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  asked.length = 0;
});

test('the atlas is read out of the package once, whoever asks and how often', async () => {
  filesAre(() => Response.json(WHOLE_ATLAS));
  const read = createAtlasFile();

  const [first, second] = await Promise.all([read(), read()]);

  expect(await read()).toBe(first);
  expect(second).toBe(first);
  expect(first).toEqual(WHOLE_ATLAS);
  expect(asked).toEqual(['chrome-extension://abc/atlas.json']);
});

test.each<[string, () => Response]>([
  [
    'that is not there',
    () => {
      throw new TypeError('Failed to fetch');
    },
  ],
  ['that ends in the middle', () => new Response(JSON.stringify(WHOLE_ATLAS).slice(0, 1_000))],
  ['that is empty', () => new Response('')],
  ['that holds something else', () => Response.json({})],
])('a file %s is no atlas, and is asked for again when one is wanted', async (_which, broken) => {
  filesAre(broken, () => Response.json(WHOLE_ATLAS));
  const read = createAtlasFile();

  expect(await read()).toBeUndefined();
  expect(await read()).toEqual(WHOLE_ATLAS);
});
