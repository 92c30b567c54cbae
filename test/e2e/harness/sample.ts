import { BROWSER_KINDS, type BrowserKind } from '../../tools/browsers.ts';

/** True in `npm run test:full`, which leaves nothing out. */
export const IS_FULL = process.env.PAGEDIAL_FULL !== undefined;

/**
 * For suites that take minutes and judge what is the same code in both browsers: `npm test` plays them in Chromium, so that it ends in time
 * on two cores, `npm run test:full` in both.
 */
export const SAMPLED_KINDS: readonly BrowserKind[] = IS_FULL ? BROWSER_KINDS : ['chromium'];

/**
 * What `npm test` plays of a long table: each browser another part of it, all parts together cover every row and every column. In full
 * runs everything.
 * @param every - one of so many is played; infinite: in full runs only
 */
export function isSampled(kind: BrowserKind, index: number, every: number): boolean {
  const shift = kind === 'chromium' ? 0 : Math.floor(every / 2);
  return IS_FULL || (Number.isFinite(every) && (index + shift) % every === 0);
}
