import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, type TestBrowser } from './harness/launch.ts';
import { numbersOn } from './harness/numbers.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
import { SAMPLED_KINDS } from './harness/sample.ts';
import { importSettings } from './harness/set-up.ts';
import { until } from './harness/until.ts';

const ROWS = Array.from({ length: 400 }, (_, i) => `<tr><td>Row ${i}</td><td>(617) 555-01${10 + (i % 90)}</td></tr>`);
/** A thousand texts a second, as a ticker of prices. */
const PAGE = `<!doctype html><html lang="en"><head><title>Ticker</title></head><body><table>${ROWS.join('')}</table><script>
  const cells = [...document.querySelectorAll('td:first-child')];
  let count = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 10; i++) cells[(count * 7919) % cells.length].firstChild.data = 'Order ' + count++;
  }, 10);
  window.still = () => clearInterval(timer);
</script></body></html>`;

/** In view, one after the other. */
const ROWS_CHANGED = [1, 2, 3, 4, 5] as const;
/** Promised are 100 ms, on any page; the looks that place buttons come once or twice a second then. */
const MARKED_WITHIN_MS = 250;

describe.each(SAMPLED_KINDS)('a page that changes all the time in %s', (kind) => {
  let browser: TestBrowser;
  let server: PageServer;
  beforeAll(async () => {
    server = await startPageServer();
    browser = await launch(kind);
    await importSettings(browser, { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test('is looked at less often and says so, until it is still again; marks follow at once all the same', async () => {
    const page = await browser.open(server.add('/', PAGE));
    const isRestless = async () => (await numbersOn(browser, page))[0]?.restless === true;

    expect(await isRestless()).toBe(false);
    await until('it is looked at less often', isRestless, 30_000);
    expect((await numbersOn(browser, page))[0]?.numbers).toHaveLength(ROWS.length);

    const times: number[] = [];
    for (const row of ROWS_CHANGED) times.push(await page.evaluate(markedAfter, row));
    expect(median(times)).toBeLessThan(MARKED_WITHIN_MS);

    await page.evaluate(() => (window as unknown as { still(): void }).still());
    await until('it is looked at as usual', async () => !(await isRestless()), 30_000);
    await page.close();
  });
});

/** Writes another number into a row, and gives the milliseconds until it is marked. */
function markedAfter(row: number): Promise<number> {
  const text = document.querySelectorAll('td:nth-child(2)')[row]?.firstChild as Text;
  const since = performance.now();
  text.data = '+1 212 555 0123';
  const isMarked = () =>
    [...CSS.highlights.values()].some((highlight) =>
      [...highlight].some((range) => range.startContainer === text && range.endOffset === text.length),
    );
  return new Promise((resolve) => {
    const look = () => (isMarked() ? resolve(performance.now() - since) : setTimeout(look, 4));
    look();
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.POSITIVE_INFINITY;
}
