/** ISO 3166-1 alpha-2 codes of all countries and territories. Source: ISO 3166 as of 2025, and XK as telephone plans use it. */
const CODES = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM
GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK
LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK
TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`;

export interface Country {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  /** In the user's language. */
  readonly name: string;
}

/** All countries by name, in the order of the user's language. */
export function listCountries(locale: string): readonly Country[] {
  const names = new Intl.DisplayNames([locale], { type: 'region' });
  return CODES.split(/\s+/)
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((a, b) => a.name.localeCompare(b.name, locale));
}

/** The country's name in the user's language; its code where the browser knows no name. */
export function countryName(code: string, locale: string): string {
  return new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? code;
}

/** Countries whose name or code fits what was typed: those that begin with it first. Accents do not count. */
export function searchCountries(countries: readonly Country[], typed: string): readonly Country[] {
  const wanted = plain(typed.trim());
  if (wanted === '') return countries;
  const ranked = countries
    .map((country) => ({ country, rank: rankOf(country, wanted) }))
    .filter(({ rank }) => rank < NO_MATCH);
  return ranked.sort((a, b) => a.rank - b.rank).map(({ country }) => country);
}

/** The region of the user's language (`de-AT` → `AT`), as a first guess; undefined when it names none. */
export function guessCountry(languages: readonly string[]): string | undefined {
  for (const language of languages) {
    const region = /^[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})\b/i.exec(language)?.[1];
    if (region) return region.toUpperCase();
  }
  return undefined;
}

const NO_MATCH = 4;

function rankOf({ code, name }: Country, wanted: string): number {
  const said = plain(name);
  if (code.toLowerCase() === wanted) return 0;
  if (said.startsWith(wanted)) return 1;
  if (said.split(/[\s\-(]/).some((word) => word.startsWith(wanted))) return 2;
  return said.includes(wanted) ? 3 : NO_MATCH;
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
