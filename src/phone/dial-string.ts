import {
  type CountryCode,
  getCountryCallingCode,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/core';
import type { DialingRule } from '../core/account.ts';
import { libraryPlans } from './library-plans.ts';
import { hasPlan, type NumberPlans } from './number-plan.ts';

/** Most countries' prefix for calls abroad (ITU-T E.164, recommendation), for those whose plan leaves the carrier to the caller. */
const USUAL_PREFIX = '00';

/**
 * What the PBX is told for a number, by the account's rule. Short extensions and feature codes stay as they are, without the outside
 * line.
 * @param number - E.164, or anything without `+`, which is passed on
 * @param country - where the PBX stands, ISO 3166-1 alpha-2
 */
export function toDialString(number: string, rule: DialingRule, country: string, plans: NumberPlans): string {
  if (!number.startsWith('+')) return number;
  return replaced(number, rule) ?? rule.outsideLine + inFormat(number, rule, country, plans);
}

function replaced(number: string, { replacements = [] }: DialingRule): string | undefined {
  const fitting = replacements.filter(({ begins }) => number.startsWith(begins));
  const [longest] = [...fitting].sort((a, b) => b.begins.length - a.begins.length);
  return longest && longest.with + number.slice(longest.begins.length);
}

function inFormat(number: string, rule: DialingRule, country: string, plans: NumberPlans): string {
  if (rule.numberFormat === 'e164') return number;
  const digits = number.slice(1);
  if (rule.numberFormat === 'digits') return digits;
  const parsed = parsePhoneNumberFromString(number, libraryPlans(plans));
  if (!parsed || !hasPlan(country, plans)) return USUAL_PREFIX + digits;
  return national(parsed, country as CountryCode, plans) ?? USUAL_PREFIX + digits;
}

/** As dialled inside the country, without separators; undefined where the plan does not tell. */
function national(parsed: PhoneNumber, country: CountryCode, plans: NumberPlans): string | undefined {
  const isAtHome =
    parsed.country === country ||
    // A number the plan does not know yet is at home where its calling code belongs to this country.
    (parsed.country === undefined && parsed.countryCallingCode === getCountryCallingCode(country, libraryPlans(plans)));
  const text = isAtHome ? parsed.format('NATIONAL') : parsed.format('IDD', { fromCountry: country });
  return text?.replace(/\D/g, '');
}
