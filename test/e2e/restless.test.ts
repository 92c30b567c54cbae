import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { numbersOn } from './harness/numbers.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
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

describe.each(BROWSER_KINDS)('a page that changes all the time in %s', (kind) => {
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

  test('is looked at less often and says so, until it is still again', async () => {
    const page = await browser.open(server.add('/', PAGE));
    const isRestless = async () => (await numbersOn(browser, page))[0]?.restless === true;

    expect(await isRestless()).toBe(false);
    await until('it is looked at less often', isRestless, 30_000);
    expect((await numbersOn(browser, page))[0]?.numbers).toHaveLength(ROWS.length);

    await page.evaluate(() => (window as unknown as { still(): void }).still());
    await until('it is looked at as usual', async () => !(await isRestless()), 30_000);
    await page.close();
  });
});
