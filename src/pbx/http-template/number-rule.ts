import type { NumberRule } from './profile.ts';

/** The number once the replacements of a profile are made, one after the other. */
export function replaceIn(number: string, { replace }: NumberRule): string {
  return replace.reduce((text, swap) => text.replace(swap.find, () => swap.with), number);
}

/** Whether the profile lets a number through as it is written now. */
export function isAllowed(written: string, { allow }: NumberRule): boolean {
  return allow.some((pattern) => pattern.test(written));
}
