/** Time as a simulator or a test sees it: the machine's, or one that a test moves. */
export interface SimClock {
  now(): number;
  /** Runs the job once, later; answers with its own cancel. */
  after(ms: number, job: () => void): () => void;
}

/** A clock that stands still until it is moved. */
export interface VirtualClock extends SimClock {
  /** Moves on by `ms` and runs everything that falls due on the way, in order of time. */
  advance(ms: number): void;
  /** Jobs that still wait. */
  readonly waiting: number;
}

/** The machine's own clock. Its timers do not keep a Node process alive. */
export function realClock(): SimClock {
  return {
    now: () => Date.now(),
    after(ms, job) {
      const timer = setTimeout(job, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** A clock for tests; starts at 2026-01-01 UTC unless told otherwise. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  let order = 0;
  const jobs = new Map<number, { readonly at: number; readonly run: () => void }>();
  const next = (limit: number) =>
    [...jobs].filter(([, job]) => job.at <= limit).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
  return {
    now: () => now,
    after(ms, job) {
      order += 1;
      const key = order;
      jobs.set(key, { at: now + Math.max(0, ms), run: job });
      return () => void jobs.delete(key);
    },
    advance(ms) {
      const end = now + ms;
      for (let due = next(end); due; due = next(end)) {
        jobs.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = end;
    },
    get waiting() {
      return jobs.size;
    },
  };
}
