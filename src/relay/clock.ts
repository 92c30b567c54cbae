import type { EpochMs } from '../core/calls.ts';

/** Time as the relay sees it; tests move it. */
export interface RelayClock {
  now(): EpochMs;
  /** Runs the job once, later; answers with its own cancel. */
  after(ms: number, job: () => void): () => void;
}

/** The machine's own clock. Its timers do not keep the process alive. */
export const SYSTEM_CLOCK: RelayClock = {
  now: () => Date.now(),
  after(ms, job) {
    const timer = setTimeout(job, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
