import { readPreferences, USUAL } from '../core/preferences.ts';
import type { Taught } from '../core/taught.ts';
import { inMemory } from './in-memory.ts';
import { createKeepsakeItem, type KeepsakeItem } from './keepsake-item.ts';
import { once } from './once.ts';
import { asRecord, type Settings } from './settings.ts';
import { settingsItem } from './settings-item.ts';
import { taughtItem } from './state-item.ts';
import { indexedDbStore } from './vault-store.ts';

/** The settings as the background reads and writes them: what was taught is sealed on the disk. Background only. */
export interface SettingsStore {
  read(): Promise<Settings>;
  write(settings: Settings): Promise<void>;
}

/** Opens what is sealed with the first read; what an older version kept open is taken over, and removed. */
export function createSettingsStore(
  sealed: KeepsakeItem<object> = createKeepsakeItem(isObject, indexedDbStore('taught')),
): SettingsStore {
  const fill = once(async () => {
    const open = await settingsItem.openTaught();
    // What is in memory outlives the background's sleep, but neither an update nor the browser's end.
    if (open === undefined && (await taughtItem.read()) !== USUAL.taught) return;
    const { taught } = readPreferences({ taught: (await sealed.read()) ?? open });
    await taughtItem.write(taught);
    if (open === undefined) return;
    await put(taught);
    await settingsItem.write(await settingsItem.read());
  });

  function put(taught: Taught): Promise<void> {
    const isNothing = taught.numbers.length === 0 && Object.keys(taught.countries).length === 0;
    return sealed.write(isNothing ? undefined : taught);
  }

  // A call waits for them.
  const quick = inMemory(settingsItem);

  /** All other settings are there also where it fails; the next read tries again. */
  function whenFilled(): Promise<boolean> {
    return fill().then(
      () => true,
      () => false,
    );
  }

  return {
    async read() {
      const isWhole = await whenFilled();
      return isWhole ? quick.read() : settingsItem.read();
    },
    async write(settings) {
      await whenFilled();
      const before = await taughtItem.read();
      await quick.write(settings);
      // Where it could not be opened, a change of something else leaves it as it is.
      if (JSON.stringify(before) !== JSON.stringify(settings.taught)) await put(settings.taught);
    },
  };
}

function isObject(stored: unknown): stored is object {
  return Object.keys(asRecord(stored)).length > 0;
}
