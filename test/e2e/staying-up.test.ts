import { describe, expect, test } from 'vitest';
import { startVodia } from '../simulators/vodia.ts';
import { playSoak } from '../soak/play.ts';
import { BROWSER_KINDS, type BrowserKind } from '../tools/browsers.ts';
import { dial, talk, timesPlaced, untilCall, untilOver } from './harness/desk.ts';
import { keepProfile } from './harness/kept-profile.ts';
import { GECKO_ID, launch, type TestBrowser } from './harness/launch.ts';
import { type Office, openOffice, settingsFor } from './harness/office.ts';
import { openPopup, pressButton, untilCertain, untilShown } from './harness/popup.ts';
import { IS_FULL } from './harness/sample.ts';
import { importSettings, untilOnline } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';
import { words } from './harness/words.ts';

// What takes its time, all of it at the same time: nothing of it keeps a machine busy.

const IDLE_MS = IS_FULL ? 600_000 : 34_000;
const ASLEEP_MS = IS_FULL ? 60_000 : 8_000;
const SOAK_MS = IS_FULL ? 600_000 : 60_000;
const SOAK_SEED = 5;
/** A browser stops a background that gives no sign of life for 30 s; what is sent to stay there has to come well before. */
const LONGEST_GAP_MS = 25_000;
/** Promised are 25 s and 5 s; the rest is for a busy machine. */
const DEAD_WITHIN_MS = 32_000;
const TRUTH_WITHIN_MS = 12_000;
const TIMEOUT_MS = IDLE_MS + ASLEEP_MS + 120_000;

describe.concurrent('a long time', () => {
  test.for(BROWSER_KINDS)(
    'F5, F7, F8: idle, a line dead without a word, and sleep, in %s',
    { timeout: TIMEOUT_MS },
    async (kind, { onTestFinished }) => {
      const office = await openOffice(kind);
      onTestFinished(() => office.close());

      // In `npm test` each browser plays two of the three, side by side with what else has to wait here.
      if (IS_FULL || kind === 'firefox') await deadLine(office);
      await idle(office);
      if (IS_FULL || kind === 'chromium') await sleep(office);

      expect(office.pbx.violations).toEqual([]);
    },
  );

  test.for<BrowserKind>(IS_FULL ? BROWSER_KINDS : ['chromium'])(
    'F29: a working day with faults loses, doubles and invents no call, in %s',
    { timeout: SOAK_MS + 180_000 },
    async (kind, { onTestFinished }) => {
      const office = await openOffice(kind);
      onTestFinished(() => office.close());

      const result = await playSoak(office, { ms: SOAK_MS, seed: SOAK_SEED });

      console.log(`soak in ${kind}: ${JSON.stringify(result)}`);
      expect(result.problems).toEqual([]);
      expect(result).toMatchObject({ lost: 0, doubled: 0, ghosts: 0, violations: 0 });
      expect(result.placed).toBeGreaterThan(5);
    },
  );

  test.for<BrowserKind>(IS_FULL ? BROWSER_KINDS : ['chromium'])(
    'F18, F19: a crash in mid-call harms nothing; the next start connects by itself and shows the call, in %s',
    { timeout: TIMEOUT_MS },
    async (kind, { onTestFinished }) => {
      const pbx = await startVodia();
      onTestFinished(() => pbx.close());
      const kept = keepProfile(kind, GECKO_ID);
      onTestFinished(() => kept.remove());
      const first = await start();
      await importSettings(first, settingsFor(pbx));
      await untilOnline(first);
      const desk = { browser: first, pbx };
      await talk(desk, '+16175550118');
      pbx.faults.set('frame:call-state', { kind: 'swallow' }, { always: true });
      await dial(desk, '+16175550119');
      await until('the PBX is asked', () => timesPlaced(desk, '+16175550119') === 1);

      await first.crash();
      pbx.faults.clear();
      await until('the old socket is gone', () => pbx.sockets().length === 0);
      expect(pbx.engine.live()).toHaveLength(2);
      const second = await start();

      // Nobody opens anything of ours.
      await until('it has connected', () => pbx.sockets().length === 1);
      const again = { browser: second, pbx };
      await untilCall(again, '+16175550118', (call) => call.confirmed && call.state.phase === 'talking');
      await untilCall(again, '+16175550119', (call) => call.confirmed && call.state.phase === 'ringing');
      const popup = await openPopup(second);
      await untilCertain(popup, 'state_talking');
      for (const number of ['+16175550118', '+16175550119']) expect(timesPlaced(again, number)).toBe(1);
      await pressButton(popup, 'Hang up');
      await until('one call is hung up', () => pbx.engine.live().length === 1);
      await until(
        'the popup shows the other one only',
        async () => (await popup.$$('.call .button-danger')).length === 1,
      );
      await pressButton(popup, 'Hang up');
      await untilOver(again);
      expect(pbx.violations).toEqual([]);

      async function start(): Promise<TestBrowser> {
        const browser = await launch(kind, { kept });
        onTestFinished(() => browser.close());
        return browser;
      }
    },
  );
});

/** F7: in a call it is said within 25 s, and mended. */
async function deadLine(office: Office): Promise<void> {
  await talk(office, '+16175550147');
  const popup = await openPopup(office.browser);
  await untilShown(popup, words('state_talking'));

  office.pbx.halfOpen();

  const shown = await untilShown(popup, words('state_reconnecting_since'), DEAD_WITHIN_MS);
  expect(shown).toMatch(/\d{1,2}:\d\d:\d\d/);
  await untilCertain(popup, 'state_talking');
  office.pbx.farEnd().hangUp();
  await untilOver(office);
  await popup.close();
}

/** F5: nobody does anything, and the line stays as it is. Nothing may be asked of the extension meanwhile: that would wake it. */
async function idle(office: Office): Promise<void> {
  const opened = office.pbx.socketsOpened;
  // One that died without a word may still be there for the PBX, for a while.
  const line = office.pbx.sockets().at(-1)?.id;
  const frames = office.pbx.journal.frames('in').length;
  const since = Date.now();

  await rest(IDLE_MS);

  expect(office.pbx.sockets().map(({ id }) => id)).toContain(line);
  expect(office.pbx.socketsOpened).toBe(opened);
  const times = office.pbx.journal
    .frames('in')
    .slice(frames)
    .map(({ at }) => at);
  const gaps = [since, ...times, Date.now()].map((at, index, all) => at - (all[index - 1] ?? at));
  expect(Math.max(...gaps)).toBeLessThan(LONGEST_GAP_MS);
}

/** F8: what happened while the machine slept is shown within 5 s of its waking. */
async function sleep(office: Office): Promise<void> {
  await talk(office, '+16175550148');
  const popup = await openPopup(office.browser);
  await untilShown(popup, words('state_talking'));

  const wake = office.browser.sleep();
  office.pbx.halfOpen();
  office.pbx.dropSockets();
  expect(office.pbx.farEnd().hangUp()).toBe(true);
  await rest(ASLEEP_MS);
  wake();

  await untilShown(popup, words('state_no_longer_seen'), TRUTH_WITHIN_MS);
  await popup.close();
}
