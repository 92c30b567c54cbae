import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, check, list } from './check-build.ts';
import { ROOT } from './project.ts';

/** Why each dependency is there. One without a reason fails the check: a dependency is a decision. */
export const REASONS: Readonly<Record<string, string>> = {
  // ── in what users install ──
  '@noble/hashes': 'MD5 for Vodia and HMAC for templates, which browsers do not offer or only asynchronously; audited',
  'libphonenumber-js': 'number plans of the world',
  preact: 'draws our own pages',
  'webextension-polyfill': 'one API in both browsers',
  // ── in the relay, a server; never in the extension ──
  '@nats-io/jetstream': 'several relays share calls',
  '@nats-io/kv': 'several relays share calls',
  '@nats-io/transport-node': 'several relays share calls',
  fastify: 'HTTP server with limits and schemas',
  pino: 'logs with redaction',
  'prom-client': 'metrics',
  ws: 'WebSocket server; also the simulators',
  // ── for building ──
  '@biomejs/biome': 'lint and format',
  '@crxjs/vite-plugin': 'builds both manifests',
  '@preact/preset-vite': 'JSX for Preact',
  '@types/chrome': 'types',
  '@types/node': 'types',
  '@types/react': 'types of a test page',
  '@types/react-dom': 'types of a test page',
  '@types/webextension-polyfill': 'types',
  '@types/ws': 'types',
  typescript: 'types',
  vite: 'bundles',
  // ── for testing ──
  'addons-linter': "Mozilla's own checker",
  'axe-core': 'accessibility checks',
  'fast-check': 'generated inputs',
  'preact-render-to-string': 'our pages without a browser',
  'puppeteer-core': 'drives real browsers',
  vitest: 'runs the tests',
  // ── pages of other frameworks that our content script must not disturb ──
  '@ckeditor/ckeditor5-editor-classic': 'an editor in a test page',
  '@ckeditor/ckeditor5-essentials': 'an editor in a test page',
  '@ckeditor/ckeditor5-paragraph': 'an editor in a test page',
  '@codemirror/commands': 'an editor in a test page',
  '@codemirror/state': 'an editor in a test page',
  '@codemirror/view': 'an editor in a test page',
  lit: 'a test page',
  'prosemirror-commands': 'an editor in a test page',
  'prosemirror-keymap': 'an editor in a test page',
  'prosemirror-model': 'an editor in a test page',
  'prosemirror-schema-basic': 'an editor in a test page',
  'prosemirror-state': 'an editor in a test page',
  'prosemirror-view': 'an editor in a test page',
  quill: 'an editor in a test page',
  react: 'a test page',
  'react-dom': 'a test page',
  svelte: 'a test page',
  vue: 'a test page',
};

interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** What comes from other people: each with a reason, an exact version and a checksum, from the registry, running nothing when installed. */
export function checkDependencies(root = ROOT): readonly Check[] {
  const { dependencies = {}, devDependencies = {} } = readJson(join(root, 'package.json')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
  };
  const wanted = { ...dependencies, ...devDependencies };
  const { packages } = readJson(join(root, 'package-lock.json')) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  const locked = Object.entries(packages).filter(([path]) => path !== '');
  const npmrc = readFileSync(join(root, '.npmrc'), 'utf8');
  return [
    check('each dependency has a reason', list(Object.keys(wanted).filter((name) => !Object.hasOwn(REASONS, name)))),
    check('no reason is without its dependency', list(Object.keys(REASONS).filter((name) => !(name in wanted)))),
    check(
      'dependencies have exact versions',
      list(Object.entries(wanted).flatMap(([name, version]) => (/^\d+\.\d+\.\d+$/.test(version) ? [] : [name]))),
    ),
    check(
      'nothing runs when it is installed',
      list([
        ...locked.filter(([, entry]) => entry.hasInstallScript).map(([path]) => path),
        ...(/^ignore-scripts=true$/m.test(npmrc) ? [] : ['.npmrc lacks ignore-scripts=true']),
      ]),
    ),
    check(
      'dependencies come from the registry, with checksums',
      list(
        locked
          .filter(([, { version, resolved, integrity, optional }]) => {
            const isForeign = resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\//.test(resolved);
            // Builds of a tool for other systems, where the registry at hand lacks them: nothing of them is installed here.
            return isForeign || version === undefined || (integrity === undefined && !optional);
          })
          .map(([path]) => path),
      ),
    ),
  ];
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
