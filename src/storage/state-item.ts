import { browser } from '../browser.ts';
import type { AccountTest } from '../core/account-test.ts';
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

/** The app's state. Written by the keeper only; the popup is a function of it. */
export const stateItem: SessionItem<AppState> = sessionItem('state', INITIAL);

/** The connection test under way or done last; undefined when there was none. */
export const accountTestItem: SessionItem<AccountTest | undefined> = sessionItem<AccountTest | undefined>(
  'account-test',
  undefined,
);

function sessionItem<T>(key: string, empty: T): SessionItem<T> {
  const area = browser.storage.session;
  return {
    async read() {
      const stored = await area.get(key);
      // Ours alone: only this file writes the key, and a browser restart empties the area.
      return (stored[key] as T | undefined) ?? empty;
    },
    async write(value) {
      await area.set({ [key]: value });
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
