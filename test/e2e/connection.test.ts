import { createServer } from 'node:net';
import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { vodiaNonsense } from '../pbx/vodia-nonsense.ts';
import { ANSWERS, type Fault } from '../simulators/faults.ts';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { fillAccount } from './harness/account-form.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { clickButton } from './harness/numbers.ts';
import { AGENT, type Office, openOffice, settingsFor } from './harness/office.ts';
import { watchOurErrors } from './harness/our-errors.ts';
import { openPopup, pressButton, textOf, untilShown } from './harness/popup.ts';
import { isSampled } from './harness/sample.ts';
import { importSettings, type SettingsFile } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';
import { words } from './harness/words.ts';

interface BadAccount {
  readonly name: string;
  /** What is typed instead of the right value, by field. */
  readonly values?: (
    pbx: VodiaSimulator,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  readonly faults?: readonly (readonly [point: string, fault: Fault])[];
  readonly arrange?: (pbx: VodiaSimulator) => void;
  /** The step that fails; those before it are done. */
  readonly step: 'reach' | 'login' | 'live' | 'phone';
  /** Message keys: what happened, what helps. */
  readonly what: string;
  readonly todo: string;
  /** Message key of the result below the steps. */
  readonly result?: string;
}

/** What the PBX says is shown within this. */
const SOON_MS = 500;
const STEPS = ['permission', 'reach', 'login', 'live', 'phone'] as const;

const BAD_ACCOUNTS: readonly BadAccount[] = [
  {
    name: 'a wrong password',
    values: () => ({ password: 'not-the-password' }),
    step: 'login',
    what: 'error_login_refused',
    todo: 'error_login_refused_do',
  },
  {
    name: 'an unknown tenant',
    values: () => ({ domain: 'nobody.example' }),
    step: 'login',
    what: 'error_unknown_user',
    todo: 'error_unknown_user_do',
  },
  {
    name: 'an unknown extension',
    values: () => ({ user: '999' }),
    step: 'login',
    what: 'error_unknown_user',
    todo: 'error_unknown_user_do',
  },
  {
    name: 'an address where nobody answers',
    values: async () => ({ server: `127.0.0.1:${await freePort()}` }),
    step: 'reach',
    what: 'error_unreachable',
    todo: 'error_unreachable_do',
  },
  {
    name: 'a certificate that nobody vouches for',
    values: async () => ({ server: (await securePbx()).origin }),
    step: 'reach',
    what: 'error_unreachable',
    todo: 'error_unreachable_do',
  },
  {
    name: 'a web page instead of an answer',
    faults: [['session', answer('a login page')]],
    step: 'reach',
    what: 'error_not_a_pbx',
    todo: 'error_not_a_pbx_do',
  },
  {
    name: 'a gateway without a PBX behind it',
    faults: [['session', answer('bad gateway page')]],
    step: 'reach',
    what: 'error_unreachable',
    todo: 'error_unreachable_do',
  },
  {
    name: 'an answer that is no session',
    faults: [['session', { kind: 'answer', status: 200, body: '{"surprise":[1,2,3]}' }]],
    step: 'login',
    what: 'error_protocol',
    todo: 'error_protocol_do',
  },
  {
    name: 'a PBX that asks for a pause',
    faults: [['session', answer('too many, seconds')]],
    step: 'login',
    what: 'error_rate_limited',
    todo: 'error_rate_limited_do',
  },
  {
    name: 'a refused live connection',
    faults: [['socket', { kind: 'refuse', status: 403 }]],
    step: 'live',
    what: 'error_live_refused',
    todo: 'error_live_refused_do',
    result: 'options_test_partly',
  },
  {
    name: 'a phone that is not signed in',
    arrange: (pbx) => pbx.setUser(AGENT.extension, { registered: false }),
    step: 'phone',
    what: 'popup_not_registered',
    todo: 'options_test_phone_do',
    result: 'options_test_partly',
  },
];

/** What is refused in the form: nothing leaves the browser. */
const BAD_ADDRESSES: readonly (readonly [typed: string, problem: string])[] = [
  ['http://pbx.example.com', 'pbx_address_insecure'],
  ['ws://192.168.1.10:8080', 'pbx_address_insecure'],
  ['https://45:secret@pbx.example.com', 'pbx_address_bad'],
  ['our pbx', 'pbx_address_bad'],
  ['ftp://pbx.example.com', 'pbx_address_bad'],
];

describe.each(BROWSER_KINDS)('"Test connection" in %s', (kind) => {
  /** All in Chromium, every other one in Firefox, but for full runs. */
  const isPlayed = (_entry: unknown, at: number) => kind === 'chromium' || isSampled(kind, at, 2);
  let browser: TestBrowser;
  let pbx: VodiaSimulator;
  let options: Page;

  beforeAll(async () => {
    pbx = await startVodia();
    browser = await launch(kind, { trustsAnyCertificate: false });
  });

  beforeEach(async () => {
    pbx.reset();
    pbx.setUser(AGENT.extension, { registered: true });
    options = await browser.openOwnPage('options');
  });

  afterEach(() => options?.close());

  afterAll(async () => {
    await browser?.close();
    await Promise.all([pbx?.close(), closeSecurePbx()]);
  });

  test.each(BAD_ACCOUNTS.filter(isPlayed))(
    '$name fails at its step, with what happened and what helps',
    async (bad) => {
      for (const [point, fault] of bad.faults ?? []) pbx.faults.set(point, fault, { always: true });
      bad.arrange?.(pbx);
      await fillAccount(options, 'vodia', { ...goodValues(), ...(await bad.values?.(pbx)) });

      await pressButton(options, 'Test connection');

      const shown = await untilShown(options, words(bad.result ?? 'options_test_failed'));
      const failing = STEPS.indexOf(bad.step);
      for (const step of STEPS.slice(0, failing)) expect(shown).toMatch(stepShown(step, 'done'));
      expect(shown).toMatch(stepShown(bad.step, 'failed'));
      expect(shown).toMatch(words(bad.what));
      expect(shown).toMatch(words(bad.todo));
      expect(shown).not.toContain('not-the-password');
    },
  );

  test.each(BAD_ADDRESSES.filter(isPlayed))('the address %s is refused in the form', async (typed, problem) => {
    await fillAccount(options, 'vodia', { ...goodValues(), server: typed });

    await pressButton(options, 'Test connection');

    expect(await untilShown(options, words('options_account_not_tested'))).toMatch(words(problem));
    expect(pbx.journal.requests()).toEqual([]);
  });

  test('a good account passes every step', async () => {
    await fillAccount(options, 'vodia', goodValues());

    await pressButton(options, 'Test connection');

    const shown = await untilShown(options, words('options_test_ok'));
    for (const step of STEPS) expect(shown).toMatch(stepShown(step, 'done'));
  });

  function goodValues(): Readonly<Record<string, string>> {
    return settingsFor(pbx).account?.values ?? {};
  }
});

describe.each(BROWSER_KINDS)('a connection that fails in %s', (kind) => {
  let office: Office;
  let popup: Page | undefined;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await popup?.close();
    popup = undefined;
    office.pbx.faults.clear();
  });

  afterAll(() => office?.close());

  test('frames that are broken, foreign or about others change nothing', async () => {
    const errors = watchOurErrors(office.browser);
    const unwatch = await errors.watchBackground();
    await errors.list();
    popup = await openPopup(office.browser);
    await untilShown(popup, words('connection_online_extension'));

    const nonsense = vodiaNonsense(office.pbx.tenant);
    // Of a frame beyond all measure the connection ends, and nobody would see what comes behind it.
    const [bearable, endless] = [true, false].map((is) => nonsense.filter(({ length }) => length < 100_000 === is));
    for (const frame of bearable ?? []) office.pbx.broadcast(frame);

    await rest(SOON_MS);
    expect(await textOf(popup)).not.toMatch(/0142/);
    for (const frame of endless ?? []) office.pbx.broadcast(frame);
    await typeAndCall(popup, '+1 617 555 0162');
    const shown = await untilShown(popup, words('state_ringing_pick_up'));
    expect(shown).toMatch(words('connection_online_extension'));
    expect(shown).not.toMatch(/0142/);
    const thrown = await errors.list();
    await unwatch();
    expect(thrown).toEqual([]);
    await pressButton(popup, 'Hang up');
    await until('the PBX has no live call', () => office.pbx.engine.live().length === 0);
  });

  test('a wrong password is tried in its two forms at most, said in the popup, and no call is placed', async () => {
    popup = await useSettings((good) => withValue(good, 'password', 'not-the-password'));
    const shown = await untilShown(popup, words('error_login_refused'));
    expect(shown).toMatch(words('error_login_refused_do'));
    const tries = refusedLogins();
    // The PBX may want the password plain or as MD5: that is found out once, and then it waits for the user.
    expect(tries).toBeGreaterThan(0);
    expect(tries).toBeLessThanOrEqual(2);

    // Neither time, nor a click on a number, nor a new start of the background is a reason to try again: it locks accounts.
    await rest(3_000);
    const page = await office.show('<p>Office: +1 617 555 0161</p>');
    await clickButton(office.browser, page, '+16175550161');
    await untilShown(popup, words('state_not_placed'));
    await office.browser.stopBackground();
    await office.browser.inExtension(() => chrome.runtime.sendMessage({ type: 'page/settings', payload: {} }));
    await rest(1_000);

    expect(refusedLogins()).toBe(tries);
    expect(office.pbx.places().filter(({ number }) => number === '+16175550161')).toEqual([]);
  });

  test('an unknown tenant is said in the popup', async () => {
    popup = await useSettings((good) => withValue(good, 'domain', 'nobody.example'));

    expect(await untilShown(popup, words('error_unknown_user'))).toMatch(words('error_unknown_user_do'));
  });

  test('a PBX that cannot be reached is said in the popup, with the time of the next try', async () => {
    const port = await freePort();
    popup = await useSettings((good) => withValue(good, 'server', `http://127.0.0.1:${port}`));

    const shown = await untilShown(popup, words('error_unreachable'));
    expect(shown).toMatch(words('error_unreachable_do'));
    await untilShown(popup, /Next try in \d+ s/);
  });

  test('a web page in place of the PBX is said in the popup', async () => {
    office.pbx.faults.set('session', answer('a login page'), { always: true });
    popup = await useSettings((good) => good);

    expect(await untilShown(popup, words('error_not_a_pbx'))).toMatch(words('error_not_a_pbx_do'));
  });

  test('a login helper that does not know the user says where to sign in, and then goes on', async () => {
    office.pbx.faults.set('helper', answer('unauthorised'), { always: true });
    const values = { loginHelper: office.pbx.helperUrl };
    popup = await useSettings((good) => ({ ...good, account: { vendor: 'vodia', values } }));
    expect(await untilShown(popup, words('error_not_signed_in'))).toMatch(words('error_not_signed_in_do'));

    office.pbx.faults.clear();
    await pressButton(popup, 'Try again');

    await untilShown(popup, words('connection_online_extension'));
  });

  test('without a live connection calls are placed, and a number the PBX refuses is said', async () => {
    office.pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
    popup = await useSettings((good) => good);
    expect(await untilShown(popup, words('error_live_refused'))).toMatch(words('error_live_refused_do'));

    await typeAndCall(popup, '+1 617 555 0163');
    await untilShown(popup, words('state_placed_only'));
    office.pbx.faults.set('calls', answer('unprocessable, empty'), { always: true });
    await typeAndCall(popup, '+1 617 555 0164');

    expect(await untilShown(popup, words('error_number_refused'))).toMatch(words('state_not_placed'));
    expect(office.pbx.places().filter(({ number }) => number === '+16175550164')).toEqual([]);
  });

  test('signing out leaves an invitation to set up, and links and buttons place nothing', async () => {
    await useSettings((good) => good).then((page) => page.close());
    const options = await office.browser.openOwnPage('options');
    await pressButton(options, 'Sign out');
    await untilShown(options, words('options_account_sign_out_ask'));
    await pressButton(options, 'Sign out');
    await untilShown(options, words('options_account_signed_out'));
    await options.close();

    popup = await openPopup(office.browser);

    await untilShown(popup, words('popup_set_up_title'));
    expect(await textOf(popup)).not.toMatch(words('popup_dial_label'));
  });

  /** Imports what is made of the good settings, and opens the popup. */
  async function useSettings(change: (good: SettingsFile) => SettingsFile): Promise<Page> {
    await importSettings(office.browser, change(settingsFor(office.pbx)));
    return openPopup(office.browser);
  }

  /** One try may ask in two methods, where the PBX says that it does not take the first (405). */
  function refusedLogins(): number {
    const logins = office.pbx.journal.requests().filter(({ path }) => path === '/rest/system/session');
    return logins.filter(({ method, status, answer }) => method !== 'GET' && status === 200 && answer === 'false')
      .length;
  }
});

function stepShown(step: (typeof STEPS)[number], outcome: 'done' | 'failed'): RegExp {
  const said = words(`options_test_${outcome === 'done' ? 'done' : 'wrong'}`).source;
  return new RegExp(`${words(`options_test_${step}`).source} · ${said}`);
}

function answer(name: string): Fault {
  const fault = ANSWERS[name];
  if (!fault) throw new Error(`no ready-made fault "${name}"`);
  return fault;
}

function withValue(good: SettingsFile, key: string, value: string): SettingsFile {
  return good.account
    ? { ...good, account: { ...good.account, values: { ...good.account.values, [key]: value } } }
    : good;
}

async function typeAndCall(popup: Page, number: string): Promise<void> {
  await popup.bringToFront();
  await popup.focus('#dial-number');
  await popup.keyboard.type(number);
  await popup.keyboard.press('Enter');
}

let secure: Promise<VodiaSimulator> | undefined;

/** A PBX with a certificate of its own making. */
function securePbx(): Promise<VodiaSimulator> {
  secure ??= startVodia({ tls: true });
  return secure;
}

async function closeSecurePbx(): Promise<void> {
  await (await secure)?.close();
  secure = undefined;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 1;
}
