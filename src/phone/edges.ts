/** Scripts that put no spaces between words: a digit may touch their letters. */
const WITHOUT_SPACES =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const LETTER = /[\p{L}\p{M}]/u;
const MONEY_BEFORE = /[$€£¥₹₺₽₩₫₴₦₱฿]\s?$|\b(?:EUR|USD|GBP|CHF|Rp|Rs|RM|kr|SEK|NOK|DKK)\.?\s?$/u;
const UNIT_AFTER =
  /^\s?(?:[%‰€$£°₫₽₺₩¥]|(?:EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|руб|грн|лв|km|kg|m²|m2|MB|GB|kB|bytes|ms|Hz|kWh|px|tons?)(?!\p{L}))/u;
/** `030 23125 012 8-18 Uhr`: the last short group is an hour. */
const HOUR_AFTER = /^\s?(?:Uhr|hrs|[ap]\.?m)(?!\p{L})/iu;
const URL_LIKE =
  /:\/\/|www\.|@|\.(?:com|net|org|html?|php|aspx?|js|css|png|jpe?g|pdf|zip|whl|gz)\b|[?&][\w-]+=|\/[\w-]+\//i;

/** How a found number sits in the text around it. */
export type Edge =
  /** Nothing against it. */
  | 'clean'
  /** Touches the comma of a list of digits: right where the number itself is written in full. */
  | 'list'
  /** Touches a letter or a sign: right with a label only. */
  | 'needs-label'
  /** Part of something longer: an amount, a URL, an id. */
  | 'part';

/** Judges what touches the digits on both sides. `isCut(at)`: another text node begins at this offset, so touching means little. */
export function edgesOf(
  text: string,
  start: number,
  end: number,
  hasPlus: boolean,
  isCut: (at: number) => boolean,
): Edge {
  return worse(edgeBefore(text, start, hasPlus, isCut), edgeBehind(text, end, hasPlus, isCut));
}

function edgeBefore(text: string, start: number, hasPlus: boolean, isCut: (at: number) => boolean): Edge {
  const near = text.slice(Math.max(0, start - 8), start);
  const touching = near.at(-1) ?? ' ';
  const further = near.at(-2) ?? ' ';
  if (!hasPlus && MONEY_BEFORE.test(near)) return 'part';
  if (/\s/.test(touching) || isCut(start)) return 'clean';
  if (LETTER.test(touching)) return WITHOUT_SPACES.test(touching) || text[start] === '(' ? 'clean' : 'needs-label';
  if (/[\d_#@*^\\%]/.test(touching)) return 'part';
  if (/[/.]/.test(touching) && /[\d/]\S*\p{L}\.$/u.test(tokenBefore(text, start))) return 'part';
  if (/[/=&?.]/.test(touching) && URL_LIKE.test(tokenBefore(text, start))) return 'part';
  if (/\d/.test(further) && /[:.,'’]/.test(touching))
    return hasPlus && touching !== '.' ? 'clean' : touching === ',' ? 'list' : 'part';
  if (hasPlus) return 'clean';
  if (touching === '-' && /[\s\p{L}]/u.test(further)) return 'list';
  if (/[-/=&.~]/.test(touching)) return 'needs-label';
  return 'clean';
}

function edgeBehind(text: string, end: number, hasPlus: boolean, isCut: (at: number) => boolean): Edge {
  const near = text.slice(end, end + 8);
  const touching = near[0] ?? ' ';
  const further = near[1] ?? ' ';
  if (!hasPlus && UNIT_AFTER.test(near)) return 'part';
  if (HOUR_AFTER.test(near) && /\D\d\d?$/.test(text.slice(0, end).slice(-3))) return 'part';
  if (/\s/.test(touching) || isCut(end)) return 'clean';
  // A Latin letter may belong to an id; other scripts have none that mix letters into digits.
  if (LETTER.test(touching))
    return WITHOUT_SPACES.test(touching) || (hasPlus && !/\p{sc=Latin}/u.test(touching)) ? 'clean' : 'part';
  // `0345 123 4567*`: a note below says what the call costs.
  if (touching === '*' && /[\s.,;)]/.test(further)) return 'clean';
  if (/[\d_@=\\*^]/.test(touching)) return 'part';
  if (/[:.'’]/.test(touching) && /\d/.test(further)) return 'part';
  if (touching === ',' && /\d/.test(further)) return hasPlus ? 'clean' : 'list';
  if (touching === '-' && /[\p{L}\d]/u.test(further)) return 'part';
  return 'clean';
}

function tokenBefore(text: string, end: number): string {
  const near = text.slice(Math.max(0, end - 80), end);
  return near.slice(near.search(/\S*$/));
}

function worse(a: Edge, b: Edge): Edge {
  const order: readonly Edge[] = ['clean', 'list', 'needs-label', 'part'];
  return order[Math.max(order.indexOf(a), order.indexOf(b))] ?? 'part';
}
