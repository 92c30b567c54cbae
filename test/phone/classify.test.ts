import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import { expect, test } from 'vitest';
import { classify } from '../../src/phone/classify.ts';
import { libraryPlans } from '../../src/phone/library-plans.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

test.each([
  ['+16175550142', 'US', 'fixed-or-mobile'],
  ['+18005550199', 'US', 'toll-free'],
  ['+19005550199', 'US', 'premium'],
  ['+442079460018', 'GB', 'fixed'],
  ['+447400123456', 'GB', 'mobile'],
  ['+449012345678', 'GB', 'premium'],
  ['+491801234567', 'DE', 'shared-cost'],
  ['+491771234567', 'DE', 'mobile'],
  ['+499001234567', 'DE', 'premium'],
  ['+881612345678', undefined, 'satellite'],
  ['+870773123456', undefined, 'satellite'],
  ['+80012345678', undefined, 'toll-free'],
  ['+447700900123', undefined, 'unknown'],
  ['+999123456789', undefined, 'unknown'],
] as const)('%s is in %s, %s', (number, country, type) => {
  expect(classify(number, WHOLE_ATLAS)).toEqual({ ...(country === undefined ? {} : { country }), type });
});

const LIBRARY_TYPES: Readonly<Record<string, string>> = {
  FIXED_LINE: 'fixed',
  MOBILE: 'mobile',
  FIXED_LINE_OR_MOBILE: 'fixed-or-mobile',
  TOLL_FREE: 'toll-free',
  PREMIUM_RATE: 'premium',
  SHARED_COST: 'shared-cost',
  VOIP: 'voip',
  PAGER: 'pager',
};

/** Numbers as every pattern of every plan makes them. */
function* numbersOfPlans(each: number): Generator<string> {
  const { countries, nonGeographic = {} } = WHOLE_ATLAS;
  for (const plan of [...Object.values(countries), ...Object.values(nonGeographic)]) {
    const types = (plan[11] ?? []) as readonly (readonly [string] | 0)[];
    const patterns = [String(plan[2]), ...types.map((type) => (type ? type[0] : ''))].filter(Boolean);
    for (const pattern of patterns) {
      const made = fc.sample(fc.stringMatching(new RegExp(`^(?:${pattern})$`)), { numRuns: each, seed: 1 });
      for (const national of made) if (/^\d{3,14}$/.test(national)) yield `+${plan[0]}${national}`;
    }
  }
}

test('numbers of all plans are of the kind and country that libphonenumber-js says', () => {
  const others: string[] = [];
  let count = 0;
  for (const number of numbersOfPlans(5)) {
    const parsed = parsePhoneNumberFromString(number, libraryPlans(WHOLE_ATLAS));
    // It reads a trunk prefix out of some; a page's number is dialled as it stands.
    if (!parsed || parsed.number !== number || number.length > 16 || /^\+(?:870|881|88216)/.test(number)) continue;
    count += 1;
    const type = parsed.getType();
    const theirs = `${parsed.country ?? ''} ${type === undefined ? 'unknown' : (LIBRARY_TYPES[type] ?? 'other')}`;
    const ours = classify(number, WHOLE_ATLAS);
    if (`${ours.country ?? ''} ${ours.type}` !== theirs)
      others.push(`${number}: ${ours.country ?? ''} ${ours.type}, not ${theirs}`);
  }

  expect(count).toBeGreaterThan(5_000);
  expect(others).toEqual([]);
});
