import { expect, test } from 'vitest';
import type { PageLesson } from '../../src/core/taught.ts';
import { createFinder } from '../../src/phone/find-numbers.ts';
import { withLessons } from '../../src/phone/taught-finder.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

const NEVER: PageLesson = { text: '6175550142' };
const ALWAYS: PageLesson = { text: '1234567890', number: '+11234567890' };

function found(text: string, lessons: readonly PageLesson[]): readonly (string | undefined)[] {
  const finder = withLessons(createFinder({ lang: 'en', host: '', userCountry: 'US' }, WHOLE_ATLAS), lessons);
  return finder.find({ text, nodeStarts: [0], label: '' }).map(({ e164, dial }) => e164 ?? dial);
}

test.each([
  ['617-555-0142 and 617-555-0143', [NEVER], ['+16175550143']],
  ['(617) 555-0142', [NEVER], []],
  // A number with its country is written otherwise: it was not what the user has said.
  ['+1 617 555 0142', [NEVER], ['+16175550142']],
  ['Serial 12 34 56 78 90', [ALWAYS], ['+11234567890']],
  ['Serial 1234567890, again 12-34-56-78-90', [ALWAYS], ['+11234567890', '+11234567890']],
  ['12345678901 and X1234567890', [ALWAYS], []],
  ['617-555-0143, then 12 34 56 78 90', [ALWAYS], ['+16175550143', '+11234567890']],
  ['Room 204711', [{ text: '204711', number: '204711' }], ['204711']],
] as const)('in %j, as it was taught: %j', (text, lessons, numbers) => {
  expect(found(text, lessons)).toEqual(numbers);
});
