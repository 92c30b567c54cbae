import { expect, test } from 'vitest';
import { localTime } from '../../src/core/local-time.ts';

const at = (time: string) => Date.parse(`2026-01-15T${time}:00Z`);

test.each([
  ['GB', '03:00', true],
  ['GB', '12:00', false],
  ['IN', '17:00', true],
  // Half of the country is still awake.
  ['US', '05:00', false],
  // Night from Maine to Hawaii.
  ['US', '09:00', true],
])('in %s at %s UTC it is night: %s', (country, time, isNight) => {
  expect(localTime(country, at(time))?.isNight).toBe(isNight);
});

test('the clocks that are furthest apart are named', () => {
  expect(localTime('GB', at('03:00'))).toMatchObject({ first: 'Europe/London', last: 'Europe/London' });
  const india = localTime('IN', at('03:00'));
  expect(india?.first).toBe(india?.last);
  expect(localTime('US', at('09:00'))?.first).not.toBe(localTime('US', at('09:00'))?.last);
});

test('of no country nothing is said', () => {
  expect(localTime('001', at('03:00'))?.isNight ?? false).toBe(false);
  expect(localTime('not a country', at('03:00'))).toBeUndefined();
});
