import { browser } from '../browser.ts';
import { USUAL } from '../core/preferences.ts';
import type { Taught } from '../core/taught.ts';
import { asRecord, readSettings, type Settings } from './settings.ts';
import { taughtItem } from './state-item.ts';

const KEY = 'settings';

/**
 * Settings in `storage.local`, without secrets, and without what was taught: that holds numbers, so it is sealed (`settings-store.ts`), and
 * read here from memory.
 */
export const settingsItem = {
  /** Today's settings, whatever age the stored ones have; defaults when there are none. */
  async read(): Promise<Settings> {
    const [stored, taught] = await Promise.all([browser.storage.local.get(KEY), taughtItem.read()]);
    const settings = readSettings(stored[KEY]);
    return taught === USUAL.taught ? settings : { ...settings, taught };
  },
  /** For the background's `settings-store.ts` only. */
  async write({ taught, ...open }: Settings): Promise<void> {
    await taughtItem.write(taught);
    await browser.storage.local.set({ [KEY]: open });
  },
  /** The same without what was taught, which could not be read: what lies where is left there. */
  async writeRest({ taught: _unread, ...open }: Settings): Promise<void> {
    const taught = await settingsItem.openTaught();
    await browser.storage.local.set({ [KEY]: taught ? { ...open, taught } : open });
  },
  /** What an older version has left open; undefined where there is nothing of the kind. */
  async openTaught(): Promise<Taught | undefined> {
    const stored = (await browser.storage.local.get(KEY))[KEY];
    return 'taught' in asRecord(stored) ? readSettings(stored).taught : undefined;
  },
  /** Calls back after every write; answers with its own stop. */
  watch(onChanged: (settings: Settings) => void): () => void {
    let latest = 0;
    let isOver = false;
    const look = () => {
      const turn = ++latest;
      const tell = (settings: Settings) => {
        if (turn === latest && !isOver) onChanged(settings);
      };
      void settingsItem.read().then(tell, () => {});
    };
    const listener = (changes: Record<string, unknown>) => {
      if (KEY in changes) look();
    };
    const stop = taughtItem.watch(look);
    browser.storage.local.onChanged.addListener(listener);
    return () => {
      isOver = true;
      stop();
      browser.storage.local.onChanged.removeListener(listener);
    };
  },
};
