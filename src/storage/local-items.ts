import { browser } from '../browser.ts';
import type { PbxError } from '../core/connection.ts';

/** One typed value in `storage.local`. Never a secret: Firefox lets content scripts read this area. */
export interface LocalItem<T> {
  /** The stored value; `empty` when there is none or it is not ours. */
  read(): Promise<T>;
  write(value: T): Promise<void>;
  /** Calls back after every write, from any of our pages; answers with its own stop. */
  watch(onChanged: (value: T) => void): () => void;
}

/** Countries (ISO 3166-1 alpha-2) the user has called from our own surface, so that a page may dial them on one click. */
export const knownCountriesItem: LocalItem<readonly string[]> = localItem('known-countries', [], (stored) =>
  Array.isArray(stored) ? stored.filter((country): country is string => /^[A-Z]{2}$/.test(String(country))) : undefined,
);

/** Frames of one site in pages of another, by {@link frameName}, that the user has called from when asked; the latest last. */
export const knownFramesItem: LocalItem<readonly string[]> = localItem('known-frames', [], (stored) =>
  Array.isArray(stored)
    ? stored.filter((name): name is string => typeof name === 'string').slice(-MOST_KNOWN_FRAMES)
    : undefined,
);

/** The oldest is forgotten beyond these. */
export const MOST_KNOWN_FRAMES = 200;

/** How frames of `host` in pages of `top` are remembered. */
export function frameName(host: string, top: string): string {
  return `${host} in ${top}`;
}

/** The organisation's presets as they were taken over last, as JSON; empty before the first. */
export const presetItem: LocalItem<string> = localItem('preset', '', (stored) =>
  typeof stored === 'string' ? stored : undefined,
);

/** The PBX's refusal of this account, kept over browser restarts: a wrong password is not tried once per start. */
export const refusedLoginItem: LocalItem<PbxError | undefined> = localItem<PbxError | undefined>(
  'refused-login',
  undefined,
  (stored) => (REFUSALS.some((kind) => kind === kindOf(stored)) ? (stored as PbxError) : undefined),
);

/** Cookies we have set for ourselves, to be removed with the account. */
export const ownCookiesItem: LocalItem<readonly OwnCookieName[]> = localItem<readonly OwnCookieName[]>(
  'own-cookies',
  [],
  (stored) => (Array.isArray(stored) ? stored.filter(isCookieName) : undefined),
);

/** Where recent calls lay open until they were sealed: taken over once and removed. */
export const openRecentCallsItem: LocalItem<unknown> = localItem<unknown>(
  'recent-calls',
  undefined,
  (stored) => stored,
);

/** Where one of our own cookies is. */
export interface OwnCookieName {
  readonly url: string;
  readonly name: string;
}

const REFUSALS = ['login-refused', 'unknown-user', 'not-allowed'] as const;

function localItem<T>(key: string, empty: T, check: (stored: unknown) => T | undefined): LocalItem<T> {
  return {
    async read() {
      const stored = await browser.storage.local.get(key);
      return check(stored[key]) ?? empty;
    },
    async write(value) {
      if (value === undefined) await browser.storage.local.remove(key);
      else await browser.storage.local.set({ [key]: value });
    },
    watch(onChanged) {
      const listener = (changes: Record<string, { newValue?: unknown }>) => {
        const change = changes[key];
        if (change) onChanged(check(change.newValue) ?? empty);
      };
      browser.storage.local.onChanged.addListener(listener);
      return () => browser.storage.local.onChanged.removeListener(listener);
    },
  };
}

function kindOf(stored: unknown): unknown {
  return typeof stored === 'object' && stored !== null && 'kind' in stored ? stored.kind : undefined;
}

function isCookieName(stored: unknown): stored is OwnCookieName {
  return (
    typeof stored === 'object' &&
    stored !== null &&
    'url' in stored &&
    typeof stored.url === 'string' &&
    'name' in stored &&
    typeof stored.name === 'string'
  );
}
