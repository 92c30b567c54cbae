import { describe, expect, test } from 'vitest';
import { learnPopAddress, popAddress } from '../../src/phone/screen-pop.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

describe('the address of a record', () => {
  test.each([
    ['https://crm.example.com/?q={e164}', '+16175550142', 'https://crm.example.com/?q=%2B16175550142'],
    ['https://crm.example.com/{digits}/', '+16175550142', 'https://crm.example.com/16175550142/'],
    ['https://crm.example.com/#{national}', '+16175550142', 'https://crm.example.com/#6175550142'],
    // As the PBX writes it, without country.
    ['https://crm.example.com/?q={e164}', '6175550142', 'https://crm.example.com/?q=%2B16175550142'],
    ['https://crm.example.com/?q={digits}', '204', 'https://crm.example.com/?q=204'],
    ['https://crm.example.com/?q={digits}', 'anonymous', undefined],
    ['https://crm.example.com/?q={digits}', '', undefined],
  ])('%s with %s is %s', (template, number, address) => {
    expect(popAddress(template, number, 'US', WHOLE_ATLAS)).toBe(address);
  });

  test.each([
    ['https://crm.example.com/search?q=6175550142&type=contact', 'US', 'search?q={national}&type=contact'],
    ['https://crm.example.com/search?q=16175550142', 'US', 'search?q={digits}'],
    ['https://crm.example.com/search?q=%2B16175550142', 'US', 'search?q={e164}'],
    ['https://crm.example.com/search?q=%28617%29%20555-0142', 'US', 'search?q={national}'],
    ['https://crm.example.com/search?q=02079460123', 'GB', 'search?q={national}'],
    ['https://crm.example.com/#/find/+442079460123', 'US', '#/find/{e164}'],
  ])('is learnt from %s', (pasted, country, rest) => {
    expect(learnPopAddress(pasted, country, WHOLE_ATLAS)).toBe(`https://crm.example.com/${rest}`);
  });

  test.each([
    'https://crm.example.com/search?q=maya',
    'https://crm.example.com/records/0013000000abcdefgh',
    'https://crm.example.com/?a=6175550142&b=6175550143',
    'not an address',
    'javascript:6175550142',
  ])('is not learnt from %s', (pasted) => {
    expect(learnPopAddress(pasted, 'US', WHOLE_ATLAS)).toBeUndefined();
  });
});
