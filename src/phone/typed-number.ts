import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import { ALL_PLANS } from './all-plans.ts';
import { hasPlan } from './number-plan.ts';

/** What somebody typed into our own dial field, understood. */
export interface TypedNumber {
  /** E.164, a short extension (2 to 6 digits) or a feature code (`*97`). */
  readonly number: string;
  readonly ext?: string;
}

const LONGEST = 64;

/** Stand-in until the number work brings its own. Undefined when it is no number. */
export function readTypedNumber(text: string, country: string): TypedNumber | undefined {
  const typed = text.slice(0, LONGEST + 1).trim();
  if (typed.length > LONGEST) return undefined;
  if (/^[*#][\d*#]{1,15}$/.test(typed) || /^\d{2,6}$/.test(typed)) return { number: typed };
  const home = hasPlan(country, ALL_PLANS) ? (country as CountryCode) : 'US';
  const parsed = parsePhoneNumberFromString(typed, home, ALL_PLANS);
  if (!parsed?.isPossible()) return undefined;
  return { number: parsed.number, ...(parsed.ext === undefined ? {} : { ext: parsed.ext }) };
}
