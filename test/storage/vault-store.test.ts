import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

vi.mock('../../src/browser.ts', () => ({ browser: {} }));
const { ANSWER_WITHIN_MS, indexedDbStore } = await import('../../src/storage/vault-store.ts');

type Request = { result?: unknown; error?: DOMException | null; [listener: `on${string}`]: (() => void) | undefined };

/** An IndexedDB with the faults that browsers' have. */
function createDisk() {
  const disk = {
    entries: new Map<string, unknown>(),
    /** What comes of the next tries to open it. */
    opens: 'well' as 'well' | 'throws' | 'fails' | 'blocked' | 'never',
    /** What comes of the next writes. */
    writes: 'well' as 'well' | 'full' | 'never',
    tries: 0,
    aborted: 0,
    /** Ends the waiting of those who try to open it. */
    answer: () => {},
    /** The browser closes all connections by itself. */
    close: () => {},
  };

  function connection() {
    let isClosed = false;
    const own = {
      onclose: undefined as (() => void) | undefined,
      transaction(_table: string, mode: string) {
        if (isClosed) throw new DOMException('closing', 'InvalidStateError');
        const transaction: Request & { abort(): void; objectStore(): object } = {
          error: null,
          abort: () => void disk.aborted++,
          objectStore: () => ({ get, put, delete: remove, clear }),
        };
        const after = (change: () => unknown) => {
          const request: Request = {};
          queueMicrotask(() => {
            if (mode === 'readwrite' && disk.writes === 'never') return;
            if (mode === 'readwrite' && disk.writes === 'full') {
              transaction.error = new DOMException('', 'QuotaExceededError');
              transaction.onabort?.();
              return;
            }
            request.result = change();
            transaction.oncomplete?.();
          });
          return request;
        };
        const get = (key: string) => after(() => disk.entries.get(key));
        const put = (value: unknown, key: string) => after(() => disk.entries.set(key, value));
        const remove = (key: string) => after(() => disk.entries.delete(key));
        const clear = () => after(() => disk.entries.clear());
        return transaction;
      },
    };
    disk.close = () => {
      isClosed = true;
    };
    return own;
  }

  vi.stubGlobal('indexedDB', {
    open() {
      disk.tries++;
      if (disk.opens === 'throws') throw new DOMException('', 'SecurityError');
      const request: Request = {};
      const succeed = () => {
        request.result = connection();
        request.onsuccess?.();
      };
      if (disk.opens === 'never') disk.answer = succeed;
      else
        queueMicrotask(() => {
          if (disk.opens === 'well') return succeed();
          request.error = new DOMException('backing store', 'UnknownError');
          request[disk.opens === 'fails' ? 'onerror' : 'onblocked']?.();
        });
      return request;
    },
  });
  return disk;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each(['throws', 'fails', 'blocked'] as const)(
  'a disk whose opening is %s is no answer, and is tried again',
  async (opens) => {
    const disk = createDisk();
    const store = indexedDbStore();
    disk.opens = opens;
    await expect(store.get('a')).rejects.toThrow();
    await expect(store.set('a', 1)).rejects.toThrow();

    disk.opens = 'well';
    await store.set('a', 1);

    expect(await store.get('a')).toBe(1);
  },
);

test('a full disk is no success, and leaves what was there', async () => {
  const disk = createDisk();
  const store = indexedDbStore();
  await store.set('a', 1);
  disk.writes = 'full';

  await expect(store.set('a', 2)).rejects.toThrow();

  expect(await store.get('a')).toBe(1);
});

describe('a disk that does not answer', () => {
  test('is waited for once, and no longer than promised', async () => {
    const disk = createDisk();
    const store = indexedDbStore();
    disk.opens = 'never';
    const first = expect(store.get('a')).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
    await first;

    // Without any time passing.
    await expect(store.get('a')).rejects.toThrow('late');
    expect(disk.tries).toBe(1);
  });

  test('is used as soon as it answers', async () => {
    const disk = createDisk();
    const store = indexedDbStore();
    disk.entries.set('a', 1);
    disk.opens = 'never';
    const first = expect(store.get('a')).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
    await first;

    disk.answer();
    await vi.advanceTimersByTimeAsync(0);

    expect(await store.get('a')).toBe(1);
    expect(disk.tries).toBe(1);
  });

  test('to a write has it called off: what is said not to be kept is not written later', async () => {
    const disk = createDisk();
    const store = indexedDbStore();
    disk.writes = 'never';
    const first = expect(store.set('a', 1)).rejects.toThrow('late');
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN_MS);
    await first;

    expect(disk.aborted).toBe(1);
  });
});

test('a connection that the browser has closed is made anew, and nothing is lost', async () => {
  const disk = createDisk();
  const store = indexedDbStore();
  await store.set('a', 1);

  disk.close();
  await store.set('a', 2);

  expect(await store.get('a')).toBe(2);
  expect(disk.tries).toBe(2);
});
