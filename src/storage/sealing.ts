/** Where sealed values lie. Values are structured clones, so a key that cannot be exported can be kept. */
export interface VaultStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  clear(): Promise<void>;
}

/** A value that only this browser profile can read. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly box: ArrayBuffer;
}

/** Seals values with AES-GCM under a key that no code can read out and that lies in the store beside them. */
export interface Sealer {
  /** @param name - sealed in, so that one value's box never opens as another's */
  seal(name: string, value: unknown): Promise<Sealed>;
  /** Undefined when the box is from another key or of another name. Rejects where the store does not let us look. */
  open(name: string, sealed: Sealed): Promise<unknown>;
}

const KEY = 'key';
const ALGORITHM = 'AES-GCM';
const IV_BYTES = 12;

/** The key is made when it is needed first. */
export function createSealer(store: VaultStore): Sealer {
  let asked: Promise<CryptoKey> | undefined;

  /** Two who ask at once get one key: what was sealed under another could never be opened. */
  function key(): Promise<CryptoKey> {
    asked ??= findKey().finally(() => {
      asked = undefined;
    });
    return asked;
  }

  async function findKey(): Promise<CryptoKey> {
    const stored = await store.get(KEY);
    if (isKey(stored)) return stored;
    const made = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ['encrypt', 'decrypt']);
    await store.set(KEY, made);
    return made;
  }

  return {
    async seal(name, value) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const text = new TextEncoder().encode(JSON.stringify(value));
      return { iv, box: await crypto.subtle.encrypt(gcm(iv, name), await key(), text) };
    },
    async open(name, { iv, box }) {
      const own = await key();
      try {
        const text = new TextDecoder().decode(await crypto.subtle.decrypt(gcm(iv, name), own, box));
        return JSON.parse(text) as unknown;
      } catch {
        return undefined;
      }
    },
  };
}

/** True for what {@link Sealer} has sealed. */
export function isSealed(value: unknown): value is Sealed {
  return (
    typeof value === 'object' &&
    value !== null &&
    'iv' in value &&
    value.iv instanceof Uint8Array &&
    'box' in value &&
    value.box instanceof ArrayBuffer
  );
}

function gcm(iv: Uint8Array<ArrayBuffer>, name: string): AesGcmParams {
  return { name: ALGORITHM, iv, additionalData: new TextEncoder().encode(name) };
}

function isKey(value: unknown): value is CryptoKey {
  return value instanceof CryptoKey;
}
