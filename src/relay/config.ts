import { asFlag, asObject, asWord, type Json } from '../core/json.ts';
import { fail, ok, type Result } from '../core/result.ts';

export interface ListenAt {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** How the vendor's refresh call looks; it is not documented, so the company says it. `{refreshToken}` and the like are filled in. */
export interface RefreshCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly as: 'form' | 'json'; readonly values: Readonly<Record<string, string>> };
  /** Where the answer has the tokens, and the seconds that the access token lives. */
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: string;
}

export interface RelayConfig {
  readonly listen: ListenAt;
  /** Where `/metrics` is read; not for the outside. */
  readonly ops: ListenAt;
  /** Signs tokens and tickets. */
  readonly agentKey: string;
  /** Short names of tokens that are good no more. */
  readonly revoked: readonly string[];
  /** A proxy of ours stands before: its `X-Forwarded-For` names the client. */
  readonly trustProxy: boolean;
  readonly connectionsPerAddress: number;
  readonly logLevel: string;
  readonly nats?: {
    readonly servers: readonly string[];
    readonly user?: string;
    readonly password?: string;
    readonly token?: string;
  };
  readonly zorio?: { readonly secret: string; readonly extensions: readonly string[] };
  readonly callControlV3?: {
    readonly key: string;
    readonly tenants: readonly string[];
    readonly extensions: readonly string[];
    readonly tokenFile?: string;
    readonly refresh?: RefreshCall;
  };
  readonly vodia?: {
    readonly server: string;
    readonly domain: string;
    readonly adminUser: string;
    readonly adminPassword: string;
    /** Asked with the visitor's own cookies who that is. */
    readonly whoAmI: string;
    /** Where its answer has the extension. */
    readonly extensionPath: string;
  };
}

/** `key`: made by chance, and long; `secret`: somebody else may have chosen it. */
type Kind = 'text' | 'key' | 'secret' | 'number' | 'flag' | 'list' | 'address' | 'url' | 'object';

interface Setting {
  readonly kind: Kind;
  readonly initial?: string;
  /** Needed as soon as anything of its group (the part before the dot) is there; `always`: in any case. */
  readonly needed?: 'always' | 'in-group';
}

/** Every setting: its place in the file, and by that its name in the environment (`zorio.secret`: `PAGEDIAL_RELAY_ZORIO_SECRET`). */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  listen: { kind: 'address', initial: '127.0.0.1:8070' },
  ops: { kind: 'address', initial: '127.0.0.1:9070' },
  agentKey: { kind: 'key', needed: 'always' },
  revoked: { kind: 'list' },
  trustProxy: { kind: 'flag', initial: 'false' },
  connectionsPerAddress: { kind: 'number', initial: '2000' },
  logLevel: { kind: 'text', initial: 'info' },
  'nats.servers': { kind: 'list', needed: 'in-group' },
  'nats.user': { kind: 'text' },
  'nats.password': { kind: 'secret' },
  'nats.token': { kind: 'secret' },
  'zorio.secret': { kind: 'secret', needed: 'in-group' },
  'zorio.extensions': { kind: 'list' },
  'callControlV3.key': { kind: 'key', needed: 'in-group' },
  'callControlV3.tenants': { kind: 'list' },
  'callControlV3.extensions': { kind: 'list' },
  'callControlV3.tokenFile': { kind: 'text' },
  'callControlV3.refresh': { kind: 'object' },
  'vodia.server': { kind: 'url', needed: 'in-group' },
  'vodia.domain': { kind: 'text', needed: 'in-group' },
  'vodia.adminUser': { kind: 'text', needed: 'in-group' },
  'vodia.adminPassword': { kind: 'secret', needed: 'in-group' },
  'vodia.whoAmI': { kind: 'url', needed: 'in-group' },
  'vodia.extensionPath': { kind: 'text', initial: 'extension' },
};

const PREFIX = 'PAGEDIAL_RELAY_';
const SHORTEST_KEY = 16;

/** The name a setting has in the environment. */
export function environmentName(setting: string): string {
  return (
    PREFIX +
    setting
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace('.', '_')
      .toUpperCase()
  );
}

/**
 * Reads the configuration: the environment wins over the file.
 * @returns problems that name the setting and never its value
 */
export function readConfig(
  file: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): Result<RelayConfig, readonly string[]> {
  const problems: string[] = [];
  const settings = asObject(file) ?? {};
  if (file !== undefined && !asObject(file)) problems.push('the file is no JSON object');
  problems.push(...unknownNames(settings, environment));
  const given = new Map<string, unknown>();
  for (const name of Object.keys(SETTINGS)) {
    const value = environment[environmentName(name)] ?? valueAt(settings, name);
    if (value !== undefined && value !== '') given.set(name, value);
  }
  const groups = new Set([...given.keys()].filter((name) => name.includes('.')).map((name) => name.split('.')[0]));
  const read = new Map<string, unknown>();
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const [group = '', inner] = name.split('.');
    if (inner !== undefined && !groups.has(group)) continue;
    const value = given.get(name) ?? setting.initial;
    if (value === undefined) {
      if (setting.needed) problems.push(`${name} is missing`);
      continue;
    }
    const result = readSetting(setting.kind, value);
    if (result.ok) read.set(name, result.value);
    else problems.push(`${name} ${result.error}`);
  }
  if (!groups.has('zorio') && !groups.has('callControlV3') && !groups.has('vodia')) {
    problems.push('none of zorio, callControlV3 and vodia is there');
  }
  if (read.has('callControlV3.tokenFile') !== read.has('callControlV3.refresh')) {
    problems.push('callControlV3.tokenFile and callControlV3.refresh need each other');
  }
  return problems.length > 0 ? fail(problems) : ok(assemble(read));
}

function unknownNames(settings: Json, environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const inFile = Object.entries(settings).flatMap(([name, value]) =>
    name in SETTINGS
      ? [name]
      : Object.keys(asObject(value) ?? { '': 0 }).map((inner) => (inner === '' ? name : `${name}.${inner}`)),
  );
  const known = new Set([...Object.keys(SETTINGS).map(environmentName), `${PREFIX}CONFIG`]);
  const wrongNames = Object.keys(environment).filter((name) => name.startsWith(PREFIX) && !known.has(name));
  return [...inFile.filter((name) => !(name in SETTINGS)), ...wrongNames].map((name) => `${name} is not known`);
}

function valueAt(settings: Json, name: string): unknown {
  const [group = '', inner] = name.split('.');
  return inner === undefined ? settings[group] : asObject(settings[group])?.[inner];
}

function readSetting(kind: Kind, value: unknown): Result<unknown, string> {
  const word = asWord(value) ?? (typeof value === 'boolean' ? String(value) : undefined);
  switch (kind) {
    case 'list': {
      const list: readonly unknown[] = Array.isArray(value) ? value : (word ?? '').split(',');
      return ok(list.map(asWord).filter((entry) => entry !== undefined));
    }
    case 'object': {
      const call = readRefresh(typeof value === 'string' ? parsed(value) : value);
      return call ? ok(call) : fail('needs url, form or json, and https');
    }
    case 'text':
    case 'secret':
      return word === undefined ? fail('is no text') : ok(word);
    case 'key':
      return (word ?? '').length < SHORTEST_KEY ? fail(`needs at least ${SHORTEST_KEY} characters`) : ok(word);
    case 'number':
      return /^\d{1,9}$/.test(word ?? '') ? ok(Number(word)) : fail('is no whole number');
    case 'flag': {
      const flag = asFlag(word);
      return flag === undefined ? fail('is neither true nor false') : ok(flag);
    }
    case 'address': {
      const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(word ?? '') ?? [];
      return port === '' ? fail('is no host:port') : ok({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) });
    }
    case 'url':
      return isSafeUrl(word ?? '') ? ok(word) : fail('is no https address');
  }
}

function readRefresh(value: unknown): RefreshCall | undefined {
  const call = asObject(value);
  const url = asWord(call?.url);
  const values = asObject(call?.form) ?? asObject(call?.json);
  if (!call || !values || url === undefined || !isSafeUrl(url)) return undefined;
  return {
    url,
    headers: texts(call.headers),
    body: { as: asObject(call.form) ? 'form' : 'json', values: texts(values) },
    accessToken: asWord(call.accessToken) ?? 'access_token',
    refreshToken: asWord(call.refreshToken) ?? 'refresh_token',
    expiresIn: asWord(call.expiresIn) ?? 'expires_in',
  };
}

/** Plain http is for tests on this machine alone. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost'));
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asObject(value) ?? {}).map(([name, text]) => [name, asWord(text) ?? '']));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every value was checked by its kind; what is left is to put them into their groups. */
function assemble(read: ReadonlyMap<string, unknown>): RelayConfig {
  const config: Record<string, unknown> = {};
  for (const [name, value] of read) {
    const [group = '', inner] = name.split('.');
    if (inner === undefined) config[group] = value;
    else config[group] = { ...asObject(config[group]), [inner]: value };
  }
  const lists = { zorio: ['extensions'], callControlV3: ['tenants', 'extensions'] };
  for (const [group, names] of Object.entries(lists)) {
    const there = asObject(config[group]);
    if (there) config[group] = { ...Object.fromEntries(names.map((name) => [name, []])), ...there };
  }
  return { revoked: [], ...config } as unknown as RelayConfig;
}
