import type { AppState } from '../../../src/core/update.ts';
import { AGENT, type Office } from './office.ts';
import { readState } from './set-up.ts';
import { until } from './until.ts';

type SavedCall = AppState['calls'][number];

/** Asks for a call as the popup does. Resolves once the intent is saved. */
export async function dial(office: Office, number: string): Promise<void> {
  await office.browser.inExtension(async (text) => {
    const payload = { text, requestId: crypto.randomUUID() };
    await chrome.runtime.sendMessage({ type: 'ui/dial', payload });
  }, number);
}

/** What the popup does when it is opened. */
export async function nudge(office: Office): Promise<void> {
  await office.browser.inExtension(() => chrome.runtime.sendMessage({ type: 'connection/nudge', payload: {} }));
}

/** Waits until the saved call to this number is as wanted. For waiting; what users see is asserted in the popup. */
export function untilCall(office: Office, number: string, isWanted: (call: SavedCall) => boolean): Promise<SavedCall> {
  return until(`the call to ${number} is as wanted`, async () => {
    const calls = (await readState(office.browser))?.calls ?? [];
    const call = calls.find((candidate) => candidate.number === number);
    return call && isWanted(call) ? call : undefined;
  });
}

/** How often the PBX was asked to call this number. */
export function timesPlaced(office: Office, number: string): number {
  return office.pbx.places().filter((place) => place.number === number).length;
}

/** Places a call and lets both sides answer. */
export async function talk(office: Office, number: string): Promise<void> {
  await dial(office, number);
  await until(`the PBX is asked to call ${number}`, () => timesPlaced(office, number) === 1);
  office.pbx.phone(AGENT.extension).answer();
  await until('the other end answers', () => office.pbx.farEnd().answer());
  await untilCall(office, number, (call) => call.state.phase === 'talking');
}

/** The PBX has no live call. */
export async function untilOver(office: Office): Promise<void> {
  await until('the PBX has no live call', () => office.pbx.engine.live().length === 0);
}
