import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import type { NumberType } from '../core/risk.ts';
import { libraryPlans } from './library-plans.ts';
import { type LineType, lineTypesOf, NO_COUNTRY, type NumberPlans, readInternational } from './number-plan.ts';

/** In the order in which a number counts as such that its plan has in more than one place. */
const TYPES = [
  'fixed',
  'mobile',
  'premium',
  'toll-free',
  'shared-cost',
  'voip',
  'pager',
] as const satisfies readonly LineType[];

/** Satellite networks by their calling codes. Source: ITU-T E.164 assigned codes: 870 Inmarsat, 881 GMSS, 882 16 Thuraya. */
const SATELLITE = /^\+(?:870|881|88216)/;

/**
 * What kind of line an E.164 number is, and in which country, as far as its digits tell: numbers are carried from network to network.
 * `country` is absent for numbers of no country; those no plan knows are of type `unknown`. A click waits for this: the patterns of
 * the plans are kept, where libphonenumber-js makes them anew for each number.
 */
export function classify(e164: string, plans: NumberPlans): { readonly country?: string; readonly type: NumberType } {
  const read = readInternational(e164.slice(1), plans);
  const known = read ? read.country : parsePhoneNumberFromString(e164, libraryPlans(plans))?.country;
  const country = known === undefined || known === NO_COUNTRY ? {} : { country: known };
  if (SATELLITE.test(e164)) return { ...country, type: 'satellite' };
  if (!read) return { ...country, type: 'unknown' };
  const lines = lineTypesOf(read, plans);
  if (lines.includes('fixed') && lines.includes('mobile')) return { ...country, type: 'fixed-or-mobile' };
  return { ...country, type: TYPES.find((type) => lines.includes(type)) ?? 'other' };
}
