import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import { ALL_PLANS } from '../../src/phone/all-plans.ts';
import { formatNumber } from '../../src/phone/format-number.ts';
import { readNational } from '../../src/phone/number-plan.ts';

const ROUNDS = process.env.PAGEDIAL_FULL ? 2_000 : 120;

/** Numbers of every country's plan, the same in every run. */
function someNumbers(): readonly string[] {
  let state = 5;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  return Object.keys(ALL_PLANS.countries).flatMap((country) =>
    Array.from({ length: ROUNDS }, () => {
      const digits = Array.from({ length: 6 + random(7) }, () => random(10)).join('');
      return readNational(digits, country, ALL_PLANS)?.e164;
    }).filter((number) => number !== undefined),
  );
}

describe('a number as it is shown', () => {
  test('is grouped as libphonenumber groups it for callers abroad', () => {
    const numbers = someNumbers();

    const wrong = numbers
      .map((number) => [number, formatNumber(number, ALL_PLANS), parsePhoneNumberFromString(number)])
      .filter(([, ours, theirs]) => typeof theirs === 'object' && ours !== theirs.formatInternational())
      .slice(0, 10);

    expect(wrong).toEqual([]);
    expect(numbers.length).toBeGreaterThan(1_000);
  });

  test.each([
    ['+16175550123', '+1 617 555 0123'],
    ['+442079460123', '+44 20 7946 0123'],
    ['+493023125123', '+49 30 23125123'],
    ['+80040020000', '+800 4002 0000'],
    // No plan says how: a wrong grouping misleads more than none.
    ['+1617555', '+1 617555'],
    ['+999123456', '+999123456'],
    ['45', '45'],
    ['*97', '*97'],
    ['sip:45@pbx.example', 'sip:45@pbx.example'],
  ])('%s is shown as %s', (number, shown) => {
    expect(formatNumber(number, ALL_PLANS)).toBe(shown);
  });
});
