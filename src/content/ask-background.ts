import type { FromPage } from '../messaging/protocol.ts';
import { api, isAlive } from './extension-api.ts';

/** What the background said, or `lost`: nobody answered, so nothing is known about what happened there. */
export type Answer<K extends keyof FromPage> =
  | { readonly got: 'reply'; readonly reply: FromPage[K]['reply'] }
  | { readonly got: 'lost' };

/** Asks the background once. Never rejects and never asks again by itself. */
export async function askBackground<K extends keyof FromPage>(
  type: K,
  payload: FromPage[K]['payload'],
): Promise<Answer<K>> {
  if (!isAlive()) return { got: 'lost' };
  try {
    const reply: unknown = await api.runtime.sendMessage({ type, payload });
    // A router that knows the type never answers nothing; an `undefined` means nobody was there.
    if (reply === undefined || reply === null) return { got: 'lost' };
    return { got: 'reply', reply: reply as FromPage[K]['reply'] };
  } catch {
    return { got: 'lost' };
  }
}
