import { browser } from '../browser.ts';
import { readSettings, type Settings } from './settings.ts';

const KEY = 'settings';

/** Settings in `storage.local`, without secrets. Written by the background only. */
export const settingsItem = {
  /** Today's settings, whatever age the stored ones have; defaults when there are none. */
  async read(): Promise<Settings> {
    const stored = await browser.storage.local.get(KEY);
    return readSettings(stored[KEY]);
  },
  async write(settings: Settings): Promise<void> {
    await browser.storage.local.set({ [KEY]: settings });
  },
  /** Calls back after every write; answers with its own stop. */
  watch(onChanged: (settings: Settings) => void): () => void {
    const listener = (changes: Record<string, { newValue?: unknown }>) => {
      const change = changes[KEY];
      if (change) onChanged(readSettings(change.newValue));
    };
    browser.storage.local.onChanged.addListener(listener);
    return () => browser.storage.local.onChanged.removeListener(listener);
  },
};
