export { cleanText } from '../core/clean-text.ts';

const LONGEST_HOST = 36;

/** A host as it may be shown: of a long one its end, since the end says whose it is. */
export function shortHost(host: string): string {
  return host.length <= LONGEST_HOST ? host : `…${host.slice(1 - LONGEST_HOST)}`;
}
