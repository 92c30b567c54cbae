import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePbxLink } from '../../src/phone/pbx-link.ts';

const PAGE = 'https://crm.example.com/leads/1';
const CALL = 'https://pbx.example.com/remote_call.htm';

describe("Vodia's five click-to-dial links", () => {
  test.each([
    [
      'the app scheme',
      'vodia://pbx.example.com?dial=14155550100&name=Ann%20Lee',
      { host: 'pbx.example.com', dest: '14155550100', name: 'Ann Lee' },
    ],
    ['the app scheme without a server', 'vodia:?dial=14155550100', { host: '', dest: '14155550100' }],
    [
      'no session, no password',
      `${CALL}?user=45%40acme.example&dest=14155550100`,
      { host: 'pbx.example.com', user: '45@acme.example', dest: '14155550100' },
    ],
    [
      'a hash',
      `${CALL}?user=45&extension=true&dest=14155550100&time=1767225600&duration=3600&auth=477020f6e0a23fd65c6ef1bdd7a61827`,
      { host: 'pbx.example.com', user: '45', dest: '14155550100' },
    ],
    [
      'credentials',
      `${CALL}?user=45&dest=14155550100&auth=NDVAYWNtZS5leGFtcGxlOnMzY3JldA%3D%3D`,
      { host: 'pbx.example.com', user: '45', dest: '14155550100' },
    ],
    [
      'no prompt',
      `${CALL}?user=45&dest=14155550100&auth=NDVAYWNtZS5leGFtcGxlOnMzY3JldA&connect=true`,
      { host: 'pbx.example.com', user: '45', dest: '14155550100' },
    ],
    ['a signed-in browser', `${CALL}?dest=%2B14155550100`, { host: 'pbx.example.com', dest: '+14155550100' }],
    [
      'a bare plus, as authors write it',
      `${CALL}?dest=+14155550100`,
      { host: 'pbx.example.com', dest: '+14155550100' },
    ],
    ['an address without host', '/remote_call.htm?dest=47', { host: 'crm.example.com', dest: '47' }],
  ])('%s', (_kind, href, expected) => {
    expect(parsePbxLink(href, PAGE)).toEqual(expected);
  });

  test.each([
    'https://pbx.example.com/remote_call.htm',
    'https://pbx.example.com/help?see=remote_call.htm?dest=1',
    `${CALL}?dest=`,
    `${CALL}?dest=14155550100&dest=19005550100`,
    `${CALL}?dest=%E0%A4%A`,
    'vodia://pbx.example.com',
    'tel:+14155550100',
    'javascript:alert(1)//remote_call.htm?dest=1',
    `${CALL}?dest=${'1'.repeat(3000)}`,
  ])('%s is none', (href) => {
    expect(parsePbxLink(href, PAGE)).toBeUndefined();
  });

  test('what a link proves itself with is never read', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-f0-9]{32}$/), (auth) => {
        expect(JSON.stringify(parsePbxLink(`${CALL}?user=45&dest=47&auth=${auth}`, PAGE))).not.toContain(auth);
      }),
    );
  });
});
