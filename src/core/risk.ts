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
  | 'other'
  | 'unknown';

/** Why a click in a page is not enough to dial; a second, deliberate act outside the page is. */
export type RiskReason = 'premium' | 'shared-cost' | 'satellite' | 'unknown-type' | 'foreign-first-time' | 'too-many';

export interface RiskFacts {
  readonly type: NumberType;
  /** The number's country, ISO 3166-1 alpha-2; absent for numbers of no country (`+800`, `+883`). */
  readonly country?: string;
  readonly userCountry: string;
  /** Countries the user has called from our own surface before. */
  readonly knownCountries: readonly string[];
  /** Calls begun from pages within the last {@link COUNT_WITHIN_MS}. */
  readonly recentPageDials: number;
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
  if (facts.type !== 'toll-free' && isForeignFirst(facts)) reasons.push('foreign-first-time');
  if (facts.recentPageDials >= MOST_PAGE_DIALS) reasons.push('too-many');
  return reasons;
}

function riskOfType(type: NumberType): RiskReason | undefined {
  switch (type) {
    case 'premium':
    case 'shared-cost':
    case 'satellite':
      return type;
    // Pagers and personal numbers forward at the caller's cost.
    case 'pager':
    case 'other':
    case 'unknown':
      return 'unknown-type';
    default:
      return undefined;
  }
}

function isForeignFirst({ country, userCountry, knownCountries }: RiskFacts): boolean {
  return country !== userCountry && (country === undefined || !knownCountries.includes(country));
}
