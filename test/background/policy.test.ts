import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPolicyKeeper } from '../../src/background/policy.ts';
import { formatSettings, parseSettings } from '../../src/background/settings-file.ts';
import { NO_POLICY, type Policy } from '../../src/core/policy.ts';
import { findAdapter } from '../../src/pbx/registry.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/storage/settings.ts';
import { ROOT } from '../tools/project.ts';

const ACCOUNT = { vendor: 'vodia', values: { server: 'https://pbx.example.com', domain: 'acme.example', user: '45' } };

async function startWith(managed: unknown, before: Partial<Settings> = {}) {
  const world = {
    settings: { ...DEFAULT_SETTINGS, ...before } as Settings,
    policy: NO_POLICY as Policy,
    preset: '',
    imports: [] as string[],
    managed,
  };
  const keeper = createPolicyKeeper({
    readManaged: async () => world.managed,
    publish: async (policy) => {
      world.policy = policy;
    },
    findAdapter,
    exportFile: async () => formatSettings(world.settings, findAdapter),
    async importFile(text) {
      world.imports.push(text);
      const read = parseSettings(text, world.settings, findAdapter);
      if (!read.ok) throw new Error(JSON.stringify(read.error));
      world.settings = read.value.settings;
    },
    lastPreset: async () => world.preset,
    rememberPreset: async (text) => {
      world.preset = text;
    },
  });
  await keeper.apply();
  return { keeper, world };
}

describe('what an organisation decides', () => {
  test('is taken over once where it is a preset, and the user may change it then', async () => {
    const { keeper, world } = await startWith({ settings: { country: 'DE' } });
    expect(world.settings.country).toBe('DE');

    world.settings = { ...world.settings, country: 'FR' };
    await keeper.apply();

    expect(world.settings.country).toBe('FR');
  });

  test('is waited for by every change of the settings, and says whether it has changed any', async () => {
    const { keeper, world } = await startWith({});
    world.managed = { country: 'DE', locked: ['country'] };

    const applied = keeper.apply();

    expect(await keeper.allowed({ country: 'FR' })).toEqual({});
    expect(await applied).toBe(true);
    expect(await keeper.apply()).toBe(false);
  });

  test.each([
    ['together', { settings: { country: 'DE' }, locked: ['country'] }],
    ['alone', { country: 'DE', locked: ['country'] }],
  ])('may stand %s', async (_how, managed) => {
    const { world } = await startWith(managed);

    expect(world.policy).toEqual({ settings: { country: 'DE' }, locked: ['country'], faults: [] });
    expect(world.settings.country).toBe('DE');
  });

  test('is put back at every start where it is locked, and no change gets through', async () => {
    const { keeper, world } = await startWith({ settings: { country: 'DE' }, locked: ['country'] });
    world.settings = { ...world.settings, country: 'FR' };
    await keeper.apply();

    expect(world.settings.country).toBe('DE');
    expect(await keeper.allowed({ country: 'FR', recentCalls: { keep: false } })).toEqual({
      recentCalls: { keep: false },
    });
  });

  test('leaves what it does not name as the user has it, the account with its connection too', async () => {
    const { world } = await startWith(
      { settings: { recentCalls: { keep: false } } },
      { account: ACCOUNT, country: 'GB' },
    );

    expect(world.settings).toMatchObject({ account: ACCOUNT, country: 'GB', recentCalls: { keep: false } });
    expect(JSON.parse(world.imports[0] ?? '{}')).not.toHaveProperty('account');
  });

  test('nothing is written when everything is as decided', async () => {
    const { keeper, world } = await startWith({ settings: { country: 'DE' }, locked: ['country'] });
    await keeper.apply();

    expect(world.imports).toHaveLength(1);
  });

  test('gives a part of an account, which the user completes and cannot bend', async () => {
    const { server, domain } = ACCOUNT.values;
    const { keeper, world } = await startWith({
      settings: { account: { vendor: 'vodia', values: { server, domain } } },
      locked: ['account'],
    });

    expect(world.settings.account?.values ?? {}).not.toHaveProperty('user');
    expect(await keeper.allowedAccount('vodia', { server: 'https://evil.example', user: '45' })).toEqual({
      server,
      domain,
      user: '45',
    });
    expect(await keeper.allowedAccount('zorio', {})).toBeUndefined();
  });

  test.each([
    ['no object', 'x', []],
    ['settings of a wrong type', { settings: 1 }, ['settings']],
    [
      'one wrong value among good ones',
      { settings: { country: 'Germany', recentCalls: { keep: false } } },
      ['settings.country'],
    ],
    [
      'one wrong value among good ones that stand alone',
      { country: 'Germany', recentCalls: { keep: false } },
      ['country'],
    ],
    ['an unknown setting that stands alone', { colour: 'red' }, ['colour']],
    ['an unknown setting', { settings: { colour: 'red' } }, ['settings.colour']],
    ['an unknown PBX', { settings: { account: { vendor: 'x' } } }, ['settings.account.vendor']],
    [
      'a password',
      { settings: { account: { vendor: 'vodia', values: { password: 'canary' } } } },
      ['settings.account.values.password'],
    ],
    ['a lock without a value', { locked: ['country'] }, ['locked.0']],
    ['locks of a wrong type', { locked: 'country' }, ['locked']],
  ])('%s is named and left out', async (_what, managed, faults) => {
    const { world } = await startWith(managed);

    expect(world.policy.faults).toEqual(faults);
    expect(world.policy.locked).toEqual([]);
    expect(JSON.stringify(world.policy)).not.toContain('canary');
    expect(world.settings.country).toBe('US');
  });
});

describe('the samples in the README', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const part = readme.slice(readme.indexOf('### Roll-out by policy'), readme.indexOf('## Where things are'));
  const samples = [...part.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as object);

  test.each(samples.map((sample, index) => [index, sample] as const))(
    'sample %d can be used as it is',
    async (_at, sample) => {
      const { world } = await startWith(findPolicy(sample));

      expect(world.policy.faults).toEqual([]);
      expect(world.policy.locked.length).toBeGreaterThan(0);
    },
  );

  test('there are some for Chrome, Edge and Firefox', () => {
    expect(samples.length).toBeGreaterThanOrEqual(2);
    for (const name of ['Chrome', 'Edge', 'Firefox']) expect(part).toContain(name);
  });
});

/** The part of a browser's policy file that is for us. */
function findPolicy(file: object): unknown {
  if ('locked' in file) return file;
  return Object.values(file)
    .filter((value): value is object => typeof value === 'object' && value !== null)
    .map(findPolicy)
    .find((found) => found !== undefined);
}
