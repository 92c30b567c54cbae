import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Signing, tokenId } from '../../src/relay/signing.ts';
import { RELAY_DIST, RELAY_PROGRAM } from '../tools/build-relay.ts';
import { freePort } from './nats-server.ts';
import { AGENT_KEY, TENANT } from './rig.ts';

const ENVIRONMENT = { PAGEDIAL_RELAY_AGENT_KEY: AGENT_KEY, PAGEDIAL_RELAY_ZORIO_SECRET: 's3cret' };

describe('the program dist/relay', () => {
  /** Runs it in an empty folder, with nothing but Node. */
  function run(args: readonly string[], env: Readonly<Record<string, string>> = ENVIRONMENT) {
    const cwd = mkdtempSync(join(tmpdir(), 'pagedial-relay-'));
    const done = spawnSync(process.execPath, [RELAY_PROGRAM, ...args], { cwd, env, encoding: 'utf8', timeout: 20_000 });
    return { code: done.status, out: done.stdout, err: done.stderr };
  }

  test("issues tokens that this company's relays know, each another one", () => {
    const first = run(['issue', '--vendor', 'zorio', '--extension', '1001']);
    const second = run(['issue', '--vendor', 'call-control-v3', '--tenant', TENANT, '--extension', '210']);
    const signing = new Signing(AGENT_KEY);

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(signing.readToken(first.out.trim())).toEqual({ vendor: 'zorio', tenant: '', extension: '1001' });
    expect(signing.readToken(second.out.trim())).toMatchObject({ tenant: TENANT, extension: '210' });
    expect(first.err).toContain(tokenId(first.out.trim()));
    expect(run(['issue', '--vendor', 'zorio', '--extension', '1001']).out).not.toBe(first.out);
  });

  test.each([
    [['issue', '--vendor', 'kazoo', '--extension', '1'], ENVIRONMENT, /Usage/],
    [['issue', '--vendor', 'call-control-v3', '--extension', '210'], ENVIRONMENT, /Usage/],
    [['serve'], ENVIRONMENT, /Usage/],
    [['--colour'], ENVIRONMENT, /Usage/],
    [[], {}, /agentKey is missing/],
    [['--config', '/nowhere.json'], {}, /\/nowhere\.json cannot be read: no such file/],
  ] as const)('called with %j it says what is wrong and ends with 2', (args, env, said) => {
    const { code, err } = run(args, env);

    expect(err).toMatch(said);
    expect(code).toBe(2);
  });

  test('a NATS server or a token file that is not there is known at the start', async () => {
    const away = run(['--nats', `nats://127.0.0.1:${await freePort()}`], {
      ...ENVIRONMENT,
      PAGEDIAL_RELAY_LISTEN: '127.0.0.1:0',
    });
    const file = join(mkdtempSync(join(tmpdir(), 'pagedial-relay-')), 'relay.json');
    const refresh = { url: 'https://login.example.com/token', form: { refresh_token: '{refreshToken}' } };
    const callControlV3 = { key: 'k'.repeat(20), tokenFile: '/nowhere/tokens.json', refresh };
    writeFileSync(file, JSON.stringify({ agentKey: AGENT_KEY, callControlV3 }));
    const noTokens = run(['--config', file], {});

    expect([away.code, noTokens.code]).toEqual([1, 1]);
    expect(away.out).toContain('could not start');
    expect(noTokens.out).toContain('could not start');
  });

  test('comes with what an administrator needs, and stands alone', () => {
    for (const file of ['relay.example.json', 'pagedial-relay.service', 'Containerfile']) {
      expect(readFileSync(join(RELAY_DIST, file), 'utf8').length).toBeGreaterThan(100);
    }
    const program = readFileSync(RELAY_PROGRAM, 'utf8');
    const imported = [...program.matchAll(/^import .*? from ["']([^"']+)["']/gm)].map(([, name]) => name ?? '');

    expect(
      imported.filter((name) => !name.startsWith('node:') && !name.startsWith('./') && !BUILT_IN.has(name)),
    ).toEqual([]);
  });
});

const BUILT_IN = new Set([
  'stream',
  'events',
  'http',
  'https',
  'net',
  'tls',
  'crypto',
  'url',
  'zlib',
  'util',
  'fs',
  'path',
  'os',
]);
