import type { Atlas } from './atlas.ts';
import { hasPlan } from './number-plan.ts';

/** Names of countries, and of cities and regions that tell the country; apart by `|`. */
export interface CountryNames {
  /** Each with its country in front: `DE:Germany`. */
  readonly english: string;
  /** Other names, by country. */
  readonly own: Readonly<Record<string, string>>;
  readonly places: Readonly<Record<string, string>>;
}

/** The countries a text names, each once: by their own names, or by those of their cities and regions. */
export interface NamedCountries {
  readonly countries: ReadonlySet<string>;
  readonly places: ReadonlySet<string>;
}

interface Name {
  /** In small letters. */
  readonly words: string;
  /** Written in capitals wherever it stands: `USA`. */
  readonly isCapitals: boolean;
  readonly country: string;
  readonly kind: keyof NamedCountries;
}

/** A shorter word in capitals may be anything: a heading, an abbreviation. */
const MIN_CAPITALS = 5;
const WORD = /[\p{L}\p{M}]+/gu;
const LETTER = /[\p{L}\p{M}]/u;

type NamesByFirstWord = ReadonlyMap<string, readonly Name[]>;
const known = new WeakMap<CountryNames, NamesByFirstWord>();

/** Finds names by their first word, so the cost is that of cutting the text into words. */
export function namesIn(text: string, names: CountryNames): NamedCountries {
  const byFirstWord = byFirstWordOf(names);
  const found = { countries: new Set<string>(), places: new Set<string>() };
  let small: string | undefined;
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const lower = word.toLowerCase();
    if (word[0] === lower[0] && word[0] !== word[0]?.toUpperCase()) continue;
    const candidates = byFirstWord.get(lower);
    if (candidates === undefined) continue;
    small ??= text.toLowerCase();
    const isCapitals = word.length > 1 && word !== lower && word === word.toUpperCase();
    for (const name of candidates) {
      if (!small.startsWith(name.words, match.index)) continue;
      if (LETTER.test(text[match.index + name.words.length] ?? '')) continue;
      if (isCapitals ? !name.isCapitals && name.words.length < MIN_CAPITALS : name.isCapitals) continue;
      found[name.kind].add(name.country);
      break;
    }
  }
  return found;
}

/** The one country this short text names, as a cell of a country column does; undefined when it says more, or nothing. */
export function countryNamedBy(text: string, atlas: Atlas): string | undefined {
  const name = text.trim();
  if (name.length < 2 || name.length > 40) return undefined;
  if (/^[A-Z]{2}$/.test(name) && hasPlan(name, atlas)) return name;
  const lower = name.toLowerCase();
  const first = lower.match(WORD)?.[0] ?? '';
  const candidates = byFirstWordOf(atlas.names).get(first);
  return candidates?.find(({ words, kind }) => kind === 'countries' && words === lower)?.country;
}

function byFirstWordOf(names: CountryNames): NamesByFirstWord {
  const before = known.get(names);
  if (before !== undefined) return before;
  const read = readNames(names);
  known.set(names, read);
  return read;
}

function readNames({ english, own, places }: CountryNames): NamesByFirstWord {
  const names = new Map<string, Name[]>();
  const add = (name: string, country: string, kind: Name['kind']): void => {
    const words = name.toLowerCase();
    const first = words.match(WORD)?.[0];
    if (first === undefined) return;
    const isCapitals = name !== words && name === name.toUpperCase() && name.length < MIN_CAPITALS;
    const list = names.get(first) ?? [];
    if (list.some((known) => known.words === words)) return;
    // Joined: most lists are of one, and one that is grown has room for many.
    names.set(first, list.concat({ words, isCapitals, country, kind }));
  };
  for (const entry of english.split('|')) add(entry.slice(3), entry.slice(0, 2), 'countries');
  for (const [country, list] of Object.entries(own))
    for (const name of list.split('|')) add(name, country, 'countries');
  for (const [country, list] of Object.entries(places))
    for (const name of list.split('|')) add(name, country, 'places');
  for (const list of names.values()) list.sort((a, b) => b.words.length - a.words.length);
  return names;
}
