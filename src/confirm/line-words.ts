import { browser } from '../browser.ts';
import type { Choice } from '../core/proposal.ts';
import type { NumberType, RiskReason } from '../core/risk.ts';
import { countryName } from '../ui/countries.ts';
import { type MessageKey, say } from '../ui/say.ts';
import { RISK_WORDS } from '../ui/words.ts';

const TYPE_WORDS: Readonly<Record<NumberType, MessageKey>> = {
  fixed: 'confirm_type_fixed',
  mobile: 'confirm_type_mobile',
  'fixed-or-mobile': 'confirm_type_fixed_or_mobile',
  'toll-free': 'confirm_type_toll_free',
  premium: 'confirm_type_premium',
  'shared-cost': 'confirm_type_shared_cost',
  voip: 'confirm_type_voip',
  satellite: 'confirm_type_satellite',
  pager: 'confirm_type_pager',
  extension: 'confirm_type_extension',
  emergency: 'confirm_type_emergency',
  internet: 'confirm_type_internet',
  other: 'confirm_type_other',
  unknown: 'confirm_type_unknown',
};

const LONGEST_HOST = 60;

/** Country and kind of line: `United Kingdom · Mobile phone`. */
export function lineWords({ number, type, country }: Choice): string {
  const kind = say(TYPE_WORDS[type]);
  if (!number.startsWith('+')) return kind;
  const place =
    country === undefined ? say('confirm_country_none') : countryName(country, browser.i18n.getUILanguage());
  return `${place} · ${kind}`;
}

/** Why this number is not dialled on one click, in plain words. */
export function reasonWords(reason: RiskReason, country: string | undefined): MessageKey {
  const isNowhere = reason === 'foreign-first-time' && country === undefined;
  return isNowhere ? 'confirm_reason_foreign_first_time_none' : RISK_WORDS[reason];
}

/** The site by its name. Of a very long one the end is shown: whose it is stands there, and anybody may put anything before it. */
export function siteWords(host: string): string {
  if (host === '') return say('confirm_file');
  return host.length <= LONGEST_HOST ? host : `…${host.slice(-LONGEST_HOST)}`;
}
