import { relative } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startZorio } from '../simulators/zorio.ts';
import { filesHolding, formsOf, holds } from './harness/canary.ts';
import { type KeptProfile, keepProfile } from './harness/kept-profile.ts';
import { GECKO_ID, launch, type TestBrowser } from './harness/launch.ts';
import { clickButton, saidOn } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { startServer } from './harness/page-server.ts';
import { openPopup, pressButton, textOf, untilShown } from './harness/popup.ts';
import { isSampled, SAMPLED_KINDS } from './harness/sample.ts';
import { importSettings, untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { tapWire, type WireTap } from './harness/wire-tap.ts';
import { words } from './harness/words.ts';

const PASSWORD = 'canary-pw-9f2c61e7d3';
const NUMBER = '+16175550139';
/** Whom one calls is nobody else's business. */
const CUSTOMER = 'Zebulon Canary-Quarz';
const TAUGHT = '6175550133';
const CUSTOMER_ROW = `<table><tr><th>Name</th><th>Phone</th></tr><tr><td>${CUSTOMER}</td><td>${NUMBER}</td></tr></table>`;

describe.each(SAMPLED_KINDS)('secrets in %s', (kind) => {
  let kept: KeptProfile;
  let office: Office;
  let tap: WireTap;
  const said: string[] = [];
  let token = 'no token yet';

  beforeAll(async () => {
    kept = keepProfile(kind, GECKO_ID);
    office = await openOffice(kind, {
      launch: { kept },
      prepare: (pbx) => pbx.changePassword(AGENT.extension, PASSWORD),
      settings: (good) => good,
      isOnline: false,
    });
    tap = await tapWire(office.pbx.origin);
  });

  afterEach(() => expect(office.pbx.violations).toEqual([]));

  afterAll(async () => {
    await office?.close();
    await tap?.close();
    kept?.remove();
  });

  test('a password goes into the vault and the login, and nowhere else, all through a call', async () => {
    const stopListening = kind === 'chromium' ? await listenToBackground() : undefined;
    await importSettings(office.browser, {
      pagedial: 1,
      account: {
        vendor: 'vodia',
        values: { server: tap.origin, domain: office.pbx.tenant, user: AGENT.extension, password: PASSWORD },
      },
      country: 'US',
    });
    await untilOnline(office.browser);
    const page = await office.show(CUSTOMER_ROW);
    listen(page);
    await hearMessages(page);

    await clickButton(office.browser, page, NUMBER);
    const popup = await openPopup(office.browser);
    listen(popup);
    await untilShown(popup, words('state_ringing_pick_up'));
    office.pbx.phone(AGENT.extension).answer();
    await until('the other end rings', () => office.pbx.farEnd().answer());
    await untilShown(popup, words('state_talking'));
    const shown = [
      await textOf(popup),
      await popup.content(),
      await page.content(),
      await saidOn(office.browser, page),
    ];
    await pressButton(popup, 'Hang up');
    await until('the call is over', () => office.pbx.engine.live().length === 0);
    const options = await office.browser.openOwnPage('options');
    listen(options);
    await pressButton(options, 'Test connection');
    await untilShown(options, words('options_test_ok'));
    shown.push(await options.content(), ...(await valuesIn(options)), ...(await heardMessages(page)));
    shown.push(
      await office.browser.inExtension(() => chrome.runtime.sendMessage({ type: 'settings/export', payload: {} })),
    );
    const { local, session } = await saved();

    await stopListening?.();
    expect([...shown, ...said, local, session].filter((text) => holds(text, PASSWORD))).toEqual([]);
    expect([NUMBER, CUSTOMER].filter((canary) => holds(local, canary))).toEqual([]);
    expect(shown.some((text) => text.includes('pagedial'))).toBe(true);
    await options.close();
    await popup.close();
  });

  test('on the wire it is in the body of the login, never in an address or a header', () => {
    const requests = tap.sent().flatMap((text) => text.split(/(?=(?:GET|POST|PUT|DELETE) \/)/));
    const withSecret = requests.filter((text) =>
      formsOf(PASSWORD).some((form) => text.includes(form.toString('latin1'))),
    );

    expect(withSecret.length).toBeGreaterThan(0);
    for (const request of withSecret) {
      const [head = ''] = request.split('\r\n\r\n');
      expect(head).toMatch(/^(?:POST|PUT) \/rest\/system\/session HTTP/);
      expect(holds(head, PASSWORD)).toBe(false);
    }
    expect(requests.length).toBeGreaterThan(withSecret.length);
  });

  test('a redirect is not followed: the machine it names hears nothing', async () => {
    const [elsewhere, redirector] = await Promise.all([startAnswering(200, {}), startAnswering(200, {})]);
    redirector.answerWith(307, { location: `${elsewhere.origin}/rest/system/session` });

    const test = await office.browser.inExtension(
      (server, password) =>
        chrome.runtime.sendMessage({
          type: 'account/test',
          payload: { vendor: 'vodia', values: { server, domain: 'acme.example', user: '45', password } },
        }),
      redirector.origin,
      PASSWORD,
    );

    expect(test).toMatchObject({ outcome: 'failed' });
    expect(redirector.heard.length).toBeGreaterThan(0);
    expect(elsewhere.heard).toEqual([]);
    await Promise.all([elsewhere.close(), redirector.close()]);
  });

  test('a token goes into the header that asks for it, and nowhere else', async () => {
    const zorio = await startZorio();
    token = zorio.token;
    const line = await tapWire(zorio.origin);
    try {
      await importSettings(office.browser, {
        pagedial: 1,
        account: { vendor: 'zorio', values: { server: line.origin, extension: '1001', token } },
        country: 'US',
      });
      await until('the token was sent', () => line.sent().some((text) => holds(text, token)));
      const { local, session } = await saved();

      const lines = line.sent().flatMap((text) => text.split('\r\n'));
      expect(
        lines.filter((text) => holds(text, token)).filter((text) => !/^authorization: Bearer /i.test(text)),
      ).toEqual([]);
      expect([local, session].filter((text) => holds(text, token))).toEqual([]);
      // Another PBX: what was known of the first one is gone.
      expect(await keysIn('vault')).toEqual(['key', 'secrets:zorio']);
    } finally {
      await line.close();
      await zorio.close();
    }
  });

  test('a password that is not to be remembered outlives a stopped background, and lies in memory only', async () => {
    const options = await office.browser.openOwnPage('options');
    await signInByForm(options, false);
    await until('the account is the new one', async () => (await saved()).local.includes('"secretsIn":"memory"'));
    await untilOnline(office.browser);
    await office.browser.stopBackground();
    await office.browser.inExtension(() => chrome.runtime.sendMessage({ type: 'page/settings', payload: {} }));
    await untilOnline(office.browser);

    const { local, session } = await saved();
    expect(holds(session, PASSWORD)).toBe(true);
    expect(holds(local, PASSWORD)).toBe(false);
    expect((await keysIn('vault')).filter((key) => key !== 'key')).toEqual([]);
    await options.close();
  });

  test('signing out closes our line, and leaves no key, cookie, account or call behind', async () => {
    expect(office.pbx.sockets()).toHaveLength(1);
    const options = await office.browser.openOwnPage('options');
    await pressButton(options, 'Sign out');
    await untilShown(options, words('options_account_sign_out_ask'));
    await pressButton(options, 'Sign out');
    await untilShown(options, words('options_account_signed_out'));

    await until('the line is closed', () => office.pbx.sockets().length === 0);
    expect(await keysIn('vault')).toEqual([]);
    expect(await keysIn('recent-calls')).toEqual([]);
    const { local, session } = await saved();
    const traces = [PASSWORD, NUMBER, CUSTOMER];
    expect([local, session].filter((text) => traces.some((trace) => holds(text, trace)))).toEqual([]);
    expect(JSON.parse(local)).not.toHaveProperty('settings.account');
    expect(await ownCookies()).toEqual([]);
    const asked = office.pbx.journal.requests().length;
    await office.browser.stopBackground();
    await office.browser.inExtension(() => chrome.runtime.sendMessage({ type: 'connection/retry', payload: {} }));
    expect(office.pbx.journal.requests()).toHaveLength(asked);
    await options.close();
  });

  test('no file of the profile has ever held them', async () => {
    await office.browser.close();

    for (const secret of [PASSWORD, token]) expect(filesHolding(kept.profile, secret)).toEqual([]);
  });

  test('a past call and a lesson are there after the next start, and no store of ours has ever held them open', async () => {
    const profile = keepProfile(kind, GECKO_ID);
    try {
      const first = await openOffice(kind, { launch: { kept: profile } });
      const { origin } = first.pbx;
      const page = await first.show(CUSTOMER_ROW);
      await clickButton(first.browser, page, NUMBER);
      await until('the PBX is asked', () => first.pbx.places().length === 1);
      for (const call of first.pbx.engine.live()) first.pbx.engine.end(call, 'busy', 'system');
      await teach(first.browser);
      for (const database of ['recent-calls', 'taught'] as const) {
        await until(`${database} are sealed`, async () => (await keysIn(database, first.browser)).includes('state'));
      }
      await first.browser.close();

      const stores = (text: string) =>
        filesHolding(profile.profile, text).filter((file) => /extension/i.test(relative(profile.profile, file)));
      // What lies open on purpose is found: the search looks where it has to.
      expect(stores(origin)).not.toEqual([]);
      expect([NUMBER, NUMBER.slice(2), CUSTOMER, TAUGHT].flatMap(stores)).toEqual([]);

      const again = await launch(kind, { kept: profile });
      const popup = await openPopup(again);
      expect(await untilShown(popup, /555 0139/)).toContain(CUSTOMER);
      expect(
        await again.inExtension(() => chrome.runtime.sendMessage({ type: 'settings/export', payload: {} })),
      ).toContain(TAUGHT);
      await again.close();
      await first.close();
    } finally {
      profile.remove();
    }
  });

  test.skipIf(!isSampled(kind, 0, 2))(
    'after the next start a password that was not remembered is asked for',
    async () => {
      const profile = keepProfile(kind, GECKO_ID);
      try {
        const first = await openOffice(kind, { launch: { kept: profile } });
        const options = await first.browser.openOwnPage('options');
        await signInByForm(options, false, first.pbx.origin, AGENT.password);
        await until('it is saved', () =>
          first.browser.inExtension(async () =>
            JSON.stringify(await chrome.storage.local.get('settings')).includes('"secretsIn":"memory"'),
          ),
        );
        await untilOnline(first.browser);
        await first.browser.close();
        const logins = first.pbx.journal.requests().length;

        const again = await launch(kind, { kept: profile });
        const popup = await openPopup(again);
        await untilShown(popup, words('error_not_remembered'));
        expect(first.pbx.journal.requests()).toHaveLength(logins);
        await again.close();
        await first.close();
      } finally {
        profile.remove();
      }
    },
  );

  async function signInByForm(
    options: Page,
    remember: boolean,
    server = tap.origin,
    password = PASSWORD,
  ): Promise<void> {
    await options.bringToFront();
    await until('the form offers a choice of PBXs', () => options.$('#vendor'));
    await options.select('#vendor', 'vodia');
    for (const [key, value] of Object.entries({ server, domain: 'acme.example', user: AGENT.extension, password })) {
      const field = await until(`there is a field ${key}`, () => options.$(`input[name="${key}"]`));
      await field.evaluate((input) => (input as HTMLInputElement).select());
      await options.keyboard.type(value);
    }
    const isOn = () =>
      options.evaluate((label) => {
        const all = [...document.querySelectorAll<HTMLInputElement>('form input[type=checkbox]')];
        const input = all.find((one) => one.labels?.[0]?.innerText.includes(label));
        input?.scrollIntoView({ block: 'center' });
        return input?.checked;
      }, 'Remember the password');
    if ((await isOn()) !== remember) {
      await options.evaluate((label) => {
        [...document.querySelectorAll('label')].find((one) => one.innerText.includes(label))?.click();
      }, 'Remember the password');
    }
    expect(await isOn()).toBe(remember);
    await options.focus('input[name="password"]');
    await options.keyboard.press('Enter');
  }

  function listen(page: Page): void {
    page.on('console', (message) => void said.push(message.text()));
    page.on('pageerror', (error) => void said.push(String(error)));
  }

  /**
   * Until the answer is called: a background that is listened to does not start again after a stop. What the consoles of Firefox are told
   * is looked through when the browser closes.
   */
  async function listenToBackground(): Promise<() => Promise<void>> {
    const target = await until('the background runs', () =>
      office.browser.puppeteer
        .targets()
        .find((one) => one.type() === 'service_worker' && one.url().startsWith(office.browser.extensionOrigin)),
    );
    const session = await target.createCDPSession();
    session.on('Runtime.consoleAPICalled', ({ args }) => {
      said.push(args.map(({ value, description }) => String(value ?? description)).join(' '));
    });
    await session.send('Runtime.enable');
    return () => session.detach();
  }

  async function saved(): Promise<{ local: string; session: string }> {
    return office.browser.inExtension(async () => ({
      local: JSON.stringify(await chrome.storage.local.get(null)),
      session: JSON.stringify(await chrome.storage.session.get(null)),
    }));
  }

  function keysIn(database: 'vault' | 'recent-calls' | 'taught', browser = office.browser): Promise<readonly string[]> {
    return browser.inExtension(
      (name) =>
        new Promise<string[]>((resolve, reject) => {
          const opening = indexedDB.open(name);
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const keys = opening.result.transaction('entries').objectStore('entries').getAllKeys();
            keys.onsuccess = () => {
              opening.result.close();
              resolve(keys.result.map(String).sort());
            };
          };
        }),
      database,
    );
  }

  /** Cookies of the PBX that are ours alone; Firefox has no such thing. */
  function ownCookies(): Promise<readonly string[]> {
    if (kind === 'firefox') return Promise.resolve([]);
    return office.browser.inExtension(async () => {
      const partitionKey = { topLevelSite: location.origin };
      return (await chrome.cookies.getAll({ partitionKey })).map((cookie) => cookie.name);
    });
  }

  /** Every message that our content script in this page gets from now on is kept. */
  function hearMessages(page: Page): Promise<void> {
    return office.browser.inExtension(async (url) => {
      const tab = (await chrome.tabs.query({})).find((one) => one.url === url);
      await chrome.scripting.executeScript({
        target: { tabId: tab?.id ?? -1 },
        func: () => {
          const heard: string[] = [];
          Object.assign(globalThis, { heard });
          chrome.runtime.onMessage.addListener((message) => void heard.push(JSON.stringify(message)));
        },
      });
    }, page.url());
  }

  function heardMessages(page: Page): Promise<readonly string[]> {
    return office.browser.inExtension(async (url) => {
      const tab = (await chrome.tabs.query({})).find((one) => one.url === url);
      const [done] = await chrome.scripting.executeScript({
        target: { tabId: tab?.id ?? -1 },
        func: () => (globalThis as unknown as { heard: string[] }).heard,
      });
      const heard = (done?.result ?? []) as string[];
      if (heard.length === 0) throw new Error('the page was told nothing');
      return heard;
    }, page.url());
  }
});

/** As if the user had said that a number of a page is none. */
function teach(browser: TestBrowser): Promise<unknown> {
  return browser.inExtension(async (text) => {
    const file = JSON.parse(await chrome.runtime.sendMessage({ type: 'settings/export', payload: {} }));
    const taught = { numbers: [{ host: 'crm.test', text, isPhone: false }] };
    Reflect.deleteProperty(file, 'account');
    return chrome.runtime.sendMessage({
      type: 'settings/import',
      payload: { text: JSON.stringify({ ...file, taught }) },
    });
  }, TAUGHT);
}

function valuesIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => [...document.querySelectorAll('input')].map((input) => `${input.name} ${input.value}`));
}

/** A server that keeps what it was asked, and answers as it is told. */
async function startAnswering(status: number, headers: Readonly<Record<string, string>>) {
  const heard: string[] = [];
  let answer = { status, headers };
  const server = await startServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.writeHead(answer.status, answer.headers).end();
  });
  return {
    ...server,
    heard,
    answerWith(next: number, more: Readonly<Record<string, string>>) {
      answer = { status: next, headers: more };
    },
  };
}
