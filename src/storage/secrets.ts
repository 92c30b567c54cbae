import type { AccountValues } from '../core/account.ts';

/** Where sealed secrets lie. Values are structured clones, so a key that cannot be exported can be kept. */
export interface VaultStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  clear(): Promise<void>;
}

/** Keeps secrets until the browser closes: where the user wants it so, or the browser keeps nothing longer (private mode). */
export interface MemoryStore {
  read(): Promise<Readonly<Record<string, AccountValues>>>;
  write(secrets: Readonly<Record<string, AccountValues>>): Promise<void>;
}

/** The account's passwords and tokens by field key, per vendor. Background only: nothing here leaves it. */
export interface Vault {
  /** What is kept for this vendor; none when nothing is, or when it can no longer be opened. */
  read(vendor: string): Promise<AccountValues>;
  /**
   * Replaces what is kept for this vendor.
   * @param where - `memory`: nothing of it is ever written to the disk
   * @returns `kept`, or `memory` where it was wished so or the browser keeps nothing (private mode): good until the browser closes
   */
  write(vendor: string, secrets: AccountValues, where?: 'kept' | 'memory'): Promise<'kept' | 'memory'>;
  /** Forgets every vendor's secrets and the key. */
  clear(): Promise<void>;
}

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly box: ArrayBuffer;
}

const KEY = 'key';
const ALGORITHM = 'AES-GCM';
const IV_BYTES = 12;

/**
 * Keeps secrets sealed with AES-GCM under a key that no code can read out. It protects against a copied settings file, a log, a sync and
 * code that can read our storage but not run in our origin; not against somebody who has the whole browser profile.
 */
export function createVault(store: VaultStore, memory: MemoryStore): Vault {
  async function key(): Promise<CryptoKey> {
    const stored = await store.get(KEY);
    if (isKey(stored)) return stored;
    const made = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ['encrypt', 'decrypt']);
    await store.set(KEY, made);
    return made;
  }

  return {
    async read(vendor) {
      try {
        const sealed = await store.get(slot(vendor));
        if (isSealed(sealed)) return await open(await key(), vendor, sealed);
      } catch {
        // Blocked storage, or a box from another key: the user types the password again, nothing else is lost.
      }
      return (await memory.read())[vendor] ?? {};
    },
    async write(vendor, secrets, where = 'kept') {
      const { [vendor]: _before, ...others } = await memory.read();
      if (where === 'memory') {
        // What was remembered before is forgotten; a browser that blocks the store has nothing in it.
        await store.delete(slot(vendor)).catch(() => {});
        await memory.write({ ...others, [vendor]: secrets });
        return 'memory';
      }
      try {
        if (Object.keys(secrets).length === 0) await store.delete(slot(vendor));
        else await store.set(slot(vendor), await seal(await key(), vendor, secrets));
        await memory.write(others);
        return 'kept';
      } catch {
        await memory.write({ ...others, [vendor]: secrets });
        return 'memory';
      }
    },
    async clear() {
      await memory.write({});
      // A browser that blocks the store has kept nothing in it.
      await store.clear().catch(() => {});
    },
  };
}

function slot(vendor: string): string {
  return `secrets:${vendor}`;
}

async function seal(key: CryptoKey, vendor: string, secrets: AccountValues): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const text = new TextEncoder().encode(JSON.stringify(secrets));
  return { iv, box: await crypto.subtle.encrypt(gcm(iv, vendor), key, text) };
}

async function open(key: CryptoKey, vendor: string, { iv, box }: Sealed): Promise<AccountValues> {
  const text = new TextDecoder().decode(await crypto.subtle.decrypt(gcm(iv, vendor), key, box));
  const read: unknown = JSON.parse(text);
  return typeof read === 'object' && read !== null ? (read as AccountValues) : {};
}

/** The vendor is sealed in, so that one vendor's box never opens as another's. */
function gcm(iv: Uint8Array<ArrayBuffer>, vendor: string): AesGcmParams {
  return { name: ALGORITHM, iv, additionalData: new TextEncoder().encode(vendor) };
}

function isKey(value: unknown): value is CryptoKey {
  return value instanceof CryptoKey;
}

function isSealed(value: unknown): value is Sealed {
  return (
    typeof value === 'object' &&
    value !== null &&
    'iv' in value &&
    value.iv instanceof Uint8Array &&
    'box' in value &&
    value.box instanceof ArrayBuffer
  );
}
