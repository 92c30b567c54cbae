import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import { libraryPlans } from './library-plans.ts';
import { fold } from './normalise.ts';
import { hasPlan, type NumberPlans } from './number-plan.ts';
import { parseTelUri } from './tel-uri.ts';
import { vanityDigits } from './vanity.ts';

/** What somebody typed into our own dial field, understood. */
export interface TypedNumber {
  /** E.164, a short extension (2 to 6 digits) or a feature code (`*97`). */
  readonly number: string;
  readonly ext?: string;
}

const LONGEST = 64;
const FEATURE_CODE = /^[*#][\d*#]{1,15}$/;
const SHORT = /^\d{2,6}$/;

/**
 * Reads what was typed or pasted: a number as people write it, a `tel:` address, a number in letters (`1-800-FLOWERS`), a short extension
 * or a feature code. Undefined when it is no number, or more than one thing.
 * @param country - of numbers that do not say theirs, ISO 3166-1 alpha-2
 */
export function readTypedNumber(text: string, country: string, plans: NumberPlans): TypedNumber | undefined {
  // Never a part of it: what is left out could make it another number.
  const typed = text.trim();
  if (typed.length > LONGEST) return undefined;
  if (/^(?:tel|callto):/i.test(typed)) return readAddress(typed, country, plans);
  const folded = fold(typed);
  if (folded.doubtAbout(0, folded.text.length)) return undefined;
  const plain = folded.text.trim();
  if (FEATURE_CODE.test(plain) || SHORT.test(plain)) return { number: plain };
  return readNumber(vanityDigits(plain.toUpperCase().replace(/[\s().-]/g, '')) ?? plain, country, plans);
}

function readAddress(uri: string, country: string, plans: NumberPlans): TypedNumber | undefined {
  const asked = parseTelUri(uri);
  if (!asked.ok || asked.value.kind !== 'number') return undefined;
  const { number, ext } = asked.value;
  const read = SHORT.test(number) ? { number } : readNumber(number, country, plans);
  return read && ext !== undefined ? { ...read, ext } : read;
}

function readNumber(text: string, country: string, plans: NumberPlans): TypedNumber | undefined {
  const defaultCountry = hasPlan(country, plans) ? (country as CountryCode) : 'US';
  const parsed = parsePhoneNumberFromString(text, { defaultCountry, extract: false }, libraryPlans(plans));
  if (!parsed?.isPossible()) return undefined;
  return { number: parsed.number, ...(parsed.ext === undefined ? {} : { ext: parsed.ext }) };
}
