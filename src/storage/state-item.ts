import { browser } from '../browser.ts';
import type { AccountTest } from '../core/account-test.ts';
import type { JournalEntry } from '../core/journal.ts';
import { USUAL } from '../core/preferences.ts';
import type { Proposal } from '../core/proposal.ts';
import type { RecentCall } from '../core/recent-call.ts';
import type { Taught } from '../core/taught.ts';
import type { Trouble } from '../core/trouble.ts';
import type { AppState } from '../core/update.ts';
import { INITIAL } from '../core/update.ts';

/** One typed value in `storage.session`: memory only, hidden from content scripts, outlives the background's sleep. */
export interface SessionItem<T> {
  /** The stored value, or `empty` when there is none. */
  read(): Promise<T>;
  write(value: T): Promise<void>;
  /** Calls back after every write, from any of our pages; answers with its own stop. */
  watch(onChanged: (value: T) => void): () => void;
}

/** A page's frame that asked for its settings, so that it can be told when they change. */
export interface KnownFrame {
  readonly tabId: number;
  readonly frameId: number;
  /** As in `isSiteEnabled`: with the port if there is one; empty for files. */
  readonly host: string;
  /** What the frame's access is checked by, e.g. `https://crm.example.com/`. */
  readonly url: string;
}

/** The app's state. Written by the keeper only; the popup is a function of it. */
export const stateItem: SessionItem<AppState> = sessionItem('state', INITIAL);

/** The connection test under way or done last; undefined when there was none. */
export const accountTestItem: SessionItem<AccountTest | undefined> = sessionItem<AccountTest | undefined>(
  'account-test',
  undefined,
);

/** What is wrong with our own house (storage), for the popup to say. Written by the background only. */
export const troubleItem: SessionItem<readonly Trouble[]> = sessionItem<readonly Trouble[]>('trouble', []);

/** What {@link recentCallsItem} reads, itself, until the background has put the calls there. */
export const NO_RECENT_CALLS: readonly RecentCall[] = [];

/** Calls that have ended, newest first, for our own pages. Written by `recent-calls-store.ts` only. */
export const recentCallsItem: SessionItem<readonly RecentCall[]> = sessionItem('recent-calls', NO_RECENT_CALLS);

/** True while the calls of former days could not be read from the disk: {@link recentCallsItem} holds newer ones only. */
export const formerCallsMissingItem: SessionItem<boolean> = sessionItem('former-calls-missing', false);

/** What the user has taught; `USUAL.taught` itself until the background has put it there. Written through `settings-store.ts` only. */
export const taughtItem: SessionItem<Taught> = sessionItem('taught', USUAL.taught);

/** What our window asks the user at the moment; null when nothing. Written by `proposals.ts` only. */
export const proposalItem: SessionItem<Proposal | null> = sessionItem<Proposal | null>('proposal', null);

/** What happened last, redacted; see `core/journal.ts`. Written by the background only. */
export const journalItem: SessionItem<readonly JournalEntry[]> = sessionItem<readonly JournalEntry[]>('journal', []);

/** The tab that callers' records are opened in; undefined before the first. */
export const popTabItem: SessionItem<number | undefined> = sessionItem<number | undefined>('pop-tab', undefined);

/** The frames our content script runs in. */
export const framesItem: SessionItem<readonly KnownFrame[]> = sessionItem<readonly KnownFrame[]>('frames', []);

function sessionItem<T>(key: string, empty: T): SessionItem<T> {
  const area = browser.storage.session;
  return {
    async read() {
      const stored = await area.get(key);
      // Ours alone: only this file writes the key, and a browser restart empties the area.
      return (stored[key] as T | undefined) ?? empty;
    },
    async write(value) {
      // Chrome takes no notice of a value that is undefined.
      if (value === undefined) await area.remove(key);
      else await area.set({ [key]: value });
    },
    watch(onChanged) {
      const listener = (changes: Record<string, { newValue?: unknown }>) => {
        const change = changes[key];
        if (change) onChanged((change.newValue as T | undefined) ?? empty);
      };
      area.onChanged.addListener(listener);
      return () => area.onChanged.removeListener(listener);
    },
  };
}
