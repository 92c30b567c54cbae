import type { Group } from './chains.ts';

/**
 * True when groups are written as something else than a phone number: a date, a time, a decimal, an address of a machine, a book.
 * Only for numbers without `+`.
 */
export function isOtherShape(groups: readonly Group[]): boolean {
  return (
    isCounting(groups) ||
    isDate(groups) ||
    isDecimal(groups) ||
    isPairOfDecimals(groups) ||
    isVersion(groups) ||
    isPosition(groups) ||
    isChoice(groups) ||
    isTimestamp(groups) ||
    isSequence(groups) ||
    isMachineAddress(groups) ||
    isBook(groups) ||
    isRange(groups) ||
    isCode(groups) ||
    isSum(groups) ||
    isRepetition(groups)
  );
}

/** True for `29.12.2014`, `2019-12-29`, `2019-2024`, `06/2017 - 03/2021`, `04.06.-07.06`. */
export function isDate(groups: readonly Group[]): boolean {
  const values = groups.map((group) => Number(group.digits));
  const lengths = groups.map((group) => group.digits.length);
  for (let at = 0; at < groups.length; at++) {
    const gap = groups[at + 1]?.gap?.kind.trim();
    const second = groups[at + 2]?.gap?.kind.trim();
    // 2019-2024, 2021/2022, 2025/26
    if (groups.length === 2 && isYear(groups[at]) && (isYear(groups[at + 1]) || lengths[at + 1] === 2)) return true;
    if (gap === undefined || gap !== second || !/^[-./]$/.test(gap)) continue;
    const [a = 0, b = 0, c = 0] = values.slice(at, at + 3);
    const [la = 0, lb = 0, lc = 0] = lengths.slice(at, at + 3);
    const isDayMonth = a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12) && la <= 2 && lb <= 2;
    const isYearLast = (lc === 4 && c >= 1900 && c <= 2100) || (lc === 2 && groups.length === 3);
    if (isDayMonth && isYearLast) return true;
    if (isYear(groups[at]) && b >= 1 && b <= 12 && c >= 1 && c <= 31 && lb <= 2 && lc <= 2) return true;
  }
  // 06/2017 - 03/2021
  if (groups.length === 4 && [0, 2].every((at) => isMonth(groups[at]) && isYear(groups[at + 1]))) return true;
  // 04.06.-07.06, 08.06 - 22.06
  return (
    groups.length === 4 &&
    lengths.every((length) => length === 2) &&
    groups[1]?.gap?.kind === '.' &&
    groups[3]?.gap?.kind === '.' &&
    values.every((value) => value <= 31 && value > 0) &&
    groups[2]?.gap?.kind !== '.'
  );
}

function isMonth(group: Group | undefined): boolean {
  return group !== undefined && /^(?:0?[1-9]|1[0-2])$/.test(group.digits);
}

function isYear(group: Group | undefined): boolean {
  return group !== undefined && /^(?:1[5-9]|20)\d\d$/.test(group.digits);
}

/** `1.30843945`, `8058.988613`, `1.234.567`, `1 414 021 100`: a point or thousands make the figure. */
function isDecimal(groups: readonly Group[]): boolean {
  const [whole, ...rest] = groups;
  if (whole === undefined || rest.length === 0) return false;
  if (isFraction(groups) || (whole.digits === '0' && rest[0]?.gap?.kind === '.')) return true;
  const kind = rest[0]?.gap?.kind;
  const isThousands =
    whole.digits.length <= 3 &&
    whole.digits[0] !== '0' &&
    rest.every((group) => group.digits.length === 3 && group.gap?.kind === kind);
  return isThousands && (rest.length > 2 || (rest.length === 1 && kind !== '-'));
}

/** `91.31747939`: whatever its label, one point in unprefixed digits makes a fraction. */
export function isFraction(groups: readonly Group[]): boolean {
  const [whole, fraction] = groups;
  if (groups.length !== 2 || whole === undefined || fraction?.gap?.kind !== '.') return false;
  return !/^0\d/.test(whole.digits) || whole.digits.length > 5;
}

/** `79.0.3945.93`: whatever its label (`Chrome/79.0.3945.93 Mobile Safari`), no number has a zero alone between points. */
export function isVersion(groups: readonly Group[]): boolean {
  return groups.some(
    ({ digits, gap }, at) => digits === '0' && gap?.kind === '.' && at > 0 && groups[at + 1]?.gap?.kind === '.',
  );
}

/** `-0351-03225`, `+492717-0023210`: degrees, minutes and seconds, as places are given in tables of the world. */
export function isPosition(groups: readonly Group[]): boolean {
  const [north, east] = groups;
  if (groups.length !== 2 || north === undefined || east?.gap?.kind !== '-' || !east.digits.startsWith('0'))
    return false;
  return /^(?:4 5|6 7)$/.test(`${north.digits.length} ${east.digits.length}`);
}

/** `300 / 400 / 500`: one or the other. */
function isChoice(groups: readonly Group[]): boolean {
  const [first, ...others] = groups;
  return (
    others.length > 1 &&
    others.every(({ digits, gap }) => gap?.kind === ' / ' && digits.length === first?.digits.length)
  );
}

/** `180.48 (290.454)`, `32.86 - 32.99`: two figures with a point each. */
function isPairOfDecimals(groups: readonly Group[]): boolean {
  const [first, ...rest] = groups.map((group) => group.gap?.kind);
  return (
    first === undefined &&
    rest.length === 3 &&
    rest[0] === '.' &&
    rest[1] !== '.' &&
    rest[2] === '.' &&
    !groups[0]?.digits.startsWith('0')
  );
}

/** `081110 040800 6739`: the day and the second, as logs write them. */
function isTimestamp(groups: readonly Group[]): boolean {
  const [day, time] = groups.map((group) => group.digits);
  if (day === undefined || time === undefined || !/^\d{6}(?:\d\d)?$/.test(day) || time.length !== 6) return false;
  const [month, date] = [Number(day.slice(-4, -2)), Number(day.slice(-2))];
  const isDay = month >= 1 && month <= 12 && date >= 1 && date <= 31;
  return isDay && /^(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(time);
}

/** `123-456-78-90`: what stands where a number will be. */
function isSequence(groups: readonly Group[]): boolean {
  return '0123456789012345'.includes(groups.map((group) => group.digits).join(''));
}

/** Four groups of at most three digits with points, as machines are addressed; four pairs are how Danes write. */
function isMachineAddress(groups: readonly Group[]): boolean {
  if (groups.length !== 4 || groups.every((group) => group.digits.length === 2)) return false;
  const isPointed = groups.every((group, at) => group.digits.length <= 3 && (at === 0 || group.gap?.kind === '.'));
  const isSmall = groups.every((group) => Number(group.digits) <= 255) && !/^0\d/.test(groups[0]?.digits ?? '');
  return isPointed && (isSmall || groups.some((group) => group.digits.length === 1));
}

/** `2793-2798`, `367-390`: pages from and to. */
export function isRange(groups: readonly Group[]): boolean {
  const [from, to] = groups;
  if (groups.length !== 2 || from === undefined || to === undefined || to.gap?.kind.trim() !== '-') return false;
  return from.digits.length === to.digits.length && from.digits.length <= 4 && Number(from.digits) < Number(to.digits);
}

/** `55144-1000`, `01310-200`, `06770169-6`: a postcode with its tail, an id with its check digit. */
function isCode(groups: readonly Group[]): boolean {
  const [first, second] = groups;
  if (groups.length !== 2 || first === undefined || second === undefined || second.gap?.kind !== '-') return false;
  if (second.digits.length === 1) return first.digits.length >= 6;
  return first.digits.length === 5 && (second.digits.length === 3 || second.digits.length === 4);
}

/** `512 / (2350 - 512)`: inside a number a bracket holds one group, an area code or a trunk prefix. */
function isSum(groups: readonly Group[]): boolean {
  if (groups.length < 3) return false;
  return groups.some(({ gap }, at) => {
    const next = groups[at + 1];
    return gap?.text.includes('(') && next !== undefined && !next.gap?.text.includes(')');
  });
}

/** `61 61 61 61 61`: bytes. */
function isRepetition(groups: readonly Group[]): boolean {
  return groups.length >= 5 && groups.every((group) => group.digits === groups[0]?.digits);
}

/** Ten or thirteen digits whose first (or prefix) and last group stand alone: a book's number, whether its check digit is right or not. */
function isBook(groups: readonly Group[]): boolean {
  const lengths = groups.map((group) => group.digits.length);
  const digits = lengths.reduce((sum, length) => sum + length, 0);
  if (groups.length < 4 || lengths.at(-1) !== 1) return false;
  if (digits === 10) return groups.length === 4 && (lengths[0] ?? 0) <= 5 && lengths[0] !== 3;
  return digits === 13 && /^97[89]$/.test(groups[0]?.digits ?? '');
}

/** `1 2 3 4 5 6 7 8 9 10`, `12 900 5 3`: figures side by side. */
function isCounting(groups: readonly Group[]): boolean {
  if (groups.length >= 9 && groups[0]?.digits === '0' && groups.every((group) => group.digits.length === 1))
    return false;
  const singles = groups.filter((group) => group.digits.length === 1).length;
  return groups.length >= 5 && singles > groups.length / 2;
}
