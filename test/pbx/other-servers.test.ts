import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { PbxAdapter, PbxSession } from '../../src/pbx/adapter.ts';
import { readChannels, parseFrame as readKazooFrame } from '../../src/pbx/kazoo/events.ts';
import { callControlV3 } from '../../src/pbx/vendors/call-control-v3.ts';
import { httpTemplate } from '../../src/pbx/vendors/http-template.ts';
import { kazoo } from '../../src/pbx/vendors/kazoo.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { zorio } from '../../src/pbx/vendors/zorio.ts';
import { parseFrame } from '../../src/pbx/vodia/parse-frame.ts';
import { readRecord } from '../../src/pbx/zorio/call-records.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { Listener } from './listener.ts';
import { type Script, type ScriptedPorts, scriptedPorts } from './scripted-ports.ts';

const NUMBER = '+16175550142';
const REF = 'call-1';

let clock: VirtualClock;
let listener: Listener;
let ports: ScriptedPorts;

beforeEach(() => {
  clock = virtualClock();
  listener = new Listener();
});

async function open(adapter: PbxAdapter, account: AccountValues, script: Script): Promise<PbxSession> {
  ports = scriptedPorts(script, clock);
  const session = await adapter.connect(account, ports, listener.tell);
  if (!session.ok) throw new Error(JSON.stringify(session.error));
  return session.value;
}

async function soon(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}

describe('a PBX in a folder of a web server', () => {
  const ways: readonly (readonly [PbxAdapter, AccountValues, string, unknown])[] = [
    [vodia, { domain: 'acme.example', user: '45', password: 'pw' }, '/rest/system/session', true],
    [zorio, { extension: '1001', token: '1|abc' }, '/api/auth/me', { data: { username: 'ann' } }],
    [
      kazoo,
      { accountId: 'acct', token: 'tok', clickToCallId: 'c' },
      '/v2/accounts/acct/clicktocall/c',
      { data: { id: 'c' } },
    ],
  ];

  test.each(ways)('is found below the address that was typed: $id', async (adapter, account, path, json) => {
    const script: Script = {
      answer: (request) => (request.path === `/phones/pbx${path}` ? { json } : undefined),
      socket: () => () => {},
    };
    const opened = open(adapter, { ...account, server: 'https://office.example.com/phones/pbx/' }, script);
    await soon();
    clock.advance(10_000);
    const session = await opened;

    expect(
      ports.sent
        .map((one) => one.path)
        .filter((one) => one.endsWith(path))
        .slice(0, 3),
    ).toContain(`/phones/pbx${path}`);
    session.close();
  });

  test('is told no password while it is only looked for', async () => {
    ports = scriptedPorts({ answer: () => undefined }, clock);
    const account = { server: 'pbx.example.com/login', domain: 'acme.example', user: '45', password: 'pw-45' };

    const refused = await vodia.connect(account, ports, listener.tell);

    expect(refused.ok).toBe(false);
    expect(ports.sent.filter(({ body }) => body.includes('pw-45')).map(({ path }) => path)).toEqual([
      '/rest/system/session',
      '/rest/system/session',
    ]);
  });

  test.each(ways)('is not looked for there where it is found at once: $id', async (adapter, account, path, json) => {
    const script: Script = {
      answer: (request) => (request.path === path ? { json } : undefined),
      socket: () => () => {},
    };
    const opened = open(adapter, { ...account, server: 'pbx.example.com/login?from=mail' }, script);
    await soon();
    clock.advance(10_000);
    const session = await opened;

    expect(ports.sent.filter((one) => one.path.startsWith('/login'))).toEqual([]);
    session.close();
  });
});

describe('another Vodia', () => {
  const byPassword = { server: 'https://pbx.example.com', domain: 'acme.example', user: '45', password: 'pw-45' };
  const SESSION = '/rest/system/session';

  function line(say: (frame: unknown) => void) {
    return (frame: unknown) => {
      if ((frame as { action?: string }).action === 'get-calls') say({ action: 'call-state', calls: [] });
    };
  }

  test.each<[string, unknown]>([
    ['an object with the key', { session: 'abcdefghij0123456789' }],
    ['an object without one', { name: '45', domain: 'acme.example' }],
    ['the key', 'abcdefghij0123456789'],
    ['true', true],
    ['null', null],
  ])('may answer a good login with %s', async (_what, json) => {
    await open(vodia, byPassword, { answer: ({ path }) => (path === SESSION ? { json } : undefined), socket: line });
  });

  test.each<[string, unknown]>([
    ['as it is', 'Zk3token'],
    ['with the quotes of its JSON', '"Zk3token"'],
  ])('may have its token passed on by the helper %s', async (_what, session) => {
    await open(
      vodia,
      { loginHelper: 'https://crm.example.com/rest/pbxlogin' },
      {
        answer({ path, body }) {
          if (path === '/rest/pbxlogin')
            return { json: { user: 45, domain: 'acme.example', server: 'pbx.example.com', session, more: [] } };
          return path === SESSION ? { json: JSON.parse(body ?? '').value === 'Zk3token' } : undefined;
        },
        socket: line,
      },
    );
  });

  test('may have its user named with the tenant by the helper', async () => {
    const session = await open(
      vodia,
      { loginHelper: 'https://crm.example.com/rest/pbxlogin' },
      {
        answer: ({ path }) =>
          path === '/rest/pbxlogin'
            ? {
                json: {
                  session: 'Zk3token',
                  server: 'pbx.example.com',
                  user: '45@acme.example',
                  domain: 'acme.example',
                },
              }
            : { json: true },
        socket: line,
      },
    );

    expect(session.extension).toBe('45');
  });

  const self = { extension: '45', domain: 'acme.example', isDomainConfirmed: false };
  const people = (frame: object) => {
    const read = parseFrame(JSON.stringify(frame), self, clock.now());
    return read.type === 'people' ? read.people : [];
  };

  test.each<[string, unknown, boolean | undefined]>([
    ['a list', [{ id: 1 }], true],
    ['one call', { id: 1, callstate: 'connected' }, true],
    ['a number', '2', true],
    ['none', 0, false],
    ['a claim', true, true],
    ['a word', 'many', undefined],
    ['nothing', undefined, undefined],
  ])('may tell the calls of an account as %s', (_what, calls, inCall) => {
    const [person] = people({ action: 'user-state', type: 'extensions', account: '47', calls });

    expect(person?.inCall).toBe(inCall);
  });

  test('may tell who is in a call by the list of calls beside the accounts only', () => {
    const accounts = ['45', '46', '47', 48].map((account) => ({ type: 'extensions', account, registered: 'true' }));
    const calls = [
      { id: 7, from: '"Bob" <sip:47@acme.example>', to: '<sip:+16175550199@acme.example>', callstate: 'connected' },
      { id: '8', 'from-number': '6175550123', 'to-number': '48', callstate: 'ringing' },
    ];

    const told = people({ action: 'domain-state', messages: {}, accounts, calls });

    expect(Object.fromEntries(told.map(({ extension, inCall }) => [extension, inCall]))).toEqual({
      45: false,
      46: false,
      47: true,
      48: true,
    });
    const silent = people({ action: 'domain-state', messages: {}, accounts });
    expect(silent.every(({ inCall }) => inCall === undefined)).toBe(true);
  });

  test('may name accounts with the tenant', () => {
    const [own] = people({ action: 'user-state', account: '45@acme.example', registered: true });
    const [other] = people({ action: 'user-state', account: '45@other.example', registered: true });

    expect(own).toMatchObject({ extension: '45', isOwn: true });
    expect(other).toBeUndefined();
  });

  test('may write parties as tel: addresses', () => {
    const calls = [{ id: 1, from: 'sip:45@acme.example', to: '<tel:+16175550142>', callstate: 'ringing' }];
    const frame = parseFrame(JSON.stringify({ action: 'call-state', calls }), self, clock.now());

    expect(frame).toMatchObject({ calls: [{ number: NUMBER, direction: 'outgoing' }] });
  });
});

describe('another Zorio', () => {
  const account = { server: 'https://app.zorio.example/api', extension: '1001', token: '1|abc' };
  const CLICK = '/api/pbx/calls/click-to-call';

  function script(more: Script['answer']): Script {
    return {
      answer(request) {
        const own = more(request);
        if (own) return own;
        if (request.path === '/api/auth/me') return { json: { data: { id: 1, username: 'ann' } } };
        if (request.path.startsWith('/api/pbx/extensions/'))
          return { json: { data: { id: 9, extension: 1001, sip_registration: 'registered' } } };
        return undefined;
      },
    };
  }

  test.each<[string, unknown]>([
    ['texts', ['+842812345678']],
    ['numbers', [842812345678]],
    ['objects with a name first', [{ id: 3, caller_name: 'Main', caller_number: '+842812345678' }]],
    ['objects by another name', [{ id: 3, did: '+842812345678', label: 'Main' }]],
    ['objects with values', [{ value: '+842812345678', label: 'Main' }]],
    ['a page of objects', { items: [{ number: '+842812345678' }], total: 1 }],
    ['a page of a page', { data: [{ phone: '+842812345678' }], meta: { current_page: 1 } }],
  ])('may offer its caller ids as %s', async (_what, data) => {
    const session = await open(
      zorio,
      account,
      script(({ path }) => (path === '/api/pbx/caller-ids' ? { json: { data } } : undefined)),
    );

    const offered = await session.choices?.();

    const values = offered?.ok ? offered.value.callerId?.map(({ value }) => value.replace(/^\+/, '')) : [];
    expect(values).toEqual(['842812345678']);
  });

  test.each([
    ['beside the list', (data: unknown) => ({ data, meta: { current_page: 1, last_page: 3 } })],
    ['around it', (data: unknown) => ({ data: { data, last_page: '3' } })],
  ])('may offer its caller ids in pages told of %s', async (_what, wrap) => {
    const session = await open(
      zorio,
      account,
      script(({ path }) => {
        const [, page = '1'] = /^\/api\/pbx\/caller-ids(?:\?page=(\d+))?$/.exec(path) ?? [undefined, '0'];
        return page === '0' ? undefined : { json: wrap([`+1617555010${page}`]) };
      }),
    );

    const offered = await session.choices?.();

    expect(offered?.ok && offered.value.callerId?.map(({ value }) => value)).toEqual([
      '+16175550101',
      '+16175550102',
      '+16175550103',
    ]);
  });

  test.each<[string, object, boolean]>([
    ['of a call that goes on', { uuid: 'c-1', end_time: null, result: 'ringing', billsec: 0 }, false],
    ['of a call that is talked on', { uuid: 'c-1', end_time: null, result: 'answered', billsec: 12 }, false],
    ['without an end of its own', { uuid: 'c-1', result: 'answered', billsec: '12' }, true],
    ['with nothing but its end', { uuid: 'c-1', end_time: '2026-02-01T08:00:09Z' }, true],
  ])('may have a record %s', (_what, record, isOver) => {
    const read = readRecord({ status: 200, headers: {}, body: JSON.stringify({ data: record }) });

    expect(read !== undefined).toBe(isOver);
  });

  test.each<[string, number, unknown]>([
    ['ids as numbers', 202, { data: { call_uuid: 17, status: 'queued', extra: [1] } }],
    ['no envelope', 202, { call_uuid: '17', a_leg_uuid: 'a' }],
    ['200', 200, { data: { call_uuid: '17' } }],
  ])('may take a call with %s', async (_what, status, json) => {
    const session = await open(
      zorio,
      account,
      script(({ path }) => (path === CLICK ? { status, json } : undefined)),
    );

    const placed = await session.dial({ number: NUMBER, ref: REF });

    expect(placed).toMatchObject({ ok: true, value: { pbxId: '17', told: { call_uuid: '17' } } });
    session.close();
  });

  test.each<[number, unknown]>([
    [200, { success: false, message: 'Extension 1001 is offline' }],
    [202, { ok: 'false', message: 'Extension 1001 is offline' }],
    [200, { status: 'error', message: 'Extension 1001 is offline' }],
  ])('may answer %i and say no in it: not known to be placed, with its words: %j', async (status, json) => {
    const session = await open(
      zorio,
      account,
      script(({ path }) => (path === CLICK ? { status, json } : undefined)),
    );

    expect(await session.dial({ number: NUMBER, ref: REF })).toEqual({
      ok: false,
      error: { placed: 'unknown', error: { kind: 'rejected', detail: `HTTP ${status}: Extension 1001 is offline` } },
    });
    expect(ports.sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
    session.close();
  });

  test('may have its record in a list of one', () => {
    const body = JSON.stringify({ data: [{ uuid: 'c-1', end_time: '2026-02-01T08:00:09Z', result: 'BUSY' }] });

    expect(readRecord({ status: 200, headers: {}, body })).toEqual({ reason: 'busy' });
    expect(readRecord({ status: 200, headers: {}, body: '{"data":[]}' })).toBeUndefined();
  });

  test.each([202, 204])('may take a call with %i and nothing else', async (status) => {
    const session = await open(
      zorio,
      account,
      script(({ path }) => (path === CLICK ? { status } : undefined)),
    );

    expect(await session.dial({ number: NUMBER, ref: REF })).toEqual({ ok: true, value: {} });
    session.close();
  });
});

describe('another Kazoo', () => {
  const account = {
    server: 'https://pbx.example.com:8443/v2/',
    accountId: 'acct',
    token: 'tok',
    clickToCallId: 'c2c-ann',
  };
  const HOME = '/v2/accounts/acct';
  const C2C = `${HOME}/clicktocall`;

  function script(more: Script['answer']): Script {
    return {
      answer(request) {
        const own = more(request);
        if (own) return own;
        if (request.path === `${C2C}/c2c-ann` && request.method === 'GET')
          return { json: { data: { id: 'c2c-ann', name: 'Ann', extension: 2040 }, status: 'success' } };
        if (request.path === `${HOME}/channels`) return { json: { data: [], status: 'success' } };
        return undefined;
      },
    };
  }

  async function endpoints(more: Script['answer']) {
    ports = scriptedPorts(script(more), clock);
    const opened = await kazoo.endpoints?.open(account, ports);
    if (!opened?.ok) throw new Error('no endpoints');
    return opened.value;
  }

  test.each([
    ['204 and nothing', { status: 204 }],
    ['200 and nothing', { status: 200 }],
    ['an envelope without data', { json: { status: 'success', request_id: 'r' } }],
  ])('may answer a change and a removal with %s', async (_what, answer) => {
    const at = await endpoints(({ method }) => (method === 'PATCH' || method === 'DELETE' ? answer : undefined));

    expect(await at.change('c2c-ann', { timeout: 20 })).toMatchObject({ ok: true });
    expect(await at.remove('c2c-ann')).toMatchObject({ ok: true });
  });

  test.each<[string, readonly unknown[]]>([
    ['text', ['k 2', 'k/3']],
    ['a number', [2, 3]],
    [
      'a list',
      [
        ['acct', 2],
        ['acct', 3],
      ],
    ],
  ])('may name the next page by %s', async (_what, keys) => {
    const names = ['one', 'two', 'three'];
    const at = await endpoints(({ path }) => {
      if (!path.startsWith(C2C)) return undefined;
      const asked = new URL(`https://x${path}`).searchParams.get('start_key');
      const index =
        asked === null
          ? 0
          : keys.findIndex((key) => asked === (Array.isArray(key) ? JSON.stringify(key) : String(key))) + 1;
      const data = [{ id: index, name: names[index], extension: 2040 + index }];
      const next = keys[index];
      return {
        json: { data, status: 'success', page_size: 1, ...(next === undefined ? {} : { next_start_key: next }) },
      };
    });

    const listed = await at.list();

    expect(listed.ok && listed.value.map(({ name }) => name)).toEqual(names);
  });

  test('may have a list without end', async () => {
    let page = 0;
    const at = await endpoints(({ path }) => {
      if (!path.startsWith(C2C)) return undefined;
      page += 1;
      return { json: { data: [{ id: `c${page}` }], status: 'success', next_start_key: `k${page}` } };
    });

    const listed = await at.list();

    expect(listed.ok && listed.value.length).toBe(50);
  });

  test.each([
    ['an id of its own only', { outbound_call_id: 'c2c-ann-9f' }],
    ['an id of its endpoints only', { endpoints: [{ outbound_call_id: 'c2c-ann-9f' }] }],
    ['endpoints that are one object', { endpoints: { outbound_call_id: 'c2c-ann-9f', route: 2040 }, timeout: '20' }],
  ])('may take a call with %s', async (_what, data) => {
    const session = await open(
      kazoo,
      account,
      script(({ path }) =>
        path.includes('/connect?') ? { status: 202, json: { status: 'success', data } } : undefined,
      ),
    );

    const placed = await session.dial({ number: NUMBER, ref: REF });

    expect(placed).toMatchObject({ ok: true, value: { pbxId: 'c2c-ann-9f' } });
    expect(ports.sent.filter(({ path }) => path.includes('/connect'))).toMatchObject([
      { method: 'POST', path: `${C2C}/c2c-ann/connect?contact=%2B16175550142` },
    ]);
    session.close();
  });

  test('may take a call with 202 and nothing else', async () => {
    const session = await open(
      kazoo,
      account,
      script(({ path }) => (path.includes('/connect?') ? { status: 202 } : undefined)),
    );

    expect(await session.dial({ number: NUMBER, ref: REF })).toMatchObject({ ok: true, value: { told: {} } });
    session.close();
  });

  test('may take a hang-up with 204: it is believed when the leg is gone', async () => {
    let isThere = true;
    const session = await open(
      kazoo,
      account,
      script(({ path, method }) => {
        if (path.includes('/connect?')) return { status: 202, json: { data: { outbound_call_id: 'c2c-ann-9f' } } };
        if (path === `${HOME}/channels`)
          return {
            json: {
              data: isThere
                ? [{ uuid: 'c2c-ann-9f', answered: 'true', other_leg: 'x', authorizing_id: 'c2c-ann' }]
                : [],
            },
          };
        return method === 'POST' && path.includes('/channels/') ? { status: 204 } : undefined;
      }),
    );
    await session.dial({ number: NUMBER, ref: REF });
    clock.advance(2_000);
    await soon();

    expect(await session.hangUp('c2c-ann-9f')).toMatchObject({ ok: true });
    clock.advance(2_000);
    await soon();
    expect(listener.states().at(-1)).not.toMatch(/ended/);
    isThere = false;
    for (let turn = 0; turn < 6; turn += 1) {
      clock.advance(2_000);
      await soon();
    }

    expect(listener.states().at(-1)).toMatch(/^ended/);
    session.close();
  });

  test.each<[string, object]>([
    ['under its name', { name: 'CHANNEL_ANSWER', data: { call_id: 'l' } }],
    ['inside the data', { action: 'event', data: { event_name: 'CHANNEL_ANSWER', call_id: 'l' } }],
    ['with dashes', { name: 'call_event', args: { 'Event-Name': 'CHANNEL_ANSWER', 'Call-ID': 'l' } }],
  ])('may name an event %s', (_what, frame) => {
    expect(readKazooFrame(JSON.stringify(frame))).toEqual({ type: 'event', event: { what: 'answered', id: 'l' } });
  });

  test('may list one channel as an object, with names of any spelling', () => {
    expect(readChannels({ UUID: 'l', Answered: 1, 'Other-Leg': 'm' })).toEqual([
      { id: 'l', isAnswered: true, otherLeg: 'm' },
    ]);
  });

  test('may tell whose token it is at its older address only', async () => {
    const { clickToCallId: _none, ...rest } = account;
    const session = await open(
      kazoo,
      rest,
      script(({ path, method }) =>
        path === '/v2/token_auth' && method === 'GET'
          ? { json: { data: { account_id: 'acct', owner_id: 'ann' } } }
          : undefined,
      ),
    );

    await session.dial({ number: NUMBER, ref: REF });

    expect(ports.sent.map(({ path }) => path)).toContain(`${HOME}/users/ann/quickcall/%2B16175550142`);
    session.close();
  });

  test('may tell the token of a login inside the data', async () => {
    const { token: _token, ...rest } = account;
    const session = await open(
      kazoo,
      { ...rest, username: 'Ann', password: 'pw', accountName: 'acme' },
      script(({ path, headers }) =>
        path === '/v2/user_auth'
          ? { status: 201, json: { data: { auth_token: 'new', account_id: 'acct', owner_id: 7 } } }
          : headers?.['X-Auth-Token'] === 'new'
            ? undefined
            : { status: 401 },
      ),
    );

    expect(session.capabilities.hangUp).toBe(true);
    session.close();
  });
});

describe('another Call Control v3', () => {
  const account = { server: 'api.example.com/v3/call_control/', tenantId: 't-1', extension: '305', token: 'tok' };

  test.each([
    ['204', { status: 204 }],
    ['201 with an id', { status: 201, json: { id: 17, extra: {} } }],
    ['200 with a text', { status: 200, body: 'OK', headers: { 'content-type': 'text/plain' } }],
    ['202', { status: 202 }],
  ])('may take a call with %s', async (_what, answer) => {
    const session = await open(callControlV3, account, {
      answer: ({ method, path }) => (method === 'POST' && path === '/v3/call_control/' ? answer : { status: 405 }),
    });

    expect(await session.dial({ number: NUMBER, ref: REF })).toEqual({ ok: true, value: {} });
    expect(JSON.parse(ports.sent.at(-1)?.body ?? '')).toEqual({
      command: 'click-to-dial',
      user: { tenant_id: 't-1', user_extension: '305' },
      payload: { destination: NUMBER },
    });
    session.close();
  });

  test.each<[string, object]>([
    ['success: false', { json: { success: false, message: 'No such device' } }],
    ['status: failed', { status: 202, json: { status: 'Failed', message: 'No such device' } }],
  ])('may answer well and say no in it (%s): not known to be placed', async (_what, answer) => {
    const session = await open(callControlV3, account, {
      answer: ({ method }) => (method === 'POST' ? answer : { status: 405 }),
    });

    expect(await session.dial({ number: NUMBER, ref: REF })).toEqual({
      ok: false,
      error: { placed: 'unknown', error: { kind: 'rejected', detail: 'No such device' } },
    });
    expect(ports.sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
    session.close();
  });

  test('that asks for patience without a time is left alone for half a minute', async () => {
    const session = await open(callControlV3, account, {
      answer: ({ method }) => (method === 'POST' ? { status: 429, body: 'slow' } : { status: 400 }),
    });

    const refused = await session.dial({ number: NUMBER, ref: REF });
    await session.dial({ number: NUMBER, ref: 'call-2' });

    expect(refused).toMatchObject({ error: { placed: 'no', error: { kind: 'rate-limited', retryAfterMs: 30_000 } } });
    expect(ports.sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
    session.close();
  });
});

describe('a system behind a template', () => {
  const origin = 'https://calls.example.com';
  const profile = (match: object) => ({
    profile: JSON.stringify({
      name: 'x',
      allowedOrigin: `${origin}/`,
      place: { url: `${origin}/dial`, body: { to: '{number}' }, successMatch: match, callIdPath: 'call.id' },
      status: {
        url: `${origin}/status/{callId}`,
        intervalMs: 1000,
        statePath: 'talking',
        stateMap: { true: 'connected', false: 'dialing', 0: 'ended' },
      },
    }),
  });

  test.each<[string, unknown, unknown]>([
    ['true', true, true],
    ['"true"', 'true', true],
    ['true, where a text is expected', true, 'true'],
    ['"1"', '1', 1],
    ['1', 1, '1'],
  ])('may say %s', async (_what, said, equals) => {
    const session = await open(httpTemplate, profile({ path: 'done', equals }), {
      answer: () => ({ json: { extra: null, call: { id: 7 }, done: said } }),
    });

    expect(await session.dial({ number: NUMBER, ref: REF })).toEqual({ ok: true, value: { pbxId: '7' } });
    session.close();
  });

  test('may answer half a status: that is no sign of life, and the second ends the line', async () => {
    const session = await open(httpTemplate, profile({ path: 'done', equals: 'yes' }), {
      answer: ({ path }) => (path === '/dial' ? { json: { call: { id: 7 }, done: 'yes' } } : { body: '{"talking":tr' }),
    });
    await session.dial({ number: NUMBER, ref: REF });

    for (let poll = 0; poll < 2; poll += 1) {
      clock.advance(1_000);
      await soon();
    }

    expect(listener.states()).toEqual([]);
    expect(listener.of('lost')).toEqual([{ type: 'lost', error: { kind: 'protocol', detail: 'no JSON' } }]);
  });

  test.each<[string, unknown]>([
    ['without end', 'x'.repeat(100_000)],
    ['that is an object', { id: 7 }],
    ['that is a list', [7]],
    ['that is null', null],
  ])('may name an id %s: the call is placed and not followed', async (_what, id) => {
    const session = await open(httpTemplate, profile({ path: 'done', equals: 'yes' }), {
      answer: () => ({ json: { call: { id }, done: 'yes' } }),
    });

    expect(await session.dial({ number: NUMBER, ref: REF })).toEqual({ ok: true, value: {} });
    clock.advance(5_000);
    await soon();
    expect(ports.sent.map(({ path }) => path)).toEqual(['/dial']);
    session.close();
  });

  test('may offer several ways to sign in at once', async () => {
    const challenged = {
      profile: JSON.stringify({
        name: 'x',
        allowedOrigin: origin,
        auth: 'challenge',
        place: { method: 'POST', url: `${origin}/dial`, body: { to: '{number}' } },
      }),
      user: 'ann',
      secret: 'pw-ann',
    };
    const session = await open(httpTemplate, challenged, {
      answer: ({ headers }) =>
        headers?.Authorization === undefined
          ? { status: 401, headers: { 'www-authenticate': 'Digest realm="a", nonce="b", Basic realm="a"' } }
          : { status: 200 },
    });

    expect(await session.dial({ number: NUMBER, ref: REF })).toMatchObject({ ok: true });
    expect(ports.sent).toHaveLength(2);
    session.close();
  });

  test('may tell its states as claims and numbers', async () => {
    let talking: unknown = false;
    const session = await open(httpTemplate, profile({ path: 'done', equals: 'yes' }), {
      answer: ({ path }) => ({ json: path === '/dial' ? { call: { id: 7 }, done: 'yes' } : { talking } }),
    });
    await session.dial({ number: NUMBER, ref: REF });
    for (const next of [false, true, 0]) {
      talking = next;
      clock.advance(1_000);
      await soon();
    }

    expect(listener.states()).toEqual(['ringing', 'talking', 'ended unknown']);
    session.close();
  });
});
