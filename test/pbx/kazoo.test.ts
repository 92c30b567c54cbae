import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testAccount } from '../../src/background/account-test.ts';
import type { AccountValues } from '../../src/core/account.ts';
import type { CallEndpoint } from '../../src/core/call-endpoint.ts';
import { HANG_UP_WITHIN_MS } from '../../src/core/calls.ts';
import { PLACE_ONLY } from '../../src/core/connection.ts';
import { openCalls } from '../../src/core/update.ts';
import type { CallEndpoints, PbxSession } from '../../src/pbx/adapter.ts';
import { readJson } from '../../src/pbx/frames.ts';
import { parseFrame, readChannels } from '../../src/pbx/kazoo/events.ts';
import { OwnCalls } from '../../src/pbx/kazoo/own-calls.ts';
import { isWhitelisted } from '../../src/pbx/kazoo/place.ts';
import { capabilitiesOf, kazoo } from '../../src/pbx/vendors/kazoo.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { type KazooOptions, type KazooSimulator, startKazoo, VARIANT_VALUES } from '../simulators/kazoo.ts';
import { type ContractCase, type ContractPbx, describeContract, passing, turns } from './contract.ts';
import { CUSTOMER, describeFuzz } from './frame-fuzz.ts';
import { Listener } from './listener.ts';
import { MiniBackground } from './mini-background.ts';
import { type NodePorts, nodePorts, passTime } from './node-ports.ts';

const NUMBER = '+16175550142';

type Way = 'socket' | 'channels' | 'quickcall' | 'nothing';

function accountOf(pbx: KazooSimulator, way: Way) {
  const byName = { server: pbx.origin, username: 'Ann', password: 's3cret-ann', accountName: 'acme' };
  const byToken = { server: pbx.origin, accountId: pbx.accountId, token: pbx.token, clickToCallId: 'c2c-ann' };
  if (way === 'socket') return { ...byName, clickToCallId: 'c2c-ann', socketUrl: pbx.socketUrl };
  return way === 'quickcall' ? byName : byToken;
}

async function contractPbx(clock: VirtualClock, way: Way): Promise<ContractPbx> {
  const pbx = await startKazoo({ clock, variants: { channels: way === 'nothing' ? 'nobody' : 'user' } });
  const account = accountOf(pbx, way);
  const isByName = 'username' in account;
  const status = (code: number, body = '') =>
    ({ point: 'connect', fault: { kind: 'answer', status: code, body } }) as const;
  const wrong = isByName ? { ...account, password: 'wr0ng-s3cret' } : { ...account, token: 'jwt.wr0ng.sig' };
  return {
    account,
    wrongAccount: wrong,
    secrets: [
      pbx.token,
      'jwt.wr0ng.sig',
      ...['s3cret-ann', 'wr0ng-s3cret'].flatMap((secret) => [secret, md5(`ann:${secret}`)]),
    ],
    faults: pbx.faults,
    journal: pbx.journal,
    violations: pbx.violations,
    loginPoint: isByName ? 'user_auth' : 'identify',
    ambiguous: {
      'answer lost': { point: 'connect', fault: { kind: 'reset-after' } },
      'cut before': { point: 'connect', fault: { kind: 'reset-before' } },
      'no answer': { point: 'connect', fault: { kind: 'delay', ms: 60_000 } },
      'server error': { point: 'connect', fault: { kind: 'wrong-answer', status: 500 } },
      'bad gateway': { point: 'connect', fault: { kind: 'wrong-answer', status: 502, body: '<html></html>' } },
      'a page': { point: 'connect', fault: { kind: 'wrong-answer', status: 200, body: '<html>Sign in</html>' } },
      'half an answer': { point: 'connect', fault: { kind: 'wrong-answer', status: 202, body: '{"data":{"outbound_' } },
      'a redirect': { point: 'connect', fault: { kind: 'answer', status: 307, headers: { location: '/elsewhere' } } },
    },
    refusals: {
      'not in the whitelist': { ...status(400), kind: 'number-refused' },
      'token over': { ...status(401), kind: isByName ? 'closed' : 'login-refused' },
      'no credit': { ...status(402), kind: 'rejected' },
      'not allowed': { ...status(403), kind: 'not-allowed' },
      'no such endpoint': { ...status(404), kind: 'unknown-user' },
      'no such method': { ...status(405), kind: 'unsupported' },
      'refused inside a good answer': { ...status(200, '{"status":"error","error":"400"}'), kind: 'number-refused' },
    },
    places: () => pbx.places().length,
    isPlaceRequest: (entry) => entry.kind === 'request' && /\/(connect\?|quickcall\/)/.test(entry.path),
    phone: () => pbx.phone('2040'),
    farEnd: () => pbx.farEnd(),
    transfers: () => pbx.transfers().map(({ to }) => to),
    dropLine() {
      pbx.dropSockets(1006);
      pbx.faults.set('channels', { kind: 'reset-before' }, { always: true });
    },
    halfOpen: () => pbx.halfOpen(),
    sendNonsense() {
      for (const frame of NONSENSE) pbx.broadcast(frame);
    },
    close: () => pbx.close(),
  };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Frames that must change nothing: malformed, of colleagues, or about legs nobody knows. */
const NONSENSE: readonly (string | Buffer)[] = [
  ...[
    '',
    '{',
    'null',
    '[]',
    '42',
    '"CHANNEL_CREATE"',
    '{"action":"event"}',
    '{"name":"CHANNEL_ANSWER"}',
    '<html></html>',
  ],
  Buffer.from([0, 1, 2, 255]),
  'x'.repeat(1024 * 1024),
  ...[
    { action: 'event', name: 'CHANNEL_ANSWER', data: { call_id: {} } },
    { action: 'event', name: 'CHANNEL_ANSWER', data: 'c2c-ann' },
    { action: 'event', name: 'CHANNEL_BRIDGE', data: { call_id: 'x1', other_leg_call_id: 'x2' } },
    { action: 'event', name: 'CHANNEL_DESTROY', data: { call_id: 'x1', hangup_cause: 'NORMAL_CLEARING' } },
    { action: 'event', name: 'PARK_PARKED', data: { call_id: 'x3' } },
    { action: 'event', name: 'conference.event', data: { call_id: 'x3' } },
    { action: 'reply', request_id: 'never-asked', status: 'error', data: { errors: ['rate limiting hit'] } },
    {
      action: 'event',
      name: 'CHANNEL_ANSWER',
      data: { call_id: 'x4', callee_id_number: '+16175550142', custom_channel_vars: { authorizing_id: 'c2c-cole' } },
    },
    { name: 'CHANNEL_DESTROY', args: { 'Call-ID': 'x5', 'Custom-Channel-Vars': null } },
  ].map((frame) => JSON.stringify(frame)),
];

const FOLLOWED = capabilitiesOf({ isSocket: true, hasChannels: true, isContactFirst: false });
const CASES: readonly (Pick<ContractCase, 'name' | 'capabilities'> & { readonly way: Way })[] = [
  { name: 'Kazoo by its event socket', way: 'socket', capabilities: FOLLOWED },
  { name: 'Kazoo by looking at channels', way: 'channels', capabilities: FOLLOWED },
  { name: "Kazoo by quickcall, with the user's channels", way: 'quickcall', capabilities: FOLLOWED },
  { name: 'Kazoo with everything live closed', way: 'nothing', capabilities: PLACE_ONLY },
];
for (const { name, way, capabilities } of CASES) {
  describeContract({ name, adapter: kazoo, capabilities, start: (clock) => contractPbx(clock, way) });
}

describe('Kazoo', () => {
  let clock: VirtualClock;
  let pbx: KazooSimulator;
  let ports: NodePorts;
  let told: Listener;
  const open: PbxSession[] = [];

  beforeEach(async () => {
    clock = virtualClock();
    await start();
    ports = nodePorts({ clock });
    told = new Listener();
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.close();
    await pbx.close();
  });

  async function start(options: KazooOptions = {}): Promise<void> {
    pbx = await startKazoo({ clock, ...options });
  }
  const account = (way: Way, more: AccountValues = {}): AccountValues => ({ ...accountOf(pbx, way), ...more });
  async function connect(values: AccountValues, tell = told.tell): Promise<PbxSession> {
    const opened = await kazoo.connect(values, ports, tell);
    if (!opened.ok) throw new Error(`not connected: ${JSON.stringify(opened.error)}`);
    open.push(opened.value);
    return opened.value;
  }
  const pass = (ms: number) => passTime(ms, 1_000, clock, ports);
  const requests = (part: string) => pbx.journal.requests().filter(({ path }) => path.includes(part));
  /** What the listener was told of one call, with whose phone rings. */
  const course = (listener = told) =>
    listener.reports.map(({ change }) => {
      if (change.to === 'ringing') return `${change.leg} rings`;
      return change.to === 'ended' ? `ended ${change.reason}` : change.to;
    });

  describe('placing a call', () => {
    test('keeps what the PBX answers, and how long it rings', async () => {
      const session = await connect(account('channels', { clickToCallId: 'c2c-contact' }));

      const placed = await session.dial({ number: NUMBER, ref: 'ours' });

      expect(placed).toMatchObject({
        ok: true,
        value: { told: { route: '2040', extension: NUMBER }, ringsForMs: 45_000 },
      });
      expect(placed.ok && placed.value.pbxId).toMatch(/^c2c-c2c-contact-/);
    });

    test.each([
      [NUMBER, `contact=${encodeURIComponent(NUMBER)}`],
      ['2041', 'contact=2041'],
      ['sip:ann@acme.example', 'contact=sip%3Aann%40acme.example'],
      ['sips:ann@[2001:db8::1]:5061', 'contact=sips%3Aann%40%5B2001%3Adb8%3A%3A1%5D%3A5061'],
    ])('to %s travels encoded', async (number, query) => {
      const session = await connect(account('channels'));

      await session.dial({ number, ref: 'ours' });

      expect(requests('/connect')[0]?.path).toMatch(new RegExp(`\\?${query.replace(/[.*+?]/g, '\\$&')}$`));
      expect(pbx.places()).toMatchObject([{ number, via: 'endpoint' }]);
      expect(pbx.violations).toEqual([]);
    });

    test.each(['', '*67', '+', 'http://evil.example', 'sip:ann', 'sip:a b@acme.example', '617 555', '1&blocking=true'])(
      'to "%s" is refused before anything is sent',
      async (number) => {
        const session = await connect(account('channels'));

        const refused = await session.dial({ number, ref: 'ours' });

        expect(refused).toMatchObject({ error: { placed: 'no', error: { kind: 'number-refused' } } });
        expect(requests('/connect')).toEqual([]);
        expect(kazoo.accepts?.(number, {})).toBe(false);
      },
    );

    test('outside the whitelist of the endpoint is refused before anything is sent', async () => {
      const session = await connect(account('channels', { clickToCallId: 'c2c-few' }));

      const foreign = await session.dial({ number: '+442079460123', ref: 'a' });
      const local = await session.dial({ number: NUMBER, ref: 'b' });

      expect(foreign).toMatchObject({ error: { placed: 'no', error: { kind: 'number-refused' } } });
      expect(local.ok).toBe(true);
      expect(pbx.violations).toEqual([]);
    });

    test('that the whitelist has let in since we connected is placed', async () => {
      const session = await connect(account('channels', { clickToCallId: 'c2c-few' }));
      const endpoints = await kazoo.endpoints?.open(account('channels'), ports);
      if (!endpoints?.ok) throw new Error('no endpoints');

      await endpoints.value.change('c2c-few', { whitelist: ['^\\+44'] });

      expect((await session.dial({ number: '+442079460123', ref: 'a' })).ok).toBe(true);
      expect(pbx.violations).toEqual([]);
    });

    test.each<[string, readonly string[], boolean]>([
      ['+16175550142', [], true],
      ['+16175550142', ['^\\+44'], false],
      ['+16175550142', ['^\\+44', '^\\+1'], true],
      ['+16175550142', ['^1617'], true],
      ['+16175550142', ['5550'], true],
      // A list this browser cannot read is for the PBX to judge.
      ['+16175550142', ['^\\+44', '(?<!x'], true],
      ['+16175550142', ['x'.repeat(201)], true],
    ])('to %s with the whitelist %j is let through: %s', (number, whitelist, isFine) => {
      expect(isWhitelisted(number, whitelist)).toBe(isFine);
    });

    test.each([
      { kind: 'answer', status: 429 } as const,
      { kind: 'answer', status: 429, headers: { 'retry-after': '12' } } as const,
    ])('too often says how long to wait, and sends nothing again', async (fault) => {
      const session = await connect(account('channels'));
      pbx.faults.set('connect', fault);

      const limited = await session.dial({ number: NUMBER, ref: 'ours' });
      await pass(60_000);

      const retryAfterMs = 'headers' in fault ? 12_000 : 30_000;
      expect(limited).toEqual({ ok: false, error: { error: { kind: 'rate-limited', retryAfterMs }, placed: 'no' } });
      expect(requests('/connect')).toHaveLength(1);
    });

    test.each([
      ['GET', false],
      ['POST', true],
    ])('by quickcall goes by %s where the browser repeats a GET by itself: %s', async (method, repeatsGets) => {
      ports = { ...ports, repeatsGets };
      const session = await connect(account('quickcall'));

      const placed = await session.dial({ number: NUMBER, ref: 'ours' });

      expect(placed).toMatchObject({ ok: true, value: { pbxId: expect.stringMatching(/-quickcall$/) } });
      expect(requests('/quickcall/').map((request) => request.method)).toEqual([method]);
      expect(pbx.violations).toEqual([]);
    });

    test('by quickcall whose answer waits for the phone is followed from before it, and told once', async () => {
      const { request } = ports;
      ports = {
        ...ports,
        repeatsGets: true,
        async request(wanted) {
          const answer = await request(wanted);
          // Done at once, answered later: the events are there first.
          if (wanted.method === 'POST') await new Promise<void>((resolve) => clock.after(4_000, resolve));
          return answer;
        },
      };
      const session = await connect({ ...account('quickcall'), socketUrl: pbx.socketUrl });

      const placing = session.dial({ number: NUMBER, ref: 'ours' });
      await pass(2_000);
      pbx.phone('2040').answer();
      await pass(4_000);
      pbx.farEnd().answer();
      await pass(2_000);

      expect(await placing).toMatchObject({ ok: true });
      expect(course()).toEqual(['own-phone rings', 'far-end rings', 'talking']);
      expect(pbx.places()).toHaveLength(1);
    });

    test('by quickcall that cannot begin says why', async () => {
      const session = await connect(account('quickcall'));
      const body = '{"status":"error","error":"500","data":{"error_message":"DESTINATION_OUT_OF_ORDER"}}';
      pbx.faults.set('connect', { kind: 'answer', status: 500, body });

      expect(await session.dial({ number: NUMBER, ref: 'ours' })).toEqual({
        ok: false,
        error: { error: { kind: 'rejected', detail: 'DESTINATION_OUT_OF_ORDER' }, placed: 'no' },
      });
      expect(await session.dial({ number: 'sip:ann@acme.example', ref: 'b' })).toMatchObject({
        error: { error: { kind: 'number-refused' } },
      });
    });
  });

  describe('the course of a call', () => {
    const answered = () => {
      pbx.phone('2040').answer();
      pbx.farEnd().answer();
    };
    const ends: Readonly<Record<string, readonly [() => void, readonly string[]]>> = {
      'both talk, the customer hangs up': [
        () => {
          answered();
          clock.advance(10_000);
          pbx.farEnd().hangUp();
        },
        ['own-phone rings', 'far-end rings', 'talking', 'ended completed'],
      ],
      'held and resumed': [
        () => {
          answered();
          pbx.phone('2040').hold();
          pbx.phone('2040').resume();
          pbx.phone('2040').hangUp();
        },
        ['own-phone rings', 'far-end rings', 'talking', 'held', 'talking', 'ended completed'],
      ],
      'customer busy': [
        () => {
          pbx.phone('2040').answer();
          pbx.farEnd().busy();
        },
        ['own-phone rings', 'far-end rings', 'ended busy'],
      ],
      'customer declines': [
        () => {
          pbx.phone('2040').answer();
          pbx.farEnd().reject();
        },
        ['own-phone rings', 'far-end rings', 'ended rejected'],
      ],
      'customer does not answer': [
        () => {
          pbx.phone('2040').answer();
          clock.advance(31_000);
        },
        ['own-phone rings', 'far-end rings', 'ended no-answer'],
      ],
      'own phone is not picked up': [() => clock.advance(31_000), ['own-phone rings', 'ended own-phone-no-answer']],
      'agent gives up': [
        () => {
          pbx.phone('2040').answer();
          pbx.phone('2040').hangUp();
        },
        ['own-phone rings', 'far-end rings', 'ended cancelled'],
      ],
    };
    test.each(Object.keys(ends))('is told by events: %s', async (end) => {
      const [play = () => {}, expected] = ends[end] ?? [];
      for (const loops of VARIANT_VALUES.loops) {
        for (const spelling of VARIANT_VALUES.spelling) {
          Object.assign(pbx.variants, { loops, spelling });
          const listener = new Listener();
          const session = await connect(account('socket'), listener.tell);
          const placed = await session.dial({ number: NUMBER, ref: 'ours' });
          await expect.poll(() => course(listener)).toEqual(['own-phone rings']);

          play();

          await expect.poll(() => course(listener)).toEqual(expected);
          const ids = new Set(listener.reports.map(({ pbxId }) => pbxId));
          expect(ids).toEqual(new Set([placed.ok && placed.value.pbxId]));
          session.close();
        }
      }
    });

    test('is turned around where the endpoint calls the customer first', async () => {
      const session = await connect(account('socket', { clickToCallId: 'c2c-contact' }));
      await session.dial({ number: NUMBER, ref: 'ours' });

      expect(session.capabilities.contactFirst).toBe(true);
      await expect.poll(() => course()).toEqual(['far-end rings']);
      pbx.farEnd().answer();
      await expect.poll(() => course()).toEqual(['far-end rings', 'own-phone rings']);
      clock.advance(31_000);
      await expect.poll(() => course()).toEqual(['far-end rings', 'own-phone rings', 'ended own-phone-no-answer']);
    });

    test('with two phones goes on with the one that is picked up, and is over when nobody does', async () => {
      for (const devices of VARIANT_VALUES.devices) {
        Object.assign(pbx.variants, { devices });
        const listener = new Listener();
        const session = await connect(account('quickcall', { socketUrl: pbx.socketUrl }), listener.tell);
        await session.dial({ number: NUMBER, ref: 'ours' });
        answered();
        await expect.poll(() => course(listener)).toEqual(['own-phone rings', 'far-end rings', 'talking']);
        pbx.farEnd().hangUp();
        await expect.poll(() => course(listener).at(-1)).toBe('ended completed');

        await session.dial({ number: NUMBER, ref: 'again' });
        clock.advance(31_000);
        await expect
          .poll(() => {
            clock.advance(1_000);
            return course(listener).at(-1);
          })
          .toBe('ended own-phone-no-answer');
        session.close();
      }
    });

    test.each([
      ['channels', 'both legs', false],
      ['channels', 'both legs', true],
      ['channels', 'first leg', false],
      ['quickcall', 'both legs', true],
    ] as const)(
      'is seen by looking (%s, %s, loops %s), and nobody talks before both do',
      async (way, channelsShow, loops) => {
        Object.assign(pbx.variants, { channelsShow, loops });
        const session = await connect(account(way));
        await session.dial({ number: NUMBER, ref: 'ours' });
        await pass(3_000);
        pbx.phone('2040').answer();
        await pass(6_000);
        const beforeAnswer = course();
        pbx.farEnd().answer();
        await pass(6_000);
        const afterAnswer = course();
        pbx.farEnd().hangUp();
        await pass(8_000);

        expect(beforeAnswer).toEqual(['own-phone rings', 'far-end rings']);
        expect(afterAnswer).toEqual(['own-phone rings', 'far-end rings', 'talking']);
        expect(course().at(-1)).toBe('ended unknown');
        expect(requests('/channels').length).toBeLessThan(20);
      },
    );

    test('is not lost with its events: a look at the next beat finds what they did not say', async () => {
      const session = await connect(account('socket'));
      await session.dial({ number: NUMBER, ref: 'ours' });
      pbx.faults.set('event', { kind: 'swallow' }, { always: true });
      answered();

      await session.beat();
      expect(course().at(-1)).toBe('talking');
      pbx.farEnd().hangUp();
      await session.beat();
      await pass(1_000);
      expect(course().at(-1)).toBe('ended unknown');
    });

    test('told twice or out of order is told once', async () => {
      const session = await connect(account('socket'));
      pbx.faults.set('event', { kind: 'twice' }, { always: true });
      await session.dial({ number: NUMBER, ref: 'ours' });
      answered();
      pbx.farEnd().hangUp();

      await expect.poll(() => course().at(-1)).toBe('ended completed');
      await turns();
      expect(course()).toEqual(['own-phone rings', 'far-end rings', 'talking', 'ended completed']);
    });

    test('of a colleague is never taken for ours, nor hung up', async () => {
      Object.assign(pbx.variants, { channels: 'account' });
      const session = await connect(account('channels', { socketUrl: pbx.socketUrl }));
      const placed = await session.dial({ number: NUMBER, ref: 'ours' });
      answered();
      await pass(3_000);

      const listed = await session.listCalls();
      await session.hangUp('colleague-1');
      await session.hangUp('c2c-c2c-cole-aa11');

      const ours = placed.ok ? placed.value.pbxId : '';
      expect(listed.ok && listed.value.map(({ pbxId }) => pbxId)).toEqual([ours]);
      expect(new Set(told.reports.map(({ pbxId }) => pbxId))).toEqual(new Set([ours]));
      expect(pbx.violations).toEqual([]);
    });

    test('goes on after a restart of the background, and its end is told', async () => {
      for (const way of ['socket', 'channels'] as const) {
        const first = new MiniBackground(clock);
        const before = await connect(account(way), first.tell);
        await first.opened(before);
        first.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
        await expect.poll(() => first.state.calls[0]?.placed).toBe('yes');
        answered();
        await pass(6_000);
        before.close();
        const second = new MiniBackground(clock);
        second.state = JSON.parse(JSON.stringify(first.state));
        const session = await connect(account(way), second.tell);
        session.follow?.(openCalls(second.state, clock.now()));
        await second.opened(session);

        expect(second.phaseOf('ours')).toBe('talking');
        expect(second.state.calls).toHaveLength(1);
        pbx.farEnd().hangUp();
        await pass(8_000);
        expect(second.phaseOf('ours')).toMatch(/^ended /);
        session.close();
      }
    });

    test('is not over because one list lacks it', async () => {
      const session = await connect(account('channels'));
      await session.dial({ number: NUMBER, ref: 'ours' });
      await pass(3_000);
      pbx.faults.set('channels', { kind: 'answer', status: 200, body: '{"status":"success","data":[]}' });

      await pass(10_000);

      expect(course()).toEqual(['own-phone rings']);
    });

    test('that never shows is not looked for without end', async () => {
      Object.assign(pbx.variants, { legIds: 'other' });
      const session = await connect(account('channels'));
      for (const point of ['channels', 'history']) {
        pbx.faults.set(
          point,
          { kind: 'answer', status: 200, body: '{"status":"success","data":[]}' },
          { always: true },
        );
      }
      await session.dial({ number: NUMBER, ref: 'ours' });
      await pass(65_000);
      const looks = requests('/channels').length;

      await pass(30_000);

      expect(requests('/channels').length).toBe(looks);
      expect(told.reports).toEqual([]);
    });
  });

  describe('transferring', () => {
    async function talkingAt(way: 'socket' | 'channels') {
      const background = new MiniBackground(clock);
      const session = await connect(account(way), background.tell);
      await background.opened(session);
      background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
      await expect.poll(() => pbx.places().length).toBe(1);
      answered();
      for (let tries = 0; tries < 20 && background.phaseOf('ours') !== 'talking'; tries += 1) await pass(500);
      expect(background.phaseOf('ours')).toBe('talking');
      const press = () => background.dispatch({ type: 'transfer', id: 'ours', number: '2041', dialled: '2041' });
      const handling = () => background.state.calls[0]?.handling;
      return { background, session, press, handling };
    }
    const answered = () => {
      pbx.phone('2040').answer();
      pbx.farEnd().answer();
    };

    test.each(['socket', 'channels'] as const)('is believed once the own leg is gone (%s)', async (way) => {
      const { background, press } = await talkingAt(way);

      press();
      for (let tries = 0; tries < 8 && background.phaseOf('ours') === 'talking'; tries += 1) await pass(500);

      expect(background.phaseOf('ours')).toBe('ended transferred');
      expect(pbx.transfers()).toMatchObject([{ to: '2041' }]);
      expect(pbx.violations).toEqual([]);
    });

    test.each(['ignored', 'late'] as const)('taken and %s is not known, and not sent again', async (transfer) => {
      Object.assign(pbx.variants, { transfer });
      const { background, press, handling } = await talkingAt('socket');

      press();
      await pass(6_000);
      background.dispatch({ type: 'tick' });
      const between = [background.phaseOf('ours'), handling()?.step];
      await pass(4_000);

      expect(between).toEqual(['talking', 'unknown']);
      expect(background.phaseOf('ours')).toBe(transfer === 'late' ? 'ended completed' : 'talking');
      expect(handling()?.step).toBe('unknown');
      expect(pbx.transfers().length).toBe(1);
    });

    test.each([
      ['refused for good', { kind: 'answer', status: 403 }, 'refused', 'not-allowed'],
      ['refused since it is gone', { kind: 'answer', status: 404 }, 'refused', 'rejected'],
      ['refused for the number', { kind: 'answer', status: 400 }, 'refused', 'rejected'],
      ['too many', { kind: 'answer', status: 429, headers: { 'retry-after': '5' } }, 'refused', 'rate-limited'],
      ['the token over', { kind: 'answer', status: 401 }, 'refused', 'closed'],
      ['a server error', { kind: 'wrong-answer', status: 500 }, 'unknown', undefined],
      ['a page', { kind: 'wrong-answer', status: 200, body: '<html></html>' }, 'unknown', undefined],
      ['the answer lost', { kind: 'reset-after' }, 'unknown', undefined],
    ] as const)('with %s says so, and is sent once', async (_what, fault, step, kind) => {
      const { press, handling } = await talkingAt('socket');
      const before = pbx.journal.requests().filter(({ body }) => body.includes('transfer')).length;
      pbx.faults.set('hang-up', fault, { always: true });

      press();
      await expect.poll(() => handling()?.step).toBe(step);
      await pass(3_000);

      if (kind !== undefined) expect(handling()).toMatchObject({ error: { kind } });
      const sent = pbx.journal.requests().filter(({ body }) => body.includes('transfer'));
      expect(sent.length - before).toBe(1);
    });

    test('is not offered where the customer was called first, nor of a call that only rings', async () => {
      const first = await connect(account('socket', { clickToCallId: 'c2c-contact' }));
      const session = await connect(account('socket'));
      const placed = await session.dial({ number: NUMBER, ref: 'ours' });
      const id = (placed.ok && placed.value.pbxId) || '';

      expect([first.capabilities.transfer, session.capabilities.transfer]).toEqual([false, true]);
      expect(await session.transfer?.(id, '2041')).toMatchObject({ ok: false, error: { placed: 'no' } });
      expect(await session.transfer?.('colleague-1', '2041')).toMatchObject({ ok: false, error: { placed: 'no' } });
      expect(pbx.transfers()).toEqual([]);
      expect(pbx.violations).toEqual([]);
    });
  });

  describe('hanging up', () => {
    test('that the PBX takes and does not do is not believed', async () => {
      Object.assign(pbx.variants, { hangUp: 'ignored' });
      const background = new MiniBackground(clock);
      const session = await connect(account('channels'), background.tell);
      await background.opened(session);
      background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
      await pass(3_000);

      background.dispatch({ type: 'hang-up', id: 'ours' });
      await pass(HANG_UP_WITHIN_MS);
      background.dispatch({ type: 'tick' });

      expect(background.state.calls[0]).toMatchObject({ state: { phase: 'ringing' }, hangUp: { step: 'unconfirmed' } });
    });

    test('of a leg the PBX does not find is a failure while nobody has seen the call', async () => {
      Object.assign(pbx.variants, { legIds: 'other', noise: false });
      const session = await connect(account('channels'));
      pbx.faults.set(
        'channels',
        { kind: 'answer', status: 200, body: '{"status":"success","data":[]}' },
        { always: true },
      );
      const placed = await session.dial({ number: NUMBER, ref: 'ours' });

      const result = await session.hangUp((placed.ok && placed.value.pbxId) || '');

      expect(result).toMatchObject({ ok: false, error: { kind: 'rejected' } });
    });
  });

  describe('the line', () => {
    test('by socket that is refused leaves channels to look at, and says what is missing', async () => {
      pbx.faults.set('socket', { kind: 'refuse', status: 429 });
      const refused = await connect(account('socket'));
      Object.assign(pbx.variants, { subscribe: 'bindings' });
      pbx.faults.set('frame:subscribe', { kind: 'swallow' });
      const silent = await passing(connect(account('socket')), clock);

      for (const session of [refused, silent]) {
        expect(session.limit?.kind).toBe('live-refused');
        expect(session.capabilities.liveState).toBe(true);
      }
      expect(told.steps).toContain('live live-refused');
    });

    test.each([
      ['cut', 1006],
      ['closed', 1001],
      ['closed by policy', 1008],
    ])('by socket that is %s is lost once', async (_name, code) => {
      await connect(account('socket'));

      pbx.dropSockets(code);

      await expect.poll(() => told.of('lost')).toMatchObject([{ error: { kind: 'closed' } }]);
    });

    test('by looking is lost when two looks fail one after the other, and not by one', async () => {
      const session = await connect(account('channels'));
      await session.dial({ number: NUMBER, ref: 'ours' });
      await pass(1_000);
      pbx.faults.set('channels', { kind: 'answer', status: 502 });
      await pass(6_000);
      expect(told.of('lost')).toEqual([]);

      pbx.faults.set('channels', { kind: 'answer', status: 502 }, { next: 2 });
      await pass(10_000);
      expect(told.of('lost')).toHaveLength(1);
    });

    test('that the PBX wants a pause from is not lost, and not asked before', async () => {
      const session = await connect(account('channels'));
      await session.dial({ number: NUMBER, ref: 'ours' });
      await pass(1_000);
      pbx.faults.set('channels', { kind: 'answer', status: 429, headers: { 'retry-after': '20' } });
      await pass(3_000);
      const looks = requests('/channels').length;

      await pass(15_000);
      expect(requests('/channels').length).toBe(looks);
      expect(await session.beat()).toMatchObject({ ok: false, error: { kind: 'rate-limited' } });
      await pass(10_000);
      expect(requests('/channels').length).toBeGreaterThan(looks);
      expect(told.of('lost')).toEqual([]);
    });

    test('sees the end of a failed call in the history where nothing else tells', async () => {
      Object.assign(pbx.variants, { channels: 'nobody' });
      Object.assign(pbx.engine.settings, { agentRegistered: false });
      const background = new MiniBackground(clock);
      await background.opened(await connect(account('channels'), background.tell));
      background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
      await pass(6_000);

      expect(background.phaseOf('ours')).toBe('ended unreachable');
      // The same item is no word about the next call.
      Object.assign(pbx.engine.settings, { agentRegistered: true });
      background.dispatch({ type: 'dial', id: 'next', number: NUMBER, dialled: NUMBER });
      await pass(6_000);
      expect(background.phaseOf('next')).toBe('requested');
    });

    test('takes one item of the history for one call', async () => {
      Object.assign(pbx.variants, { channels: 'nobody' });
      Object.assign(pbx.engine.settings, { agentRegistered: false });
      const session = await connect(account('channels'));
      const failed = await session.dial({ number: NUMBER, ref: 'a' });
      await pass(1_000);
      Object.assign(pbx.engine.settings, { agentRegistered: true });
      await session.dial({ number: NUMBER, ref: 'b' });

      await pass(10_000);

      expect(told.reports).toEqual([
        { pbxId: failed.ok && failed.value.pbxId, change: { to: 'ended', reason: 'unreachable' } },
      ]);
    });

    test('does not believe a history that only lost its own patience', async () => {
      Object.assign(pbx.variants, { channels: 'nobody' });
      const session = await connect(account('channels'));
      const item = {
        timestamp: Math.floor(clock.now() / 1000) + 62_167_219_200,
        contact: NUMBER,
        result: 'error',
        cause: 'timed out',
      };
      pbx.faults.set('history', {
        kind: 'answer',
        status: 200,
        body: JSON.stringify({ status: 'success', data: [item] }),
      });
      await session.dial({ number: NUMBER, ref: 'ours' });

      await pass(6_000);

      expect(requests('/history')).toHaveLength(1);
      expect(told.reports).toEqual([]);
    });
  });

  describe('the login', () => {
    test('by user name is made once; its token is used again by later sessions', async () => {
      await connect(account('socket'));
      const [kept] = told.of('remember');
      await connect(account('socket', { ...kept?.values, ...kept?.secrets }));

      expect(pbx.logins).toBe(1);
      expect(kept?.values).toEqual({ _ownerId: 'user-ann', _accountId: 'acc0unt1' });
    });

    test('is ended with the account: its token is worth nothing then, and one of the user’s own stays', async () => {
      const byName = await connect(account('quickcall'));
      const [kept] = told.of('remember');
      await byName.signOut?.();
      byName.close();
      const again = await connect(account('quickcall', { ...kept?.values, ...kept?.secrets }));
      await again.listCalls();
      expect(pbx.logins).toBe(2);

      const byToken = await connect(account('channels'));
      await byToken.signOut?.();
      byToken.close();
      expect((await (await connect(account('channels'))).listCalls()).ok).toBe(true);
    });

    test('is renewed by the token itself before it runs out, else by logging in', async () => {
      for (const refresh of VARIANT_VALUES.refresh) {
        Object.assign(pbx.variants, { refresh });
        const session = await connect(account('quickcall'));
        const before = pbx.logins;
        clock.advance(49 * 60_000);
        await session.beat();
        clock.advance(49 * 60_000);

        expect((await session.beat()).ok).toBe(true);
        expect(pbx.logins - before).toBe(refresh ? 0 : 2);
        session.close();
      }
      expect(told.of('lost')).toEqual([]);
    });

    test('is made anew once when the token is refused: reads go on, a call is never repeated', async () => {
      const session = await connect(account('quickcall'));
      pbx.expireSessions();
      expect((await session.listCalls()).ok).toBe(true);
      clock.advance(6 * 60_000);
      pbx.expireSessions();

      const failed = await session.dial({ number: NUMBER, ref: 'ours' });

      expect(failed).toMatchObject({ error: { placed: 'no', error: { kind: 'closed' } } });
      expect([pbx.places().length, pbx.logins]).toEqual([0, 3]);
      expect((await session.dial({ number: NUMBER, ref: 'again' })).ok).toBe(true);
      expect(told.of('lost')).toEqual([]);
    });

    test('that does not help is not made again with every click', async () => {
      const session = await connect(account('quickcall'));
      pbx.faults.set('connect', { kind: 'answer', status: 401 }, { always: true });

      await session.dial({ number: NUMBER, ref: 'a' });
      const second = await session.dial({ number: NUMBER, ref: 'b' });

      expect(second).toMatchObject({ error: { placed: 'no', error: { kind: 'login-refused' } } });
      expect(pbx.logins).toBe(2);
      expect(told.of('lost')).toHaveLength(1);
    });

    test('is not repeated with a password that is refused, nor again and again', async () => {
      const session = await connect(account('quickcall'));
      pbx.expireSessions();
      pbx.changePassword('2040', 's3cret-new');

      await session.beat();
      await session.beat();

      expect(told.of('lost')).toMatchObject([{ error: { kind: 'login-refused' } }]);
      expect(requests('/user_auth')).toHaveLength(2);
    });

    test("by the user's own token that is over needs the user", async () => {
      const session = await connect(account('channels'));
      pbx.expireSessions();

      await session.beat();

      expect(told.of('lost')).toMatchObject([{ error: { kind: 'login-refused' } }]);
      expect(requests('/user_auth')).toEqual([]);
    });

    test('is left out for an endpoint that needs none; nothing carries a token then', async () => {
      const open = {
        server: pbx.origin,
        accountId: pbx.accountId,
        clickToCallId: 'c2c-open',
        withoutToken: 'yes',
        token: pbx.token,
      };
      const session = await connect(open);

      const placed = await session.dial({ number: NUMBER, ref: 'ours' });

      expect(placed.ok).toBe(true);
      expect(session.capabilities).toEqual(PLACE_ONLY);
      expect((await session.beat()).ok).toBe(true);
      expect(pbx.journal.requests().filter(({ headers }) => 'x-auth-token' in headers)).toEqual([]);
      Object.assign(pbx.endpoints.get('c2c-open') ?? {}, { auth_required: true });
      expect(await session.dial({ number: NUMBER, ref: 'b' })).toMatchObject({
        error: { error: { kind: 'login-refused' } },
      });
    });

    test('of a whole account, without an endpoint chosen, has no phone to ring', async () => {
      const { clickToCallId: _chosen, ...values } = account('channels');
      const body = '{"status":"success","data":{"account_id":"acc0unt1"}}';
      pbx.faults.set('identify', { kind: 'answer', status: 200, body });

      expect(await kazoo.connect(values, ports, told.tell)).toMatchObject({ error: { kind: 'unsupported' } });
    });

    test('tells nobody our token, even where the PBX repeats it', async () => {
      const refused = await kazoo.connect(account('channels', { token: 'jwt.0dd.sig' }), ports, told.tell);

      expect(refused).toMatchObject({ error: { detail: 'HTTP 401' } });
      expect(JSON.stringify(refused)).not.toContain('0dd');
    });
  });

  describe('click-to-call endpoints', () => {
    const draft: CallEndpoint = {
      name: 'Support',
      extension: '2040',
      authRequired: true,
      dialFirst: 'contact',
      timeout: 20,
      throttle: 3,
      whitelist: ['^\\+1'],
      callerIdNumber: '+16175550120',
      calleeIdName: 'Support',
      calleeIdNumber: '2040',
      presenceId: '2040',
      ringback: '%(2000,4000,440,480)',
      bypassMedia: false,
      ignoreEarlyMedia: true,
      holdMusic: 'm0h',
      variables: { crm: 'yes' },
      sipHeadersIn: { 'X-In': '1' },
      sipHeadersOut: { 'X-Out': '2' },
    };

    /** Part of the same as the vendor writes it. */
    const VENDOR_DRAFT = {
      name: 'Support',
      extension: '2040',
      dial_first: 'contact',
      timeout: 20,
      whitelist: ['^\\+1'],
      ringback: '%(2000,4000,440,480)',
      music_on_hold: { media_id: 'm0h' },
      custom_application_vars: { crm: 'yes' },
      custom_sip_headers: { in: { 'X-In': '1' }, out: { 'X-Out': '2' } },
    };

    async function openEndpoints(values = account('channels')): Promise<CallEndpoints> {
      const opened = await kazoo.endpoints?.open(values, ports);
      if (!opened?.ok) throw new Error(`no endpoints: ${JSON.stringify(opened)}`);
      return opened.value;
    }

    test('are looked after by an account that has none chosen yet, and whose token is nobody in particular', async () => {
      const { clickToCallId: _none, ...values } = account('channels');

      expect(await (await openEndpoints(values)).list()).toMatchObject({ ok: true });
      expect(kazoo.endpoints?.isFor({ withoutToken: 'yes' })).toBe(false);
    });

    test('are listed from all pages, and offered to choose from', async () => {
      for (const pages of VARIANT_VALUES.pages) {
        Object.assign(pbx.variants, { pages });
        const result = await testAccount(kazoo, account('channels'), {
          clock,
          ports,
          findMissing: async () => undefined,
          publish: async () => {},
        });

        expect(result.choices?.clickToCallId).toHaveLength(5);
        expect(result.choices?.clickToCallId?.[0]).toEqual({ value: 'c2c-ann', label: "Ann's button (2040)" });
      }
    });

    test('are created with every documented parameter, read back, changed by PATCH and removed', async () => {
      const endpoints = await openEndpoints();
      const made = await endpoints.create(draft);
      const id = (made.ok && made.value.id) || '';
      const read = await endpoints.read(id);
      const changed = await endpoints.change(id, { name: 'Help', timeout: 25 });

      expect(made).toMatchObject({ ok: true, value: { name: 'Support', extension: '2040' } });
      expect(read).toEqual({ ok: true, value: draft });
      expect(changed.ok).toBe(true);
      expect(JSON.parse(requests(id).find(({ method }) => method === 'PATCH')?.body ?? '')).toEqual({
        data: { name: 'Help', timeout: 25 },
      });
      expect(await endpoints.read(id)).toEqual({ ok: true, value: { ...draft, name: 'Help', timeout: 25 } });
      expect([await endpoints.remove(id), await endpoints.remove(id)].map((gone) => gone.ok)).toEqual([true, true]);
      expect(pbx.endpoints.has(id)).toBe(false);
    });

    test('lose what was emptied, and keep what PageDial knows nothing of', async () => {
      const endpoints = await openEndpoints();
      const strange = { flags: ['vip'], media: { codec: 'opus', ignore_early_media: true } };
      pbx.endpoints.set('c2c-ann', { ...strange, ...VENDOR_DRAFT });

      const changed = await endpoints.change('c2c-ann', { timeout: 25 }, [
        'whitelist',
        'ringback',
        'holdMusic',
        'ignoreEarlyMedia',
        'variables',
        'sipHeadersIn',
        'dialFirst',
      ]);

      expect(changed).toEqual({ ok: true, value: [] });
      expect(pbx.endpoints.get('c2c-ann')).toEqual({
        flags: ['vip'],
        media: { codec: 'opus' },
        name: 'Support',
        extension: '2040',
        timeout: 25,
        custom_sip_headers: { out: { 'X-Out': '2' } },
      });
      expect(requests('c2c-ann').map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
    });

    test.each(VARIANT_VALUES.patch)('lose one of several names, where a PATCH is %s', async (patch) => {
      Object.assign(pbx.variants, { patch });
      const endpoints = await openEndpoints();
      pbx.endpoints.set('c2c-ann', { ...VENDOR_DRAFT, custom_application_vars: { crm: 'yes', lead: '7' } });

      expect(await endpoints.change('c2c-ann', { variables: { crm: 'no' } })).toEqual({ ok: true, value: [] });
      expect(pbx.endpoints.get('c2c-ann')).toMatchObject({ custom_application_vars: { crm: 'no' } });
      expect(pbx.endpoints.get('c2c-ann')?.custom_application_vars).toEqual({ crm: 'no' });
    });

    test('name what the PBX has kept all the same, and no value that is its default', async () => {
      Object.assign(pbx.variants, { post: 'merges', patch: 'deep' });
      const endpoints = await openEndpoints();
      pbx.endpoints.set('c2c-ann', { ...VENDOR_DRAFT, custom_application_vars: { crm: 'yes', lead: '7' } });

      const changed = await endpoints.change('c2c-ann', { variables: { crm: 'no' }, timeout: 25 }, ['whitelist']);

      expect(changed).toEqual({ ok: true, value: ['whitelist', 'variables'] });
      expect(pbx.endpoints.get('c2c-ann')).toMatchObject({ timeout: 25 });
    });

    test('that cannot be replaced are not changed at all, and the refusal is told', async () => {
      const endpoints = await openEndpoints();
      pbx.endpoints.set('c2c-ann', VENDOR_DRAFT);
      pbx.faults.set('endpoint', { kind: 'answer', status: 405, body: '{"status":"error","error":"405"}' });

      const changed = await endpoints.change('c2c-ann', { timeout: 25 }, ['whitelist']);

      expect(changed).toMatchObject({ ok: false, error: { kind: 'rejected' } });
      expect(pbx.endpoints.get('c2c-ann')).toEqual(VENDOR_DRAFT);
    });

    test.each<[keyof CallEndpoint, Partial<CallEndpoint>]>([
      ['name', { name: ' ' }],
      ['name', { name: 'x'.repeat(129) }],
      ['extension', { extension: '' }],
      ['timeout', { timeout: 1.5 }],
      ['throttle', { throttle: -1 }],
      ['whitelist', { whitelist: [''] }],
      ['holdMusic', { holdMusic: 'x'.repeat(2049) }],
      ['variables', { variables: { 'a b': '1' } }],
      ['sipHeadersOut', { sipHeadersOut: { 'X:Y': '1' } }],
    ])('are not sent with a wrong %s: %j', async (key, wrong) => {
      const endpoints = await openEndpoints();

      expect(Object.keys(kazoo.endpoints?.check({ ...draft, ...wrong }) ?? {})).toEqual([key]);
      expect((await endpoints.create({ ...draft, ...wrong })).ok).toBe(false);
      expect(requests('/clicktocall').filter(({ method }) => method === 'PUT')).toEqual([]);
      expect(kazoo.endpoints?.check(draft)).toEqual({});
    });

    test('tell their history in times of today, newest first', async () => {
      const session = await connect(account('channels'));
      await session.dial({ number: NUMBER, ref: 'a' });
      pbx.phone('2040').answer();
      const talkedAt = clock.now();
      pbx.phone('2040').hangUp();
      clock.advance(5_000);
      await session.dial({ number: '+16175550143', ref: 'b' });
      pbx.phone('2040').reject();

      expect(await (await openEndpoints()).history('c2c-ann')).toMatchObject({
        ok: true,
        value: [
          { at: talkedAt + 5_000, number: '+16175550143', isPlaced: false, cause: 'CALL_REJECTED' },
          { at: talkedAt, number: NUMBER, isPlaced: true },
        ],
      });
    });
  });

  test.each<[string, AccountValues]>([
    ['server', { server: 'pbx.example.com:8000/x y' }],
    ['server', { server: 'http://pbx.example.com:8000' }],
    ['accountId', { accountId: '' }],
    ['token', { token: ' ' }],
    ['password', { username: 'ann', accountName: 'acme' }],
    ['accountName', { username: 'ann', password: 'x' }],
    ['clickToCallId', { withoutToken: 'yes', clickToCallId: '' }],
    ['socketUrl', { socketUrl: 'ws://pbx.example.com:5555' }],
  ])('the account form names %s as wrong in %j', (key, values) => {
    expect(Object.keys(kazoo.check(account('channels', values)))).toEqual([key]);
  });

  const others = Object.entries(VARIANT_VALUES).flatMap(([key, [, ...values]]) =>
    values.map((value) => [key, value] as const),
  );
  test.each(
    (['socket', 'channels', 'quickcall'] as const).flatMap((way) =>
      others.map(([key, value]) => [way, key, value] as const),
    ),
  )('where the source is silent, both readings work (by %s): %s is %s', async (way, key, value) => {
    Object.assign(pbx.variants, { [key]: value });
    const session = await connect(account(way));

    const placed = await session.dial({ number: NUMBER, ref: 'ours' });
    await pass(3_000);
    pbx.phone('2040').answer();
    await pass(3_000);
    pbx.farEnd().answer();
    await pass(6_000);
    const beforeEnd = course();
    pbx.phone('2040').hangUp();
    await pass(7_000);

    expect(placed.ok).toBe(true);
    if (session.capabilities.liveState) {
      expect(beforeEnd).toEqual(['own-phone rings', 'far-end rings', 'talking']);
      expect(course().at(-1)).toMatch(/^ended (completed|unknown)$/);
    } else {
      expect(course()).toEqual([]);
    }
    expect((await session.beat()).ok).toBe(true);
    expect(told.of('lost')).toEqual([]);
    expect(pbx.violations).toEqual([]);
  });
});

const kazooEvents = (id: string, more: object): readonly object[] => [
  ...['CHANNEL_CREATE', 'CHANNEL_ANSWER', 'CHANNEL_BRIDGE', 'CHANNEL_HOLD', 'CHANNEL_DESTROY'].map((name) => ({
    action: 'event',
    name,
    data: { call_id: id, hangup_cause: 'USER_BUSY', ...more },
  })),
  { event_name: 'CHANNEL_ANSWER', args: { 'Call-ID': id, 'Custom-Channel-Vars': more } },
];

describeFuzz('Kazoo', {
  listen() {
    const calls = new OwnCalls({
      isContactFirst: false,
      isOurs: ({ authorizingId }) => authorizingId === 'our-device',
    });
    calls.expect({ pbxId: 'c2c-1', legs: ['leg-1'], ref: 'ref-1', number: CUSTOMER }, 0);
    calls.expect({ pbxId: 'last', legs: ['last-leg'], ref: 'ref-2', number: CUSTOMER }, 0);
    return (text, now) => {
      const frame = parseFrame(text);
      calls.see(
        readChannels(readJson(text)).filter(({ id }) => id.startsWith('their-')),
        now,
      );
      return frame.type === 'event' ? calls.hear(frame.event, now) : [];
    };
  },
  ours: [
    ...kazooEvents('leg-1', { custom_channel_vars: { authorizing_id: 'our-device' } }),
    { action: 'reply', request_id: '1', status: 'error', data: { errors: ['no'] } },
  ],
  theirs: kazooEvents('their-1', {
    other_leg_call_id: 'their-2',
    custom_channel_vars: { authorizing_id: 'their-device' },
  }),
  alive: kazooEvents('last-leg', {})[1] ?? {},
});
