import { afterEach, describe, expect, test } from 'vitest';
import { startKazoo } from '../simulators/kazoo.ts';
import { startZorio } from '../simulators/zorio.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { clickButton } from './harness/numbers.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
import { hasButton, openPopup, pressButton, untilShown } from './harness/popup.ts';
import { importSettings, untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const NUMBER = '+16175550142';

describe.each(BROWSER_KINDS)('PBXs that are spoken to by REST, in %s', (kind) => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function desk(account: (pages: PageServer) => { vendor: string; values: Readonly<Record<string, string>> }) {
    const pages = await startPageServer();
    const browser = await launch(kind);
    closers.push(
      () => pages.close(),
      () => browser.close(),
    );
    await importSettings(browser, { pagedial: 1, account: account(pages), country: 'US' });
    await untilOnline(browser);
    return { browser, pages };
  }
  async function callFrom(browser: TestBrowser, pages: PageServer, path: string) {
    const html = '<!doctype html><html lang="en"><title>Lead</title><p>Maya: +1 617 555 0142</p></html>';
    const page = await browser.open(pages.add(path, html));
    await clickButton(browser, page, NUMBER);
    return openPopup(browser);
  }

  test('Zorio places the call with the record of the page, shows no Hang up, and tells the result later', async () => {
    const pbx = await startZorio();
    closers.push(() => pbx.close());
    const { browser, pages } = await desk(({ origin }) => ({
      vendor: 'zorio',
      values: {
        server: pbx.origin,
        extension: '1001',
        username: 'ann',
        password: 's3cret-1001',
        headers: 'CRM-Lead-Id: {recordId}',
        recordPatterns: `${origin}/leads/{recordId}`,
      },
    }));

    const popup = await callFrom(browser, pages, '/leads/LEAD-42');
    await until('the call is placed', () => pbx.places().length === 1);
    expect(pbx.places()[0]?.body).toEqual({
      from_extension: '1001',
      to_phone: NUMBER,
      headers: { 'CRM-Lead-Id': 'LEAD-42' },
    });
    await untilShown(popup, words('state_placed_only'));
    await untilShown(popup, words('hang_up_on_phone'));
    expect(await hasButton(popup, 'Hang up')).toBe(false);

    expect(pbx.phone('1001').answer()).toBe(true);
    await until('the customer is busy', () => pbx.farEnd().busy());
    // The background is killed meanwhile: the login's token and the open call outlive it.
    await browser.stopBackground();
    await untilOnline(browser);
    await untilShown(popup, words('end_busy'), 45_000);
    expect(pbx.logins).toBe(1);
    expect(pbx.places()).toHaveLength(1);
    expect(pbx.violations).toEqual([]);
  });

  test.each(['socket', 'channels'] as const)('Kazoo places, follows and hangs up a call (by %s)', async (way) => {
    const pbx = await startKazoo();
    closers.push(() => pbx.close());
    const { browser, pages } = await desk(() => ({
      vendor: 'kazoo',
      values: {
        server: pbx.origin,
        username: 'Ann',
        password: 's3cret-ann',
        accountName: 'acme',
        clickToCallId: 'c2c-ann',
        ...(way === 'socket' ? { socketUrl: pbx.socketUrl } : {}),
      },
    }));

    const popup = await callFrom(browser, pages, '/leads/1');
    await untilShown(popup, words('state_own_phone'));
    expect(pbx.phone('2040').answer()).toBe(true);
    await untilShown(popup, words('state_far_end'));
    await until('the customer answers', () => pbx.farEnd().answer());
    await untilShown(popup, words('state_talking'), 15_000);

    await pressButton(popup, 'Hang up');

    await until('the call is over', () => pbx.engine.calls().at(-1)?.endedBy === 'api');
    await untilShown(popup, words('end_completed'), 15_000);
    expect(pbx.places()).toHaveLength(1);
    expect(pbx.violations).toEqual([]);
  });
});
