import { describe, expect, test } from 'vitest';
import { parseFrame, type VodiaSelf } from '../../src/pbx/vodia/parse-frame.ts';

const US: VodiaSelf = { extension: '45', domain: 'acme.example', isDomainConfirmed: true };
const NOW = Date.UTC(2026, 0, 1);
const CUSTOMER = '+16175550142';

const read = (frame: object, self: VodiaSelf = US) => parseFrame(JSON.stringify(frame), self, NOW);
const callsIn = (calls: unknown, self?: VodiaSelf) => {
  const frame = read({ action: 'call-state', calls }, self);
  return frame.type === 'calls' ? frame.calls : frame.type;
};
const peopleIn = (frame: object, self?: VodiaSelf) => {
  const people = read(frame, self);
  return people.type === 'people' ? people.people : people.type;
};

describe('calls', () => {
  test('a list, a single object, null and nothing are lists of calls; anything else says nothing about them', () => {
    const ours = { id: 1, from: '45', to: CUSTOMER };

    expect(callsIn([ours])).toHaveLength(1);
    expect(callsIn(ours)).toHaveLength(1);
    expect(callsIn(null)).toEqual([]);
    expect(callsIn(undefined)).toEqual([]);
    for (const nonsense of ['none', 7, true, '']) expect(callsIn(nonsense)).toBe('other');
  });

  test('ids are text, whatever the PBX writes', () => {
    expect(callsIn([{ id: 8841, from: '45', to: CUSTOMER }])).toMatchObject([{ id: '8841' }]);
    expect(callsIn([{ id: ' 8841 ', from: '45', to: CUSTOMER }])).toMatchObject([{ id: '8841' }]);
    for (const id of [undefined, null, '', ' ', {}, ['8841'], true]) {
      expect(callsIn([{ id, from: '45', to: CUSTOMER }])).toEqual([]);
    }
  });

  test.each([
    [`<sip:${CUSTOMER}@acme.example>`, {}, CUSTOMER, undefined],
    [`"Ann, \\"Lee" <sip:${CUSTOMER}@acme.example>`.replaceAll('\\"', "'"), {}, CUSTOMER, "Ann, 'Lee"],
    [`Ann Lee <sips:${CUSTOMER};user=phone@acme.example>`, {}, CUSTOMER, 'Ann Lee'],
    [`sip:${CUSTOMER}@acme.example;transport=tls`, {}, CUSTOMER, undefined],
    [CUSTOMER, {}, CUSTOMER, undefined],
    ['<sip:9@acme.example>', { 'to-number': CUSTOMER, 'to-name': 'Ann' }, CUSTOMER, 'Ann'],
  ])('the other party is read from %s', (to, parts, number, name) => {
    const [call] = callsIn([{ id: 1, from: '45', to, ...parts }]) as readonly { number?: string; name?: string }[];

    expect([call?.number, call?.name]).toEqual([number, name]);
  });

  test.each([
    ['ringing', '', 'ringing'],
    ['alerting', '', 'ringing'],
    ['ringback', '', 'ringing'],
    ['connected', '', 'talking'],
    ['Connected', '', 'talking'],
    ['onhold', '1767220000', 'held'],
    ['holding', '1767220000', 'held'],
    ['something-new', '', 'alive'],
    ['something-new', '1767220000', 'talking'],
    [undefined, '', 'alive'],
  ])('the word %s with connect "%s" means %s, by either name of the field', (word, connect, to) => {
    const entry = { id: 1, from: '45', to: CUSTOMER, connect };

    expect(callsIn([{ ...entry, callstate: word }])).toMatchObject([{ change: { to } }]);
    expect(callsIn([{ ...entry, state: word }])).toMatchObject([{ change: { to } }]);
  });

  test('a talk that would begin in the future begins at no known time', () => {
    const future = String(NOW / 1000 + 600);

    expect(callsIn([{ id: 1, from: '45', to: CUSTOMER, callstate: 'connected', connect: future }])).toMatchObject([
      { change: { to: 'talking' } },
    ]);
    expect(JSON.stringify(callsIn([{ id: 1, from: '45', to: CUSTOMER, connect: future }]))).not.toContain('since');
  });

  test('who called whom decides the direction', () => {
    expect(callsIn([{ id: 1, from: '45', to: CUSTOMER }])).toMatchObject([{ direction: 'outgoing' }]);
    expect(callsIn([{ id: 1, from: CUSTOMER, to: '45' }])).toMatchObject([{ direction: 'incoming', number: CUSTOMER }]);
  });
});

describe('whose call it is', () => {
  const alias: VodiaSelf = { ...US, isDomainConfirmed: false };

  test.each([
    ['a colleague, by the list of extensions', { from: '45', to: CUSTOMER, extension: ['47*'] }],
    ['a colleague with a short number', { from: '<sip:47@acme.example>', to: CUSTOMER }],
    ['a colleague with a name for a number', { from: '<sip:cole@acme.example>', to: CUSTOMER }],
    ['a colleague with a number as long as a line', { from: '<sip:6175550160@acme.example>', to: CUSTOMER }],
    ['the same number in another tenant', { from: '<sip:45@other.example>', to: CUSTOMER }],
    ['the same in the list of extensions', { from: '<sip:45@other.example>', to: CUSTOMER, extension: ['45'] }],
    ['an entry of another tenant', { from: '45', to: CUSTOMER, domain: 'other.example' }],
    ['two colleagues', { from: '47', to: '48' }],
  ])('not ours: %s', (_what, entry) => {
    const self = { ...US, colleagues: new Set(['6175550160']) };

    expect(callsIn([{ id: 1, callstate: 'connected', ...entry }], self)).toEqual([]);
  });

  test.each([
    ['named by the list of extensions', US, { from: '+16175550100', to: CUSTOMER, extension: ['45*', '47'] }],
    ['a tenant written otherwise', US, { from: '<sip:45@ACME.Example>', to: CUSTOMER }],
    ['a PBX with one tenant', US, { from: '<sip:45@localhost>', to: CUSTOMER }],
    ['a PBX that writes its address', US, { from: '<sip:45@192.0.2.7:5060>', to: CUSTOMER }],
    ['another name of our tenant', alias, { from: '<sip:45@pbx.acme.example>', to: CUSTOMER }],
    ['our company number as the caller', US, { from: '+16175550100', to: CUSTOMER }],
    ['our namesake in another tenant calls us', US, { from: '<sip:45@other.example>', to: '<sip:45@acme.example>' }],
  ])('ours: %s', (_what, self, entry) => {
    expect(callsIn([{ id: 1, callstate: 'connected', ...entry }], self)).toHaveLength(1);
  });
});

describe('people', () => {
  test('a user-state tells of one, and that the tenant has the name we know', () => {
    const state = { action: 'user-state', type: 'extensions', account: '45', domain: 'Acme.example' };

    expect(read({ ...state, registered: true, dnd: 'false', chatstatus: 'online', calls: 1 })).toEqual({
      type: 'people',
      confirmsDomain: true,
      people: [{ extension: '45', isOwn: true, registered: true, doNotDisturb: false, inCall: true, chat: 'online' }],
    });
    expect(read({ ...state, account: '47' })).toMatchObject({ confirmsDomain: false });
    expect(read({ ...state, domain: undefined })).toMatchObject({ confirmsDomain: false });
  });

  test('a domain-state tells of all extensions, our own first, and of nothing else', () => {
    const accounts = [
      { account: '47', name: 'Cole', registered: false },
      { account: '700', type: 'acds' },
      { account: '49', domain: 'other.example' },
      { account: '45', type: 'extensions' },
      { name: 'nobody' },
      'noise',
    ];

    expect(peopleIn({ action: 'domain-state', accounts })).toEqual([
      { extension: '45', isOwn: true },
      { extension: '47', isOwn: false, name: 'Cole', registered: false },
    ]);
  });

  test('what the PBX does not say stays unsaid', () => {
    const state = {
      action: 'user-state',
      account: '45',
      registered: 'maybe',
      dnd: 2,
      chatstatus: 'away',
      calls: 'two',
    };

    expect(peopleIn(state)).toEqual([{ extension: '45', isOwn: true }]);
  });

  test("another tenant's people are nobody's business", () => {
    expect(peopleIn({ action: 'user-state', account: '45', domain: 'other.example', dnd: true })).toBe('other');
  });
});

describe('too much', () => {
  const long = 'x'.repeat(10_000);

  test('texts are cut to what a display can show, an endless id is none', () => {
    const [call] = callsIn([
      { id: 1, from: '45', 'to-number': '6'.repeat(10_000), 'to-name': long, start: long },
    ]) as readonly { number?: string; name?: string; start?: string }[];

    expect([call?.number?.length, call?.name?.length, call?.start?.length]).toEqual([64, 100, 64]);
    expect(callsIn([{ id: long, from: '45', to: CUSTOMER }])).toEqual([]);
    expect(peopleIn({ action: 'user-state', account: long })).toEqual([]);
  });

  test('more calls and people than there can be are left out', () => {
    const calls = Array.from({ length: 500 }, (_, id) => ({ id, from: '45', to: CUSTOMER }));
    const accounts = Array.from({ length: 5_000 }, (_, index) => ({ account: String(1000 + index) }));

    expect(callsIn(calls)).toHaveLength(50);
    expect(peopleIn({ action: 'domain-state', accounts })).toHaveLength(2_000);
  });
});
