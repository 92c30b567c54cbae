import type { Group } from './chains.ts';
import type { Meaning } from './context.ts';
import type { RankedCountry } from './country.ts';
import {
  callingCodeOf,
  isUsualGrouping,
  type Reading,
  readAfterInternationalPrefix,
  readInternational,
  readNational,
  trunkOf,
} from './number-plan.ts';
import { isDate, isOtherShape } from './shapes.ts';

/** What is known of the place where the digits stand. */
export interface Place {
  readonly meaning: Meaning;
  /** Likeliest first. */
  readonly countries: readonly RankedCountry[];
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
/** A country this much less likely than the first is no alternative. */
const DOUBT_WITHIN = 1.5;
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
    const reading = readInternational(withoutBracketedTrunk(groups));
    return reading && { reading, isInternational: true, alternatives: [] };
  }
  if (place.meaning === 'never' || isRefusedShape(groups, place.meaning)) return undefined;
  return digits.startsWith('00') ? readPrefixed(groups, digits, place) : readAtHome(groups, digits, place);
}

/** `+49 (0)30`: the bracketed trunk prefix is for callers inside the country. */
function withoutBracketedTrunk(groups: readonly Group[]): string {
  return groups
    .map((group, at) => (at > 0 && group.digits === '0' && group.gap?.text.includes('(') ? '' : group.digits))
    .join('');
}

function isRefusedShape(groups: readonly Group[], meaning: Meaning): boolean {
  return meaning === 'phone' || meaning === 'fax' ? isDate(groups) : isOtherShape(groups);
}

function readPrefixed(groups: readonly Group[], digits: string, place: Place): SegmentReading | undefined {
  if (groups.length < 2 && !isSaid(place.meaning)) return undefined;
  for (const { country } of place.countries.slice(0, 3)) {
    const reading = readAfterInternationalPrefix(digits, country);
    if (reading !== undefined) return { reading, isInternational: true, alternatives: [] };
  }
  return undefined;
}

function readAtHome(groups: readonly Group[], digits: string, place: Place): SegmentReading | undefined {
  let found: Reading | undefined;
  let weight = 0;
  const alternatives: string[] = [];
  for (const candidate of place.countries) {
    if (found !== undefined && candidate.weight < weight - DOUBT_WITHIN) break;
    const reading = readIn(groups, digits, candidate.country, place.meaning);
    if (reading === undefined || reading.e164 === found?.e164) continue;
    if (found === undefined) {
      found = reading;
      weight = candidate.weight;
    } else if (!alternatives.includes(reading.e164)) alternatives.push(reading.e164);
  }
  return found && { reading: found, isInternational: false, alternatives };
}

function readIn(groups: readonly Group[], digits: string, country: string, meaning: Meaning): Reading | undefined {
  const reading = readNational(digits, country) ?? readWithBareCode(groups, digits, country, meaning);
  if (reading === undefined) return undefined;
  return isSaid(meaning) || isWrittenLikePhone(groups, reading, meaning) ? reading : undefined;
}

/** `90 554 604 55 82`, `(254-20) 262 8065`: the calling code without its plus, when the home plan has no such number. */
function readWithBareCode(
  groups: readonly Group[],
  digits: string,
  country: string,
  meaning: Meaning,
): Reading | undefined {
  const code = callingCodeOf(country);
  if (code === undefined || !digits.startsWith(code)) return undefined;
  const isApart = groups[0]?.digits === code;
  if (!isApart && !isSaid(meaning)) return undefined;
  const reading = readNational(withoutBracketedTrunk(groups).slice(code.length), country);
  return reading && (reading.national.length >= 8 ? reading : undefined);
}

function isSaid(meaning: Meaning): boolean {
  return meaning === 'phone' || meaning === 'fax' || meaning === 'extension';
}

/** Nothing says these digits are a phone number, so they must be written as only phone numbers are. */
function isWrittenLikePhone(groups: readonly Group[], reading: Reading, meaning: Meaning): boolean {
  if (reading.national.length < MIN_UNSAID) return false;
  const isUsual = isUsualGrouping(
    groups.map((group) => group.digits),
    reading,
  );
  if (meaning === 'seldom') return groups.length > 1 && isUsual;
  if (groups.length === 1) return isBareLikePhone(reading);
  if (isUsual) return reading.hasTrunk || !needsTrunk(reading) || groups[0]?.opensAt !== groups[0]?.start;
  if (separators(groups) > 2) return false;
  return reading.hasTrunk || !needsTrunk(reading);
}

function isBareLikePhone(reading: Reading): boolean {
  if (reading.e164.startsWith('+1')) return reading.national.length === 10;
  return reading.hasTrunk && reading.national.length >= 9;
}

function needsTrunk(reading: Reading): boolean {
  if (reading.type !== 'fixed' && reading.type !== 'mobile') return false;
  return trunkOf(reading.country) === '0' && !TRUNK_OPTIONAL.has(reading.country);
}

/** How many kinds of separators stand between the groups; people use one or two in a number. */
function separators(groups: readonly Group[]): number {
  return new Set(groups.slice(1).map((group) => group.gap?.kind.replace(/[ ()]/g, '') || ' ')).size;
}
