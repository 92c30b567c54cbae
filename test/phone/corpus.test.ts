import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { CACHE, ROOT, readTool } from '../tools/project.ts';

/** Third parties' strings and pages with known numbers, kept beside the repository where there is a copy; never part of it. */
const SCORER = join(ROOT, '..', 'shared', 'corpus', 'score.mjs');
const isThere = existsSync(SCORER);
if (!isThere) console.log('skipped: ../shared absent');

interface Row {
  readonly group: string;
  readonly docs: number;
  readonly F1: number | null;
  readonly docsWithFP: number;
}

/** Scores the finder alone, without a browser. Every country is the user's once, as pages are read by people anywhere. */
describe.skipIf(!isThere)('accuracy on texts of the corpus', () => {
  let detector = '';
  beforeAll(async () => {
    mkdirSync(CACHE, { recursive: true });
    // The scorer loads plain JavaScript.
    await build({
      configFile: false,
      root: ROOT,
      logLevel: 'error',
      build: {
        ssr: 'test/phone/corpus-detector.ts',
        outDir: join(CACHE, 'detector'),
        emptyOutDir: true,
        rolldownOptions: { output: { entryFileNames: 'detector.mjs' } },
      },
      ssr: { noExternal: true },
    });
    detector = join(CACHE, 'detector', 'detector.mjs');
  });

  test('published suites and hard negatives, country told', { timeout: 60_000 }, async () => {
    const rows = await score('suite,neg', 'page');
    const negatives = rowOf(rows, 'neg');

    expect(rowOf(rows, 'suite').F1).toBeGreaterThanOrEqual(99.5);
    expect(negatives.docsWithFP / negatives.docs).toBeLessThan(0.006);
  });

  // Pages of thirty countries; what is lost is mostly numbers whose author meant another country than the page shows.
  test.each(process.env.PAGEDIAL_FULL ? ['US', 'DE', 'GB', 'IN', 'BR'] : ['US', 'DE'])(
    'real pages, read by a user in %s',
    { timeout: 60_000 },
    async (country) => {
      const rows = await score('page,annot,sec,crm,negpage', country);

      expect(rowOf(rows, 'REAL').F1).toBeGreaterThanOrEqual(country === 'IN' ? 98.6 : 98.9);
    },
  );

  async function score(groups: string, region: string): Promise<readonly Row[]> {
    const file = join(CACHE, `corpus-text-${region}.json`);
    const args = ['text', detector, '--unit', 'smart', '--groups', groups, '--region', region, '--worst', '0'];
    const { code, out } = await readTool(join('..', '..', 'shared', 'corpus', 'score.mjs'), [...args, '--json', file]);
    if (code !== 0) throw new Error(out);
    return (JSON.parse(readFileSync(file, 'utf8')) as { rows: readonly Row[] }).rows;
  }
});

function rowOf(rows: readonly Row[], name: string): Row {
  const row = rows.find(({ group }) => group.startsWith(name));
  if (row === undefined) throw new Error(`the scorer has no row ${name}`);
  return row;
}
