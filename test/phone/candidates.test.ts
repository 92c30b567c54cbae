import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayHoldNumber } from '../../src/phone/candidates.ts';
import { createFinder } from '../../src/phone/find-numbers.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

const pad = (value: number) => String(value).padStart(2, '0');

const dates = fc
  .record({
    day: fc.integer({ min: 1, max: 31 }),
    month: fc.integer({ min: 1, max: 12 }),
    year: fc.integer({ min: 1900, max: 2099 }),
    separator: fc.constantFrom('-', '.', '/'),
    order: fc.constantFrom('ymd', 'dmy', 'mdy'),
    isPadded: fc.boolean(),
    time: fc.constantFrom('', ' 14:30', 'T09:05:59', ', 9:05 PM', ' 23:59:01'),
  })
  .map(({ day, month, year, separator, order, isPadded, time }) => {
    const write = isPadded ? pad : String;
    const parts = { y: String(year), m: write(month), d: write(day) };
    return [...order].map((part) => parts[part as 'y' | 'm' | 'd']).join(separator) + time;
  });

test('a day by itself is no candidate, and no country has such a number, whatever its label', () => {
  const places = fc.record({
    text: dates,
    label: fc.constantFrom('', 'Phone', 'Fax', 'Date', 'Durchwahl'),
    userCountry: fc.constantFrom('US', 'DE', 'DK', 'NO', 'FR', 'IN', 'BR', 'VN', 'LU', 'IT'),
  });
  fc.assert(
    fc.property(places, ({ text, label, userCountry }) => {
      expect(mayHoldNumber(text)).toBe(false);
      const finder = createFinder({ userCountry, lang: '', host: 'crm.example' }, WHOLE_ATLAS);
      const block = { text, nodeStarts: [0], label };
      finder.learn(block);
      expect(finder.find(block)).toEqual([]);
    }),
    { numRuns: 4_000 },
  );
});

test.each([
  '617-555-0123',
  '12.34.56.78',
  '2026-01-10 617-555-0123',
  '10.01.2026 617 555 0123',
  '31.12.20261',
  '12-052020',
  '2026-13-01',
])('%s is looked at', (text) => {
  expect(mayHoldNumber(text)).toBe(true);
});
