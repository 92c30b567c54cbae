import type { DialingRule } from '../core/account.ts';
import { classify } from '../phone/classify.ts';
import { toDialString } from '../phone/dial-string.ts';
import type { NumberPlans } from '../phone/number-plan.ts';
import { readTypedNumber } from '../phone/typed-number.ts';

/** What would happen if the typed text were dialled now; `country` is the number's own. */
export type DialPreview =
  | { readonly type: 'dials'; readonly dialled: string; readonly country?: string }
  /** It would be written like this, which the PBX does not take. */
  | { readonly type: 'refused'; readonly dialled: string }
  | { readonly type: 'not-a-number' };

/** What the PBX would be told for what was typed, by the account's number rule. `accepts`: whether the PBX takes it, where that is known. */
export function dialPreview(
  typed: string,
  { dialing, country }: { readonly dialing: DialingRule; readonly country: string },
  plans: NumberPlans,
  accepts?: (dialled: string) => boolean,
): DialPreview {
  const read = readTypedNumber(typed, country, plans);
  if (!read) return { type: 'not-a-number' };
  const dialled = toDialString(read.number, dialing, country, plans);
  if (accepts && !accepts(dialled)) return { type: 'refused', dialled };
  const { country: itsCountry } = read.number.startsWith('+') ? classify(read.number, plans) : {};
  return {
    type: 'dials',
    dialled: read.ext === undefined ? dialled : `${dialled} x${read.ext}`,
    ...(itsCountry === undefined ? {} : { country: itsCountry }),
  };
}
