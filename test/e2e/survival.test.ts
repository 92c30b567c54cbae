import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dial, nudge, talk, timesPlaced, untilCall, untilOver } from './harness/desk.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { hasButton, openPopup, pressButton, textOf, untilCertain } from './harness/popup.ts';
import { isSampled, SAMPLED_KINDS } from './harness/sample.ts';
import { readState, untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';

/** A moment in the life of a call, by what is journalled of it. */
interface Station {
  readonly name: string;
  /** Brings a call to this number there. */
  bring(office: Office, number: string): Promise<void>;
  /** Undoes what held it there, after the fault. */
  release?(office: Office): void;
  /** Message key of what the popup says after the fault, unless the fault says otherwise. */
  readonly shown: string;
  /** How often the PBX may have been asked to place it, all in all. */
  readonly placed: 0 | 1;
  /** What is left to do: `hang-up` by the popup; the rest has to come by itself. */
  readonly end: 'hang-up' | 'by-itself';
}

interface Strike {
  readonly name: string;
  strike(office: Office): Promise<void>;
  /** Where what the popup says differs from the station's own words. `null`: the call is not listed any more. */
  readonly shown?: Readonly<Record<string, string | null>>;
  readonly isLong?: boolean;
}

const STATIONS: readonly Station[] = [
  {
    name: 'waiting for the line',
    async bring(office, number) {
      office.pbx.faults.set('session', { kind: 'delay', ms: 5_000 }, { always: true });
      office.pbx.dropSockets();
      await until('the line is known to be down', async () =>
        ['waiting', 'connecting'].includes((await readState(office.browser))?.connection.status ?? ''),
      );
      await dial(office, number);
      await untilCall(office, number, (call) => call.state.phase === 'requested');
    },
    release: (office) => office.pbx.faults.clear(),
    shown: 'state_not_placed',
    placed: 0,
    end: 'by-itself',
  },
  {
    name: 'sent and not answered',
    async bring(office, number) {
      office.pbx.faults.set('frame:call-state', { kind: 'swallow' }, { always: true });
      await dial(office, number);
      await until('the PBX is asked', () => timesPlaced(office, number) === 1);
    },
    release: (office) => office.pbx.faults.clear(),
    shown: 'state_ringing_pick_up',
    placed: 1,
    end: 'hang-up',
  },
  {
    name: 'ringing',
    async bring(office, number) {
      await dial(office, number);
      await untilCall(office, number, (call) => call.state.phase === 'ringing');
    },
    shown: 'state_ringing_pick_up',
    placed: 1,
    end: 'hang-up',
  },
  { name: 'talking', bring: talk, shown: 'state_talking', placed: 1, end: 'hang-up' },
  {
    name: 'held',
    async bring(office, number) {
      await talk(office, number);
      office.pbx.phone(AGENT.extension).hold();
      await untilCall(office, number, (call) => call.state.phase === 'held');
    },
    shown: 'state_held',
    placed: 1,
    end: 'hang-up',
  },
  {
    name: 'being hung up',
    async bring(office, number) {
      await talk(office, number);
      const { id } = await untilCall(office, number, () => true);
      office.pbx.faults.set('frame:clear-call', { kind: 'swallow' });
      await office.browser.inExtension(
        (callId) => chrome.runtime.sendMessage({ type: 'call/hang-up', payload: { id: callId } }),
        id,
      );
      await until(
        'the hang-up has left, and got lost',
        () => office.pbx.faults.struck.at(-1)?.point === 'frame:clear-call',
      );
    },
    // The PBX gives no reason, and to the next line it is a call that was there and is not.
    shown: 'end_cancelled',
    placed: 1,
    end: 'by-itself',
  },
  {
    name: 'hung up by the other end meanwhile',
    async bring(office, number) {
      await talk(office, number);
      // The next line is up only after the end, however fast the browser is.
      office.pbx.faults.set('session', { kind: 'delay', ms: 2_500 }, { always: true });
    },
    release(office) {
      office.pbx.farEnd().hangUp();
      office.pbx.faults.clear();
    },
    shown: 'state_no_longer_seen',
    placed: 1,
    end: 'by-itself',
  },
];

const STRIKES: readonly Strike[] = [
  { name: 'the background is killed', strike: (office) => office.browser.stopBackground() },
  {
    name: 'the socket is dropped',
    async strike(office) {
      office.pbx.dropSockets(1006);
      await until('the loss is known', async () => (await readState(office.browser))?.connection.status !== 'online');
    },
    // The background lives, so what waits is sent as soon as there is a line again.
    shown: { 'waiting for the line': 'state_ringing_pick_up' },
  },
  { name: 'the extension is updated', strike: (office) => office.browser.update() },
  {
    name: 'the line goes dead without a word',
    async strike(office) {
      office.pbx.halfOpen();
      await until(
        'the loss is known',
        async () => (await readState(office.browser))?.connection.status !== 'online',
        30_000,
      );
    },
    shown: { 'waiting for the line': 'state_ringing_pick_up' },
    isLong: true,
  },
  {
    name: 'the network is away for a while',
    async strike(office) {
      await office.browser.setOffline(true);
      office.pbx.dropSockets(1006);
      await until('the loss is known', async () => (await readState(office.browser))?.connection.status !== 'online');
      await office.browser.setOffline(false);
    },
    shown: { 'waiting for the line': 'state_ringing_pick_up' },
    isLong: true,
  },
];

/** Every station with every strike. */
const TWINS = STATIONS.flatMap((station, row) =>
  STRIKES.map((strike, column) => ({ station, strike, index: row + column })),
);

/** How long it may take until a call that is live at the PBX is shown as it stands: 5 s, and as much again on a busy machine. */
const SHOWN_WITHIN_MS = 10_000;

// Both browsers at the same time: most of it is waiting. Within one, one after the other.
describe.concurrent.each(SAMPLED_KINDS)('a call survives in %s', (kind) => {
  let office: Office;
  let popup: Page | undefined;

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

  const played = TWINS.filter(({ strike, index }) =>
    isSampled(kind, index, strike.isLong ? Number.POSITIVE_INFINITY : 2),
  );
  let next = 10;

  test.sequential.each(played.map(({ station, strike }) => [station.name, strike.name, station, strike] as const))(
    '%s, when %s',
    async (_station, _strike, station, strike) => {
      const number = `+161755501${next++}`;
      const wanted = strike.shown?.[station.name] ?? station.shown;
      const isPlaced = wanted === 'state_not_placed' ? 0 : 1;
      await station.bring(office, number);
      const talkingSince = await talkingSinceOf(office, number);

      await strike.strike(office);
      station.release?.(office);

      await nudge(office);
      popup = await openPopup(office.browser);
      await untilOnline(office.browser);
      await untilCertain(popup, wanted, SHOWN_WITHIN_MS);
      expect(timesPlaced(office, number)).toBe(isPlaced);
      // The running timer goes on where it stood.
      expect(await talkingSinceOf(office, number)).toBe(talkingSince);
      if (station.end === 'hang-up' || wanted !== station.shown) await pressButton(popup, 'Hang up');
      await untilOver(office);
      await until('nothing is left to hang up', async () => popup && !(await hasButton(popup, 'Hang up')));
      expect((await textOf(popup)).replace(/\D/g, '')).toContain(number.slice(2));
      expect(timesPlaced(office, number)).toBe(isPlaced);
    },
  );
});

async function talkingSinceOf(office: Office, number: string): Promise<number | undefined> {
  const calls = (await readState(office.browser))?.calls ?? [];
  return calls.find((call) => call.number === number)?.talkingSince;
}
