import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultOfRule, PLAIN_RULE, readDialingRule } from '../../src/core/dialing-rule.ts';

const GOOD = {
  numberFormat: 'national',
  outsideLine: '0',
  replacements: [
    { begins: '+161755501', with: '2' },
    { begins: '+44', with: '' },
  ],
};

describe('a stored rule', () => {
  test('is read as it was written', () => {
    expect(readDialingRule(GOOD)).toEqual(GOOD);
    expect(faultOfRule(GOOD)).toBeUndefined();
  });

  test('of an older version has no replacements', () => {
    expect(readDialingRule({ numberFormat: 'digits', outsideLine: '9' })).toEqual({
      numberFormat: 'digits',
      outsideLine: '9',
    });
  });

  test.each([undefined, null, 5, 'x', [], {}, { numberFormat: 'x', outsideLine: 'a', replacements: 7 }])(
    'that cannot be used (%o) is the plain one',
    (value) => {
      expect(readDialingRule(value)).toEqual(PLAIN_RULE);
    },
  );

  test('never makes it throw, and what is read has no fault', () => {
    fc.assert(fc.property(fc.anything(), (value) => faultOfRule(readDialingRule(value)) === undefined));
  });
});

describe('a rule in a file', () => {
  test.each([
    [{ numberFormat: 'E164' }, 'numberFormat'],
    [{ outsideLine: 'a' }, 'outsideLine'],
    [{ outsideLine: 0 }, 'outsideLine'],
    [{ replacements: {} }, 'replacements'],
    [{ replacements: [5] }, 'replacements.0'],
    [{ replacements: [GOOD.replacements[0], { begins: '1617', with: '2' }] }, 'replacements.1.begins'],
    [{ replacements: [{ begins: '+1617', with: '2;x' }] }, 'replacements.0.with'],
    [{ replacements: Array.from({ length: 51 }, () => GOOD.replacements[0]) }, 'replacements'],
  ])('%o is wrong at %s', (value, place) => {
    expect(faultOfRule(value)).toBe(place);
  });
});
