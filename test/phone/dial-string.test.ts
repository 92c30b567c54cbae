import { describe, expect, test } from 'vitest';
import type { DialingRule } from '../../src/core/account.ts';
import { toDialString } from '../../src/phone/dial-string.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

const rule = (numberFormat: DialingRule['numberFormat'], outsideLine = ''): DialingRule => ({
  numberFormat,
  outsideLine,
});

describe('what the PBX is told', () => {
  test.each([
    ['e164', '+16175550142'],
    ['digits', '16175550142'],
    ['national', '6175550142'],
  ] as const)('as %s', (format, told) => {
    expect(toDialString('+16175550142', rule(format), 'US', WHOLE_ATLAS)).toBe(told);
    expect(toDialString('+16175550142', rule(format, '9'), 'US', WHOLE_ATLAS)).toBe(`9${told}`);
  });

  test.each([
    ['+442079460018', 'GB', '02079460018'],
    ['+442079460018', 'US', '011442079460018'],
    ['+442079460018', 'DE', '00442079460018'],
    ['+442079460018', 'AU', '0011442079460018'],
    ['+442079460018', 'RU', '810442079460018'],
    // The caller chooses a carrier in Brazil: no plan knows which.
    ['+442079460018', 'BR', '00442079460018'],
    // One numbering plan, two countries.
    ['+14165550123', 'US', '14165550123'],
    // Not in any plan, but of this calling code.
    ['+447700900123', 'GB', '07700900123'],
  ])('%s dialled nationally in %s', (number, country, told) => {
    expect(toDialString(number, rule('national'), country, WHOLE_ATLAS)).toBe(told);
  });

  test.each(['45', '2001', '*97'])('%s goes as it is, without the outside line', (number) => {
    expect(toDialString(number, rule('national', '0'), 'DE', WHOLE_ATLAS)).toBe(number);
  });
});

describe('numbers dialled in a way of their own', () => {
  const replacements = [
    { begins: '+1617', with: '9' },
    { begins: '+161755501', with: '2' },
    { begins: '+44', with: '' },
  ];

  test.each([
    ['+16175550142', '242'],
    ['+16175560142', '95560142'],
    ['+442079460123', '2079460123'],
    ['+13125550142', '0+13125550142'],
    ['42', '42'],
  ])('%s is dialled as %s: the longest beginning counts, without outside line and format', (number, told) => {
    expect(toDialString(number, { ...rule('e164', '0'), replacements }, 'US', WHOLE_ATLAS)).toBe(told);
  });
});
