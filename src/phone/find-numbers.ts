import type { Atlas } from './atlas.ts';
import { type Chain, findChains, type Group } from './chains.ts';
import { type LabelWords, type Meaning, meaningOf, meaningOfLabel } from './context.ts';
import { type CountryJudge, createCountryJudge, type PageEvidence, type RankedCountry } from './country.ts';
import { namesIn } from './country-names.ts';
import { edgesOf } from './edges.ts';
import { type Extension, extensionBehind, shortExtensions } from './extensions.ts';
import { type Doubt, type FoldedText, fold } from './normalise.ts';
import { hasPlan, isUsualGrouping, type NumberPlans, readInternational } from './number-plan.ts';
import { type Place, readSegment, type SegmentReading } from './read-segment.ts';
import { cutChain } from './segments.ts';
import { isOtherShape } from './shapes.ts';
import { findVanity } from './vanity.ts';

export type { PageEvidence } from './country.ts';

/** The text of one run of inline siblings, as it is read by a person, with what stands around it. */
export interface TextBlock {
  /** Text nodes joined; white space collapsed as drawn, `\n` only where a line really ends (`<br>`, preformatted text). */
  readonly text: string;
  /** Where each text node begins in `text`, ascending, first is 0: numbers may be split over nodes, but glued nodes are a hint to cut. */
  readonly nodeStarts: readonly number[];
  /** What stands for this text: `<label>`, `<dt>`, `<th>` of the row, `aria-label`, or the text just before; empty when nothing does. */
  readonly label: string;
  /** Cells of one table column share this: the header's text, and a key that is the same for all cells of the column. */
  readonly column?: { readonly key: object; readonly header: string };
  /** Country named in the same record (address, country column, microdata), ISO 3166-1 alpha-2. */
  readonly recordCountry?: string;
  /** `telephone` or `fax` when the page's own markup says so (`itemprop`, `type=tel`, class `p-tel`). */
  readonly markup?: 'telephone' | 'fax';
}

export interface FoundNumber {
  /** Offsets into the block's text, UTF-16 units, `end` exclusive; they cover the number and its extension. */
  readonly start: number;
  readonly end: number;
  readonly e164?: string;
  /** What would be dialled where that is no E.164: a short internal extension. */
  readonly dial?: string;
  readonly ext?: string;
  readonly kind: 'phone' | 'fax';
  /** Other E.164 readings, when the country is in doubt. */
  readonly alternatives?: readonly string[];
  /** Set when the number must not be dialled on one click; says why. */
  readonly refused?: Doubt;
}

/** Finds numbers in the blocks of one page; what it learns on the way (country, columns) is kept for the next blocks. */
export interface NumberFinder {
  /** Takes evidence from a block without finding anything in it. Call it for every candidate block before `find`. */
  learn(block: TextBlock): void;
  find(block: TextBlock): readonly FoundNumber[];
  /** Grows when newly learnt evidence may change what `find` answered for earlier blocks. */
  readonly version: number;
}

/** Longer texts are read in pieces; no page shows a paragraph of this size, but a hostile one may hold it. */
const MAX_TEXT = 200_000;
/** What so many cells of a column are, the others are too. */
const ENOUGH_CELLS = 200;
/** More digits than this are no national number to learn a country from. */
const MAX_LEARNT = 14;
const FURTHER_LINES = /^ ?([-~/]) ?(\d{1,8})(?!\d|[-~/.] ?\d)/;
/** In longer texts a place stands for anything. */
const MAX_NAMING_TEXT = 200;
const NAMED_WEIGHT = 2;
/** A country that the record itself names outweighs the page. */
const RECORD_WEIGHT = 50;

/** A finder for one page (one frame). Pure but for what it learns. */
export function createFinder(evidence: PageEvidence, atlas: Atlas): NumberFinder {
  const judge = createCountryJudge(evidence, atlas);
  const columns = new Map<object, Column>();
  // A block is learnt from and searched, and searched again when the page is known better.
  const prepared = new WeakMap<TextBlock, ReadText>();
  const prepare = (block: TextBlock): ReadText => {
    const known = prepared.get(block);
    if (known !== undefined) return known;
    const folded = fold(block.text.slice(0, MAX_TEXT));
    const text = withoutHours(folded.text);
    const read = { folded, text, chains: findChains(text) };
    prepared.set(block, read);
    return read;
  };
  let version = 0;
  let last: readonly RankedCountry[] = [];
  let known = '';
  const settle = (): readonly RankedCountry[] => {
    const ranked = judge.ranked();
    if (ranked === last) return ranked;
    last = ranked;
    const now = ranked.map(({ country }) => country).join(' ');
    if (now !== known) version++;
    known = now;
    return ranked;
  };
  return {
    get version() {
      settle();
      return version;
    },
    learn(block) {
      const read = prepare(block);
      judge.addText(read.folded.text);
      if (!/\d/.test(read.folded.text)) return;
      for (const chain of read.chains) learnChain(chain, read.text, block, judge, atlas);
      if (block.column !== undefined) {
        const column = columns.get(block.column.key) ?? { cells: 0, phones: 0 };
        columns.set(block.column.key, column);
        if (column.cells === ENOUGH_CELLS) return;
        column.cells++;
        if (findIn(block, read, settle(), 'unsaid', atlas).length > 0) column.phones++;
      }
    },
    find(block) {
      const column = block.column && columns.get(block.column.key);
      return findIn(block, prepare(block), settle(), columnMeaning(block, column, atlas.labels), atlas);
    },
  };
}

/** Round the clock: `Call 24/7(206) 555-0123`. */
const ROUND_THE_CLOCK = /(?<![\d/.,:-])24 ?\/ ?7(?: ?\/ ?365)?(?!\d|[/.,:-]\d)/g;

/** The same text at the same length, without digits that are read as one word and belong to no number. */
function withoutHours(text: string): string {
  return text.includes('24/') || text.includes('24 /')
    ? text.replace(ROUND_THE_CLOCK, (hours) => '·'.repeat(hours.length))
    : text;
}

/** A block's text as it is read, and the digits in it. */
interface ReadText {
  readonly folded: FoldedText;
  readonly text: string;
  readonly chains: readonly Chain[];
}

interface Column {
  cells: number;
  phones: number;
}

/** A column is judged as a whole: its header, or what most of its cells are. */
function columnMeaning(block: TextBlock, column: Column | undefined, words: LabelWords): Meaning {
  if (block.column === undefined) return 'unsaid';
  const said = meaningOfLabel(block.column.header, words);
  if (said !== 'unsaid' || column === undefined || column.cells < 5) return said;
  if (column.phones / column.cells > 0.6) return 'phone';
  return column.phones / column.cells < 0.2 ? 'seldom' : 'unsaid';
}

/** Takes the numbers of a chain one by one: `0161 555 0123 / 0161 555 0124` are two, since no number has so many digits. */
function learnChain(
  chain: Chain,
  text: string,
  block: TextBlock,
  judge: CountryJudge,
  atlas: Atlas,
  partingRank = 4,
): void {
  for (let from = 0; from < chain.length; ) {
    let to = from + 1;
    while (to < chain.length && (chain[to]?.gap?.rank ?? 5) < partingRank) to++;
    const groups = chain.slice(from, to);
    if (partingRank > 2 && digitsOf(groups) > MAX_LEARNT)
      learnChain(groups, text, block, judge, atlas, partingRank - 1);
    else learnGroups(groups, text, block, judge, atlas);
    from = to;
  }
}

function digitsOf(groups: readonly Group[]): number {
  return groups.reduce((sum, group) => sum + group.digits.length, 0);
}

function learnGroups(
  groups: readonly Group[],
  text: string,
  block: TextBlock,
  judge: CountryJudge,
  atlas: Atlas,
): void {
  const [first] = groups;
  const last = groups.at(-1);
  if (first === undefined || last === undefined) return;
  const digits = groups.map((group) => group.digits).join('');
  if (digits.length < 7 || digits.length > MAX_LEARNT) return;
  if (first.hasPlus) {
    const country = readInternational(digits, atlas)?.country;
    if (country !== undefined) judge.addInternational(country);
    return;
  }
  const meaning = meaningOf(
    text.slice(Math.max(0, first.opensAt - 60), first.opensAt),
    text.slice(last.end, last.end + 30),
    block.label,
    atlas.labels,
  );
  if (meaning === 'never' || meaning === 'seldom' || isOtherShape(groups)) return;
  const isSaid = meaning === 'phone' || meaning === 'fax' || block.markup !== undefined;
  if (!isSaid && (groups.length < 2 || digits.length < 8)) return;
  if (edgesOf(text, first.opensAt, last.end, false, () => false) === 'part') return;
  judge.addNational(
    groups.map((group) => group.digits),
    last.gap?.rank === 1,
  );
}

function findIn(
  block: TextBlock,
  { folded, text, chains }: ReadText,
  ranked: readonly RankedCountry[],
  column: Meaning,
  atlas: Atlas,
): readonly FoundNumber[] {
  const countries = withRecord(ranked, block.recordCountry, atlas);
  const namedInBlock = once(() =>
    text.length > MAX_NAMING_TEXT ? undefined : countryNamedIn(`${block.label}\n${text}`, atlas),
  );
  const cuts = once(() => new Set(block.nodeStarts));
  const isCut = (at: number): boolean => cuts().has(folded.originAt(at));
  const found: FoundNumber[] = [];
  let previousEnd = 0;
  let previousMeaning: Meaning = 'unsaid';

  const add = (start: number, end: number, number: Partial<FoundNumber>, meaning: Meaning): void => {
    const refused = folded.doubtAbout(start, end);
    found.push({
      start: folded.originAt(start),
      end: folded.originAt(end - 1) + 1,
      kind: meaning === 'fax' ? 'fax' : 'phone',
      ...number,
      ...(refused ? { refused } : {}),
    });
    previousEnd = end;
    previousMeaning = meaning;
  };

  /** A list of numbers behind one label shares it; the line under a fax number is another entry, whatever stands for it. */
  const meaningAt = (start: number, end: number): Meaning => {
    if (block.markup !== undefined) return block.markup === 'fax' ? 'fax' : 'phone';
    const before = text.slice(Math.max(previousEnd, start - 80), start);
    const said = meaningOf(before, text.slice(end, end + 30), previousEnd > 0 ? '' : block.label, atlas.labels);
    if (said !== 'unsaid') return said;
    const isListed = previousEnd > 0 && !/[\p{L}\d]/u.test(text.slice(previousEnd, start));
    if (!isListed || (previousMeaning === 'fax' && text.slice(previousEnd, start).includes('\n'))) return column;
    return previousMeaning;
  };

  /** The same inside one chain, whose numbers are not known yet: those of as many digits as the one in front (`98400 12345 / 9840012346`) share its label. */
  const meaningIn = (chain: Chain): MeaningAt => {
    const opensAt = chain[0]?.opensAt ?? 0;
    let sums: ReadonlyMap<number, number> | undefined;
    let first: Meaning | undefined;
    return (start, end, digits) => {
      const said = meaningAt(start, end);
      if (said !== 'unsaid' || start === opensAt) return said;
      // `Order 12 617 555 0123`: what is denied goes on behind a space.
      if (chain[1]?.opensAt === start && chain[1].gap?.kind === ' ') {
        first ??= meaningAt(opensAt, opensAt);
        if (first === 'never' || first === 'seldom') return first;
      }
      sums ??= sumsOf(chain);
      if (!isTwin(sums, start, digits)) return said;
      first ??= meaningAt(opensAt, opensAt);
      if (first === 'fax') return text.slice(opensAt, start).includes('\n') ? said : first;
      return first === 'phone' ? first : said;
    };
  };

  const vanity = /[A-Z]{3}/.test(text)
    ? findVanity(
        text,
        countries.map(({ country }) => country),
        atlas,
      )
    : [];
  let chainEnd = 0;
  for (const chain of chains) {
    const meaningHere = meaningIn(chain);
    const frontStart = Math.max(chainEnd, (chain[0]?.opensAt ?? 0) - 80);
    chainEnd = chain.at(-1)?.end ?? chainEnd;
    const named = once(() => {
      if (block.recordCountry !== undefined) return undefined;
      return namedInBlock() ?? countryNamedIn(text.slice(frontStart, chain[0]?.opensAt), atlas);
    });
    const segments = cutChain(chain, (groups) => readGroups(groups, text, countries, named, meaningHere, isCut, atlas));
    for (const { from, to, value } of segments) {
      const start = chain[from]?.opensAt;
      const last = chain[to - 1];
      if (start === undefined || last === undefined || start < previousEnd) continue;
      if (vanity.some((one) => start < one.end && last.end > one.start)) continue;
      const { end, ext } = value.extension ?? { end: closing(text, start, last.end), ext: undefined };
      add(
        trimmedStart(text, start, end),
        end,
        {
          e164: value.reading.e164,
          ...(ext === undefined ? {} : { ext }),
          ...(value.alternatives.length > 0 ? { alternatives: value.alternatives } : {}),
        },
        value.meaning,
      );
    }
  }
  for (const { start, end, reading } of vanity) add(start, end, { e164: reading.e164 }, 'phone');
  for (const short of shortExtensions(text, block.label)) {
    const from = folded.originAt(short.start);
    if (found.some((number) => from < number.end && folded.originAt(short.end) > number.start)) continue;
    add(short.start, short.end, { dial: short.digits }, 'phone');
  }
  return found.sort((a, b) => a.start - b.start);
}

/** What the words around so many digits from `start` to `end` say they are. */
type MeaningAt = (start: number, end: number, digits: number) => Meaning;

interface ReadGroups extends SegmentReading {
  readonly meaning: Meaning;
  readonly extension?: { readonly end: number; readonly ext: string };
  readonly isWhole: boolean;
  readonly hasClearStart: boolean;
}

function readGroups(
  groups: readonly Group[],
  text: string,
  countries: readonly RankedCountry[],
  named: () => string | undefined,
  meaningAt: MeaningAt,
  isCut: (at: number) => boolean,
  plans: NumberPlans,
): ReadGroups | undefined {
  const first = groups[0];
  const last = groups.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const digits = groups.reduce((sum, group) => sum + group.digits.length, 0);
  if (digits < 6) return undefined;
  const extension: Extension | undefined = extensionBehind(text, last.end);
  const end = extension?.end ?? last.end;
  const meaning = meaningAt(first.opensAt, end, digits);
  const read = readOnPage(groups, named, { meaning, countries, plans });
  if (read === undefined) return undefined;
  const isSaid = meaning === 'phone' || meaning === 'fax';
  const tail = extension === undefined ? furtherLines(text, last, isSaid) : 0;
  const edge = edgesOf(text, first.opensAt, end + tail, read.isInternational && first.hasPlus, isCut);
  if (edge === 'part') return undefined;
  if (edge === 'needs-label' && !isSaid && !first.hasPlus) return undefined;
  if (edge === 'list' && !isSaid && !isWrittenInFull(groups, read, plans)) return undefined;
  const isAlone = groups.length === 1 && extension === undefined && !read.isInternational;
  if (!isSaid && isAlone && !isIntroduced(text, first)) return undefined;
  return {
    ...read,
    meaning,
    ...(extension ? { extension: { end: extension.end, ext: extension.digits } } : {}),
    isWhole: tail > 0,
    hasClearStart: hasClearStart(groups, read, plans),
  };
}

/** A trunk zero and the usual groups, or three, three and four digits in North America. */
function hasClearStart(
  groups: readonly Group[],
  { reading, isInternational }: SegmentReading,
  plans: NumberPlans,
): boolean {
  if (isInternational || groups.length < 2) return false;
  const shown = groups.map((group) => group.digits);
  if (reading.e164.startsWith('+1')) return groups.length === 3 && isUsualGrouping(shown, reading, plans);
  return reading.hasTrunk && shown[0]?.startsWith('0') === true && isUsualGrouping(shown, reading, plans);
}

/**
 * `5250207-9`, `5250207~9`, `5250207/5208`, `26712345/26712346`: further lines of a number that is whole before them. Where a plan has the
 * number with its tail, that one is longer and preferred.
 * @returns how long the tail is, 0 where there is none
 */
function furtherLines(text: string, last: Group, isSaid: boolean): number {
  const match = FURTHER_LINES.exec(text.slice(last.end, last.end + 24));
  const digits = match?.[2];
  if (match === null || digits === undefined || last.digits.length <= 2) return 0;
  if (!isSaid && match[1] !== '~') return 0;
  if (match[1] === '/') {
    const isLine = last.gap?.kind !== '/' && (digits.length <= 4 || digits.length === last.digits.length);
    return isLine ? match[0].length : 0;
  }
  const isCountedOn = digits.length <= 2 && Number(digits) > Number(last.digits.slice(-digits.length));
  return isCountedOn ? match[0].length : 0;
}

/** How many digits of the chain stand in front of each group. */
function sumsOf(chain: Chain): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  let sum = 0;
  for (const { opensAt, digits } of chain) {
    sums.set(opensAt, sum);
    sum += digits.length;
  }
  return sums;
}

/** True when the groups right in front have as many digits in all. */
function isTwin(sums: ReadonlyMap<number, number>, start: number, digits: number): boolean {
  const wanted = (sums.get(start) ?? 0) - digits;
  if (wanted < 0) return false;
  for (const sum of sums.values()) if (sum >= wanted) return sum === wanted;
  return false;
}

/**
 * Bare digits without a label: an id fills its cell alone, or stands between the commas of a record, as often as a number does. In a
 * sentence it would be introduced. A leading zero is what ids seldom have.
 */
function isIntroduced(text: string, group: Group): boolean {
  const around = `${text[group.start - 1] ?? ' '}${text[group.end] ?? ' '}`;
  if (/[,;|"'`[\]{}]/.test(around) && !/^[\s\S][,;] /.test(around + (text[group.end + 1] ?? ' '))) return false;
  return group.digits.startsWith('0') || /\p{L}{2}/u.test(text);
}

/** In a list of digits only what shows its prefix, its brackets or its usual cut is taken for a number. */
function isWrittenInFull(
  groups: readonly Group[],
  { reading, isInternational }: SegmentReading,
  plans: NumberPlans,
): boolean {
  const shown = groups.map((group) => group.digits);
  if (isInternational || (shown[0]?.startsWith('0') && reading.hasTrunk && reading.national.length >= 8)) return true;
  if (groups.length > 2 && reading.e164 === `+${shown.join('')}`) return true;
  return groups.length > 1 && (isUsualGrouping(shown, reading, plans) || groups[0]?.opensAt !== groups[0]?.start);
}

/** A country that the record itself names is the only one: what its plan does not know is a wrong number anywhere else. */
function withRecord(
  ranked: readonly RankedCountry[],
  record: string | undefined,
  plans: NumberPlans,
): readonly RankedCountry[] {
  return record === undefined || !hasPlan(record, plans) ? ranked : [{ country: record, weight: RECORD_WEIGHT }];
}

/** Works something out when it is first asked for. */
function once<T>(workOut: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: workOut() };
    return known.value;
  };
}

/** The one country that a short text names, itself or by a place. */
function countryNamedIn(text: string, atlas: Atlas): string | undefined {
  if (!/\p{Lu}/u.test(text)) return undefined;
  const { countries, places } = namesIn(text, atlas.names);
  const all = new Set([...countries, ...places]);
  const [country] = all;
  return all.size === 1 ? country : undefined;
}

/**
 * `London: 020 7946 0123`: the country named with a number counts more than others of the page, unless only the others write numbers so
 * (`India tours: 212 555 0123`).
 */
function readOnPage(
  groups: readonly Group[],
  namedHere: () => string | undefined,
  place: Place,
): SegmentReading | undefined {
  const read = readSegment(groups, place);
  if (place.meaning === 'never' || read?.isInternational) return read;
  const named = namedHere();
  if (named === undefined || named === place.countries[0]?.country || !hasPlan(named, place.plans)) return read;
  const before = place.countries.find(({ country }) => country === named)?.weight ?? 0;
  const others = place.countries.filter(({ country }) => country !== named);
  const countries = [{ country: named, weight: before + NAMED_WEIGHT }, ...others].sort((a, b) => b.weight - a.weight);
  const there = readSegment(groups, { ...place, countries });
  if (there?.reading.country !== named || there.reading.hasTrunk || read === undefined) return there ?? read;
  const shown = groups.map((group) => group.digits);
  return isUsualGrouping(shown, read.reading, place.plans) ? read : there;
}

/** A bracket that was opened inside the number is part of it. */
function closing(text: string, start: number, end: number): number {
  const shown = text.slice(start, end);
  const open = shown.lastIndexOf('(');
  return open > shown.lastIndexOf(')') && open > 0 && text[end] === ')' ? end + 1 : end;
}

/** `(0120-941-653)`: a bracket around the whole is not part of the number, one around the area code is. */
function trimmedStart(text: string, start: number, end: number): number {
  const shown = text.slice(start, end);
  return shown.startsWith('((') || (shown.startsWith('(') && !shown.includes(')')) ? start + 1 : start;
}
