/** Text as we read it: compatible digits, spaces and dashes are plain, what has no width is gone. */
export interface FoldedText {
  /** Plain text; shorter than the original where invisible characters stood. */
  readonly text: string;
  /** Offset in the original of the character at this offset in `text`; also for the offset just behind the last one. */
  originAt(offset: number): number;
  /** Why these characters (offsets in `text`) must not be dialled on one click, or undefined. */
  doubtAbout(start: number, end: number): Doubt | undefined;
}

export type Doubt = 'order-controls' | 'private-use';

const SPACES = /[\t\f\v\r\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/;
const DASHES = /[\u058a\u05be\u2010-\u2015\u2043\u207b\u208b\u2212\u30fc\ufe58\ufe63\uff0d\u2e3a\u2e3b]/;
const DOTS = /[\u2024\uff0e\u06d4]/;
const MIDDLE_DOTS = /[\u2022\u2027\u2219\u22c5\u30fb\u00b7]/;
const SLASHES = /[\u2044\u2215\uff0f]/;
const CROSSES = /[\u00d7\u2715\uff58]/;
const PLUSES = /[\uff0b\ufe62\u207a]/;
const INVISIBLE = /\p{Cf}|\u034f|[\u115f\u1160]|\u17b4|\u17b5|\p{Variation_Selector}/u;
const DIGIT = /\p{Nd}/u;
/** Right-to-left override: what is behind it is drawn mirrored. Embeddings and isolates that run right to left move groups about. */
const OVERRIDE = '\u202e';
const RIGHT_TO_LEFT = /[\u202b\u2067]/;
const OPENING = /[\u202a\u202b\u202d\u202e\u2066-\u2068]/;
const CLOSING = /[\u202c\u2069]/;
const PRIVATE_USE = /[\ue000-\uf8ff]|[\udb80-\udbff]/;

/** Folds text for reading. Offsets map back, so nothing that is found loses its place. */
export function fold(original: string): FoldedText {
  if (/^[\x20-\x7e\n]*$/.test(original)) return plain(original);
  const origins: number[] = [];
  const orders: { readonly at: number; readonly depth: number; readonly mirrored: boolean }[] = [];
  const stack: boolean[] = [];
  let text = '';
  for (let at = 0; at < original.length; at++) {
    const unit = original.charCodeAt(at);
    if (unit < 0x7f && unit > 0x1f) {
      text += original[at];
      origins.push(at);
      continue;
    }
    const isPair = unit >= 0xd800 && unit < 0xdc00 && at + 1 < original.length;
    const character = isPair ? original.slice(at, at + 2) : original.charAt(at);
    const folded = foldCharacter(character);
    if (folded === '') {
      if (OPENING.test(character)) stack.push(character === OVERRIDE || RIGHT_TO_LEFT.test(character));
      else if (CLOSING.test(character)) stack.pop();
      else continue;
      orders.push({ at: text.length, depth: stack.length, mirrored: stack.includes(true) });
    } else {
      text += folded;
      for (let unitAt = 0; unitAt < folded.length; unitAt++) origins.push(at + unitAt);
    }
    if (isPair) at++;
  }
  origins.push(original.length);
  return {
    text,
    originAt: (offset) => origins[offset] ?? original.length,
    doubtAbout(start, end) {
      const before = orders.findLast((order) => order.at <= start);
      // Enclosed by marks that keep the order is fine: pages isolate numbers so. A mark inside the digits is a trick.
      if (before?.mirrored || orders.some((order) => order.at > start && order.at < end && order.mirrored)) {
        return 'order-controls';
      }
      return doubtInText(text, start, end);
    },
  };
}

/** The digit a character stands for (`٣` → `3`), the character itself where it is none. */
export function foldCharacter(character: string): string {
  if (character.length === 1) {
    if (character === '\n' || character === '\u2028' || character === '\u2029' || character === '\u0085') return '\n';
    if (character === '\uff08') return '(';
    if (character === '\uff09') return ')';
    if (character === '\uff1a') return ':';
    if (character === '\uff0c' || character === '\u3001') return ',';
    if (character === '\uff1b') return ';';
    if (character === '\uff5c') return '|';
    if (character === '\uff5e') return '~';
    if (SPACES.test(character)) return ' ';
    if (DASHES.test(character)) return '-';
    if (MIDDLE_DOTS.test(character)) return '·';
    if (DOTS.test(character)) return '.';
    if (SLASHES.test(character)) return '/';
    if (PLUSES.test(character)) return '+';
    if (CROSSES.test(character)) return 'x';
  }
  if (DIGIT.test(character)) return String(digitValue(character));
  return INVISIBLE.test(character) ? '' : character;
}

/** Decimal digits stand in runs of ten in order, so the value is the distance from the run's zero. Source: Unicode 15, general category Nd. */
function digitValue(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  // Mathematical digits come in five runs without a gap, from U+1D7CE.
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10;
  let zero = code;
  while (code - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

function plain(text: string): FoldedText {
  return {
    text,
    originAt: (offset) => offset,
    doubtAbout: (start, end) => doubtInText(text, start, end),
  };
}

/** A private-use character touching the digits may be drawn as one more digit. */
function doubtInText(text: string, start: number, end: number): Doubt | undefined {
  return PRIVATE_USE.test(text.slice(Math.max(0, start - 1), end + 1)) ? 'private-use' : undefined;
}
