import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentName, readConfig, SETTINGS } from '../../src/relay/config.ts';
import { ROOT } from '../tools/project.ts';

const KEY = 'k'.repeat(32);
const GOOD = { agentKey: KEY, zorio: { secret: 's3cret' } };

describe('the configuration', () => {
  test('is a file, or the environment, or both: the environment wins', () => {
    const byFile = readConfig({ ...GOOD, zorio: { secret: 's3cret', extensions: ['1000-1999', '45'] } }, {});
    const byEnvironment = readConfig(undefined, {
      PAGEDIAL_RELAY_AGENT_KEY: KEY,
      PAGEDIAL_RELAY_ZORIO_SECRET: 's3cret',
      PAGEDIAL_RELAY_ZORIO_EXTENSIONS: '1000-1999, 45',
      HOME: '/root',
    });
    const both = readConfig({ ...GOOD, listen: '127.0.0.1:1' }, { PAGEDIAL_RELAY_LISTEN: '[::]:8443' });

    expect(byFile).toEqual(byEnvironment);
    expect(byFile).toMatchObject({
      ok: true,
      value: {
        listen: { host: '127.0.0.1', port: 8070 },
        trustProxy: false,
        zorio: { secret: 's3cret', extensions: ['1000-1999', '45'] },
      },
    });
    expect(both).toMatchObject({ ok: true, value: { listen: { host: '::', port: 8443 } } });
  });

  test.each([
    [{}, ['agentKey is missing', 'none of zorio, callControlV3 and vodia is there']],
    [{ ...GOOD, agentKey: 'short' }, ['agentKey needs at least 16 characters']],
    [{ ...GOOD, zorio: {}, vodia: { server: 'http://pbx.example.com' } }, /^vodia\.server is no https address$/],
    [{ ...GOOD, nats: { user: 'relay' } }, ['nats.servers is missing']],
    [{ ...GOOD, listen: '8070' }, ['listen is no host:port']],
    [{ ...GOOD, trustProxy: 'maybe' }, ['trustProxy is neither true nor false']],
    [{ ...GOOD, zorio: { secret: 's', secrett: 'x' } }, ['zorio.secrett is not known']],
    [{ ...GOOD, callControlV3: { key: KEY, tokenFile: '/x' } }, /need each other/],
    [[], ['the file is no JSON object']],
  ] as const)('%j is refused with the setting named', (file, problems) => {
    const read = readConfig(file, {});

    expect(read.ok).toBe(false);
    const said = read.ok ? [] : read.error;
    if (problems instanceof RegExp) expect(said.some((line) => problems.test(line))).toBe(true);
    else for (const problem of problems) expect(said).toContain(problem);
  });

  test('no problem ever says a value', () => {
    const read = readConfig(
      { agentKey: 'sh0rt', zorio: { secret: ['an0ther'] }, logLevel: {} },
      { PAGEDIAL_RELAY_OPS: 'n0where' },
    );

    expect(JSON.stringify(read)).not.toMatch(/sh0rt|an0ther|n0where/);
  });

  test('the sample is read once its blanks are filled in', () => {
    const sample = readFileSync(join(ROOT, 'deploy', 'relay.example.json'), 'utf8').replaceAll('""', `"${KEY}"`);

    expect(readConfig(JSON.parse(sample), {})).toMatchObject({ ok: true });
  });

  test('every setting is in the README', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

    for (const name of Object.keys(SETTINGS)) expect(readme).toContain(`\`${name}\``);
    expect(environmentName('callControlV3.tokenFile')).toBe('PAGEDIAL_RELAY_CALL_CONTROL_V3_TOKEN_FILE');
  });
});
