/**
 * The numbering plans of all countries, as libphonenumber-js ships them: plain JSON, so that it can be sent to a content script, which
 * holds none by itself.
 */
export interface NumberPlans {
  /** Of the metadata's format. */
  readonly version: number;
  readonly countries: Readonly<Record<string, Plan>>;
  /** Countries by calling code, the main one first. */
  readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
  /** Plans of no country, by calling code (`800`). */
  readonly nonGeographic?: Readonly<Record<string, Plan>>;
}

/** What a number is for, as far as its country's plan says. */
/** What plans give as the country of numbers that are of none (`+800`, `+883`). Source: libphonenumber's "001", the world. */
export const NO_COUNTRY = '001';

export type LineType =
  | 'fixed'
  | 'mobile'
  | 'toll-free'
  | 'premium'
  | 'personal'
  | 'voicemail'
  | 'company'
  | 'pager'
  | 'voip'
  | 'shared-cost';

/** Digits read by one country's numbering plan. */
export interface Reading {
  readonly e164: string;
  /** ISO 3166-1 alpha-2, or `001` for numbers of no country (`+800…`). */
  readonly country: string;
  /** The national number without trunk prefix. */
  readonly national: string;
  readonly type: LineType;
  /** True when a trunk prefix (`0`, in Hungary `06`, in Russia `8`) stood in front. */
  readonly hasTrunk: boolean;
}

/** One country's record in the metadata, by position. Source: METADATA.md of libphonenumber-js, format version 3. */
export type Plan = readonly unknown[];
const CALLING_CODE = 0;
const INTERNATIONAL_PREFIX = 1;
const PATTERN = 2;
const LENGTHS = 3;
const FORMATS = 4;
const TRUNK = 5;
const TRUNK_FOR_PARSING = 7;
const TRUNK_TRANSFORM = 8;
const LEADING_DIGITS = 10;
const TYPES = 11;
/** Pattern and possible lengths; without lengths those of the plan. */
type TypePattern = readonly [string, (readonly number[])?];
/** The order of the patterns in a plan's list of types. */
const TYPE_ORDER: readonly LineType[] = [
  'fixed',
  'mobile',
  'toll-free',
  'premium',
  'personal',
  'voicemail',
  'company',
  'pager',
  'voip',
  'shared-cost',
];
const MOBILE = TYPE_ORDER.indexOf('mobile');
const NO_PATTERN: TypePattern = [''];

/** Digits of the longest number, calling code included. Source: ITU-T E.164, 6.1. Some plans' lengths go beyond. */
const LONGEST_E164 = 15;

/**
 * Trunk prefixes that are gone from the plan and still stand on pages, by calling code. Source: Mexico's Plan Técnico Fundamental de
 * Numeración of 2018: since August 2019 ten digits are dialled, without 01, 044 or 045.
 */
const FORMER_TRUNKS: Readonly<Record<string, RegExp>> = { 52: /^(?:01|04[45])(?=\d{10}$)/ };
/** The same, behind the calling code: what told mobile numbers from abroad until then (`+52 1 55 …`). */
const FORMER_MOBILE: Readonly<Record<string, RegExp>> = { 52: /^1(\d{10})$/ };
/** A plan with more lengths does not tell where a number ends. */
const MOST_LENGTHS = 3;
/** What stands where a number will be: `555 555 5555`, `7123 456789`. */
const STAND_IN = /(\d)\1{5}|012345|123456|234567/;

const WHOLE = new Map<string, RegExp>();
const BEGINNING = new Map<string, RegExp>();

/** Every country there is a plan for, ISO 3166-1 alpha-2. */
export function countriesOf(plans: NumberPlans): readonly string[] {
  return Object.keys(plans.countries);
}

/** True when there is a numbering plan for this country. */
export function hasPlan(country: string, plans: NumberPlans): boolean {
  return Object.hasOwn(plans.countries, country);
}

/** Calling code without `+`, e.g. `44`; undefined for a country without plan. */
export function callingCodeOf(country: string, plans: NumberPlans): string | undefined {
  return text(planOf(country, plans), CALLING_CODE);
}

/** The trunk prefix written before national numbers (`0`, `06`, `8`), or undefined. */
export function trunkOf(country: string, plans: NumberPlans): string | undefined {
  return text(planOf(country, plans), TRUNK);
}

/**
 * Reads the digits after a `+`.
 * @returns undefined when no plan knows such a number; a trunk zero left inside (`+44 (0)20…`) is forgiven
 */
export function readInternational(digits: string, plans: NumberPlans): Reading | undefined {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    const rest = digits.slice(length);
    if (Object.hasOwn(plans.country_calling_codes, code)) return readWithCode(code, rest, plans);
    const plan = plans.nonGeographic?.[code];
    if (plan !== undefined) {
      const type = typeOf(plan, rest);
      return type && { e164: `+${code}${rest}`, country: NO_COUNTRY, national: rest, type, hasTrunk: false };
    }
  }
  return undefined;
}

/**
 * Reads the digits after a `+` where no plan knows the range: plans are older than the newest ranges, and leave out those kept for
 * examples. Undefined unless the country's numbers look so, and have a length that tells where they end.
 */
export function readUnknownRange(digits: string, plans: NumberPlans): Reading | undefined {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    const [country] = plans.country_calling_codes[code] ?? [];
    const plan = country === undefined ? undefined : planOf(country, plans);
    if (country === undefined || plan === undefined) continue;
    const national = digits.slice(length);
    const lengths = plan[LENGTHS] as readonly number[];
    if (lengths.length > MOST_LENGTHS || !lengths.includes(national.length)) return undefined;
    if (STAND_IN.test(national) || !wholly(String(plan[PATTERN])).test(national)) return undefined;
    return { e164: `+${digits}`, country, national, type: 'fixed', hasTrunk: false };
  }
  return undefined;
}

/**
 * All that the plan says a number may be for. Where mobile numbers look like those of fixed lines, the metadata has one pattern for both, in
 * the place of fixed ones.
 */
export function lineTypesOf({ e164, country, national, type }: Reading, plans: NumberPlans): readonly LineType[] {
  const plan = planOf(country, plans) ?? plans.nonGeographic?.[e164.slice(1, -national.length)];
  if (!Array.isArray(plan?.[TYPES])) return [type];
  const types = TYPE_ORDER.filter((_type, at) => hasType(at, national, plan));
  const isBoth = types.includes('fixed') && patternAt(MOBILE, plan)[0] === '';
  return isBoth ? [...types, 'mobile'] : types;
}

/**
 * Reads digits as they are dialled inside a country. Undefined when its plan has no such number, and none of the countries that share its
 * calling code: those are dialled without a prefix too (a Canadian number from the US, a Jersey one from Britain).
 */
export function readNational(digits: string, country: string, plans: NumberPlans): Reading | undefined {
  const plan = planOf(country, plans);
  if (plan === undefined || digits.length < 3 || digits.length > 20) return undefined;
  const stripped = withoutTrunk(digits, plan);
  const isStripped = stripped !== undefined && keepsStripped(digits, stripped, plan);
  const national = isStripped ? stripped : digits;
  const hasTrunk = national.length < digits.length;
  const own = reading(national, country, plan, hasTrunk);
  if (own !== undefined) return own;
  const code = String(plan[CALLING_CODE]);
  const shared = readSharing(code, national, plans);
  return shared && { ...shared, hasTrunk };
}

/** Reads digits that begin with the country's prefix for calls abroad (`00`, `011`). */
export function readAfterInternationalPrefix(digits: string, country: string, plans: NumberPlans): Reading | undefined {
  const prefix = text(planOf(country, plans), INTERNATIONAL_PREFIX);
  const length = prefix === undefined ? undefined : beginning(prefix).exec(digits)?.[0].length;
  if (length !== undefined && length > 0) {
    const found = readInternational(digits.slice(length), plans);
    if (found !== undefined) return found;
  }
  return digits.startsWith('00') ? readInternational(digits.slice(2), plans) : undefined;
}

/**
 * True when the groups are cut as the country writes such a number, e.g. `020 7946 0123`. Groups include the trunk prefix.
 * @param more - so many further cuts are allowed
 */
export function isUsualGrouping(groups: readonly string[], found: Reading, plans: NumberPlans, more = 0): boolean {
  const digits = groups.join('');
  const lead = digits.length - found.national.length;
  if (lead < 0 || !digits.endsWith(found.national)) return false;
  const cuts = new Set<number>();
  let at = 0;
  for (const group of groups) {
    at += group.length;
    cuts.add(at - lead);
  }
  cuts.delete(0);
  const usual = usualCuts(found, plans);
  return usual !== undefined && cuts.size <= usual.length + more && usual.every((cut) => cuts.has(cut));
}

function usualCuts(found: Reading, plans: NumberPlans): readonly number[] | undefined {
  const format = formatOf(found.national, planOf(found.country, plans), plans);
  let at = 0;
  return format?.groups.map((group) => {
    at += group.length;
    return at;
  });
}

/**
 * Writes the digits after a `+` as people abroad do: groups apart by spaces, the calling code first.
 * @returns undefined when there is no such calling code
 */
export function writeInternational(digits: string, plans: NumberPlans): string | undefined {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    const national = digits.slice(length);
    const main = plans.country_calling_codes[code]?.[0];
    const plan = main === undefined ? plans.nonGeographic?.[code] : planOf(main, plans);
    if (plan === undefined) continue;
    const format = formatOf(national, plan, plans);
    const groups = format ? national.replace(format.pattern, format.abroad).replace(/\D+/g, ' ').trim() : national;
    return `${code} ${groups}`;
  }
  return undefined;
}

interface Format {
  readonly pattern: RegExp;
  readonly groups: readonly string[];
  /** What the groups are put into for callers abroad, e.g. `$1-$2`. */
  readonly abroad: string;
}

function formatOf(national: string, plan: Plan | undefined, plans: NumberPlans): Format | undefined {
  for (const format of formatsOf(plan, plans)) {
    const leading = (format[2] as readonly string[] | undefined)?.at(-1);
    if (leading !== undefined && !beginning(leading).test(national)) continue;
    const whole = wholly(String(format[0]));
    const match = whole.exec(national);
    if (match === null) continue;
    const groups = match.slice(1).map((group) => group ?? '');
    return { pattern: whole, groups, abroad: String(format[5] ?? format[1]) };
  }
  return undefined;
}

/** Countries that share a calling code keep their formats with the main one. */
function formatsOf(plan: Plan | undefined, plans: NumberPlans): readonly Plan[] {
  if (plan === undefined) return [];
  const own = plan[FORMATS];
  if (Array.isArray(own)) return own as Plan[];
  const main = plans.country_calling_codes[String(plan[CALLING_CODE])]?.[0];
  const shared = main === undefined ? undefined : planOf(main, plans)?.[FORMATS];
  return Array.isArray(shared) ? (shared as Plan[]) : [];
}

function readWithCode(code: string, rest: string, plans: NumberPlans): Reading | undefined {
  const found = readSharing(code, rest, plans);
  if (found !== undefined) return found;
  const main = plans.country_calling_codes[code]?.[0];
  const plan = main === undefined ? undefined : planOf(main, plans);
  const stripped = plan && (FORMER_MOBILE[code]?.exec(rest)?.[1] ?? withoutTrunk(rest, plan));
  if (main === undefined || plan === undefined || stripped === undefined || stripped === rest) return undefined;
  // Some people write the trunk prefix behind the calling code; no plan has a number with both meanings.
  return reading(stripped, main, plan, true);
}

function readSharing(code: string, national: string, plans: NumberPlans): Reading | undefined {
  for (const country of plans.country_calling_codes[code] ?? []) {
    const plan = planOf(country, plans);
    const leading = text(plan, LEADING_DIGITS);
    if (leading !== undefined && !beginning(leading).test(national)) continue;
    const found = plan && reading(national, country, plan, false);
    if (found !== undefined) return found;
  }
  return undefined;
}

function reading(national: string, country: string, plan: Plan, hasTrunk: boolean): Reading | undefined {
  const digits = String(plan[CALLING_CODE]) + national;
  const type = digits.length > LONGEST_E164 ? undefined : typeOf(plan, national);
  return type && { e164: `+${digits}`, country, national, type, hasTrunk };
}

function withoutTrunk(digits: string, plan: Plan): string | undefined {
  const former = FORMER_TRUNKS[String(plan[CALLING_CODE])]?.exec(digits)?.[0];
  if (former !== undefined) return digits.slice(former.length);
  const prefix = text(plan, TRUNK_FOR_PARSING) ?? text(plan, TRUNK);
  if (prefix === undefined) return undefined;
  const leading = beginning(prefix);
  const match = leading.exec(digits);
  if (match === null) return undefined;
  const transform = text(plan, TRUNK_TRANSFORM);
  if (transform !== undefined && match.length > 1 && match.at(-1)) return digits.replace(leading, transform);
  return digits.slice(match[0].length);
}

/** The same digit may be a trunk prefix or the number's first digit; the plan's lengths and pattern decide. */
function keepsStripped(digits: string, stripped: string, plan: Plan): boolean {
  const whole = wholly(String(plan[PATTERN]));
  if (whole.test(digits) && !whole.test(stripped)) return false;
  return (plan[LENGTHS] as readonly number[]).includes(stripped.length);
}

function typeOf(plan: Plan, national: string): LineType | undefined {
  const lengths = plan[LENGTHS] as readonly number[];
  if (!lengths.includes(national.length)) return undefined;
  if (!wholly(String(plan[PATTERN])).test(national)) return undefined;
  return Array.isArray(plan[TYPES]) ? TYPE_ORDER.find((_type, at) => hasType(at, national, plan)) : 'fixed';
}

/** @param at - the type's place in {@link TYPE_ORDER} */
function hasType(at: number, national: string, plan: Plan): boolean {
  const [pattern, lengths] = patternAt(at, plan);
  return (
    pattern !== '' && (lengths === undefined || lengths.includes(national.length)) && wholly(pattern).test(national)
  );
}

function patternAt(at: number, plan: Plan): TypePattern {
  return (plan[TYPES] as readonly (TypePattern | 0)[])[at] || NO_PATTERN;
}

function planOf(country: string, plans: NumberPlans): Plan | undefined {
  return hasPlan(country, plans) ? plans.countries[country] : undefined;
}

function text(plan: Plan | undefined, position: number): string | undefined {
  const value = plan?.[position];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Matches where the whole text does. */
function wholly(source: string): RegExp {
  return compiled(source, WHOLE, '$');
}

/** Matches where the text begins so. */
function beginning(source: string): RegExp {
  return compiled(source, BEGINNING, '');
}

/**
 * Patterns are compiled when first needed: a page uses a handful of the two thousand. They are kept by the plan's own strings, whose
 * hashes the engine keeps too; a key made anew for every look-up took a tenth of all the time a large table needs.
 */
function compiled(source: string, kept: Map<string, RegExp>, end: string): RegExp {
  let pattern = kept.get(source);
  if (pattern === undefined) {
    pattern = new RegExp(`^(?:${source})${end}`);
    kept.set(source, pattern);
  }
  return pattern;
}
