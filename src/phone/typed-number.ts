import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** A number typed by the user: E.164 with its extension, or digits (and `*`, `#`) to be dialled as they are. */
export interface TypedNumber {
  readonly number: string;
  readonly ext?: string;
}

const SHORT = /^[\d*#]{1,6}$/;
const CODE = /^[\d*#]{1,20}$/;

/** Reads what was typed into the dial field; undefined when it is no number. `country` is for numbers without `+`. */
export function readTypedNumber(text: string, country: string): TypedNumber | undefined {
  const plain = text.trim();
  const tight = plain.replace(/[\s().\-/]/g, '');
  if (SHORT.test(tight) || (/[*#]/.test(tight) && CODE.test(tight))) return { number: tight };
  const home: CountryCode = isSupportedCountry(country) ? country : 'US';
  const parsed = parsePhoneNumberFromString(plain, { defaultCountry: home, extract: false });
  if (!parsed?.isPossible()) return undefined;
  return { number: parsed.number, ...(parsed.ext === undefined ? {} : { ext: parsed.ext }) };
}
