import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPolicyKeeper } from '../../src/background/policy.ts';
import { formatSettings, parseSettings } from '../../src/background/settings-file.ts';
import { NO_POLICY, POLICY_KEYS, type Policy } from '../../src/core/policy.ts';
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

/** Every setting, and everything inside one, with a good value. */
const GOOD = {
  account: ACCOUNT,
  country: 'DE',
  sites: { mode: 'only', hosts: ['crm.example.com'], ownButtons: ['own.example'], clickHosts: ['click.example'] },
  dialing: { numberFormat: 'digits', outsideLine: '9', replacements: [{ begins: '+44', with: '8' }] },
  alerts: { incoming: false, failed: false },
  screenPop: { on: 'ring', address: 'https://crm.example.com/?q={e164}' },
  recentCalls: { keep: false },
  taught: {
    numbers: [{ host: 'crm.example.com', text: '6175550123', isPhone: true }],
    countries: { 'crm.example.com': 'GB' },
  },
} as const;
const KEYS = Object.keys(GOOD) as (keyof typeof GOOD)[];

/** One of each type, and of those that make trouble. */
const ODD = {
  null: null,
  true: true,
  'a number': 7,
  'a number beyond numbers': 1e308,
  'an empty text': '',
  'a huge text': 'x'.repeat(1_000_000),
  'an empty list': [],
  'a list of lists': [[[]]],
  'a list of a good word': ['e164'],
  'an empty object': {},
  'an object with a prototype': JSON.parse(
    '{"__proto__":{"mode":"only","keep":true,"vendor":"vodia"},"constructor":1}',
  ),
  'an object a thousand deep': JSON.parse(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`),
} as const;

type Path = readonly [keyof typeof GOOD, ...string[]];

function pathsIn(value: unknown, path: Path): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inside]) => pathsIn(inside, [...path, key]))];
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], value);
}

function withOdd(path: readonly string[], odd: unknown): object {
  const copy = structuredClone(GOOD);
  const last = path.at(-1) ?? '';
  (at(copy, path.slice(0, -1)) as Record<string, unknown>)[last] = odd;
  return copy;
}

/** What is to come of the settings that are right. */
function expectAllBut(odd: readonly string[], { settings, policy }: { settings: Settings; policy: Policy }): void {
  const right = KEYS.filter((key) => !odd.includes(key));
  expect(settings).toMatchObject(Object.fromEntries(right.map((key) => [key, GOOD[key]])));
  expect(policy.locked).toEqual(POLICY_KEYS.filter((key) => right.includes(key)));
}

describe('a policy with wrong types', () => {
  const paths = KEYS.flatMap((key) => pathsIn(GOOD[key], [key]));

  test.each(paths.map((path) => [path.join('.'), path] as const))(
    'is named where it is wrong in %s, and everything else counts',
    async (where, path) => {
      const wrong = Object.entries(ODD).filter(([, odd]) => typeOf(odd) !== typeOf(at(GOOD, path)));
      for (const [name, odd] of wrong) {
        for (const isGrouped of [true, false]) {
          const values = withOdd(path, odd);
          const managed = isGrouped ? { settings: values, locked: KEYS } : { ...values, locked: KEYS };
          const { world } = await startWith(managed);

          expectAllBut([path[0]], world);
          const [fault = ''] = world.policy.faults;
          expect(fault.startsWith(`${isGrouped ? 'settings.' : ''}${path[0]}`), `${name} in ${where}: ${fault}`).toBe(
            true,
          );
        }
      }
    },
  );

  test.each(Object.entries(ODD).filter(([, odd]) => typeOf(odd) !== 'list'))(
    'locks nothing where the locks are %s, and everything counts',
    async (_name, locked) => {
      const { world } = await startWith({ ...GOOD, locked });

      expect(world.policy).toMatchObject({ locked: [], faults: ['locked'] });
      expect(world.settings).toMatchObject(GOOD);
    },
  );

  test('whatever stands beside what is right takes nothing along, throws nothing and is not taken over again', async () => {
    const odd = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(...Object.values(ODD)));
    const name = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'pagedial', 'unknown', 'version', ''),
      fc.string(),
    );
    const strangers = fc.array(fc.tuple(name, odd), { maxLength: 4 });
    const locks = fc.array(fc.oneof(fc.constantFrom(...KEYS), odd), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(KEYS),
        strangers,
        fc.dictionary(fc.constantFrom(...KEYS), odd),
        locks,
        fc.boolean(),
        async (right, strange, wrong, locked, isGrouped) => {
          const settings = {
            ...Object.fromEntries(
              strange.filter(([key]) => !['settings', 'locked', ...KEYS].includes(key as 'country')),
            ),
            ...wrong,
            ...Object.fromEntries(right.map((key) => [key, GOOD[key]])),
          };
          const { keeper, world } = await startWith(isGrouped ? { settings, locked } : { ...settings, locked });

          expect(world.settings).toMatchObject(Object.fromEntries(right.map((key) => [key, GOOD[key]])));
          expect(world.policy.locked).toEqual(expect.arrayContaining(right.filter((key) => locked.includes(key))));
          expect(world.policy.faults).not.toContain('not applied');
          const { length } = world.imports;
          await keeper.apply();
          expect(world.imports).toHaveLength(length);
          expect(({} as { mode?: string }).mode).toBeUndefined();
        },
      ),
    );
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('names no PBX "%s"', async (vendor) => {
    const { world } = await startWith({
      account: JSON.parse(`{"vendor":"${vendor}","values":{}}`),
      locked: ['account'],
    });

    expect(world.policy).toMatchObject({ locked: [], faults: ['account.vendor', 'locked.0'] });
  });

  test.each(Object.entries(ODD))('that is %s as a whole changes nothing', async (_name, managed) => {
    const { world } = await startWith(managed);

    expect(world.settings).toEqual(DEFAULT_SETTINGS);
    expect(world.policy).toMatchObject({ settings: {}, locked: [] });
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
