import { ALL_PLANS } from './all-plans.ts';
import type { Atlas, CountrySign } from './atlas.ts';
import { ADDRESS_FORMS, COUNTRY_NAMES, CURRENCIES, ENGLISH_NAMES, LETTERS, PLACES } from './country-signs.ts';
import { LABEL_WORDS } from './labels.ts';
import { COMMON_WORDS } from './language.ts';

/** The atlas of all countries. For the build, which writes it into a file of the package, and for tests; no script holds it. */
export const WHOLE_ATLAS: Atlas = {
  version: ALL_PLANS.version,
  country_calling_codes: ALL_PLANS.country_calling_codes,
  countries: ALL_PLANS.countries,
  ...(ALL_PLANS.nonGeographic === undefined ? {} : { nonGeographic: ALL_PLANS.nonGeographic }),
  labels: LABEL_WORDS,
  names: { english: ENGLISH_NAMES, own: COUNTRY_NAMES, places: PLACES },
  commonWords: COMMON_WORDS,
  signs: [...signsOf('letters', LETTERS), ...signsOf('address', ADDRESS_FORMS), ...signsOf('currency', CURRENCIES)],
};

function signsOf(kind: CountrySign['kind'], forms: Readonly<Record<string, RegExp>>): readonly CountrySign[] {
  return Object.entries(forms).map(([country, { source, flags }]) => ({ kind, country, pattern: source, flags }));
}
