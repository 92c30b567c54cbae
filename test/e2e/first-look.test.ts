import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { numbersOn } from './harness/numbers.ts';
import { type RunningServer, startServer } from './harness/page-server.ts';
import { importSettings } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';

const EVERYWHERE = { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } } as const;
const ROWS = Array.from({ length: 300 }, (_, i) => `<tr><td>Row ${i}</td><td>(617) 555-01${10 + (i % 90)}</td></tr>`);
/** How long the second half of a page is on its way: meanwhile the first half is known. */
const HALF_MS = 1_500;

/** Notes what is marked when the page is first drawn after it was parsed. */
const WATCH = `<script>
  window.marked = () => [...CSS.highlights.values()].reduce((sum, { size }) => sum + size, 0);
  addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => { window.markedAtFirst = window.marked(); }));
</script>`;

interface Seen {
  readonly markedAtFirst: number;
  marked(): number;
}

/** A page that comes in two halves. */
function startSlowServer(first: string, second: string): Promise<RunningServer> {
  return startServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.write(`<!doctype html><html lang="en"><head><title>Slow</title>${WATCH}</head><body>${first}`);
    setTimeout(() => response.end(`${second}</body></html>`), HALF_MS);
  });
}

describe.each(BROWSER_KINDS)('a long page in %s', (kind) => {
  let browser: TestBrowser;
  let server: RunningServer | undefined;
  beforeAll(async () => {
    browser = await launch(kind);
    await importSettings(browser, EVERYWHERE);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(first: string, second: string) {
    await server?.close();
    server = await startSlowServer(first, second);
    return browser.open(`${server.origin}/`);
  }

  test('shows its first numbers marked when it is first drawn', async () => {
    const page = await open(`<table>${ROWS.join('')}`, '</table>');

    const first = await page.evaluate(() => (window as unknown as Seen).markedAtFirst);
    await until('all are known', async () => (await numbersOn(browser, page))[0]?.numbers.length === ROWS.length);

    expect(first).toBeGreaterThan(10);
    await page.close();
  });

  test('keeps no mark on what turns out not to be seen', async () => {
    const hidden = '<p style="display: none">+1 617 555 0101</p><div hidden>Call (617) 555-0102 today</div>';
    const page = await open(hidden, '<p>That is all.</p>');

    expect(await page.evaluate(() => (window as unknown as Seen).markedAtFirst)).toBeGreaterThan(0);
    await until('nothing is marked', () => page.evaluate(() => (window as unknown as Seen).marked() === 0));
    await page.close();
  });

  test('is left alone when it is switched off while it comes', async () => {
    const opening = open(`<table>${ROWS.join('')}`, '</table>');
    await rest(HALF_MS / 2);
    await importSettings(browser, { ...EVERYWHERE, sites: { mode: 'except', hosts: ['127.0.0.1'] } });
    const page = await opening;

    await rest(1_000);

    expect(await page.evaluate(() => (window as unknown as Seen).marked())).toBe(0);
    await importSettings(browser, EVERYWHERE);
    await page.close();
  });
});
