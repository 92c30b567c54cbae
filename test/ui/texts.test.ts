import { describe, expect, test } from 'vitest';
import { cleanText, shortHost } from '../../src/ui/clean-text.ts';
import { guessCountry, listCountries, searchCountries } from '../../src/ui/countries.ts';
import { formatDuration, isoDuration } from '../../src/ui/time.ts';

describe('names from strangers', () => {
  test.each([
    ['  Ann\n\tLee ', 'Ann Lee'],
    ['Ann\u202eeeL', 'Ann eeL'],
    ['A\u0000\u200bnn', 'A nn'],
    ['\u{1f4de} Ann', '\u{1f4de} Ann'],
    ['Nguye\u0302\u0303n', 'Nguye\u0302\u0303n'],
    [`Z${'\u0301\u0316'.repeat(20)}a`, 'Z\u0301\u0316\u0301\u0316a'],
    ['A\u20dd\u20e0nn', 'Ann'],
    ['\u0301\u0302\u0303'.repeat(30), ''],
    ['\u3164\u115f\u2800\u0000', ''],
  ])('%j is shown as %j', (name, shown) => {
    expect(cleanText(name)).toBe(shown);
  });

  test('a long name is cut between letters, not inside one', () => {
    const cut = cleanText('\u{1f4de}'.repeat(100), 5);

    expect(cut).toBe(`${'\u{1f4de}'.repeat(4)}…`);
  });

  test('of a long host the end is shown, which says whose it is', () => {
    const host = `accounts.bank.example.${'x'.repeat(40)}.evil.example`;

    expect(shortHost(host)).toMatch(/^\u2066….*\.evil\.example\u2069$/);
    expect(shortHost('crm.example.com:8080')).toBe('\u2066crm.example.com:8080\u2069');
  });
});

describe('times', () => {
  test.each([
    [0, '0:00', 'PT0S'],
    [7_400, '0:07', 'PT7S'],
    [754_000, '12:34', 'PT754S'],
    [3_723_000, '1:02:03', 'PT3723S'],
    [-5_000, '0:00', 'PT0S'],
  ])('%d ms is %s', (ms, shown, iso) => {
    expect(formatDuration(ms)).toBe(shown);
    expect(isoDuration(ms)).toBe(iso);
  });
});

describe('countries', () => {
  const countries = listCountries('en');

  test.each([
    ['germ', 'DE'],
    ['KINGD', 'GB'],
    ['de', 'DE'],
    ['curacao', 'CW'],
    ['cote d', 'CI'],
  ])('%s finds %s', (typed, code) => {
    expect(searchCountries(countries, typed)[0]?.code).toBe(code);
  });

  test('nonsense finds none, nothing finds all', () => {
    expect(searchCountries(countries, 'xyzzy')).toEqual([]);
    expect(searchCountries(countries, ' ')).toEqual(countries);
  });

  test.each([
    [['de-AT', 'en-US'], 'AT'],
    [['zh-Hant-TW'], 'TW'],
    [['en', 'fr-CA'], 'CA'],
    [['en'], undefined],
  ])('the languages %j are of %s', (languages, country) => {
    expect(guessCountry(languages)).toBe(country);
  });
});
