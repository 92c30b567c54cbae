import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSound, SCENARIOS, type Scenario, type Stage } from '../matrix/scenarios.ts';
import type { MatrixPbx, MatrixSystem } from '../matrix/system.ts';
import { SYSTEMS } from '../matrix/systems.ts';
import { startKazoo } from '../simulators/kazoo.ts';
import { startZorio } from '../simulators/zorio.ts';
import { fillAccount } from './harness/account-form.ts';
import { holds } from './harness/canary.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { strayIn, watchNumber } from './harness/leaks.ts';
import { clickButton } from './harness/numbers.ts';
import { startPageServer } from './harness/page-server.ts';
import { hasButton, openPopup, pressButton, untilShown } from './harness/popup.ts';
import { SAMPLED_KINDS } from './harness/sample.ts';
import { importSettings, readState, untilOnline } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';
import { words } from './harness/words.ts';

/** The whole matrix takes half an hour; each PBX is placed a call with and followed as far as it can be shown. */
const isFull = process.env.PAGEDIAL_FULL === '1';
const SAMPLE = ['answered, and hung up in the popup where that is possible'];
const CELLS = SYSTEMS.flatMap((system) =>
  SCENARIOS.filter(({ name, isFor }) => (isFor?.(system) ?? true) && (isFull || SAMPLE.includes(name))).map(
    (scenario) => ({ system, scenario }),
  ),
);
/** A record comes a few seconds after its call. */
const RECORD_AFTER_MS = 3_500;
/** Call records and reconnections take their time. */
const PATIENCE_MS = isFull ? 60_000 : 15_000;

describe.each(SAMPLED_KINDS)('every PBX in %s', (kind) => {
  let browser: TestBrowser;
  let count = 0;

  beforeAll(async () => {
    browser = await launch(kind);
  });

  afterAll(() => browser?.close());

  test.each(CELLS)(
    '$system.name: $scenario.name',
    async ({ system, scenario }) => {
      await play(system, scenario);
    },
    isFull ? 180_000 : 60_000,
  );

  test('a call given to the phone app of this computer is said to be, and nothing more', async () => {
    await importSettings(browser, {
      pagedial: 1,
      account: { vendor: 'hand-off', values: { scheme: 'tel' } },
      country: 'US',
    });
    await untilOnline(browser);
    const popup = await openPopup(browser);

    await type(popup, '+16175550190');

    await shows(popup, '0190', PATIENCE_MS, 'state_handed_over');
    expect(await hangUpOf(popup, '0190')).toBe(false);
  });

  test('Zorio gets the record of the page with the call, and tells how it ended after the background was killed', async () => {
    const pbx = await startZorio();
    const pages = await startPageServer();
    try {
      const html = '<!doctype html><html lang="en"><title>Lead</title><p>Maya: +1 617 555 0142</p></html>';
      const values = {
        server: pbx.origin,
        extension: '1001',
        username: 'ann',
        password: 's3cret-1001',
        headers: 'CRM-Lead-Id: {recordId}',
        recordPatterns: `${pages.origin}/leads/{recordId}`,
      };
      await importSettings(browser, { pagedial: 1, account: { vendor: 'zorio', values }, country: 'US' });
      await untilOnline(browser);
      const page = await browser.open(pages.add('/leads/LEAD-42', html));

      await clickButton(browser, page, '+16175550142');

      await until('the call is placed', () => pbx.places().length === 1);
      expect(pbx.places()[0]?.body).toMatchObject({ to_phone: '+16175550142', headers: { 'CRM-Lead-Id': 'LEAD-42' } });
      const popup = await openPopup(browser);
      await shows(popup, '0142', PATIENCE_MS, 'state_placed_only');
      await popup.click('.told summary');
      await untilShown(popup, /call_uuid/);
      expect(pbx.phone('1001').answer()).toBe(true);
      await until('the customer is busy', () => pbx.farEnd().busy());
      await rest(RECORD_AFTER_MS);
      // As if it had been placed a while ago: the record is looked for at once, and the test need not wait for its time.
      // The popup is closed first, since it wakes the background.
      await popup.close();
      await browser.stopBackground();
      await makeOlder(60_000);
      await untilOnline(browser);
      await shows(await openPopup(browser), '0142', PATIENCE_MS, 'end_busy');
      expect(pbx.logins).toBe(1);
      expect(pbx.places()).toHaveLength(1);
      expect(pbx.violations).toEqual([]);
    } finally {
      await Promise.all([pages.close(), pbx.close()]);
    }
  });

  test('what a PBX has is picked in the options instead of typed: caller ids at Zorio', async () => {
    const pbx = await startZorio();
    // Whatever was set up before, this form begins empty.
    const other = { vendor: 'hand-off', values: { scheme: 'tel' } };
    await importSettings(browser, { pagedial: 1, account: other, country: 'US' });
    const options = await browser.openOwnPage('options');
    try {
      await fillAccount(options, 'zorio', { server: pbx.origin, extension: '1001', token: pbx.token });

      await pressButton(options, 'Test connection');

      const select = await until('caller ids are offered', () => options.$('.offered select'));
      const [value = ''] = await select.evaluate((list) =>
        [...(list as HTMLSelectElement).options].map((option) => option.value).filter((one) => one !== ''),
      );
      await select.select(value);
      expect(await options.$eval('input[name="callerId"]', (input) => (input as HTMLInputElement).value)).toBe(value);
    } finally {
      await options.close();
      await pbx.close();
    }
  });

  test('a call by all phones of a Kazoo user is asked for once, though the connection breaks each time', async () => {
    const pbx = await startKazoo();
    try {
      const values = { server: pbx.origin, username: 'Ann', password: 's3cret-ann', accountName: 'acme' };
      await importSettings(browser, { pagedial: 1, account: { vendor: 'kazoo', values }, country: 'US' });
      await untilOnline(browser);
      // Firefox sends a GET up to ten times then.
      pbx.faults.set('connect', { kind: 'reset-after' }, { always: true });
      const popup = await openPopup(browser);

      await type(popup, '+16175550191');

      await until('it has arrived', () => pbx.places().length > 0);
      await rest(1_500);
      expect(pbx.places()).toHaveLength(1);
      expect(pbx.violations).toEqual([]);
      for (const call of pbx.engine.live()) pbx.engine.end(call, 'completed', 'system');
      await popup.close();
    } finally {
      await pbx.close();
    }
  });

  test('click-to-call endpoints are listed, made, chosen, changed and removed in the options', async () => {
    const pbx = await startKazoo();
    const values = { server: pbx.origin, accountId: pbx.accountId, token: pbx.token };
    await importSettings(browser, { pagedial: 1, account: { vendor: 'kazoo', values }, country: 'US' });
    const options = await browser.openOwnPage('options');
    try {
      await fillAccount(options, 'kazoo', values);
      await pressButton(options, 'Show what the PBX has');
      await untilShown(options, /Ann's button/);

      await pressButton(options, 'New endpoint…');
      await typeInto(options, 'Name', 'Second desk');
      await typeInto(options, 'Extension that rings', '2040');
      await pressButton(options, 'Create');
      await untilShown(options, words('endpoints_created'));
      expect([...pbx.endpoints.values()].at(-1)).toMatchObject({ name: 'Second desk', extension: '2040' });

      await pressButton(options, "Use for my calls: Ann's button (2040)");
      await pressButton(options, 'Remove Second desk (2040)');
      await pressButton(options, 'Remove');
      await until('the endpoint is gone', () => pbx.endpoints.size === 5);
      await pressButton(options, 'Save');
      await untilShown(options, words('options_account_saved'));
      await untilOnline(browser);
      expect(await options.$eval('input[name="clickToCallId"]', (input) => (input as HTMLInputElement).value)).toBe(
        'c2c-ann',
      );

      await pressButton(options, "Change Ann's button (2040)");
      await choose(options, 'Who is called first', 'contact');
      await pressButton(options, 'Save changes');
      await until('calls go the new way', async () => {
        const connection = (await readState(browser))?.connection;
        return connection?.status === 'online' && connection.capabilities.contactFirst === true;
      });
      expect(pbx.endpoints.get('c2c-ann')).toMatchObject({ dial_first: 'contact' });

      await pressButton(options, 'Change Boston only (2040)');
      await empty(options, 'Numbers that may be called');
      await pressButton(options, 'Save changes');
      await until('the list is gone', () => pbx.endpoints.get('c2c-few')?.whitelist === undefined);
      pbx.endpoints.set('c2c-few', { name: 'Boston only', extension: '2040', ringback: '%(1,2,3)' });
      pbx.variants.post = 'merges';
      await pressButton(options, 'Change Boston only (2040)');
      await options.click('.endpoint-form summary');
      await empty(options, 'Ringback tone');
      await pressButton(options, 'Save changes');
      await untilShown(options, words('endpoints_kept'));
      expect(pbx.endpoints.get('c2c-few')).toMatchObject({ ringback: '%(1,2,3)' });
      expect(pbx.violations).toEqual([]);
    } finally {
      await options.close();
      await pbx.close();
    }
  });

  async function play(system: MatrixSystem, scenario: Scenario): Promise<void> {
    const pbx = await system.start();
    try {
      await importSettings(browser, { pagedial: 1, account: pbx.account, country: 'US' });
      await untilOnline(browser);
      const stage = stageOf(system, pbx, await openPopup(browser));
      await scenario.play(stage);
      expectSound(stage, scenario);
      await expectNothingToldOf(pbx, `617555${stage.tail()}`);
      await stage.leave();
    } finally {
      for (const call of pbx.engine.live()) pbx.engine.end(call, 'completed', 'system');
      await pbx.close();
    }
  }

  /** Whom one calls, and with what secret, is in no report for support, and at the PBX a secret comes only the way that PBX has for it. */
  async function expectNothingToldOf(pbx: MatrixPbx, number: string): Promise<void> {
    const diagnostics = await browser.openOwnPage('diagnostics');
    const shown = await untilShown(diagnostics, /dialled/);
    const whole = await diagnostics.content();
    await diagnostics.close();
    const journal = await browser.inExtension(async () => JSON.stringify(await chrome.storage.session.get('journal')));
    const { values } = pbx.account;
    const secrets = ['password', 'token', 'relayToken', 'secret'].flatMap((key) => values[key] ?? []);
    for (const text of [shown, whole, journal]) {
      expect([number, ...secrets].filter((canary) => holds(text, canary))).toEqual([]);
      expect(text.replace(/\D/g, '')).not.toContain(number);
    }
    expect(strayIn(pbx.journal, (_method, path) => LOGINS.includes(path)).filter((way) => !ONLY_WAY.test(way))).toEqual(
      [],
    );
  }

  function stageOf(
    system: MatrixSystem,
    pbx: MatrixPbx,
    opened: Page,
  ): Stage & { leave(): Promise<void>; tail(): string } {
    let popup = opened;
    let tail = '';
    return {
      system,
      pbx,
      async dial() {
        count += 1;
        tail = `01${String(count % 100).padStart(2, '0')}`;
        watchNumber(`+1617555${tail}`);
        await type(popup, `+1617555${tail}`);
      },
      shows: (...keys) => shows(popup, tail, PATIENCE_MS, ...keys),
      hasHangUp: () => hangUpOf(popup, tail),
      hangUp: () => pressButton(popup, 'Hang up'),
      has: (what) => hasButton(popup, HANDLING[what]),
      press: (want) => pressButton(popup, HANDLING[want]),
      async transferTo(number) {
        await pressButton(popup, HANDLING.transfer);
        await until('the field is there', () => popup.$('.transfer input:focus'));
        await popup.keyboard.type(number);
        await popup.keyboard.press('Enter');
      },
      until: async (what, probe) => void (await until(what, probe, PATIENCE_MS)),
      async killBackground() {
        await browser.stopBackground();
        // Firefox tells a driver nothing about the reload of an extension's page: it is opened anew.
        await popup.close();
        popup = await openPopup(browser);
        await untilOnline(browser);
      },
      leave: () => popup.close(),
      tail: () => tail,
      wait: (ms) => rest(Math.min(ms, 3_000)),
    };
  }

  async function makeOlder(ms: number): Promise<void> {
    await browser.inExtension(async (by) => {
      const { state } = (await chrome.storage.session.get('state')) as { state: { calls: { startedAt: number }[] } };
      const calls = state.calls.map((call) => ({ ...call, startedAt: call.startedAt - by }));
      await chrome.storage.session.set({ state: { ...state, calls } });
      await chrome.runtime.sendMessage({ type: 'page/settings', payload: {} });
    }, ms);
    expect((await readState(browser))?.calls.length).toBeGreaterThan(0);
  }
});

/** Requests whose body may hold a password. */
const LOGINS = ['/rest/system/session', '/api/auth/login', '/v2/user_auth', '/oauth/token'];
/** ARI takes its password for events in the address only; a link of Vodia its hash, which is another text. */
const ONLY_WAY = /^GET \/ari\/events/;

const HANDLING = { hold: 'Hold', resume: 'Resume', transfer: 'Transfer' } as const;

async function typeInto(options: Page, label: string, text: string): Promise<void> {
  const focus = (wanted: string) => {
    const found = [...document.querySelectorAll('label')].find((one) => one.textContent?.trim() === wanted);
    document.getElementById(found?.htmlFor ?? '')?.focus();
    return found !== undefined;
  };
  await until(`there is a field "${label}"`, () => options.evaluate(focus, label));
  await options.keyboard.type(text);
}

async function empty(options: Page, label: string): Promise<void> {
  await typeInto(options, label, '');
  await options.keyboard.down('Control');
  await options.keyboard.press('a');
  await options.keyboard.up('Control');
  await options.keyboard.press('Delete');
}

async function choose(options: Page, label: string, value: string): Promise<void> {
  const idOf = (wanted: string) =>
    [...document.querySelectorAll('label')].find((one) => one.textContent?.trim() === wanted)?.htmlFor;
  const id = await until(`there is a choice "${label}"`, () => options.evaluate(idOf, label));
  await options.select(`[id="${id}"]`, value);
}

async function type(popup: Page, number: string): Promise<void> {
  await popup.bringToFront();
  await until('there is a field', () => popup.$('#dial-number'));
  await popup.focus('#dial-number');
  await popup.keyboard.type(number);
  await popup.keyboard.press('Enter');
}

/** Waits until the card of the number that ends like this says one of these. */
async function shows(popup: Page, tail: string, withinMs: number, ...keys: readonly string[]): Promise<void> {
  const wanted = keys.map(words);
  let last = '';
  try {
    await until(
      `the popup says ${keys.join(' or ')}`,
      async () => {
        last = (await cardOf(popup, tail))?.text ?? '';
        return wanted.some((pattern) => pattern.test(last));
      },
      withinMs,
    );
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}; its card says: ${last}`);
  }
}

async function hangUpOf(popup: Page, tail: string): Promise<boolean> {
  return (await cardOf(popup, tail))?.hasHangUp ?? false;
}

function cardOf(
  popup: Page,
  tail: string,
): Promise<{ readonly text: string; readonly hasHangUp: boolean } | undefined> {
  return popup.evaluate((end) => {
    const card = [...document.querySelectorAll<HTMLElement>('.call')].find((one) =>
      (one.querySelector('.call-number')?.textContent ?? '').replace(/\D/g, '').endsWith(end),
    );
    return card && { text: card.innerText, hasHangUp: card.querySelector('.button-danger') !== null };
  }, tail);
}
