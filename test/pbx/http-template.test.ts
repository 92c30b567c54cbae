import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import { type Capabilities, PLACE_ONLY } from '../../src/core/connection.ts';
import { fail } from '../../src/core/result.ts';
import type { DialRequest, PbxSession, PbxSocketListener } from '../../src/pbx/adapter.ts';
import { readPattern } from '../../src/pbx/http-template/patterns.ts';
import { readProfile } from '../../src/pbx/http-template/read-profile.ts';
import { READY_PROFILES } from '../../src/pbx/http-template/ready-profiles.ts';
import { TemplateSession } from '../../src/pbx/http-template/session.ts';
import { httpTemplate } from '../../src/pbx/vendors/http-template.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { startTemplate, TEMPLATE_VARIANT_VALUES, type TemplateSimulator } from '../simulators/http-template.ts';
import { type ContractPbx, describeContract, passing, turns } from './contract.ts';
import { CUSTOMER, describeFuzz, type Ear, unusedPorts } from './frame-fuzz.ts';
import { Listener } from './listener.ts';
import { MiniBackground } from './mini-background.ts';
import { type NodePorts, nodePorts } from './node-ports.ts';

const NUMBER = '+16175550142';
type Json = Record<string, unknown>;

const STATES = {
  'agent-ringing': 'dialing',
  'far-end-dialling': 'ringing',
  'far-end-ringing': 'ringing',
  talking: 'connected',
  held: 'held',
  'over-completed': 'ended:completed',
  'over-busy': 'ended:busy',
  'over-cancelled': 'ended',
};
const FOLLOWED: Capabilities = { ...PLACE_ONLY, liveState: true, seesFarEnd: true, hangUp: true };

/** The simulated system, as its administrator would write it down. */
function profileOf(pbx: TemplateSimulator, change: Json = {}): Json {
  return {
    name: 'Simulated system',
    allowedOrigin: pbx.origin,
    auth: 'bearer',
    place: {
      method: 'POST',
      url: `${pbx.origin}/dial`,
      body: { json: { number: '{number}', name: '{name}' } },
      successMatch: { path: 'success', equals: true },
      callIdPath: 'call.id',
    },
    ...change,
  };
}

function polled(pbx: TemplateSimulator): Json {
  return profileOf(pbx, {
    hangup: { method: 'POST', url: `${pbx.origin}/hangup/{callId}` },
    status: {
      url: `${pbx.origin}/status/{callId}`,
      intervalMs: 1000,
      statePath: 'call.state',
      stateMap: STATES,
      goneStatus: 404,
    },
  });
}

function pushed(pbx: TemplateSimulator): Json {
  return profileOf(pbx, {
    hangup: { method: 'POST', url: `${pbx.origin}/hangup/{callId}` },
    socket: {
      url: `${pbx.origin.replace('http', 'ws')}/events?extension={extension}`,
      subprotocol: 'events.v1',
      firstFrames: [{ subscribe: '{extension}' }],
      keepalive: { everyMs: 20000, frame: { ping: 1 }, isAnswered: true },
      match: 'event.call',
      statePath: 'event.state',
      stateMap: STATES,
    },
  });
}

function accountOf(pbx: TemplateSimulator, profile: Json): AccountValues {
  return { profile: JSON.stringify(profile), extension: '30', user: pbx.user, secret: pbx.secret };
}

async function contractPbx(clock: VirtualClock, profileFor: (pbx: TemplateSimulator) => Json): Promise<ContractPbx> {
  const pbx = await startTemplate({ clock });
  const account = accountOf(pbx, profileFor(pbx));
  const answer = (status: number) => ({ point: 'dial', fault: { kind: 'answer', status } }) as const;
  return {
    account,
    wrongAccount: { ...account, secret: 'wr0ng-s3cret' },
    secrets: [pbx.secret, 'wr0ng-s3cret'],
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
      'half an answer': { point: 'dial', fault: { kind: 'wrong-answer', status: 200, body: '{"succ' } },
      'far too much': { point: 'dial', fault: { kind: 'wrong-answer', status: 200, body: 'x'.repeat(2_000_000) } },
      'a redirect': { point: 'dial', fault: { kind: 'answer', status: 307, headers: { location: '/elsewhere' } } },
    },
    refusals: {
      'bad request': { ...answer(400), kind: 'rejected' },
      'signed out': { ...answer(401), kind: 'login-refused' },
      'not allowed': { ...answer(403), kind: 'not-allowed' },
      'wrong address': { ...answer(404), kind: 'not-a-pbx' },
      'bad number': { ...answer(422), kind: 'number-refused' },
      'too many': { ...answer(429), kind: 'rate-limited' },
      'said no': { point: 'dial', fault: { kind: 'answer', status: 200, body: '{"success":false}' }, kind: 'rejected' },
    },
    places: () => pbx.places().length,
    isPlaceRequest: (entry) => entry.kind === 'request' && entry.path.startsWith('/dial'),
    phone: () => pbx.phone('30'),
    farEnd: () => pbx.farEnd(),
    dropLine() {
      pbx.dropSockets(1006);
      pbx.faults.set('status', { kind: 'reset-before' }, { always: true });
    },
    halfOpen: () => pbx.halfOpen(),
    sendNonsense() {
      for (const text of ['', '{', 'null', '[]', '42', '<html></html>', '{"event":{"call":{},"state":[]}}'])
        pbx.broadcast(text);
      pbx.broadcast('{"event":{"call":"9999","state":"talking"}}');
      pbx.broadcast('{"event":{"call":"7001","state":"no-such-word"}}'.replace('7001', '1'));
      pbx.broadcast(Buffer.from([0, 1, 2, 255]));
    },
    close: () => pbx.close(),
  };
}

describeContract({
  name: 'A template that places calls',
  adapter: httpTemplate,
  capabilities: PLACE_ONLY,
  loginAt: 'dial',
  start: (clock) => contractPbx(clock, profileOf),
});
describeContract({
  name: 'A template that asks how calls stand',
  adapter: httpTemplate,
  capabilities: FOLLOWED,
  loginAt: 'dial',
  isQuietWithoutCall: true,
  start: (clock) => contractPbx(clock, polled),
});
describeContract({
  name: 'A template with an event socket',
  adapter: httpTemplate,
  capabilities: FOLLOWED,
  loginAt: 'dial',
  start: (clock) => contractPbx(clock, pushed),
});

describe('what a template sends', () => {
  let clock: VirtualClock;
  let pbx: TemplateSimulator;
  let ports: NodePorts;
  let told: Listener;
  const open: PbxSession[] = [];

  beforeEach(async () => {
    clock = virtualClock();
    pbx = await startTemplate({ clock });
    ports = nodePorts({ clock });
    told = new Listener();
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.close();
    await pbx.close();
  });

  async function session(profile: Json, change: AccountValues = {}, tell = told.tell): Promise<PbxSession> {
    const opened = await httpTemplate.connect({ ...accountOf(pbx, profile), ...change }, ports, tell);
    if (!opened.ok) throw new Error(`not connected: ${JSON.stringify(opened.error)}`);
    open.push(opened.value);
    return opened.value;
  }
  async function sent(place: Json, request: Partial<DialRequest> = {}, account: AccountValues = {}) {
    const line = await session(
      profileOf(pbx, { place: { method: 'POST', url: `${pbx.origin}/dial?number={number}`, ...place } }),
      account,
    );
    const placed = await line.dial({ number: NUMBER, ref: 'c1', ...request });
    return { placed, place: pbx.places().at(-1) };
  }
  const HOSTILE = `"},{"x":'&number=1\r\nX-Evil: 1 </a> é\u2028%`;

  test('an address gets every value percent-encoded, wherever it stands', async () => {
    const { place } = await sent({ url: `${pbx.origin}/dial/{name}?number={number}&name={name}` }, { name: HOSTILE });

    const url = new URL(place?.path ?? '', 'http://x');
    expect(url.searchParams.get('name')).toBe(HOSTILE);
    expect([...url.searchParams.keys()]).toEqual(['number', 'name']);
    expect(url.pathname.split('/').length).toBe(3);
    expect(place?.number).toBe(NUMBER);
  });

  test('a JSON body is built as a tree: no value becomes structure', async () => {
    const body = { json: { number: '{number}', list: [{ who: 'Call {name}!' }, 1, true, null], '{name}': 'x' } };
    const { place } = await sent({ url: `${pbx.origin}/dial`, body }, { name: HOSTILE });

    expect(JSON.parse(place?.body ?? '')).toEqual({
      number: NUMBER,
      list: [{ who: `Call ${HOSTILE}!` }, 1, true, null],
      '{name}': 'x',
    });
  });

  test('a form gets its values form-encoded', async () => {
    const { place } = await sent(
      { url: `${pbx.origin}/dial`, body: { form: { number: '{number}', name: '{name}' } } },
      { name: HOSTILE },
    );

    expect([...new URLSearchParams(place?.body ?? '')]).toEqual([
      ['number', NUMBER],
      ['name', HOSTILE],
    ]);
  });

  test('a header gets no line break: the call is refused and nothing is sent', async () => {
    const { placed } = await sent({ headers: { 'X-User': '{user}' } }, {}, { user: 'ann\r\nX-Evil: 1' });

    expect(placed).toMatchObject({ ok: false, error: { placed: 'no', error: { kind: 'rejected' } } });
    expect(pbx.places()).toEqual([]);
  });

  test('every placeholder stands for what it says', async () => {
    const names = [
      'number',
      'e164',
      'digits',
      'national',
      'raw',
      'extension',
      'user',
      'secret',
      'name',
      'uuid',
      'timestamp',
    ];
    const body = { json: { number: '{number}', ...Object.fromEntries(names.map((name) => [name, `{${name}}`])) } };
    const { place } = await sent(
      { url: `${pbx.origin}/dial`, body },
      { number: '9016175550142', canonical: NUMBER, name: 'Jane', ref: 'click-1' },
    );

    expect(JSON.parse(place?.body ?? '')).toEqual({
      number: '9016175550142',
      e164: NUMBER,
      digits: '16175550142',
      national: '6175550142',
      raw: NUMBER,
      extension: '30',
      user: 'ann',
      secret: pbx.secret,
      name: 'Jane',
      uuid: 'click-1',
      timestamp: String(clock.now() / 1000),
    });
  });

  test('encoders work one after the other', async () => {
    const body = {
      json: {
        number: '{number}',
        md5: '{user|md5}',
        sha256: '{user|sha256}',
        hmac: '{user|hmac256}',
        base64: '{name|base64}',
        both: '{name|base64|url}',
        json: '{name|json}',
        braces: '{{{user}}}',
      },
    };
    const { place } = await sent({ url: `${pbx.origin}/dial`, body }, { name: 'Jörg "?>' });

    expect(JSON.parse(place?.body ?? '')).toEqual({
      number: NUMBER,
      md5: createHash('md5').update('ann').digest('hex'),
      sha256: createHash('sha256').update('ann').digest('hex'),
      hmac: createHmac('sha256', pbx.secret).update('ann').digest('hex'),
      base64: Buffer.from('Jörg "?>').toString('base64'),
      both: encodeURIComponent(Buffer.from('Jörg "?>').toString('base64')),
      json: 'Jörg \\"?>',
      braces: '{ann}',
    });
  });

  test.each(TEMPLATE_VARIANT_VALUES.auth)('it signs in by %s', async (auth) => {
    pbx.variants.auth = auth;
    ports.setCookie(pbx.origin, 'portal', 'in');
    const written =
      auth === 'header' ? { type: auth, name: 'X-Key' } : auth === 'query' ? { type: auth, name: 'key' } : auth;
    const line = await session(profileOf(pbx, { auth: written }));

    const placed = await line.dial({ number: NUMBER, ref: 'c1' });

    expect(placed).toMatchObject({ ok: true, value: { pbxId: '7001' } });
    expect(pbx.places().length).toBe(1);
    expect(JSON.stringify(ports.asked).includes(pbx.secret)).toBe(auth === 'query');
    expect(pbx.places()[0]?.headers.cookie).toBe(auth === 'cookie' ? 'portal=in' : undefined);
  });

  test('a challenge is answered once; a password that is wrong is not sent again', async () => {
    pbx.variants.auth = 'challenge';
    const line = await session(profileOf(pbx, { auth: 'challenge' }), { secret: 'wr0ng-s3cret' });

    const refused = await line.dial({ number: NUMBER, ref: 'c1' });
    await line.dial({ number: NUMBER, ref: 'c2' });

    expect(refused).toMatchObject({ ok: false, error: { placed: 'no', error: { kind: 'login-refused' } } });
    expect(pbx.journal.requests().length).toBe(2);
    expect(told.of('lost').length).toBe(1);
  });

  test.each(['basic', 'bearer'] as const)('a refused sign-in by %s is not sent again', async (auth) => {
    pbx.variants.auth = 'basic';
    const line = await session(profileOf(pbx, { auth }), { secret: 'wr0ng-s3cret' });

    await line.dial({ number: NUMBER, ref: 'c1' });

    expect(pbx.journal.requests().length).toBe(1);
  });

  test.each([
    ['json', {}, { ok: true, value: { pbxId: '7001' } }],
    ['number id', {}, { ok: true, value: { pbxId: '7001' } }],
    ['no id', {}, { ok: true, value: {} }],
    ['text', { successMatch: { contains: 'OK' } }, { ok: true, value: {} }],
    ['text', { successMatch: 'NEVER' }, { ok: false, error: { placed: 'unknown', error: { kind: 'rejected' } } }],
    ['204', { successStatus: 204, successMatch: undefined }, { ok: true, value: {} }],
    ['204', { successStatus: [200, 202], successMatch: undefined }, { ok: false, error: { placed: 'unknown' } }],
    ['204', { successStatus: '200-299', successMatch: undefined }, { ok: true, value: {} }],
    ['page with +OK', { successMatch: { contains: '+OK' } }, { ok: true, value: {} }],
    [
      'page with -ERR',
      { successMatch: { contains: '+OK' } },
      { ok: false, error: { placed: 'unknown', error: { kind: 'not-a-pbx' } } },
    ],
    [
      'page with +OK',
      { successMatch: undefined },
      { ok: false, error: { placed: 'unknown', error: { kind: 'not-a-pbx' } } },
    ],
    ['json says no', {}, { ok: false, error: { placed: 'no', error: { kind: 'rejected' } } }],
  ] as const)('an answer (%s) is read as the profile says: %o', async (answer, change, expected) => {
    pbx.variants.answer = answer;
    const place = { ...(profileOf(pbx).place as Json), ...change };
    const line = await session(JSON.parse(JSON.stringify(profileOf(pbx, { place }))) as Json);

    expect(await line.dial({ number: NUMBER, ref: 'c1' })).toMatchObject(expected);
  });

  test.each([
    [{}, NUMBER, NUMBER],
    [{ form: 'digits' }, NUMBER, '16175550142'],
    [{ form: 'national' }, NUMBER, '6175550142'],
    [{ form: 'e164' }, '9011', NUMBER],
    [{ replace: [{ find: '^\\+1', with: '9' }] }, NUMBER, '96175550142'],
    [
      {
        replace: [
          { find: '^\\+', with: '00' },
          { find: '^00', with: '000' },
        ],
      },
      NUMBER,
      '00016175550142',
    ],
    [{ allow: ['^\\d{3}$', '^\\+1'] }, NUMBER, NUMBER],
  ])('a number rule %o writes %s as %s', async (numberRule, number, written) => {
    const line = await session(profileOf(pbx, { numberRule }));

    await line.dial({ number, canonical: NUMBER, ref: 'c1' });

    expect(pbx.places().map((place) => place.number)).toEqual([written]);
  });

  test.each([
    ['in the number rule', { numberRule: { form: 'national' } }],
    ['in the address', { place: { method: 'POST', url: '/dial?number={national}' } }],
  ])('a national number %s that cannot be written is not placed', async (_where, change) => {
    const profile = JSON.stringify(profileOf(pbx, change)).replace('"/dial', `"${pbx.origin}/dial`);
    const error = { kind: 'unsupported', detail: 'no plans' } as const;
    ports = { ...ports, asked: ports.asked, toNational: async () => fail(error) };
    const line = await session(JSON.parse(profile) as Json);

    expect(await line.dial({ number: NUMBER, ref: 'c1' })).toEqual({ ok: false, error: { error, placed: 'no' } });
    expect(pbx.places()).toEqual([]);
  });

  test.each([
    [{}, '617&x=1'],
    [{ allow: '^\\d+$' }, NUMBER],
    [{ allow: '^\\+44' }, NUMBER],
  ])('a number rule %o refuses %s before anything is sent', async (numberRule, number) => {
    const line = await session(profileOf(pbx, { numberRule }));

    expect(await line.dial({ number, ref: 'c1' })).toMatchObject({
      ok: false,
      error: { placed: 'no', error: { kind: 'number-refused' } },
    });
    expect(ports.asked).toEqual([]);
  });

  test('a limit in the profile is kept before anything is sent', async () => {
    const background = new MiniBackground(clock);
    await background.opened(await session(profileOf(pbx, { rateLimit: { count: 2, perMs: 60_000 } })));

    for (const [index, number] of ['+16175550142', '+16175550143', '+16175550144'].entries()) {
      background.dispatch({ type: 'dial', id: `c${index}`, number, dialled: number });
      await turns();
    }

    expect(pbx.places().length).toBe(2);
    expect(background.state.calls.at(-1)).toMatchObject({ placed: 'no', error: { kind: 'rate-limited' } });
  });

  test.each(TEMPLATE_VARIANT_VALUES.gone)('a call is followed by asking until it is over (%s)', async (gone) => {
    pbx.variants.gone = gone;
    const line = await session(polled(pbx));
    const seen = () => {
      clock.advance(500);
      return told.reports.map(({ change }) => (change.to === 'ringing' ? change.leg : change.to));
    };

    await line.dial({ number: NUMBER, ref: 'c1' });
    await expect.poll(seen).toEqual(['own-phone']);
    pbx.phone('30').answer();
    await expect.poll(seen).toEqual(['own-phone', 'far-end']);
    pbx.farEnd().answer();
    await expect.poll(seen).toEqual(['own-phone', 'far-end', 'talking']);
    pbx.phone('30').hold();
    await expect.poll(seen).toContain('held');
    pbx.phone('30').resume();
    await expect.poll(() => seen().at(-1)).toBe('talking');
    pbx.farEnd().hangUp();
    await expect.poll(() => seen().at(-1)).toBe('ended');

    expect(told.states().at(-1)).toBe(gone === 'word' ? 'ended completed' : 'ended unknown');
    const asked = pbx.journal.requests().length;
    clock.advance(60_000);
    await turns();
    expect(pbx.journal.requests().length).toBe(asked);
  });

  test('a pause that the PBX asks for is kept when it is asked how a call stands', async () => {
    const line = await session(polled(pbx));
    await line.dial({ number: NUMBER, ref: 'c1' });
    pbx.faults.set('status', { kind: 'answer', status: 429, headers: { 'retry-after': '20' } });
    clock.advance(1_000);
    await turns();
    const asked = pbx.journal.requests().length;

    clock.advance(19_000);
    await turns();
    const during = pbx.journal.requests().length;
    clock.advance(1_000);
    await expect.poll(() => pbx.journal.requests().length).toBe(asked + 1);

    expect(during).toBe(asked);
    expect(told.of('lost')).toEqual([]);
  });

  test('a call of an earlier background is asked for again', async () => {
    const first = await session(polled(pbx));
    await first.dial({ number: NUMBER, ref: 'c1' });
    first.close();
    const again = await session(polled(pbx));

    again.follow?.([{ ref: 'c1', pbxId: '7001', number: NUMBER, startedAt: clock.now() }]);
    pbx.phone('30').answer();

    await expect
      .poll(() => {
        clock.advance(500);
        return told.reports.at(-1);
      })
      .toMatchObject({ ref: 'c1', change: { to: 'ringing', leg: 'far-end' } });
  });

  test('where a PBX tells no id, ours stands for the call', async () => {
    pbx.variants.answer = 'no id';
    const place = { method: 'POST', url: '/dial?ref={uuid}', body: { json: { number: '{number}' } } };
    const line = await session(
      profileOf(pbx, { place, hangup: { method: 'DELETE', url: '/hangup/7001?ref={callId}' } }),
    );

    const placed = await line.dial({ number: NUMBER, ref: 'click-1' });
    await line.hangUp('click-1');

    expect(placed).toEqual({ ok: true, value: { pbxId: 'click-1' } });
    expect(pbx.journal.requests().at(-1)).toMatchObject({ method: 'DELETE', path: '/hangup/7001?ref=click-1' });
    expect(pbx.calls()[0]?.endedBy).toBe('api');
  });

  test('only a call that was placed from here is ever hung up', async () => {
    const line = await session(polled(pbx));

    expect(await line.hangUp('7099')).toEqual({ ok: true, value: undefined });
    expect(ports.asked).toEqual([]);
  });

  test('a socket that may stay silent is asked by a keepalive, and believed', async () => {
    const profile = pushed(pbx) as { socket: { keepalive: { isAnswered?: boolean } } };
    profile.socket.keepalive = { ...profile.socket.keepalive, isAnswered: false };
    pbx.variants.pong = false;
    const line = await session(profile);

    expect((await line.beat()).ok).toBe(true);
    clock.advance(20_000);
    await expect.poll(() => pbx.journal.frames('in').filter(({ text }) => text === '{"ping":1}').length).toBe(2);
  });

  test('a socket that is refused is told, and no session is opened', async () => {
    pbx.faults.set('socket', { kind: 'refuse', status: 403 });

    const refused = await httpTemplate.connect(accountOf(pbx, pushed(pbx)), ports, told.tell);

    expect(refused.ok).toBe(false);
    expect(told.steps).toEqual(['live unreachable']);
  });

  test('a session that is over in mid-call ends the line as refused, once', async () => {
    const line = await session(polled(pbx));
    await line.dial({ number: NUMBER, ref: 'c1' });

    pbx.expireSessions();
    await passing(expect.poll(() => told.of('lost').length).toBe(1), clock);

    expect(told.of('lost')[0]).toMatchObject({ error: { kind: 'login-refused' } });
    expect((await line.beat()).ok).toBe(false);
  });
});

describe('reading a profile', () => {
  const GOOD: Json = {
    name: 'x',
    allowedOrigin: 'https://pbx.example.com',
    place: { url: 'https://pbx.example.com/dial?to={number}', method: 'POST' },
  };
  const states = { statePath: 'state', stateMap: { up: 'connected' } };
  const mistakesOf = (profile: unknown) => {
    const read = readProfile(typeof profile === 'string' ? profile : JSON.stringify(profile));
    return read.ok
      ? []
      : read.error.map(([key, ...values]) => [key.replace('pbx_http_template_', ''), ...values].join(' '));
  };

  test('a profile may leave out all that is not needed', () => {
    expect(mistakesOf(GOOD)).toEqual([]);
  });

  test.each(Object.entries(READY_PROFILES))('the ready profile %s is good', (_name, text) => {
    expect(mistakesOf(text)).toEqual([]);
    expect(httpTemplate.check({ profile: text, extension: '30', secret: 'x' })).toEqual({});
  });

  test.each<readonly [string, unknown, readonly string[]]>([
    ['no JSON', '{"name": ', ['not_json ']],
    ['a list', [], ['not_json ']],
    ['nothing', {}, ['missing name', 'missing allowedOrigin', 'missing place']],
    ['an unknown key', { ...GOOD, plaice: {} }, ['unknown_key plaice']],
    [
      'an unknown key inside',
      { ...GOOD, place: { ...(GOOD.place as Json), sucessStatus: 200 } },
      ['unknown_key place.sucessStatus'],
    ],
    ['a wrong type', { ...GOOD, name: 5 }, ['wrong name a text']],
    [
      'a wrong method',
      { ...GOOD, place: { ...(GOOD.place as Json), method: 'DELETE' } },
      ['wrong place.method GET | POST | PUT'],
    ],
    ['an open origin', { ...GOOD, allowedOrigin: 'http://pbx.example.com' }, ['insecure allowedOrigin']],
    ['an origin with a path', { ...GOOD, allowedOrigin: 'https://pbx.example.com/x' }, ['origin allowedOrigin']],
    [
      'an unknown placeholder',
      { ...GOOD, place: { url: 'https://pbx.example.com/{numbr}' } },
      ['placeholder place.url {numbr}'],
    ],
    [
      'an unknown encoder',
      { ...GOOD, place: { url: 'https://pbx.example.com/{number|rot13}' } },
      ['placeholder place.url {number|rot13}'],
    ],
    ['a brace left open', { ...GOOD, place: { url: 'https://pbx.example.com/{number' } }, ['placeholder place.url {']],
    [
      'a literal secret',
      { ...GOOD, place: { ...(GOOD.place as Json), headers: { Authorization: 'Bearer abc' } } },
      ['literal_secret place.headers.Authorization'],
    ],
    [
      'a bare name in a header',
      { ...GOOD, place: { ...(GOOD.place as Json), headers: { 'X-Name': '{name}' } } },
      ['bare_name place.headers.X-Name'],
    ],
    [
      'a bare name in text',
      { ...GOOD, place: { ...(GOOD.place as Json), body: { text: '<n>{name}</n>' } } },
      ['bare_name place.body.text'],
    ],
    [
      'a header that breaks the line',
      { ...GOOD, place: { ...(GOOD.place as Json), headers: { 'X-A': 'a\r\nX-B: b' } } },
      ['wrong place.headers.X-A one line of plain letters'],
    ],
    [
      'the call id before there is one',
      { ...GOOD, place: { url: '/dial?id={callId}' } },
      ['too_early place.url {callId}'],
    ],
    ['a call id from nowhere', { ...GOOD, hangup: { url: '/hangup/{callId}' } }, ['no_call_id hangup.url']],
    ['a body with GET', { ...GOOD, place: { method: 'GET', url: '/d', body: 'x' } }, ['wrong place.body none (GET)']],
    [
      'a state nobody knows',
      { ...GOOD, status: { url: '/s', statePath: 'state', stateMap: { up: 'conected' } } },
      ['wrong status.stateMap.up dialing | ringing | connected | held | ended | ended:busy | ended:no-answer | …'],
    ],
    [
      'a hasty interval',
      { ...GOOD, status: { url: '/s', ...states, intervalMs: 10 } },
      ['wrong status.intervalMs a number, 1000 to 60000'],
    ],
    [
      'a path that is code',
      { ...GOOD, place: { ...(GOOD.place as Json), callIdPath: 'a[?(@.x)]' } },
      ['wrong place.callIdPath keys with dots between them, such as data.call.id'],
    ],
    ['a pattern that runs for ever', { ...GOOD, numberRule: { allow: '^(a+)+$' } }, ['pattern numberRule.allow']],
    ['a pattern in a list', { ...GOOD, numberRule: { allow: ['^1$', '('] } }, ['pattern numberRule.allow.1']],
    [
      'a number in a replacement',
      { ...GOOD, numberRule: { replace: [{ find: '^1', with: 'x' }] } },
      ['wrong numberRule.replace.0.with digits, +, * and #'],
    ],
    [
      'an unknown sign-in',
      { ...GOOD, auth: 'oauth' },
      [
        'wrong auth none | basic | bearer | cookie | challenge | {"type": "header", "name": …} | {"type": "query", "name": …}',
      ],
    ],
    [
      'a limit of nothing',
      { ...GOOD, rateLimit: { count: 0, perMs: 60_000 } },
      ['wrong rateLimit.count a number, 1 to 1000'],
    ],
  ])('%s is named with its place', (_name, profile, mistakes) => {
    expect(mistakesOf(profile)).toEqual(mistakes);
  });

  test.each([
    'https://evil.example/dial',
    'https://pbx.example.com.evil.example/dial',
    'https://pbx.example.com{number}/dial',
    'https://pbx.example.com:8443/dial',
    'https://pbx.example.com@evil.example/dial',
    'http://pbx.example.com/dial',
    '//evil.example/dial',
    'https://pbx.example.com/\\evil.example',
    'javascript:alert(1)',
    'https://pbx.example.com/dial#{secret}',
  ])('an address that leads away is a mistake: %s', (url) => {
    expect(mistakesOf({ ...GOOD, place: { url } })).toEqual(['elsewhere place.url https://pbx.example.com']);
  });

  test('a socket must be of the same origin', () => {
    const socket = { url: 'wss://other.example/events', match: 'id', ...states };

    expect(mistakesOf({ ...GOOD, socket })).toEqual(['elsewhere socket.url wss://pbx.example.com']);
    expect(mistakesOf({ ...GOOD, socket: { ...socket, url: 'wss://pbx.example.com/events?x={number}' } })).toEqual([
      'too_early socket.url {number}',
    ]);
  });

  test('several mistakes are named together', () => {
    const profile = { ...GOOD, name: '', place: { url: 'ftp://x', method: 'HEAD' }, auth: 7 };

    expect(mistakesOf(profile).length).toBe(4);
  });

  test('the form asks for what the profile uses, and says what is risky about it', () => {
    const of = (change: Json) => ({ profile: JSON.stringify({ ...GOOD, ...change }) });

    expect(httpTemplate.check({ profile: '' })).toEqual({ profile: 'pbx_needed' });
    expect(httpTemplate.check(of({ auth: 'basic' }))).toEqual({ user: 'pbx_needed', secret: 'pbx_needed' });
    expect(httpTemplate.check(of({ place: { url: '/d?e={extension}' } }))).toEqual({ extension: 'pbx_needed' });
    expect(httpTemplate.needs(of({}))).toEqual({ origins: ['https://pbx.example.com/*'], permissions: [] });
    const risks = (change: Json) =>
      httpTemplate.notes?.(of(change)).map(({ text }) => text.replace('pbx_http_template_note_', ''));
    expect(risks({})).toEqual([]);
    expect(risks({ place: { method: 'GET', url: '/d?k={secret}' }, auth: 'cookie' })).toEqual([
      'get',
      'pbx_asked_twice_warning',
      'secret',
      'cookie',
    ]);
    expect(risks({ auth: { type: 'query', name: 'key' } })).toEqual(['secret']);
  });

  test.each([
    '^(a+)+$',
    '(a|a)*$',
    '((ab)*)*',
    '(\\d+|x)+',
    '\\d+\\d+\\d+\\d+\\d+',
    '(a)\\1',
    '(?<=a)b',
    '(?=a)',
    '(',
    'a'.repeat(300),
  ])('a pattern that could hang the browser, or is none, is refused: %s', (source) => {
    expect(readPattern(source)).toBeUndefined();
  });

  test.each(['^\\+?[0-9]{3,15}$', '^(?:00|\\+)49', '^(?:\\d\\d)*$', '[*+|(]+', '^0[1-9]\\d{4,12}$'])(
    'a plain pattern is taken: %s',
    (source) => {
      const pattern = readPattern(source);
      const from = Date.now();

      pattern?.test('0'.repeat(40));

      expect(pattern).toBeDefined();
      expect(Date.now() - from).toBeLessThan(50);
    },
  );
});

const FUZZED_PROFILE = {
  name: 'Gateway',
  allowedOrigin: 'https://gateway.example.com',
  auth: 'none',
  place: { method: 'POST', url: 'https://gateway.example.com/calls', callIdPath: 'id' },
  socket: {
    url: 'wss://gateway.example.com/events',
    match: 'call.id',
    statePath: 'call.state',
    stateMap: { RING: 'dialing', UP: 'connected', HOLD: 'held', DOWN: 'ended:busy' },
  },
};

async function listenToTemplate(): Promise<Ear> {
  const profile = readProfile(JSON.stringify(FUZZED_PROFILE));
  if (!profile.ok) throw new Error(JSON.stringify(profile.error));
  const told = new Listener();
  let on: PbxSocketListener | undefined;
  const ports = unusedPorts((listener) => {
    on = listener;
  });
  const session = new TemplateSession({ profile: profile.value, own: {}, ports, tell: told.tell });
  await session.listen();
  session.follow(
    ['own-1', 'last'].map((pbxId) => ({
      pbxId,
      ref: `ref-${pbxId}`,
      number: CUSTOMER,
      startedAt: 0,
      direction: 'outgoing',
    })),
  );
  return (text) => {
    told.news.length = 0;
    on?.message(text);
    return told.reports;
  };
}

describeFuzz('web request', {
  listen: listenToTemplate,
  ours: ['RING', 'UP', 'HOLD', 'DOWN'].map((state) => ({ call: { id: 'own-1', state }, more: [CUSTOMER] })),
  theirs: ['RING', 'UP', 'HOLD', 'DOWN'].map((state) => ({ call: { id: 'their-1', state } })),
  alive: { call: { id: 'last', state: 'UP' } },
});
