import type { Call, CallId, EndReason, EpochMs } from './calls.ts';
import { cleanText } from './clean-text.ts';

/** A call that has ended, as it is kept on this computer. */
export interface RecentCall {
  readonly id: CallId;
  readonly number: string;
  readonly ext?: string;
  readonly name?: string;
  readonly direction: Call['direction'];
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  /** How long they talked; absent when they did not, or nobody knows. */
  readonly talkedMs?: number;
  readonly reason: EndReason;
  /** Whether the request reached the PBX. */
  readonly placed: Call['placed'];
  /** False: the end is our guess. */
  readonly confirmed: boolean;
}

export const MOST_RECENT = 500;
const LONGEST_NUMBER = 64;
const DAY_MS = 86_400_000;

/** What is kept of an ended call; undefined for one of a private window, and while it lives. */
export function recentOf(call: Call): RecentCall | undefined {
  if (call.state.phase !== 'ended' || call.origin?.isPrivate || call.number === '') return undefined;
  const { id, number, ext, name, direction, startedAt, talkingSince, placed, confirmed, handedOver } = call;
  const { at, reason } = call.state;
  return {
    id,
    number: number.slice(0, LONGEST_NUMBER),
    ...(ext === undefined ? {} : { ext }),
    ...(name === undefined ? {} : { name: cleanText(name) }),
    direction,
    startedAt,
    endedAt: at,
    ...(talkingSince === undefined ? {} : { talkedMs: Math.max(0, at - talkingSince) }),
    reason,
    placed,
    confirmed: confirmed || handedOver === true,
  };
}

/** The list with this call in it, newest first, the oldest dropped. What is better known of the same call takes its place. */
export function withRecent(list: readonly RecentCall[], call: RecentCall): readonly RecentCall[] {
  const others = list.filter((one) => one.id !== call.id);
  const at = others.findIndex((one) => one.startedAt <= call.startedAt);
  const place = at < 0 ? others.length : at;
  return [...others.slice(0, place), call, ...others.slice(place)].slice(0, MOST_RECENT);
}

/** How often a number was called within the last day, and when last; undefined when it was not. */
export function calledLately(
  list: readonly RecentCall[],
  number: string,
  now: EpochMs,
): { readonly times: number; readonly last: RecentCall } | undefined {
  const isMeant = (one: RecentCall) =>
    one.direction === 'outgoing' && one.number === number && one.placed !== 'no' && now - one.startedAt < DAY_MS;
  const calls = list.filter(isMeant);
  const [last] = calls;
  return last && { times: calls.length, last };
}

/** Stored calls of any age; what cannot be shown is left out. Pure; never throws. */
export function readRecentCalls(stored: unknown): readonly RecentCall[] {
  return Array.isArray(stored) ? stored.filter(isRecentCall).slice(0, MOST_RECENT) : [];
}

function isRecentCall(value: unknown): value is RecentCall {
  if (typeof value !== 'object' || value === null) return false;
  const { id, number, direction, startedAt, endedAt, reason } = value as Partial<Record<keyof RecentCall, unknown>>;
  return (
    typeof id === 'string' &&
    typeof number === 'string' &&
    (direction === 'outgoing' || direction === 'incoming') &&
    typeof startedAt === 'number' &&
    typeof endedAt === 'number' &&
    typeof reason === 'string'
  );
}
