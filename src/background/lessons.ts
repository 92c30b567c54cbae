import { isTaughtText, type Taught, taughtTextOf, withLesson, withoutLesson, withSiteCountry } from '../core/taught.ts';
import { classify } from '../phone/classify.ts';
import type { NumberPlans } from '../phone/number-plan.ts';
import { readTypedNumber } from '../phone/typed-number.ts';

/** How the user's teaching ended. */
export type LessonOutcome = 'taught' | 'not-a-number' | 'no-site';

/** In shorter runs of digits pages are not searched for numbers. */
const FEWEST_DIGITS = 6;

/** With what the user says about a text of a page, and how that ended. `pageUrl`: of the frame the text stands in. */
export function teach(
  taught: Taught,
  { text, isPhone, pageUrl }: { readonly text: string; readonly isPhone: boolean; readonly pageUrl: string },
  country: string,
  plans: NumberPlans,
): { readonly taught: Taught; readonly outcome: LessonOutcome } {
  const host = URL.canParse(pageUrl) ? new URL(pageUrl).host : '';
  if (host === '') return { taught, outcome: 'no-site' };
  const digits = taughtTextOf(text);
  if (digits === undefined) return { taught, outcome: 'not-a-number' };
  // What could not be dialled is not shown as a number.
  const isShort = digits.replace('+', '').length < FEWEST_DIGITS;
  if (isPhone && (isShort || !(readTypedNumber(text, country, plans) || readTypedNumber(digits, country, plans)))) {
    return { taught, outcome: 'not-a-number' };
  }
  return { taught: withLesson(taught, { host, text: digits, isPhone }), outcome: 'taught' };
}

/** After one request of our own pages to change what was taught: a lesson taken back, or a site's country set or taken back. */
export function changeTaught(taught: Taught, payload: Readonly<Record<string, unknown>>, plans: NumberPlans): Taught {
  const { host, text, number } = payload;
  if (typeof host !== 'string' || host === '' || host.length > 260) return taught;
  if (typeof text === 'string') return isTaughtText(text) ? withoutLesson(taught, { host, text }) : taught;
  return withSiteCountry(taught, host, typeof number === 'string' ? classify(number, plans).country : undefined);
}
