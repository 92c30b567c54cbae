import { toDialString } from './dial-string.ts';
import type { NumberPlans } from './number-plan.ts';
import { readTypedNumber } from './typed-number.ts';

/** A number as addresses hold it, alone between what is no letter and no digit: parts of ids are none. */
const NUMBER_IN_ADDRESS = /(?<![\w%])(?:\+|%2B|%28|\()?\d(?:[\d().-]|%20|%28|%29|\+(?=\d)){4,30}\d(?!\w)/gi;
const SHORTEST = 7;

/**
 * The address of the caller's record: `{e164}`, `{national}` and `{digits}` replaced by the number. Undefined when the number cannot be
 * looked up (withheld, or no number).
 * @param number - E.164, or what the PBX said
 * @param country - where the agent is, ISO 3166-1 alpha-2
 */
export function popAddress(template: string, number: string, country: string, plans: NumberPlans): string | undefined {
  const digits = number.replaceAll(/\D/g, '');
  if (digits.length < 2) return undefined;
  const e164 = number.startsWith('+') ? number : (readTypedNumber(number, country, plans)?.number ?? number);
  const parts: Readonly<Record<string, string>> = {
    e164,
    digits: e164.replaceAll(/\D/g, ''),
    national: toDialString(e164, { numberFormat: 'national', outsideLine: '' }, country, plans),
  };
  return template.replaceAll(/\{(e164|national|digits)\}/g, (_all, name: string) =>
    encodeURIComponent(parts[name] ?? ''),
  );
}

/**
 * Makes a template of the address that a CRM shows after a search for a number: the number in it becomes its placeholder. Undefined when
 * there is no number in the address, or several different ones.
 */
export function learnPopAddress(address: string, country: string, plans: NumberPlans): string | undefined {
  if (!URL.canParse(address.trim())) return undefined;
  const { protocol, origin } = new URL(address.trim());
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const rest = address.trim().slice(origin.length);
  const found = new Set<string>();
  const template = rest.replaceAll(NUMBER_IN_ADDRESS, (written) => {
    const read = readWritten(written, country, plans);
    if (!read) return written;
    found.add(read.e164);
    return `{${read.form}}`;
  });
  return found.size === 1 ? origin + template : undefined;
}

function readWritten(
  written: string,
  country: string,
  plans: NumberPlans,
): { readonly e164: string; readonly form: 'e164' | 'national' | 'digits' } | undefined {
  const text = written.replaceAll(/%2B/gi, '+').replaceAll(/%(?:20|28|29)/gi, ' ');
  const digits = text.replaceAll(/\D/g, '');
  if (digits.length < SHORTEST || digits.length > 15) return undefined;
  const isInternational = text.startsWith('+');
  const typed =
    readTypedNumber(isInternational ? text : digits, country, plans) ?? readTypedNumber(`+${digits}`, country, plans);
  if (!typed?.number.startsWith('+')) return undefined;
  const e164 = typed.number;
  if (isInternational) return { e164, form: 'e164' };
  const national = toDialString(e164, { numberFormat: 'national', outsideLine: '' }, country, plans);
  return { e164, form: digits === national ? 'national' : 'digits' };
}
