/** What kind of line a number is, as far as its digits tell. */
export type NumberType =
  | 'fixed'
  | 'mobile'
  | 'fixed-or-mobile'
  | 'toll-free'
  | 'premium'
  | 'shared-cost'
  | 'voip'
  | 'satellite'
  | 'pager'
  /** A short number inside the company. */
  | 'extension'
  | 'emergency'
  /** No phone number at all: a SIP address. */
  | 'internet'
  | 'other'
  | 'unknown';

/** What a page shows that speaks against dialling on one click; seen by the content script. */
export const PAGE_DOUBTS = ['text-differs', 'page-doubtful', 'in-frame'] as const;
export type PageDoubt = (typeof PAGE_DOUBTS)[number];

/** Why a click in a page is not enough to dial; a second, deliberate act outside the page is. */
export type RiskReason =
  | 'emergency'
  | 'premium'
  | 'satellite'
  | 'shared-cost'
  | 'unknown-type'
  | 'sip-uri'
  | PageDoubt
  /** A link for another PBX, or for somebody else's extension. */
  | 'other-pbx'
  | 'foreign-first-time'
  | 'too-many';

export interface RiskFacts {
  readonly type: NumberType;
  /** The number's country, ISO 3166-1 alpha-2; absent for numbers of no country (`+800`, `+883`). */
  readonly country?: string;
  readonly userCountry: string;
  /** Countries the user has called from our own surface before. */
  readonly knownCountries: readonly string[];
  /** Calls begun from pages within the last {@link COUNT_WITHIN_MS}. */
  readonly recentPageDials: number;
  readonly doubts: readonly PageDoubt[];
  /** It stands in a link that is not for our account. */
  readonly isForOtherPbx?: boolean;
}

/** How many calls pages may begin per minute; the next one needs a deliberate act. */
export const MOST_PAGE_DIALS = 3;
export const COUNT_WITHIN_MS = 60_000;

/**
 * What speaks against dialling this number on one click in a page, the gravest first; empty when nothing does. Pages can be hostile,
 * and what is called may cost money: an unknown kind of number counts as risky. Toll-free numbers are ordinary in every country.
 */
export function riskReasons(facts: RiskFacts): readonly RiskReason[] {
  const ofType = riskOfType(facts.type);
  const reasons: RiskReason[] = ofType === undefined ? [] : [ofType];
  reasons.push(...PAGE_DOUBTS.filter((doubt) => facts.doubts.includes(doubt)));
  if (facts.isForOtherPbx) reasons.push('other-pbx');
  if (hasCountry(facts.type) && isForeignFirst(facts)) reasons.push('foreign-first-time');
  if (facts.recentPageDials >= MOST_PAGE_DIALS) reasons.push('too-many');
  return reasons;
}

function riskOfType(type: NumberType): RiskReason | undefined {
  switch (type) {
    case 'emergency':
    case 'premium':
    case 'shared-cost':
    case 'satellite':
      return type;
    case 'internet':
      return 'sip-uri';
    // Pagers and personal numbers forward at the caller's cost.
    case 'pager':
    case 'other':
    case 'unknown':
      return 'unknown-type';
    default:
      return undefined;
  }
}

/** Short numbers are at home in the company, SIP addresses nowhere, and toll-free ones cost the same from everywhere. */
function hasCountry(type: NumberType): boolean {
  return type !== 'toll-free' && type !== 'extension' && type !== 'emergency' && type !== 'internet';
}

function isForeignFirst({ country, userCountry, knownCountries }: RiskFacts): boolean {
  return country !== userCountry && (country === undefined || !knownCountries.includes(country));
}
