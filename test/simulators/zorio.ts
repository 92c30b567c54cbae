import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { CallEngine, type EngineSettings, type SimCall } from './call-engine.ts';
import { realClock, type SimClock } from './clock.ts';
import { isControlPath, serveControl } from './control-api.ts';
import { Faults } from './faults.ts';
import { type SimAnswer, type SimRequest, startHost } from './http-host.ts';
import { Journal } from './journal.ts';
import { type FarEnd, farEndOf, type Phone, phoneOf } from './phones.ts';
import { WEBHOOK_DELIVERIES, type WebhookDelivery, Webhooks } from './webhooks.ts';

/** Where the documents about Zorio are silent, both readings are a switch; the first value is the default. */
export interface ZorioVariants {
  /** The user in the answer of `/api/auth/me`: under `data.user`, under `data`, or bare. */
  me: 'data.user' | 'data' | 'bare';
  /** The user's permissions: names, objects with names, or not told. */
  permissions: 'names' | 'objects' | 'absent';
  /** Whether the user may use the API for phones at all; 403 otherwise. */
  apiAllowed: boolean;
  /** The token of a login, at the top of the answer or inside `data`. */
  loginToken: 'top' | 'data';
  /** Errors for clients that do not ask for JSON are web pages. */
  htmlErrors: boolean;
  /** Entries of `/api/pbx/caller-ids`. */
  callerIds: 'texts' | 'objects' | 'bare list';
  /** The state of an extension: told, forbidden, or a path this version does not have. */
  extensionState: 'told' | 'forbidden' | 'missing';
  /** A record under `data` or bare. */
  record: 'data' | 'bare';
  /** How "no record yet" is answered. */
  noRecord: '404' | 'null';
  /** Whether call records are for this user. */
  recordsAllowed: boolean;
  /** How results are written. */
  resultWord: 'spaces' | 'underscores' | 'upper';
  /** What a 429 says about the wait. */
  limitHeaders: 'both' | 'retry-after' | 'reset' | 'none';
  /** Whether webhooks about a leg go by the id of the call, or by the leg's own. */
  legIds: 'of the call' | 'of the leg';
  /** How webhooks come. */
  delivery: WebhookDelivery;
  /** The first webhook comes after the answer to the request, or before it. */
  order: 'answer-first' | 'events-first';
}

export const DEFAULT_VARIANTS: ZorioVariants = {
  me: 'data.user',
  permissions: 'names',
  apiAllowed: true,
  loginToken: 'top',
  htmlErrors: true,
  callerIds: 'texts',
  extensionState: 'told',
  record: 'data',
  noRecord: '404',
  recordsAllowed: true,
  resultWord: 'spaces',
  limitHeaders: 'both',
  legIds: 'of the call',
  delivery: 'once',
  order: 'answer-first',
};

/** Every value a switch can take. */
export const VARIANT_VALUES: { readonly [K in keyof ZorioVariants]: readonly ZorioVariants[K][] } = {
  me: ['data.user', 'data', 'bare'],
  permissions: ['names', 'objects', 'absent'],
  apiAllowed: [true, false],
  loginToken: ['top', 'data'],
  htmlErrors: [true, false],
  callerIds: ['texts', 'objects', 'bare list'],
  extensionState: ['told', 'forbidden', 'missing'],
  record: ['data', 'bare'],
  noRecord: ['404', 'null'],
  recordsAllowed: [true, false],
  resultWord: ['spaces', 'underscores', 'upper'],
  limitHeaders: ['both', 'retry-after', 'reset', 'none'],
  legIds: ['of the call', 'of the leg'],
  delivery: WEBHOOK_DELIVERIES,
  order: ['answer-first', 'events-first'],
};

/** A user of the simulated PBX. */
export interface ZorioUser {
  readonly extension: string;
  readonly tenant: string;
  readonly name: string;
  readonly username: string;
  password: string;
  registered: boolean;
  isActive: boolean;
}

export interface ZorioOptions {
  readonly clock?: SimClock;
  readonly port?: number;
  readonly variants?: Partial<ZorioVariants>;
  readonly engine?: Partial<EngineSettings>;
}

/** One call that was begun, with the request's body as it came. */
export interface ZorioPlace {
  readonly at: number;
  readonly extension: string;
  readonly number: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly callId: string;
}

/** A pretended Zorio PBX. Proves conformity with the documents and our reading of them, not with a real PBX. */
export interface ZorioSimulator {
  /** Values for an account: `server`, `extension` 1001 and `token`, or `username` ann with password s3cret-1001. */
  readonly origin: string;
  readonly tenant: string;
  readonly users: readonly ZorioUser[];
  /** A token of user 1001 that an administrator has made. */
  readonly token: string;
  readonly variants: ZorioVariants;
  readonly engine: CallEngine;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimClock;
  readonly violations: readonly string[];
  /** The company's server: set its address. */
  readonly webhooks: Webhooks;
  /** What webhooks are signed with; an administrator would set it. */
  webhookSecret: string;
  /** Tokens that logins have got so far. */
  readonly logins: number;
  places(): readonly ZorioPlace[];
  /** The id a call goes by in answers and records. */
  uuidOf(call: SimCall): string;
  sockets(): readonly never[];
  phone(extension: string): Phone;
  farEnd(callId?: string): FarEnd;
  incoming(extension: string, from: string, name?: string): SimCall;
  broadcast(frame: string): void;
  dropSockets(): void;
  halfOpen(): void;
  /** Revokes every token. */
  expireSessions(): void;
  changePassword(extension: string, password: string): void;
  setUser(extension: string, change: { readonly registered?: boolean; readonly isActive?: boolean }): void;
  reset(): void;
  close(): Promise<void>;
}

const WINDOW_MS = 60_000;
const RECORD_AFTER_MS = 3_000;
const TRUNKS = [{ id: 4, name: 'POC' }];
const FIELDS = ['from_extension', 'to_phone', 'caller_id', 'trunk_id', 'trunk_name', 'headers'];
const LIMITS = { click: 10, pbx: 60, login: 5, auth: 30 } as const;

type Json = Readonly<Record<string, unknown>>;

/** Starts the simulator on a loopback port. Close it when done. */
export async function startZorio(options: ZorioOptions = {}): Promise<ZorioSimulator> {
  const clock = options.clock ?? realClock();
  const tenant = 'acme';
  const variants: ZorioVariants = { ...DEFAULT_VARIANTS, ...options.variants };
  const journal = new Journal(clock);
  const faults = new Faults();
  const engine = new CallEngine(clock, options.engine);
  const users = [
    user('1001', 'Ann Agent', 'ann'),
    user('1002', 'Cole League', 'cole'),
    user('1003', 'Old Hand', 'old'),
  ];
  const places: ZorioPlace[] = [];
  const uuids = new Map<string, string>();
  const records = new Map<string, SimCall>();
  const tokens = new Map<string, ZorioUser>();
  const hits = new Map<string, number[]>();
  const quietUntil = new Map<string, number>();
  let logins = 0;
  for (const one of users) journal.addSecret(one.password);

  const issue = (owner: ZorioUser): string => {
    const token = `${tokens.size + 7}|${randomBytes(20).toString('hex')}`;
    journal.addSecret(token);
    tokens.set(token, owner);
    return token;
  };
  const old = users[2];
  if (old) old.isActive = false;
  const token = issue(users[0] ?? user('1001', 'Ann Agent', 'ann'));

  const uuidOf = (call: SimCall): string => {
    const uuid = uuids.get(call.id) ?? randomUUID();
    uuids.set(call.id, uuid);
    return uuid;
  };
  const legs = new Map<string, { readonly a: string; readonly b: string }>();
  const legsOf = (call: SimCall) => {
    const ids = legs.get(call.id) ?? { a: randomUUID(), b: randomUUID() };
    legs.set(call.id, ids);
    return ids;
  };
  const webhooks = new Webhooks({
    clock,
    faults,
    delivery: () => variants.delivery,
    headers: ({ id, body }) => ({
      'x-zorio-delivery': id,
      'x-zorio-signature': `sha256=${createHmac('sha256', simulator.webhookSecret).update(body).digest('hex')}`,
    }),
  });
  const seen = new Map<string, readonly string[]>();
  engine.onChange((call) => {
    const before = seen.get(call.id) ?? [];
    const news = eventsOf(call, legsOf(call), before.length);
    seen.set(call.id, [...before, ...news.map(({ event }) => event)]);
    for (const { event, leg } of news) {
      const id = variants.legIds === 'of the leg' && call.direction === 'outgoing' ? leg : uuidOf(call);
      webhooks.send(webhookBody(event, call, id, clock.now()));
    }
    if (call.phase !== 'ended') return;
    clock.after(RECORD_AFTER_MS, () => {
      records.set(uuidOf(call), call);
      const data = recordOf(call, uuidOf(call), variants);
      webhooks.send(JSON.stringify({ event: 'pbx.cdr.created', timestamp: new Date(clock.now()).toISOString(), data }));
    });
  });

  const error = (request: SimRequest, status: number, body: Json, headers: Readonly<Record<string, string>> = {}) => {
    const wantsJson = /\bjson\b/.test(request.headers.accept ?? '');
    return wantsJson || !variants.htmlErrors
      ? json(body, status, headers)
      : {
          status,
          headers: { 'content-type': 'text/html', ...headers },
          body: `<!doctype html><title>${status}</title>`,
        };
  };

  /** Counts a request against its sliding window; answers with the refusal once it is full. */
  const limited = (request: SimRequest, group: keyof typeof LIMITS, who: string): SimAnswer | undefined => {
    const key = `${group} ${who}`;
    const now = clock.now();
    if (now < (quietUntil.get(key) ?? 0)) journal.violation(`a ${group} request inside the pause that was asked for`);
    const recent = (hits.get(key) ?? []).filter((at) => now - at < WINDOW_MS);
    const first = recent[0];
    if (recent.length < LIMITS[group] || first === undefined) {
      hits.set(key, [...recent, now]);
      return undefined;
    }
    const waitMs = first + WINDOW_MS - now;
    quietUntil.set(key, now + waitMs * 0.9);
    const said = variants.limitHeaders;
    return error(
      request,
      429,
      { message: 'Too Many Attempts.' },
      {
        'x-ratelimit-limit': String(LIMITS[group]),
        'x-ratelimit-remaining': '0',
        ...(said === 'both' || said === 'retry-after' ? { 'retry-after': String(Math.ceil(waitMs / 1000)) } : {}),
        ...(said === 'both' || said === 'reset'
          ? { 'x-ratelimit-reset': String(Math.ceil((now + waitMs) / 1000)) }
          : {}),
      },
    );
  };

  const login = (request: SimRequest): SimAnswer => {
    const full = limited(request, 'login', 'all');
    if (full) return full;
    const { username, password } = parse(request.body) ?? {};
    if (!username || !password)
      return error(request, 422, { message: 'Invalid.', errors: { password: ['is required'] } });
    const owner = users.find((one) => one.username === username && one.password === password);
    if (!owner) return error(request, 401, { message: 'Invalid username or password.' });
    logins += 1;
    const made = issue(owner);
    const data = { user: { id: 1, username: owner.username, role: 'agent', team_id: 3 } };
    return json(variants.loginToken === 'top' ? { data, token: made } : { data: { ...data, token: made } });
  };

  const me = (owner: ZorioUser): SimAnswer => {
    const names = ['calls.view', ...(variants.apiAllowed ? ['pbx_api_access'] : [])];
    const permissions = variants.permissions === 'names' ? names : names.map((name, id) => ({ id, name }));
    const told = {
      id: 1,
      username: owner.username,
      role: 'agent',
      ...(variants.permissions === 'absent' ? {} : { permissions }),
    };
    if (variants.me === 'bare') return json(told);
    return json({ data: variants.me === 'data' ? told : { user: told } });
  };

  const place = (request: SimRequest, owner: ZorioUser): SimAnswer => {
    const body = parse(request.body);
    if (!body) return error(request, 400, { message: 'Malformed JSON.' });
    const errors = faultsIn(body, users);
    for (const field of Object.keys(body).filter((key) => !FIELDS.includes(key))) {
      journal.violation(`unknown field ${field}`);
    }
    if (errors.to_phone) journal.violation(`a number the documents rule out: ${String(body.to_phone)}`);
    if (errors.headers) journal.violation(`headers the documents rule out: ${JSON.stringify(body.headers)}`);
    if (Object.keys(errors).length > 0) return error(request, 422, { message: 'The given data was invalid.', errors });
    if (body.from_extension !== owner.extension)
      return error(request, 403, { message: 'This action is unauthorized.' });
    const call = engine.place({ tenant, agent: owner.extension, number: String(body.to_phone) });
    places.push({ at: clock.now(), extension: owner.extension, number: call.number, body, callId: call.id });
    const trunk = TRUNKS.find(({ id, name }) => id === body.trunk_id || name === body.trunk_name);
    const data = {
      call_uuid: uuidOf(call),
      a_leg_uuid: legsOf(call).a,
      b_leg_uuid: legsOf(call).b,
      from_extension: owner.extension,
      to_phone: call.number,
      caller_id: body.caller_id ?? owner.extension,
      trunk_id: trunk?.id ?? null,
      trunk_name: trunk?.name ?? null,
      routing_mode: trunk ? 'direct_gateway' : 'dialplan_default',
      status: 'queued',
    };
    return json({ data }, 202);
  };

  const record = (request: SimRequest, uuid: string): SimAnswer => {
    if (!variants.recordsAllowed) return error(request, 403, { message: 'This action is unauthorized.' });
    const call = records.get(uuid);
    if (!call)
      return variants.noRecord === 'null' ? json({ data: null }) : error(request, 404, { message: 'Not found.' });
    const data = recordOf(call, uuid, variants);
    return json(variants.record === 'data' ? { data } : data);
  };

  const phones = (request: SimRequest, path: string, owner: ZorioUser): SimAnswer => {
    if (!variants.apiAllowed) return error(request, 403, { message: 'This action is unauthorized.' });
    if (path === '/api/pbx/calls/click-to-call') {
      return request.method === 'POST' ? place(request, owner) : error(request, 405, { message: 'POST only.' });
    }
    if (request.method !== 'GET') return error(request, 405, { message: 'GET only.' });
    if (path === '/api/pbx/caller-ids') return json(callerIds(variants));
    const [, kind, id = ''] = /^\/api\/pbx\/(cdr|extensions)\/([^/]+)$/.exec(path) ?? [];
    if (kind === 'cdr') return record(request, decodeURIComponent(id));
    if (kind === 'extensions') return extension(request, decodeURIComponent(id), users, variants, error);
    return error(request, 404, { message: 'Not found.' });
  };

  const handle = async (request: SimRequest): Promise<SimAnswer> => {
    const path = request.url.pathname;
    if (isControlPath(path)) return serveControl(simulator, request, VARIANT_VALUES);
    if (request.url.search !== '') journal.violation(`a query: ${request.url.search}`);
    if (path === '/api/auth/login' && request.method === 'POST') return login(request);
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const owner = tokens.get(bearer);
    if (!path.startsWith('/api/'))
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html></html>' };
    if (!owner) return error(request, 401, { message: 'Unauthenticated.' });
    const group = path.endsWith('/click-to-call') ? 'click' : path.startsWith('/api/pbx/') ? 'pbx' : 'auth';
    const full = limited(request, group, bearer);
    if (full) return full;
    if (path === '/api/auth/me') return me(owner);
    const answer = phones(request, path, owner);
    if (group === 'click' && variants.order === 'events-first') await webhooks.settled();
    return answer;
  };

  const host = await startHost({
    clock,
    journal,
    faults,
    port: options.port ?? 0,
    pointOf: ({ url }) => pointOf(url.pathname),
    handle,
    isControl: isControlPath,
  });
  const newest = (matches: (call: SimCall) => boolean) => engine.live().filter(matches).at(-1);
  const find = (extension: string) => users.find((one) => one.extension === extension);
  const simulator: ZorioSimulator = {
    origin: host.origin,
    tenant,
    users,
    token,
    variants,
    engine,
    faults,
    journal,
    clock,
    violations: journal.violations,
    webhooks,
    webhookSecret: 'zorio-webhook-s3cret',
    get logins() {
      return logins;
    },
    places: () => places,
    uuidOf,
    sockets: () => [],
    phone: (extension) =>
      phoneOf(engine, (id) => (id === undefined ? newest((call) => call.agent === extension) : engine.find(id))),
    farEnd: (callId) => farEndOf(engine, () => (callId === undefined ? newest(() => true) : engine.find(callId))),
    incoming: (extension, from, name) =>
      engine.incoming({ tenant, agent: extension, number: from, ...(name === undefined ? {} : { name }) }),
    broadcast: (body) => webhooks.send(body),
    dropSockets() {},
    halfOpen() {
      for (const point of ['login', 'me', 'click', 'extension', 'cdr']) {
        faults.set(point, { kind: 'delay', ms: 3_600_000 }, { always: true });
      }
    },
    expireSessions: () => tokens.clear(),
    changePassword(extension, password) {
      journal.addSecret(password);
      Object.assign(find(extension) ?? {}, { password });
    },
    setUser: (extension, change) => void Object.assign(find(extension) ?? {}, change),
    reset() {
      engine.reset();
      faults.clear();
      journal.clear();
      places.length = 0;
      hits.clear();
      quietUntil.clear();
    },
    async close() {
      engine.reset();
      webhooks.url = '';
      await host.close();
    },
  };
  return simulator;

  function user(extension: string, name: string, username: string): ZorioUser {
    return {
      extension,
      tenant,
      name,
      username,
      password: `s3cret-${extension}`,
      registered: true,
      isActive: true,
    };
  }
}

function pointOf(path: string): string | undefined {
  if (path === '/api/auth/login') return 'login';
  if (path === '/api/auth/me') return 'me';
  if (path === '/api/pbx/calls/click-to-call') return 'click';
  if (path === '/api/pbx/caller-ids') return 'caller-ids';
  return /^\/api\/pbx\/(cdr|extensions)\//.exec(path)?.[1]?.replace('extensions', 'extension');
}

/** What breaks the seed's rules, by field. */
function faultsIn(body: Json, users: readonly ZorioUser[]): Readonly<Record<string, readonly string[]>> {
  const { from_extension: from, to_phone: to, trunk_id: trunkId, trunk_name: trunkName, headers } = body;
  const extension = users.find((one) => one.extension === from);
  const checks: readonly (readonly [string, boolean])[] = [
    ['from_extension', typeof from === 'string' && /^[0-9]{3,10}$/.test(from) && extension?.isActive === true],
    ['to_phone', typeof to === 'string' && /^[0-9+]+$/.test(to) && to.length >= 3 && to.length <= 32],
    ['caller_id', body.caller_id === undefined || typeof body.caller_id === 'string'],
    ['trunk_id', trunkId === undefined || TRUNKS.some(({ id }) => id === trunkId)],
    ['trunk_name', trunkName === undefined || (typeof trunkName === 'string' && trunkName.length <= 100)],
    ['headers', headers === undefined || areHeaders(headers)],
  ];
  return Object.fromEntries(
    checks.filter(([, isFine]) => !isFine).map(([field]) => [field, [`The ${field} is invalid.`]]),
  );
}

function areHeaders(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return false;
  return Object.entries(headers).every(
    ([name, value]) => /^[A-Za-z0-9_-]+$/.test(name) && typeof value === 'string' && value.length <= 200,
  );
}

function callerIds({ callerIds: shape }: ZorioVariants): unknown {
  const numbers = ['+16175550120', '+16175550121'];
  if (shape === 'bare list') return numbers;
  return {
    data: shape === 'texts' ? numbers : numbers.map((number, id) => ({ id: 900 + id, number, name: `Line ${id}` })),
  };
}

/** The webhooks that a change of a call brings, each with the leg it is about. @param sent - how many it has brought already */
function eventsOf(
  call: SimCall,
  { a, b }: { readonly a: string; readonly b: string },
  sent: number,
): readonly { readonly event: string; readonly leg: string }[] {
  const { agent, farEnd } = call.legs;
  const isOut = call.direction === 'outgoing';
  const isOver = call.phase === 'ended';
  const wasAnswered = agent.state === 'answered' || (isOver && call.talkingSince !== undefined);
  const all = [
    ...(agent.state === 'idle' ? [] : [{ event: 'pbx.call.ringing', leg: a }]),
    ...(wasAnswered || sent > 1 ? [{ event: 'pbx.call.answered', leg: a }] : []),
    ...(isOut && (farEnd.state === 'answered' || call.talkingSince !== undefined)
      ? [{ event: 'pbx.call.answered', leg: b }]
      : []),
  ];
  const past = all.slice(0, isOver ? sent : all.length);
  const ends = isOut && past.length > 2 ? [a, b] : [a];
  return [...past, ...(isOver ? ends.map((leg) => ({ event: 'pbx.call.hangup', leg })) : [])].slice(sent);
}

function webhookBody(event: string, call: SimCall, id: string, now: number): string {
  const isOut = call.direction === 'outgoing';
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  const data = {
    call_uuid: id,
    extension: call.agent,
    direction: isOut ? 'outbound' : 'inbound',
    caller_number: isOut ? call.agent : call.number,
    destination_number: isOut ? call.number : call.agent,
  };
  const more: Json =
    event === 'pbx.call.hangup'
      ? {
          started_at: time(call.startedAt),
          answered_at: time(call.talkingSince),
          ended_at: time(call.endedAt),
          hangup_cause: CAUSES[call.cause ?? 'completed'],
        }
      : { timestamp: time(now), ...(event === 'pbx.call.answered' ? { answered_at: time(now) } : {}) };
  return JSON.stringify({ event, timestamp: time(now), data: { ...data, ...more } });
}

function extension(
  request: SimRequest,
  id: string,
  users: readonly ZorioUser[],
  variants: ZorioVariants,
  error: (request: SimRequest, status: number, body: Json) => SimAnswer,
): SimAnswer {
  if (variants.extensionState === 'forbidden') return error(request, 403, { message: 'This action is unauthorized.' });
  const found = variants.extensionState === 'told' ? users.find((one) => one.extension === id) : undefined;
  if (!found) return error(request, 404, { message: 'Not found.' });
  const state = found.registered ? 'registered' : 'unregistered';
  return json({ data: { extension: id, name: found.name, status: 'active', sip_registration: state } });
}

function recordOf(call: SimCall, uuid: string, { resultWord }: ZorioVariants): Json {
  const talkedMs = call.talkingSince === undefined ? 0 : (call.endedAt ?? 0) - call.talkingSince;
  const word = RESULTS[call.cause ?? 'completed'] ?? 'failed';
  const written = {
    spaces: word,
    underscores: word.replaceAll(' ', '_'),
    upper: word.replaceAll(' ', '_').toUpperCase(),
  };
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    uuid,
    direction: call.direction === 'outgoing' ? 'outbound' : 'inbound',
    extension_number: call.agent,
    destination_number: call.number,
    start_time: time(call.startedAt),
    answer_time: time(call.talkingSince),
    end_time: time(call.endedAt),
    duration: Math.round(((call.endedAt ?? 0) - call.startedAt) / 1000),
    billsec: Math.round(talkedMs / 1000),
    trunk_name: null,
    result: written[resultWord],
  };
}

/** Hang-up causes by what happened. */
const CAUSES: Readonly<Record<string, string>> = {
  completed: 'NORMAL_CLEARING',
  cancelled: 'ORIGINATOR_CANCEL',
  busy: 'USER_BUSY',
  'no-answer': 'NO_ANSWER',
  'own-phone-no-answer': 'NO_ANSWER',
  'own-phone-rejected': 'CALL_REJECTED',
  'own-phone-unreachable': 'DESTINATION_OUT_OF_ORDER',
  rejected: 'CALL_REJECTED',
  unallocated: 'UNALLOCATED_NUMBER',
  congestion: 'SWITCH_CONGESTION',
};

const RESULTS: Readonly<Record<string, string>> = {
  completed: 'answered',
  cancelled: 'cancelled',
  busy: 'busy',
  'no-answer': 'no answer',
  'own-phone-no-answer': 'no answer',
  rejected: 'rejected',
};

function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): SimAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
