import type { DialingRule } from '../core/account.ts';
import { toDialString } from '../phone/dial-string.ts';
import { readTypedNumber } from '../phone/typed-number.ts';

/** What would happen if the typed text were dialled now. */
export type DialPreview = { readonly type: 'dials'; readonly dialled: string } | { readonly type: 'not-a-number' };

/** What the PBX would be told for what was typed, by the account's number rule. */
export function dialPreview(
  typed: string,
  { dialing, country }: { readonly dialing: DialingRule; readonly country: string },
): DialPreview {
  const read = readTypedNumber(typed, country);
  if (!read) return { type: 'not-a-number' };
  const dialled = toDialString(read.number, dialing, country);
  return { type: 'dials', dialled: read.ext === undefined ? dialled : `${dialled} x${read.ext}` };
}
