import type { AppState } from '../../../src/core/update.ts';
import { watchNumber } from './leaks.ts';
import { AGENT, type Office } from './office.ts';
import { readState } from './set-up.ts';
import { until } from './until.ts';

/** A browser with PageDial set up for this PBX. */
export type Desk = Pick<Office, 'browser' | 'pbx'>;

type SavedCall = AppState['calls'][number];

/** Asks for a call as the popup does. Resolves with the background's answer once the intent is saved, or refused. */
export function dial(desk: Desk, number: string): Promise<unknown> {
  watchNumber(number);
  return desk.browser.inExtension((text) => {
    const payload = { text, requestId: crypto.randomUUID() };
    return chrome.runtime.sendMessage({ type: 'ui/dial', payload }) as Promise<unknown>;
  }, number);
}

/** What the popup does when it is opened. */
export async function nudge(desk: Desk): Promise<void> {
  await desk.browser.inExtension(() => chrome.runtime.sendMessage({ type: 'connection/nudge', payload: {} }));
}

/** Waits until the saved call to this number is as wanted. For waiting; what users see is asserted in the popup. */
export function untilCall(desk: Desk, number: string, isWanted: (call: SavedCall) => boolean): Promise<SavedCall> {
  return until(`the call to ${number} is as wanted`, async () => {
    const calls = (await readState(desk.browser))?.calls ?? [];
    const call = calls.find((candidate) => candidate.number === number);
    return call && isWanted(call) ? call : undefined;
  });
}

/** How often the PBX was asked to call this number. */
export function timesPlaced(desk: Desk, number: string): number {
  return desk.pbx.places().filter((place) => place.number === number).length;
}

/** Places a call and lets both sides answer. */
export async function talk(desk: Desk, number: string): Promise<void> {
  await dial(desk, number);
  await until(`the PBX is asked to call ${number}`, () => timesPlaced(desk, number) === 1);
  desk.pbx.phone(AGENT.extension).answer();
  await until('the other end answers', () => desk.pbx.farEnd().answer());
  await untilCall(desk, number, (call) => call.state.phase === 'talking');
}

/** The PBX has no live call. */
export async function untilOver(desk: Desk): Promise<void> {
  await until('the PBX has no live call', () => desk.pbx.engine.live().length === 0);
}
