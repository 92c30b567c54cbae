import type { EpochMs } from '../core/calls.ts';

const WITHIN_MS = 60_000;
const MOST_FAILED = 30;
const MOST_ADDRESSES = 10_000;

/** Counts failed logins per address, so that nobody can try tokens by the thousand. */
export class FailedTries {
  #failed = new Map<string, { readonly since: EpochMs; count: number }>();

  /** Milliseconds until this address may try again; 0: now. */
  waitMs(address: string, now: EpochMs): number {
    const entry = this.#failed.get(address);
    return entry && entry.count >= MOST_FAILED ? Math.max(0, entry.since + WITHIN_MS - now) : 0;
  }

  failed(address: string, now: EpochMs): void {
    const entry = this.#failed.get(address);
    if (entry && now - entry.since < WITHIN_MS) entry.count += 1;
    else this.#failed.set(address, { since: now, count: 1 });
    if (this.#failed.size > MOST_ADDRESSES) this.#forgetOld(now);
  }

  #forgetOld(now: EpochMs): void {
    const young = [...this.#failed].filter(([, { since }]) => now - since < WITHIN_MS);
    this.#failed = new Map(young.slice(-MOST_ADDRESSES / 2));
  }
}
