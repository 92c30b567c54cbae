import { describe, expect, test } from 'vitest';
import { readTypedNumber } from '../../src/phone/typed-number.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

describe('what is typed into the dial field', () => {
  test.each([
    ['(617) 555-0142', 'US', '+16175550142'],
    ['617.555.0142', 'US', '+16175550142'],
    ['1 617 555 0142', 'US', '+16175550142'],
    ['011 44 20 7946 0018', 'US', '+442079460018'],
    ['020 7946 0018', 'GB', '+442079460018'],
    ['0049 30 23125 200', 'FR', '+493023125200'],
    ['＋１ ６１７ ５５５ ０１４２', 'DE', '+16175550142'],
    ['+١ ٦١٧ ٥٥٥ ٠١٤٢', 'EG', '+16175550142'],
    ['1-800-FLOWERS', 'US', '+18003569377'],
    ['tel:+1-617-555-0142', 'DE', '+16175550142'],
    ['45', 'US', '45'],
    ['*97', 'US', '*97'],
  ])('%s in %s', (text, country, number) => {
    expect(readTypedNumber(text, country, WHOLE_ATLAS)).toEqual({ number });
  });

  test.each([
    ['+1 617 555 0142 ext. 45', '+16175550142', '45'],
    ['tel:+1-617-555-0142;ext=45', '+16175550142', '45'],
  ])('%s with its extension', (text, number, ext) => {
    expect(readTypedNumber(text, 'US', WHOLE_ATLAS)).toEqual({ number, ext });
  });

  test.each([
    '',
    'hello',
    '7',
    'call 617 555 0142 or 617 555 0143',
    '\u202e2410 555 716 1+',
    '+1 617 555 0142 '.repeat(9),
    // Its first 64 characters would be another number.
    `+1 617 555 0142${' '.repeat(80)}0143`,
    '5'.repeat(200),
    'sip:someone@example.com',
    '+1617555014212345678',
  ])('%j is no number', (text) => {
    expect(readTypedNumber(text, 'US', WHOLE_ATLAS)).toBeUndefined();
  });
});
