import { expect, test } from 'vitest';
import { nightIn } from '../../src/core/local-time.ts';

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
  expect(nightIn(country, at(time)) !== undefined).toBe(isNight);
});

test('the clocks that are furthest apart are named', () => {
  expect(nightIn('GB', at('03:00'))).toMatchObject({ first: 'Europe/London', last: 'Europe/London' });
  const india = nightIn('IN', at('17:00'));
  expect(india).toBeDefined();
  expect(india?.first).toBe(india?.last);
  expect(nightIn('US', at('09:00'))?.first).not.toBe(nightIn('US', at('09:00'))?.last);
});

test('of no country nothing is said', () => {
  expect(nightIn('001', at('03:00'))).toBeUndefined();
  expect(nightIn('not a country', at('03:00'))).toBeUndefined();
});
