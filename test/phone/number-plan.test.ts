import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { ALL_PLANS } from '../../src/phone/all-plans.ts';
import {
  countriesOf,
  isUsualGrouping,
  readAfterInternationalPrefix,
  readInternational,
  readNational,
} from '../../src/phone/number-plan.ts';

const ROUNDS = process.env.PAGEDIAL_FULL ? 400 : 20;

/** A small repeatable random: the same digits in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

describe('number plans', () => {
  test('every national reading is the one of libphonenumber', () => {
    const random = seeded(7);
    const wrong: string[] = [];
    for (const country of countriesOf(ALL_PLANS)) {
      for (let round = 0; round < ROUNDS; round++) {
        const length = 6 + Math.floor(random() * 7);
        const digits = Array.from({ length }, () => Math.floor(random() * 10)).join('');
        for (const input of [digits, `0${digits}`]) {
          const theirs = parsePhoneNumberFromString(input, country as 'US');
          const expected = theirs?.isValid() && theirs.country !== undefined ? theirs.number : undefined;
          const ours = readNational(input, country, ALL_PLANS)?.e164;
          if (ours !== undefined && ours !== expected) wrong.push(`${country} ${input}: ${ours} for ${expected}`);
        }
      }
    }

    expect(wrong).toEqual([]);
  });

  test('every international reading is the one of libphonenumber', () => {
    const random = seeded(11);
    const wrong: string[] = [];
    for (let round = 0; round < ROUNDS * 500; round++) {
      const length = 7 + Math.floor(random() * 8);
      const digits = Array.from({ length }, () => Math.floor(random() * 10)).join('');
      const theirs = parsePhoneNumberFromString(`+${digits}`);
      const expected = theirs?.isValid() ? theirs.number : undefined;
      const ours = readInternational(digits, ALL_PLANS)?.e164;
      if (ours !== expected) wrong.push(`+${digits}: ${ours} for ${expected}`);
    }

    expect(wrong).toEqual([]);
  });

  test.each([
    ['0044 20 7946 0123', 'DE', '+442079460123'],
    ['011 44 20 7946 0123', 'US', '+442079460123'],
    ['00800 4002 0000', 'DE', '+80040020000'],
  ])('%s dialled from %s is %s', (shown, country, e164) => {
    expect(readAfterInternationalPrefix(shown.replace(/\D/g, ''), country, ALL_PLANS)?.e164).toBe(e164);
  });

  test.each([
    [['020', '7946', '0123'], 'GB', true],
    [['0207', '946', '0123'], 'GB', false],
    [['617', '555', '0123'], 'US', true],
    [['6175550123'], 'US', false],
  ])('%s in %s is cut as usual: %s', (groups, country, usual) => {
    const found = readNational(groups.join(''), country, ALL_PLANS);

    expect(found && isUsualGrouping(groups, found, ALL_PLANS)).toBe(usual);
  });
});
