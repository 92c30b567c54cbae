import type { LabelWords } from './context.ts';
import type { CountryNames } from './country-names.ts';
import type { NumberPlans } from './number-plan.ts';

/** What a finder knows of the world. Plain JSON: a content script has none by itself and gets it in a message. */
export interface Atlas extends NumberPlans {
  readonly labels: LabelWords;
  readonly names: CountryNames;
  /** The commonest words of a language, by ISO 639-1; apart by spaces. */
  readonly commonWords: Readonly<Record<string, string>>;
  readonly signs: readonly CountrySign[];
}

/** A pattern that texts of one country match and hardly any others. */
export interface CountrySign {
  readonly kind: 'address' | 'currency' | 'letters';
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** As for `RegExp`. */
  readonly pattern: string;
  readonly flags: string;
}
