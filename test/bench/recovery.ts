import { nudge, talk } from '../e2e/harness/desk.ts';
import { AGENT, type Office, openOffice } from '../e2e/harness/office.ts';
import { openPopup, untilCertain, untilShown } from '../e2e/harness/popup.ts';
import { readState, untilOnline } from '../e2e/harness/set-up.ts';
import { until } from '../e2e/harness/until.ts';
import { words } from '../e2e/harness/words.ts';
import type { BrowserKind } from '../tools/browsers.ts';
import { watchText } from './calls.ts';
import { type Figure, figureOf } from './median.ts';

const RUNS = 7;
const NETWORK_RUNS = 5;

export interface RecoveryFigures {
  /** From the killed background to the call being shown as certain again; the popup opens right after the kill. Promised: 2 s. */
  readonly rebuiltAfterKillMs: Figure;
  /** The same when the extension was updated. */
  readonly rebuiltAfterUpdateMs: Figure;
  /** From the network being back to a line that is up, after several tries in vain. Promised: 5 s. */
  readonly networkBackMs: Figure;
  /** From the PBX's frame about an incoming call to the popup's text. Promised: 1 s. */
  readonly incomingToPopupMs: Figure;
}

/** Times how soon the truth is shown again in one browser. */
export async function measureRecovery(kind: BrowserKind): Promise<RecoveryFigures> {
  const office = await openOffice(kind);
  try {
    let next = 10;
    const collect = async (runs: number, measure: (n: number) => Promise<number>) => {
      const values: number[] = [];
      for (let run = 0; run < runs; run++) values.push(await measure(next++));
      return figureOf(values);
    };
    return {
      rebuiltAfterKillMs: await collect(RUNS, (n) => rebuilt(office, n, () => office.browser.stopBackground())),
      rebuiltAfterUpdateMs: await collect(RUNS, (n) => rebuilt(office, n, () => office.browser.update())),
      networkBackMs: await collect(NETWORK_RUNS, () => networkBack(office)),
      incomingToPopupMs: await collect(RUNS, (n) => incoming(office, n)),
    };
  } finally {
    await office.close();
  }
}

async function rebuilt(office: Office, n: number, strike: () => Promise<void>): Promise<number> {
  await talk(office, `+161755501${n}`);
  await strike();
  const struckAt = Date.now();
  await nudge(office);
  await until('the call is certain again', async () => {
    const state = await readState(office.browser);
    return (
      state?.connection.status === 'online' &&
      state.calls.some((call) => call.confirmed && call.state.phase === 'talking')
    );
  });
  const took = Date.now() - struckAt;
  const popup = await openPopup(office.browser);
  await untilCertain(popup, 'state_talking');
  await popup.close();
  await office.tidy();
  return took;
}

async function networkBack(office: Office): Promise<number> {
  await office.browser.setOffline(true);
  office.pbx.faults.set('session', { kind: 'reset-before' }, { always: true });
  office.pbx.dropSockets();
  await until(
    'several tries were in vain',
    async () => {
      const connection = (await readState(office.browser))?.connection;
      return connection?.status === 'waiting' && connection.attempt >= 3 && connection.retryAt > Date.now() + 3_000;
    },
    90_000,
  );
  office.pbx.faults.clear();
  await office.browser.setOffline(false);
  const backAt = Date.now();
  await until('the line is up', async () => (await readState(office.browser))?.connection.status === 'online', 70_000);
  return Date.now() - backAt;
}

async function incoming(office: Office, n: number): Promise<number> {
  await untilOnline(office.browser);
  const popup = await openPopup(office.browser);
  await watchText(popup, words('state_incoming').source);
  const sentAt = Date.now();
  const call = office.pbx.incoming(AGENT.extension, `+161755501${n}`, 'Maya Example');
  await untilShown(popup, words('state_incoming'));
  const seenAt = await popup.evaluate(() => (window as unknown as { seenAt: number }).seenAt);
  office.pbx.engine.end(call, 'cancelled', 'far-end');
  await popup.close();
  await office.tidy();
  return seenAt - sentAt;
}
