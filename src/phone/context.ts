/** What the words around some digits say they are. */
export type Meaning = 'phone' | 'fax' | 'extension' | 'never' | 'seldom' | 'unsaid';

/** Words of each meaning, the stronger meaning first; apart by `|`. The third are of scripts without spaces between words. */
export type LabelWords = readonly (readonly [meaning: Meaning, words: string, script: string])[];

/** So much text in front of a number is read for a label. */
const REACH = 60;
/** A phone word may stand this far from its number (`Call our team in Boston today on …`)… */
const PHONE_REACH = 34;
/** …a word that denies must stand next to it, or harmless prose would hide numbers. */
const DENIAL_GAP = /^(?:\s*(?:no|nr|nos|num|number|nummer|n°|nº|№|id|code|#)\b\.?)?[\s:：#.=()[\]\-–—"']*$/iu;
const ABBREVIATED =
  /(?:^|[^\p{L}\p{N}])(?:([tmf])\s?[.:)\]|]|([pohwcd])\s?[:)\]])\s*[([+]*$|(?:^|[\n|•·])\s*(?:([tmf])|([pohwcd])) [([+]*$/iu;
const ICON =
  /[\u260e\u260f\u2706\u{1f4de}\u{1f4f1}\u{1f57f}\u{1f57d}\u{1f57b}\u{1f4f2}\u{1f919}]\ufe0f?\s*[:.]?\s*[([]?$/u;
const FAX_ICON = /[\u{1f4e0}\u{1f5b7}\u213b]\ufe0f?\s*[:.]?\s*[([]?$/u;

/** A word behind the digits belongs to them unless it opens the next entry (`… Fax: 555…`). */
const AFTER =
  /^ {0,3}(?:[-–—,/] ?)?[([]?\s?(?:(fax|telefax|faks|факс)|(tel|phone|mobile|mobil|cell|office|direct|main|home|work|hotline|toll[ -]?free|whatsapp|voice|mob|gsm|handy))\b(?! ?[:.]|[^\n]{0,6}\d)/iu;
const AFTER_LETTER = /^\s*[([]\s*([fmtohwcvpd])\s*[)\]]/i;

/**
 * Reads what stands in front of and behind some digits.
 * @param before - the text in front, from the end of the number before (or the block's start)
 * @param after - the text behind
 * @param label - what stands for the whole block; read where the text in front has no words of its own
 * @param words - the words that are known to say something
 */
export function meaningOf(before: string, after: string, label: string, words: LabelWords): Meaning {
  const near = before.slice(-REACH);
  const own = meaningInFront(near, words);
  const behind = meaningBehind(after);
  // `Fax: 555-0123 (toll free)`: what a colon introduces is not renamed behind.
  if (behind !== 'unsaid' && !(own !== 'unsaid' && /[:：]\s*$/.test(near))) return behind;
  if (own !== 'unsaid' || /\p{L}/u.test(near)) return own;
  const stands = label === '' ? 'unsaid' : meaningOfLabel(label, words);
  // What stands before the block is often another entry's; alone it does not outweigh a number written as such.
  return stands === 'never' ? 'seldom' : stands;
}

/** What a label, a table header or a field's name says about what it stands for. */
export function meaningOfLabel(label: string, words: LabelWords): Meaning {
  const near = label.slice(-REACH).trimEnd();
  const meaning = meaningInFront(`${near}: `, words);
  if (meaning !== 'unsaid') return meaning;
  const last = lastWord(near, words);
  return last !== undefined && (last.meaning === 'phone' || last.meaning === 'fax') && near.length <= 40
    ? last.meaning
    : 'unsaid';
}

function meaningBehind(after: string): Meaning {
  const behind = after.slice(0, 30);
  const word = AFTER.exec(behind);
  if (word !== null) return word[1] === undefined ? 'phone' : 'fax';
  const letter = AFTER_LETTER.exec(behind)?.[1]?.toLowerCase();
  if (letter === undefined) return 'unsaid';
  return letter === 'f' ? 'fax' : 'phone';
}

/** The last answer: for one start of a number many ends are tried, and what stands in front is always the same. */
let latest: { readonly text: string; readonly words: LabelWords; readonly meaning: Meaning } | undefined;

function meaningInFront(text: string, words: LabelWords): Meaning {
  if (latest?.text !== text || latest.words !== words) latest = { text, words, meaning: readFront(text, words) };
  return latest.meaning;
}

function readFront(text: string, words: LabelWords): Meaning {
  if (FAX_ICON.test(text)) return 'fax';
  if (ICON.test(text)) return 'phone';
  const abbreviated = ABBREVIATED.exec(text);
  if (abbreviated !== null) return (abbreviated[1] ?? abbreviated[3])?.toLowerCase() === 'f' ? 'fax' : 'phone';
  const found = lastWord(text, words);
  if (found === undefined) return 'unsaid';
  const gap = text.slice(found.end);
  switch (found.meaning) {
    case 'never':
    case 'seldom':
      return DENIAL_GAP.test(gap) ? found.meaning : 'unsaid';
    case 'extension':
      return /^[\s.:)\]#-]*$/.test(gap) ? 'extension' : 'unsaid';
    case 'fax':
      // "Tel/Fax" and "Phone & fax" reach a person too.
      if (found.word === 'f') return 'unsaid';
      if (gap.length > PHONE_REACH || /\d{2}/.test(gap)) return 'unsaid';
      return found.previous === 'phone' ? 'phone' : 'fax';
    default:
      return gap.length <= (WEAK.has(found.word) ? WEAK_REACH : PHONE_REACH) && !/\d{2}/.test(gap) ? 'phone' : 'unsaid';
  }
}

/** Words of addresses and sentences too: they speak for a number only from near by. */
const WEAK = new Set(
  (
    'office|service|support|sales|contact|contacts|kontakt|contacto|contato|contatti|direct|main line|emergency|reception|booking|bookings|' +
    'reservations|enquiries|inquiries|signal|portable|bel|cel|fixe|ruf|kom|gọi|liên hệ'
  ).split('|'),
);
const WEAK_REACH = 14;
const COUNTING = new Set('no|nr|n.|num|number|nummer|número|numéro|№|번호|番号|号码|號碼'.split('|'));

interface LabelWord {
  readonly meaning: Meaning;
  readonly word: string;
  readonly end: number;
  /** The meaning of the word in front, when only `/`, `&`, `+` or "and" parts them. */
  readonly previous?: Meaning;
}

function lastWord(text: string, words: LabelWords): LabelWord | undefined {
  let last: LabelWord | undefined;
  const small = inSmallLetters(text);
  const { pattern, meanings } = lexiconOf(words);
  pattern.lastIndex = 0;
  for (let match = pattern.exec(small); match !== null; match = pattern.exec(small)) {
    const word = match[0];
    const meaning = meaningOfWord(word, meanings);
    const isJoined =
      last !== undefined &&
      /^\s*\.?\s*(?:[/&+|]|and|und|et|y|e|i|og|och|en|и)\s*$/i.test(text.slice(last.end, match.index));
    // "Phone number", "fax no": the second word only repeats that digits follow.
    if (
      last !== undefined &&
      COUNTING.has(word) &&
      /^[\s.-]*$/.test(text.slice(last.end, match.index)) &&
      last.meaning !== 'seldom'
    ) {
      last = { ...last, end: pattern.lastIndex };
      continue;
    }
    last = {
      meaning,
      word,
      end: pattern.lastIndex,
      ...(isJoined && last !== undefined ? { previous: last.meaning } : {}),
    };
  }
  return last;
}

/** The same offsets as before; the few letters that grow when made small are left as they are. */
function inSmallLetters(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length ? small : [...text].map((letter) => sameLength(letter)).join('');
}

function sameLength(letter: string): string {
  const small = letter.toLowerCase();
  return small.length === letter.length ? small : letter;
}

function meaningOfWord(word: string, meanings: Lexicon['meanings']): Meaning {
  const exact = meanings.get(word) ?? meanings.get(word.replace(/\s/g, ''));
  if (exact !== undefined) return exact;
  for (let length = word.length; length > 1; length--) {
    const meaning = meanings.get(`${word.slice(0, length)}*`);
    if (meaning !== undefined) return meaning;
  }
  return 'unsaid';
}

interface Lexicon {
  readonly meanings: ReadonlyMap<string, Meaning>;
  readonly pattern: RegExp;
}

const known = new WeakMap<LabelWords, Lexicon>();

function lexiconOf(words: LabelWords): Lexicon {
  const before = known.get(words);
  if (before !== undefined) return before;
  const lexicon = { meanings: meaningsOfWords(words), pattern: labelPattern(words) };
  known.set(words, lexicon);
  return lexicon;
}

function meaningsOfWords(labels: LabelWords): Lexicon['meanings'] {
  const meanings = new Map<string, Meaning>();
  for (const [meaning, words, script] of labels) {
    for (const word of `${words}|${script}`.split('|'))
      if (word !== '' && !meanings.has(word)) meanings.set(word, meaning);
  }
  return meanings;
}

/** Longest words first, so that "tax id" is not read as "id". Words of two Han letters are often drawn apart: `传  真`. */
function labelPattern(labels: LabelWords): RegExp {
  const words = labels.flatMap(([, list]) => list.split('|')).sort((a, b) => b.length - a.length);
  const scripts = labels
    .flatMap(([, , list]) => list.split('|'))
    .filter((word) => word !== '')
    .sort((a, b) => b.length - a.length)
    .map((word) => (/^\p{sc=Han}{2}$/u.test(word) ? [...word].join('\\s{0,3}') : word));
  const sources = words.map((word) =>
    word
      .replace(/[.+?^${}()[\]\\/]/g, '\\$&')
      .replace(/\*$/, '\\p{L}*')
      .replace(/ /g, '\\s'),
  );
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${sources.join('|')})(?![\\p{L}\\p{M}])|${scripts.join('|')}`, 'gu');
}
