import { browser } from '../browser.ts';
import type { FromUi } from './protocol.ts';

/** Asks the background from one of our own pages. Rejects only when the background cannot answer at all. */
export async function ask<K extends keyof FromUi>(type: K, payload: FromUi[K]['payload']): Promise<FromUi[K]['reply']> {
  // The router answers each type with its own reply; this is the edge where the message becomes a type.
  return (await browser.runtime.sendMessage({ type, payload })) as FromUi[K]['reply'];
}
