import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startZorio } from '../simulators/zorio.ts';
import { dial, nudge, talk, timesPlaced, untilCall, untilOver } from './harness/desk.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { clickButton, findButton, saidOn } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { hasButton, openPopup, pressButton, untilCertain, untilShown } from './harness/popup.ts';
import { IS_FULL, isSampled, SAMPLED_KINDS } from './harness/sample.ts';
import { importSettings, readState, untilOnline } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';
import { words } from './harness/words.ts';

// The faults of security.md, section 4, that are no twin of a call's station (survival.test.ts) and take no minute (staying-up.test.ts).

const CLOSE_CODES = [1000, 1001, 1006, 1008, 1011, 4401] as const;
const RESTARTS = IS_FULL ? 100 : 5;
/** What is promised within 5 s, on a busy machine. */
const WITHIN_MS = 10_000;
const ALARM_STARTS = IS_FULL ? 20 : 4;

// Both browsers at the same time: most of it is waiting. Within one, one after the other.
describe.concurrent.each(SAMPLED_KINDS)('faults in %s', (kind) => {
  let office: Office;
  let popup: Page | undefined;
  let index = 0;
  /** In `npm test` each fault strikes in one of the browsers, in full runs in both. */
  const fault = (name: string, job: () => Promise<void>) =>
    (isSampled(kind, index++, 2) ? test.sequential : test.sequential.skip)(name, job);

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await popup?.close().catch(() => undefined);
    popup = undefined;
    office.pbx.faults.clear();
    await office.tidy();
    expect(office.pbx.violations).toEqual([]);
  });

  afterAll(() => office?.close());

  fault(
    'F2: the button on the page shows how its call stands, also when the background was killed meanwhile',
    async () => {
      const number = '+16175550102';
      const page = await office.show('<p>Office: +1 617 555 0102</p>');
      office.pbx.faults.set('frame:call-state', { kind: 'swallow' }, { always: true });
      await clickButton(office.browser, page, number);
      await until('the PBX is asked', () => timesPlaced(office, number) === 1);

      await office.browser.stopBackground();
      office.pbx.faults.clear();
      await nudge(office);

      await until('the page says that the own phone rings', async () =>
        words('page_call_own_phone').test(await saidOn(office.browser, page)),
      );
      expect(timesPlaced(office, number)).toBe(1);
    },
  );

  fault('F6: a socket closed with whatever code is made anew, once, and the call goes on', async () => {
    const number = '+16175550110';
    await talk(office, number);
    popup = await openPopup(office.browser);

    for (const code of CLOSE_CODES) {
      const opened = office.pbx.socketsOpened;
      office.pbx.dropSockets(code);
      await until(`the loss by ${code} is known`, async () => (await statusOf(office.browser)) !== 'online');
      await nudge(office);
      await untilOnline(office.browser);
      expect(office.pbx.socketsOpened - opened).toBe(1);
      await untilCertain(popup, 'state_talking');
    }

    expect(office.pbx.sockets()).toHaveLength(1);
    expect(timesPlaced(office, number)).toBe(1);
  });

  fault(
    'F10: without a network nothing is dialled and nothing waits for it; with it the line is up within 5 s',
    async () => {
      const number = '+16175550115';
      await office.browser.setOffline(true);
      office.pbx.faults.set('session', { kind: 'reset-before' }, { always: true });
      office.pbx.dropSockets();
      await until('the loss is known', async () => (await statusOf(office.browser)) !== 'online');

      expect(await dial(office, number)).toEqual({ ok: false, error: { reason: 'offline' } });

      office.pbx.faults.clear();
      await office.browser.setOffline(false);
      await until('the line is up', async () => (await statusOf(office.browser)) === 'online', WITHIN_MS);
      await rest(500);
      expect(timesPlaced(office, number)).toBe(0);
    },
  );

  fault('F12: a double click, two tabs and a key held down place one call', async () => {
    const number = '+16175550112';
    const first = await office.show('<p>Office: +1 617 555 0112</p>');
    const second = await office.show('<p>Desk: +1 617 555 0112</p>');
    const there = await findButton(office.browser, second, number);
    await first.bringToFront();
    const here = await findButton(office.browser, first, number);

    await first.mouse.click(here.x, here.y, { count: 2 });
    await second.bringToFront();
    await second.mouse.click(there.x, there.y);
    await second.keyboard.press('Tab');
    for (let times = 0; times < 5; times++) await second.keyboard.down('Enter');
    await second.keyboard.up('Enter');

    await until('the PBX is asked', () => timesPlaced(office, number) > 0);
    await untilCall(office, number, (call) => call.state.phase === 'ringing');
    expect(timesPlaced(office, number)).toBe(1);
  });

  fault('F13: two popups show the same, and what one hangs up is gone in both', async () => {
    const number = '+16175550113';
    popup = await openPopup(office.browser);
    const other = await openPopup(office.browser);
    await talk(office, number);
    await Promise.all([popup, other].map((page) => untilShown(page, words('state_talking'))));

    await pressButton(other, 'Hang up');

    await untilOver(office);
    for (const page of [popup, other]) await until('it is gone', async () => !(await hasButton(page, 'Hang up')));
    await other.close();
  });

  fault('F14: what is done at the desk phone is shown; calls of colleagues are not', async () => {
    const { pbx } = office;
    popup = await openPopup(office.browser);
    const own = pbx.engine.place({ tenant: pbx.tenant, agent: AGENT.extension, number: '+16175550114' });
    pbx.colleagueCalls('47', '+16175550199');
    await untilShown(popup, words('state_ringing_pick_up'));
    pbx.phone(AGENT.extension).answer();
    await until('the other end answers', () => pbx.farEnd(own.id).answer());
    await untilShown(popup, words('state_talking'));

    pbx.phone(AGENT.extension).hold();
    await untilShown(popup, words('state_held'));
    pbx.phone(AGENT.extension).resume();
    await untilShown(popup, words('state_talking'));
    pbx.phone(AGENT.extension).hangUp();

    const shown = await untilShown(popup, words('end_unknown'));
    expect(shown).not.toMatch(/0199/);
    expect(await hasButton(popup, 'Hang up')).toBe(false);
  });

  fault('F20: ten calls a minute at Zorio are ten, however often the background starts or is updated', async () => {
    const pbx = await startZorio();
    const browser = await launch(kind);
    try {
      const values = { server: pbx.origin, extension: '1001', username: 'ann', password: 's3cret-1001' };
      await importSettings(browser, { pagedial: 1, account: { vendor: 'zorio', values }, country: 'US' });
      await untilOnline(browser);
      const desk = { ...office, browser };
      for (let n = 0; n < 10; n++) {
        await dial(desk, `+161755501${20 + n}`);
        await until('the PBX is asked', () => pbx.places().length === n + 1);
        if (n === 3 || n === 6) await browser.stopBackground();
        if (n === 8) await browser.update();
        if (n === 3 || n === 6 || n === 8) {
          await nudge(desk);
          await untilOnline(browser);
        }
      }

      await browser.stopBackground();
      await nudge(desk);
      await untilOnline(browser);
      await dial(desk, '+16175550130');

      const refused = await untilCall(desk, '+16175550130', (call) => call.state.phase === 'ended');
      expect(refused).toMatchObject({ placed: 'no', error: { kind: 'rate-limited' } });
      expect(pbx.places()).toHaveLength(10);
      expect(pbx.violations).toEqual([]);
    } finally {
      await browser.close();
      await pbx.close();
    }
  });

  fault(
    'F21: a session that is over is renewed once and in silence; a changed password waits for the user',
    async () => {
      const number = '+16175550121';
      await talk(office, number);
      popup = await openPopup(office.browser);
      const logins = () => office.pbx.journal.requests().filter(({ path, method }) => isLogin(path, method)).length;

      let before = logins();
      office.pbx.expireSessions();
      office.pbx.dropSockets();
      await until('the loss is known', async () => (await statusOf(office.browser)) !== 'online');
      await untilOnline(office.browser);
      // A password login is two requests: whether the form is taken, and the login.
      expect(logins() - before).toBeLessThanOrEqual(2);
      await untilShown(popup, words('state_talking'));

      before = logins();
      office.pbx.changePassword(AGENT.extension, 'another-password');
      office.pbx.expireSessions();
      office.pbx.dropSockets();
      await untilShown(popup, words('error_login_refused'));
      const tries = logins() - before;
      for (let times = 0; times < 3; times++) {
        await office.browser.stopBackground();
        await nudge(office);
      }
      await rest(2_500);
      expect(logins() - before).toBe(tries);
      expect(tries).toBeLessThanOrEqual(4);
      expect(timesPlaced(office, number)).toBe(1);

      office.pbx.changePassword(AGENT.extension, AGENT.password);
      await office.browser.inExtension(() => chrome.runtime.sendMessage({ type: 'connection/retry', payload: {} }));
      await untilShown(popup, words('state_talking'));
    },
  );

  // In both: each browser has its own way of sending a request again by itself.
  test.sequential('F22: a call whose answer got lost is not known, and is not placed again, not by the browser either', async () => {
    const number = '+16175550122';
    office.pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
    office.pbx.dropSockets();
    await until('the PBX is known to take calls only', async () => {
      const connection = (await readState(office.browser))?.connection;
      return connection?.status === 'online' && connection.limit !== undefined;
    });
    popup = await openPopup(office.browser);
    office.pbx.faults.set('calls', { kind: 'reset-after' });

    await dial(office, number);

    await untilShown(popup, words('state_placed_unknown'));
    const asked = office.pbx.journal.requests().filter(({ path }) => path.endsWith('/calls'));
    expect(asked.map(({ headers }) => headers.connection)).toEqual(['close']);
    await office.browser.stopBackground();
    office.pbx.faults.clear();
    await nudge(office);
    // It was placed, and the live connection shows it.
    await untilShown(popup, words('state_ringing_pick_up'));
    expect(timesPlaced(office, number)).toBe(1);
  });

  fault(
    `F26: a message right after the background was killed is answered, ${RESTARTS} times out of ${RESTARTS}`,
    async () => {
      for (let times = 0; times < RESTARTS; times++) {
        await office.browser.stopBackground();
        const exported = await office.browser.inExtension(() =>
          chrome.runtime.sendMessage({ type: 'settings/export', payload: {} }),
        );
        expect(exported).toContain('"pagedial"');
      }
      await untilOnline(office.browser);
    },
  );

  fault('F27: a popup closed right after the press still hangs up', async () => {
    const number = '+16175550127';
    await talk(office, number);
    popup = await openPopup(office.browser);
    await untilShown(popup, words('state_talking'));

    await pressButton(popup, 'Hang up');
    await popup.close();

    await untilOver(office);
    popup = await openPopup(office.browser);
    await untilShown(popup, words('end_cancelled'));
  });

  fault('a wait for the next try is cut short by the popup, and by a click on a number', async () => {
    for (const comes of [() => openPopup(office.browser), () => clickOnNumber('+16175550131')]) {
      await office.browser.stopBackground();
      await office.browser.inExtension(async () => {
        const { state } = (await chrome.storage.session.get('state')) as { state: object };
        const error = { kind: 'unreachable', detail: '' };
        const connection = { status: 'waiting', attempt: 6, retryAt: Date.now() + 55_000, error };
        await chrome.storage.session.set({ state: { ...state, connection } });
      });

      const page = await comes();

      await until('the line is up', async () => (await statusOf(office.browser)) === 'online', WITHIN_MS);
      if (page) await page.close();
    }
    await untilCall(office, '+16175550131', (call) => call.state.phase === 'ringing');
    expect(timesPlaced(office, '+16175550131')).toBe(1);
  });

  async function clickOnNumber(number: string): Promise<undefined> {
    const page = await office.show(`<p>Office: ${number}</p>`);
    await clickButton(office.browser, page, number);
  }

  fault('F30: an alarm that got lost is set again, and starts never put it off', async () => {
    const alarm = () => office.browser.inExtension(async () => (await chrome.alarms.get('tick'))?.scheduledTime);
    await office.browser.inExtension(() => chrome.alarms.clear('tick'));
    await office.browser.stopBackground();
    await nudge(office);
    const set = await until('the alarm is set again', alarm);

    for (let times = 0; times < ALARM_STARTS; times++) {
      await office.browser.stopBackground();
      await nudge(office);
    }

    const due = await until('the alarm is there', alarm);
    // It may have come meanwhile; then its next time is one period later, and no start has moved it.
    const periods = (due - set) / 30_000;
    expect(Math.abs(periods - Math.round(periods))).toBeLessThan(0.05);
    await untilOnline(office.browser);
  });
});

function isLogin(path: string, method: string): boolean {
  return path === '/rest/system/session' && method !== 'GET';
}

async function statusOf(browser: TestBrowser): Promise<string | undefined> {
  return (await readState(browser))?.connection.status;
}
