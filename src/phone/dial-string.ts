import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { DialingRule } from '../core/account.ts';

/** What the PBX is told to dial for an E.164 number or a short extension, by the account's rule. Stand-in until the real one is merged. */
export function toDialString(number: string, rule: DialingRule, country: string): string {
  if (!number.startsWith('+')) return number;
  const digits = number.slice(1);
  const parsed = parsePhoneNumberFromString(number);
  const national = parsed && parsed.country === country ? parsed.nationalNumber : digits;
  const written = { e164: number, digits, national }[rule.numberFormat];
  return rule.outsideLine + written;
}
