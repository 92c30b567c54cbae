import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { distOf, ROOT, readTool, type Target } from './project.ts';
import { staticImports } from './static-imports.ts';

/** One thing that must hold for what users install. `problem` is absent when it holds. */
export interface Check {
  readonly name: string;
  readonly problem?: string;
}

/** Gzipped. The script runs in every frame of every page, so number plans are not in it: they come in a message. */
const CONTENT_LIMIT_BYTES = 52_000;
/** Gzipped, with all it imports and every vendor. A service worker reads it at each start, and cannot load code later. */
const BACKGROUND_LIMIT_BYTES = 120_000;
/** Nothing that is not named here is asked for at install. */
const INSTALL_PERMISSIONS = new Set([
  'storage',
  'alarms',
  'scripting',
  'activeTab',
  'idle',
  'declarativeNetRequestWithHostAccess',
  'notifications',
  'contextMenus',
  'sidePanel',
]);

/** Checks one build as a store or a suspicious user would: manifest, content script, forbidden code. */
export function checkBuild(target: Target, dist = distOf(target)): readonly Check[] {
  if (!existsSync(join(dist, 'manifest.json'))) return [check(`${target}: there is a build`, 'no manifest.json')];
  const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8')) as Manifest;
  const scripts = listFiles(dist).filter((file) => /\.m?js$/.test(file));
  return [
    check(`${target}: pages can load nothing of ours`, manifest.web_accessible_resources && 'web_accessible_resources'),
    check(`${target}: install asks for no site`, siteAccess(manifest)),
    check(`${target}: install asks for known permissions only`, unknownPermissions(manifest)),
    check(`${target}: extension pages run our own code only`, weakPolicy(manifest)),
    check(`${target}: only the keys of this browser`, foreignKeys(manifest, target)),
    check(`${target}: content.js stands alone`, contentScriptProblem(join(dist, 'content.js'))),
    check(`${target}: content.js is small`, tooLarge(dist, ['content.js'], CONTENT_LIMIT_BYTES)),
    check(`${target}: the background is small`, backgroundProblem(dist, manifest)),
    check(`${target}: number plans and words are a file`, atlasProblem(dist)),
    check(
      `${target}: no code from strings or from other servers`,
      list(scripts.flatMap((file) => forbiddenCode(dist, file))),
    ),
    check(
      `${target}: nothing of the machine it was built on`,
      list(scripts.filter((file) => readFileSync(join(dist, file), 'utf8').includes(ROOT))),
    ),
    check(`${target}: no address that is not known here`, list(scripts.flatMap((file) => newOrigins(dist, file)))),
    check(`${target}: one place talks to the network, the background`, networkProblem(dist, scripts)),
    check(`${target}: the manifest opens no door`, openDoors(manifest, target)),
    check(`${target}: pages load local files only`, list(listFiles(dist).flatMap((file) => remoteTags(dist, file)))),
  ];
}

/**
 * The lock file names the builds of a tool for every platform. A lock written where a registry lacks some of them leaves those out, and
 * `npm ci` then fails on every machine.
 */
export function checkLock(): Check {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
  };
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  const missing = wanted.filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)));
  return check('the lock file is whole', list(missing));
}

/** Mozilla's own checker on the Firefox build: no errors. */
export async function lintFirefox(): Promise<Check> {
  const { out } = await readTool('addons-linter/bin/addons-linter', ['--output', 'json', distOf('firefox')]);
  const name = 'firefox: addons-linter finds no error';
  try {
    const report = JSON.parse(out.slice(out.indexOf('{'))) as { errors: readonly { code: string; message: string }[] };
    return check(name, list(report.errors.map((error) => `${error.code} ${error.message}`)));
  } catch {
    return check(name, `unreadable answer: ${out.slice(0, 300)}`);
  }
}

/** Of a manifest, what is checked. */
export interface Manifest {
  readonly background?: { readonly service_worker?: string; readonly scripts?: readonly string[] };
  readonly permissions?: readonly string[];
  readonly host_permissions?: readonly string[];
  readonly content_scripts?: readonly { readonly matches: readonly string[] }[];
  readonly web_accessible_resources?: unknown;
  readonly content_security_policy?: { readonly extension_pages?: string };
  readonly [key: string]: unknown;
}

/** A check that holds while there is no problem. */
export function check(name: string, problem: string | false | undefined | unknown): Check {
  return problem ? { name, problem: String(problem) } : { name };
}

/** Problems as one text; undefined when there are none. */
export function list(problems: readonly string[]): string | undefined {
  return problems.length > 0 ? problems.join('; ') : undefined;
}

function siteAccess(manifest: Manifest): string | undefined {
  const hosts = [
    ...(manifest.host_permissions ?? []),
    ...(manifest.content_scripts ?? []).flatMap((script) => script.matches),
    ...(manifest.permissions ?? []).filter((name) => name.includes(':') || name === '<all_urls>'),
  ];
  return list(hosts);
}

function unknownPermissions(manifest: Manifest): string | undefined {
  return list((manifest.permissions ?? []).filter((name) => !INSTALL_PERMISSIONS.has(name)));
}

function weakPolicy(manifest: Manifest): string | undefined {
  const policy = manifest.content_security_policy?.extension_pages;
  if (!policy) return 'no policy of its own';
  const directives = new Map(
    policy
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .map(([name = '', ...sources]) => [name, sources.join(' ')] as const),
  );
  const wanted = { 'default-src': "'none'", 'script-src': "'self'", 'object-src': "'none'", 'base-uri': "'none'" };
  const wrong = Object.entries(wanted).filter(([name, sources]) => directives.get(name) !== sources);
  // A wildcard port on loopback is fine (simulators, local helpers); a wildcard host or an unsafe keyword is not.
  const loose = policy.split(/[\s;]+/).filter((source) => source === '*' || /^'(?:unsafe|wasm)-/.test(source));
  return list([...wrong.map(([name]) => `${name} ${directives.get(name)}`), ...loose]);
}

function foreignKeys(manifest: Manifest, target: Target): string | undefined {
  const foreign =
    target === 'chrome'
      ? ['browser_specific_settings', 'sidebar_action']
      : ['minimum_chrome_version', 'externally_connectable', 'side_panel', 'storage'];
  return list(foreign.filter((key) => key in manifest));
}

function contentScriptProblem(file: string): string | undefined {
  if (!existsSync(file)) return 'missing';
  const code = readFileSync(file, 'utf8');
  try {
    new Script(code, { filename: 'content.js' });
  } catch (error) {
    return String(error);
  }
  // One such character doubles the memory that the source takes in every frame.
  if (/[\u0080-\uffff]/.test(code)) return 'holds characters beyond ASCII';
  return /\bimport\s*\(/.test(code) ? 'imports at run time' : undefined;
}

function tooLarge(dist: string, files: readonly string[], limit: number): string | undefined {
  const there = files.map((file) => join(dist, file)).filter(existsSync);
  const size = there.reduce((total, file) => total + gzipSync(readFileSync(file)).length, 0);
  return size > limit ? `${size} bytes gzipped, limit ${limit}` : undefined;
}

function backgroundProblem(dist: string, manifest: Manifest): string | undefined {
  const entry = backgroundOf(manifest);
  if (entry === undefined || !existsSync(join(dist, entry))) return `no script ${entry ?? ''}`;
  return tooLarge(dist, staticImports(dist, entry), BACKGROUND_LIMIT_BYTES);
}

/** The script that the browser starts for the background. */
export function backgroundOf({ background }: Manifest): string | undefined {
  return background?.service_worker ?? background?.scripts?.[0];
}

function atlasProblem(dist: string): string | undefined {
  const file = join(dist, 'atlas.json');
  if (!existsSync(file)) return 'no atlas.json';
  const same = readFileSync(file, 'utf8') === JSON.stringify(WHOLE_ATLAS);
  return same ? undefined : 'atlas.json is not what the tests of the phone numbers judge';
}

function forbiddenCode(dist: string, file: string): readonly string[] {
  const code = readFileSync(join(dist, file), 'utf8');
  const forbidden: readonly (readonly [RegExp, string])[] = [
    [/(?<![\w$.])eval\s*\(/, 'eval'],
    [/(?<![\w$.])(?:new\s+)?Function\s*\(\s*[^)\s]/, 'Function from a string'],
    [/\bimportScripts\s*\(/, 'importScripts'],
    [/\bset(?:Timeout|Interval)\s*\(\s*["'`]/, 'a timer that runs a string'],
    [/\bwrappedJSObject\b|\bexportFunction\b|["'`]MAIN["'`]/, "a way into the page's own world"],
    [
      /\b(?:window|parent|top|self|globalThis)\.postMessage\b|\bon(?:Message|Connect)External\??\.addListener/,
      'a way for strangers to talk to us',
    ],
    [/\bWebAssembly\b/, 'WebAssembly'],
    [/\b(?:import|from)\s*\(?\s*["'`](?:https?:)?\/\//, 'import from a server'],
    [/["'`](?:https?:)?\/\/[^"'`\s]+\.(?:m?js|wasm|css)["'`?#]/, 'address of a remote script or style'],
  ];
  return forbidden.filter(([pattern]) => pattern.test(code)).map(([, what]) => `${file}: ${what}`);
}

/** Every address in the code, with what it is there for; none of them is ever asked. */
const KNOWN_ORIGINS: Readonly<Record<string, string>> = {
  'www.w3.org': 'namespaces of markup',
  'pbx.example.com': 'example in a form',
  'crm.example.com': 'example in a form',
  'relay.example.com': 'example in a form',
  'api.pbx.example.com': 'example in a form',
  'hooks.example.com': 'example in a ready profile',
  'app.zorio.vn': 'example in the form of Zorio: its own address',
  'api-eu-central-1.phoneserver.dev': 'filled into the form of Call Control v3: its own address',
};

function newOrigins(dist: string, file: string): readonly string[] {
  const code = readFileSync(join(dist, file), 'utf8');
  const hosts = [...code.matchAll(/(?:https?|wss?):\/\/([a-z\d-]+(?:\.[a-z\d-]+)+)/gi)].map(([, host = '']) => host);
  const strange = new Set(hosts.filter((host) => !Object.hasOwn(KNOWN_ORIGINS, host) && host !== '127.0.0.1'));
  return [...strange].map((host) => `${file}: ${host}`);
}

/** Reading a file of our own package is no way to the network. */
const NETWORK =
  /(?<![\w$.])fetch\s*\((?![\w$.]+\.runtime\.getURL\(["'`][\w-]+\.json["'`]\)[,)])|new\s+WebSocket\b|XMLHttpRequest|sendBeacon|new\s+EventSource|RTCPeerConnection|WebTransport|new\s+(?:Shared)?Worker\b/g;

/** One `fetch` and one `WebSocket`, both behind the check of address and access. */
function networkProblem(dist: string, scripts: readonly string[]): string | undefined {
  const found = scripts.flatMap((file) =>
    [...readFileSync(join(dist, file), 'utf8').matchAll(NETWORK)].map(
      ([what]) => `${what.replace(/\W+/g, ' ').trim()} in ${file.replace(/-[\w-]{8}\.js$/, '')}`,
    ),
  );
  const wanted = ['fetch in assets/main.ts', 'new WebSocket in assets/main.ts'];
  return found.sort().join() === wanted.join() ? undefined : found.join('; ') || 'none found';
}

/** What would let pages, other extensions or a private window's traces in or out. */
function openDoors(manifest: Manifest, target: Target): string | undefined {
  const { externally_connectable, incognito } = manifest as { externally_connectable?: object; incognito?: string };
  const forbidden = ['key', 'update_url', 'sandbox', 'content_scripts', 'chrome_url_overrides', 'devtools_page'];
  return list([
    ...forbidden.filter((name) => name in manifest),
    // Without it every extension could connect. Firefox has no such key and lets nobody in who finds no listener.
    ...(target === 'chrome' && JSON.stringify(externally_connectable) !== '{"ids":[]}'
      ? ['externally_connectable']
      : []),
    ...(incognito === undefined || incognito === 'spanning' ? [] : ['incognito']),
  ]);
}

function remoteTags(dist: string, file: string): readonly string[] {
  if (!file.endsWith('.html') && !file.endsWith('.css')) return [];
  const text = readFileSync(join(dist, file), 'utf8');
  return /(?:src|href)\s*=\s*["']?(?:https?:)?\/\/|url\(\s*["']?(?:https?:)?\/\/|@import/i.test(text)
    ? [`${file}: loads from elsewhere`]
    : [];
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
