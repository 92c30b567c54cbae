import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import type { DialingRule } from '../core/account.ts';
import { ALL_PLANS } from './all-plans.ts';

/** Stand-in until the number work brings its own. What the PBX is told; short extensions and feature codes stay as they are. */
export function toDialString(number: string, rule: DialingRule, country: string): string {
  if (!number.startsWith('+')) return number;
  return rule.outsideLine + inFormat(number, rule, country);
}

function inFormat(number: string, rule: DialingRule, country: string): string {
  if (rule.numberFormat === 'e164') return number;
  const digits = number.slice(1);
  if (rule.numberFormat === 'digits') return digits;
  const parsed = parsePhoneNumberFromString(number, ALL_PLANS);
  if (parsed?.country === country) return parsed.formatNational().replace(/\D/g, '');
  return parsed?.formatInternational() === undefined ? digits : `${country === 'US' ? '011' : '00'}${digits}`;
}
