import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asObject } from '../../src/core/json.ts';
import type { RelayConfig } from '../../src/relay/config.ts';
import { startV3, type V3Simulator } from '../simulators/call-control-v3.ts';
import { findNats, startNats } from './nats-server.ts';
import { type RigRelay, startRigRelay, V3_KEY, v3Agent } from './rig.ts';

const program = findNats();

describe('access tokens', () => {
  let pbx: V3Simulator;
  let file: string;
  let now: number;
  const relays: RigRelay[] = [];
  beforeEach(async () => {
    pbx = await startV3();
    now = Date.now();
    file = join(mkdtempSync(join(tmpdir(), 'pagedial-relay-')), 'tokens.json');
    writeFileSync(file, JSON.stringify({ [`${pbx.tenant}/210`]: { refreshToken: pbx.refreshToken } }));
  });
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.close();
    await pbx.close();
  });

  function service(
    change: Partial<NonNullable<RelayConfig['callControlV3']>> = {},
  ): NonNullable<RelayConfig['callControlV3']> {
    return {
      key: V3_KEY,
      tenants: [],
      extensions: [],
      tokenFile: file,
      refresh: {
        url: `${pbx.origin}/oauth/token`,
        headers: { 'x-tenant': 'acme' },
        body: { as: 'form', values: { grant_type: 'refresh_token', refresh_token: '{refreshToken}' } },
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        expiresIn: 'expires_in',
      },
      ...change,
    };
  }
  async function start(options: Parameters<typeof startRigRelay>[0] = {}): Promise<RigRelay> {
    const relay = await startRigRelay({ config: { callControlV3: service() }, now: () => now, ...options });
    relays.push(relay);
    return relay;
  }
  async function ask(relay: RigRelay, extension = '210', refused?: string) {
    const answer = await fetch(`${relay.origin}/token`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${relay.token(v3Agent(extension))}`,
        ...(refused === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(refused === undefined ? {} : { body: JSON.stringify({ refused }) }),
    });
    return { status: answer.status, body: asObject(await answer.json()) ?? {} };
  }
  const refreshes = () => pbx.journal.requests().filter(({ path }) => path === '/oauth/token').length;
  const onDisk = () => readFileSync(file, 'utf8');

  test('are had by the refresh token, which is on disk again before anybody uses them, for nobody else to read', async () => {
    const relay = await start();

    const given = await ask(relay);

    expect(given).toEqual({ status: 200, body: { accessToken: pbx.token, expiresAt: now + 300_000 } });
    expect(onDisk()).toContain(pbx.refreshToken);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(relay.logged()).not.toContain(pbx.token);
  });

  test('are asked for once, however many browsers ask, and again when they run out', async () => {
    const relay = await start();

    const many = await Promise.all(Array.from({ length: 20 }, () => ask(relay)));
    expect(new Set(many.map(({ body }) => body.accessToken)).size).toBe(1);
    expect(refreshes()).toBe(1);

    now += 250_000;
    const next = await ask(relay);
    expect(next.body.accessToken).not.toBe(many[0]?.body.accessToken);
    expect(refreshes()).toBe(2);
    expect(pbx.violations).toEqual([]);
  });

  test('outlive a restart of the relay, without a refresh token used twice', async () => {
    const first = await start();
    const given = await ask(first);
    await first.close();

    const again = await ask(await start());

    expect(again.body).toEqual(given.body);
    expect(refreshes()).toBe(1);
  });

  test('that the service refuses too soon are replaced, but not over and over', async () => {
    const relay = await start();
    const given = await ask(relay);
    const token = String(given.body.accessToken);

    const atOnce = await ask(relay, '210', token);
    now += 20_000;
    const later = await ask(relay, '210', token);

    expect(atOnce.body.accessToken).toBe(token);
    expect(later.body.accessToken).not.toBe(token);
    expect(refreshes()).toBe(2);
  });

  test('are not there for others, and a refused refresh token is not tried again', async () => {
    const relay = await start();
    pbx.expireSessions();

    expect(await ask(relay, '211')).toEqual({ status: 404, body: { error: 'none' } });
    expect(await ask(relay)).toEqual({ status: 409, body: { error: 'refused' } });
    now += 60_000;
    expect((await ask(relay)).status).toBe(409);
    expect(refreshes()).toBe(1);
    expect(await relay.metric('token_refreshes_total{outcome="refused"}')).toBe(1);
  });

  test.each([
    ['an error', { kind: 'answer', status: 500 }],
    ['a page', { kind: 'answer', status: 200, body: '<html></html>' }],
    ['a cut line', { kind: 'reset-before' }],
  ] as const)('after %s are asked for again, later', async (_what, fault) => {
    const relay = await start();
    pbx.faults.set('refresh', fault);

    expect((await ask(relay)).status).toBe(503);
    expect((await ask(relay)).status).toBe(503);
    expect(refreshes()).toBe(1);
    now += 11_000;

    expect((await ask(relay)).status).toBe(200);
  });

  test('need a token of the agent, and the right kind of agent', async () => {
    const relay = await start();
    const zorio = relay.token({ vendor: 'zorio', tenant: '', extension: '210' });

    const [none, other] = await Promise.all(
      ['Bearer x', `Bearer ${zorio}`].map((authorization) =>
        fetch(`${relay.origin}/token`, { method: 'POST', headers: { authorization } }),
      ),
    );

    expect([none?.status, other?.status]).toEqual([401, 404]);
    expect(refreshes()).toBe(0);
  });

  test.skipIf(!program)('of the one relay that keeps them are had from any', async () => {
    const nats = await startNats(program ?? '');
    try {
      const keeper = await start({ config: { callControlV3: service() }, nats: nats.url });
      const { tokenFile: _file, refresh: _refresh, ...without } = service();
      const other = await start({ config: { callControlV3: without }, nats: nats.url });

      const given = await ask(other);

      expect(given).toEqual(await ask(keeper));
      expect(given.status).toBe(200);
      expect(refreshes()).toBe(1);
      for (const relay of relays.splice(0)) await relay.close();
    } finally {
      await nats.close();
    }
  });
});
