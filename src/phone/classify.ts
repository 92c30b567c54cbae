import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import type { NumberType } from '../core/risk.ts';
import { ALL_PLANS } from './all-plans.ts';

const TYPES: Readonly<Record<string, NumberType>> = {
  FIXED_LINE: 'fixed',
  MOBILE: 'mobile',
  FIXED_LINE_OR_MOBILE: 'fixed-or-mobile',
  TOLL_FREE: 'toll-free',
  PREMIUM_RATE: 'premium',
  SHARED_COST: 'shared-cost',
  VOIP: 'voip',
  PAGER: 'pager',
};

/** Stand-in until the number work brings its own. What kind of line an E.164 number is, and in which country. */
export function classify(e164: string): { readonly country?: string; readonly type: NumberType } {
  const number = parsePhoneNumberFromString(e164, ALL_PLANS);
  if (!number) return { type: 'unknown' };
  const country = number.country === undefined ? {} : { country: number.country };
  if (/^\+(870|881|88216)/.test(e164)) return { ...country, type: 'satellite' };
  const type = number.getType();
  return { ...country, type: type === undefined ? 'unknown' : (TYPES[type] ?? 'other') };
}
