import { describe, expect, test } from 'vitest';
import type { CallEndpoint } from '../../src/core/call-endpoint.ts';
import { changesOf, emptiedOf, fromDraft, toDraft } from '../../src/options/endpoint-draft.ts';
import { endpointProblems } from '../../src/pbx/kazoo/endpoints.ts';

const WHOLE: CallEndpoint = {
  name: 'Support',
  extension: '2040',
  authRequired: false,
  dialFirst: 'contact',
  timeout: 20,
  throttle: 3,
  whitelist: ['^\\+1', '^\\d{4}$'],
  callerIdNumber: '+16175550120',
  calleeIdName: 'Support',
  calleeIdNumber: '2040',
  presenceId: '2040',
  ringback: '%(2000,4000,440,480)',
  bypassMedia: true,
  ignoreEarlyMedia: false,
  holdMusic: 'm0h',
  variables: { crm: 'yes', lead: 'a: b' },
  sipHeadersIn: { 'X-In': '1' },
  sipHeadersOut: { 'X-Out': '2' },
};

describe('an endpoint in its form', () => {
  test('is the same after it was written and read, with every parameter', () => {
    expect(fromDraft(toDraft(WHOLE))).toEqual(WHOLE);
  });

  test('says nothing of what is blank', () => {
    expect(fromDraft({ ...toDraft(), name: ' Desk ', extension: '2041' })).toEqual({ name: 'Desk', extension: '2041' });
  });

  test('changes only what was changed, and names what was emptied', () => {
    const before = toDraft({ ...WHOLE, presenceId: '' });
    const after = { ...before, timeout: '25', ringback: '', whitelist: ' \n', variables: 'crm: no' };

    expect(changesOf(before, after)).toEqual({ timeout: 25, variables: { crm: 'no' } });
    expect(emptiedOf(before, after)).toEqual(['whitelist', 'ringback']);
    expect([changesOf(before, before), emptiedOf(before, before)]).toEqual([{}, []]);
  });

  test.each([
    ['timeout', 'soon'],
    ['timeout', '1.5'],
    ['variables', 'no colon'],
    ['sipHeadersOut', 'X Y: 1'],
  ])('is not taken with %s "%s"', (key, text) => {
    expect(Object.keys(endpointProblems(fromDraft({ ...toDraft(WHOLE), [key]: text })))).toEqual([key]);
  });
});
