import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { type RigRelay, startRigRelay } from './rig.ts';

/** The company's own site: knows its people by a cookie. */
const PEOPLE: Readonly<Record<string, string>> = { 'sid=ann': '45', 'sid=bob': '9999', 'sid=odd': '4 5; x' };

describe('the sample login helper', () => {
  let pbx: VodiaSimulator;
  let site: Server;
  let relay: RigRelay;
  let asked: number;
  beforeEach(async () => {
    pbx = await startVodia();
    asked = 0;
    site = createServer((request, response) => {
      asked += 1;
      const extension = PEOPLE[request.headers.cookie ?? ''];
      if (extension === undefined) response.writeHead(302, { location: '/login' }).end();
      else response.end(JSON.stringify({ user: { extension } }));
    });
    await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve));
    const { port } = site.address() as AddressInfo;
    relay = await startRigRelay({
      config: {
        vodia: {
          server: pbx.origin,
          domain: pbx.tenant,
          adminUser: pbx.admin.user,
          adminPassword: pbx.admin.password,
          whoAmI: `http://127.0.0.1:${port}/me`,
          extensionPath: 'user.extension',
        },
      },
    });
  });
  afterEach(async () => {
    await relay.close();
    await pbx.close();
    site.close();
  });

  const visit = (headers: Readonly<Record<string, string>>) => fetch(`${relay.origin}/rest/pbxlogin`, { headers });

  test.each(['json', 'text'] as const)(
    'gives who is signed in at the company a token for one login (as %s)',
    async (tokenAs) => {
      Object.assign(pbx.variants, { tokenAs });
      const answer = await visit({ cookie: 'sid=ann' });
      const told = (await answer.json()) as Readonly<Record<string, string>>;

      expect(told).toEqual({ session: told.session, server: pbx.origin, user: '45', domain: pbx.tenant });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const signIn = () =>
        fetch(`${pbx.origin}/rest/system/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'session', value: told.session }),
        }).then((response) => response.text());
      expect(await signIn()).not.toBe('false');
      expect(await signIn()).toBe('false');
    },
  );

  test.each([
    ['nobody', {}, 401, 0],
    ['whom the site does not know', { cookie: 'sid=eve' }, 401, 1],
    ['whose extension is none', { cookie: 'sid=odd' }, 401, 1],
    ['whom the PBX does not know', { cookie: 'sid=bob' }, 403, 1],
    ["another site's page", { cookie: 'sid=ann', origin: 'https://evil.example' }, 403, 0],
    ['a link on another site', { cookie: 'sid=ann', 'sec-fetch-site': 'cross-site' }, 403, 0],
  ] as const)('gives %s nothing', async (_who, headers, status, askedTimes) => {
    const answer = await visit(headers);

    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain('session');
    expect(asked).toBe(askedTimes);
    expect(pbx.journal.requests().filter(({ status: code }) => code === 200)).toEqual([]);
  });

  test('works for PageDial itself, and never says or writes its own password', async () => {
    const answer = await visit({ cookie: 'sid=ann', origin: 'chrome-extension://abcdefghijklmnop' });
    expect(answer.status).toBe(200);

    pbx.faults.set('session', { kind: 'answer', status: 500 });
    const failed = await visit({ cookie: 'sid=ann' });

    expect(failed.status).toBe(502);
    expect((await failed.text()) + relay.logged()).not.toContain(pbx.admin.password);
  });
});
