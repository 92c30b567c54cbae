import { createSealer, isSealed, type VaultStore } from './sealing.ts';
import { indexedDbStore } from './vault-store.ts';

/**
 * One value that outlives updates of the extension and crashes of the browser, in our own origin's IndexedDB: content scripts cannot read
 * it there in any browser. Sealed, since whom one calls is nobody else's business. Written in order; where the browser blocks it, it is simply
 * not there.
 */
export interface KeepsakeItem<T> {
  read(): Promise<T | undefined>;
  /** Undefined removes it. What is already there is not written again. Never rejects; nobody has to wait for it. */
  write(value: T | undefined): Promise<void>;
}

const KEY = 'state';

/** @param isKeepsake - whether what is stored is of the kind that is written today */
export function createKeepsakeItem<T>(
  isKeepsake: (stored: unknown) => stored is T,
  store: VaultStore = indexedDbStore('keepsake'),
): KeepsakeItem<T> {
  const sealer = createSealer(store);
  let written: string | undefined;
  let queue: Promise<void> = Promise.resolve();
  return {
    async read() {
      try {
        const sealed = await store.get(KEY);
        const stored = isSealed(sealed) ? await sealer.open(KEY, sealed) : undefined;
        return isKeepsake(stored) ? stored : undefined;
      } catch {
        return undefined;
      }
    },
    write(value) {
      const text = JSON.stringify(value) ?? '';
      if (text === written) return queue;
      written = text;
      queue = queue
        .then(async () => (value === undefined ? store.clear() : store.set(KEY, await sealer.seal(KEY, value))))
        .catch(() => {
          written = undefined;
        });
      return queue;
    },
  };
}
