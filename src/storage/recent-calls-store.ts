import { type RecentCall, readRecentCalls } from '../core/recent-call.ts';
import { createKeepsakeItem, type KeepsakeItem } from './keepsake-item.ts';
import { openRecentCallsItem } from './local-items.ts';
import { once } from './once.ts';
import { formerCallsMissingItem, NO_RECENT_CALLS, recentCallsItem } from './state-item.ts';
import { indexedDbStore } from './vault-store.ts';

/** The recent calls: sealed on the disk, and open in memory for our own pages, which so paint them as fast as all else. Background only. */
export interface RecentCallsStore {
  /** Rejects where the browser has no memory for them. Those of this session only, while the disk cannot be read. */
  load(): Promise<readonly RecentCall[]>;
  /** An empty list leaves nothing on the disk, not even the key. */
  save(list: readonly RecentCall[]): Promise<void>;
}

/**
 * Opens what is sealed when it is asked for first; what an older version kept open is taken over, and removed. What could not be read is
 * never written over: it is tried again, and joined with what came since.
 * @param onKept - told whether the disk has them as they are
 */
export function createRecentCallsStore(
  onKept: (isKept: boolean) => void = () => {},
  sealed: KeepsakeItem<readonly unknown[]> = createKeepsakeItem(isList, indexedDbStore('recent-calls')),
): RecentCallsStore {
  const fill = once(async () => {
    const [before, newer, isMissing] = await Promise.all([
      openRecentCallsItem.read(),
      recentCallsItem.read(),
      formerCallsMissingItem.read(),
    ]);
    // What is in memory outlives the background's sleep, but neither an update nor the browser's end.
    if (before === undefined && newer !== NO_RECENT_CALLS && !isMissing) return;
    const stored = await readSealed();
    const list = readRecentCalls([...newer, ...readRecentCalls(stored ?? before)]);
    await recentCallsItem.write(list);
    if (isMissing) await formerCallsMissingItem.write(false);
    if (before === undefined && !isMissing) return;
    if (await put(list)) await openRecentCallsItem.write(undefined);
  });

  async function readSealed(): Promise<readonly unknown[] | undefined> {
    try {
      return await sealed.read();
    } catch (error) {
      // For when we wake next.
      await formerCallsMissingItem.write(true);
      onKept(false);
      throw error;
    }
  }

  /** False while the disk cannot be read. */
  async function isFilled(): Promise<boolean> {
    try {
      await fill();
      return true;
    } catch (error) {
      if (await formerCallsMissingItem.read()) return false;
      throw error;
    }
  }

  async function put(list: readonly RecentCall[]): Promise<boolean> {
    const isKept = await sealed.write(list.length === 0 ? undefined : list);
    onKept(isKept);
    return isKept;
  }

  /** As it was when they were loaded last: what is saved was made from those. */
  let isWhole: boolean | undefined;

  return {
    async load() {
      isWhole = await isFilled();
      return recentCallsItem.read();
    },
    async save(list) {
      isWhole ??= await isFilled();
      await recentCallsItem.write(list);
      if (isWhole || list.length === 0) await put(list);
    },
  };
}

function isList(stored: unknown): stored is readonly unknown[] {
  return Array.isArray(stored);
}
