import { createSealer, isSealed, type VaultStore } from './sealing.ts';
import { indexedDbStore } from './vault-store.ts';

/**
 * One value that outlives updates of the extension and crashes of the browser, in our own origin's IndexedDB: content scripts cannot read
 * it there in any browser. Sealed, since whom one calls is nobody else's business. Written in order.
 */
export interface KeepsakeItem<T> {
  /** Undefined when there is nothing that can ever be opened. Rejects where the browser does not let us look now. */
  read(): Promise<T | undefined>;
  /**
   * Undefined removes it. What is already there is not written again. Never rejects; nobody has to wait for it.
   * @returns whether it is kept: not on a full disk, or where the browser blocks it
   */
  write(value: T | undefined): Promise<boolean>;
}

const KEY = 'state';

/** @param isKeepsake - whether what is stored is of the kind that is written today */
export function createKeepsakeItem<T>(
  isKeepsake: (stored: unknown) => stored is T,
  store: VaultStore = indexedDbStore('keepsake'),
): KeepsakeItem<T> {
  const sealer = createSealer(store);
  let written: string | undefined;
  let queue: Promise<boolean> = Promise.resolve(true);

  async function put(value: T | undefined): Promise<boolean> {
    try {
      await (value === undefined ? store.clear() : store.set(KEY, await sealer.seal(KEY, value)));
      return true;
    } catch {
      written = undefined;
      return false;
    }
  }

  return {
    async read() {
      const sealed = await store.get(KEY);
      const stored = isSealed(sealed) ? await sealer.open(KEY, sealed) : undefined;
      return isKeepsake(stored) ? stored : undefined;
    },
    write(value) {
      const text = JSON.stringify(value) ?? '';
      if (text === written) return queue;
      written = text;
      queue = queue.then(() => put(value));
      return queue;
    },
  };
}
