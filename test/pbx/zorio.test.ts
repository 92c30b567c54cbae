import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testAccount } from '../../src/background/account-test.ts';
import type { AccountValues } from '../../src/core/account.ts';
import type { PbxErrorKind } from '../../src/core/connection.ts';
import { ok } from '../../src/core/result.ts';
import { openCalls, UNTOLD_CALL_MS } from '../../src/core/update.ts';
import type { PbxResponse, PbxSession } from '../../src/pbx/adapter.ts';
import { zorio } from '../../src/pbx/vendors/zorio.ts';
import { ZorioApi } from '../../src/pbx/zorio/api.ts';
import { readRecord } from '../../src/pbx/zorio/call-records.ts';
import { OwnCalls } from '../../src/pbx/zorio/own-calls.ts';
import { readPlaced } from '../../src/pbx/zorio/placed.ts';
import { ZORIO, ZORIO_FOLLOWED } from '../../src/pbx/zorio/session.ts';
import { deafen, type RigRelay, sendNonsenseFrames, startRigRelay, zorioAgent } from '../relay/rig.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { startZorio, VARIANT_VALUES, type ZorioSimulator } from '../simulators/zorio.ts';
import { type ContractPbx, describeContract, passing } from './contract.ts';
import { CUSTOMER, describeFuzz, FUZZ_RUNS, relayEar, relayFrames, unusedPorts } from './frame-fuzz.ts';
import { Listener } from './listener.ts';
import { MiniBackground } from './mini-background.ts';
import { mutate, pick, randomFrom } from './mutate.ts';
import { type NodePorts, nodePorts, passTime } from './node-ports.ts';

const NUMBER = '+16175550142';

/** A relay that gets this simulator's webhooks and reads its clock. */
async function relayFor(
  pbx: ZorioSimulator,
  clock: VirtualClock,
): Promise<RigRelay & { readonly account: AccountValues }> {
  const relay = await startRigRelay({ now: () => clock.now() });
  pbx.webhooks.url = `${relay.origin}/webhooks/zorio`;
  return Object.assign(relay, {
    account: { relayUrl: relay.origin, relayToken: relay.token(zorioAgent('1001')) },
  });
}

async function contractPbx(clock: VirtualClock, way: 'token' | 'name' | 'relay'): Promise<ContractPbx> {
  // With events before the answer what they tell has to wait for it.
  const simulator = await startZorio({ clock, variants: { order: way === 'relay' ? 'events-first' : 'answer-first' } });
  const relay = way === 'relay' ? await relayFor(simulator, clock) : undefined;
  const base = { server: simulator.origin, extension: '1001', ...relay?.account };
  const byName = { ...base, username: 'ann', password: 's3cret-1001' };
  const status = (code: number, body = '') =>
    ({ point: 'click', fault: { kind: 'answer', status: code, body } }) as const;
  return {
    account: way !== 'name' ? { ...base, token: simulator.token } : byName,
    wrongAccount: way !== 'name' ? { ...base, token: '9|wr0ng-token' } : { ...byName, password: 'wr0ng-s3cret' },
    secrets: [simulator.token, '9|wr0ng-token', 's3cret-1001', 'wr0ng-s3cret', relay?.account.relayToken ?? 'none'],
    faults: simulator.faults,
    journal: simulator.journal,
    violations: simulator.violations,
    loginPoint: way !== 'name' ? 'me' : 'login',
    ambiguous: {
      'answer lost': { point: 'click', fault: { kind: 'reset-after' } },
      'cut before': { point: 'click', fault: { kind: 'reset-before' } },
      'no answer': { point: 'click', fault: { kind: 'delay', ms: 60_000 } },
      'server error': { point: 'click', fault: { kind: 'wrong-answer', status: 500 } },
      'bad gateway': { point: 'click', fault: { kind: 'wrong-answer', status: 502, body: '<html></html>' } },
      unavailable: { point: 'click', fault: { kind: 'wrong-answer', status: 503, headers: { 'retry-after': '1' } } },
      'a page': { point: 'click', fault: { kind: 'wrong-answer', status: 200, body: '<html>Sign in</html>' } },
      'a redirect': { point: 'click', fault: { kind: 'answer', status: 307, headers: { location: '/elsewhere' } } },
    },
    refusals: {
      'bad request': { ...status(400), kind: 'rejected' },
      'token over': { ...status(401), kind: 'login-refused' },
      'not allowed': { ...status(403), kind: 'not-allowed' },
      'no such trunk': { ...status(404), kind: 'unknown-user' },
      conflict: { ...status(409), kind: 'rejected' },
      'bad number': { ...status(422, '{"errors":{"to_phone":["is invalid"]}}'), kind: 'number-refused' },
      'bad extension': { ...status(422, '{"errors":{"from_extension":["is inactive"]}}'), kind: 'unknown-user' },
      'bad trunk': { ...status(422, '{"errors":{"trunk_id":["is unknown"]}}'), kind: 'rejected' },
      'bad, no word': { ...status(422), kind: 'number-refused' },
    } satisfies Readonly<Record<string, { readonly kind: PbxErrorKind } & object>>,
    places: () => simulator.places().length,
    isPlaceRequest: (entry) => entry.kind === 'request' && entry.path.endsWith('/click-to-call'),
    phone: () => simulator.phone('1001'),
    farEnd: () => simulator.farEnd(),
    dropLine() {
      for (const socket of relay?.sockets ?? []) socket.terminate();
    },
    halfOpen: () => (relay ? deafen(relay) : simulator.halfOpen()),
    sendNonsense() {
      for (const body of ['', '{', 'null', '[]', '<html></html>', '{"event":"pbx.call.ringing"}'])
        simulator.broadcast(body);
      if (relay) sendNonsenseFrames(relay, { callId: 'call-x' });
    },
    async close() {
      await simulator.close();
      await relay?.close();
    },
  };
}

for (const way of ['token', 'name', 'relay'] as const) {
  describeContract({
    name: `Zorio by ${way}`,
    adapter: zorio,
    capabilities: way === 'relay' ? ZORIO_FOLLOWED : ZORIO,
    start: (clock) => contractPbx(clock, way),
  });
}

describe('Zorio', () => {
  let clock: VirtualClock;
  let pbx: ZorioSimulator;
  let ports: NodePorts;
  let told: Listener;
  const open: PbxSession[] = [];

  beforeEach(async () => {
    clock = virtualClock();
    pbx = await startZorio({ clock });
    ports = nodePorts({ clock });
    told = new Listener();
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.close();
    await pbx.close();
  });

  const byToken = (more: AccountValues = {}): AccountValues => ({
    server: pbx.origin,
    extension: '1001',
    token: pbx.token,
    ...more,
  });
  const byName = (more: AccountValues = {}): AccountValues => ({
    server: pbx.origin,
    extension: '1001',
    username: 'ann',
    password: 's3cret-1001',
    ...more,
  });
  async function connect(account: AccountValues, tell = told.tell): Promise<PbxSession> {
    const opened = await zorio.connect(account, ports, tell);
    if (!opened.ok) throw new Error(`not connected: ${JSON.stringify(opened.error)}`);
    open.push(opened.value);
    return opened.value;
  }
  const pass = (ms: number) => passTime(ms, 10_000, clock, ports);
  /** Waits until nothing is under way. */
  const settled = () => expect.poll(() => ports.busy).toBe(0);
  const bodies = () => pbx.places().map(({ body }) => body);
  const requests = (path: string) => pbx.journal.requests().filter((request) => request.path === path);

  describe('placing a call', () => {
    test('keeps all that the PBX answers', async () => {
      const session = await connect(byToken({ trunkId: '4' }));

      const placed = await session.dial({ number: NUMBER, ref: 'ours' });

      const [call] = pbx.engine.calls();
      const uuid = call ? pbx.uuidOf(call) : '';
      expect(placed).toMatchObject({
        ok: true,
        value: {
          pbxId: uuid,
          told: {
            call_uuid: uuid,
            from_extension: '1001',
            to_phone: NUMBER,
            caller_id: '1001',
            trunk_id: '4',
            trunk_name: 'POC',
            routing_mode: 'direct_gateway',
            status: 'queued',
          },
        },
      });
      expect(Object.keys(placed.ok ? (placed.value.told ?? {}) : {})).toHaveLength(10);
    });

    test('sends every optional field as documented; the trunk id wins over its name', async () => {
      const options = { callerId: '+16175550120', trunkName: 'POC', headers: 'CRM-Lead-Id: LEAD-42; Source: PageDial' };
      const byTrunkName = await connect(byToken(options));
      const byTrunkId = await connect(byToken({ ...options, trunkId: '4' }));
      const bare = await connect(byToken());

      for (const session of [byTrunkName, byTrunkId, bare]) await session.dial({ number: NUMBER, ref: 'x' });

      const base = { from_extension: '1001', to_phone: NUMBER };
      const headers = { 'CRM-Lead-Id': 'LEAD-42', Source: 'PageDial' };
      expect(bodies()).toEqual([
        { ...base, caller_id: '+16175550120', trunk_name: 'POC', headers },
        { ...base, caller_id: '+16175550120', trunk_id: 4, headers },
        base,
      ]);
      expect(pbx.violations).toEqual([]);
    });

    test.each([
      [
        'https://crm.example.com/leads/LEAD-42?tab=notes',
        { Lead: 'LEAD-42', Page: 'https://crm.example.com/leads/LEAD-42?tab=notes' },
      ],
      ['https://app.example.org/#/o/7/case/A%2F9', { Lead: 'A/9', Page: 'https://app.example.org/#/o/7/case/A%2F9' }],
      ['https://ann:pw@crm.example.com/', { Page: 'https://crm.example.com/' }],
      ['https://crm.example.com/leads/', { Page: 'https://crm.example.com/leads/' }],
      ['https://crm.example.com.evil.example/leads/1', { Page: 'https://crm.example.com.evil.example/leads/1' }],
      [`https://crm.example.com/leads/${'9'.repeat(201)}`, undefined],
      ['https://crm.example.com/leads/a%0d%0aX-Evil:1', { Page: 'https://crm.example.com/leads/a%0d%0aX-Evil:1' }],
      [undefined, undefined],
    ])('fills headers from the address %s, and leaves out what it does not say', async (pageUrl, headers) => {
      const account = byToken({
        headers: '{"Lead":"{recordId}","Page":"{pageUrl}"}',
        recordPatterns: 'crm.example.com/leads/{recordId}, app.example.org/#/o/*/case/{recordId}',
      });
      const session = await connect(account);

      await session.dial({ number: NUMBER, ref: 'ours', ...(pageUrl === undefined ? {} : { pageUrl }) });

      expect(bodies()[0]?.headers).toEqual(headers);
      expect(pbx.violations).toEqual([]);
      expect([zorio.wantsPage?.(account), zorio.wantsPage?.(byToken({ headers: 'Source: x' }))]).toEqual([true, false]);
    });

    test.each(['*67', '#1', '12', '1'.repeat(33), '+1+2345', '', '617 555', 'sip:ann@acme.example', '+', '٣٤٥'])(
      'of "%s" is refused before anything is sent',
      async (number) => {
        const session = await connect(byToken());

        const refused = await session.dial({ number, ref: 'ours' });

        expect(refused).toMatchObject({ ok: false, error: { placed: 'no', error: { kind: 'number-refused' } } });
        expect(requests('/api/pbx/calls/click-to-call')).toEqual([]);
      },
    );

    test('tells what the PBX said about a refusal, without our token', async () => {
      const session = await connect(byToken());
      const body = JSON.stringify({ message: `Token ${pbx.token} is odd.`, errors: { trunk_id: ['No such trunk.'] } });
      pbx.faults.set('click', { kind: 'answer', status: 422, body });

      const refused = await session.dial({ number: NUMBER, ref: 'ours' });

      expect(refused).toMatchObject({ error: { error: { detail: 'HTTP 422: Token … is odd.: No such trunk.' } } });
    });

    test('with an answer of a shape nobody has described counts as placed', async () => {
      const session = await connect(byToken());
      pbx.faults.set('click', { kind: 'wrong-answer', status: 202, body: 'queued' });

      expect(await session.dial({ number: NUMBER, ref: 'ours' })).toEqual({ ok: true, value: {} });
    });
  });

  describe('the account', () => {
    test.each<[string, AccountValues]>([
      ['server', { server: '' }],
      ['server', { server: 'http://pbx.example.com' }],
      ['extension', { extension: '12' }],
      ['extension', { extension: 'ann' }],
      ['token', { token: ' ' }],
      ['password', { username: 'ann' }],
      ['trunkId', { trunkId: 'POC' }],
      ['trunkName', { trunkName: 'x'.repeat(101) }],
      ['headers', { headers: 'Lead Id: 4' }],
      ['headers', { headers: 'Lead' }],
      ['headers', { headers: `Lead: ${'x'.repeat(201)}` }],
      ['headers', { headers: 'Lead: {leadId}' }],
      ['headers', { headers: '{"Lead":' }],
      ['headers', { headers: '{"Lead":{}}' }],
      ['recordPatterns', { recordPatterns: 'crm.example.com/leads' }],
      ['recordPatterns', { recordPatterns: 'crm.example.com/*{recordId}' }],
    ])('names %s as wrong in %j', (key, values) => {
      expect(Object.keys(zorio.check(byToken(values)))).toEqual([key]);
    });

    test('offers the caller ids in whatever shape they come, and says whether the own phone is signed in', async () => {
      for (const callerIds of VARIANT_VALUES.callerIds) {
        Object.assign(pbx.variants, { callerIds });
        const test = await testAccount(zorio, byToken(), {
          clock,
          ports,
          findMissing: async () => undefined,
          publish: async () => {},
        });

        expect(test.outcome).toBe('ok');
        expect(test.steps.find(({ step }) => step === 'phone')?.outcome).toBe('ok');
        expect(test.choices?.callerId?.map(({ value }) => value)).toEqual(['+16175550120', '+16175550121']);
      }
    });

    test('is refused where the API is closed to this user, and only then', async () => {
      Object.assign(pbx.variants, { apiAllowed: false });
      expect(await zorio.connect(byToken(), ports, told.tell)).toMatchObject({ error: { kind: 'not-allowed' } });

      Object.assign(pbx.variants, { apiAllowed: true, extensionState: 'forbidden' });
      expect((await zorio.connect(byToken(), ports, told.tell)).ok).toBe(true);
    });

    test('with an extension the PBX does not have is found out by the test', async () => {
      await connect(byToken({ extension: '1999' }));

      expect(told.steps).toEqual(['reach ok', 'login ok', 'phone unknown-user']);
    });
  });

  describe('the login by user name', () => {
    test('is made once; its token is used again by later sessions', async () => {
      await connect(byName());
      const [kept] = told.of('remember');
      await connect(byName(kept?.secrets));

      expect(pbx.logins).toBe(1);
      expect(kept?.values).toEqual({});
    });

    test('is made anew when the kept token was revoked, and a refused password is tried once', async () => {
      await connect(byName());
      const secrets = told.of('remember')[0]?.secrets ?? {};
      pbx.expireSessions();
      await connect(byName(secrets));
      pbx.expireSessions();
      pbx.changePassword('1001', 's3cret-new');
      const refused = await zorio.connect(byName(secrets), ports, told.tell);

      expect(pbx.logins).toBe(2);
      expect(refused).toMatchObject({ error: { kind: 'login-refused' } });
      expect(requests('/api/auth/login')).toHaveLength(3);
    });

    test('goes before a token that is still in the vault', async () => {
      await connect(byName({ token: '1|of-yesterday' }));

      expect(pbx.logins).toBe(1);
    });

    test('is renewed when the token is revoked in mid-session: the call is not repeated, the connection is', async () => {
      const session = await connect(byName());
      await pass(6 * 60_000);
      pbx.expireSessions();

      const failed = await session.dial({ number: NUMBER, ref: 'ours' });

      expect(failed).toMatchObject({ error: { placed: 'no', error: { kind: 'closed' } } });
      expect(told.of('lost')).toEqual([{ type: 'lost', error: { kind: 'closed', detail: 'HTTP 401' } }]);
      expect(told.of('remember').at(-1)?.secrets).toEqual({ _token: '' });
      expect(requests('/api/pbx/calls/click-to-call')).toHaveLength(1);
      await connect(byName());
      expect(pbx.places()).toEqual([]);
    });

    test('is not renewed again and again: a fresh token that is refused needs the user', async () => {
      const session = await connect(byName());
      pbx.expireSessions();

      expect(await session.beat()).toMatchObject({ error: { kind: 'login-refused' } });
      expect(told.of('lost')).toHaveLength(1);
    });
  });

  test("a user's own token that is refused needs the user", async () => {
    const session = await connect(byToken());
    await pass(10 * 60_000);
    pbx.expireSessions();

    await session.dial({ number: NUMBER, ref: 'ours' });
    await session.beat();

    expect(told.of('lost')).toEqual([{ type: 'lost', error: { kind: 'login-refused', detail: 'HTTP 401' } }]);
    expect(told.of('remember')).toEqual([]);
  });

  describe('the limit of ten calls a minute', () => {
    const dialTo = (background: MiniBackground, index: number) => {
      const number = `+1617555010${index % 10}`;
      background.dispatch({ type: 'dial', id: `c${index}-${clock.now()}`, number, dialled: number });
    };

    test('is kept on our side, also by a background that started anew, and says how long to wait', async () => {
      const background = new MiniBackground(clock);
      await background.opened(await connect(byToken(), background.tell));
      for (let index = 0; index < 7; index += 1) dialTo(background, index);
      await settled();
      clock.advance(10_000);
      const restarted = new MiniBackground(clock);
      restarted.state = JSON.parse(JSON.stringify(background.state));
      await restarted.opened(await connect(byToken(), restarted.tell));
      for (let index = 0; index < 5; index += 1) dialTo(restarted, index);
      await settled();

      expect(pbx.places()).toHaveLength(10);
      const refused = restarted.state.calls.filter((call) => call.error?.kind === 'rate-limited');
      expect(refused.map((call) => call.error)).toEqual([
        { kind: 'rate-limited', retryAfterMs: 50_000 },
        { kind: 'rate-limited', retryAfterMs: 50_000 },
      ]);
      clock.advance(50_000);
      dialTo(restarted, 9);
      await settled();
      expect(pbx.places()).toHaveLength(11);
      expect(requests('/api/pbx/calls/click-to-call').every(({ status }) => status === 202)).toBe(true);
    });

    test.each(VARIANT_VALUES.limitHeaders)(
      'used up elsewhere is waited out as the PBX says (%s), and no call is asked for before',
      async (limitHeaders) => {
        Object.assign(pbx.variants, { limitHeaders });
        const other = await connect(byToken());
        for (let index = 0; index < 10; index += 1) await other.dial({ number: NUMBER, ref: `other-${index}` });
        clock.advance(20_000);
        const background = new MiniBackground(clock);
        await background.opened(await connect(byToken(), background.tell));

        dialTo(background, 1);
        await expect.poll(() => background.state.calls[0]?.error).toBeDefined();
        dialTo(background, 2);
        await settled();

        const wait = limitHeaders === 'none' ? 30_000 : 40_000;
        expect(background.state.calls.map((call) => call.error)).toEqual([
          { kind: 'rate-limited', retryAfterMs: wait },
          { kind: 'rate-limited', retryAfterMs: wait },
        ]);
        clock.advance(wait);
        dialTo(background, 3);
        await settled();
        const statuses = requests('/api/pbx/calls/click-to-call').map(({ status }) => status);
        expect(statuses.slice(10)).toEqual([429, limitHeaders === 'none' ? 429 : 202]);
        expect(pbx.violations.length).toBe(limitHeaders === 'none' ? 1 : 0);
      },
    );

    test('for reads is kept, too, and is no loss of the line', async () => {
      const session = await connect(byToken());
      pbx.faults.set('extension', { kind: 'answer', status: 429, headers: { 'retry-after': '50' } });
      const asked = () => requests('/api/pbx/extensions/1001').length;

      const first = await session.beat();
      const before = asked();
      clock.advance(20_000);
      const second = await session.beat();
      clock.advance(30_000);
      const third = await session.beat();

      expect([first, second]).toEqual([
        { ok: false, error: { kind: 'rate-limited', retryAfterMs: 50_000 } },
        { ok: false, error: { kind: 'rate-limited', retryAfterMs: 30_000 } },
      ]);
      expect(third.ok).toBe(true);
      expect(asked()).toBe(before + 1);
    });
  });

  describe('the call record', () => {
    const act = {
      completed: () => {
        pbx.phone('1001').answer();
        pbx.farEnd().answer();
        clock.advance(90_000);
        pbx.farEnd().hangUp();
      },
      busy: () => {
        pbx.phone('1001').answer();
        pbx.farEnd().busy();
      },
      rejected: () => {
        pbx.phone('1001').answer();
        pbx.farEnd().reject();
      },
      'no-answer': () => clock.advance(30_000),
      cancelled: () => {
        pbx.phone('1001').answer();
        pbx.phone('1001').hangUp();
      },
    };
    test.each(Object.keys(act) as (keyof typeof act)[])('tells that a call ended as "%s"', async (reason) => {
      for (const resultWord of VARIANT_VALUES.resultWord) {
        Object.assign(pbx.variants, { resultWord });
        const listener = new Listener();
        const session = await connect(byToken(), listener.tell);
        await session.dial({ number: NUMBER, ref: 'ours' });

        act[reason]();
        await pass(60_000);

        const talked = reason === 'completed' ? { talkedMs: 90_000 } : {};
        expect(listener.reports.map(({ change }) => change)).toEqual([{ to: 'ended', reason, ...talked }]);
        session.close();
      }
    });

    test('is waited for after a restart, and until then the call leaves the list as not known', async () => {
      const background = new MiniBackground(clock);
      await background.opened(await connect(byToken(), background.tell));
      background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
      await settled();
      pbx.phone('1001').answer();
      pbx.farEnd().answer();
      for (const session of open.splice(0)) session.close();

      const restarted = new MiniBackground(clock);
      restarted.state = JSON.parse(JSON.stringify(background.state));
      const session = await connect(byToken(), restarted.tell);
      session.follow?.(openCalls(restarted.state, clock.now()));
      await restarted.opened(session);
      await pass(UNTOLD_CALL_MS);
      restarted.dispatch({ type: 'tick' });

      expect(restarted.state.calls[0]).toMatchObject({ placed: 'yes', confirmed: false, state: { phase: 'ended' } });
      await pass(13 * 60_000);
      restarted.dispatch({ type: 'tick' });
      pbx.farEnd().hangUp();
      await pass(90_000);
      expect(restarted.state.calls[0]).toMatchObject({
        confirmed: true,
        state: { phase: 'ended', reason: 'completed' },
      });
      expect(clock.now() - (restarted.state.calls[0]?.talkingSince ?? 0)).toBeGreaterThan(15 * 60_000);
    });

    test('of a call that an earlier session placed is looked at soon', async () => {
      const session = await connect(byToken());
      await session.dial({ number: NUMBER, ref: 'ours' });
      act.busy();
      await pass(15_000);
      session.close();
      const next = await connect(byToken());
      const [call] = pbx.engine.calls();
      clock.advance(60_000);
      next.follow?.([
        { ref: 'ours', pbxId: call ? pbx.uuidOf(call) : '', number: NUMBER, startedAt: clock.now() - 75_000 },
      ]);

      await pass(2_000);

      expect(told.reports).toMatchObject([{ change: { to: 'ended', reason: 'busy' } }]);
    });

    test('is looked for within the limits of the API, however many calls there are', async () => {
      const session = await connect(byToken());
      const calls = Array.from({ length: 40 }, (_, index) => ({
        ref: `c${index}`,
        pbxId: `uuid-${index}`,
        number: NUMBER,
        startedAt: clock.now(),
      }));
      session.follow?.(calls);

      await pass(10 * 60_000);

      expect(pbx.journal.requests().every(({ status }) => status !== 429)).toBe(true);
      expect(new Set(pbx.journal.requests().map(({ path }) => path)).size).toBeGreaterThan(40);
    });

    test('is given up after four hours, and at once where records are not for this user', async () => {
      const count = () => pbx.journal.requests().filter(({ path }) => path.includes('/cdr/')).length;
      const session = await connect(byToken());
      await session.dial({ number: NUMBER, ref: 'ours' });
      clock.advance(4 * 60 * 60_000);
      await settled();
      const given = count();
      await pass(5 * 60_000);
      expect(count()).toBe(given);

      Object.assign(pbx.variants, { recordsAllowed: false });
      await session.dial({ number: NUMBER, ref: 'again' });
      await pass(60_000);
      expect(count()).toBe(given + 1);
      expect(told.reports).toEqual([]);
    });
  });

  test('the registration of the own phone is told when it changes', async () => {
    const session = await connect(byToken());
    await session.beat();
    pbx.setUser('1001', { registered: false });
    await session.beat();

    expect(told.of('presence').map(({ people }) => people)).toEqual([
      [{ extension: '1001', isOwn: true, registered: true }],
      [{ extension: '1001', isOwn: true, registered: false }],
    ]);
  });

  test.each([
    ['server error', { kind: 'answer', status: 500 }],
    ['cut', { kind: 'reset-before' }],
    [
      'a page in between',
      { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
    ],
    ['silence', { kind: 'delay', ms: 60_000 }],
  ] as const)('a beat answered with "%s" says that the line is dead', async (_name, fault) => {
    const session = await connect(byToken());
    pbx.faults.set('extension', fault);

    expect((await passing(session.beat(), clock)).ok).toBe(false);
  });

  const variants = Object.entries(VARIANT_VALUES).flatMap(([key, values]) =>
    values.map((value) => [key, value] as const),
  );
  test.each(variants.filter(([key]) => key !== 'apiAllowed'))(
    'where the source is silent, both readings work: %s is %s',
    async (key, value) => {
      Object.assign(pbx.variants, { [key]: value });
      const session = await connect(byName());

      const placed = await session.dial({ number: NUMBER, ref: 'ours' });
      pbx.phone('1001').reject();
      await pass(60_000);

      expect(placed).toMatchObject({ ok: true, value: { told: { status: 'queued' } } });
      expect((await session.beat()).ok).toBe(true);
      expect(told.reports).toHaveLength(key === 'recordsAllowed' && value === false ? 0 : 1);
      expect(told.of('lost')).toEqual([]);
      expect(pbx.violations).toEqual([]);
    },
  );

  describe('with the relay of the company', () => {
    let relay: RigRelay & { readonly account: AccountValues };
    beforeEach(async () => {
      relay = await relayFor(pbx, clock);
    });
    afterEach(async () => {
      pbx.webhooks.url = '';
      await relay.close();
    });
    const followed = (more: AccountValues = {}) => byToken({ ...relay.account, ...more });
    /** Both legs of a call as they were told, until it is over. */
    async function wholeCall(): Promise<readonly string[]> {
      const session = await connect(followed());
      await session.dial({ number: NUMBER, ref: 'ours' });
      await expect.poll(() => stages(told)).toContain('own-phone');
      pbx.phone('1001').answer();
      await expect.poll(() => stages(told)).toContain('far-end');
      await expect.poll(() => pbx.farEnd().answer()).toBe(true);
      await expect.poll(() => stages(told)).toContain('talking');
      pbx.farEnd().hangUp();
      await expect.poll(() => stages(told).at(-1)).toMatch(/^ended/);
      return stages(told);
    }
    /** Waits for the far end's phone to be called. */
    async function ringingThere(): Promise<void> {
      pbx.phone('1001').answer();
      await expect.poll(() => stages(told)).toContain('far-end');
    }

    const variants = (['legIds', 'delivery', 'order'] as const).flatMap((name) =>
      VARIANT_VALUES[name].map((value) => [`${name}: ${value}`, { [name]: value }] as const),
    );
    test.each(variants)('both legs and the end are seen with %s, in order and once', async (_name, variant) => {
      Object.assign(pbx.variants, variant);
      if (variant.delivery === 'disordered') Object.assign(pbx.variants, { legIds: 'of the call' });

      expect(await wholeCall()).toEqual(['own-phone', 'far-end', 'talking', 'ended completed']);
      expect(new Set(told.reports.map(({ pbxId, ref }) => `${pbxId} ${ref}`)).size).toBe(1);
      expect(told.reports[0]).toMatchObject({ ref: 'ours', number: NUMBER, direction: 'outgoing' });
    });

    test.each([
      ['busy', () => pbx.farEnd().busy(), 'ended busy'],
      ['declined', () => pbx.farEnd().reject(), 'ended rejected'],
      ['given up at the own phone', () => pbx.phone('1001').hangUp(), 'ended cancelled'],
    ])('an end is told with its cause: %s', async (_how, act, end) => {
      const session = await connect(followed());
      await session.dial({ number: NUMBER, ref: 'ours' });
      await expect.poll(() => stages(told)).toContain('own-phone');
      await ringingThere();

      await expect.poll(act).toBe(true);

      await expect.poll(() => stages(told).at(-1)).toBe(end);
    });

    test('an own phone that nobody picks up is told apart from a customer who does not', async () => {
      const session = await connect(followed());
      await session.dial({ number: NUMBER, ref: 'ours' });
      await expect.poll(() => stages(told)).toContain('own-phone');

      clock.advance(31_000);

      await expect.poll(() => stages(told).at(-1)).toBe('ended own-phone-no-answer');
    });

    test('a call that comes in is shown, answered and ended', async () => {
      await connect(followed());
      pbx.incoming('1001', '+16175550188');
      await expect.poll(() => told.reports[0]).toMatchObject({ number: '+16175550188', direction: 'incoming' });

      pbx.phone('1001').answer();
      await expect.poll(() => stages(told).at(-1)).toBe('talking');
      pbx.phone('1001').hangUp();

      await expect.poll(() => stages(told).at(-1)).toBe('ended completed');
    });

    test('nothing is heard of a colleague', async () => {
      await connect(followed());

      pbx.incoming('1002', '+16175550188');
      await pbx.webhooks.settled();
      pbx.incoming('1001', '+16175550189');

      await expect.poll(() => told.reports.map(({ number }) => number)).toEqual(['+16175550189']);
    });

    test.each(VARIANT_VALUES.legIds)('a new session knows the call of the old one by every id (%s)', async (legIds) => {
      Object.assign(pbx.variants, { legIds });
      const background = new MiniBackground(clock);
      const first = await connect(followed(), background.tell);
      await background.opened(first);
      background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
      await expect.poll(() => background.phaseOf('ours')).toBe('ringing');
      first.close();
      pbx.phone('1001').answer();
      await pbx.webhooks.settled();

      const second = await connect(followed(), background.tell);
      background.dispatch({ type: 'lost', error: { kind: 'closed', detail: '' }, jitter: 0 });
      second.follow?.(openCalls(background.state, clock.now()));
      await background.opened(second);
      await expect.poll(() => pbx.farEnd().answer()).toBe(true);

      await expect.poll(() => background.phaseOf('ours')).toBe('talking');
      expect(background.state.calls.length).toBe(1);
    });

    test('a webhook that never came is made up for by the record', async () => {
      const session = await connect(followed());
      await session.dial({ number: NUMBER, ref: 'ours' });
      await expect.poll(() => stages(told)).toContain('own-phone');
      pbx.faults.set('webhook', { kind: 'swallow' }, { always: true });
      pbx.phone('1001').hangUp();
      pbx.phone('1001').reject();

      await pass(60_000);

      await expect.poll(() => stages(told).at(-1)).toMatch(/^ended/);
    });

    test('a relay that was away gets the webhooks again, and the call comes right', async () => {
      Object.assign(pbx.engine.settings, { ringForMs: 120_000 });
      const session = await connect(followed());
      await session.dial({ number: NUMBER, ref: 'ours' });
      await expect.poll(() => stages(told)).toEqual(['own-phone']);
      const address = pbx.webhooks.url;
      pbx.webhooks.url = address.replace(/:\d+/, ':9');
      pbx.phone('1001').answer();
      await expect.poll(() => pbx.webhooks.answers.at(-1)).toBe(0);
      pbx.webhooks.url = address;

      clock.advance(31_000);

      await expect.poll(() => stages(told)).toEqual(['own-phone', 'far-end']);
    });

    test('a lost answer does not lose the call: what the relay tells is taken for it', async () => {
      const background = new MiniBackground(clock);
      await background.opened(await connect(followed(), background.tell));
      pbx.faults.set('click', { kind: 'reset-after' });

      background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });

      await expect.poll(() => background.phaseOf('ours')).toBe('ringing');
      expect(background.state.calls.length).toBe(1);
      expect(pbx.places().length).toBe(1);
    });

    test('without it, or with one that refuses, everything is as before and says why', async () => {
      const refused = await connect(followed({ relayToken: 'wr0ng-t0ken' }));
      await refused.dial({ number: NUMBER, ref: 'ours' });
      await pbx.webhooks.settled();

      expect(refused.capabilities).toEqual(ZORIO);
      expect(refused.limit).toEqual({ kind: 'relay-failed', detail: 'relay: HTTP 401' });
      expect(told.reports).toEqual([]);
      expect(pbx.places().length).toBe(1);
    });
  });
});

/** What was told about calls, in short, with the phone that rings. */
function stages(told: Listener): readonly string[] {
  return told.reports.map(({ change }) => {
    if (change.to === 'ended') return `ended ${change.reason}`;
    return change.to === 'ringing' ? change.leg : change.to;
  });
}

describeFuzz('Zorio', {
  listen() {
    const calls = new OwnCalls();
    calls.follow({ pbxId: 'own-1', ref: 'ref-1', number: CUSTOMER, startedAt: 0 });
    return relayEar((call, now) => calls.take(call, now));
  },
  ours: relayFrames('own-1'),
  theirs: [],
  alive: relayFrames('last')[2] ?? {},
});

describe('answers of a hostile Zorio', () => {
  const GOOD: readonly object[] = [
    { data: { call_uuid: 'c-1', status: 'initiated', from_extension: '1001', to_phone: CUSTOMER, trunk_id: 3 } },
    { data: { call_uuid: 'c-1', end_time: '2026-01-01T10:00:00Z', result: 'ANSWERED', billsec: '42' } },
    { message: 'The given data was invalid.', errors: { to_phone: ['The to phone field is required.'] } },
  ];

  test(`${FUZZ_RUNS} of them throw nothing and are read as what we know`, () => {
    const random = randomFrom(20260103);
    const api = new ZorioApi({ server: 'https://pbx.example.com' } as never, unusedPorts(), 'token');

    for (let run = 0; run < FUZZ_RUNS; run += 1) {
      const response: PbxResponse = {
        status: pick([200, 202, 302, 401, 403, 404, 422, 429, 500, 503], random),
        headers: {
          'content-type': pick(['application/json', 'text/html', ''], random),
          'retry-after': pick(['5', '-1', 'x'], random),
        },
        body: mutate(pick(GOOD, random), random),
      };
      const placed = readPlaced(ok(response), api, 0);
      if (placed.ok) {
        for (const word of Object.values(placed.value.told ?? {})) expect(word.length).toBeLessThanOrEqual(200);
      }
      const record = readRecord(response);
      if (record) expect(typeof record.reason).toBe('string');
    }
  });
});
