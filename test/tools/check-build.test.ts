import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { checkBuild } from './check-build.ts';
import { CACHE, ROOT } from './project.ts';
import { checkDependencies } from './supply-chain.ts';

const MAIN = 'assets/main.ts-12345678.js';
let dist: string;

beforeEach(() => {
  mkdirSync(CACHE, { recursive: true });
  dist = mkdtempSync(join(CACHE, 'checked-'));
  mkdirSync(join(dist, 'assets'));
  mkdirSync(join(dist, 'src/background'), { recursive: true });
  const {
    browser_specific_settings: _firefox,
    sidebar_action: _sidebar,
    ...manifest
  } = JSON.parse(readFileSync(join(ROOT, 'manifest.json'), 'utf8'));
  write('manifest.json', JSON.stringify(manifest));
  write('content.js', 'void 0;');
  write('src/background/main.ts', `import '../../${MAIN}';`);
  write(MAIN, 'await fetch(url);new WebSocket(url);');
  write('atlas.json', JSON.stringify(WHOLE_ATLAS));
});

afterEach(() => rmSync(dist, { recursive: true, force: true }));

function write(file: string, text: string): void {
  writeFileSync(join(dist, file), text);
}

function problems(): readonly string[] {
  return checkBuild('chrome', dist).flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name}: ${problem}`],
  );
}

describe('a build', () => {
  test('as it should be has no problem', () => {
    expect(problems()).toEqual([]);
  });

  test.each<[string, (manifest: Record<string, unknown>) => object]>([
    ['web-accessible files', () => ({ web_accessible_resources: [{ resources: ['x.js'], matches: ['<all_urls>'] }] })],
    ['sites at install', () => ({ host_permissions: ['https://*/*'] })],
    [
      'sites at install, in content scripts',
      () => ({ content_scripts: [{ matches: ['https://*/*'], js: ['content.js'] }] }),
    ],
    ['sites at install, among permissions', () => ({ permissions: ['storage', '<all_urls>'] })],
    ['another permission', () => ({ permissions: ['storage', 'history'] })],
    ['a debugger', () => ({ permissions: ['debugger'] })],
    ['no policy', () => ({ content_security_policy: undefined })],
    ['a policy that lets code from strings run', () => policy("script-src 'self' 'unsafe-eval'; default-src 'none'")],
    [
      'a policy that lets code of a server run',
      () => policy("script-src 'self' https://cdn.example.com; default-src 'none'"),
    ],
    ['a door for all extensions', () => ({ externally_connectable: undefined })],
    ['a door for pages', () => ({ externally_connectable: { ids: [], matches: ['https://*.example.com/*'] } })],
    ['an update address of its own', () => ({ update_url: 'https://example.com/update.xml' })],
    ['a sandbox page', () => ({ sandbox: { pages: ['x.html'] } })],
  ])('with %s fails', (_name, change) => {
    const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
    write('manifest.json', JSON.stringify({ ...manifest, ...change(manifest) }));

    expect(problems()).not.toEqual([]);
  });

  test.each([
    ['eval', 'eval("1")'],
    ['a function from a string', 'new Function("return 1")()'],
    ['a timer that runs a string', 'setTimeout("x()", 1)'],
    ['importScripts', 'importScripts("x.js")'],
    ['a script of a server', 'import("https://cdn.example.com/x.js")'],
    ['an address nobody knows', 'const a = "https://collect.example.net/"'],
    ['an address nobody knows, for a socket', 'const a = "wss://collect.example.net/"'],
    ['a second way to the network', 'fetch("/x")'],
    ['one that begins like a file of the package', 'fetch(b.runtime.getURL(x + ".json"))'],
    ['one that ends like a file of the package', 'fetch(x||b.runtime.getURL("a.json"))'],
    ['a beacon', 'navigator.sendBeacon("/x", "y")'],
    ['an event source', 'new EventSource("/x")'],
    ['a request of the old kind', 'new XMLHttpRequest()'],
    ["the page's own world", 'element.wrappedJSObject.x = 1'],
    ["a script in the page's own world", 'register({ world: "MAIN" })'],
    ['words to the page', 'window.postMessage("x", "*")'],
    ['an ear for other extensions', 'chrome.runtime.onMessageExternal.addListener(x)'],
  ])('whose code has %s fails', (_name, code) => {
    write('assets/other-12345678.js', code);

    expect(problems()).not.toEqual([]);
  });

  test('that tells where it was built fails', () => {
    write('assets/popup.js', `jsx(Popup,{},void 0,!1,{fileName:"${ROOT}/src/popup/popup.tsx",lineNumber:12});`);

    expect(problems()).toEqual(['chrome: nothing of the machine it was built on: assets/popup.js']);
  });

  test('may read files of its own package', () => {
    write('assets/other-12345678.js', 'await fetch(b.runtime.getURL(`a.json`),{signal:s})');

    expect(problems()).toEqual([]);
  });

  test.each<[string, string, boolean]>([
    ['what it imports', "export * from './large-12345678.js'", true],
    ['what it imports later', "export const later = () => import('./large-12345678.js')", false],
  ])('whose background is large in %s', (_what, between, fails) => {
    write(MAIN, "import './between-12345678.js';await fetch(url);new WebSocket(url);");
    write('assets/between-12345678.js', between);
    write('assets/large-12345678.js', incompressible(110_000));
    expect(problems()).toEqual([]);

    write('assets/large-12345678.js', incompressible(122_000));

    expect(problems().length > 0).toBe(fails);
  });

  test.each([
    ['without its number plans', ''],
    ['with number plans that no test has judged', JSON.stringify({ ...WHOLE_ATLAS, labels: [] })],
  ])('%s fails', (_which, atlas) => {
    write('atlas.json', atlas);

    expect(problems()).not.toEqual([]);
  });

  test.each([
    ['a script of a server', '<script src="https://cdn.example.com/x.js"></script>'],
    ['a style of a server', '<link rel="stylesheet" href="//cdn.example.com/x.css">'],
  ])('whose pages load %s fails', (_name, html) => {
    write('page.html', html);

    expect(problems()).not.toEqual([]);
  });

  test('whose content script reaches for the network fails', () => {
    write('content.js', 'fetch("/x")');

    expect(problems()).not.toEqual([]);
  });
});

describe('dependencies', () => {
  test('of this project have no problem', () => {
    expect(checkDependencies().filter(({ problem }) => problem)).toEqual([]);
  });

  test.each<[string, (files: { package: Json; lock: Json; npmrc: string }) => void]>([
    ['without a reason', (files) => add(files.package.dependencies, 'left-pad', '1.0.0')],
    ['of any version', (files) => add(files.package.dependencies, 'preact', '^11.2.0')],
    [
      'that runs a script',
      (files) =>
        add(files.lock.packages, 'node_modules/preact', { version: '1.0.0', integrity: 'x', hasInstallScript: true }),
    ],
    [
      'from elsewhere',
      (files) =>
        add(files.lock.packages, 'node_modules/preact', {
          version: '1.0.0',
          integrity: 'x',
          resolved: 'git+ssh://git@example.com/x.git',
        }),
    ],
    ['without a checksum', (files) => add(files.lock.packages, 'node_modules/preact', { version: '1.0.0' })],
    ['while scripts may run', (files) => void Object.assign(files, { npmrc: '' })],
  ])('%s fail', (_name, spoil) => {
    const files = {
      package: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Json,
      lock: JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Json,
      npmrc: readFileSync(join(ROOT, '.npmrc'), 'utf8'),
    };
    spoil(files);
    write('package.json', JSON.stringify(files.package));
    write('package-lock.json', JSON.stringify(files.lock));
    write('.npmrc', files.npmrc);

    expect(checkDependencies(dist).filter(({ problem }) => problem)).not.toEqual([]);
  });
});

type Json = Record<string, Record<string, unknown>>;

function add(where: Record<string, unknown> | undefined, name: string, value: unknown): void {
  if (where) where[name] = value;
}

/** A script of about as many bytes when gzipped. */
function incompressible(bytes: number): string {
  return `/*${randomBytes(bytes).toString('base64')}*/`;
}

function policy(text: string): object {
  return { content_security_policy: { extension_pages: `${text}; object-src 'none'; base-uri 'none'` } };
}
