import type { Atlas, CountrySign } from './atlas.ts';
import { countryNamedBy, namesIn } from './country-names.ts';
import { FURTHER_COUNTRIES, LANGUAGE_COUNTRIES, WORLDWIDE_DOMAINS } from './country-signs.ts';
import { guessLanguage } from './language.ts';
import {
  callingCodeOf,
  hasPlan,
  isUsualGrouping,
  type NumberPlans,
  readInternational,
  readNational,
} from './number-plan.ts';

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
  /**
   * Other words of the page about itself that nobody sees: a locale (`de_CH`), a country (`ZA`, `South Africa`), a currency (`ZAR`), an
   * address or title, a host (`://shop.example`), a number with its country (`+27…`).
   */
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
  /**
   * Takes a number written without one, in its groups: the country whose plan it fits gains.
   * @param isDashed - the last groups are parted by a dash or point, as North Americans do and few others
   */
  addNational(groups: readonly string[], isDashed: boolean): void;
  /** Likeliest first; never empty while the user's country has a plan. */
  ranked(): readonly RankedCountry[];
}

interface NationalNumber {
  readonly groups: readonly string[];
  readonly isDashed: boolean;
}

const USER_WEIGHT = 1;
const MAX_TEXTS = 3000;
const MAX_TEXT_LENGTH = 400;
const MAX_NATIONAL = 40;
/** Countries below this are not considered for any number. */
const MIN_WEIGHT = 0.9;
/** Templates say `en` or `en-US` whatever the page is: nearly nothing follows from it. */
const ENGLISH_DEFAULT_WEIGHT = 0.5;
/** What a language adds to a country that the page names, where the language's first country is not named. */
const FURTHER_WEIGHT = 3;
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
  letters: { first: 1, more: 0.1, most: 2 },
} satisfies Readonly<Record<string, Worth>>;
type Sign = keyof typeof WORTH;

function worthOf(sign: Sign, count: number): number {
  const { first, more, most } = WORTH[sign];
  return Math.min(most, first + more * (count - 1));
}

/** A page that names this many countries is about the world, not from one of them. */
const MANY_COUNTRIES = 6;

/** A judge for one page, starting from what the page says about itself. */
export function createCountryJudge(evidence: PageEvidence, atlas: Atlas): CountryJudge {
  const counts = new Map<Sign, Map<string, number>>();
  const base = baseWeights(evidence, atlas);
  const national = new Map<string, NationalNumber>();
  const words = guessLanguage(atlas.commonWords);
  /** Fits are worked out anew only where there are new numbers: each new sign of a country ranks all of them again. */
  let fits = new Map<string, PlanFit>();
  let texts = 0;
  let ranking: readonly RankedCountry[] | undefined;

  const add = (sign: Sign, country: string): void => {
    if (!hasPlan(country, atlas)) return;
    const ofSign = counts.get(sign) ?? new Map<string, number>();
    counts.set(sign, ofSign);
    const before = ofSign.get(country) ?? 0;
    ofSign.set(country, before + 1);
    if (before === 0 || worthOf(sign, before) !== worthOf(sign, before + 1)) ranking = undefined;
  };

  const fitOf = (country: string): PlanFit => {
    const fit = fits.get(country) ?? planFit([...national.values()], country, atlas);
    fits.set(country, fit);
    return fit;
  };

  for (const hint of evidence.hints ?? []) addHint(hint, add, atlas);

  return {
    addText(text) {
      if (texts >= MAX_TEXTS || evidence.siteCountry !== undefined) return;
      texts++;
      const start = text.slice(0, MAX_TEXT_LENGTH);
      addSigns(start, add, atlas);
      // No more will be asked of a long page: compiled, these patterns are much of what is kept of it.
      if (texts === MAX_TEXTS) formsByAtlas.delete(atlas);
      const before = words.language();
      words.addText(start);
      if (words.language() !== before) ranking = undefined;
    },
    addInternational(country) {
      add('international', country);
    },
    addNational(groups, isDashed) {
      const key = groups.join(' ');
      if (national.size >= MAX_NATIONAL || national.has(key)) return;
      national.set(key, { groups, isDashed });
      fits = new Map();
      ranking = undefined;
    },
    ranked() {
      ranking ??= rank(
        evidence,
        withLanguage(base, evidence.lang, words.language()),
        languageOf(evidence.lang, words.language()),
        words.language() === undefined,
        counts,
        fitOf,
        atlas,
      );
      return ranking;
    },
  };
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
  for (const [country, weight] of countriesOf(language)) give(country, weight);
  return weights;
}

/** A page may call its language `constructor`. */
function isKnownLanguage(language: string): boolean {
  return Object.hasOwn(LANGUAGE_COUNTRIES, language);
}

function countriesOf(language: string): readonly (readonly [string, number])[] {
  const countries = isKnownLanguage(language) ? (LANGUAGE_COUNTRIES[language]?.split(' ') ?? []) : [];
  return countries.map((country, at) => [country, at === 0 ? 2.5 : 1]);
}

/** The stated language, or where that is none or a template's, the one the words are of. */
function languageOf(stated: string, written: string | undefined): string {
  const language = stated.toLowerCase().slice(0, 2);
  return isKnownLanguage(language) ? language : (written ?? language);
}

/** Many pages say no language, or that of their template: then their words speak. */
function withLanguage(
  base: ReadonlyMap<string, number>,
  stated: string,
  written: string | undefined,
): ReadonlyMap<string, number> {
  if (written === undefined || isKnownLanguage(stated.toLowerCase().slice(0, 2))) return base;
  const weights = new Map(base);
  for (const [country, weight] of countriesOf(written)) weights.set(country, (weights.get(country) ?? 0) + weight);
  return weights;
}

/** The country of a host's top-level domain, unless that is sold to everybody. */
export function countryOfHost(host: string, plans: NumberPlans): string | undefined {
  const domain = /\.([a-z]{2})\.?$/i.exec(host)?.[1]?.toLowerCase();
  if (domain === undefined || WORLDWIDE_DOMAINS.includes(` ${domain} `)) return undefined;
  const country = domain === 'uk' ? 'GB' : domain.toUpperCase();
  return hasPlan(country, plans) ? country : undefined;
}

function addHint(hint: string, add: (sign: Sign, country: string) => void, atlas: Atlas): void {
  const locale = /^[a-z]{2,3}[-_]([A-Z]{2})$/.exec(hint)?.[1];
  const named = countryNamedBy(hint, atlas);
  const number = /^\+(\d{8,15})$/.exec(hint.replace(/[\s().-]/g, ''))?.[1];
  if (locale !== undefined) {
    // What templates say by default says nothing.
    if (hint.replace('_', '-') !== 'en-US') add('name', locale);
  } else if (named !== undefined) add('address', named);
  else if (number !== undefined) {
    const country = readInternational(number, atlas)?.country;
    if (country !== undefined) add('international', country);
  } else addSigns(hint, add, atlas);
}

const HOST = /(?:@|www\.|:\/\/)[\w.-]{1,80}\.([a-z]{2})(?![\w-]|\.\w)/gi;

interface Form {
  readonly kind: CountrySign['kind'];
  readonly country: string;
  readonly form: RegExp;
}

/** An atlas comes as JSON: its patterns are made once. */
const formsByAtlas = new WeakMap<Atlas, { readonly letters: readonly Form[]; readonly others: readonly Form[] }>();

function formsOf(atlas: Atlas) {
  const known = formsByAtlas.get(atlas);
  if (known !== undefined) return known;
  const all = atlas.signs.map(({ kind, country, pattern, flags }) => ({
    kind,
    country,
    form: new RegExp(pattern, flags),
  }));
  const isLetters = ({ kind }: Form) => kind === 'letters';
  const forms = { letters: all.filter(isLetters), others: all.filter((one) => !isLetters(one)) };
  formsByAtlas.set(atlas, forms);
  return forms;
}

/** Cells of figures and numbers in groups are most of what is read, and say nothing; but a postcode may stand alone. */
const MAY_SIGN = /[A-Za-z\u0080-\uffff]|\d{5}-\d{3}/;

function addSigns(text: string, add: (sign: Sign, country: string) => void, atlas: Atlas): void {
  if (!MAY_SIGN.test(text)) return;
  for (const match of text.includes('.') ? text.matchAll(HOST) : []) {
    const country = countryOfHost(`x.${match[1] ?? ''}`, atlas);
    if (country !== undefined) add('domain', country);
  }
  if (/[\u0080-\uffff]/.test(text))
    for (const { kind, country, form } of formsOf(atlas).letters) if (form.test(text)) add(kind, country);
  if (/\d|[A-Z]{3}/.test(text)) {
    for (const { kind, country, form } of formsOf(atlas).others) if (form.test(text)) add(kind, country);
  }
  const named = namesIn(text, atlas.names);
  for (const country of named.places) add('place', country);
  for (const country of named.countries) add('name', country);
}

function rank(
  evidence: PageEvidence,
  base: ReadonlyMap<string, number>,
  language: string,
  isWordless: boolean,
  counts: ReadonlyMap<Sign, ReadonlyMap<string, number>>,
  fitOf: (country: string) => PlanFit,
  plans: NumberPlans,
): readonly RankedCountry[] {
  if (evidence.siteCountry !== undefined && hasPlan(evidence.siteCountry, plans)) {
    return [{ country: evidence.siteCountry, weight: 100 }];
  }
  const weights = new Map(base);
  for (const [sign, ofSign] of counts) {
    const isScattered = (sign === 'name' || sign === 'place') && ofSign.size > MANY_COUNTRIES;
    for (const [country, count] of ofSign) {
      const worth = worthOf(sign, count) * (isScattered ? 0.3 : 1);
      weights.set(country, (weights.get(country) ?? 0) + worth);
    }
  }
  for (const country of meantByLanguage(language, counts)) {
    weights.set(country, (weights.get(country) ?? 0) + FURTHER_WEIGHT);
  }
  const named = [...weights.keys()];
  const explained = Math.max(0, ...named.map((country) => fitOf(country).written));
  // No country that is named writes these numbers so: look further, but only for a plan in which nearly all are written as usual.
  const further =
    explained < 0.5 ? pool(evidence, counts.has('letters')).filter((country) => !weights.has(country)) : [];
  const guessed = further.filter((country) => fitOf(country).written > 0.6);
  // Where the user's own country has these numbers and the page's language, or the page has hardly any words, another way to write them is
  // a weaker guess.
  const isHome =
    (isWordless || ENGLISH_SPEAKING.includes(evidence.userCountry)) && fitOf(evidence.userCountry).valid > 0.5;
  for (const country of guessed) weights.set(country, isHome ? -USER_WEIGHT : 0);
  return [...weights]
    .map(([country, weight]) => ({ country, weight: weight + fitOf(country).weight }))
    .filter(({ country, weight }) => weight >= MIN_WEIGHT || base.has(country))
    .sort((a, b) => b.weight - a.weight);
}

/** The language is that of several countries, and the page names one of them that is not the first: `Casablanca` on a French page. */
function meantByLanguage(language: string, counts: ReadonlyMap<Sign, ReadonlyMap<string, number>>): readonly string[] {
  const further = Object.hasOwn(FURTHER_COUNTRIES, language) ? (FURTHER_COUNTRIES[language]?.split(' ') ?? []) : [];
  const isNamed = (country: string): boolean => [...counts.values()].some((ofSign) => ofSign.has(country));
  const [first] = countriesOf(language)[0] ?? [];
  return first === undefined || isNamed(first) ? [] : further.filter(isNamed);
}

/** Countries that are looked at even when nothing names them. */
function pool(evidence: PageEvidence, hasLetters: boolean): readonly string[] {
  const language = evidence.lang.toLowerCase().split(/[-_]/)[0] ?? '';
  return !isKnownLanguage(language) && !hasLetters ? ENGLISH_SPEAKING : [];
}

interface PlanFit {
  /** From -1 to 3, to be added to what else speaks for the country. */
  readonly weight: number;
  /** The share of the numbers that are numbers in this country. */
  readonly valid: number;
  /** The share of the numbers that are written as in this country: grouped as there, with its trunk prefix if it has one. */
  readonly written: number;
}

/** How well the page's national numbers fit a country's plan. */
function planFit(national: readonly NationalNumber[], country: string, plans: NumberPlans): PlanFit {
  const code = callingCodeOf(country, plans);
  if (national.length === 0 || code === undefined) return { weight: 0, valid: 0, written: 0 };
  let valid = 0;
  let usual = 0;
  let written = 0;
  for (const { groups, isDashed } of national) {
    const found = readNational(groups.join(''), country, plans);
    if (found === undefined) continue;
    valid++;
    if (!isUsualGrouping(groups, found, plans)) continue;
    usual++;
    if (found.hasTrunk || (code === '1' && isDashed)) written++;
  }
  const all = national.length;
  const confidence = Math.min(1, 0.6 + 0.1 * all);
  const dashed = code === '1' ? written / all : 0;
  return {
    weight: (valid / all + (2 * usual) / all - (all - valid) / all + dashed) * confidence,
    valid: valid / all,
    written: written / all,
  };
}
