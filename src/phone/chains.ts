/** One run of digits in folded text. */
export interface Group {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** What stands between the group before and this one; undefined for the first. */
  readonly gap?: Gap;
  /** Where a `+` or `(` that belongs to this group stands. */
  readonly opensAt: number;
  readonly hasPlus: boolean;
}

/** How strongly two groups are held together. */
export interface Gap {
  /** 1 `-` `.` `/` or a bracket, 2 a space, 3 a spaced dash, 3.5 a spaced slash, 4 a line break or list mark. Higher parts more. */
  readonly rank: number;
  readonly text: string;
  readonly kind: string;
}

/** Groups of digits close enough to be read together. Longer runs are cut: no number has more than a few groups. */
export type Chain = readonly Group[];

/** More digits than any phone number with its prefixes: such a group parts the text. */
const MAX_GROUP = 18;
const MAX_GAP = 8;
/** Chains longer than this are tables of figures. Cutting them keeps the work linear. */
const MAX_CHAIN = 40;

/** All chains of a text, in order. One linear pass. */
export function findChains(text: string): readonly Chain[] {
  const chains: Group[][] = [];
  let chain: Group[] = [];
  let previousEnd = -1;
  let at = 0;
  while (at < text.length) {
    if (!isDigit(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && isDigit(text.charCodeAt(at))) at++;
    if (at - start > MAX_GROUP) {
      chain = [];
      previousEnd = -1;
      continue;
    }
    const opensAt = openingBefore(text, start, previousEnd);
    const gap =
      previousEnd >= 0 && start - previousEnd <= MAX_GAP ? gapBetween(text.slice(previousEnd, start)) : undefined;
    const hasPlus = text.slice(opensAt, start).includes('+');
    if (gap === undefined || gap.rank > 4 || chain.length >= MAX_CHAIN) {
      chain = [];
      chains.push(chain);
    }
    chain.push({
      start,
      end: at,
      digits: text.slice(start, at),
      opensAt,
      hasPlus,
      ...(chain.length > 0 && gap !== undefined ? { gap } : {}),
    });
    previousEnd = at;
  }
  return chains;
}

/** Pages write their numbers in a few ways: what was between two groups once is mostly between others too. */
const knownGaps = new Map<string, Gap | undefined>();
const MOST_KNOWN_GAPS = 500;

function gapBetween(text: string): Gap | undefined {
  if (knownGaps.has(text)) return knownGaps.get(text);
  const gap = readGap(text);
  if (knownGaps.size < MOST_KNOWN_GAPS) knownGaps.set(text, gap);
  return gap;
}

/** Undefined when what stands between is no separator at all. Rank 5 parts, but is still a list. */
function readGap(text: string): Gap | undefined {
  const kind = text.replace(/ +/g, ' ');
  const make = (rank: number): Gap => ({ rank, text, kind });
  if (/[,;|&]/.test(kind)) return make(5);
  if (kind.includes('\n')) return /^[ ]?\n[ (+]*$/.test(kind) ? make(4) : undefined;
  if (kind.includes('+')) return /^[ )(]*[-/·]?[ (]*\+\(?$/.test(kind) ? make(4) : undefined;
  if (kind === ' ') return make(2);
  // A sentence ends: `Open daily until 10. (617) …`.
  if (kind === '. (') return make(4);
  if (/^[-./·~]$/.test(kind) || kind === '--') return make(1);
  // A bracket closes or opens: (0)30, 030)12, 555 (617)
  if (/^ ?\)? ?[-./]? ?\(? ?$/.test(kind) && /[()]/.test(kind))
    return make(kind.includes('(') && kind.startsWith(' ') ? 2 : 1);
  if (kind === ' / ') return make(3.5);
  if (/^ [-/] ?$|^[-/] $|^ -- $/.test(kind)) return make(3);
  if (kind === '. ' || kind === ' · ' || kind === ' . ') return make(4);
  return undefined;
}

/** A `+` or an opening bracket in front of a group belongs to it. */
function openingBefore(text: string, start: number, limit: number): number {
  let at = start;
  while (at > 0 && at - 1 >= limit && start - at < 4 && /[+( ]/.test(text.charAt(at - 1))) at--;
  while (at < start && text.charAt(at) === ' ') at++;
  return at;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}
