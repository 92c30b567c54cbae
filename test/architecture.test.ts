import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

/** For the relay alone: nothing of it is ever part of what a browser loads. */
const SERVER_LIBRARIES = [
  'node:crypto',
  'node:fs',
  'node:http',
  'node:net',
  'node:stream',
  'node:util',
  'fastify',
  'ws',
  'pino',
  'prom-client',
  '@nats-io',
];
/** What each area may import, besides itself: our own areas by name, packages as written. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  phone: ['core', 'libphonenumber-js'],
  pbx: ['core', '@noble/hashes'],
  messaging: ['core', 'phone', 'browser.ts'],
  storage: ['core', 'phone', 'browser.ts'],
  background: ['core', 'pbx', 'phone', 'messaging', 'storage', 'browser.ts'],
  content: ['core', 'phone', 'messaging'],
  ui: ['core', 'phone', 'messaging', 'storage', 'pbx', 'browser.ts', 'preact', '../public/_locales'],
  popup: ['core', 'phone', 'messaging', 'storage', 'pbx', 'ui', 'browser.ts', 'preact'],
  options: ['core', 'phone', 'messaging', 'storage', 'pbx', 'ui', 'browser.ts', 'preact'],
  confirm: ['core', 'phone', 'messaging', 'storage', 'pbx', 'ui', 'browser.ts', 'preact'],
  panel: ['popup', 'core', 'phone', 'messaging', 'storage', 'pbx', 'ui', 'browser.ts', 'preact'],
  diagnostics: ['core', 'phone', 'messaging', 'storage', 'pbx', 'ui', 'browser.ts', 'preact'],
  'browser.ts': ['webextension-polyfill'],
  relay: ['core', ...SERVER_LIBRARIES],
};
const UI_AREAS = ['ui', 'popup', 'options', 'confirm', 'panel', 'diagnostics'];
/** Libraries that a part outside `MAY_IMPORT`'s areas was granted, with the file that needs them. */
const GRANTED: Readonly<Record<string, readonly string[]>> = {};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
  /** Imported at run time, when it is needed. */
  readonly isLater: boolean;
}

const files = listFiles(SRC).filter((file) => /\.tsx?$/.test(file));
const imports = files.flatMap(importsOf);

describe('who may import whom', () => {
  test.each(files.map((file) => relative(SRC, file)))('%s keeps to its area', (file) => {
    const area = areaOf(file);
    const allowed = [...(MAY_IMPORT[area] ?? []), ...(GRANTED[file] ?? [])];

    const strangers = imports
      .filter((edge) => edge.from === file)
      .map((edge) => areaOf(edge.to))
      .filter((target) => target !== area && !allowed.some((name) => target === name || target.startsWith(`${name}/`)));

    expect(strangers).toEqual([]);
  });

  test('every area is known', () => {
    expect(
      [...new Set(files.map((file) => areaOf(relative(SRC, file))))].filter((area) => !(area in MAY_IMPORT)),
    ).toEqual([]);
  });

  test('our own pages see secrets and adapters only through the background and the registry', () => {
    const wrong = imports.filter(
      (edge) =>
        UI_AREAS.includes(areaOf(edge.from)) &&
        (edge.to === 'storage/secrets.ts' ||
          (edge.to.startsWith('pbx/') && edge.to !== 'pbx/registry.ts' && !edge.isTypeOnly)),
    );

    expect(wrong).toEqual([]);
  });

  test('content scripts use only types and pure rules of core', () => {
    const wrong = imports.filter(
      (edge) => edge.from.startsWith('content/') && edge.to.startsWith('messaging/') && !edge.isTypeOnly,
    );

    expect(wrong).toEqual([]);
  });

  test.each(['content/main.ts', 'content/number-tools.ts', 'popup/main.tsx'])(
    '%s starts without what reads numbers, which is large',
    (entry) => {
      expect(reachedFrom(entry).filter((file) => file.includes('libphonenumber'))).toEqual([]);
    },
  );

  test('no script holds the number plans, which come from a file that the build makes of the whole atlas', () => {
    const holders = ['phone/all-plans.ts', 'phone/whole-atlas.ts'];
    const wrong = imports.filter((edge) => holders.includes(edge.to) && edge.from !== 'phone/whole-atlas.ts');

    expect(wrong).toEqual([]);
  });

  test('what storage knows of phone numbers are types', () => {
    const wrong = imports.filter(
      (edge) => edge.from.startsWith('storage/') && edge.to.startsWith('phone/') && !edge.isTypeOnly,
    );

    expect(wrong).toEqual([]);
  });

  test('nothing but one file knows where the number plans come from', () => {
    const wrong = imports.filter(
      (edge) => /^libphonenumber-js(?!\/core$)/.test(edge.to) && edge.from !== 'phone/all-plans.ts',
    );

    expect(wrong).toEqual([]);
  });

  test('no vendor imports another vendor', () => {
    const wrong = imports.filter((edge) => edge.from.startsWith('pbx/vendors/') && edge.to.startsWith('pbx/vendors/'));

    expect(wrong).toEqual([]);
  });

  test('nobody imports an entry file', () => {
    expect(imports.filter((edge) => /(^|\/)main\.tsx?$/.test(edge.to))).toEqual([]);
  });

  test('there is no cycle', () => {
    expect(findCycle()).toEqual([]);
  });
});

describe('what pure code must not touch', () => {
  const pure = files.map((file) => relative(SRC, file)).filter((file) => /^(core|phone|pbx)\//.test(file));

  test.each(pure)('%s uses no clock, random, network, browser or DOM', (file) => {
    const code = withoutComments(readFileSync(join(SRC, file), 'utf8'));

    expect(
      code.match(
        /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|fetch\(|new WebSocket|document\.|window\.|chrome\.|browser\.)/g,
      ),
    ).toBeNull();
  });

  test('markup never comes from strings', () => {
    const wrong = files.filter((file) =>
      /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|DOMParser|document\.write)\b/.test(
        withoutComments(readFileSync(file, 'utf8')),
      ),
    );

    expect(wrong).toEqual([]);
  });
});

const VENDORS = readdirSync(join(SRC, 'pbx/vendors')).map((file) => file.replace(/\.ts$/, ''));

describe('every vendor is known everywhere', () => {
  test.each(VENDORS)('%s is registered, simulated, contract-tested and in the README', (vendor) => {
    const registry = readFileSync(join(SRC, 'pbx/vendors.ts'), 'utf8');
    const tests = listFiles(join(ROOT, 'test')).map((file) => relative(ROOT, file));
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

    expect(registry).toContain(`./vendors/${vendor}.ts`);
    expect(tests).toContain(`test/simulators/${vendor}.ts`);
    expect(tests).toContain(`test/pbx/${vendor}.test.ts`);
    expect(readme).toContain(`\`${vendor}\``);
  });
});

/** By what a vendor is called besides its id. */
const ALSO_CALLED: Readonly<Record<string, RegExp>> = {
  'asterisk-ari': /asterisk|freepbx|\bstartAri\b/i,
  'call-control-v3': /telsmart|\bstartV3\b/i,
  kazoo: /ip[- ]?telecom/i,
};

/** What every vendor is made of; whatever begins like one of these is the vendor's own. */
function placesOf(vendor: string): readonly string[] {
  return [
    'README.md',
    'public/_locales/',
    'src/pbx/vendors.ts',
    `src/pbx/vendors/${vendor}.ts`,
    `src/pbx/${vendor}/`,
    `test/pbx/${vendor}`,
    `test/simulators/${vendor}`,
  ];
}

const RELAY = 'tells its events to servers only: the relay takes them, and its tests send them';
const PLAYED = 'something of PageDial is tested with it as the example';
const PASSING = 'named in passing';
const SERVERS = 'rude servers that are not our simulators: a table over several vendors';

/** Where else a vendor is named, and why a new one need not be. */
const KNOWN_BY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'asterisk-ari': {
    'test/asterisk/': 'can be had for nothing: the adapter and the extension are tried with a real one',
    'test/tools/': 'brings that real one',
    'package.json': 'names the script for it',
    'vitest.config.ts': 'names the tests with it',
    '.ci/run': 'wants it',
    'test/bench/foreign.ts': PLAYED,
  },
  'call-control-v3': {
    'src/relay/': RELAY,
    'test/relay/': RELAY,
    'test/e2e/relay.test.ts': RELAY,
    'deploy/': RELAY,
    'test/tools/check-build.ts': RELAY,
    'test/pbx/other-servers.test.ts': SERVERS,
    'test/ui/dial-preview.test.ts': PLAYED,
  },
  'hand-off': { 'test/e2e/vendors.test.ts': PLAYED },
  'http-template': { 'test/background/settings-file.test.ts': PLAYED, 'test/pbx/other-servers.test.ts': SERVERS },
  kazoo: {
    'SECURITY.md': PASSING,
    'test/e2e/vendors.test.ts': PLAYED,
    'test/options/endpoint-draft.test.ts': PLAYED,
    'test/pbx/other-servers.test.ts': SERVERS,
    'test/relay/cli.test.ts': PASSING,
  },
  vodia: {
    'src/phone/pbx-link.ts':
      'content scripts hold no adapters: what its links on a page look like stands in one file for all of them',
    'src/pbx/vendors/hand-off.ts': 'its phone app takes links of a scheme that has its name',
    'src/relay/': 'its login helper is part of the relay',
    'test/': 'the PBX that everything else is tested with',
    'PRIVACY.md': PASSING,
    'SECURITY.md': PASSING,
    'src/pbx/README.md': 'the example to read',
  },
  zorio: {
    'src/relay/': RELAY,
    'test/relay/': RELAY,
    'test/bench/relay': RELAY,
    'test/e2e/relay.test.ts': RELAY,
    'deploy/': RELAY,
    'test/tools/check-build.ts': RELAY,
    'PRIVACY.md': PASSING,
    'test/background/policy.test.ts': PLAYED,
    'test/e2e/faults.test.ts': PLAYED,
    'test/e2e/secrets.test.ts': PLAYED,
    'test/e2e/vendors.test.ts': PLAYED,
    'test/pbx/other-servers.test.ts': SERVERS,
  },
};

describe('a vendor is a file of its own and one line of the registry', () => {
  const ROOT_FILES = readdirSync(ROOT).filter((name) => /\.(md|json|ts)$/.test(name) && name !== 'package-lock.json');
  const ours = [
    ...ROOT_FILES,
    '.ci/run',
    ...['src', 'test', 'public', 'deploy'].flatMap((folder) =>
      listFiles(join(ROOT, folder)).map((file) => relative(ROOT, file)),
    ),
  ].filter((file) => !/\.(png|ico|woff2?|jpe?g)$/.test(file) && file !== 'test/architecture.test.ts');
  const texts = ours.map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    // What a comment tells of is nothing that a new vendor would have to be added to.
    return [file, /\.tsx?$/.test(file) ? withoutComments(text) : text] as const;
  });
  const isNamed = (vendor: string, text: string) =>
    nameOf(vendor).test(text) || (ALSO_CALLED[vendor]?.test(text) ?? false);

  test.each(VENDORS)('%s is named nowhere else', (vendor) => {
    const known = Object.keys(KNOWN_BY[vendor] ?? {});
    const allowed = [...placesOf(vendor), ...known];
    const naming = texts.filter(([file, text]) => isNamed(vendor, `${file}\n${text}`)).map(([file]) => file);

    expect(naming.filter((file) => !allowed.some((place) => file.startsWith(place)))).toEqual([]);
    expect(known.filter((place) => !naming.some((file) => file.startsWith(place)))).toEqual([]);
  });

  test.each(VENDORS)('%s has one line in the registry', (vendor) => {
    const [, registry = ''] = texts.find(([file]) => file === 'src/pbx/vendors.ts') ?? [];
    const lines = registry.split('\n').filter((line) => isNamed(vendor, line));

    expect(lines).toEqual([expect.stringMatching(/^export \{ \w+ \} from /)]);
  });

  test.each(VENDORS)('%s is in the words of its own form only', (vendor) => {
    const keys = Object.keys(
      JSON.parse(readFileSync(join(ROOT, 'public/_locales/en/messages.json'), 'utf8')) as Record<string, unknown>,
    );
    const forms = VENDORS.map((id) => `pbx_${id.replaceAll('-', '_')}_`);

    expect(keys.filter((key) => nameOf(vendor).test(key) && !forms.some((form) => key.startsWith(form)))).toEqual([]);
  });
});

describe("the README's tree", () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const lines = (/```\nsrc\/\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').split('\n');
  const shown = filesOfTree(lines);

  test('has a line for every file, and none for a file that is gone', () => {
    const there = listFiles(SRC).map((file) => relative(SRC, file));

    expect(there.filter((file) => !shown.has(file))).toEqual([]);
    expect([...shown].filter((file) => !there.includes(file))).toEqual([]);
  });
});

/** Paths below `src` as the indented lines of a tree name them; the tree of `src` ends at the first line without indentation. */
function filesOfTree(lines: readonly string[]): ReadonlySet<string> {
  const files = new Set<string>();
  const folders: { readonly indent: number; readonly path: string }[] = [];
  for (const line of lines) {
    const [, space = '', name = ''] = /^( *)(\S+)/.exec(line) ?? [];
    if (space === '') break;
    while ((folders.at(-1)?.indent ?? -1) >= space.length) folders.pop();
    const path = (folders.at(-1)?.path ?? '') + name;
    if (name.endsWith('/')) folders.push({ indent: space.length, path });
    else files.add(path);
  }
  return files;
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : [path];
  });
}

/** A vendor's id however it is written: `call-control-v3`, `callControlV3`, `CALL_CONTROL_V3`. */
function nameOf(vendor: string): RegExp {
  return new RegExp(vendor.replaceAll('-', '[-_ ]?'), 'i');
}

function areaOf(file: string): string {
  if (!file.includes('/') && !/\.tsx?$/.test(file)) return file;
  const first = file.split('/')[0] ?? file;
  return first in MAY_IMPORT || /\.tsx?$/.test(first) ? first : file;
}

function importsOf(file: string): readonly Import[] {
  const code = withoutComments(readFileSync(file, 'utf8'));
  const found = code.matchAll(
    /(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\b(typeof )?import\('([^']+)'\)/g,
  );
  return [...found].map(([, typeOnly, first, typeOf, later]) => {
    const target = first ?? later ?? '';
    return {
      from: relative(SRC, file),
      to: target.startsWith('.') ? relative(SRC, resolve(dirname(file), target)) : target,
      isTypeOnly: typeOnly !== undefined || typeOf !== undefined,
      isLater: later !== undefined,
    };
  });
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

/** All that is loaded with a file: what it imports, and so on; not types, nor what is imported later. */
function reachedFrom(entry: string): readonly string[] {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const edge of imports) if (edge.from === file && !edge.isTypeOnly && !edge.isLater) reached.add(edge.to);
  }
  return [...reached];
}

/** The files of one import cycle (types do not count), or none. */
function findCycle(): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const edge of imports)
    if (!edge.isTypeOnly) targets.set(edge.from, [...(targets.get(edge.from) ?? []), edge.to]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of targets.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
