export { cleanText } from '../core/clean-text.ts';

const LONGEST_HOST = 36;

/**
 * A host as it may be shown in a sentence of any direction, always left to right: of a long one its end, since the end says whose it
 * is.
 */
export function shortHost(host: string): string {
  const shown = host.length <= LONGEST_HOST ? host : `…${host.slice(1 - LONGEST_HOST)}`;
  return `\u2066${shown}\u2069`;
}
