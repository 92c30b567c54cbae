import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import { LIVE, UNHEARD } from '../../src/pbx/asterisk-ari/live-session.ts';
import { OwnLegs } from '../../src/pbx/asterisk-ari/own-legs.ts';
import { readEndpoint, readEvent } from '../../src/pbx/asterisk-ari/read-event.ts';
import { readJson } from '../../src/pbx/frames.ts';
import { asteriskAri } from '../../src/pbx/vendors/asterisk-ari.ts';
import { type AriSimulator, startAri } from '../simulators/asterisk-ari.ts';
import { ARI_VARIANT_VALUES, type AriVariants } from '../simulators/asterisk-ari-variants.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { type ContractPbx, describeContract, passing, turns } from './contract.ts';
import { CUSTOMER, describeFuzz } from './frame-fuzz.ts';
import { Listener } from './listener.ts';
import { MiniBackground } from './mini-background.ts';
import { type NodePorts, nodePorts } from './node-ports.ts';

const NUMBER = '+16175550142';

function accountOf(pbx: AriSimulator): AccountValues {
  return { server: pbx.origin, ...pbx.login, endpoint: 'PJSIP/2040', context: 'agents' };
}

async function contractPbx(clock: VirtualClock, way: 'phone' | 'all devices' | 'no socket'): Promise<ContractPbx> {
  const pbx = await startAri({ clock });
  if (way === 'no socket') pbx.faults.set('socket', { kind: 'refuse', status: 400 }, { always: true });
  const account = { ...accountOf(pbx), ...(way === 'all devices' ? { endpoint: 'Local/2040@agents' } : {}) };
  const answer = (status: number, message: string) =>
    ({ point: 'originate', fault: { kind: 'answer', status, body: JSON.stringify({ message }) } }) as const;
  return {
    account,
    wrongAccount: { ...account, password: 'wr0ng-s3cret' },
    secrets: ['ari-s3cret', 'wr0ng-s3cret'].flatMap((secret) => [
      secret,
      Buffer.from(`pagedial:${secret}`).toString('base64'),
    ]),
    secretsInSockets: true,
    faults: pbx.faults,
    journal: pbx.journal,
    violations: pbx.violations,
    loginPoint: way === 'all devices' ? 'asterisk' : 'endpoints',
    ambiguous: {
      'cut before': { point: 'originate', fault: { kind: 'reset-before' } },
      'server error': { point: 'originate', fault: { kind: 'answer', status: 500, body: 'Internal Server Error' } },
      'bad gateway': { point: 'originate', fault: { kind: 'answer', status: 502, body: '<html></html>' } },
      'a page': { point: 'originate', fault: { kind: 'answer', status: 200, body: '<html>Sign in</html>' } },
      'a redirect': { point: 'originate', fault: { kind: 'answer', status: 307, headers: { location: '/elsewhere' } } },
    },
    refusals: {
      'bad request': { ...answer(400, 'Endpoint must be specified'), kind: 'rejected' },
      'password changed': { ...answer(401, 'Authentication required'), kind: 'login-refused' },
      'read only': { ...answer(403, 'Write access denied'), kind: 'not-allowed' },
      'ARI switched off': { point: 'originate', fault: { kind: 'answer', status: 404 }, kind: 'not-a-pbx' },
      starting: { ...answer(503, 'Asterisk not booted'), kind: 'unreachable' },
      'a busy proxy': { point: 'originate', fault: { kind: 'answer', status: 429 }, kind: 'rate-limited' },
    },
    places: () => pbx.places().length,
    isPlaceRequest: (entry) =>
      entry.kind === 'request' && entry.method === 'POST' && entry.path.startsWith('/ari/channels'),
    phone: () => pbx.phone('2040'),
    farEnd: () => pbx.farEnd(),
    dropLine: () => pbx.dropSockets(1006),
    halfOpen: () => pbx.halfOpen(),
    sendNonsense: () => sendNonsense(pbx),
    close: () => pbx.close(),
  };
}

/** Frames that must change nothing: malformed, of types we do not know, or about legs of others. */
function sendNonsense(pbx: AriSimulator): void {
  const foreign = { id: '1767225600.77', name: 'PJSIP/2041-00000077', state: 'Up', dialplan: { app_name: 'AppDial2' } };
  const nearly = { ...foreign, id: '1767225600.78', name: 'PJSIP/20401-00000078' };
  const frames: readonly unknown[] = [
    null,
    42,
    [],
    { type: ['Dial'] },
    { type: 'Dial' },
    { type: 'Dial', peer: 'x', caller: [] },
    { type: 'Dial', caller: foreign, peer: nearly, dialstatus: 'ANSWER' },
    { type: 'ChannelCreated' },
    { type: 'ChannelCreated', channel: { id: 5 } },
    { type: 'ChannelStateChange', channel: foreign },
    { type: 'ChannelStateChange', channel: nearly },
    { type: 'ChannelDestroyed', channel: foreign, cause: 'x' },
    { type: 'ChannelDestroyed', cause: 16 },
    { type: 'EndpointStateChange', endpoint: { technology: 'PJSIP', resource: '2041', state: 'offline' } },
    { type: 'EndpointStateChange', endpoint: null },
    { type: 'MissingParams', params: ['app'] },
    { type: 'NoSuchEventYet', channel: { ...foreign, name: 'PJSIP/2040-00000099' } },
  ];
  for (const text of ['', '{', '<html></html>', '\u0000', 'x'.repeat(1024 * 1024)]) pbx.broadcast(text);
  pbx.broadcast(Buffer.from([0, 1, 2, 255]));
  for (const frame of frames) pbx.broadcast(JSON.stringify(frame));
}

for (const way of ['phone', 'all devices'] as const) {
  describeContract({
    name: `Asterisk, ${way}`,
    adapter: asteriskAri,
    capabilities: LIVE,
    start: (clock) => contractPbx(clock, way),
  });
}
describeContract({
  name: 'Asterisk with the event socket refused',
  adapter: asteriskAri,
  capabilities: UNHEARD,
  isLimited: true,
  start: (clock) => contractPbx(clock, 'no socket'),
});

describe('Asterisk', () => {
  let clock: VirtualClock;
  let pbx: AriSimulator;
  let ports: NodePorts;
  let told: Listener;
  const open: PbxSession[] = [];

  beforeEach(async () => {
    clock = virtualClock();
    pbx = await startAri({ clock });
    ports = nodePorts({ clock });
    told = new Listener();
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.close();
    await pbx.close();
  });

  const connect = (change: AccountValues = {}, tell = told.tell) =>
    asteriskAri.connect({ ...accountOf(pbx), ...change }, ports, tell);
  async function session(change: AccountValues = {}, tell = told.tell): Promise<PbxSession> {
    const opened = await connect(change, tell);
    if (!opened.ok) throw new Error(`not connected: ${JSON.stringify(opened.error)}`);
    open.push(opened.value);
    return opened.value;
  }
  const steps = () => told.reports.map(({ change }) => (change.to === 'ringing' ? change.leg : change.to));

  test('our own phone rings, then the far end, then both talk, hold and talk again', async () => {
    const line = await session();

    await line.dial({ number: NUMBER, ref: 'c1' });
    await expect.poll(steps).toEqual(['own-phone']);
    pbx.phone('2040').answer();
    await expect.poll(steps).toEqual(['own-phone', 'far-end']);
    clock.advance(100);
    pbx.farEnd().answer();
    await expect.poll(steps).toEqual(['own-phone', 'far-end', 'talking']);
    pbx.phone('2040').hold();
    await expect.poll(steps).toEqual(['own-phone', 'far-end', 'talking', 'held']);
    pbx.phone('2040').resume();
    pbx.phone('2040').hangUp();
    await expect.poll(steps).toEqual(['own-phone', 'far-end', 'talking', 'held', 'talking', 'ended']);

    expect(told.states().at(-1)).toBe('ended completed');
    expect(new Set(told.reports.map(({ ref }) => ref))).toEqual(new Set(['c1']));
    expect(pbx.violations).toEqual([]);
  });

  test('our own phone picked up is not the far end answering, though Asterisk calls both ANSWER', async () => {
    const line = await session();

    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('2040').answer();
    await expect.poll(steps).toContain('far-end');
    await turns();

    expect(steps()).not.toContain('talking');
  });

  test.each([
    ['busy', 'busy'],
    ['no-answer', 'no-answer'],
    ['rejected', 'rejected'],
    ['unallocated', 'invalid-number'],
    ['congestion', 'congestion'],
  ] as const)('a far end that fails (%s) ends the call as %s', async (cause, reason) => {
    const line = await session();

    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('2040').answer();
    await turns();
    const call = pbx.calls()[0];
    if (call) pbx.engine.end(call, cause, 'far-end');

    await expect.poll(() => told.states().at(-1)).toBe(`ended ${reason}`);
  });

  test.each([
    ['is not picked up', () => clock.advance(40_000)],
    ['is declined', () => pbx.phone('2040').reject()],
  ])('a call ends as not picked up when our own phone %s', async (_how, act) => {
    const line = await session();

    await line.dial({ number: NUMBER, ref: 'c1' });
    await expect.poll(steps).toEqual(['own-phone']);
    act();

    await expect.poll(() => told.states().at(-1)).toBe('ended own-phone-no-answer');
  });

  test('a call ends as cancelled when the agent hangs up before the far end answers', async () => {
    const line = await session();

    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('2040').answer();
    await turns();
    pbx.phone('2040').hangUp();

    await expect.poll(() => told.states().at(-1)).toBe('ended cancelled');
  });

  test('a call hung up here while both talked is completed, not cancelled', async () => {
    const line = await session();
    const placed = await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('2040').answer();
    pbx.farEnd().answer();
    await expect.poll(steps).toContain('talking');

    await line.hangUp(placed.ok ? (placed.value.pbxId ?? '') : '');

    await expect.poll(() => told.states().at(-1)).toBe('ended completed');
    expect(pbx.calls()[0]?.endedBy).toBe('api');
  });

  test('a context that does not exist is named as the reason, once the phone is picked up', async () => {
    const line = await session({ context: 'nowhere' });

    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('2040').answer();
    await expect.poll(() => told.states().at(-1)).toBe('ended failed');

    expect(told.reports.at(-1)?.change).toMatchObject({
      error: { kind: 'number-refused', detail: `the dialplan has no entry for ${NUMBER} in this context` },
    });
  });

  test.each(['no-leg', 'dead-leg'] as const)('a phone that is not signed in is said so (%s)', async (offlinePhone) => {
    pbx.setUser('2040', { registered: false });
    pbx.variants.offlinePhone = offlinePhone;
    const line = await session();

    const placed = await line.dial({ number: NUMBER, ref: 'c1' });
    clock.advance(1);

    expect(told.steps).toContain('phone phone-not-registered');
    if (offlinePhone === 'no-leg') {
      expect(placed).toMatchObject({ ok: false, error: { placed: 'no', error: { kind: 'phone-not-registered' } } });
    } else {
      await expect.poll(() => told.states().at(-1)).toBe('ended own-phone-no-answer');
    }
  });

  test('a phone that signs in or out while we are connected is told', async () => {
    await session();

    pbx.setUser('2040', { registered: false });
    await expect
      .poll(() => told.of('presence').at(-1)?.people)
      .toMatchObject([{ extension: '2040', registered: false }]);
    pbx.setUser('2040', { registered: true });

    await expect.poll(() => told.of('presence').at(-1)?.people).toMatchObject([{ isOwn: true, registered: true }]);
  });

  test.each([
    ['a wrong password', { password: 'wr0ng-s3cret' }, 'login-refused', 'login login-refused'],
    ['an endpoint nobody has', { endpoint: 'PJSIP/9999' }, 'unknown-user', 'login unknown-user'],
    ['an address without ARI', { server: '/nothing' }, 'not-a-pbx', 'reach not-a-pbx'],
  ])('%s is told apart from the others', async (_name, change, kind, step) => {
    const server = 'server' in change ? { server: `${pbx.origin}/nothing` } : {};
    const refused = await connect({ ...change, ...server });

    expect(refused).toMatchObject({ ok: false, error: { kind } });
    expect(told.steps.at(-1)).toBe(step);
  });

  test('an ARI user who may only read is named, and where that is set', async () => {
    const refused = await connect(pbx.reader);

    expect(refused).toMatchObject({ ok: false, error: { kind: 'not-allowed' } });
    expect(JSON.stringify(refused)).toContain('read_only');
    expect(told.steps).toEqual(['reach ok', 'login not-allowed']);
  });

  test('an Asterisk that is still starting is tried again later', async () => {
    pbx.faults.set('endpoints', { kind: 'answer', status: 503, body: '{"message":"Asterisk not booted"}' });

    expect(await connect()).toMatchObject({
      ok: false,
      error: { kind: 'unreachable', detail: 'Asterisk is still starting' },
    });
  });

  test.each([
    ['answer lost', { kind: 'reset-after' }],
    ['no answer in time', { kind: 'delay', ms: 60_000 }],
    ['server error after the fact', { kind: 'wrong-answer', status: 500, body: 'Internal Server Error' }],
    ['a page after the fact', { kind: 'wrong-answer', status: 200, body: '<html>Sign in</html>' }],
  ] as const)('a call whose answer went astray (%s) is found by its id', async (_name, fault) => {
    const line = await session();
    pbx.faults.set('originate', fault);

    const placed = await passing(line.dial({ number: NUMBER, ref: 'c1' }), clock);

    expect(placed).toEqual({ ok: true, value: { pbxId: 'pagedial-c1' } });
    expect(pbx.places().length).toBe(1);
  });

  test('an id that is taken already means that the request has arrived before', async () => {
    const line = await session();
    await line.dial({ number: NUMBER, ref: 'c1' });

    const again = await line.dial({ number: NUMBER, ref: 'c1' });

    expect(again).toEqual({ ok: true, value: { pbxId: 'pagedial-c1' } });
    expect(pbx.places().length).toBe(1);
  });

  test('the phone shows whom it is about to call, and the far end sees the agent', async () => {
    const line = await session();

    await line.dial({ number: NUMBER, ref: 'c1', name: 'Jane "J" <Doe>\r\n' });

    expect(pbx.places()).toMatchObject([
      { number: NUMBER, callerId: `"Jane J Doe" <${NUMBER}>`, seenBy: { number: '2040', name: '' } },
    ]);
  });

  test('what no dialplan should see is not sent', async () => {
    const line = await session();

    const refused = await line.dial({ number: '617&SYSTEM(x)', ref: 'c1' });

    expect(refused).toMatchObject({ ok: false, error: { placed: 'no', error: { kind: 'number-refused' } } });
    expect(pbx.journal.requests().some(({ path }) => path.includes('SYSTEM'))).toBe(false);
  });

  test('calls of a colleague, even to the same number, are neither shown nor hung up', async () => {
    pbx.variants.foreignEvents = true;
    const line = await session();
    const foreign = pbx.colleagueCalls('2041', NUMBER);

    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('2041').answer(foreign.id);
    await expect.poll(steps).toEqual(['own-phone']);
    const hungUp = await line.hangUp(pbx.channelId(foreign));
    const listed = await line.listCalls();

    expect(told.reports.every(({ pbxId }) => pbxId === 'pagedial-c1')).toBe(true);
    expect(listed).toMatchObject({ ok: true, value: [{ pbxId: 'pagedial-c1' }] });
    expect(hungUp.ok).toBe(true);
    expect(foreign.phase).not.toBe('ended');
    expect(pbx.violations).toEqual([]);
  });

  test('a call from outside is shown with its number and declined by hanging up', async () => {
    const line = await session();

    const call = pbx.incoming('2040', '+16175550188', 'Carla');
    await expect
      .poll(() => told.reports.at(-1))
      .toMatchObject({
        number: '+16175550188',
        name: 'Carla',
        direction: 'incoming',
        change: { to: 'ringing', leg: 'own-phone' },
      });
    await line.hangUp(pbx.channelId(call));

    await expect.poll(() => told.states().at(-1)).toBe('ended rejected');
  });

  test('a call dialled at the desk phone is shown as it goes', async () => {
    await session();

    pbx.deskCalls('2040', '16175550143');
    await expect.poll(steps).toEqual(['far-end']);
    pbx.farEnd().answer();

    await expect.poll(steps).toEqual(['far-end', 'talking']);
    expect(told.reports[0]).toMatchObject({ number: '16175550143', direction: 'outgoing' });
    expect(told.reports[0]?.ref).toBeUndefined();
  });

  test.each([
    ['rings at our own phone', 0, { to: 'ringing', leg: 'own-phone' }],
    ['rings at the far end', 1, { to: 'ringing', leg: 'far-end' }],
    ['is talked on', 2, { to: 'talking' }],
  ])('after a gap a call that %s is listed as such, with our own id', async (_how, answered, change) => {
    const line = await session();
    await line.dial({ number: NUMBER, ref: 'c1' });
    if (answered > 0) pbx.phone('2040').answer();
    if (answered > 1) pbx.farEnd().answer();
    line.close();

    const again = await session();

    expect(await again.listCalls()).toMatchObject({ ok: true, value: [{ ref: 'c1', pbxId: 'pagedial-c1', change }] });
    expect(pbx.violations).toEqual([]);
  });

  test('after a gap a call through all devices is found by the id it was given', async () => {
    const all = { endpoint: 'Local/2040@agents' };
    const line = await session(all);
    await line.dial({ number: NUMBER, ref: 'c1' });
    line.close();

    const again = await session(all);
    again.follow?.([{ ref: 'c1', pbxId: 'pagedial-c1', number: NUMBER, startedAt: clock.now() }]);
    const listed = await again.listCalls();
    pbx.phone('2040').answer();

    expect(listed).toMatchObject({ ok: true, value: [{ ref: 'c1' }] });
    await expect.poll(steps).toContain('far-end');
  });

  test('a call through all devices is not over when both ends talk', async () => {
    const line = await session({ endpoint: 'Local/2040@agents' });

    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.phone('2040').answer();
    pbx.farEnd().answer();
    await expect.poll(steps).toContain('talking');
    await turns();

    expect(steps().at(-1)).toBe('talking');
    expect(pbx.places()[0]?.endpoint).toBe('Local/2040@agents/n');
  });

  test('a leg that ended unseen is told as ended, reason not known', async () => {
    const line = await session();
    await line.dial({ number: NUMBER, ref: 'c1' });
    await expect.poll(steps).toEqual(['own-phone']);
    pbx.faults.set('frame:ChannelDestroyed', { kind: 'swallow' });
    pbx.phone('2040').reject();

    const listed = await line.listCalls();

    expect(listed).toEqual({ ok: true, value: [] });
    expect(told.states().at(-1)).toBe('ended unknown');
  });

  test('a call that is still being asked for is not taken for over because it is in no list yet', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow: NodePorts = {
      ...ports,
      async request(request) {
        if (request.method === 'POST' && request.url.includes('/channels/')) await held;
        return ports.request(request);
      },
    };
    const opened = await asteriskAri.connect(accountOf(pbx), slow, told.tell);
    if (!opened.ok) throw new Error('not connected');
    open.push(opened.value);

    const placing = opened.value.dial({ number: NUMBER, ref: 'c1' });
    await opened.value.hangUp('1767225600.99');
    letGo();
    await placing;

    await expect.poll(steps).toEqual(['own-phone']);
  });

  test('late and repeated words about a leg that is over change nothing', async () => {
    const line = await session();
    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.faults.set('frame:ChannelDestroyed', { kind: 'twice' });
    pbx.phone('2040').reject();
    await expect.poll(() => told.states().at(-1)).toMatch(/^ended/);
    const before = told.reports.length;

    pbx.broadcast(
      JSON.stringify({
        type: 'ChannelStateChange',
        channel: { id: 'pagedial-c1', name: 'PJSIP/2040-00000001', state: 'Up' },
      }),
    );
    await turns();

    expect(told.reports.length).toBe(before);
  });

  test('two browsers of one agent go by two names, and each keeps its own', async () => {
    const first = await session();
    const other = new Listener();
    await session({}, other.tell);
    const names = pbx.apps();
    first.close();

    await session({ _app: String(told.of('remember')[0]?.values._app) });

    expect(new Set(names).size).toBe(2);
    expect(pbx.apps()).toContain(names[0]);
    expect(told.of('lost')).toEqual([]);
    expect(other.of('lost')).toEqual([]);
  });

  test('a browser that lost its name to another takes a new one instead of fighting for it', async () => {
    await session({ _app: 'pagedial-shared' });
    const other = new Listener();
    await session({ _app: 'pagedial-shared' }, other.tell);
    await expect.poll(() => told.of('lost').length).toBe(1);

    expect(told.of('remember')).toEqual([{ type: 'remember', values: { _app: '' } }]);
    await turns();
    expect(other.of('lost')).toEqual([]);
  });

  test('a beat asks for an event through the socket itself', async () => {
    const line = await session();
    pbx.faults.set('frame:ChannelUserevent', { kind: 'swallow' });

    const silent = await passing(line.beat(), clock);
    const heard = await line.beat();

    expect(silent).toEqual({ ok: false, error: { kind: 'timeout', afterMs: 8_000 } });
    expect(heard.ok).toBe(true);
  });

  test('a password changed in mid-call ends the session as refused, once', async () => {
    const line = await session();
    await line.dial({ number: NUMBER, ref: 'c1' });

    pbx.changePassword('2040', 'an0ther-s3cret');
    const first = await line.beat();
    const second = await line.beat();

    expect([first.ok, second.ok]).toEqual([false, false]);
    expect(told.of('lost')).toEqual([{ type: 'lost', error: { kind: 'login-refused', detail: 'HTTP 401' } }]);
  });

  test('an Asterisk restarted in mid-call ends the line; the call is gone when it is back', async () => {
    const background = new MiniBackground(clock);
    const line = await session({}, background.tell);
    await background.opened(line);
    background.dispatch({ type: 'dial', id: 'c1', number: NUMBER, dialled: NUMBER });
    await expect.poll(() => background.phaseOf('c1')).toBe('ringing');

    pbx.dropSockets(1006);
    pbx.engine.reset();
    pbx.reset();
    await expect.poll(() => background.state.connection.status).not.toBe('online');
    clock.advance(60_000);
    await background.opened(await session({}, background.tell));

    expect(background.phaseOf('c1')).toBe('ended unknown');
  });

  const variants = Object.entries(ARI_VARIANT_VALUES).flatMap(([name, values]) =>
    values.map((value) => [`${name}: ${String(value)}`, { [name]: value } as Partial<AriVariants>] as const),
  );
  test.each(variants)('a whole call goes well with %s', async (_name, variant) => {
    Object.assign(pbx.variants, variant);
    const line = await session();

    const placed = await line.dial({ number: NUMBER, ref: 'c1' });
    await expect.poll(steps).toEqual(['own-phone']);
    pbx.phone('2040').answer();
    await expect.poll(steps).toContain('far-end');
    clock.advance(100);
    pbx.farEnd().answer();
    await expect.poll(steps).toContain('talking');
    pbx.farEnd().hangUp();
    await expect.poll(steps).toEqual(['own-phone', 'far-end', 'talking', 'ended']);

    expect(placed.ok).toBe(true);
    expect(told.states().at(-1)).toBe('ended completed');
    expect(pbx.violations).toEqual([]);
  });

  test.each([
    ['server', 'http://pbx.example.com:8088', 'pbx_address_insecure'],
    ['user', 'page:dial', 'pbx_asterisk_ari_user_bad'],
    ['endpoint', '2040', 'pbx_asterisk_ari_endpoint_bad'],
    ['endpoint', 'Local/2040', 'pbx_asterisk_ari_endpoint_bad'],
    ['endpoint', 'PJSIP/2040&PJSIP/2041', 'pbx_asterisk_ari_endpoint_bad'],
    ['context', 'from internal', 'pbx_asterisk_ari_context_bad'],
  ])('the form finds what is wrong with %s "%s"', (key, value, problem) => {
    expect(asteriskAri.check({ ...accountOf(pbx), [key]: value })).toEqual({ [key]: problem });
  });

  test.each(['/', '/ari', '/ari/'])('an address with "%s" at its end is the same PBX', async (path) => {
    await session({ server: `${pbx.origin}${path}` });

    expect(pbx.sockets().length).toBe(1);
  });
});

const channelFrame = (id: string, name: string, more: object = {}) => ({
  id,
  name,
  state: 'Up',
  connected: { number: CUSTOMER, name: 'Ann' },
  dialplan: { exten: 's', app_name: 'Dial' },
  ...more,
});
const eventsOf = (channel: object, other: object): readonly object[] => [
  ...[
    'ChannelCreated',
    'ChannelStateChange',
    'ChannelDialplan',
    'ChannelHold',
    'ChannelUnhold',
    'ChannelEnteredBridge',
  ].map((type) => ({ type, channel })),
  { type: 'Dial', peer: channel, dialstatus: 'RINGING' },
  { type: 'Dial', caller: other, peer: channel, dialstatus: 'ANSWER' },
  { type: 'ChannelDestroyed', channel, cause: 17 },
];

describeFuzz('Asterisk', {
  listen() {
    const legs = new OwnLegs('PJSIP/2040');
    legs.expect('pagedial-1', CUSTOMER);
    return (text) => {
      readEndpoint(readJson(text));
      const report = legs.take(readEvent(text));
      return report ? [report] : [];
    };
  },
  ours: [
    ...eventsOf(channelFrame('own-1', 'PJSIP/2040-0000001e'), channelFrame('x', 'PJSIP/2041-0000001f')),
    ...eventsOf(channelFrame('pagedial-1', 'Local/9@x-1'), channelFrame('x', 'PJSIP/2041-0000001f')),
    { technology: 'PJSIP', resource: '2040', state: 'online', channel_ids: ['own-1'] },
  ],
  theirs: eventsOf(channelFrame('their-1', 'PJSIP/2041-0000001e'), channelFrame('their-2', 'PJSIP/20400-1')),
  alive: { type: 'ChannelCreated', channel: channelFrame('last', 'PJSIP/2040-0000ffff', { state: 'Ring' }) },
});
