import type { EpochMs } from '../core/calls.ts';

/** Time as the background sees it; tests move it by hand. */
export interface Clock {
  now(): EpochMs;
  /** Runs the job once, later; answers with its own cancel. */
  after(ms: number, job: () => void): () => void;
}

/** The machine's clock. Timers end with the background; the 30 s alarm stands in for them then. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(ms, job) {
    const timer = setTimeout(job, ms);
    return () => clearTimeout(timer);
  },
};
