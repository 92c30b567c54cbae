import { type Call, type EpochMs, isAwaited, isLive } from './calls.ts';
import type { FormerCall } from './former-calls.ts';
import type { Pace } from './pace.ts';
import { type AppState, INITIAL } from './update.ts';

/**
 * What must outlive an update of the extension and a crash of the browser, both of which empty `storage.session`: requests without a good
 * outcome, calls that may still be live, and how many were placed lately. Nothing of private windows.
 */
export interface Keepsake {
  readonly calls: readonly Call[];
  readonly pace?: Pace;
  readonly former?: readonly FormerCall[];
}

/** Older than this, a call says nothing about today. */
const KEEP_WITHIN_MS = 12 * 60 * 60_000;

/** What is to be kept of a state; undefined when nothing is. */
export function keepsakeOf(state: AppState, now: EpochMs): Keepsake | undefined {
  // Nothing of a private window is written to a disk, whatever that costs.
  const open = state.calls.filter((call) => call.origin?.isPrivate !== true);
  const calls = open.filter((call) => isLive(call) || isAwaited(call, now) || !isSure(call));
  const { pace } = state;
  const openFormer = state.former?.filter(({ isPrivate }) => !isPrivate);
  const former = openFormer?.length ? openFormer : undefined;
  if (calls.length === 0 && pace === undefined && former === undefined) return undefined;
  return { calls, ...(pace ? { pace } : {}), ...(former ? { former } : {}) };
}

/** True for an end the PBX has told: nobody misses it. That a call was not placed, or is not known, must not go unseen. */
function isSure(call: Call): boolean {
  return call.placed === 'yes' && call.confirmed;
}

/** The state to start from where the last one is gone. How the calls stand now is for `woke` and the PBX to say. */
export function restore({ calls, pace, former }: Keepsake, now: EpochMs): AppState {
  const recent = calls.filter(({ heardAt, startedAt }) => Math.abs(now - (heardAt ?? startedAt)) < KEEP_WITHIN_MS);
  return { ...INITIAL, calls: recent, ...(pace ? { pace } : {}), ...(former ? { former } : {}) };
}
