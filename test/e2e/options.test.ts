import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../../src/storage/settings.ts';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { CACHE } from '../tools/project.ts';
import { pressByKey, tabTo, typeByKey } from './harness/keyboard.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { findButton } from './harness/numbers.ts';
import { AGENT } from './harness/office.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
import { hasButton, openPopup, pressButton, textOf, untilShown } from './harness/popup.ts';
import { untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

/** One story from the installation on: each test goes on where the one before has ended. */
describe.each(BROWSER_KINDS)('setting up in %s, as installed and by keyboard alone', (kind) => {
  let browser: TestBrowser;
  let pbx: VodiaSimulator;
  let pages: PageServer;
  let options: Page;
  let folder: string;

  beforeAll(async () => {
    [pbx, pages] = await Promise.all([startVodia(), startPageServer()]);
    mkdirSync(CACHE, { recursive: true });
    folder = mkdtempSync(join(CACHE, 'options-'));
    browser = await launch(kind, { extension: 'as-built' });
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([pbx?.close(), pages?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('the settings open by themselves, and nothing is granted yet', async () => {
    options = await browser.findOwnPage('options');

    await untilShown(options, words('options_first_title'));
    expect(await grantedSites()).toEqual([]);
    // From here on every question of the browser is answered with yes.
    await browser.acceptPrompt(['http://127.0.0.1/*', 'https://crm.test/*', 'http://crm.test/*']);
    await options.bringToFront();
  });

  test('an empty form names what is missing, and goes to the first of it', async () => {
    await tabTo(options, 'PBX');
    await options.keyboard.type('Vodia');
    await pressByKey(options, 'Test connection');

    await untilShown(options, words('options_account_not_tested'));
    await until('the focus is in the first of them', async () => (await focusedField(options)) === 'server');
    expect(pbx.journal.requests()).toEqual([]);
  });

  test('an address is taken as it is pasted, and the test says each step', async () => {
    // Without scheme, with the path of the page it was copied from.
    await typeByKey(options, 'Address of the PBX', `${pbx.origin.replace('http://', '')}/login?from=mail`);
    await typeByKey(options, 'Tenant', pbx.tenant);
    await typeByKey(options, 'Your extension', AGENT.extension);
    await typeByKey(options, 'Password', AGENT.password);
    await pressByKey(options, 'Test connection');

    const shown = await untilShown(options, words('options_test_ok'));
    for (const step of ['permission', 'reach', 'login', 'live', 'phone'] as const) {
      expect(shown).toMatch(new RegExp(`${words(`options_test_${step}`).source} · done`));
    }
    expect(await grantedSites()).toEqual(['http://127.0.0.1/*']);
    expect((await savedSettings())?.account).toBeUndefined();
  });

  test('saving connects, and leads on to the sites', async () => {
    await pressByKey(options, 'Continue', 'back');

    await untilShown(options, words('options_first_sites_text'));
    await untilOnline(browser);
    expect((await savedSettings())?.account?.vendor).toBe('vodia');
    expect(JSON.stringify(await savedSettings())).not.toContain(AGENT.password);
  });

  test('chosen sites are listed and granted', async () => {
    await tabTo(options, 'On all sites');
    await options.keyboard.press('ArrowDown');
    await untilShown(options, words('options_sites_empty'));
    // What people copy is an address.
    await typeByKey(options, 'Add a site', 'https://crm.test/contacts/1?tab=notes');
    await options.keyboard.press('Enter');
    await until('the site is in the list', async () =>
      (await savedSettings())?.sites.hosts.some((host) => host === 'crm.test'),
    );
    await pressByKey(options, 'Allow on the listed sites');

    await untilShown(options, words('options_sites_granted'));
    expect((await savedSettings())?.sites).toEqual({ mode: 'only', hosts: ['crm.test'] });
    expect(await grantedSites()).toEqual(
      expect.arrayContaining(['http://127.0.0.1/*', 'http://crm.test/*', 'https://crm.test/*']),
    );
  });

  test('a country is found by typing a part of its name', async () => {
    await typeByKey(options, 'Your country', 'kingd');
    await options.keyboard.press('Enter');

    await until('the country is saved', async () => (await savedSettings())?.country === 'GB');
    await pressByKey(options, 'Continue');
    await untilShown(options, words('options_first_done_title'));
  });

  test('a test call rings the own phone, and is hung up where it was begun', async () => {
    await pressByKey(options, 'Ring my phone');

    await until('the PBX is asked to place the call', () => pbx.places().length > 0);
    expect(pbx.places().map(({ number }) => number)).toEqual([AGENT.extension]);
    await untilShown(options, words('state_ringing_pick_up'));
    await pressByKey(options, 'Hang up');
    await until('the PBX has no live call', () => pbx.engine.live().length === 0);
    await until('no "Hang up" is offered any more', async () => !(await hasButton(options, 'Hang up')));
    await pressByKey(options, 'Show all settings');
    await untilShown(options, words('options_dialing'));
  });

  test('a page of a listed site gets its buttons, any other none', async () => {
    const html = '<!doctype html><meta charset="utf-8"><title>Contact</title><p>Office: 020 7946 0142</p>';
    const listed = await browser.open(pages.add('/contact', html, 'crm.test'));
    const other = await browser.open(pages.add('/other', html, 'other.test'));

    await findButton(browser, listed, '+442079460142');
    expect(await other.evaluate(() => document.documentElement.lastElementChild?.tagName)).toBe('BODY');
    await Promise.all([listed.close(), other.close()]);
  });

  test('a number typed in the popup is called and hung up without a mouse', async () => {
    const popup = await openPopup(browser);
    await popup.bringToFront();
    await typeByKey(popup, 'Call a number', '020 7946 0161');
    await popup.keyboard.press('Enter');
    await until('the PBX is asked to place the call', () => pbx.places().length > 1);

    await untilShown(popup, words('state_ringing_pick_up'));
    await pressByKey(popup, 'Hang up', 'back');

    await until('the PBX has no live call', () => pbx.engine.live().length === 0);
    await until('the popup offers no "Hang up" any more', async () => !(await hasButton(popup, 'Hang up')));
    expect(pbx.places().at(-1)?.number).toBe('+442079460161');
    expect(pbx.places()).toHaveLength(2);
    await popup.close();
  });

  test('a refused settings file is told with its line, and changes nothing', async () => {
    await options.bringToFront();
    const before = await savedSettings();

    await importText('{\n  "pagedial": 1,\n  "country": "US",,\n}');

    expect(await untilShown(options, words('options_import_not_json_line'))).toMatch(/\bline 3\b/);
    expect(await savedSettings()).toEqual(before);
    const insecure = { vendor: 'vodia', values: { server: 'http://pbx.example.com', domain: 'a', user: '1' } };
    await importText(JSON.stringify({ pagedial: 1, account: insecure }));
    expect(await untilShown(options, /account\.values\.server/)).toMatch(words('pbx_address_insecure'));
    expect(await savedSettings()).toEqual(before);
  });

  // Firefox has no limit of its own for it.
  test.runIf(kind === 'chromium')('what the browser has no room for is said, and nothing is lost', async () => {
    const before = await savedSettings();
    await browser.inExtension(fillStorage);

    await tabTo(options, 'Notify me of incoming calls');
    await options.keyboard.press(' ');

    await untilShown(options, words('options_not_stored'));
    expect(await savedSettings()).toEqual(before);
    const hosts = Array.from({ length: 200 }, (_, at) => `crm-${at}.example.com`);
    await importText(JSON.stringify({ pagedial: 1, country: 'FR', sites: { mode: 'only', hosts } }));
    await until('the file is refused as well', async () =>
      (await options.$eval('#file [role=status]', (status) => status.textContent ?? '')).match(
        words('options_not_stored'),
      ),
    );
    expect(await savedSettings()).toEqual(before);
    await browser.inExtension(emptyStorage);
  });

  test('what is exported holds no password, and can be imported again', async () => {
    const before = await savedSettings();
    await keepDownloads(options);
    await pressByKey(options, 'Export settings');
    await untilShown(options, words('options_file_exported'));
    const text = await options.evaluate(() => (globalThis as unknown as { exported: Promise<string> }).exported);

    expect(JSON.parse(text)).toMatchObject({
      pagedial: 1,
      country: 'GB',
      sites: { mode: 'only', hosts: ['crm.test'] },
    });
    expect(text).not.toContain(AGENT.password);
    await importText(text);
    await untilShown(options, words('options_file_imported'));
    expect(withoutNotes(await savedSettings())).toEqual(withoutNotes(before));
    await untilOnline(browser);
  });

  test('access taken away is said in the popup, and given back there', async () => {
    await options.close();
    const popup = await openPopup(browser);
    await untilShown(popup, words('connection_online_extension'));

    await browser.inExtension(() => chrome.permissions.remove({ origins: ['http://127.0.0.1/*'] }));

    const shown = await untilShown(popup, words('error_permission_missing'));
    expect(shown).toMatch(words('error_permission_missing_do'));
    await pressButton(popup, 'Grant access');
    await untilShown(popup, words('connection_online_extension'));
    expect(await textOf(popup)).not.toMatch(words('error_permission_missing'));
  });

  test('all sites are granted with one press', async () => {
    await browser.acceptPrompt(['https://*/*', 'http://*/*']);
    options = await browser.openOwnPage('options');
    await options.bringToFront();
    await untilShown(options, words('options_sites'));
    await tabTo(options, 'Only on these sites');
    await options.keyboard.press('ArrowUp');
    await untilShown(options, words('options_sites_grant_all'));

    await pressByKey(options, 'Allow on all sites');

    await untilShown(options, words('options_sites_access_all'));
    expect((await savedSettings())?.sites.mode).toBe('everywhere');
  });

  async function importText(text: string): Promise<void> {
    const file = join(folder, 'settings.json');
    writeFileSync(file, text);
    const input = (await options.$('input[type=file]')) as ElementHandle<HTMLInputElement> | null;
    await input?.uploadFile(file);
  }

  async function grantedSites(): Promise<readonly string[]> {
    const { origins = [] } = await browser.inExtension(() => chrome.permissions.getAll());
    return [...origins].sort();
  }

  function savedSettings(): Promise<Settings | undefined> {
    return browser.inExtension(
      async () => (await chrome.storage.local.get('settings')).settings as Settings | undefined,
    );
  }
});

/** Runs in the extension: leaves no room for one byte more. */
async function fillStorage(): Promise<void> {
  const fits = (name: string, length: number) =>
    chrome.storage.local.set({ [name]: '.'.repeat(length) }).then(
      () => true,
      () => false,
    );
  for (const size of [1_000_000, 100_000, 10_000, 1_000, 100]) {
    for (let at = 0; await fits(`fill-${size}-${at}`, size); at++);
  }
  for (let length = 1; await fits('fill-last', length); length++);
}

/** Runs in the extension. */
async function emptyStorage(): Promise<void> {
  const keys = Object.keys(await chrome.storage.local.get(null)).filter((key) => key.startsWith('fill-'));
  await chrome.storage.local.remove(keys);
}

function focusedField(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute('name'));
}

/** Keeps what the page hands to the browser as a download, instead of writing files. */
function keepDownloads(page: Page): Promise<void> {
  return page.evaluate(() => {
    const makeUrl = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      if (blob instanceof Blob) Object.assign(globalThis, { exported: blob.text() });
      return makeUrl(blob);
    };
  });
}

/** Without what was found out about the PBX in passing: an import starts anew with that. */
function withoutNotes(settings: Settings | undefined): Settings | undefined {
  if (!settings?.account) return settings;
  const values = Object.entries(settings.account.values).filter(([key]) => !key.startsWith('_'));
  return { ...settings, account: { ...settings.account, values: Object.fromEntries(values) } };
}
