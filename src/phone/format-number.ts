import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** An E.164 number grouped for reading, with its country code: `+1 617 555 0142`. As given where its grouping is not known. */
export function formatNumber(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}
