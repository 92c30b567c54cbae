import {
  ADDRESS_FORMS,
  COUNTRY_NAMES,
  CURRENCIES,
  LANGUAGE_COUNTRIES,
  PLACES,
  WORLDWIDE_DOMAINS,
} from './country-signs.ts';
import { callingCodeOf, countriesOf, hasPlan, isUsualGrouping, type NumberPlans, readNational } from './number-plan.ts';

/** What a page says about itself, for choosing the country of numbers without `+`. */
export interface PageEvidence {
  /** `lang` of the document, e.g. `de-CH`; empty when it says none. */
  readonly lang: string;
  /** `location.hostname`. */
  readonly host: string;
  /** The user's country, ISO 3166-1 alpha-2. */
  readonly userCountry: string;
  /** What the user has chosen for this site; nothing else counts then. */
  readonly siteCountry?: string;
  /** Other words of the page about itself that nobody sees: `og:locale`, `addressCountry` of its JSON-LD, the host of its canonical link. */
  readonly hints?: readonly string[];
}

/** A country the page may be of. Weights compare with each other only; more is likelier. */
export interface RankedCountry {
  readonly country: string;
  readonly weight: number;
}

/** Collects what speaks for which country, and ranks the countries by it. */
export interface CountryJudge {
  /** Takes a text that may hold an address, a host, a currency, a country's name. */
  addText(text: string): void;
  /** Takes a number written with its country. */
  addInternational(country: string): void;
  /** Takes a number written without one, in its groups: the country whose plan it fits gains. */
  addNational(groups: readonly string[]): void;
  /** Likeliest first; never empty while the user's country has a plan. */
  ranked(): readonly RankedCountry[];
}

const USER_WEIGHT = 1;
const MAX_TEXTS = 3000;
const MAX_TEXT_LENGTH = 400;
const MAX_NATIONAL = 40;
/** Countries below this are not considered for any number. */
const MIN_WEIGHT = 0.9;
/** Templates say `en` or `en-US` whatever the page is: nearly nothing follows from it. */
const ENGLISH_DEFAULT_WEIGHT = 0.5;
const ENGLISH_SPEAKING = [
  'GB',
  'AU',
  'IN',
  'ZA',
  'IE',
  'NZ',
  'CA',
  'US',
  'KE',
  'NG',
  'PH',
  'SG',
  'MY',
  'PK',
  'GH',
  'HK',
];

/** What one kind of sign is worth: the first, each further one, and the most it can add. */
interface Worth {
  readonly first: number;
  readonly more: number;
  readonly most: number;
}
const WORTH = {
  international: { first: 3, more: 0.6, most: 6 },
  domain: { first: 2, more: 1, most: 4 },
  address: { first: 2.5, more: 0.8, most: 5 },
  name: { first: 1.5, more: 0.5, most: 3.5 },
  place: { first: 1.2, more: 0.4, most: 3.5 },
  currency: { first: 1.2, more: 0.3, most: 2.4 },
} satisfies Readonly<Record<string, Worth>>;
type Sign = keyof typeof WORTH;
/** A page that names this many countries is about the world, not from one of them. */
const MANY_COUNTRIES = 6;

/** A judge for one page, starting from what the page says about itself. */
export function createCountryJudge(evidence: PageEvidence, plans: NumberPlans): CountryJudge {
  const counts = new Map<Sign, Map<string, number>>();
  const base = baseWeights(evidence, plans);
  const national = new Map<string, readonly string[]>();
  let texts = 0;
  let ranking: readonly RankedCountry[] | undefined;

  const add = (sign: Sign, country: string): void => {
    if (!hasPlan(country, plans)) return;
    const ofSign = counts.get(sign) ?? new Map<string, number>();
    counts.set(sign, ofSign);
    ofSign.set(country, (ofSign.get(country) ?? 0) + 1);
    ranking = undefined;
  };

  for (const hint of evidence.hints ?? []) {
    const region = /[-_]([A-Z]{2})$/.exec(hint)?.[1] ?? (/^[A-Z]{2}$/.test(hint) ? hint : undefined);
    if (region !== undefined) add('name', region);
    else addSigns(hint, add, plans);
  }

  return {
    addText(text) {
      if (texts >= MAX_TEXTS || evidence.siteCountry !== undefined) return;
      texts++;
      addSigns(text.slice(0, MAX_TEXT_LENGTH), add, plans);
    },
    addInternational(country) {
      add('international', country);
    },
    addNational(groups) {
      const key = groups.join(' ');
      if (national.size >= MAX_NATIONAL || national.has(key)) return;
      national.set(key, groups);
      ranking = undefined;
    },
    ranked() {
      ranking ??= rank(evidence, base, counts, [...national.values()], plans);
      return ranking;
    },
  };
}

/** The one country this short text names, as a cell of a country column does; undefined when it says more, or nothing. */
export function countryNamedBy(text: string, plans: NumberPlans): string | undefined {
  const name = text.trim();
  if (name.length < 2 || name.length > 40) return undefined;
  if (/^[A-Z]{2}$/.test(name) && hasPlan(name, plans)) return name;
  return countryNames(plans).exact.get(name.toLowerCase());
}

function baseWeights(evidence: PageEvidence, plans: NumberPlans): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  const give = (country: string, weight: number): void => {
    if (hasPlan(country, plans)) weights.set(country, (weights.get(country) ?? 0) + weight);
  };
  give(evidence.userCountry, USER_WEIGHT);
  const domain = countryOfHost(evidence.host, plans);
  if (domain !== undefined) give(domain, 5);
  const [language = '', ...subtags] = evidence.lang.toLowerCase().split(/[-_]/);
  const region = subtags.find((subtag) => /^[a-z]{2}$/.test(subtag))?.toUpperCase();
  if (language === 'en' && (region === undefined || region === 'US')) give('US', ENGLISH_DEFAULT_WEIGHT);
  else if (region !== undefined) give(region, 3);
  for (const [at, country] of (LANGUAGE_COUNTRIES[language]?.split(' ') ?? []).entries())
    give(country, at === 0 ? 2.5 : 1);
  return weights;
}

/** The country of a host's top-level domain, unless that is sold to everybody. */
export function countryOfHost(host: string, plans: NumberPlans): string | undefined {
  const domain = /\.([a-z]{2})\.?$/i.exec(host)?.[1]?.toLowerCase();
  if (domain === undefined || WORLDWIDE_DOMAINS.includes(` ${domain} `)) return undefined;
  const country = domain === 'uk' ? 'GB' : domain.toUpperCase();
  return hasPlan(country, plans) ? country : undefined;
}

function addSigns(text: string, add: (sign: Sign, country: string) => void, plans: NumberPlans): void {
  for (const match of text.matchAll(/(?:@|www\.|:\/\/)[\w.-]{1,80}\.([a-z]{2})(?![\w-]|\.\w)/gi)) {
    const country = countryOfHost(`x.${match[1] ?? ''}`, plans);
    if (country !== undefined) add('domain', country);
  }
  if (/\d|[A-Z]{3}/.test(text)) {
    for (const [country, form] of Object.entries(ADDRESS_FORMS)) if (form.test(text)) add('address', country);
    for (const [country, form] of Object.entries(CURRENCIES)) if (form.test(text)) add('currency', country);
  }
  addNames(text, places(), 'place', add);
  addNames(text, countryNames(plans), 'name', add);
}

function addNames(text: string, names: Names, sign: Sign, add: (sign: Sign, country: string) => void): void {
  const seen = new Set<string>();
  for (const match of text.matchAll(names.pattern)) {
    const country = names.exact.get(match[0].toLowerCase());
    if (country !== undefined && !seen.has(country)) add(sign, country);
    if (country !== undefined) seen.add(country);
  }
}

interface Names {
  readonly pattern: RegExp;
  readonly exact: ReadonlyMap<string, string>;
}

let placesOnce: Names | undefined;
const namesOnce = new WeakMap<NumberPlans, Names>();

function places(): Names {
  placesOnce ??= namesFrom(Object.entries(PLACES));
  return placesOnce;
}

/** Countries' names in English and in their own languages come from the browser's own list. */
function countryNames(plans: NumberPlans): Names {
  const before = namesOnce.get(plans);
  if (before !== undefined) return before;
  const english = displayNames('en');
  const own = new Map<string, string>();
  for (const [language, list] of Object.entries(LANGUAGE_COUNTRIES)) {
    const names = displayNames(language);
    for (const country of list.split(' ')) own.set(country, `${own.get(country) ?? ''}|${names?.of(country) ?? ''}`);
  }
  const entries = countriesOf(plans).map((country): [string, string] => {
    // These names are also those of a US state, a personal name, a word.
    const name = /^(?:GE|JO|TD|ML|NE|PE|JE|GI|OM|TC)$/.test(country) ? '' : (english?.of(country) ?? '');
    return [country, `${escapeWords(name)}|${escapeWords(own.get(country) ?? '')}|${COUNTRY_NAMES[country] ?? ''}`];
  });
  const names = namesFrom(entries);
  namesOnce.set(plans, names);
  return names;
}

function displayNames(language: string): Intl.DisplayNames | undefined {
  try {
    return new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
  } catch {
    return undefined;
  }
}

function escapeWords(words: string): string {
  return words.replace(/[.*+?^${}()[\]\\]/g, '\\$&');
}

function namesFrom(entries: readonly (readonly [string, string])[]): Names {
  const exact = new Map<string, string>();
  const alternatives: string[] = [];
  for (const [country, words] of entries) {
    for (const word of words.split('|')) {
      if (word.length < 2) continue;
      const name = word.replace(/\\(.)/g, '$1').replace(/\?/g, '');
      if (exact.has(name.toLowerCase())) continue;
      exact.set(name.toLowerCase(), country);
      alternatives.push(word);
    }
  }
  alternatives.sort((a, b) => b.length - a.length);
  return { exact, pattern: new RegExp(`(?<![\\p{L}\\p{M}])(?:${alternatives.join('|')})(?![\\p{L}\\p{M}])`, 'gu') };
}

function rank(
  evidence: PageEvidence,
  base: ReadonlyMap<string, number>,
  counts: ReadonlyMap<Sign, ReadonlyMap<string, number>>,
  national: readonly (readonly string[])[],
  plans: NumberPlans,
): readonly RankedCountry[] {
  if (evidence.siteCountry !== undefined && hasPlan(evidence.siteCountry, plans)) {
    return [{ country: evidence.siteCountry, weight: 100 }];
  }
  const weights = new Map(base);
  for (const [sign, ofSign] of counts) {
    const isScattered = (sign === 'name' || sign === 'place') && ofSign.size > MANY_COUNTRIES;
    const { first, more, most } = WORTH[sign];
    for (const [country, count] of ofSign) {
      const worth = Math.min(most, first + more * (count - 1)) * (isScattered ? 0.3 : 1);
      weights.set(country, (weights.get(country) ?? 0) + worth);
    }
  }
  const named = [...weights.keys()];
  const explained = Math.max(0, ...named.map((country) => planFit(national, country, plans).share));
  // Nothing names a country whose plan fits these numbers: look further, but only for a plan that fits nearly all of them well.
  const further = explained < 0.5 ? pool(evidence).filter((country) => !weights.has(country)) : [];
  const guessed = further.filter((country) => planFit(national, country, plans).prefixed > 0.6);
  for (const country of guessed) weights.set(country, 0);
  return [...weights]
    .map(([country, weight]) => ({ country, weight: weight + planFit(national, country, plans).weight }))
    .filter(({ country, weight }) => weight >= MIN_WEIGHT || base.has(country))
    .sort((a, b) => b.weight - a.weight);
}

/** Countries that are looked at even when nothing names them. */
function pool(evidence: PageEvidence): readonly string[] {
  const language = evidence.lang.toLowerCase().split(/[-_]/)[0] ?? '';
  return LANGUAGE_COUNTRIES[language] === undefined ? ENGLISH_SPEAKING : [];
}

interface PlanFit {
  /** From -1 to 3, to be added to what else speaks for the country. */
  readonly weight: number;
  /** The share of the numbers that are numbers in this country, and of those that are written as there, trunk prefix and all. */
  readonly share: number;
  readonly prefixed: number;
}

/** How well the page's national numbers fit a country's plan. */
function planFit(national: readonly (readonly string[])[], country: string, plans: NumberPlans): PlanFit {
  if (national.length === 0 || callingCodeOf(country, plans) === undefined) return { weight: 0, share: 0, prefixed: 0 };
  let valid = 0;
  let usual = 0;
  let prefixed = 0;
  for (const groups of national) {
    const found = readNational(groups.join(''), country, plans);
    if (found === undefined) continue;
    valid++;
    if (isUsualGrouping(groups, found, plans)) usual++;
    if (found.hasTrunk && isUsualGrouping(groups, found, plans)) prefixed++;
  }
  const all = national.length;
  const confidence = Math.min(1, 0.6 + 0.1 * all);
  return {
    weight: (valid / all + (2 * usual) / all - (all - valid) / all) * confidence,
    share: valid / all,
    prefixed: prefixed / all,
  };
}
