import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineOfPath } from '../../src/background/json-lines.ts';
import { formatSettings, parseSettings } from '../../src/background/settings-file.ts';
import { USUAL } from '../../src/core/preferences.ts';
import { findAdapter } from '../../src/pbx/registry.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/storage/settings.ts';
import { createFakePbx } from '../fake-pbx.ts';

const { adapter } = createFakePbx();
const find = (id: string) => (id === adapter.id ? adapter : undefined);
const BEFORE: Settings = {
  ...DEFAULT_SETTINGS,
  country: 'DE',
  account: { vendor: 'fake', values: { server: 'https://old.example.com', user: '1' } },
};
const parse = (file: unknown, before = BEFORE) =>
  parseSettings(typeof file === 'string' ? file : JSON.stringify(file), before, find);
const FULL = {
  pagedial: 1,
  account: { vendor: 'fake', values: { server: 'https://pbx.example.com', user: '45', password: 'canary-7f3a' } },
  country: 'us',
  sites: { mode: 'only', hosts: ['crm.example.com'] },
  dialing: { numberFormat: 'digits', outsideLine: '9' },
};

describe('importing', () => {
  test('everything is taken over, and secrets are put aside', () => {
    expect(parse(FULL)).toEqual({
      ok: true,
      value: {
        settings: {
          version: 1,
          account: { vendor: 'fake', values: { server: 'https://pbx.example.com', user: '45' } },
          country: 'US',
          sites: { mode: 'only', hosts: ['crm.example.com'] },
          dialing: { numberFormat: 'digits', outsideLine: '9' },
          ...USUAL,
          unknown: {},
        },
        secrets: { password: 'canary-7f3a' },
      },
    });
  });

  test('a missing account leaves the account as it is', () => {
    const { account: _none, ...file } = FULL;
    const read = parse(file);

    expect(read.ok && read.value.settings.account).toEqual(BEFORE.account);
    expect(read.ok && read.value.secrets).toBeUndefined();
  });

  test('what else the file is silent about becomes its default', () => {
    const read = parse({ pagedial: 1 });

    expect(read.ok && read.value.settings).toEqual({ ...DEFAULT_SETTINGS, account: BEFORE.account });
  });

  test('a missing password is not an incomplete account: exports have none', () => {
    const values = { server: 'https://pbx.example.com', user: '45' };

    expect(parse({ ...FULL, account: { vendor: 'fake', values } }).ok).toBe(true);
  });

  test('an object among the account values is kept as its text', () => {
    const profile = { place: { url: 'https://pbx.example.com/dial', method: 'POST' } };
    const read = parse({ ...FULL, account: { vendor: 'fake', values: { ...FULL.account.values, profile } } });

    expect(read.ok && JSON.parse(read.value.settings.account?.values.profile ?? '')).toEqual(profile);
  });

  test('a key that sounds like a secret is one, whether the PBX knows it or not', () => {
    const values = { ...FULL.account.values, relayToken: 'canary-91cc' };
    const read = parse({ ...FULL, account: { vendor: 'fake', values } });

    expect(JSON.stringify(read.ok && read.value.settings)).not.toContain('canary');
  });

  test.each([
    ['not JSON, with its line', '{\n  "pagedial": 1,\n  "country": US\n}', { problem: 'not-json', line: 3 }],
    ['a comma too many', '{\n  "pagedial": 1,\n}', { problem: 'not-json', line: 3 }],
    ['cut off', '{\n  "pagedial": 1,\n  "sites": {', { problem: 'not-json', line: 3 }],
    [
      'too deep to be written again',
      `{"pagedial":1,\n"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      { problem: 'not-json', line: 2 },
    ],
    ['empty', '', { problem: 'not-json', line: 1 }],
    ['another file', { name: 'x' }, { problem: 'not-ours', path: 'pagedial' }],
    ['a newer file', { pagedial: 2 }, { problem: 'not-ours', path: 'pagedial' }],
    ['a list', [], { problem: 'not-ours', path: 'pagedial' }],
    ['a wrong country', { pagedial: 1, country: 'USA' }, { problem: 'wrong-type', path: 'country' }],
    ['a wrong mode', { pagedial: 1, sites: { mode: 'some' } }, { problem: 'wrong-type', path: 'sites.mode' }],
    [
      'a wrong host',
      { pagedial: 1, sites: { mode: 'only', hosts: ['a', 1] } },
      { problem: 'wrong-type', path: 'sites.hosts.1' },
    ],
    [
      'a wrong host to click on',
      { pagedial: 1, sites: { mode: 'everywhere', clickHosts: [7] } },
      { problem: 'wrong-type', path: 'sites.clickHosts.0' },
    ],
    [
      'a wrong list of sites with buttons of their own',
      { pagedial: 1, sites: { mode: 'everywhere', ownButtons: 'crm.example.com' } },
      { problem: 'wrong-type', path: 'sites.ownButtons' },
    ],
    [
      'a wrong format',
      { pagedial: 1, dialing: { numberFormat: 'x' } },
      { problem: 'wrong-type', path: 'dialing.numberFormat' },
    ],
    [
      'a wrong prefix',
      { pagedial: 1, dialing: { outsideLine: 'a' } },
      { problem: 'wrong-type', path: 'dialing.outsideLine' },
    ],
    [
      'an unknown PBX',
      { pagedial: 1, account: { vendor: 'x', values: {} } },
      { problem: 'unknown-vendor', path: 'account.vendor' },
    ],
    [
      'values that are none',
      { pagedial: 1, account: { vendor: 'fake', values: 7 } },
      { problem: 'wrong-type', path: 'account.values' },
    ],
    [
      'a value that is none',
      { pagedial: 1, account: { vendor: 'fake', values: { user: null } } },
      { problem: 'wrong-type', path: 'account.values.user' },
    ],
    [
      'no server',
      { pagedial: 1, account: { vendor: 'fake', values: { user: '45' } } },
      { problem: 'account-incomplete', path: 'account.values.server', why: 'missing' },
    ],
  ])('refused: %s', (_name, file, error) => {
    expect(parse(file)).toMatchObject({ ok: false, error });
  });

  test.each([
    ['sites.mode', 7],
    ['sites.hosts.2', 11],
    ['dialing.replacements.1.with', 19],
    ['account.values.user', 4],
    // What is missing is missing in something.
    ['account.values.server', 4],
    ['account.vendor', 4],
    ['nowhere', 1],
  ])('the line of %s is named', (path, line) => {
    const text = `{
  "pagedial": 1,
  "country": "US",
  "account": { "values": { "user": "sites", "say \\"mode\\"": "{[" } },
  "sites": {
    "note": { "mode": "only" },
    "mode": "only",
    "hosts": [
      "a.example",
      "b.example",
      7
    ]
  },
  "dialing": {
    "replacements": [
      { "begins": "+1", "with": "2" },
      {
        "begins": "+44",
        "with": [
          "with"
        ]
      }
    ]
  }
}`;

    expect(lineOfPath(text, path)).toBe(line);
  });

  test.each([
    ['Windows', '\r\n'],
    ['old Macs', '\r'],
  ])('a file with the line ends of %s is read, and its lines are counted', (_what, end) => {
    const lines = JSON.stringify(FULL, undefined, 2).split('\n');
    const wrongMode = lines.map((line) => line.replace('"only"', '"some"'));

    expect(parse(`\uFEFF${lines.join(end)}`).ok).toBe(true);
    expect(parse(wrongMode.join(end))).toMatchObject({
      ok: false,
      error: { path: 'sites.mode', line: lines.findIndex((line) => line.includes('"only"')) + 1 },
    });
    expect(parse([...lines, '§'].join(end))).toMatchObject({ ok: false, error: { line: lines.length + 1 } });
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseSettings(text, BEFORE, find)));
  });

  test('the line of a fault is the line that was broken', () => {
    const lines = JSON.stringify(FULL, undefined, 2).split('\n');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), (at) => {
        const broken = lines.map((line, index) => (index === at ? `${line} §` : line)).join('\n');
        expect(parse(broken)).toEqual({ ok: false, error: { problem: 'not-json', line: at + 1 } });
      }),
    );
  });
});

describe('exporting', () => {
  test('an export can be imported again and is the same, without secrets', () => {
    const file = {
      ...FULL,
      future: { a: [1] },
      sites: { ...FULL.sites, note: 'x' },
      account: { ...FULL.account, site: 'HQ' },
    };
    const first = parse(file);
    if (!first.ok) throw new Error('refused');
    const text = formatSettings(first.value.settings, find);
    const second = parse(text);

    expect(second).toEqual({ ok: true, value: { settings: first.value.settings, secrets: {} } });
    expect(JSON.parse(text)).toMatchObject({
      pagedial: 1,
      future: { a: [1] },
      sites: { note: 'x' },
      account: { site: 'HQ' },
    });
    expect(text).not.toContain('canary');
  });

  test('secrets that have come among the open values are not exported', () => {
    const settings = { ...BEFORE, account: { vendor: 'fake', values: { server: 'x', password: 'canary-7f3a' } } };

    expect(formatSettings(settings, find)).not.toContain('canary');
  });

  test('without an account there is none in the file', () => {
    expect(JSON.parse(formatSettings(DEFAULT_SETTINGS, find))).toEqual({
      pagedial: 1,
      country: 'US',
      sites: { mode: 'everywhere', hosts: [] },
      dialing: { numberFormat: 'e164', outsideLine: '' },
    });
  });
});

describe('a profile', () => {
  const profile = {
    name: 'Gateway',
    allowedOrigin: 'https://gateway.example.com',
    auth: 'bearer',
    place: { method: 'POST', url: 'https://gateway.example.com/dial', body: { json: { to: '{e164}' } } },
  };
  const read = (values: object) =>
    parseSettings(JSON.stringify({ pagedial: 1, account: { vendor: 'http-template', values } }), BEFORE, findAdapter);

  test('is imported as an object and exported as one, without the secret', () => {
    const imported = read({ profile, secret: 'canary-7f3a' });
    const text = imported.ok ? formatSettings(imported.value.settings, findAdapter) : '';

    expect(imported).toMatchObject({ ok: true, value: { secrets: { secret: 'canary-7f3a' } } });
    expect((JSON.parse(text) as typeof FULL).account.values).toEqual({ profile });
    expect(text).not.toContain('canary-7f3a');
  });

  test('with mistakes is refused, and the place of the first one is named', () => {
    const refused = read({ profile: { ...profile, place: { ...profile.place, url: 'https://evil.example/' } } });

    expect(refused).toMatchObject({
      ok: false,
      error: {
        problem: 'account-incomplete',
        path: 'account.values.profile.place.url',
        why: [['pbx_http_template_elsewhere', 'place.url', 'https://gateway.example.com']],
      },
    });
  });
});
