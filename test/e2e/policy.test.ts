import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { type KeptProfile, keepProfile } from './harness/kept-profile.ts';
import { typeByKey } from './harness/keyboard.ts';
import { GECKO_ID, launch, type TestBrowser } from './harness/launch.ts';
import { openPolicyPlace, type PolicyPlace } from './harness/managed.ts';
import { AGENT } from './harness/office.ts';
import { pressButton, textOf, untilShown } from './harness/popup.ts';
import { untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

/** One story: the administrator has decided before the browser's first start, and does so anew later. */
describe.each(BROWSER_KINDS)("an organisation decides for %s, by the browser's own policy file", (kind) => {
  let kept: KeptProfile;
  let place: PolicyPlace | string;
  let pbx: VodiaSimulator;
  let browser: TestBrowser;
  let options: Page;

  beforeAll(async () => {
    kept = keepProfile(kind, GECKO_ID);
    place = openPolicyPlace(kind, kept, GECKO_ID);
    if (typeof place === 'string') return;
    pbx = await startVodia();
    place.decide({
      account: { vendor: 'vodia', values: { server: pbx.origin, domain: pbx.tenant } },
      country: 'GB',
      sites: { mode: 'only', hosts: ['crm.test'] },
      recentCalls: { keep: false },
      locked: ['account', 'sites', 'recentCalls'],
    });
    browser = await start(place);
  });

  afterAll(async () => {
    await browser?.close();
    if (typeof place !== 'string') place?.remove();
    kept?.remove();
    await pbx?.close();
  });

  beforeEach(({ skip }) => {
    if (typeof place === 'string') skip(place);
  });

  test('the first run has what was decided, and asks for what is missing', async () => {
    options = await browser.openOwnPage('options');

    await untilShown(options, words('options_first_title'));
    await untilShown(options, words('options_locked'));
    expect(await fieldsOf(options)).toMatchObject({
      vendor: { value: 'vodia', isFixed: true },
      server: { value: pbx.origin, isFixed: true },
      domain: { value: pbx.tenant, isFixed: true },
      user: { value: '', isFixed: false },
      password: { value: '', isFixed: false },
    });
    // Nothing is kept that could stay as it is.
    expect(
      await options.evaluate(() => document.querySelector<HTMLInputElement>('[name=password]')?.placeholder),
    ).not.toMatch(words('options_account_secret_saved'));
  });

  test('with extension and password the given account connects', async () => {
    await typeByKey(options, 'Your extension', AGENT.extension);
    await typeByKey(options, 'Password', AGENT.password);
    await pressButton(options, 'Continue');

    await untilOnline(browser);
    await untilShown(options, words('options_first_sites_text'));
  });

  test('what is locked is shown, said to be so, and cannot be changed; the rest can', async () => {
    await options.close();
    options = await browser.openOwnPage('options');
    await untilShown(options, words('options_recent_keep'));

    const { account, sites, country, alerts } = await locksOf(options);
    expect(account).toMatchObject({ says: true, open: expect.arrayContaining(['user', 'password']) });
    for (const given of ['vendor', 'server', 'domain']) expect(account?.open).not.toContain(given);
    expect(sites).toEqual({ says: true, open: [] });
    expect(country).toMatchObject({ says: false, open: [expect.anything()] });
    // Of the three switches here only "Keep recent calls" is decided.
    expect(alerts).toEqual({ says: true, open: ['switch', 'switch'] });
    expect(await settingsOf(browser)).toMatchObject({
      country: 'GB',
      sites: { mode: 'only', hosts: ['crm.test'] },
      recentCalls: { keep: false },
    });
  });

  test('the background takes no change of it either, whoever asks', async () => {
    await browser.inExtension(async () => {
      const change = { recentCalls: { keep: true }, sites: { mode: 'everywhere', hosts: [] }, country: 'FR' };
      await chrome.runtime.sendMessage({ type: 'settings/change', payload: change });
    });

    await until('the open one is changed', async () => (await settingsOf(browser)).country === 'FR');
    expect(await settingsOf(browser)).toMatchObject({ sites: { mode: 'only' }, recentCalls: { keep: false } });
  });

  test('what is of a wrong type is left out, and takes nothing else along', async () => {
    if (typeof place === 'string') return;
    await browser.close();
    place.decide({
      country: 44,
      dialing: { numberFormat: 'digits', outsideLine: '9' },
      sites: { mode: 'only', hosts: ['crm.test', 7] },
      alerts: 'none',
      locked: ['dialing', 'sites'],
    });
    browser = await start(place);

    await until('the new policy is taken over', async () => (await settingsOf(browser)).dialing?.outsideLine === '9');
    expect(await settingsOf(browser)).toMatchObject({ country: 'FR', alerts: { incoming: true, failed: true } });
    const page = await browser.openOwnPage('options');
    await untilShown(page, words('options_locked'));
    expect((await locksOf(page)).sites?.says).toBe(false);
    const address = `${browser.extensionOrigin}/src/diagnostics/diagnostics.html`;
    await page.evaluate((to) => location.assign(to), address);
    await untilShown(page, /locks dialing/);
    // Firefox hands us everything, so that each fault is named; Chrome itself keeps wrong types back and names them at chrome://policy.
    const faults = kind === 'firefox' ? ['country', 'sites.hosts', 'alerts'] : [];
    const shown = await textOf(page);
    for (const fault of [...faults, 'locked.1']) expect(shown).toContain(fault);
  });

  function start({ program }: PolicyPlace): Promise<TestBrowser> {
    return launch(kind, { kept, ...(program === undefined ? {} : { program }) });
  }
});

interface ShownField {
  readonly value: string;
  readonly isFixed: boolean;
}

/** What stands in the fields of the account. */
function fieldsOf(page: Page): Promise<Readonly<Record<string, ShownField>>> {
  return page.evaluate(() => {
    const fields = document.querySelectorAll<HTMLInputElement | HTMLSelectElement>('#vendor, .form [name]');
    return Object.fromEntries(
      [...fields].map((field) => [
        field.name || field.id,
        { value: field.value, isFixed: field.disabled || ('readOnly' in field && field.readOnly) },
      ]),
    );
  });
}

/** For some parts of the settings: whether they say that they are locked, and which of their controls can be changed. */
function locksOf(
  page: Page,
): Promise<Readonly<Record<string, { readonly says: boolean; readonly open: readonly string[] }>>> {
  return page.evaluate(() =>
    Object.fromEntries(
      ['account', 'sites', 'country', 'alerts'].map((id) => {
        const card = document.getElementById(id);
        const controls = [...(card?.querySelectorAll<HTMLInputElement>('input, select, textarea') ?? [])];
        const open = controls.filter((control) => !control.matches(':disabled') && !control.readOnly);
        const text = card?.textContent ?? '';
        return [
          id,
          {
            says: text.includes(chrome.i18n.getMessage('options_locked')),
            open: open.map(({ id, name, type, role }) => (type === 'checkbox' ? role : name) || id),
          },
        ];
      }),
    ),
  );
}

interface SavedSettings {
  readonly country?: string;
  readonly dialing?: { readonly outsideLine: string };
}

function settingsOf(browser: TestBrowser): Promise<SavedSettings> {
  return browser.inExtension(async () => (await chrome.storage.local.get('settings')).settings as SavedSettings);
}
