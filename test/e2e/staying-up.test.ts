import { afterEach, describe, expect, test } from 'vitest';
import { playSoak } from '../soak/play.ts';
import { BROWSER_KINDS, type BrowserKind } from '../tools/browsers.ts';
import { talk, untilOver } from './harness/desk.ts';
import { type Office, openOffice } from './harness/office.ts';
import { openPopup, untilCertain, untilShown } from './harness/popup.ts';
import { IS_FULL } from './harness/sample.ts';
import { rest } from './harness/until.ts';
import { words } from './harness/words.ts';

// What takes its time, all of it at the same time: nothing of it keeps a machine busy.

const IDLE_MS = IS_FULL ? 600_000 : 36_000;
const ASLEEP_MS = IS_FULL ? 60_000 : 12_000;
const SOAK_MS = IS_FULL ? 600_000 : 60_000;
const SOAK_SEED = 5;
/** A browser stops a background that gives no sign of life for 30 s; what is sent to stay there has to come well before. */
const LONGEST_GAP_MS = 25_000;
const TIMEOUT_MS = IDLE_MS + ASLEEP_MS + 120_000;

const offices: Office[] = [];
afterEach(async () => {
  await Promise.all(offices.splice(0).map((office) => office.close()));
});

describe.concurrent('a long time', () => {
  test.each(BROWSER_KINDS)(
    'F5, F7, F8: idle, a line dead without a word, and sleep, in %s',
    { timeout: TIMEOUT_MS },
    async (kind) => {
      const office = await openOffice(kind);
      offices.push(office);

      await deadLine(office);
      await idle(office);
      await sleep(office);

      expect(office.pbx.violations).toEqual([]);
    },
  );

  test.each<BrowserKind>(IS_FULL ? BROWSER_KINDS : ['chromium'])(
    'F29: a working day with faults loses, doubles and invents no call, in %s',
    { timeout: SOAK_MS + 180_000 },
    async (kind) => {
      const office = await openOffice(kind);
      offices.push(office);

      const result = await playSoak(office, { ms: SOAK_MS, seed: SOAK_SEED });

      console.log(`soak in ${kind}: ${JSON.stringify(result)}`);
      expect(result.problems).toEqual([]);
      expect(result).toMatchObject({ lost: 0, doubled: 0, ghosts: 0, violations: 0 });
      expect(result.placed).toBeGreaterThan(5);
    },
  );
});

/** F7: in a call it is said within 25 s, and mended. */
async function deadLine(office: Office): Promise<void> {
  await talk(office, '+16175550107');
  const popup = await openPopup(office.browser);
  await untilShown(popup, words('state_talking'));

  office.pbx.halfOpen();

  const shown = await untilShown(popup, words('state_reconnecting_since'), 25_000);
  expect(shown).toMatch(/\d\d:\d\d:\d\d/);
  await untilCertain(popup, 'state_talking');
  office.pbx.farEnd().hangUp();
  await untilOver(office);
  await popup.close();
}

/** F5: nobody does anything, and the line stays as it is. Nothing may be asked of the extension meanwhile: that would wake it. */
async function idle(office: Office): Promise<void> {
  const opened = office.pbx.socketsOpened;
  const frames = office.pbx.journal.frames('in').length;
  const since = Date.now();

  await rest(IDLE_MS);

  expect(office.pbx.sockets()).toHaveLength(1);
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
  await talk(office, '+16175550108');
  const popup = await openPopup(office.browser);
  await untilShown(popup, words('state_talking'));

  const wake = office.browser.sleep();
  office.pbx.halfOpen();
  office.pbx.dropSockets();
  office.pbx.farEnd().hangUp();
  await rest(ASLEEP_MS);
  wake();

  await untilShown(popup, words('state_no_longer_seen'), 5_000);
  await popup.close();
}
