import { expect, test } from 'vitest';
import { classify } from '../../src/phone/classify.ts';
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
