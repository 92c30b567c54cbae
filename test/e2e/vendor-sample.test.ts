import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { ROOT } from '../tools/project.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { rest, until } from './harness/until.ts';

/** What the vendor's own way needs of a PBX, the simulator must have: else it proves nothing about the extension. */
describe.each(BROWSER_KINDS)("a page with the vendor's own script in %s", (kind) => {
  let browser: TestBrowser;
  let pbx: VodiaSimulator;

  beforeAll(async () => {
    pbx = await startVodia({ tls: true, helperLogin: true, variants: { helperServer: 'bare' } });
    pbx.mount('/customers', 'text/html; charset=utf-8', fixture('vodia-sample.html'));
    pbx.mount('/js/vodia-sample.js', 'text/javascript; charset=utf-8', fixture('vodia-sample.js'));
    browser = await launch(kind, { extension: 'none' });
  });

  afterAll(async () => {
    await browser?.close();
    await pbx?.close();
  });

  test('calls nobody while the user is not signed in at the company', async () => {
    const page = await browser.open(`${pbx.helperOrigin}/customers`);

    await page.click('#maya [name=call]');
    await until('the page says that it failed', async () => (await page.title()) !== 'Customers');
    await rest(300);

    expect(pbx.places()).toEqual([]);
    expect(pbx.sockets()).toEqual([]);
    await page.close();
  });

  test('signs in, calls, cancels, and calls again on the same line', async () => {
    const signIn = await browser.open(`${pbx.helperOrigin}/login`);
    await signIn.close();
    const page = await browser.open(`${pbx.helperOrigin}/customers`);
    pbx.journal.clear();

    await page.click('#maya [name=call]');
    await until('the PBX rings the agent', () => pbx.calls().at(-1)?.phase === 'agent-ringing');
    expect(pbx.places()).toMatchObject([{ via: 'socket', extension: '45', number: '6175550142' }]);
    expect(pbx.phone('45').answer()).toBe(true);
    await until('the customer answers', () => pbx.farEnd().answer());
    await cancelButton(page, 'maya', 'shown');
    await page.click('#maya [name=cancel]');
    await until('the call is over', () => pbx.calls().at(-1)?.phase === 'ended');
    await cancelButton(page, 'maya', 'gone');

    await page.click('#oscar [name=call]');
    await until('the second call rings', () => pbx.places().length === 2);
    await cancelButton(page, 'oscar', 'shown');
    await page.click('#oscar [name=cancel]');
    await until('the second call is over', () => pbx.calls().at(-1)?.phase === 'ended');

    expect(pbx.calls().map((call) => call.endedBy)).toEqual(['api', 'api']);
    expect(pbx.socketsOpened).toBe(1);
    expect(pbx.violations).toEqual([]);
    expect(asked()).toEqual([
      'GET /rest/pbxlogin 200',
      'POST /rest/system/session 200',
      `GET /websocket?domain=${pbx.tenant}&user=45 101`,
    ]);
    await page.close();
  });

  test('is kept out on another site, where browsers withhold the strict cookie of the PBX', async () => {
    const site = pbx.helperOrigin.replace('127.0.0.1', 'crm.test');
    const signIn = await browser.open(`${site}/login`);
    await signIn.close();
    const page = await browser.open(`${site}/customers`);
    const placesBefore = pbx.places().length;
    pbx.journal.clear();

    await page.click('#maya [name=call]');
    await until('the page says that it failed', async () => (await page.title()) !== 'Customers');

    expect(asked()).toEqual([
      'GET /rest/pbxlogin 200',
      'POST /rest/system/session 200',
      `GET /websocket?domain=${pbx.tenant}&user=45 401`,
    ]);
    expect(pbx.places()).toHaveLength(placesBefore);
    await page.close();
  });

  /** What was asked of helper and PBX, with the answers; a new site's icon is the browser's own wish. */
  function asked(): readonly string[] {
    return pbx.journal
      .requests()
      .filter(({ path }) => path !== '/favicon.ico')
      .map(({ method, path, status }) => `${method} ${path} ${status}`);
  }
});

async function cancelButton(page: Page, element: string, wanted: 'shown' | 'gone'): Promise<void> {
  await until(`the cancel button is ${wanted}`, () =>
    page.$eval(
      `#${element} [name=cancel]`,
      (button, isShown) => (button as HTMLElement).checkVisibility() === isShown,
      wanted === 'shown',
    ),
  );
}

function fixture(name: string): string {
  return readFileSync(join(ROOT, 'test', 'e2e', 'fixtures', name), 'utf8');
}
