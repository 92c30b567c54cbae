import type { Chain, Group } from './chains.ts';

/** Groups `from` (inclusive) to `to` (exclusive) of a chain, and what they were read as. */
export interface Segment<Value> {
  readonly from: number;
  readonly to: number;
  readonly value: Value;
}

/** What a range of groups was read as. */
interface Whole {
  /** Nothing of the number follows, however tightly digits stand behind it. */
  readonly isWhole?: boolean;
  /** It begins as numbers do and little else: a house or room number may stand in front of it. */
  readonly hasClearStart?: boolean;
}

const MAX_GROUPS = 12;
const MAX_DIGITS = 18;
const MIN_DIGITS = 5;
/** So many digits are a number by themselves. */
const MIN_DIGITS_LOCAL = 7;
/** Each number costs this much, so that one number is preferred over the same digits as two. */
const COST = 3;

/**
 * Cuts a chain into numbers so that most digits are covered by as few numbers as possible. A number may only end where the chain is
 * looser than inside it, or where the next one begins: digits that are left over would mean that the number goes on.
 * @param read - what the groups are as one number, or undefined; called once at most for each range
 */
export function cutChain<Value extends Whole>(
  chain: Chain,
  read: (groups: readonly Group[]) => Value | undefined,
): readonly Segment<Value>[] {
  // One number of all digits is better than any cut, and what most chains are.
  const opening = rangesFrom(chain, 0);
  const mayBeOne = opening.at(-1)?.to === chain.length;
  const one = mayBeOne ? readRange(chain, 0, chain.length, read) : undefined;
  if (one !== undefined) return [{ from: 0, to: chain.length, value: one }];
  // best[i][0]: from group i on, freely; best[i][1]: a number must begin at i, since the one before ends tightly here.
  const best: Plan<Value>[][] = Array.from({ length: chain.length + 1 }, () => []);
  best[chain.length] = [{ score: 0 }, { score: 0 }];
  for (let from = chain.length - 1; from >= 0; from--) {
    const ranges = from > 0 ? rangesFrom(chain, from) : mayBeOne ? opening.slice(0, -1) : opening;
    const segments = segmentsFrom(chain, from, ranges, read);
    let free: Plan<Value> = { score: best[from + 1]?.[0]?.score ?? 0 };
    let forced: Plan<Value> = { score: Number.NEGATIVE_INFINITY };
    for (const segment of segments) {
      const rest = best[segment.to]?.[segment.endsFreely ? 0 : 1]?.score ?? Number.NEGATIVE_INFINITY;
      const score = segment.digits - COST + rest;
      const plan = { score, segment };
      if (segment.startsFreely && score > free.score) free = plan;
      if (score > forced.score) forced = plan;
    }
    best[from] = [free, forced];
  }
  return follow(chain, best);
}

interface Plan<Value> {
  readonly score: number;
  readonly segment?: Candidate<Value>;
}

interface Candidate<Value> extends Segment<Value> {
  readonly digits: number;
  readonly startsFreely: boolean;
  readonly endsFreely: boolean;
}

function follow<Value>(chain: Chain, best: readonly (readonly Plan<Value>[])[]): readonly Segment<Value>[] {
  const segments: Segment<Value>[] = [];
  let mode = 0;
  for (let at = 0; at < chain.length; ) {
    const segment = best[at]?.[mode]?.segment;
    if (segment === undefined) {
      mode = 0;
      at++;
      continue;
    }
    segments.push({ from: segment.from, to: segment.to, value: segment.value });
    mode = segment.endsFreely ? 0 : 1;
    at = segment.to;
  }
  return segments;
}

/** Where a number that begins at a group may end, by how the groups stand to each other. */
interface Range {
  readonly to: number;
  readonly digits: number;
  /** Of the gaps inside. */
  readonly loosest: number;
}

function rangesFrom(chain: Chain, from: number): readonly Range[] {
  const found: Range[] = [];
  let loosest = 0;
  let spaced = 0;
  let digits = 0;
  for (let to = from + 1; to <= chain.length && to - from <= MAX_GROUPS; to++) {
    const group = chain[to - 1];
    if (group === undefined) break;
    if (to - 1 > from) {
      if (group.hasPlus || group.gap === undefined || !mayStandInside(group.gap.kind)) break;
      // `567-1234~6`, `231250-12/13`: from here to there, even where a longer number would be one too.
      if (digits >= MIN_DIGITS_LOCAL && isOtherLine(group, chain[to - 2])) break;
      // A bracket opens around an area code or a trunk prefix, never behind a number.
      if (digits >= MIN_DIGITS_LOCAL && group.gap.kind.includes('(')) break;
      loosest = Math.max(loosest, group.gap.rank);
      if (group.gap.rank >= 3 && group.gap.rank < 4) spaced++;
      if (spaced > 2) break;
    }
    digits += group.digits.length;
    if (digits > MAX_DIGITS) break;
    if (digits >= MIN_DIGITS) found.push({ to, digits, loosest });
  }
  return found;
}

function segmentsFrom<Value extends Whole>(
  chain: Chain,
  from: number,
  ranges: readonly Range[],
  read: (groups: readonly Group[]) => Value | undefined,
): readonly Candidate<Value>[] {
  const found: Candidate<Value>[] = [];
  for (const { to, digits, loosest } of ranges) {
    const value = readRange(chain, from, to, read);
    if (value === undefined) continue;
    found.push({
      from,
      to,
      value,
      digits,
      startsFreely:
        from === 0 || isLooser(chain[from], loosest) || (value.hasClearStart === true && isFigureInFront(chain, from)),
      endsFreely: value.isWhole || to === chain.length || isLooser(chain[to], loosest) || isRangeTail(chain, to),
    });
  }
  return found;
}

/** `~6`, `/13` or `-1/2` behind a number, where the slash is not what parts all its groups (`01/99/00/12/34`). */
function isOtherLine({ digits, gap }: Group, before: Group | undefined): boolean {
  const kind = gap?.kind.trim();
  if (digits.length > 2 || kind !== '/') return digits.length <= 2 && kind === '~';
  const last = before?.gap?.kind.trim();
  return last === '-' || (digits.length === 2 && (last !== '/' || (before?.digits.length ?? 0) > 3));
}

function readRange<Value>(
  chain: Chain,
  from: number,
  to: number,
  read: (groups: readonly Group[]) => Value | undefined,
): Value | undefined {
  const [first, ...rest] = chain.slice(from, to);
  return first && read([withoutGap(first), ...rest]);
}

/** What stands in front of a number is no part of it. */
function withoutGap({ gap: _gap, ...group }: Group): Group {
  return group;
}

/** A number does not go on in the next line: `Main Street 5` above `030 23125 012`. */
function mayStandInside(kind: string): boolean {
  if (kind.includes('\n')) return false;
  return !/^ [·.]? ?$|^\. \(?$/.test(kind) || kind === ' ';
}

/** True when the gap in front of the group parts more than the gaps inside the number. */
function isLooser(group: Group | undefined, loosest: number): boolean {
  const gap = group?.gap;
  if (group === undefined || gap === undefined) return true;
  if (gap.rank >= 4) return true;
  if (gap.rank < 2) return false;
  return gap.rank > loosest || (group.opensAt < group.start && gap.kind.startsWith(' '));
}

/** `Room 12 020 7946 0123`: one short figure, which is no prefix, parted by a space. */
function isFigureInFront(chain: Chain, at: number): boolean {
  const figure = chain[0];
  if (at !== 1 || figure === undefined || figure.hasPlus || chain[1]?.gap?.kind !== ' ') return false;
  return figure.digits.length <= 5 && figure.digits !== '1' && !figure.digits.startsWith('0');
}

/** `3745350/8`, `1021/22`: a short tail names further lines; the number in front of it is whole. */
function isRangeTail(chain: Chain, at: number): boolean {
  const group = chain[at];
  if (group?.gap?.kind.trim() !== '/' || group.digits.length > 2) return false;
  const next = chain[at + 1];
  return next === undefined || isLooser(next, 1) || next.gap?.kind.trim() === '/';
}
