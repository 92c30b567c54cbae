/** Reached from everywhere, or so well known that a phone system may know them anywhere. */
const EVERYWHERE = '112 911 999 000';
/** Besides those: fire, police, ambulance and the like by country, as the countries publish them. */
const BY_COUNTRY: Readonly<Record<string, string>> = {
  AR: '100 101 103 107',
  AT: '122 133 140 144 147',
  AU: '106',
  BE: '100 101 102',
  BR: '190 191 192 193 194 197 199',
  CH: '117 118 144 1414 1415',
  CL: '131 132 133',
  CN: '110 119 120 122',
  CO: '123',
  CZ: '150 155 156 158',
  DE: '110',
  EE: '110',
  ES: '061 062 080 085 088 091 092',
  FR: '15 17 18 114 115 119 191 196 197',
  GB: '18000',
  GR: '100 108 166 199',
  HU: '104 105 107',
  ID: '110 113 118 119',
  IL: '100 101 102',
  IN: '100 101 102 108',
  IT: '113 115 117 118',
  JP: '110 118 119',
  KR: '119',
  LU: '113',
  MX: '066 089',
  NO: '110 113',
  NZ: '111',
  PL: '997 998',
  PT: '115 117',
  RO: '955',
  RU: '101 102 103 104',
  SE: '90000',
  SG: '995',
  SK: '150 155 158',
  TH: '191 1669',
  TR: '110 155 156 177',
  TW: '110 119',
  UA: '101 102 103 104',
  ZA: '10111 10177',
};

/**
 * True for a short number that would bring the police, the fire brigade or an ambulance to somebody's door. Not every service of every
 * country is known here; what is not looks like an extension.
 * @param country - the user's, ISO 3166-1 alpha-2
 */
export function isEmergency(number: string, country: string): boolean {
  const own = Object.hasOwn(BY_COUNTRY, country) ? (BY_COUNTRY[country] ?? '') : '';
  return `${EVERYWHERE} ${own}`.split(' ').includes(number);
}
