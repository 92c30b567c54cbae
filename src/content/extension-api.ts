/**
 * The extension API, without the polyfill (10 kB of nothing in today's browsers). A page element with the id `browser` shows up as a
 * global even in our world, so the object is asked for its id before it is believed.
 */
export const api: typeof chrome = pickApi();

/** True while the extension that brought this script is there; false after an update, a reload or its removal. */
export function isAlive(): boolean {
  try {
    return typeof api.runtime?.id === 'string';
  } catch {
    return false;
  }
}

/** The text of a message key, or the key where the extension is gone. */
export function words(key: string, ...values: readonly string[]): string {
  try {
    return api.i18n.getMessage(key, [...values]) || '';
  } catch {
    return '';
  }
}

function pickApi(): typeof chrome {
  const { browser } = globalThis as { readonly browser?: typeof chrome };
  return typeof browser?.runtime?.id === 'string' ? browser : chrome;
}
