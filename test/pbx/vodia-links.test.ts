import { afterEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { callLink, linkHash } from '../../src/pbx/vodia/call-link.ts';
import { virtualClock } from '../simulators/clock.ts';
import { startVodia, type VodiaOptions } from '../simulators/vodia.ts';
import { Listener } from './listener.ts';
import { nodePorts } from './node-ports.ts';

const NUMBER = '+16175550142';
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function desk(options: VodiaOptions = {}) {
  const clock = virtualClock();
  const pbx = await startVodia({ clock, ...options });
  open.push(() => pbx.close());
  const ports = nodePorts({ clock, likeChrome: true });
  const told = new Listener();
  const own = { server: pbx.origin, domain: pbx.tenant, user: '45', password: 's3cret-45' };
  const connect = (account: AccountValues) => vodia.connect(account, ports, told.tell);
  async function session(account: AccountValues): Promise<PbxSession> {
    const opened = await connect(account);
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    open.push(() => opened.value.close());
    return opened.value;
  }
  const links = () => pbx.journal.requests().filter(({ path }) => path.startsWith('/remote_call.htm'));
  return { pbx, ports, told, own, connect, session, links, clock };
}

describe("calls placed by the vendor's links", () => {
  test('the hash is that of the documents, user, password, destination, time and duration without separators', () => {
    expect(linkHash('45', 's3cret', '14155550100', '1767225600', '3600')).toBe('477020f6e0a23fd65c6ef1bdd7a61827');
  });

  test("credentials are the vendor's own example, and every parameter is encoded", () => {
    const caller = { origin: 'https://pbx.example.com', user: '123', domain: 'domain.com', password: 'password' };
    const more = { connectsDirectly: true, isPadded: false };

    expect(callLink('link-login', { ...caller, ...more }, '+16175550142', 0).url).toBe(
      'https://pbx.example.com/remote_call.htm?user=123&dest=%2B16175550142&auth=MTIzQGRvbWFpbi5jb206cGFzc3dvcmQ&connect=true',
    );
    expect(callLink('link-login', { ...caller, ...more, isPadded: true }, '47', 0).url).toContain('cmQ%3D&');
  });

  test("the PBX's challenge is answered by a header with extension and tenant, in the one request there is", async () => {
    const { session, own, links, pbx } = await desk();

    const placed = await (await session({ ...own, way: 'link-challenge' })).dial({ number: NUMBER, ref: 'ours' });

    expect(placed).toEqual({ ok: true, value: {} });
    expect(links()).toHaveLength(1);
    expect(links()[0]?.path).toBe('/remote_call.htm?user=45%40acme.example&dest=%2B16175550142');
    expect(pbx.places()).toMatchObject([{ via: 'link', extension: '45', number: NUMBER }]);
  });

  test.each(['link-challenge', 'link-hash', 'link-login'])(
    '%s asks the phone for a key, unless told not to',
    async (way) => {
      const { session, own, links } = await desk();

      const asking = await session({ ...own, way });
      await asking.dial({ number: NUMBER, ref: 'one' });
      const direct = await session({ ...own, way, connectDirectly: 'yes' });
      await direct.dial({ number: '+16175550143', ref: 'two' });

      expect([asking.capabilities.pressKey, direct.capabilities.pressKey]).toEqual(['1', undefined]);
      expect(links().map(({ path }) => path.includes('&connect=true'))).toEqual([false, true]);
    },
  );

  test.each(['behind', 'ahead'])('a hash is timed by the clock of the PBX, which is 15 minutes %s', async (way) => {
    const { pbx, own, clock } = await desk();
    const ours = virtualClock();
    (way === 'behind' ? ours : clock).advance(900_000);
    const opened = await vodia.connect(
      { ...own, way: 'link-hash' },
      nodePorts({ clock: ours, likeChrome: true }),
      () => {},
    );
    if (!opened.ok) throw new Error('not connected');
    open.push(() => opened.value.close());

    expect(await opened.value.dial({ number: NUMBER, ref: 'ours' })).toEqual({ ok: true, value: {} });
    expect(pbx.places()).toHaveLength(1);
  });

  test('a PBX that refuses the padding of base64 is not asked twice: the next connection spells it the other way', async () => {
    const { session, own, told, links, pbx } = await desk();
    pbx.faults.set('link', { kind: 'answer', status: 401 });

    const refused = await (await session({ ...own, way: 'link-login' })).dial({ number: NUMBER, ref: 'ours' });
    const [kept] = told.of('remember');
    await (await session({ ...own, way: 'link-login', ...kept?.values })).dial({ number: NUMBER, ref: 'again' });

    expect(refused).toMatchObject({ ok: false, error: { placed: 'no', error: { kind: 'login-refused' } } });
    expect(told.of('lost')).toMatchObject([{ error: { kind: 'login-refused' } }]);
    expect(links().map(({ path }) => /auth=.*%3D$/.test(path))).toEqual([true, false]);
    expect(pbx.places()).toHaveLength(1);
  });

  test('nothing that proves the user leaves with a connection, only with a call', async () => {
    const { session, own, pbx } = await desk();

    await (await session({ ...own, way: 'link-login' })).beat();

    expect(pbx.journal.requests().map(({ path }) => path)).toEqual(['/rest/system/session', '/rest/system/session']);
    expect(pbx.journal.requests().every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });
});

describe('other ways in', () => {
  test('the display name beside the number goes with a call by REST', async () => {
    const { session, own, pbx } = await desk();
    const api = { ...own, way: 'basic', apiUser: pbx.admin.user, password: pbx.admin.password };

    await (await session(api)).dial({ number: NUMBER, ref: 'ours', name: 'Maya Ortiz' });

    expect(pbx.places()).toMatchObject([{ via: 'rest', extension: '45', number: NUMBER, name: 'Maya Ortiz' }]);
  });

  test("the portal's sign-in in this browser is enough for a whole session, and outlives ours", async () => {
    const { connect, session, own, ports, pbx } = await desk();
    const { password: _none, ...portal } = { ...own, way: 'portal' };
    expect(await connect(portal)).toMatchObject({ ok: false, error: { kind: 'not-signed-in' } });
    await ports.request({
      method: 'POST',
      url: `${pbx.origin}/rest/system/session`,
      body: JSON.stringify({ name: 'auth', value: `45@${pbx.tenant} ${own.password}` }),
      cookies: true,
    });
    const users = [...ports.jar.values()];

    const line = await session(portal);
    const placed = await line.dial({ number: NUMBER, ref: 'ours' });
    line.close();

    expect(line.capabilities.hangUp).toBe(true);
    expect(placed.ok).toBe(true);
    expect(pbx.places()).toMatchObject([{ via: 'socket' }]);
    expect([...ports.jar.values()]).toEqual(users);
  });

  test.each([
    ['session', []],
    ['portal', ['info']],
    ['basic', ['warn']],
    ['link-challenge', ['info', 'warn']],
    ['link-hash', ['warn', 'warn']],
    ['link-login', ['warn', 'warn']],
  ])('%s says before it is saved what is risky about it', (way, moods) => {
    expect(vodia.notes?.({ way }).map(({ mood }) => mood)).toEqual(moods);
  });

  test('a link on a page is for the account when host and user are', () => {
    const account = { server: 'https://pbx.example.com', domain: 'acme.example', user: '45' };
    const owns = (host: string, user?: string) =>
      vodia.ownsLink?.({ host, ...(user === undefined ? {} : { user }) }, account);

    expect(owns('pbx.example.com')).toBe(true);
    expect(owns('PBX.example.com', '45@ACME.example')).toBe(true);
    expect(owns('pbx.example.com', '45')).toBe(true);
    expect(owns('pbx.example.com', '47')).toBe(false);
    expect(owns('pbx.example.com', '45@other.example')).toBe(false);
    expect(owns('pbx.example.net', '45')).toBe(false);
    expect(owns('pbx.example.com:8443', '45')).toBe(false);
    const helped = {
      loginHelper: 'https://crm.example.com/login',
      _server: 'https://pbx.example.com',
      _user: '45@acme.example',
    };
    expect(vodia.ownsLink?.({ host: 'pbx.example.com', user: '45@acme.example' }, helped)).toBe(true);
    expect(vodia.ownsLink?.({ host: 'pbx.example.com' }, { loginHelper: 'https://crm.example.com/login' })).toBe(false);
  });
});
