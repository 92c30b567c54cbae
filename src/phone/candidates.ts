/** Fewer digits than this make no number of their own; short extensions need a label (see below). */
const MIN_DIGITS = 6;
/** More than this between two digits is prose, not a separator. */
const MAX_GAP = 6;
const TOLL_FREE_WORD = /\b(?:8(?:00|33|44|55|66|77|88)|0?800|1[38]00)[)\s.-]{1,3}[A-Z0-9-]*[A-Z]/;
const EXTENSION_WORD =
  /(?:^|[^\p{L}])(?:ext|extn|extension|durchwahl|nebenstelle|dw|poste|interno|anexo|ramal|toestel|dahili|доб|внутр|wew|klapka|linka|内线|内線|내선)/iu;

const DAY = '(?:0?[1-9]|[12]\\d|3[01])';
const MONTH = '(?:0?[1-9]|1[0-2])';
const YEAR = '(?:19|20)\\d\\d';
/** A day, with or without a time: after numbers, what tables hold most of. What it refuses, `isDate` would refuse as well. */
const DATE = new RegExp(
  `^\\s*(?:${YEAR}([-./])${MONTH}\\1${DAY}|${DAY}([-./])${MONTH}\\2${YEAR}|${MONTH}([-./])${DAY}\\3${YEAR})` +
    '(?:(?:T|,? )\\d\\d?:\\d\\d(?::\\d\\d)?(?: ?[ap]m)?)?\\s*$',
  'i',
);
const LONGEST_DATE = 40;

/**
 * Cheap and linear: false when no phone number can stand in this text, so nothing else needs to look at it.
 * @param label - what stands for the text, where it is known: a label that says "extension" lets short numbers through
 */
export function mayHoldNumber(text: string, label = ''): boolean {
  let digits = 0;
  let gap = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isDigitLike(unit)) {
      digits = gap <= MAX_GAP ? digits + 1 : 1;
      gap = 0;
      if (digits >= MIN_DIGITS) return text.length > LONGEST_DATE || !DATE.test(text);
      if (digits > most) most = digits;
    } else if (!isWithoutWidth(unit)) {
      gap++;
    }
  }
  if (most < 2) return false;
  return (most >= 3 && TOLL_FREE_WORD.test(text)) || EXTENSION_WORD.test(text) || EXTENSION_WORD.test(label);
}

const COUNTRY_HINT = /[@€£¥₹₺₫₩₪₴₽₦₱฿]|\d{3}|[A-Z]{2}\d|\.[a-z]{2}\b|\b(?:CHF|KSh|Kč|zł|R\$)/;
/** Longer texts are prose: what they name is no address. */
const MAX_HINT_LENGTH = 400;

/**
 * Cheap: true when a block without a number may still say which country the page is of (an address, a mail address, a currency, a
 * country's name). Such blocks are worth a `learn`.
 */
export function mayTellCountry(text: string): boolean {
  return text.length > 3 && text.length <= MAX_HINT_LENGTH && (text.length <= 60 || COUNTRY_HINT.test(text));
}

/** ASCII digits, and everything far enough out that it may be another script's digit; surrogates count as one digit per pair. */
function isDigitLike(unit: number): boolean {
  if (unit < 0x80) return unit >= 0x30 && unit <= 0x39;
  if (unit < 0x660) return false;
  if (unit >= 0xff10 && unit <= 0xff19) return true;
  if (unit === 0xd835) return true;
  // Han, Hangul and kana hold no decimal digits; skipping them keeps long East Asian texts cheap.
  if (unit >= 0x2000 && unit < 0xa620) return false;
  return unit < 0xac00 && /\p{Nd}/u.test(String.fromCharCode(unit));
}

function isWithoutWidth(unit: number): boolean {
  return unit === 0xad || (unit >= 0x200b && unit <= 0x200f) || (unit >= 0x202a && unit <= 0x202e) || unit === 0xfeff;
}
