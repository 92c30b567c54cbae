import { browser } from '../browser.ts';
import type { AccountValues } from '../core/account.ts';
import type { VaultStore } from './sealing.ts';
import type { MemoryStore } from './secrets.ts';

const TABLE = 'entries';
/** A browser whose database does not answer, as with a damaged profile, must not keep calls waiting. */
export const ANSWER_WITHIN_MS = 5_000;

/**
 * A place in our own origin's IndexedDB, which content scripts cannot reach in any browser (theirs is the page's). Rejects where the
 * browser blocks it, has no room, or does not answer in time.
 */
export function indexedDbStore(database: 'vault' | 'keepsake' | 'recent-calls' | 'taught' = 'vault'): VaultStore {
  let connection: Promise<IDBDatabase> | undefined;
  /** Waited for in vain once: until it answers nobody waits for it again. */
  let isLate = false;

  function connect(): Promise<IDBDatabase> {
    connection ??= open(database, forget).then(
      (opened) => {
        isLate = false;
        return opened;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    return connection;
  }

  function forget(): void {
    connection = undefined;
    isLate = false;
  }

  async function reach(): Promise<IDBDatabase> {
    if (isLate) throw new Error('late');
    return await inTime(connect(), () => {
      isLate = true;
    });
  }

  async function run<T>(mode: IDBTransactionMode, job: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    try {
      return await transact(await reach(), mode, job);
    } catch (error) {
      if (!isClosed(error)) throw error;
      forget();
      return await transact(await reach(), mode, job);
    }
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

function open(database: string, onClosed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => {
      request.result.onclose = onClosed;
      resolve(request.result);
    };
    request.onerror = () => reject(request.error ?? new Error('blocked'));
    request.onblocked = () => reject(new Error('blocked'));
  });
}

function transact<T>(
  opened: IDBDatabase,
  mode: IDBTransactionMode,
  job: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  let giveUp = () => {};
  const done = new Promise<T>((resolve, reject) => {
    const transaction = opened.transaction(TABLE, mode);
    // What is said not to be kept is not written later.
    giveUp = () => transaction.abort();
    const request = job(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
    transaction.onerror = () => reject(transaction.error ?? new Error('failed'));
  });
  return inTime(done, () => giveUp());
}

/** True where the browser has closed the connection, as it does when it tidies up: nothing was written, and another one may work. */
function isClosed(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError';
}

/** The answer, or a rejection when it does not come in time. */
function inTime<T>(answer: Promise<T>, onLate: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('late'));
      onLate();
    }, ANSWER_WITHIN_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
