import type { EpochMs } from './calls.ts';

/** How often a PBX lets one login place calls. */
export interface PlaceLimit {
  readonly count: number;
  readonly perMs: number;
}

/** What was asked of the PBX lately. Part of the saved state: a background that starts anew must not start counting anew. */
export interface Pace {
  /** When calls were asked for, oldest first; only those that may still count. */
  readonly placedAt: readonly EpochMs[];
  /** The PBX has asked for patience until then. */
  readonly pausedUntil?: EpochMs;
}

/** A pause that ends later than this was made by another clock. */
const LONGEST_PAUSE_MS = 24 * 60 * 60_000;

/** Milliseconds until the next call may be placed; 0: now. */
export function waitToPlace(pace: Pace | undefined, limit: PlaceLimit | undefined, now: EpochMs): number {
  const pause = (pace?.pausedUntil ?? now) - now;
  const paused = pause > LONGEST_PAUSE_MS ? 0 : Math.max(pause, 0);
  if (!limit) return paused;
  const recent = recentOf(pace, limit, now);
  const oldest = recent.at(-limit.count);
  return Math.max(paused, oldest === undefined ? 0 : oldest + limit.perMs - now);
}

/** Until when no call may be placed; undefined when one may be now. The same while nothing is placed. */
export function pausedUntil(pace: Pace | undefined, limit: PlaceLimit | undefined, now: EpochMs): EpochMs | undefined {
  const wait = waitToPlace(pace, limit, now);
  return wait > 0 ? now + wait : undefined;
}

/** The pace once a call is asked for. Where the PBX sets no limit nothing is counted. */
export function afterPlacing(pace: Pace | undefined, limit: PlaceLimit | undefined, now: EpochMs): Pace | undefined {
  return limit ? { ...pace, placedAt: [...recentOf(pace, limit, now), now] } : pace;
}

/** The pace once the PBX has answered "too many": nothing is placed before that time. */
export function afterPlea(pace: Pace | undefined, retryAfterMs: number, now: EpochMs): Pace {
  return { placedAt: pace?.placedAt ?? [], pausedUntil: now + retryAfterMs };
}

function recentOf(pace: Pace | undefined, { perMs }: PlaceLimit, now: EpochMs): readonly EpochMs[] {
  return (pace?.placedAt ?? []).filter((at) => at <= now && now - at < perMs);
}
