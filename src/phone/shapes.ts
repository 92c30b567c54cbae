import type { Group } from './chains.ts';

/**
 * True when groups are written as something else than a phone number: a date, a time, a decimal, an address of a machine, a book.
 * Only for numbers without `+`.
 */
export function isOtherShape(groups: readonly Group[]): boolean {
  return isDate(groups) || isDecimal(groups) || isMachineAddress(groups) || isBook(groups) || isCounting(groups);
}

/** True for `29.12.2014`, `2019-12-29`, `2019-2024`, `04.06.-07.06`. */
export function isDate(groups: readonly Group[]): boolean {
  const values = groups.map((group) => Number(group.digits));
  const lengths = groups.map((group) => group.digits.length);
  for (let at = 0; at < groups.length; at++) {
    const gap = groups[at + 1]?.gap?.kind.trim();
    const second = groups[at + 2]?.gap?.kind.trim();
    // 2019-2024, 2021/2022
    if (groups.length === 2 && isYear(groups[at]) && isYear(groups[at + 1])) return true;
    if (gap === undefined || gap !== second || !/^[-./]$/.test(gap)) continue;
    const [a = 0, b = 0, c = 0] = values.slice(at, at + 3);
    const [la = 0, lb = 0, lc = 0] = lengths.slice(at, at + 3);
    const isDayMonth = a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12) && la <= 2 && lb <= 2;
    const isYearLast = (lc === 4 && c >= 1900 && c <= 2100) || (lc === 2 && groups.length === 3);
    if (isDayMonth && isYearLast) return true;
    if (isYear(groups[at]) && b >= 1 && b <= 12 && c >= 1 && c <= 31 && lb <= 2 && lc <= 2) return true;
  }
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

function isYear(group: Group | undefined): boolean {
  return group !== undefined && /^(?:19|20)\d\d$/.test(group.digits);
}

/** `1.30843945`, `0.056982985793`, `1.234.567`: a point makes the figure, nothing else parts it. */
function isDecimal(groups: readonly Group[]): boolean {
  const [whole, fraction] = groups;
  if (groups.length === 2 && fraction?.gap?.kind === '.' && whole !== undefined) {
    return whole.digits.length <= 3 || whole.digits.length > 5 || fraction.digits.length <= 2;
  }
  return (
    groups.length >= 2 &&
    whole !== undefined &&
    whole.digits.length <= 3 &&
    whole.digits[0] !== '0' &&
    groups.slice(1).every((group) => group.gap?.kind === '.' && group.digits.length === 3) &&
    groups.length !== 3
  );
}

/** Four groups of up to 255 with points. */
function isMachineAddress(groups: readonly Group[]): boolean {
  return (
    groups.length === 4 &&
    groups.every(
      (group, at) => Number(group.digits) <= 255 && group.digits.length <= 3 && (at === 0 || group.gap?.kind === '.'),
    ) &&
    !(groups[0]?.digits.startsWith('0') && groups.every((group) => group.digits.length >= 2))
  );
}

/** ISBN-10 and ISBN-13 in their groups, by their check digit; ISSN and ISMN by theirs would cost real numbers. */
function isBook(groups: readonly Group[]): boolean {
  const digits = groups.map((group) => group.digits).join('');
  if (groups.length < 4 || groups.at(-1)?.digits.length !== 1) return false;
  const sum = (weight: (at: number) => number): number =>
    [...digits].reduce((total, digit, at) => total + Number(digit) * weight(at), 0);
  if (digits.length === 10) return sum((at) => 10 - at) % 11 === 0;
  return digits.length === 13 && /^97[89]/.test(digits) && sum((at) => (at % 2 === 0 ? 1 : 3)) % 10 === 0;
}

/** `1 2 3 4 5 6 7 8 9 10`, `12 900 5 3`: figures side by side. */
function isCounting(groups: readonly Group[]): boolean {
  const singles = groups.filter((group) => group.digits.length === 1).length;
  return groups.length >= 5 && singles > groups.length / 2;
}
