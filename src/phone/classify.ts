import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import type { NumberType } from '../core/risk.ts';
import { libraryPlans } from './library-plans.ts';
import type { NumberPlans } from './number-plan.ts';

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

/** Satellite networks by their calling codes. Source: ITU-T E.164 assigned codes: 870 Inmarsat, 881 GMSS, 882 16 Thuraya. */
const SATELLITE = /^\+(?:870|881|88216)/;

/**
 * What kind of line an E.164 number is, and in which country, as far as its digits tell: numbers are carried from network to network.
 * `country` is absent for numbers of no country and for those no plan knows; the latter are of type `unknown`.
 */
export function classify(e164: string, plans: NumberPlans): { readonly country?: string; readonly type: NumberType } {
  const number = parsePhoneNumberFromString(e164, libraryPlans(plans));
  if (!number) return { type: 'unknown' };
  const country = number.country === undefined ? {} : { country: number.country };
  if (SATELLITE.test(e164)) return { ...country, type: 'satellite' };
  const type = number.getType();
  return { ...country, type: type === undefined ? 'unknown' : (TYPES[type] ?? 'other') };
}
