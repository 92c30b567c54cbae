import { findPhoneNumbersInText } from 'libphonenumber-js/min';

/** What a page says about itself, for choosing the country of numbers without `+`. */
export interface PageEvidence {
  /** `lang` of the document, e.g. `de-CH`; empty when it says none. */
  readonly lang: string;
  /** `location.hostname`. */
  readonly host: string;
  /** The user's country, ISO 3166-1 alpha-2. */
  readonly userCountry: string;
}

/** The text of one run of inline siblings, as it is read by a person, with what stands around it. */
export interface TextBlock {
  /** Text nodes joined; white space as in the page. */
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
  readonly refused?: 'order-controls' | 'private-use' | 'look-alike';
}

/** Finds numbers in the blocks of one page; what it learns on the way (country, columns) is kept for the next blocks. */
export interface NumberFinder {
  /** Takes evidence from a block without finding anything in it. Call it for every candidate block before `find`. */
  learn(block: TextBlock): void;
  find(block: TextBlock): readonly FoundNumber[];
  /** Grows when newly learnt evidence may change what `find` answered for earlier blocks. */
  readonly version: number;
}

/** A finder for one page (one frame). Pure but for what it learns. */
export function createFinder(evidence: PageEvidence): NumberFinder {
  return {
    version: 0,
    learn() {},
    find(block) {
      return findPhoneNumbersInText(block.text, { defaultCountry: evidence.userCountry as 'US' }).map((found) => ({
        start: found.startsAt,
        end: found.endsAt,
        e164: found.number.number,
        kind: 'phone',
      }));
    },
  };
}
