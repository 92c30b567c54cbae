import { browser } from '../browser.ts';
import type { AccountValues } from '../core/account.ts';
import { once } from './once.ts';
import type { VaultStore } from './sealing.ts';
import type { MemoryStore } from './secrets.ts';

const TABLE = 'entries';

/**
 * A place in our own origin's IndexedDB, which content scripts cannot reach in any browser (theirs is the page's). Rejects
 * where the browser blocks it.
 */
export function indexedDbStore(database: 'vault' | 'keepsake' | 'recent-calls' | 'taught' = 'vault'): VaultStore {
  const connect = once(() => open(database));

  async function run<T>(mode: IDBTransactionMode, job: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const connection = await connect();
    return await new Promise<T>((resolve, reject) => {
      const transaction = connection.transaction(TABLE, mode);
      const request = job(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
      transaction.onerror = () => reject(transaction.error ?? new Error('failed'));
    });
  }

  return {
    get: (key) => run<unknown>('readonly', (table) => table.get(key)),
    set: async (key, value) => void (await run('readwrite', (table) => table.put(value, key))),
    delete: async (key) => void (await run('readwrite', (table) => table.delete(key))),
    clear: async () => void (await run('readwrite', (table) => table.clear())),
  };
}

const MEMORY_KEY = 'secrets';

/** `storage.session`: memory only, and hidden from content scripts. */
export const sessionSecrets: MemoryStore = {
  async read() {
    const stored = await browser.storage.session.get(MEMORY_KEY);
    return (stored[MEMORY_KEY] as Readonly<Record<string, AccountValues>> | undefined) ?? {};
  },
  async write(secrets) {
    await browser.storage.session.set({ [MEMORY_KEY]: secrets });
  },
};

function open(database: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('blocked'));
    request.onblocked = () => reject(new Error('blocked'));
  });
}
