import type { FieldProblem } from '../../core/account.ts';
import type { EndReason, PbxCall } from '../../core/calls.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { readAddress, type ServerAddress } from '../address.ts';
import { asObject, type Json } from '../frames.ts';
import { type JsonPath, parsePath } from './json-path.ts';
import { readPattern } from './patterns.ts';
import type {
  Auth,
  BodyTemplate,
  FrameTemplate,
  JsonTree,
  NumberRule,
  PlaceTemplate,
  Profile,
  RequestTemplate,
  SocketTemplate,
  StateReading,
  StatusTemplate,
  SuccessMatch,
} from './profile.ts';
import { type Placeholder, type Position, parseTemplate, type Template, usesOf } from './templates.ts';

type Mistake = Exclude<FieldProblem, string>[number];

const SHORTEST_INTERVAL_MS = 1_000;
const LONGEST_INTERVAL_MS = 60_000;
const MOST_MISTAKES = 8;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,64}$/;
/** Headers that hold nothing but secrets, so a text without a placeholder is one. */
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie|x-auth-token|x-api-key|api-key)$/i;
const DEFAULT_ALLOW = /^[0-9+*#]{1,40}$/;
/** A person may write these down beside what counts. */
const REMARKS = new Set(['description', 'comment', 'version']);

const STATES: Readonly<Record<string, PbxCall['change']>> = {
  dialing: { to: 'ringing', leg: 'own-phone' },
  ringing: { to: 'ringing', leg: 'far-end' },
  connected: { to: 'talking' },
  held: { to: 'held' },
  ended: { to: 'ended', reason: 'unknown' },
};
const REASONS: readonly EndReason[] = [
  'completed',
  'cancelled',
  'busy',
  'no-answer',
  'own-phone-no-answer',
  'rejected',
  'unreachable',
  'invalid-number',
  'not-allowed',
  'congestion',
  'failed',
  'unknown',
];

/**
 * Reads a profile. Pure.
 * @param text - JSON
 * @returns in a failure every mistake that was found (eight at most), each with its place
 */
export function readProfile(text: string): Result<Profile, readonly Mistake[]> {
  const json = parseJson(text);
  if (!json) return fail([['pbx_http_template_not_json', '']]);
  const reader = new ProfileReader();
  const profile = reader.read(json);
  const [first, ...more] = reader.mistakes;
  return first || !profile
    ? fail([first, ...more].filter((one) => one !== undefined).slice(0, MOST_MISTAKES))
    : ok(profile);
}

function parseJson(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Collects mistakes instead of stopping at the first one. */
class ProfileReader {
  readonly mistakes: Mistake[] = [];
  readonly #uses = new Set<Placeholder>();
  #server: ServerAddress | undefined;
  #hasSecretInUrl = false;
  /** Where the call's id is asked for first. */
  #callIdAt: string | undefined;

  read(json: Json): Profile | undefined {
    this.#onlyKeys(json, '', [
      'name',
      'allowedOrigin',
      'auth',
      'place',
      'hangup',
      'status',
      'socket',
      'rateLimit',
      'numberRule',
    ]);
    const name = this.#text(json.name, 'name');
    this.#server = this.#origin(json.allowedOrigin);
    const auth = this.#auth(json.auth);
    const place = this.#place(json.place);
    const hangup =
      json.hangup === undefined
        ? undefined
        : this.#request(json.hangup, 'hangup', ['DELETE', 'GET', 'PATCH', 'POST', 'PUT']);
    const status = json.status === undefined ? undefined : this.#status(json.status);
    const socket = json.socket === undefined ? undefined : this.#socket(json.socket);
    const rateLimit = json.rateLimit === undefined ? undefined : this.#rateLimit(json.rateLimit);
    const numberRule = this.#numberRule(json.numberRule);
    if (auth.type === 'query') this.#hasSecretInUrl = true;
    // Without an id of the PBX the one we have sent stands for the call, so it must have been sent.
    if (this.#callIdAt !== undefined && place && !place.callIdPath && !this.#uses.has('uuid')) {
      this.#say('pbx_http_template_no_call_id', this.#callIdAt);
    }
    if (!name || !this.#server || !place) return undefined;
    return {
      name,
      server: this.#server,
      auth,
      place,
      ...(hangup ? { hangup } : {}),
      ...(status ? { status } : {}),
      ...(socket ? { socket } : {}),
      ...(rateLimit ? { rateLimit } : {}),
      numberRule,
      uses: this.#uses,
      hasSecretInUrl: this.#hasSecretInUrl,
    };
  }

  #origin(value: unknown): ServerAddress | undefined {
    const written = this.#text(value, 'allowedOrigin');
    if (written === undefined) return undefined;
    const address = readAddress(written);
    const isBare = address.ok && address.value.url.replace(/\/$/, '') === address.value.origin;
    if (address.ok && isBare) return address.value;
    const isOpen = !address.ok && address.error.kind === 'insecure-address';
    this.#say(isOpen ? 'pbx_http_template_insecure' : 'pbx_http_template_origin', 'allowedOrigin');
    return undefined;
  }

  #auth(value: unknown): Auth {
    const written = asObject(value);
    const type = written ? written.type : (value ?? 'none');
    if (written) this.#onlyKeys(written, 'auth', ['type', 'name']);
    switch (type) {
      case 'none':
      case 'basic':
      case 'bearer':
      case 'challenge':
      case 'cookie':
        return { type };
      case 'header':
      case 'query': {
        const name = this.#text(written?.name, 'auth.name') ?? 'x';
        if (!HEADER_NAME.test(name)) this.#wrong('auth.name', 'letters, digits and dashes');
        return { type, name };
      }
      default:
        this.#wrong(
          'auth',
          'none | basic | bearer | cookie | challenge | {"type": "header", "name": …} | {"type": "query", "name": …}',
        );
        return { type: 'none' };
    }
  }

  #place(value: unknown): PlaceTemplate | undefined {
    const request = this.#request(value, 'place', ['GET', 'POST', 'PUT'], ['callIdPath']);
    const callIdPath = this.#optionalPath(asObject(value)?.callIdPath, 'place.callIdPath');
    return request && { ...request, ...(callIdPath ? { callIdPath } : {}) };
  }

  #status(value: unknown): StatusTemplate | undefined {
    const own = ['intervalMs', 'statePath', 'stateMap', 'goneStatus'];
    const request = this.#request(value, 'status', ['GET', 'POST'], own);
    const json = asObject(value) ?? {};
    const states = this.#states(json, 'status');
    const intervalMs = this.#number(
      json.intervalMs ?? 2_000,
      'status.intervalMs',
      SHORTEST_INTERVAL_MS,
      LONGEST_INTERVAL_MS,
    );
    const gone: readonly unknown[] = Array.isArray(json.goneStatus) ? json.goneStatus : [json.goneStatus ?? 404];
    const goneStatus = gone.map((one) => this.#number(one, 'status.goneStatus', 200, 599));
    return request && states && { ...request, ...states, intervalMs, goneStatus };
  }

  #socket(value: unknown): SocketTemplate | undefined {
    const json = this.#object(value, 'socket');
    if (!json) return undefined;
    this.#onlyKeys(json, 'socket', [
      'url',
      'subprotocol',
      'firstFrames',
      'keepalive',
      'match',
      'statePath',
      'stateMap',
    ]);
    const path = this.#url(json.url, 'socket.url', 'socket');
    const subprotocol = json.subprotocol === undefined ? undefined : this.#text(json.subprotocol, 'socket.subprotocol');
    const frames: readonly unknown[] = Array.isArray(json.firstFrames) ? json.firstFrames : [];
    if (json.firstFrames !== undefined && !Array.isArray(json.firstFrames)) this.#wrong('socket.firstFrames', 'a list');
    const firstFrames = frames.map((frame, index) => this.#frame(frame, `socket.firstFrames.${index}`));
    const keepalive = json.keepalive === undefined ? undefined : this.#keepalive(json.keepalive);
    const match = this.#path(json.match, 'socket.match');
    const states = this.#states(json, 'socket');
    if (!path || !match || !states) return undefined;
    return {
      path,
      ...(subprotocol === undefined ? {} : { subprotocol }),
      firstFrames,
      ...(keepalive ? { keepalive } : {}),
      match,
      ...states,
    };
  }

  #keepalive(value: unknown): SocketTemplate['keepalive'] {
    const json = this.#object(value, 'socket.keepalive');
    if (!json) return undefined;
    this.#onlyKeys(json, 'socket.keepalive', ['everyMs', 'frame', 'isAnswered']);
    return {
      everyMs: this.#number(
        json.everyMs ?? 20_000,
        'socket.keepalive.everyMs',
        SHORTEST_INTERVAL_MS,
        LONGEST_INTERVAL_MS,
      ),
      frame: this.#frame(json.frame, 'socket.keepalive.frame'),
      isAnswered: json.isAnswered === true,
    };
  }

  #request(
    value: unknown,
    at: string,
    methods: readonly string[],
    more: readonly string[] = [],
  ): RequestTemplate | undefined {
    const json = this.#object(value, at);
    if (!json) return undefined;
    this.#onlyKeys(json, at, ['method', 'url', 'headers', 'body', 'successStatus', 'successMatch', ...more]);
    const method = (
      json.method === undefined ? (methods.includes('POST') && at !== 'status' ? 'POST' : 'GET') : json.method
    ) as unknown;
    if (typeof method !== 'string' || !methods.includes(method)) this.#wrong(`${at}.method`, methods.join(' | '));
    const path = this.#url(json.url, `${at}.url`, at);
    const body = this.#body(json.body, `${at}.body`, at);
    if (body && method === 'GET') this.#wrong(`${at}.body`, 'none (GET)');
    const successMatch = this.#successMatch(json.successMatch, `${at}.successMatch`);
    const isSuccess = this.#successStatus(json.successStatus, `${at}.successStatus`);
    if (!path) return undefined;
    return {
      method: String(method),
      path,
      headers: this.#headers(json.headers, `${at}.headers`, at),
      ...(body ? { body } : {}),
      isSuccess,
      ...(successMatch ? { successMatch } : {}),
    };
  }

  /** What follows the origin; an address that leads anywhere else, or could be made to, is a mistake. */
  #url(value: unknown, at: string, of: string): Template | undefined {
    const written = this.#text(value, at);
    const server = this.#server;
    if (written === undefined || !server) return undefined;
    const origin = of === 'socket' ? server.socketOrigin : server.origin;
    const rest = written.startsWith('/') ? written : this.#afterOrigin(written, origin);
    if (rest === undefined || /[\s\\#]/.test(rest) || rest.startsWith('//')) {
      this.#say('pbx_http_template_elsewhere', at, origin);
      return undefined;
    }
    const path = this.#template(rest, at, 'url', of);
    if (path && usesOf(path).some(({ name }) => name === 'secret')) this.#hasSecretInUrl = true;
    return path;
  }

  #afterOrigin(written: string, origin: string): string | undefined {
    if (!written.toLowerCase().startsWith(origin)) return undefined;
    const rest = written.slice(origin.length);
    // `https://pbx.example.com{number}` and `https://pbx.example.com.evil.example` begin with the origin, too.
    return rest === '' ? '/' : /^[/?]/.test(rest) ? rest.replace(/^\?/, '/?') : undefined;
  }

  #headers(value: unknown, at: string, of: string): RequestTemplate['headers'] {
    if (value === undefined) return [];
    const headers: [string, Template][] = [];
    for (const [name, text] of Object.entries(this.#object(value, at) ?? {})) {
      const place = `${at}.${name}`;
      if (!HEADER_NAME.test(name)) this.#wrong(place, 'the name of a header');
      const written = this.#text(text, place);
      if (written === undefined) continue;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
      if (/[\u0000-\u001f\u007f-\uffff]/.test(written)) this.#wrong(place, 'one line of plain letters');
      const template = this.#template(written, place, 'header', of);
      if (!template) continue;
      if (SECRET_HEADERS.test(name) && usesOf(template).length === 0)
        this.#say('pbx_http_template_literal_secret', place);
      headers.push([name, template]);
    }
    return headers;
  }

  /** `{"json": …}`, `{"form": {…}}`, `{"text": "…"}`; a bare object is JSON, a bare text is text. */
  #body(value: unknown, at: string, of: string): BodyTemplate | undefined {
    if (value === undefined || value === null || value === 'none') return undefined;
    const json = asObject(value);
    const [only, ...others] = json ? Object.keys(json) : [];
    if (typeof value === 'string') return this.#textBody(value, at, of);
    if (json && others.length === 0 && only === 'text') return this.#textBody(json.text, `${at}.text`, of);
    if (json && others.length === 0 && only === 'json')
      return { kind: 'json', tree: this.#tree(json.json, `${at}.json`, of) };
    if (json && others.length === 0 && only === 'form') {
      const fields = Object.entries(this.#object(json.form, `${at}.form`) ?? {}).map(
        ([name, text]): [string, Template] => [
          name,
          this.#template(String(text), `${at}.form.${name}`, 'form', of) ?? [],
        ],
      );
      return { kind: 'form', fields };
    }
    return { kind: 'json', tree: this.#tree(value, at, of) };
  }

  #textBody(value: unknown, at: string, of: string): BodyTemplate | undefined {
    const written = this.#text(value, at);
    const text = written === undefined ? undefined : this.#template(written, at, 'text', of);
    return text && { kind: 'text', text };
  }

  #frame(value: unknown, at: string): FrameTemplate {
    if (typeof value !== 'string') return { kind: 'json', tree: this.#tree(value, at, 'socket') };
    return { kind: 'text', text: this.#template(value, at, 'text', 'socket') ?? [] };
  }

  #tree(value: unknown, at: string, of: string): JsonTree {
    if (typeof value === 'string') return { text: this.#template(value, at, 'json', of) ?? [] };
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) return { plain: value };
    if (Array.isArray(value))
      return { list: value.map((one: unknown, index) => this.#tree(one, `${at}.${index}`, of)) };
    const entries = Object.entries(this.#object(value, at) ?? {});
    return { entries: entries.map(([key, one]) => [key, this.#tree(one, `${at}.${key}`, of)]) };
  }

  #template(text: string, at: string, position: Position, of: string): Template | undefined {
    const read = parseTemplate(text);
    if (!read.ok) {
      this.#say('pbx_http_template_placeholder', at, read.error);
      return undefined;
    }
    for (const { name, encoders } of usesOf(read.value)) {
      this.#uses.add(name);
      const isKnown = name !== 'callId' || of === 'hangup' || of === 'status';
      if (name === 'callId' && isKnown) this.#callIdAt ??= at;
      const isOfClick = ['number', 'e164', 'digits', 'national', 'raw', 'name', 'uuid'].includes(name);
      if (!isKnown || (of === 'socket' && isOfClick)) this.#say('pbx_http_template_too_early', at, `{${name}}`);
      // A page chooses the name. Where nothing encodes it by itself, it could close a tag or begin another line.
      if (name === 'name' && (position === 'header' || position === 'text') && encoders.length === 0) {
        this.#say('pbx_http_template_bare_name', at);
      }
    }
    return read.value;
  }

  #successStatus(value: unknown, at: string): (status: number) => boolean {
    if (value === undefined) return (status) => status >= 200 && status <= 299;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const ranges = list.map((one): readonly [number, number] => {
      const [, from, to] = /^(\d{3})-(\d{3})$/.exec(String(one)) ?? [];
      if (from !== undefined && to !== undefined) return [Number(from), Number(to)];
      const exact = this.#number(one, at, 200, 599);
      return [exact, exact];
    });
    return (status) => ranges.some(([from, to]) => from <= status && status <= to);
  }

  #successMatch(value: unknown, at: string): SuccessMatch | undefined {
    if (value === undefined) return undefined;
    if (typeof value === 'string') return { contains: value };
    const json = this.#object(value, at);
    if (!json) return undefined;
    this.#onlyKeys(json, at, ['path', 'equals', 'contains']);
    if (json.contains !== undefined) {
      const contains = this.#text(json.contains, `${at}.contains`);
      return contains === undefined ? undefined : { contains };
    }
    const path = this.#path(json.path, `${at}.path`);
    if (json.equals === undefined || typeof json.equals === 'object')
      this.#wrong(`${at}.equals`, 'a text, a number, true or false');
    return path && { path, equals: json.equals };
  }

  #states(json: Json, at: string): StateReading | undefined {
    const statePath = this.#path(json.statePath, `${at}.statePath`);
    const map = this.#object(json.stateMap, `${at}.stateMap`);
    if (!statePath || !map) return undefined;
    const stateMap = new Map<string, PbxCall['change']>();
    for (const [word, state] of Object.entries(map)) {
      const change = changeOf(state);
      if (change) stateMap.set(word, change);
      else
        this.#wrong(`${at}.stateMap.${word}`, `${Object.keys(STATES).join(' | ')} | ended:busy | ended:no-answer | …`);
    }
    return { statePath, stateMap };
  }

  #rateLimit(value: unknown): Profile['rateLimit'] {
    const json = this.#object(value, 'rateLimit');
    if (!json) return undefined;
    this.#onlyKeys(json, 'rateLimit', ['count', 'perMs']);
    return {
      count: this.#number(json.count, 'rateLimit.count', 1, 1_000),
      perMs: this.#number(json.perMs, 'rateLimit.perMs', SHORTEST_INTERVAL_MS, 86_400_000),
    };
  }

  #numberRule(value: unknown): NumberRule {
    const json = value === undefined ? {} : (this.#object(value, 'numberRule') ?? {});
    this.#onlyKeys(json, 'numberRule', ['allow', 'replace', 'form']);
    const { form } = json;
    const isForm = form === 'e164' || form === 'digits' || form === 'national';
    if (form !== undefined && !isForm) this.#wrong('numberRule.form', 'e164 | digits | national');
    const allowed: readonly unknown[] = Array.isArray(json.allow)
      ? json.allow
      : json.allow === undefined
        ? []
        : [json.allow];
    const allow = allowed.map((one, index) =>
      this.#pattern(one, Array.isArray(json.allow) ? `numberRule.allow.${index}` : 'numberRule.allow'),
    );
    const swaps: readonly unknown[] = Array.isArray(json.replace) ? json.replace : [];
    if (json.replace !== undefined && !Array.isArray(json.replace)) this.#wrong('numberRule.replace', 'a list');
    return {
      ...(isForm ? { form } : {}),
      replace: swaps.map((one, index) => this.#swap(one, `numberRule.replace.${index}`)),
      allow: allow.length === 0 ? [DEFAULT_ALLOW] : allow,
    };
  }

  #swap(value: unknown, at: string): NumberRule['replace'][number] {
    const json = this.#object(value, at) ?? {};
    this.#onlyKeys(json, at, ['find', 'with']);
    const written = json.with;
    if (typeof written !== 'string' || !/^[0-9+*#]{0,20}$/.test(written))
      this.#wrong(`${at}.with`, 'digits, +, * and #');
    return { find: this.#pattern(json.find, `${at}.find`), with: String(written) };
  }

  #pattern(value: unknown, at: string): RegExp {
    const written = this.#text(value, at);
    const pattern = written === undefined ? undefined : readPattern(written);
    if (written !== undefined && !pattern) this.#say('pbx_http_template_pattern', at);
    return pattern ?? /^$/;
  }

  #optionalPath(value: unknown, at: string): JsonPath | undefined {
    return value === undefined ? undefined : this.#path(value, at);
  }

  #path(value: unknown, at: string): JsonPath | undefined {
    const written = this.#text(value, at);
    const path = written === undefined ? undefined : parsePath(written);
    if (written !== undefined && !path) this.#wrong(at, 'keys with dots between them, such as data.call.id');
    return path;
  }

  #text(value: unknown, at: string): string | undefined {
    if (typeof value === 'string' && value !== '') return value;
    if (value === undefined || value === '') this.#say('pbx_http_template_missing', at);
    else this.#wrong(at, 'a text');
    return undefined;
  }

  #number(value: unknown, at: string, least: number, most: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    if (value === undefined) this.#say('pbx_http_template_missing', at);
    else this.#wrong(at, `a number, ${least} to ${most}`);
    return least;
  }

  #object(value: unknown, at: string): Json | undefined {
    const json = asObject(value);
    if (!json) {
      if (value === undefined) this.#say('pbx_http_template_missing', at);
      else this.#wrong(at, 'an object in braces');
    }
    return json;
  }

  #onlyKeys(json: Json, at: string, known: readonly string[]): void {
    for (const key of Object.keys(json)) {
      if (!known.includes(key) && !REMARKS.has(key))
        this.#say('pbx_http_template_unknown_key', at === '' ? key : `${at}.${key}`);
    }
  }

  #wrong(at: string, expected: string): void {
    this.#say('pbx_http_template_wrong', at, expected);
  }

  #say(key: string, at: string, ...values: readonly string[]): void {
    this.mistakes.push([key, at, ...values]);
  }
}

function changeOf(state: unknown): PbxCall['change'] | undefined {
  if (typeof state !== 'string') return undefined;
  const [word = '', reason] = state.split(':', 2);
  if (reason === undefined) return Object.hasOwn(STATES, word) ? STATES[word] : undefined;
  const known = REASONS.find((one) => one === reason);
  return word === 'ended' && known ? { to: 'ended', reason: known } : undefined;
}
