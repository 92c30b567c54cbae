import type { CallNews } from '../core/call-news.ts';
import { type RecentCall, recentOf, withRecent } from '../core/recent-call.ts';

export interface RecentCallsParts {
  /** Whether the user wants them kept. */
  isWanted(): Promise<boolean>;
  load(): Promise<readonly RecentCall[]>;
  save(list: readonly RecentCall[]): Promise<void>;
}

/** The calls of the last days, kept on this computer only. */
export interface RecentCalls {
  tell(news: readonly CallNews[]): void;
  /** Removes one, or all of them. */
  forget(id?: string): Promise<void>;
  /** Puts the list before our own pages, empty where the user does not want it kept any more. */
  tidy(): Promise<void>;
}

/** The single writer of the list. A full disk costs the list, never a call. */
export function createRecentCalls(parts: RecentCallsParts): RecentCalls {
  let queue: Promise<unknown> = Promise.resolve();

  function change(job: (list: readonly RecentCall[]) => readonly RecentCall[]): Promise<void> {
    const done = queue.then(async () => {
      const list = await parts.load();
      const next = job(list);
      if (next !== list) await parts.save(next);
    });
    queue = done.catch(() => {});
    return done;
  }

  async function keep(calls: readonly RecentCall[]): Promise<void> {
    if (await parts.isWanted()) await change((list) => calls.reduce(withRecent, list));
  }

  return {
    tell(news) {
      const calls = news.flatMap(({ what, call }) => (what === 'ended' ? [recentOf(call)] : []));
      const known = calls.filter((call) => call !== undefined);
      if (known.length > 0) void keep(known).catch(() => {});
    },
    forget: (id) => change((list) => without(list, id)),
    async tidy() {
      const isWanted = await parts.isWanted();
      await change((list) => (isWanted ? list : without(list)));
    },
  };
}

/** The same list where nothing is to be removed, so that nothing is written. */
function without(list: readonly RecentCall[], id?: string): readonly RecentCall[] {
  const left = id === undefined ? [] : list.filter((call) => call.id !== id);
  return left.length === list.length ? list : left;
}
