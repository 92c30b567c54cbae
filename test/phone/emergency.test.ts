import { expect, test } from 'vitest';
import { isEmergency } from '../../src/phone/emergency.ts';

test.each([
  ['112', 'US', true],
  ['911', 'FR', true],
  ['17', 'FR', true],
  ['110', 'DE', true],
  ['111', 'NZ', true],
  ['17', 'US', false],
  ['110', 'US', false],
  ['45', 'FR', false],
  ['1', 'FR', false],
  ['', 'FR', false],
  ['112 911', 'US', false],
  ['110', 'constructor', false],
])('%s in %s: %s', (number, country, isOne) => {
  expect(isEmergency(number, country)).toBe(isOne);
});
