import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import { type Capabilities, PLACE_ONLY } from '../../src/core/connection.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import { OwnLegs } from '../../src/pbx/call-control-v3/own-legs.ts';
import { FOLLOWED } from '../../src/pbx/call-control-v3/session.ts';
import { callControlV3 } from '../../src/pbx/vendors/call-control-v3.ts';
import {
  deafen,
  type RigRelay,
  sendNonsenseFrames,
  startRigRelay,
  V3_KEY,
  v3Agent,
  v3WebhookUrl,
} from '../relay/rig.ts';
import { startV3, V3_VARIANT_VALUES, type V3Simulator, type V3Variants } from '../simulators/call-control-v3.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { type ContractPbx, describeContract, passing, turns } from './contract.ts';
import { CUSTOMER, describeFuzz, relayEar, relayFrames } from './frame-fuzz.ts';
import { Listener } from './listener.ts';
import { MiniBackground } from './mini-background.ts';
import { type NodePorts, nodePorts } from './node-ports.ts';

const NUMBER = '+16175550142';

type Way = 'followed' | 'token from the relay' | 'placed' | 'relay refused';

/** An account without relay. */
function accountOf(pbx: V3Simulator): AccountValues {
  return { server: pbx.origin, tenantId: pbx.tenant, extension: '210', token: pbx.token };
}

/** A relay that gets this simulator's events, holds its refresh token, and reads its clock. */
async function relayFor(
  pbx: V3Simulator,
  clock: VirtualClock,
): Promise<RigRelay & { readonly account: AccountValues }> {
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'pagedial-relay-')), 'tokens.json');
  writeFileSync(tokenFile, JSON.stringify({ [`${pbx.tenant}/210`]: { refreshToken: pbx.refreshToken } }));
  const refresh = {
    url: `${pbx.origin}/oauth/token`,
    headers: {},
    body: { as: 'form', values: { grant_type: 'refresh_token', refresh_token: '{refreshToken}' } },
    accessToken: 'access_token',
    refreshToken: 'refresh_token',
    expiresIn: 'expires_in',
  } as const;
  const callControlV3 = { key: V3_KEY, tenants: [pbx.tenant], extensions: [], tokenFile, refresh };
  const relay = await startRigRelay({ config: { callControlV3 }, now: () => clock.now() });
  pbx.webhooks.url = v3WebhookUrl(relay);
  return Object.assign(relay, { account: { relayUrl: relay.origin, relayToken: relay.token(v3Agent('210')) } });
}

async function contractPbx(clock: VirtualClock, way: Way): Promise<ContractPbx> {
  const pbx = await startV3({ clock });
  const relay = way === 'placed' ? undefined : await relayFor(pbx, clock);
  const { token: _token, ...withoutToken } = accountOf(pbx);
  const account: AccountValues = {
    ...(way === 'token from the relay' ? withoutToken : accountOf(pbx)),
    ...relay?.account,
    ...(way === 'relay refused' ? { relayToken: 'wr0ng-relay-token' } : {}),
  };
  const wrong = way === 'token from the relay' ? { relayToken: 'wr0ng-relay-token' } : { token: 'wr0ng-token' };
  const answer = (status: number) => ({ point: 'dial', fault: { kind: 'answer', status } }) as const;
  return {
    account,
    wrongAccount: { ...account, ...wrong },
    secrets: [pbx.token, pbx.refreshToken, 'wr0ng-token', 'wr0ng-relay-token', relay?.account.relayToken ?? 'none'],
    faults: pbx.faults,
    journal: pbx.journal,
    violations: pbx.violations,
    loginPoint: 'dial',
    ambiguous: {
      'answer lost': { point: 'dial', fault: { kind: 'reset-after' } },
      'cut before': { point: 'dial', fault: { kind: 'reset-before' } },
      'no answer': { point: 'dial', fault: { kind: 'delay', ms: 60_000 } },
      'server error': { point: 'dial', fault: { kind: 'wrong-answer', status: 500 } },
      'bad gateway': { point: 'dial', fault: { kind: 'wrong-answer', status: 502, body: '<html></html>' } },
      'a page': { point: 'dial', fault: { kind: 'wrong-answer', status: 200, body: '<html>Sign in</html>' } },
      'a redirect': { point: 'dial', fault: { kind: 'answer', status: 307, headers: { location: '/elsewhere' } } },
    },
    refusals: {
      'bad request': { ...answer(400), kind: 'rejected' },
      'token run out': { ...answer(401), kind: way === 'token from the relay' ? 'closed' : 'login-refused' },
      'foreign extension': { ...answer(403), kind: 'not-allowed' },
      'wrong address': { ...answer(404), kind: 'not-a-pbx' },
      'bad number': { ...answer(422), kind: 'number-refused' },
      'too many': { ...answer(429), kind: 'rate-limited' },
    },
    places: () => pbx.places().length,
    isPlaceRequest: (entry) => entry.kind === 'request' && entry.body.includes('click-to-dial'),
    phone: () => pbx.phone('210'),
    farEnd: () => pbx.farEnd(),
    dropLine() {
      for (const socket of relay?.sockets ?? []) socket.terminate();
    },
    halfOpen: () => relay && deafen(relay),
    sendNonsense() {
      sendNonsense(pbx);
      if (relay) sendNonsenseFrames(relay, { callId: 'leg-x' });
    },
    async close() {
      await pbx.close();
      await relay?.close();
    },
  };
}

function sendNonsense(pbx: V3Simulator): void {
  const ours = { tenant_id: pbx.tenant, user_extension: '210', id: 'leg-x', direction: 'out', state: 'ACTIVE' };
  const events: readonly unknown[] = [
    null,
    42,
    'RINGING',
    [],
    {},
    { ...ours, id: undefined },
    { ...ours, id: {} },
    { ...ours, state: 'SUMMARY' },
    { ...ours, state: ['ACTIVE'] },
    { ...ours, tenant_id: 'another', callee_number: NUMBER },
    { ...ours, user_extension: '211', callee_number: NUMBER },
    { ...ours, user_extension: 210.5 },
    { call_summary: { id: 'leg-x', duration: 12 } },
  ];
  for (const text of ['', '{', '<html></html>', '\u0000']) pbx.broadcast(text);
  for (const event of events) pbx.broadcast(JSON.stringify(event));
}

const CASES: readonly (readonly [name: string, way: Way, capabilities: Capabilities])[] = [
  ['Call Control v3', 'placed', PLACE_ONLY],
  ['Call Control v3 with a relay', 'followed', FOLLOWED],
  ['Call Control v3 with a relay that has the token', 'token from the relay', FOLLOWED],
  ['Call Control v3 with a relay that refuses', 'relay refused', PLACE_ONLY],
];
for (const [name, way, capabilities] of CASES) {
  describeContract({
    name,
    adapter: callControlV3,
    capabilities,
    isLimited: way === 'relay refused',
    loginAt: 'dial',
    start: (clock) => contractPbx(clock, way),
  });
}

describe('Call Control v3', () => {
  let clock: VirtualClock;
  let pbx: V3Simulator;
  let relay: RigRelay & { readonly account: AccountValues };
  let ports: NodePorts;
  let told: Listener;
  const open: PbxSession[] = [];

  beforeEach(async () => {
    clock = virtualClock();
    pbx = await startV3({ clock });
    relay = await relayFor(pbx, clock);
    ports = nodePorts({ clock });
    told = new Listener();
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.close();
    await pbx.close();
    await relay.close();
  });

  const withRelay = (): AccountValues => ({ ...accountOf(pbx), ...relay.account });
  async function session(account = withRelay(), tell = told.tell): Promise<PbxSession> {
    const opened = await callControlV3.connect(account, ports, tell);
    if (!opened.ok) throw new Error(`not connected: ${JSON.stringify(opened.error)}`);
    open.push(opened.value);
    return opened.value;
  }
  async function talking(): Promise<{ readonly line: PbxSession; readonly id: string }> {
    const line = await session();
    const placed = await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('210').answer();
    await expect.poll(() => told.states()).toContain('talking');
    return { line, id: (placed.ok && placed.value.pbxId) || '' };
  }

  test('a command is exactly as documented: slash, objects, bearer', async () => {
    const line = await session(accountOf(pbx));

    await line.dial({ number: NUMBER, ref: 'c1' });

    const request = pbx.journal.requests().at(-1);
    expect(request).toMatchObject({ method: 'POST', path: '/v3/call_control/' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      command: 'click-to-dial',
      user: { tenant_id: pbx.tenant, user_extension: '210' },
      payload: { destination: NUMBER },
    });
    expect(pbx.violations).toEqual([]);
  });

  test.each(['', '/', '/v3/call_control/', '/v3'])(
    'an address with "%s" at its end is the same service',
    async (end) => {
      const line = await session({ ...accountOf(pbx), server: `${pbx.origin}${end}` });

      expect((await line.dial({ number: '200', ref: 'c1' })).ok).toBe(true);
    },
  );

  test('our own phone picked up is only that: nothing claims that the far end talks', async () => {
    const { line } = await talking();

    expect(line.capabilities).toMatchObject({ seesFarEnd: false, seesAnswer: false });
  });

  test('a call is held and taken up again', async () => {
    await talking();
    pbx.farEnd().answer();

    pbx.phone('210').hold();
    await expect.poll(() => told.states().at(-1)).toBe('held');
    pbx.phone('210').resume();

    await expect.poll(() => told.states().at(-1)).toBe('talking');
  });

  test.each([
    ['nobody picks our own phone up', () => clock.advance(40_000), 'ended own-phone-no-answer'],
    ['our own phone declines', () => pbx.phone('210').reject(), 'ended own-phone-no-answer'],
    [
      'the far end does not answer, which the service does not tell apart',
      () => {
        pbx.phone('210').answer();
        clock.advance(200);
        pbx.farEnd().busy();
      },
      'ended unknown',
    ],
  ])('when %s the call ends as far as that is known', async (_how, act, state) => {
    const line = await session();
    await line.dial({ number: NUMBER, ref: 'c1' });

    act();

    await expect.poll(() => told.states().at(-1)).toBe(state);
  });

  test('one "too many" pauses both commands until the time it named', async () => {
    const { line, id } = await talking();
    pbx.faults.set('hang-up', { kind: 'answer', status: 429, headers: { 'retry-after': '9' } });

    const first = await line.hangUp(id);
    clock.advance(4_000);
    const sent = pbx.journal.requests().length;
    const placed = await line.dial({ number: '200', ref: 'c2' });
    const again = await line.hangUp(id);

    expect(first).toEqual({ ok: false, error: { kind: 'rate-limited', retryAfterMs: 9_000 } });
    expect(placed).toEqual({
      ok: false,
      error: { error: { kind: 'rate-limited', retryAfterMs: 5_000 }, placed: 'no' },
    });
    expect(again).toEqual({ ok: false, error: { kind: 'rate-limited', retryAfterMs: 5_000 } });
    expect(pbx.journal.requests().length).toBe(sent);
    clock.advance(5_000);
    expect((await line.hangUp(id)).ok).toBe(true);
  });

  test('an extension of somebody else is named', async () => {
    const line = await session({ ...accountOf(pbx), extension: '211' });

    expect(await line.dial({ number: NUMBER, ref: 'c1' })).toEqual({
      ok: false,
      error: {
        placed: 'no',
        error: { kind: 'not-allowed', detail: 'extension 211 does not belong to this login' },
      },
    });
  });

  test.each([403, 404] as const)(
    'a hang-up refused (%s) since the other side was faster is no failure',
    async (goneLeg) => {
      pbx.variants.goneLeg = goneLeg;
      const { line, id } = await talking();
      pbx.farEnd().answer();
      pbx.variants.order = 'answer-first';
      pbx.farEnd().hangUp();

      const result = await line.hangUp(id);

      expect(result.ok).toBe(true);
      expect(told.states().at(-1)).toMatch(/^ended/);
    },
  );

  test('a hang-up refused while the call lives on is told', async () => {
    const { line, id } = await talking();
    pbx.faults.set('hang-up', { kind: 'answer', status: 403 });

    const result = await passing(line.hangUp(id), clock);

    expect(result).toMatchObject({ ok: false, error: { kind: 'not-allowed' } });
  });

  test('only a leg of our own extension is ever named', async () => {
    const { line } = await talking();
    const foreign = pbx.colleagueCalls('211', NUMBER);

    await line.hangUp(pbx.legId(foreign));

    expect(foreign.phase).not.toBe('ended');
    expect(pbx.violations).toEqual([]);
  });

  test("a colleague's call to the same number is not taken for ours", async () => {
    const line = await session();
    pbx.colleagueCalls('211', NUMBER);

    const placed = await line.dial({ number: NUMBER, ref: 'c1' });

    expect(told.reports.length).toBe(1);
    expect(placed).toEqual({ ok: true, value: { pbxId: pbx.legId(pbx.calls()[1] ?? expect.fail()) } });
  });

  test('a call from outside is shown with its number', async () => {
    await session();

    pbx.incoming('210', '+16175550188', 'Carla');

    await expect
      .poll(() => told.reports[0])
      .toMatchObject({
        number: '+16175550188',
        name: 'Carla',
        direction: 'incoming',
      });
  });

  test('a call whose events are late is accepted all the same, and known when they come', async () => {
    const background = new MiniBackground(clock);
    await background.opened(await session(withRelay(), background.tell));
    pbx.faults.set('webhook', { kind: 'swallow' });

    background.dispatch({ type: 'dial', id: 'c1', number: NUMBER, dialled: NUMBER });
    await passing(expect.poll(() => background.state.calls[0]?.placed).toBe('yes'), clock);
    pbx.phone('210').answer();

    await expect.poll(() => background.phaseOf('c1')).toBe('talking');
  });

  test('a token that ran out in mid-call ends the session as refused, once, and is not tried again', async () => {
    const { line, id } = await talking();
    pbx.expireSessions();

    const result = await line.hangUp(id);
    const sent = pbx.journal.requests().length;
    await line.hangUp(id);

    expect(result).toMatchObject({ ok: false, error: { kind: 'login-refused' } });
    expect(told.of('lost').length).toBe(1);
    expect(pbx.journal.requests().length).toBe(sent);
  });

  test('a token that has run out is known at once where the service looks at it first', async () => {
    const refused = await callControlV3.connect({ ...accountOf(pbx), token: 'wr0ng-token' }, ports, told.tell);

    expect(refused).toMatchObject({ ok: false, error: { kind: 'login-refused' } });
    expect(told.steps).toEqual(['reach ok', 'login login-refused']);
  });

  test.each([502, 503, 504])('a service that is down (%s) is tried again later', async (status) => {
    pbx.faults.set('probe', { kind: 'answer', status });

    expect(await callControlV3.connect(accountOf(pbx), ports, told.tell)).toMatchObject({
      ok: false,
      error: { kind: 'unreachable' },
    });
  });

  test('what no phone system takes is not sent', async () => {
    const line = await session(accountOf(pbx));

    for (const number of ['*21#', '617-555', '']) {
      expect(await line.dial({ number, ref: 'c1' })).toMatchObject({ ok: false, error: { placed: 'no' } });
    }
    expect(pbx.violations).toEqual([]);
  });

  test('a token of the relay that is refused in mid-call is renewed, and the call is hung up', async () => {
    const { token: _token, ...account } = withRelay();
    const line = await session(account);
    const placed = await line.dial({ number: NUMBER, ref: 'c1' });
    clock.advance(20_000);
    pbx.faults.set('hang-up', { kind: 'answer', status: 401 });

    const result = await line.hangUp((placed.ok && placed.value.pbxId) || '');

    expect(result.ok).toBe(true);
    expect(pbx.calls()[0]?.endedBy).toBe('api');
    expect(told.of('lost')).toEqual([]);
    expect(pbx.journal.requests().filter(({ path }) => path === '/oauth/token').length).toBe(2);
    expect(pbx.violations).toEqual([]);
  });

  test('a relay that has no token for this extension is a login that the user has to mend', async () => {
    const { token: _token, ...account } = withRelay();
    const other = { ...account, extension: '211', relayToken: relay.token(v3Agent('211')) };

    expect(await callControlV3.connect(other, ports, told.tell)).toMatchObject({
      ok: false,
      error: { kind: 'login-refused', detail: 'relay: HTTP 404' },
    });
  });

  test("a relay's token of somebody else shows nobody's calls", async () => {
    const line = await session({ ...withRelay(), relayToken: relay.token(v3Agent('211')) });
    pbx.colleagueCalls('211', NUMBER);
    await turns();

    expect(line.limit).toEqual({ kind: 'relay-failed', detail: 'relay: the token is for another extension' });
    expect(line.capabilities).toEqual(PLACE_ONLY);
    expect(told.reports).toEqual([]);
  });

  test('what happened while the line was away is told when it is back', async () => {
    const first = await talking();
    first.line.close();
    pbx.farEnd().answer();
    await pbx.webhooks.settled();
    const again = new Listener();

    const line = await session(withRelay(), again.tell);
    const during = await line.listCalls();
    line.close();
    pbx.farEnd().hangUp();
    await pbx.webhooks.settled();
    const last = new Listener();
    const after = await (await session(withRelay(), last.tell)).listCalls();

    expect(during).toMatchObject({ ok: true, value: [{ pbxId: first.id, change: { to: 'talking' } }] });
    expect(after).toEqual({ ok: true, value: [] });
    expect(last.states()).toEqual(['ended unknown']);
  });

  test.each([
    [{ relayUrl: 'http://relay.example.com', relayToken: 'x' }, ['relayUrl']],
    [{ relayUrl: 'https://relay.example.com' }, ['relayToken']],
    [{ relayUrl: 'https://relay.example.com', relayToken: 'x', token: '' }, []],
    [{ token: '' }, ['token']],
  ])('of the account %j wrong is %j', (change, wrong) => {
    expect(Object.keys(callControlV3.check({ ...accountOf(pbx), ...change }))).toEqual(wrong);
  });

  test('a relay in a folder of a web server is asked there, and only its site is asked for', async () => {
    const account = { ...withRelay(), relayUrl: `${relay.origin}/pagedial/` };

    await session(account);

    expect(ports.asked).toContain(`POST ${relay.origin}/pagedial/ticket`);
    expect(callControlV3.needs({ ...account, relayUrl: 'https://relay.example.com/pagedial' }).origins).toContain(
      'https://relay.example.com/*',
    );
  });

  const variants = Object.entries(V3_VARIANT_VALUES).flatMap(([name, values]) =>
    values.map((value) => [`${name}: ${String(value)}`, { [name]: value } as Partial<V3Variants>] as const),
  );
  test.each(variants)('a whole call goes well with %s', async (_name, variant) => {
    Object.assign(pbx.variants, variant);
    const line = await session();

    const placed = await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('210').answer();
    await expect.poll(() => told.states()).toContain('talking');
    pbx.farEnd().answer();
    await turns();
    pbx.farEnd().hangUp();
    await expect.poll(() => told.states()).toEqual(['ringing', 'talking', 'ended unknown']);

    expect(placed).toMatchObject({ ok: true, value: { pbxId: told.reports[0]?.pbxId } });
    expect(told.reports[0]?.ref).toBe('c1');
    expect(pbx.violations).toEqual([]);
  });
});

describeFuzz('Call Control v3', {
  listen() {
    const legs = new OwnLegs('45');
    legs.expect('ref-1', CUSTOMER, 0);
    return relayEar((call, now) => legs.take(call, now));
  },
  ours: relayFrames('own-1'),
  theirs: [],
  alive: relayFrames('last')[2] ?? {},
});
