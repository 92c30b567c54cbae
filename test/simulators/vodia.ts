import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccountValues } from '../../src/core/account.ts';
import { common, FOLLOWS, lostAt, type MatrixPbx, type MatrixSystem, PLACES } from '../matrix/system.ts';
import { CallEngine, type EngineSettings, type SimCall } from './call-engine.ts';
import { realClock, type SimClock } from './clock.ts';
import { isControlPath, serveControl } from './control-api.ts';
import { Faults } from './faults.ts';
import { flatHeaders, type Host, type SimAnswer, type SimRequest, startHost } from './http-host.ts';
import { Journal } from './journal.ts';
import { type FarEnd, farEndOf, type Phone, phoneOf } from './phones.ts';
import { type SimSocket, SimSockets } from './sim-sockets.ts';
import { callEntry, callState, domainState, noiseFrames, userState, type VodiaUser } from './vodia-frames.ts';
import { journalSecret, json, readJson, readToken, VodiaLogin } from './vodia-login.ts';
import { DEFAULT_VARIANTS, VARIANT_VALUES, type VodiaVariants } from './vodia-variants.ts';

export interface VodiaOptions {
  readonly clock?: SimClock;
  /** https and wss with a certificate of this run. */
  readonly tls?: boolean;
  /** Fixed ports; any free one where absent. */
  readonly port?: number;
  readonly helperPort?: number;
  readonly variants?: Partial<VodiaVariants>;
  readonly engine?: Partial<EngineSettings>;
  /** The helper wants its own login cookie (`crm=<anything>`), got by opening `/login` on the helper's origin. */
  readonly helperLogin?: boolean;
  /** Who the helper says is signed in; extension 45 where absent. */
  readonly helperUser?: string;
  /** Accounts of the tenant beside 45, 47 and 48: noise for `domain-state`. */
  readonly colleagues?: number;
}

/** One request to place a call, however it came. */
export interface PlaceRequest {
  readonly at: number;
  readonly via: 'socket' | 'rest' | 'link';
  readonly extension: string;
  readonly number: string;
  readonly name?: string;
  /** The call it became. */
  readonly callId: string;
}

/** A pretended Vodia PBX with its login helper. Proves conformity with the documents and our reading of them, not with a real PBX. */
export interface VodiaSimulator {
  /** `http://127.0.0.1:12345`; values for an account: `server`, `domain` (`tenant`), `user` 45, `password` s3cret-45. */
  readonly origin: string;
  readonly tenant: string;
  readonly helperOrigin: string;
  readonly helperUrl: string;
  readonly admin: { readonly user: string; readonly password: string };
  readonly users: readonly VodiaUser[];
  /** Switches; assign to change. */
  readonly variants: VodiaVariants;
  readonly engine: CallEngine;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimClock;
  /** Rules of the protocol the client broke; must stay empty. */
  readonly violations: readonly string[];
  places(): readonly PlaceRequest[];
  /** Every toggle of a call that was asked for, carried out or not. */
  holds(): readonly { readonly at: number; readonly callId: string }[];
  /** Every transfer that was asked for, carried out or not. */
  transfers(): readonly { readonly at: number; readonly callId: string; readonly to: string }[];
  calls(): readonly SimCall[];
  sockets(): readonly SimSocket<VodiaUser>[];
  /** Accepted handshakes so far. */
  readonly socketsOpened: number;
  /** The desk phone of an extension; acts on its newest live call unless told which. */
  phone(extension: string): Phone;
  /** The other party of a call; of the newest live call where no id is given. */
  farEnd(callId?: string): FarEnd;
  /** A call from outside to an extension. */
  incoming(extension: string, from: string, name?: string): SimCall;
  /** A call that a colleague places at the colleague's own phone. */
  colleagueCalls(extension: string, number: string): SimCall;
  /** Sends this frame to every socket as it is. */
  broadcast(frame: string | Buffer): void;
  /** The id a call goes by in frames. */
  wireId(call: SimCall): string;
  dropSockets(code?: number): void;
  halfOpen(): void;
  expireSessions(): void;
  changePassword(extension: string, password: string): void;
  setUser(extension: string, change: Partial<Pick<VodiaUser, 'registered' | 'dnd'>>): void;
  /** Serves a page on the helper's origin (a CRM of the company, as it were). */
  mount(path: string, contentType: string, body: string): void;
  /** Back to the start: no calls, faults, journal; variants and settings stay. */
  reset(): void;
  close(): Promise<void>;
}

/** Longer than a client waits for what it asked for. */
const SHOWN_LATE_MS = 7_000;

/** Starts the simulator on loopback ports. Close it when done. */
export async function startVodia(options: VodiaOptions = {}): Promise<VodiaSimulator> {
  const clock = options.clock ?? realClock();
  const tenant = 'acme.example';
  const variants: VodiaVariants = { ...DEFAULT_VARIANTS, ...options.variants };
  const journal = new Journal(clock);
  const faults = new Faults();
  const engine = new CallEngine(clock, options.engine);
  const users = makeUsers(tenant, options.colleagues ?? 0);
  const admin = { user: 'admin', password: 'adm1n-s3cret' };
  const login = new VodiaLogin({ clock, journal, variants, admin, users });
  const places: PlaceRequest[] = [];
  const holds: { readonly at: number; readonly callId: string }[] = [];
  const transfers: { readonly at: number; readonly callId: string; readonly to: string }[] = [];
  const wireIds = new Map<string, number>();
  const usedProofs = new Set<string>();
  const pages = new Map<string, { readonly contentType: string; readonly body: string }>();

  const wireIdOf = (call: SimCall): number => {
    const id = wireIds.get(call.id) ?? 8841 + wireIds.size;
    wireIds.set(call.id, id);
    return id;
  };
  const nameOf = (extension: string) => users.find((user) => user.extension === extension)?.name ?? extension;
  const entryOf = (call: SimCall) => callEntry(call, wireIdOf(call), nameOf(call.agent), variants);
  const seenBy = (user: VodiaUser) =>
    engine
      .live()
      .filter((call) => call.tenant === user.tenant)
      .filter((call) => variants.callsSeen === 'tenant' || call.agent === user.extension);
  const busy = () => new Set(engine.live().map((call) => call.agent));

  const place = (
    via: PlaceRequest['via'],
    user: VodiaUser,
    number: string,
    name: string | undefined,
    askFirst: boolean,
  ) => {
    const named = name === undefined || name === '' ? {} : { name };
    const place = { tenant: user.tenant, agent: user.extension, number, ...named, askFirst };
    const record = { at: clock.now(), via, extension: user.extension, number, ...named, callId: '' };
    places.push(record);
    record.callId = engine.place(place).id;
    return record;
  };

  const sendState = (socket: SimSocket<VodiaUser>, frame: object) => {
    const fault = faults.take('frame:call-state');
    const asText = JSON.stringify(frame);
    if (fault?.kind === 'swallow') return;
    if (fault?.kind === 'replace') return socket.send(fault.text);
    socket.send(asText);
    if (fault?.kind === 'twice') socket.send(asText);
    if (fault?.kind === 'cut') socket.cut();
  };

  const answerCalls = (socket: SimSocket<VodiaUser>) => {
    const calls = seenBy(socket.who);
    if (calls.length > 0 || variants.emptyAnswer) sendState(socket, callState(calls.map(entryOf), variants));
  };

  const sockets: SimSockets<VodiaUser> = new SimSockets<VodiaUser>({
    clock,
    journal,
    faults,
    idleCloseMs: () => variants.idleCloseMs,
    pointOf: (frame) => `frame:${String(readJson(frame)?.action ?? 'nonsense')}`,
    opened(socket) {
      if (!variants.noise) return;
      const mine = users.filter((user) => user.tenant === socket.who.tenant);
      const entries = engine
        .live()
        .filter((call) => call.tenant === socket.who.tenant)
        .map(entryOf);
      socket.send(JSON.stringify(domainState(mine, busy(), entries)));
      socket.send(JSON.stringify(userState(socket.who, busy().has(socket.who.extension))));
      for (const frame of noiseFrames(tenant)) socket.send(frame);
    },
    message(socket, frame) {
      const message = readJson(frame);
      if (!message) return journal.violation(`frame that is no JSON object: ${frame.slice(0, 80)}`);
      switch (message.action) {
        case 'get-calls':
          return answerCalls(socket);
        case 'wskeepalive':
          return;
        case 'make-call': {
          const to = message.to;
          if (typeof to !== 'string' || to === '') return journal.violation('make-call without a number');
          place('socket', socket.who, to, undefined, variants.askFirst);
          return;
        }
        case 'clear-call':
          return clearCall(socket.who, message.id);
        case 'hold-call':
          return toggleHold(socket.who, message.id);
        case 'blind-transfer':
          return transfer(socket.who, message);
        default:
          return journal.violation(`frame that a remote control never sends: ${String(message.action)}`);
      }
    },
  });

  const ownCall = (user: VodiaUser, action: string, id: unknown): SimCall | undefined => {
    if (typeof id !== 'string') {
      journal.violation(`${action} with an id that is no string: ${JSON.stringify(id)}`);
      return undefined;
    }
    const call = engine.calls().find((candidate) => String(wireIdOf(candidate)) === id);
    if (call?.agent === user.extension && call.tenant === user.tenant) return call;
    journal.violation(call ? `${action} for a colleague's call` : `${action} for an id that never was: ${id}`);
    return undefined;
  };
  const clearCall = (user: VodiaUser, id: unknown) => {
    const call = ownCall(user, 'clear-call', id);
    if (call) engine.end(call, call.talkingSince === undefined ? 'cancelled' : 'completed', 'api');
  };
  const toggleHold = (user: VodiaUser, id: unknown) => {
    const call = ownCall(user, 'hold-call', id);
    if (!call) return;
    holds.push({ at: clock.now(), callId: call.id });
    if (call.phase !== 'held' && call.phase !== 'talking') journal.violation('hold-call for a call nobody talks on');
    const toggle = () => void (call.phase === 'held' ? engine.resume(call) : engine.hold(call, 'agent'));
    if (variants.hold === 'toggles') toggle();
    if (variants.hold === 'late') clock.after(SHOWN_LATE_MS, toggle);
    // Its push says that nothing has changed.
    if (variants.hold === 'refused') for (const socket of sockets.list()) if (socket.who === user) answerCalls(socket);
  };
  const transfer = (user: VodiaUser, { id, from, to }: Readonly<Record<string, unknown>>) => {
    const call = ownCall(user, 'blind-transfer', id);
    if (from !== user.extension) journal.violation(`blind-transfer from somebody else: ${String(from)}`);
    if (typeof to !== 'string' || to === '') return journal.violation('blind-transfer to nobody');
    if (!call) return;
    transfers.push({ at: clock.now(), callId: call.id, to });
    if (variants.transfer === 'works') engine.transfer(call, to);
    if (variants.transfer === 'late') clock.after(SHOWN_LATE_MS, () => void engine.transfer(call, to));
  };

  engine.onChange((call) => {
    for (const socket of sockets.list()) {
      if (socket.who.tenant !== call.tenant) continue;
      const isOwn = socket.who.extension === call.agent;
      if (isOwn || variants.callsSeen === 'tenant') {
        const shown = seenBy(socket.who).filter((one) => variants.snapshot === 'full' || one === call);
        sendState(socket, callState(shown.map(entryOf), variants));
      }
      if (!variants.noise) continue;
      const agent = users.find((user) => user.extension === call.agent && user.tenant === call.tenant);
      if (agent) socket.send(JSON.stringify(userState(agent, busy().has(agent.extension))));
    }
  });

  const placeByRest = (request: SimRequest): SimAnswer => {
    const account = decodeURIComponent(request.url.pathname.split('/')[3] ?? '');
    const [extension = '', domain = ''] = account.split('@');
    const user = login.findUser(extension, domain);
    const owner = login.userOf(request);
    if (!login.isAdmin(request) && !owner) return { status: 401 };
    if (!user) return { status: 404 };
    if (owner && owner !== user) {
      journal.violation(`REST call for another account: ${account}`);
      return { status: 403 };
    }
    if (request.method !== 'POST') return { status: 405 };
    if (!variants.apiAllowed) return { status: 403 };
    const body = readJson(request.body);
    const number = body?.['remote-dial'];
    if (typeof number !== 'string' || number === '') return { status: 400 };
    const name = body?.name;
    const record = place('rest', user, number, typeof name === 'string' ? name : undefined, variants.askFirst);
    if (variants.callsBody === 'empty') return { status: 200 };
    return json(variants.callsBody === 'true' ? true : { result: 'ok', callid: `rest-${record.callId}` });
  };

  const placeByLink = (request: SimRequest): SimAnswer => {
    const query = request.url.searchParams;
    const number = query.get('dest') ?? '';
    const user = linkUser(request, query);
    if (!user) return { status: 401, headers: { 'www-authenticate': 'Basic realm="PBX"' } };
    if (number === '' || request.method !== 'GET') return { status: 400 };
    place('link', user, number, undefined, query.get('connect') !== 'true');
    return { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Call</title>Calling' };
  };
  const linkUser = (request: SimRequest, query: URLSearchParams): VodiaUser | undefined => {
    const [extension = '', domain = tenant] = (query.get('user') ?? '').split('@');
    const auth = query.get('auth');
    const user = login.findUser(extension, domain);
    if (auth === null) {
      const [name = '', password] = basicOf(request);
      const [ext = '', of = tenant] = name.split('@');
      const challenged = login.findUser(ext, of);
      return login.userOf(request) ?? (challenged?.password === password ? challenged : undefined);
    }
    if (query.get('extension') !== 'true') {
      const [account = '', password] = splitAtColon(Buffer.from(auth, 'base64').toString('utf8'));
      const [ext = '', of = ''] = account.split('@');
      const named = login.findUser(ext, of);
      return named && named.password === password ? named : undefined;
    }
    const [time, duration] = [query.get('time') ?? '', query.get('duration') ?? ''];
    const now = clock.now() / 1000;
    const isInTime = Number(time) <= now + 600 && now <= Number(time) + Number(duration);
    const plain = `${query.get('user') ?? ''}${user?.password ?? ''}${query.get('dest') ?? ''}${time}${duration}`;
    const isProof = auth === createHash('md5').update(plain).digest('hex');
    const isReplay = usedProofs.has(auth) && variants.linkReplays === 'refused';
    usedProofs.add(auth);
    return isInTime && isProof && !isReplay ? user : undefined;
  };

  const handle = (request: SimRequest): SimAnswer | Promise<SimAnswer> => {
    const path = request.url.pathname;
    if (isControlPath(path)) return serveControl(simulator, request, VARIANT_VALUES);
    if (request.method === 'OPTIONS') return { status: 403 };
    const answer = route(path, request);
    return { ...answer, headers: { ...answer.headers, server: 'PBX/70.0', ...reflectedOrigin(request) } };
  };
  const route = (path: string, request: SimRequest): SimAnswer => {
    if (path === '/rest/system/session') {
      if (request.method === 'GET') return json(login.userOf(request) !== undefined);
      return request.method === 'PUT' || request.method === 'POST' ? login.handle(request) : { status: 405 };
    }
    if (/^\/rest\/user\/[^/]+\/calls$/.test(path)) return placeByRest(request);
    if (path === '/remote_call.htm') return placeByLink(request);
    if (path === '/')
      return {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><title>PBX</title>PBX login',
      };
    return { status: 404 };
  };

  const upgrade = (message: IncomingMessage, raw: Duplex, head: Buffer) => {
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const headers = flatHeaders(message);
    const entry = journal.request({ method: 'GET', path: url.pathname + url.search, headers, body: '' });
    const fault = faults.take('socket');
    const owner = login.userOf({ headers, url });
    const asked = login.findUser(url.searchParams.get('user') ?? '', url.searchParams.get('domain') ?? '');
    const status =
      fault?.kind === 'refuse'
        ? fault.status
        : url.pathname !== '/websocket'
          ? 404
          : !owner
            ? 401
            : owner === asked
              ? 101
              : 403;
    if (status === 403 && fault?.kind !== 'refuse') journal.violation('socket for another account than the session');
    journal.answered(entry, status, '');
    if (status !== 101 || !owner) return sockets.refuse(raw, status);
    sockets.accept(message, raw, head, owner, fault);
  };

  const helperAnswer = (request: SimRequest): SimAnswer => {
    const page = pages.get(request.url.pathname);
    if (page) return { status: 200, headers: { 'content-type': page.contentType }, body: page.body };
    if (request.url.pathname === '/login') {
      return {
        status: 200,
        headers: { 'content-type': 'text/html', 'set-cookie': 'crm=signed-in; Path=/; SameSite=Lax' },
        body: 'Signed in',
      };
    }
    if (request.url.pathname !== '/rest/pbxlogin') return { status: 404 };
    if (request.method !== 'GET') return { status: 405 };
    if (options.helperLogin && !/(?:^|;\s*)crm=/.test(request.headers.cookie ?? '')) {
      return { status: 401, headers: { 'content-type': 'text/html' }, body: '<title>Sign in</title>' };
    }
    const user = options.helperUser ?? '45';
    // The vendor's third-party login, as a company's own server does it.
    const asked = login.handle({
      method: 'POST',
      url: new URL('/rest/system/session', pbx.origin),
      headers: { authorization: `Basic ${Buffer.from(`${admin.user}:${admin.password}`).toString('base64')}` },
      body: JSON.stringify({ name: '3rd', domain: tenant, username: user }),
    });
    if (asked.status !== 200) return { status: asked.status };
    const server = variants.helperServer === 'bare' ? pbx.origin.replace(/^https?:\/\//, '') : pbx.origin;
    return json({ session: readToken(asked.body ?? ''), server, user, domain: tenant });
  };

  const common = { clock, journal, faults, tls: options.tls ?? false };
  const pbx: Host = await startHost({
    ...common,
    port: options.port ?? 0,
    pointOf: ({ url }) =>
      url.pathname === '/rest/system/session' ? 'session' : url.pathname.endsWith('/calls') ? 'calls' : 'link',
    handle: (request) => handle(request),
    isControl: isControlPath,
    upgrade,
  });
  const helper: Host = await startHost({
    ...common,
    port: options.helperPort ?? 0,
    pointOf: ({ url }) => (url.pathname === '/rest/pbxlogin' ? 'helper' : undefined),
    handle: helperAnswer,
  });

  const newest = (matches: (call: SimCall) => boolean) => engine.live().filter(matches).at(-1);
  const simulator: VodiaSimulator = {
    origin: pbx.origin,
    tenant,
    helperOrigin: helper.origin,
    helperUrl: `${helper.origin}/rest/pbxlogin`,
    admin,
    users,
    variants,
    engine,
    faults,
    journal,
    clock,
    violations: journal.violations,
    places: () => places,
    holds: () => holds,
    transfers: () => transfers,
    calls: () => engine.calls(),
    sockets: () => sockets.list(),
    get socketsOpened() {
      return sockets.opened;
    },
    phone: (extension) =>
      phoneOf(engine, (id) => (id === undefined ? newest((call) => call.agent === extension) : engine.find(id))),
    farEnd: (callId) => farEndOf(engine, () => (callId === undefined ? newest(() => true) : engine.find(callId))),
    incoming: (extension, from, name) =>
      engine.incoming({ tenant, agent: extension, number: from, ...(name === undefined ? {} : { name }) }),
    colleagueCalls: (extension, number) => engine.place({ tenant, agent: extension, number }),
    broadcast(frame) {
      for (const socket of sockets.list()) socket.send(frame);
    },
    wireId: (call) => String(wireIdOf(call)),
    dropSockets: (code) => sockets.drop(code),
    halfOpen: () => sockets.halfOpen(),
    expireSessions: () => login.expireSessions(),
    changePassword(extension, password) {
      const user = users.find((candidate) => candidate.extension === extension);
      if (!user) return;
      user.password = password;
      journalSecret({ journal }, password);
    },
    setUser(extension, change) {
      const user = users.find((candidate) => candidate.extension === extension);
      if (!user) return;
      Object.assign(user, change);
      for (const socket of sockets.list()) socket.send(JSON.stringify(userState(user, busy().has(extension))));
    },
    mount: (path, contentType, body) => void pages.set(path, { contentType, body }),
    reset() {
      engine.reset();
      faults.clear();
      journal.clear();
      places.length = 0;
      holds.length = 0;
      transfers.length = 0;
    },
    async close() {
      engine.reset();
      sockets.close();
      await Promise.all([pbx.close(), helper.close()]);
    },
  };
  return simulator;
}

function makeUsers(tenant: string, colleagues: number): readonly VodiaUser[] {
  const user = (extension: string, name: string, of = tenant): VodiaUser => ({
    extension,
    tenant: of,
    name,
    password: `s3cret-${extension}`,
    registered: true,
    dnd: false,
  });
  return [
    user('45', 'Ann Agent'),
    user('47', 'Cole League'),
    user('48', 'Dana Desk'),
    ...Array.from({ length: colleagues }, (_, index) => user(String(200 + index), `Colleague ${index + 1}`)),
    user('45', 'Stranger', 'other.example'),
  ];
}

/** A browser page may read the answer only when its origin is named; the PBX names whoever asks (as seen by others). */
function reflectedOrigin(request: SimRequest): Readonly<Record<string, string>> {
  const origin = request.headers.origin;
  return origin === undefined
    ? {}
    : { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'Origin' };
}

function basicOf(request: SimRequest): readonly string[] {
  const value = request.headers.authorization ?? '';
  return value.startsWith('Basic ') ? splitAtColon(Buffer.from(value.slice(6), 'base64').toString('utf8')) : [];
}

function splitAtColon(pair: string): readonly string[] {
  const index = pair.indexOf(':');
  return index < 0 ? [pair] : [pair.slice(0, index), pair.slice(index + 1)];
}

/** The rows of the matrix. */
export const MATRIX: readonly MatrixSystem[] = [
  {
    name: 'Vodia',
    ...FOLLOWS,
    holds: true,
    transfers: true,
    tellsCause: false,
    lost: { point: 'frame:make-call', fault: { kind: 'cut' } },
    renewsLogin: true,
    start: (clock) => vodiaAt(clock, {}),
  },
  {
    name: 'Vodia by REST',
    ...PLACES,
    limitPoint: 'calls',
    lost: lostAt('calls'),
    renewsLogin: true,
    async start(clock) {
      const pbx = await vodiaAt(clock, {});
      pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
      return pbx;
    },
  },
  {
    name: 'Vodia by link',
    ...PLACES,
    placedWords: 'state_placed_press',
    limitPoint: 'link',
    // Not by a cut: Firefox would ask again by itself, which the form warns of.
    lost: { point: 'link', fault: { kind: 'delay', ms: 15_000 } },
    renewsLogin: true,
    start: (clock) => vodiaAt(clock, { way: 'link-challenge' }),
  },
];

async function vodiaAt(clock: SimClock | undefined, more: AccountValues): Promise<MatrixPbx> {
  const pbx = await startVodia(clock ? { clock } : {});
  const values = { server: pbx.origin, domain: pbx.tenant, user: '45', password: 's3cret-45', ...more };
  return { ...common(pbx), account: { vendor: 'vodia', values }, phone: () => pbx.phone('45') };
}
