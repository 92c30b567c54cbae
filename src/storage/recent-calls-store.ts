import { type RecentCall, readRecentCalls } from '../core/recent-call.ts';
import { createKeepsakeItem, type KeepsakeItem } from './keepsake-item.ts';
import { openRecentCallsItem } from './local-items.ts';
import { once } from './once.ts';
import { NO_RECENT_CALLS, recentCallsItem } from './state-item.ts';
import { indexedDbStore } from './vault-store.ts';

/** The recent calls: sealed on the disk, and open in memory for our own pages, which so paint them as fast as all else. Background only. */
export interface RecentCallsStore {
  /** Rejects where the browser has no memory for them. */
  load(): Promise<readonly RecentCall[]>;
  /** An empty list leaves nothing on the disk, not even the key. */
  save(list: readonly RecentCall[]): Promise<void>;
}

/** Opens what is sealed when it is asked for first; what an older version kept open is taken over, and removed. */
export function createRecentCallsStore(
  sealed: KeepsakeItem<readonly unknown[]> = createKeepsakeItem(isList, indexedDbStore('recent-calls')),
): RecentCallsStore {
  const fill = once(async () => {
    const before = await openRecentCallsItem.read();
    // What is in memory outlives the background's sleep, but neither an update nor the browser's end.
    if (before === undefined && (await recentCallsItem.read()) !== NO_RECENT_CALLS) return;
    const list = readRecentCalls((await sealed.read()) ?? before);
    await recentCallsItem.write(list);
    if (before === undefined) return;
    await put(list);
    await openRecentCallsItem.write(undefined);
  });

  function put(list: readonly RecentCall[]): Promise<void> {
    return sealed.write(list.length === 0 ? undefined : list);
  }

  return {
    async load() {
      await fill();
      return recentCallsItem.read();
    },
    async save(list) {
      await recentCallsItem.write(list);
      await put(list);
    },
  };
}

function isList(stored: unknown): stored is readonly unknown[] {
  return Array.isArray(stored);
}
