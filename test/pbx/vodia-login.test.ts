import { afterEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { virtualClock } from '../simulators/clock.ts';
import type { Fault } from '../simulators/faults.ts';
import { ANSWERS } from '../simulators/faults.ts';
import { startVodia, type VodiaOptions, type VodiaSimulator } from '../simulators/vodia.ts';
import { VARIANT_VALUES } from '../simulators/vodia-variants.ts';
import { Listener } from './listener.ts';
import { type NodePortsOptions, nodePorts } from './node-ports.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A PBX and a browser profile to sign in from. */
async function desk(options: VodiaOptions = {}, browser: Partial<NodePortsOptions> = {}) {
  const clock = virtualClock();
  const pbx = await startVodia({ clock, ...options });
  open.push(() => pbx.close());
  const ports = nodePorts({ clock, likeChrome: true, ...browser });
  const told = new Listener();
  const connect = async (account: AccountValues) => {
    const opened = await vodia.connect(account, ports, told.tell);
    if (opened.ok) keep(opened.value);
    return opened;
  };
  const own = { server: pbx.origin, domain: pbx.tenant, user: '45', password: 's3cret-45' };
  return { pbx, ports, told, connect, own, clock };
}

function keep(session: PbxSession): void {
  open.push(() => session.close());
}

/** Methods of the logins the PBX was asked for, with its answers: `POST 405`. */
function logins(pbx: VodiaSimulator): readonly string[] {
  return pbx.journal
    .requests()
    .filter((request) => request.path === '/rest/system/session' && request.method !== 'GET')
    .map((request) => `${request.method} ${request.status}`);
}

/** Answers the helper gives instead of its own. */
function helperSays(pbx: VodiaSimulator, body: unknown): void {
  pbx.faults.set('helper', {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('a login by helper', () => {
  test('needs nothing but its address: it tells server, tenant and user, and a token that is used once', async () => {
    const { pbx, connect } = await desk();

    const opened = await connect({ loginHelper: pbx.helperUrl });

    expect(opened).toMatchObject({ ok: true, value: { extension: '45', capabilities: { liveState: true } } });
    expect(logins(pbx)).toEqual(['POST 200']);
    expect(pbx.journal.requests().map((request) => request.path)).toEqual([
      '/rest/pbxlogin',
      '/rest/system/session',
      `/websocket?domain=${pbx.tenant}&user=45`,
    ]);
  });

  test('works where the helper names the server without scheme', async () => {
    const { pbx, connect } = await desk({ variants: { helperServer: 'bare' } });

    expect((await connect({ loginHelper: pbx.helperUrl })).ok).toBe(true);
  });

  test('reaches the server the way the account knows when it is the same', async () => {
    const { pbx, connect, ports } = await desk({ variants: { helperServer: 'bare' } });

    await connect({ loginHelper: pbx.helperUrl, server: pbx.origin.replace('http:', 'https:') });
    await connect({ loginHelper: pbx.helperUrl, server: 'https://pbx.example.com' });

    const posts = ports.asked.filter((asked) => asked.startsWith('POST')).map((asked) => asked.split('/rest')[0]);
    expect(posts).toEqual([`POST ${pbx.origin.replace('http:', 'https:')}`, `POST ${pbx.origin}`]);
  });

  test("goes with the user's own sign-in at the company's site, and is refused without", async () => {
    const { pbx, connect, ports } = await desk({ helperLogin: true });

    const before = await connect({ loginHelper: pbx.helperUrl });
    ports.setCookie(pbx.helperUrl, 'crm', 'signed-in');
    const after = await connect({ loginHelper: pbx.helperUrl });

    expect(before).toMatchObject({ ok: false, error: { kind: 'not-signed-in' } });
    expect(after.ok).toBe(true);
  });

  test.each([
    ['a login page', 'not-a-pbx', 'reach'],
    ['not found', 'not-a-pbx', 'reach'],
    ['redirect here', 'not-a-pbx', 'reach'],
    ['redirect away', 'not-a-pbx', 'reach'],
    ['bad gateway page', 'unreachable', 'reach'],
    ['unauthorised', 'not-signed-in', 'login'],
    ['forbidden', 'not-signed-in', 'login'],
    ['too many, seconds', 'rate-limited', 'login'],
    ['server error', 'rejected', 'login'],
  ])('that answers with "%s" fails as %s at the step %s, and the PBX is left alone', async (answer, kind, step) => {
    const { pbx, connect, told } = await desk();
    pbx.faults.set('helper', ANSWERS[answer] ?? expect.fail());

    const refused = await connect({ loginHelper: pbx.helperUrl });

    expect(refused).toMatchObject({ ok: false, error: { kind } });
    expect(told.steps).toEqual([`${step} ${kind}`]);
    expect(pbx.journal.requests()).toHaveLength(1);
  });

  test.each([
    ['a refused token passed on', { session: false, user: '45', domain: 'acme.example' }, 'not-signed-in'],
    ['no token', { user: '45', domain: 'acme.example' }, 'not-signed-in'],
    ['no user', { session: 'abc', server: '127.0.0.1', domain: 'acme.example' }, 'protocol'],
    ['no tenant', { session: 'abc', server: '127.0.0.1', user: '45' }, 'protocol'],
    ['no server', { session: 'abc', user: '45', domain: 'acme.example' }, 'bad-address'],
    ['a server that is none', { session: 'abc', server: 'a b', user: '45', domain: 'x' }, 'bad-address'],
    [
      'a server without TLS',
      { session: 'abc', server: 'http://pbx.test', user: '45', domain: 'x' },
      'insecure-address',
    ],
    [
      'a password in the address',
      { session: 'abc', server: 'https://a:b@pbx.test', user: '4', domain: 'x' },
      'bad-address',
    ],
    ['a list', [], 'not-a-pbx'],
    ['a text', 'abc', 'not-a-pbx'],
    ['null', null, 'not-a-pbx'],
  ])('that tells %s fails, and the PBX is left alone', async (_what, body, kind) => {
    const { pbx, connect } = await desk();
    helperSays(pbx, body);

    expect(await connect({ loginHelper: pbx.helperUrl })).toMatchObject({ ok: false, error: { kind } });
    expect(pbx.journal.requests()).toHaveLength(1);
  });

  test('that names a server nobody has granted says what is to be granted, and the token does not go there', async () => {
    const clock = virtualClock();
    const other = await startVodia({ clock });
    open.push(() => other.close());
    const helper = await startVodia({ clock });
    open.push(() => helper.close());
    const ports = nodePorts({ clock, granted: [helper.helperOrigin, helper.origin] });
    const token = { session: 'one-time-token', server: other.origin, user: '45', domain: other.tenant };
    helperSays(helper, token);

    const refused = await vodia.connect({ loginHelper: helper.helperUrl }, ports, new Listener().tell);

    expect(refused).toEqual({ ok: false, error: { kind: 'permission-missing', origin: `${other.origin}/*` } });
    expect(other.journal.entries).toEqual([]);
  });

  test('that cannot be reached says so', async () => {
    const { pbx, connect } = await desk();
    await pbx.close();

    expect(await connect({ loginHelper: pbx.helperUrl })).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
  });
});

describe('a login by password', () => {
  const forms = VARIANT_VALUES.authMethods.flatMap((authMethods) =>
    VARIANT_VALUES.authSecret.map((authSecret) => ({ authMethods, authSecret })),
  );

  test.each(forms)(
    'finds the form a PBX with $authMethods and $authSecret takes, and keeps it in mind',
    async (form) => {
      const { pbx, connect, own, told } = await desk({ variants: form });

      const first = await connect(own);
      const taken = logins(pbx).filter((login) => login.endsWith('200'));
      const remembered = told.of('remember').map((news) => news.values);
      pbx.journal.clear();
      const second = await connect({ ...own, ...remembered[0] });

      const method = form.authMethods === 'put' ? 'PUT' : 'POST';
      const secret = form.authSecret === 'md5' ? 'md5' : 'plain';
      expect([first.ok, second.ok]).toEqual([true, true]);
      expect(taken).toHaveLength(secret === 'md5' ? 2 : 1);
      expect(remembered).toEqual([{ _loginForm: `${method} ${secret}` }]);
      expect(logins(pbx)).toEqual([`${method} 200`]);
    },
  );

  test.each(forms)('a wrong password is tried twice at most with $authMethods and $authSecret', async (form) => {
    const { pbx, connect, own, told } = await desk({ variants: form });

    const refused = await connect({ ...own, password: 'wr0ng-s3cret' });

    expect(refused).toMatchObject({ ok: false, error: { kind: 'login-refused' } });
    expect(logins(pbx).filter((login) => login.endsWith('200'))).toHaveLength(2);
    expect(told.of('remember')).toEqual([]);
  });

  test('a form that is no longer taken is found anew and remembered', async () => {
    const { pbx, connect, own, told } = await desk({ variants: { authMethods: 'put', authSecret: 'md5' } });

    const opened = await connect({ ...own, _loginForm: 'POST plain' });

    expect(opened.ok).toBe(true);
    expect(logins(pbx)).toEqual(['POST 405', 'PUT 200', 'PUT 200']);
    expect(told.of('remember').at(-1)?.values).toEqual({ _loginForm: 'PUT md5' });
  });

  test('nonsense in the memory does no harm', async () => {
    const { connect, own } = await desk();

    expect((await connect({ ...own, _loginForm: 'DELETE rot13 ' })).ok).toBe(true);
  });

  test.each(VARIANT_VALUES.sessionKey)('the session is carried to the socket when told by %s', async (sessionKey) => {
    const { pbx, connect, own, ports } = await desk({ variants: { sessionKey } });

    const opened = await connect(own);

    expect(opened).toMatchObject({ ok: true, value: { capabilities: { liveState: true } } });
    expect(ports.cookieLog).toEqual(['adopt']);
    expect(pbx.socketsOpened).toBe(1);
    if (opened.ok) opened.value.close();
    expect(ports.cookieLog).toEqual(['adopt', 'drop']);
  });

  test('user and tenant may be typed in one field', async () => {
    const { connect, own } = await desk();
    const { server, password } = own;

    expect((await connect({ server, password, user: '45@acme.example' })).ok).toBe(true);
  });

  test.each([
    ['tenant', { domain: 'nowhere.example' }],
    ['extension', { user: '99' }],
  ])('an unknown %s is told from a wrong password, and no second secret is tried', async (_what, change) => {
    const { pbx, connect, own } = await desk();

    const refused = await connect({ ...own, ...change });

    expect(refused).toMatchObject({ ok: false, error: { kind: 'unknown-user' } });
    expect(logins(pbx)).toEqual(['POST 404', 'PUT 404']);
  });

  const silent: readonly (readonly [string, Fault])[] = [
    ...['server error', 'bad gateway page', 'a login page', 'redirect here', 'too many, seconds', 'bad request'].map(
      (name) => [name, ANSWERS[name] ?? expect.fail()] as const,
    ),
    ['an answer nobody understands', { kind: 'answer', status: 200, body: '{"a":1}' }],
    ['a key that would break a cookie', { kind: 'answer', status: 200, body: '"a;b=c; Path=/xxxxxxxx"' }],
  ];
  test.each(silent)('"%s" is no wrong password: nothing else is tried', async (_what, fault) => {
    const { pbx, connect, own } = await desk();
    pbx.faults.set('session', fault);

    const failed = await connect(own);

    expect(failed.ok).toBe(false);
    expect(failed).not.toMatchObject({ error: { kind: 'login-refused' } });
    expect(logins(pbx)).toHaveLength(1);
  });

  test('a login that fails leaves no cookie of ours behind', async () => {
    const { connect, own, ports } = await desk();

    await connect({ ...own, password: 'wr0ng-s3cret' });

    expect(ports.cookieLog).toEqual(['drop']);
  });
});

describe('an address', () => {
  test('without TLS on another machine is refused before anything is sent', async () => {
    const { connect, own, ports, told } = await desk();
    const server = 'http://pbx.example.com';

    const typed = await connect({ ...own, server });
    const helped = await connect({ loginHelper: `${server}/rest/pbxlogin` });

    expect([typed, helped]).toMatchObject([
      { ok: false, error: { kind: 'insecure-address' } },
      { ok: false, error: { kind: 'insecure-address' } },
    ]);
    expect(ports.asked).toEqual([]);
    expect(told.steps).toEqual(['reach insecure-address', 'reach insecure-address']);
    expect(vodia.check({ ...own, server })).toEqual({ server: 'pbx_address_insecure' });
    expect(vodia.check({ loginHelper: server })).toEqual({ loginHelper: 'pbx_address_insecure' });
  });

  test('that nothing listens at is unreachable', async () => {
    const { pbx, connect, own, told } = await desk();
    await pbx.close();

    expect(await connect(own)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(told.steps).toEqual(['reach unreachable']);
  });

  test('with a certificate nobody trusts is unreachable, and no password is sent', async () => {
    const { pbx, connect, own } = await desk({ tls: true });

    const failed = await connect(own);

    expect(own.server).toMatch(/^https:/);
    expect(failed).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(pbx.journal.entries).toEqual([]);
  });

  test('of a web site is no PBX, while a PBX may say "not found" with a page of its own', async () => {
    const { pbx, connect, own } = await desk();
    const page = { kind: 'answer', status: 404, body: '<!doctype html><title>Not found</title>' } as const;

    pbx.faults.set('session', page, { next: 2 });
    const elsewhere = await connect(own);
    pbx.faults.set('session', { ...page, headers: { server: 'PBX/70.0' } }, { next: 2 });
    const there = await connect(own);

    expect(elsewhere).toMatchObject({ ok: false, error: { kind: 'not-a-pbx' } });
    expect(there).toMatchObject({ ok: false, error: { kind: 'unknown-user' } });
  });
});
