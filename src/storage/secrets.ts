import type { AccountValues } from '../core/account.ts';
import { createSealer, isSealed, type VaultStore } from './sealing.ts';

/** Keeps secrets until the browser closes: where the user wants it so, or the browser keeps nothing longer (private mode). */
export interface MemoryStore {
  read(): Promise<Readonly<Record<string, AccountValues>>>;
  write(secrets: Readonly<Record<string, AccountValues>>): Promise<void>;
}

/** The account's passwords and tokens by field key, per vendor. Background only: nothing here leaves it. */
export interface Vault {
  /** What is kept for this vendor; none when nothing is, or when it can no longer be opened. Rejects where the browser does not let us look now. */
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

/**
 * Keeps secrets sealed with AES-GCM under a key that no code can read out. It protects against a copied settings file, a log, a sync and
 * code that can read our storage but not run in our origin; not against somebody who has the whole browser profile.
 */
export function createVault(store: VaultStore, memory: MemoryStore): Vault {
  const sealer = createSealer(store);

  return {
    async read(vendor) {
      // First what is newer: the disk did not take it, so that an older one may lie there.
      const { [vendor]: newest } = await memory.read();
      if (newest) return newest;
      const sealed = await store.get(slot(vendor));
      // A box from another key: the user types the password again, nothing else is lost.
      return isSealed(sealed) ? readSecrets(await sealer.open(vendor, sealed)) : {};
    },
    async write(vendor, secrets, where = 'kept') {
      const { [vendor]: before, ...others } = await memory.read();
      if (where === 'memory') {
        // What was remembered before is forgotten; a browser that blocks the store has nothing in it.
        await store.delete(slot(vendor)).catch(() => {});
        await memory.write({ ...others, [vendor]: secrets });
        return 'memory';
      }
      try {
        if (Object.keys(secrets).length === 0) await store.delete(slot(vendor));
        else await store.set(slot(vendor), await sealer.seal(vendor, secrets));
        if (before) await memory.write(others);
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

function readSecrets(opened: unknown): AccountValues {
  return typeof opened === 'object' && opened !== null ? (opened as AccountValues) : {};
}
