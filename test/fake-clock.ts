import type { Clock } from '../src/background/clock.ts';

/** Time that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Runs what falls due, in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** The machine sleeps: time passes and nothing runs; what fell due runs late, with the next `advance`. */
  sleep(ms: number): void;
}

/** @param start - milliseconds since 1970 */
export function createFakeClock(start = 1_800_000_000_000): FakeClock {
  let now = start;
  let jobs: { readonly at: number; readonly job: () => void }[] = [];
  return {
    now: () => now,
    after(ms, job) {
      const entry = { at: now + ms, job };
      jobs.push(entry);
      return () => {
        jobs = jobs.filter((other) => other !== entry);
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = jobs.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        jobs = jobs.filter((entry) => entry !== next);
        now = Math.max(now, next.at);
        next.job();
        await settle();
      }
      now = end;
    },
    sleep(ms) {
      now += ms;
    },
  };
}

/** Lets everything that is only promises come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
}
