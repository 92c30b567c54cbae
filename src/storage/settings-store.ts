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
  /** Without what was taught while the disk does not give it out. */
  read(): Promise<Settings>;
  /** Rejects where the browser does not keep them, all of them: nothing has changed then. */
  write(settings: Settings): Promise<void>;
}

/**
 * Opens what is sealed with the first read; what an older version kept open is taken over, and removed. What could not be read is never
 * written over.
 * @param onRead - told whether what was taught could be read
 */
export function createSettingsStore(
  onRead: (isRead: boolean) => void = () => {},
  sealed: KeepsakeItem<object> = createKeepsakeItem(isObject, indexedDbStore('taught')),
): SettingsStore {
  const fill = once(async () => {
    const open = await settingsItem.openTaught();
    // What is in memory outlives the background's sleep, but neither an update nor the browser's end.
    if (open === undefined && (await taughtItem.read()) !== USUAL.taught) return;
    const { taught } = readPreferences({ taught: (await sealed.read()) ?? open });
    await taughtItem.write(taught);
    if (open === undefined) return;
    if (await put(taught)) await settingsItem.write(await settingsItem.read());
  });

  function put(taught: Taught): Promise<boolean> {
    const isNothing = taught.numbers.length === 0 && Object.keys(taught.countries).length === 0;
    return sealed.write(isNothing ? undefined : taught);
  }

  // A call waits for them.
  const quick = inMemory(settingsItem);

  /** All other settings are there also where it fails; the next read tries again. */
  async function whenFilled(): Promise<boolean> {
    const isWhole = await fill().then(
      () => true,
      () => false,
    );
    onRead(isWhole);
    return isWhole;
  }

  return {
    async read() {
      const isWhole = await whenFilled();
      return isWhole ? quick.read() : settingsItem.read();
    },
    async write(settings) {
      const isWhole = await whenFilled();
      const { taught: before } = await settingsItem.read();
      const isTaught = JSON.stringify(before) !== JSON.stringify(settings.taught);
      if (!isTaught) return isWhole ? quick.write(settings) : settingsItem.writeRest(settings);
      if (!isWhole || !(await put(settings.taught))) throw new Error('not kept');
      await quick.write(settings).catch(async (error: unknown) => {
        await Promise.allSettled([taughtItem.write(before), put(before)]);
        throw error;
      });
    },
  };
}

function isObject(stored: unknown): stored is object {
  return Object.keys(asRecord(stored)).length > 0;
}
