import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { clickButton, findNumber, numbersOn } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { pressButton, textOf, untilShown } from './harness/popup.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const CALLER = '+442079460371';

describe.each(BROWSER_KINDS)('a day in %s', (kind) => {
  let office: Office;
  const open = new Set<Page>();

  beforeAll(async () => {
    office = await openOffice(kind, {
      settings: (good, pbx) => ({ ...good, ...{ screenPop: { on: 'ring', address: popAddressOf(pbx.origin) } } }),
    });
  });

  afterEach(async () => {
    await Promise.all([...open].map((page) => page.close().catch(() => undefined)));
    open.clear();
    await office?.tidy();
    expect(office?.pbx.violations).toEqual([]);
  });

  afterAll(() => office?.close());

  test('the menu has its entries, and every shortcut is known', async () => {
    await office.browser.inExtension(async () => {
      // Rejects for an entry that is not there.
      for (const id of ['call-selection', 'call-link', 'call-number', 'teach-phone', 'teach-none']) {
        await chrome.contextMenus.update(id, {});
      }
    });

    const commands = await office.browser.inExtension(async () =>
      (await chrome.commands.getAll()).map(({ name }) => name),
    );

    expect(commands).toEqual(expect.arrayContaining(['call-selection', 'hang-up', 'next-number']));
  });

  test('an incoming call is announced, opens the record, and is among the recent calls when it has gone', async () => {
    office.pbx.incoming(AGENT.extension, CALLER, 'Nora <b>Hale</b>');

    // A headless Firefox has nobody who shows notifications.
    if (kind === 'chromium') {
      await until('a notification is shown', async () => (await notifications()).some((id) => id.startsWith('call:')));
    }
    const record = await until('the record is opened', async () => (await tabs()).find((url) => url.includes('/find')));
    expect(record).toContain('%2B442079460371');
    for (const call of office.pbx.engine.live()) office.pbx.engine.end(call, 'completed', 'far-end');
    await until('the notification is gone', async () => (await notifications()).length === 0);

    const panel = await openPage('src/panel/panel.html');
    await untilShown(panel, words('recent_missed'));
    expect(await textOf(panel)).toContain('Nora <b>Hale</b>');
    await pressButton(panel, 'Call again: +44 20 7946 0371');
    await until('the caller is called back', () => office.pbx.places().some(({ number }) => number === CALLER));
  });

  test('the keyboard goes from number to number', async () => {
    const page = await office.show('<p>One: 617-555-0161</p><p style="margin-top:3000px">Two: 617-555-0162</p>');
    await findNumber(office.browser, page, '+16175550162');

    for (const isDown of [false, true, false]) {
      await goToNext(page);
      await until('the keyboard is at a button', () => page.evaluate(isOurButtonFocused));
      await until('the page is there', async () => (await page.evaluate(() => scrollY > 1000)) === isDown);
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    }
  });

  test('what was taught holds at once, on that site only, and is taken back', async () => {
    const page = await office.show('<p>Sales 617-555-0163</p><p>Serial 12 34 56 78 90</p><p>617-555-0164</p>');
    await findNumber(office.browser, page, '+16175550163');
    const host = `127.0.0.1:${office.pages.port}`;

    await teach([
      { host, text: '6175550163', isPhone: false },
      { host, text: '1234567890', isPhone: true },
      { host: 'other.example', text: '6175550164', isPhone: false },
    ]);
    await until('the page has learnt', async () => !(await e164s(page)).includes('+16175550163'));
    expect(await e164s(page)).toContain('+16175550164');

    const options = await office.browser.openOwnPage('options');
    open.add(options);
    await untilShown(options, /6175550163/);
    await pressButton(options, 'Take back: 6175550163');
    await until('the page has forgotten', async () => (await e164s(page)).includes('+16175550163'));
  });

  test('the diagnostics say how things stand without saying who was called', async () => {
    await clickButton(office.browser, await office.show('<p>Office: (617) 555-0165</p>'), '+16175550165');
    await until('the PBX is asked', () => office.pbx.places().some(({ number }) => number === '+16175550165'));
    const page = await openPage('src/diagnostics/diagnostics.html');

    const shown = await untilShown(page, /dialled/);

    expect(shown).toMatch(/dialled accepted \(\d+ ms\)/);
    expect(shown).not.toMatch(/0371|16175550|Hale/);
  });

  async function openPage(path: string): Promise<Page> {
    await office.browser.inExtension(
      (url) => void chrome.tabs.create({ url }),
      `${office.browser.extensionOrigin}/${path}`,
    );
    const page = await until(`${path} is open`, async () => {
      for (const candidate of await office.browser.puppeteer.pages()) {
        const address = await candidate.evaluate(() => location.href).catch(() => '');
        if (address.endsWith(path)) return candidate;
      }
      return undefined;
    });
    open.add(page);
    return page;
  }

  function notifications(): Promise<readonly string[]> {
    return office.browser.inExtension(async () => Object.keys(await chrome.notifications.getAll()));
  }

  function tabs(): Promise<readonly string[]> {
    return office.browser.inExtension(async () => (await chrome.tabs.query({})).map(({ url }) => url ?? ''));
  }

  async function goToNext(page: Page): Promise<void> {
    await page.bringToFront();
    await office.browser.inExtension(async (url) => {
      const tab = (await chrome.tabs.query({})).find((candidate) => candidate.url === url);
      if (tab?.id !== undefined)
        await chrome.tabs.sendMessage(tab.id, { type: 'page/next-number', payload: {} }).catch(() => {});
    }, page.url());
  }

  /** As a settings file of the administrator would. */
  async function teach(numbers: readonly object[]): Promise<void> {
    await office.browser.inExtension(async (lessons) => {
      const text = (await chrome.runtime.sendMessage({ type: 'settings/export', payload: {} })) as string;
      const file = { ...JSON.parse(text), taught: { numbers: lessons } };
      Reflect.deleteProperty(file, 'account');
      await chrome.runtime.sendMessage({ type: 'settings/import', payload: { text: JSON.stringify(file) } });
    }, numbers);
  }

  async function e164s(page: Page): Promise<readonly (string | undefined)[]> {
    const frames = await numbersOn(office.browser, page);
    return frames.flatMap(({ numbers }) => numbers.map(({ e164 }) => e164));
  }
});

function popAddressOf(origin: string): string {
  return `${origin}/find?number={e164}`;
}

/** Our overlay is the one element beside head and body. */
function isOurButtonFocused(): boolean {
  const { activeElement, head, body } = document;
  return activeElement?.parentElement === document.documentElement && activeElement !== head && activeElement !== body;
}
