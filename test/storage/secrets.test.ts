import { describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { VaultStore } from '../../src/storage/sealing.ts';
import { createVault, type MemoryStore } from '../../src/storage/secrets.ts';

function createStore() {
  const entries = new Map<string, unknown>();
  const store: VaultStore = {
    get: async (key) => entries.get(key),
    set: async (key, value) => void entries.set(key, value),
    delete: async (key) => void entries.delete(key),
    clear: async () => entries.clear(),
  };
  return { entries, store };
}

function createMemory() {
  let secrets: Readonly<Record<string, AccountValues>> = {};
  const memory: MemoryStore = {
    read: async () => secrets,
    write: async (next) => {
      secrets = next;
    },
  };
  return memory;
}

const BLOCKED: VaultStore = {
  get: () => Promise.reject(new Error('blocked')),
  set: () => Promise.reject(new Error('blocked')),
  delete: () => Promise.reject(new Error('blocked')),
  clear: () => Promise.reject(new Error('blocked')),
};
const SECRETS = { password: 'canary-7f3a', token: 'canary-91cc' };

describe('the vault', () => {
  test('what goes in comes out, also after a restart', async () => {
    const { store } = createStore();
    expect(await createVault(store, createMemory()).write('fake', SECRETS)).toBe('kept');

    expect(await createVault(store, createMemory()).read('fake')).toEqual(SECRETS);
  });

  test('nothing lies open in the store', async () => {
    const { entries, store } = createStore();
    await createVault(store, createMemory()).write('fake', SECRETS);

    const bytes = [...entries.values()].flatMap((entry) =>
      typeof entry === 'object' && entry !== null && 'box' in entry
        ? [Buffer.from(entry.box as ArrayBuffer).toString('latin1')]
        : [],
    );
    expect(bytes).toHaveLength(1);
    expect(bytes.join()).not.toContain('canary');
  });

  test('the key cannot be read out', async () => {
    const { entries, store } = createStore();
    await createVault(store, createMemory()).write('fake', SECRETS);

    const key = entries.get('key') as CryptoKey;
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  });

  test('one PBX does not see the secrets of another, even when the box is put into its place', async () => {
    const { entries, store } = createStore();
    const vault = createVault(store, createMemory());
    await vault.write('fake', SECRETS);
    entries.set('secrets:other', entries.get('secrets:fake'));

    expect(await vault.read('other')).toEqual({});
  });

  test('a box that cannot be opened is no secret, and no failure', async () => {
    const { entries, store } = createStore();
    const vault = createVault(store, createMemory());
    await vault.write('fake', SECRETS);
    entries.delete('key');

    expect(await vault.read('fake')).toEqual({});
  });

  test('where the browser keeps nothing, secrets last until it closes, and that is said', async () => {
    const memory = createMemory();

    expect(await createVault(BLOCKED, memory).write('fake', SECRETS)).toBe('memory');
    expect(await createVault(BLOCKED, memory).read('fake')).toEqual(SECRETS);
  });

  test('where the browser does not let it look, nobody is told that nothing is there', async () => {
    await expect(createVault(BLOCKED, createMemory()).read('fake')).rejects.toThrow();
  });

  test('what a full disk did not take is used all the same, not the older one that lies there', async () => {
    const { store } = createStore();
    const memory = createMemory();
    await createVault(store, memory).write('fake', { password: 'older' });
    const full: VaultStore = { ...store, set: () => Promise.reject(new DOMException('', 'QuotaExceededError')) };

    expect(await createVault(full, memory).write('fake', SECRETS)).toBe('memory');
    expect(await createVault(full, memory).read('fake')).toEqual(SECRETS);

    expect(await createVault(store, memory).write('fake', SECRETS)).toBe('kept');
    expect(await memory.read()).toEqual({});
  });

  test('two who seal at once use one key', async () => {
    const { store } = createStore();
    const vault = createVault(store, createMemory());

    await Promise.all([vault.write('fake', SECRETS), vault.write('other', { password: 'canary-2' })]);

    expect(await vault.read('fake')).toEqual(SECRETS);
    expect(await vault.read('other')).toEqual({ password: 'canary-2' });
  });

  test('clearing forgets everything', async () => {
    const { entries, store } = createStore();
    const vault = createVault(store, createMemory());
    await vault.write('fake', SECRETS);
    await vault.clear();

    expect(await vault.read('fake')).toEqual({});
    expect(entries.size).toBe(0);
  });
});
