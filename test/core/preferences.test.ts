import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultOfPreferences, isPopAddress, readPreferences, USUAL } from '../../src/core/preferences.ts';
import { lessonsFor, taughtTextOf, withLesson, withoutLesson, withSiteCountry } from '../../src/core/taught.ts';

describe('the address of a record', () => {
  test.each([
    ['https://crm.example.com/search?q={digits}', true],
    ['http://127.0.0.1:8080/{e164}', true],
    ['https://crm.example.com/search', false],
    ['javascript:alert({digits})', false],
    ['file:///pages/{digits}', false],
    ['https://{digits}.example.com/', false],
    ['https://user:secret@crm.example.com/{digits}', false],
    ['https://crm.example.com/{number}{digits}', false],
  ])('%s: %s', (address, isGood) => {
    expect(isPopAddress(address)).toBe(isGood);
  });
});

describe('stored preferences', () => {
  test('anything at all can be read', () => {
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        const read = readPreferences(stored);
        expect(faultOfPreferences(read)).toBeUndefined();
      }),
    );
  });

  test.each([
    [{ alerts: 1 }, 'alerts'],
    [{ alerts: { incoming: 'yes' } }, 'alerts.incoming'],
    [{ screenPop: { on: 'sometimes' } }, 'screenPop.on'],
    [{ screenPop: { address: 'https://crm.example.com/' } }, 'screenPop.address'],
    [{ recentCalls: { keep: 0 } }, 'recentCalls.keep'],
    [{ taught: { numbers: [{ host: 'a', text: '12', isPhone: true }, 1] } }, 'taught.numbers.1'],
    [{ taught: { countries: { 'crm.example.com': 'Germany' } } }, 'taught.countries.crm.example.com'],
    [{ taught: { countries: [] } }, 'taught.countries'],
    [USUAL, undefined],
    [{}, undefined],
  ])('%j is wrong at %s', (file, path) => {
    expect(faultOfPreferences(file)).toBe(path);
  });
});

describe('what was taught', () => {
  const lesson = { host: 'crm.example.com', text: '2015550123', isPhone: false };

  test.each([
    ['(201) 555-0123', '2015550123'],
    ['+44 20 7946 0123', '+442079460123'],
    ['no digits', undefined],
    ['1', undefined],
    ['1'.repeat(21), undefined],
  ])('of %j it is %j', (text, taught) => {
    expect(taughtTextOf(text)).toBe(taught);
  });

  test('the same number on the same site is taught anew, not twice; and taken back', () => {
    const once = withLesson(USUAL.taught, lesson);
    const twice = withLesson(once, { ...lesson, isPhone: true });

    expect(twice.numbers).toEqual([{ ...lesson, isPhone: true }]);
    expect(lessonsFor(twice, 'other.example')).toEqual([]);
    expect(withoutLesson(twice, lesson)).toEqual(USUAL.taught);
  });

  test("a site's country is set and taken back", () => {
    const set = withSiteCountry(USUAL.taught, 'crm.example.com', 'GB');

    expect(set.countries).toEqual({ 'crm.example.com': 'GB' });
    expect(withSiteCountry(set, 'crm.example.com', undefined)).toEqual(USUAL.taught);
  });
});
