import type { Group } from './chains.ts';
import type { Meaning } from './context.ts';
import type { RankedCountry } from './country.ts';
import {
  callingCodeOf,
  isUsualGrouping,
  type NumberPlans,
  type Reading,
  readAfterInternationalPrefix,
  readInternational,
  readNational,
  readUnknownRange,
  trunkOf,
} from './number-plan.ts';
import { isDate, isFraction, isOtherShape, isPosition, isVersion } from './shapes.ts';

/** What is known of the place where the digits stand. */
export interface Place {
  readonly meaning: Meaning;
  /** Likeliest first. */
  readonly countries: readonly RankedCountry[];
  readonly plans: NumberPlans;
}

/** Digits read as a number: in which way, and what else they could be. */
export interface SegmentReading {
  readonly reading: Reading;
  readonly isInternational: boolean;
  readonly alternatives: readonly string[];
}

const MIN_DIGITS = 6;
const MAX_DIGITS = 18;
/** Without a label, fewer national digits than this are a postcode or a quantity. */
const MIN_UNSAID = 7;
/** Fewer digits without a trunk prefix where one is needed are a number inside one town: whatever the plan makes of them is wrong. */
const MIN_WITHOUT_TRUNK = 8;
/** A country this much less likely than the first is no alternative. */
const DOUBT_WITHIN = 1.5;
/** A country less likely than this part of the first is not asked: what the first cannot read is no number rather than a wrong one. */
const PART_OF_LIKELIEST = 0.4;
/** From here on a page is surely of a country: more than the user's own country and a language speak for it. */
const SURE_WEIGHT = 3;
/** Plans that have a trunk `0` which people often leave out. Source: formats of libphonenumber's metadata in which it is optional. */
const TRUNK_OPTIONAL = new Set(
  'AR BO BR BY CN CO EC GE ID IL IN IR KH KZ LI LT MY NP PE PH PK PY RU RW SA SO SY TH TR TZ UY VN AE EG KE NG'.split(
    ' ',
  ),
);

/** Reads groups as one phone number, or undefined when they are none, or nothing says they are one. */
export function readSegment(groups: readonly Group[], place: Place): SegmentReading | undefined {
  const digits = groups.map((group) => group.digits).join('');
  if (digits.length < MIN_DIGITS || digits.length > MAX_DIGITS) return undefined;
  if (groups[0]?.hasPlus) {
    if (isSignedFraction(groups) || isPosition(groups)) return undefined;
    const written = withoutBracketedTrunk(groups);
    const reading =
      readInternational(written, place.plans) ??
      (isSaid(place.meaning) || groups.length > 2 ? readUnknownRange(written, place.plans) : undefined);
    return reading && { reading, isInternational: true, alternatives: [] };
  }
  if (place.meaning === 'never' || isRefusedShape(groups, place.meaning)) return undefined;
  if (digits.startsWith('00')) return readPrefixed(groups, digits, place);
  return (
    readAtHome(groups, digits, place) ?? (digits.startsWith('0') ? readPrefixed(groups, digits, place) : undefined)
  );
}

/** `+35236450.6`: a figure with its sign. */
function isSignedFraction(groups: readonly Group[]): boolean {
  const [whole, fraction] = groups;
  return groups.length === 2 && fraction?.gap?.kind === '.' && fraction.digits.length < 3 && whole !== undefined;
}

/** `+49 (0)30`: the bracketed trunk prefix is for callers inside the country. */
function withoutBracketedTrunk(groups: readonly Group[]): string {
  return groups
    .map((group, at) => (at > 0 && group.digits === '0' && group.gap?.text.includes('(') ? '' : group.digits))
    .join('');
}

function isRefusedShape(groups: readonly Group[], meaning: Meaning): boolean {
  return isSaid(meaning) ? isDate(groups) || isFraction(groups) || isVersion(groups) : isOtherShape(groups);
}

function readPrefixed(groups: readonly Group[], digits: string, place: Place): SegmentReading | undefined {
  if (digits.length < 10 || (groups.length < 2 && !isSaid(place.meaning))) return undefined;
  for (const { country } of place.countries.slice(0, 3)) {
    const reading = readAfterInternationalPrefix(digits, country, place.plans);
    if (reading !== undefined) return { reading, isInternational: true, alternatives: [] };
  }
  return undefined;
}

function readAtHome(groups: readonly Group[], digits: string, place: Place): SegmentReading | undefined {
  // Where a label speaks, a number without its trunk prefix counts too, but only if no country has it as it is written.
  return (
    readAs(groups, digits, place, isWrittenLikePhone) ??
    (isSaid(place.meaning) && digits.length >= MIN_WITHOUT_TRUNK
      ? readAs(groups, digits, place, () => true)
      : undefined)
  );
}

type Rule = (groups: readonly Group[], reading: Reading, place: Place, weight: number) => boolean;

function readAs(groups: readonly Group[], digits: string, place: Place, isAllowed: Rule): SegmentReading | undefined {
  const likeliest = place.countries[0]?.weight ?? 0;
  let found: Reading | undefined;
  let weight = 0;
  const alternatives: string[] = [];
  for (const candidate of place.countries) {
    if (found !== undefined && candidate.weight < weight - DOUBT_WITHIN) break;
    if (candidate.weight < likeliest * PART_OF_LIKELIEST) break;
    const reading =
      readNational(digits, candidate.country, place.plans) ??
      readWithBareCode(groups, digits, candidate.country, place);
    if (reading === undefined || reading.e164 === found?.e164 || !isAllowed(groups, reading, place, candidate.weight))
      continue;
    if (found === undefined) {
      found = reading;
      weight = candidate.weight;
    } else if (!alternatives.includes(reading.e164)) alternatives.push(reading.e164);
  }
  return found && { reading: found, isInternational: false, alternatives };
}

/** `90 554 604 55 82`, `(254-20) 262 8065`: the calling code without its plus, when the home plan has no such number. */
function readWithBareCode(
  groups: readonly Group[],
  digits: string,
  country: string,
  { meaning, plans }: Place,
): Reading | undefined {
  const code = callingCodeOf(country, plans);
  if (code === undefined || !digits.startsWith(code)) return undefined;
  const isApart = groups[0]?.digits === code && groups.length > 2;
  if (!isApart && !isSaid(meaning)) return undefined;
  const reading = readNational(withoutBracketedTrunk(groups).slice(code.length), country, plans);
  return reading && (reading.national.length >= 8 ? reading : undefined);
}

function isSaid(meaning: Meaning): boolean {
  return meaning === 'phone' || meaning === 'fax' || meaning === 'extension';
}

/** These digits are written as only phone numbers are; asked of all whose label does not say what they are. */
function isWrittenLikePhone(
  groups: readonly Group[],
  reading: Reading,
  { meaning, plans }: Place,
  weight: number,
): boolean {
  const shown = groups.map((group) => group.digits);
  const isLong = reading.national.length >= MIN_UNSAID;
  const isUsual = isUsualGrouping(shown, reading, plans);
  const isBracketed = groups[0]?.opensAt !== groups[0]?.start;
  if (isSaid(meaning)) return reading.hasTrunk || !needsTrunk(reading, plans);
  if (!isLong) return false;
  if (meaning === 'seldom') return groups.length > 1 && isUsual;
  if (groups.length === 1) return isBareLikePhone(reading, weight);
  if (separators(groups) > (isBracketed ? 3 : 2)) return false;
  if (reading.e164.startsWith('+1')) return isCutForNorthAmerica(groups);
  if (reading.hasTrunk) return true;
  if (needsTrunk(reading, plans)) return isUsual && isBracketed && weight >= SURE_WEIGHT;
  if (weight >= SURE_WEIGHT && groups.length > 2 && separators(groups) === 1 && isCutEvenly(groups)) return true;
  if (isUsual && (isBracketed || reading.national.length >= 8 || groups.length > 2)) return true;
  // `(11) 9 1234-5678`: a digit that was put in front of all of a kind.
  if (reading.national.length >= 10 && isUsualGrouping(shown, reading, plans, 1)) return true;
  return reading.national.length >= 9 && isCutEvenly(groups);
}

function isCutEvenly(groups: readonly Group[]): boolean {
  return groups.length > 1 && groups.every((group) => group.digits.length > 1);
}

/** Three digits of area code come first, or all digits but the last four stand together. */
function isCutForNorthAmerica(groups: readonly Group[]): boolean {
  const lengths = groups.map((group) => group.digits.length).join(' ');
  return /^(?:1 )?(?:3 7|3 3 4|6 4|3 3 2 2|3 4 3)$|^4 (?:3 4|4 3|7)$/.test(lengths);
}

/** Digits in one piece: only plans whose numbers are mostly shown so, or a trunk prefix, tell them from ids. */
function isBareLikePhone(reading: Reading, weight: number): boolean {
  if (reading.e164.startsWith('+1')) return reading.national.length === 10;
  if (reading.type === 'mobile' && reading.national.length >= 10 && weight >= SURE_WEIGHT) return true;
  return reading.hasTrunk && reading.national.length >= 8;
}

function needsTrunk(reading: Reading, plans: NumberPlans): boolean {
  if (trunkOf(reading.country, plans) !== '0' || TRUNK_OPTIONAL.has(reading.country)) return false;
  // 1300, 1800, 13…: service numbers have no trunk prefix anywhere.
  return reading.type === 'fixed' || reading.type === 'mobile' || !reading.national.startsWith('1');
}

/** How many kinds of separators stand between the groups; people use one or two in a number. */
function separators(groups: readonly Group[]): number {
  return new Set(groups.slice(1).map((group) => group.gap?.kind.replace(/[ ()]/g, '') || ' ')).size;
}
