import { indexedDbStore } from './vault-store.ts';

/**
 * One value that outlives updates of the extension and crashes of the browser, in our own origin's IndexedDB: content scripts cannot read
 * it there in any browser. Written in order and never waited for; where the browser blocks it, it is simply not there.
 */
export interface KeepsakeItem<T> {
  read(): Promise<T | undefined>;
  /** Undefined removes it. What is already there is not written again. */
  write(value: T | undefined): void;
}

const KEY = 'state';

/** @param isKeepsake - whether what is stored is of the kind that is written today */
export function createKeepsakeItem<T>(
  isKeepsake: (stored: unknown) => stored is T,
  store: ReturnType<typeof indexedDbStore> = indexedDbStore('keepsake'),
): KeepsakeItem<T> {
  let written: string | undefined;
  let queue: Promise<void> = Promise.resolve();
  return {
    async read() {
      const stored = await store.get(KEY).catch(() => undefined);
      return isKeepsake(stored) ? stored : undefined;
    },
    write(value) {
      const text = JSON.stringify(value) ?? '';
      if (text === written) return;
      written = text;
      queue = queue
        .then(() => (value === undefined ? store.delete(KEY) : store.set(KEY, value)))
        .catch(() => {
          written = undefined;
        });
    },
  };
}
