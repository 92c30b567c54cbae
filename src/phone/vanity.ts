import { type NumberPlans, type Reading, readInternational, readNational } from './number-plan.ts';

/** A number some of whose digits are shown as letters, as on a telephone's keys. */
export interface VanityNumber {
  readonly start: number;
  readonly end: number;
  readonly reading: Reading;
}

const VANITY =
  /(?<![\p{L}\p{N}-])(?:(\+?)(1)[\s.-]{1,2})?\(?(8(?:00|33|44|55|66|77|88)|900|0800|0508|1800|1300)\)?[\s.-]{1,2}((?=[A-Z0-9-]*[A-Z]{3})[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){0,3})(?![\p{L}\p{N}])/gu;
/** The same without separators. */
const WHOLE = /^(\+?1)?(8(?:00|33|44|55|66|77|88)|900|0800|0508|1800|1300)([A-Z0-9]*[A-Z]{3}[A-Z0-9]*)$/;
const KEYS = ['ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];
/** People may dial letters beyond the number's length; the network ignores them. More than this is a word, not a number. */
const MAX_EXTRA_LETTERS = 4;

/** Finds `1-800-FLOWERS` and its like: a free-phone code, then capitals. */
export function findVanity(text: string, countries: readonly string[], plans: NumberPlans): readonly VanityNumber[] {
  const found: VanityNumber[] = [];
  for (const match of text.matchAll(VANITY)) {
    const [whole, , one, code = '', word = ''] = match;
    const keys = [...word].map(keyOf).join('');
    const reading = readVanity(one === undefined ? '' : '1', code, keys, countries, plans);
    if (reading !== undefined) found.push({ start: match.index, end: match.index + whole.length, reading });
  }
  return found;
}

/** The digits of a text that is a vanity number and nothing else (`1800FLOWERS`); undefined for other texts. */
export function vanityDigits(text: string): string | undefined {
  const [, one = '', code = '', word = ''] = WHOLE.exec(text) ?? [];
  if (word === '') return undefined;
  const digits = one + code + [...word].map(keyOf).join('');
  // North American numbers have ten digits: further letters are for the eye.
  return code.startsWith('8') ? digits.slice(0, one.length + 10) : digits;
}

function readVanity(
  one: string,
  code: string,
  keys: string,
  countries: readonly string[],
  plans: NumberPlans,
): Reading | undefined {
  for (let extra = 0; extra <= MAX_EXTRA_LETTERS && keys.length - extra >= 5; extra++) {
    const digits = code + keys.slice(0, keys.length - extra);
    if (one === '1') {
      const reading = readInternational(`1${digits}`, plans);
      if (reading !== undefined) return reading;
      continue;
    }
    for (const country of countries) {
      const reading = readNational(digits, country, plans);
      if (reading?.type === 'toll-free' || reading?.type === 'shared-cost') return reading;
    }
  }
  return undefined;
}

function keyOf(character: string): string {
  if (character === '-') return '';
  const at = KEYS.findIndex((letters) => letters.includes(character));
  return at < 0 ? character : String(at + 2);
}
