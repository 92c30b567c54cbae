import { expect, test } from 'vitest';
import { readPicked } from '../../src/phone/picked-number.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

test.each([
  ['(617) 555-0142', { number: '+16175550142' }],
  ['Phone: (617) 555-0142 ext. 45', { number: '+16175550142', ext: '45' }],
  ['tel:+1-617-555-0142;ext=45', { number: '+16175550142', ext: '45' }],
  ['callto:6175550142', { number: '+16175550142' }],
  ['sip:maya@example.com', { number: 'sip:maya@example.com' }],
  ['  +44 20 7946 0123\n', { number: '+442079460123' }],
  ['Call 617-555-0142 or 617-555-0143', undefined],
  ['no number here', undefined],
  ['javascript:alert(1)', undefined],
  ['', undefined],
  [`${'x'.repeat(190)} 617-555-0142`, undefined],
])('of %j the number is %j', (text, number) => {
  expect(readPicked(text, 'US', WHOLE_ATLAS)).toEqual(number);
});
