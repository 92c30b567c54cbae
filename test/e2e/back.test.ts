import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { clickButton, findButton, numbersOn, saidOn } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
import { importSettings } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const NUMBER = '+16175550181';
const PAGE = `<!doctype html><title>Support</title><p>Support: ${NUMBER}</p>`;
const EVERYWHERE = { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } } as const;
/** What has ended fades by itself later. */
const SOON_MS = 3_000;

async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => history.back());
  await until('the page is back', () => page.evaluate(() => document.title === 'Support'));
}

/** Chromium keeps pages as they were when they are left; Firefox does so where it likes, or loads them anew. */
describe.each(BROWSER_KINDS)('a page the user comes back to in %s', (kind) => {
  let office: Office | undefined;
  let browser: TestBrowser | undefined;
  let server: PageServer;
  beforeAll(async () => {
    server = await startPageServer();
  });
  afterAll(async () => {
    await office?.close();
    await browser?.close();
    await server?.close();
  });

  const leave = (page: Page) => page.goto(server.add('/elsewhere', '<!doctype html><title>Elsewhere</title>'));

  test('shows no call that has ended meanwhile', async () => {
    const desk = await openOffice(kind);
    office = desk;
    const page = await desk.browser.open(desk.pages.add('/', PAGE));
    const isIdle = async () => words('content_call').test(await saidOn(desk.browser, page));
    await clickButton(desk.browser, page, NUMBER);
    await until('the call is shown', async () => !(await isIdle()));
    await leave(page);
    for (const call of desk.pbx.engine.live()) desk.pbx.engine.end(call, 'completed', 'system');

    await comeBack(page);

    await until('the button is as before', isIdle, SOON_MS);
  });

  test('is left alone where it was switched off meanwhile, and has its buttons where it was switched on', async () => {
    const own = await launch(kind);
    browser = own;
    await importSettings(own, EVERYWHERE);
    const page = await own.open(server.add('/', PAGE));
    await findButton(own, page, NUMBER);
    await leave(page);
    await importSettings(own, { ...EVERYWHERE, sites: { mode: 'except', hosts: ['127.0.0.1'] } });
    await page.bringToFront();

    await comeBack(page);
    await until('nothing is found', async () => (await numbersOn(own, page))[0]?.numbers.length === 0);
    await until('no mark is left', () =>
      page.evaluate(() => [...CSS.highlights.values()].every(({ size }) => size < 1)),
    );

    await leave(page);
    await importSettings(own, EVERYWHERE);
    await page.bringToFront();
    await comeBack(page);
    await findButton(own, page, NUMBER);
  });
});
