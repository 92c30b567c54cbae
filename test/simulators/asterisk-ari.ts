import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { common, FOLLOWS, lostAt, type MatrixSystem } from '../matrix/system.ts';
import { channelOf, eventsOf, type SimLegs } from './asterisk-ari-events.ts';
import { ARI_VARIANT_VALUES, type AriVariants, DEFAULT_ARI_VARIANTS } from './asterisk-ari-variants.ts';
import { CallEngine, type EngineSettings, type SimCall } from './call-engine.ts';
import { realClock, type SimClock } from './clock.ts';
import { isControlPath, serveControl } from './control-api.ts';
import { Faults } from './faults.ts';
import { flatHeaders, type Host, type SimAnswer, type SimRequest, startHost } from './http-host.ts';
import { Journal } from './journal.ts';
import { type FarEnd, farEndOf, type Phone, phoneOf } from './phones.ts';
import { type SimSocket, SimSockets } from './sim-sockets.ts';

export interface AriOptions {
  readonly clock?: SimClock;
  readonly tls?: boolean;
  readonly port?: number;
  readonly variants?: Partial<AriVariants>;
  readonly engine?: Partial<EngineSettings>;
}

/** One request to ring a phone, as it was carried out. */
export interface AriPlace {
  readonly at: number;
  readonly channelId: string;
  readonly endpoint: string;
  readonly number: string;
  readonly callerId: string;
  /** Number and name the far end would see. */
  readonly seenBy: { readonly number: string; readonly name: string };
}

/** One application: a name, at most one socket, and what it wants to hear. It outlives its socket. */
interface App {
  socket: SimSocket<Owner> | undefined;
  readonly sources: Set<string>;
  allowed: readonly string[];
}

interface Owner {
  readonly app: string;
  /** For the control page; the socket is not an extension's. */
  readonly extension: string;
}

/** A pretended Asterisk, from version 16.28 as measured. Endpoints `PJSIP/2040` (signed in), `2041`; dialplan context `agents`. */
export interface AriSimulator {
  readonly origin: string;
  readonly tenant: string;
  /** `user` and `password` of an account that may do everything, and of one that may only read. */
  readonly login: { readonly user: string; readonly password: string };
  readonly reader: { readonly user: string; readonly password: string };
  readonly users: readonly { readonly extension: string; readonly tenant: string; readonly name: string }[];
  readonly variants: AriVariants;
  readonly engine: CallEngine;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimClock;
  readonly violations: readonly string[];
  places(): readonly AriPlace[];
  calls(): readonly SimCall[];
  sockets(): readonly SimSocket<Owner>[];
  /** Names of the applications that have a socket. */
  apps(): readonly string[];
  phone(extension: string): Phone;
  farEnd(callId?: string): FarEnd;
  incoming(extension: string, from: string, name?: string): SimCall;
  colleagueCalls(extension: string, number: string): SimCall;
  /** The agent dials at the phone itself. */
  deskCalls(extension: string, number: string): SimCall;
  /** The leg of a call at the agent's phone. */
  channelId(call: SimCall): string;
  broadcast(frame: string | Buffer): void;
  dropSockets(code?: number): void;
  halfOpen(): void;
  expireSessions(): void;
  changePassword(extension: string, password: string): void;
  setUser(extension: string, change: { readonly registered?: boolean }): void;
  reset(): void;
  close(): Promise<void>;
}

const CONTEXT = 'agents';
/** Asterisk never closes a silent socket by itself. */
const NEVER_MS = 1e9;

export async function startAri(options: AriOptions = {}): Promise<AriSimulator> {
  const clock = options.clock ?? realClock();
  const variants: AriVariants = { ...DEFAULT_ARI_VARIANTS, ...options.variants };
  const journal = new Journal(clock);
  const faults = new Faults();
  const engine = new CallEngine(clock, options.engine);
  const login = { user: 'pagedial', password: 'ari-s3cret' };
  const reader = { user: 'reader', password: 'read-s3cret' };
  for (const { password } of [login, reader]) journal.addSecret(password);
  const phones = new Map([
    ['2040', true],
    ['2041', true],
  ]);
  const apps = new Map<string, App>();
  const legs = new Map<string, SimLegs>();
  const places: AriPlace[] = [];
  let count = 0;

  const legsOf = (call: SimCall) => [...legs.values()].find((one) => one.call === call);
  const legsOn = (extension: string) =>
    [...legs.values()].filter((one) => !one.isGone && one.name.startsWith(`PJSIP/${extension}-`));
  const endpointOf = (extension: string) => ({
    technology: 'PJSIP',
    resource: extension,
    state: phones.get(extension) ? 'online' : 'offline',
    channel_ids: legsOn(extension).map(({ id }) => id),
  });

  const emit = (app: App, name: string, event: Readonly<Record<string, unknown>>) => {
    const type = String(event.type);
    if (app.allowed.length > 0 && !app.allowed.includes(type)) return;
    const text = JSON.stringify({ ...event, application: name, timestamp: new Date(clock.now()).toISOString() });
    const fault = faults.take(`frame:${type}`);
    if (fault?.kind === 'swallow') return;
    app.socket?.send(fault?.kind === 'replace' ? fault.text : text);
    if (fault?.kind === 'twice') app.socket?.send(text);
    if (fault?.kind === 'cut') app.socket?.cut();
  };
  const announce = (one: SimLegs, event: Readonly<Record<string, unknown>>) => {
    for (const [name, app] of apps) {
      const extension = /^PJSIP\/([^-]+)-/.exec(one.name)?.[1] ?? '';
      const isWanted = app.sources.has(`channel:${one.id}`) || app.sources.has(`endpoint:PJSIP/${extension}`);
      if (isWanted || variants.foreignEvents) emit(app, name, event);
    }
  };
  const announceEndpoint = (extension: string) => {
    for (const [name, app] of apps) {
      if (app.sources.has(`endpoint:PJSIP/${extension}`)) {
        emit(app, name, { type: 'EndpointStateChange', endpoint: endpointOf(extension) });
      }
    }
  };
  const tell = (one: SimLegs) => {
    const extension = one.call.agent;
    const wasNew = one.told === 'none';
    const wasGone = one.isGone;
    if (wasNew) announceEndpoint(extension);
    for (const event of eventsOf(one, variants)) announce(one, event);
    if (one.isGone && !wasGone) announceEndpoint(extension);
    // The agent's leg is over, and with it the call.
    if (one.isGone && !one.isReplaced && one.call.phase !== 'ended') engine.end(one.call, 'cancelled', 'system');
  };
  engine.onChange((call) => {
    const one = legsOf(call);
    if (one) tell(one);
  });

  const follow = (call: SimCall, kind: SimLegs['kind'], more: Partial<SimLegs> = {}): SimLegs => {
    count += 1;
    const hex = String(count).padStart(8, '0');
    const one: SimLegs = {
      call,
      kind,
      id: `1767225600.${count * 2}`,
      name: `PJSIP/${call.agent}-${hex}`,
      farId: `1767225600.${count * 2 + 1}`,
      farName: `PJSIP/trunk-${hex}`,
      context: CONTEXT,
      extension: call.number,
      isInDialplan: true,
      callerNumber: call.agent,
      connected: { name: call.name ?? '', number: call.number },
      isReplaced: false,
      told: 'none',
      isAnswered: false,
      isGone: false,
      ...more,
    };
    legs.set(one.id, one);
    return one;
  };

  const originate = (request: SimRequest, id: string): SimAnswer => {
    const query = request.url.searchParams;
    const [endpoint, number] = [query.get('endpoint') ?? '', query.get('extension') ?? ''];
    if (endpoint === '') return refuse(400, 'Endpoint must be specified');
    if (id === '') journal.violation('a leg without an id of our own');
    if (!/^[0-9+*#]+$/.test(number)) journal.violation(`dials what no dialplan should see: ${number}`);
    if (legs.has(id) && !legs.get(id)?.isGone) return refuse(409, 'Channel with given unique ID already exists');
    const [, technology = '', extension = '', options = ''] =
      /^(PJSIP|Local)\/(\w+)(?:@[\w-]+)?((?:\/\w+)?)$/.exec(endpoint) ?? [];
    const isRegistered = phones.get(extension);
    const isDead = technology === 'PJSIP' && !isRegistered;
    if (isRegistered === undefined || (isDead && variants.offlinePhone === 'no-leg')) return failedToMake();
    const variables = (parse(request.body)?.variables ?? {}) as Readonly<Record<string, string>>;
    const [, name = '', shown = ''] = /^(?:"([^"]*)" <)?([^<>]*)>?$/.exec(query.get('callerId') ?? '') ?? [];
    const seenBy = { number: variables['CALLERID(num)'] ?? shown, name: variables['CALLERID(name)'] ?? name };
    places.push({ at: clock.now(), channelId: id, endpoint, number, callerId: query.get('callerId') ?? '', seenBy });

    const make = () => {
      engine.settings.agentRegistered = !isDead;
      // The engine announces a call while it makes it, before the legs are known: told at once below.
      const call = engine.place({ tenant: '', agent: extension, number });
      const one = follow(call, 'originated', {
        id,
        ...(technology === 'Local' ? { name: `Local/${extension}@${CONTEXT}-0000000${count};1` } : {}),
        context: query.get('context') ?? 'default',
        isInDialplan: query.get('context') === CONTEXT,
        callerNumber: seenBy.number,
        connected: { name, number: shown },
        isReplaced: technology === 'Local' && !options.includes('n'),
      });
      return one;
    };
    const one = make();
    const answer = { ...channelOf(one), state: 'Down' };
    if (variants.order === 'events-first' && technology === 'PJSIP') tell(one);
    else setTimeout(() => tell(one), 20);
    return json(answer);
  };

  const removeChannel = (request: SimRequest, id: string): SimAnswer => {
    const one = legs.get(id);
    const reason = request.url.searchParams.get('reason') ?? 'normal';
    if (!one || one.isGone) return refuse(404, 'Channel not found');
    if (!['normal', 'busy', 'no_answer'].includes(reason)) return refuse(400, 'Invalid Reason');
    if (one.call.agent !== '2040') journal.violation(`hangs up a colleague's leg: ${id}`);
    engine.end(one.call, one.call.talkingSince === undefined ? 'cancelled' : 'completed', 'api');
    return { status: 204 };
  };

  const application = (request: SimRequest, name: string, action: string): SimAnswer => {
    const app = apps.get(name);
    if (action === 'eventFilter' && !variants.eventFilter) return refuse(404, 'Resource not found');
    if (!app) return refuse(404, 'Application not found');
    if (action === 'eventFilter' && request.method === 'PUT') {
      const allowed: unknown = parse(request.body)?.allowed;
      app.allowed = Array.isArray(allowed) ? allowed.map((one: { readonly type?: string }) => String(one.type)) : [];
      return json({ name });
    }
    if (action !== 'subscription' || request.method !== 'POST') return refuse(405, 'Invalid method');
    const source = request.url.searchParams.get('eventSource') ?? '';
    if (source === '') return refuse(400, 'eventSource must be specified');
    const [, kind = '', what = ''] = /^(\w+):(.*)$/.exec(source) ?? [];
    const exists =
      kind === 'endpoint'
        ? phones.has(what.replace(/^PJSIP\//, ''))
        : kind === 'channel' && legs.get(what)?.isGone === false;
    if (!exists) return refuse(422, 'Event source does not exist');
    app.sources.add(source);
    return json({ name, channel_ids: [], endpoint_ids: [...app.sources] });
  };

  const route = (request: SimRequest): SimAnswer => {
    const parts = request.url.pathname.split('/').slice(1).map(decodeURIComponent);
    if (parts[0] !== 'ari')
      return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>Not Found</html>' };
    if (request.url.pathname.endsWith('/')) return refuse(404, 'ARI URLs do not end with a slash');
    if (request.url.searchParams.has('api_key')) journal.violation('password in the address of a request');
    const isReader = isUser(request, reader);
    if (!isReader && !isUser(request, login)) {
      return {
        ...refuse(401, 'Authentication required'),
        headers: { 'www-authenticate': 'Basic realm="Asterisk REST Interface"' },
      };
    }
    const { method } = request;
    if (isReader && method !== 'GET') return refuse(403, 'Write access denied');
    const [, area, first = '', second = ''] = parts;
    switch (area) {
      case 'asterisk':
        return first === 'info'
          ? json({ status: { startup_time: '2026-01-01T00:00:00.000+0000' } })
          : refuse(404, 'Resource not found');
      case 'endpoints':
        return first === 'PJSIP' && phones.has(second) ? json(endpointOf(second)) : refuse(404, 'Endpoint not found');
      case 'bridges':
        return json(bridges());
      case 'applications':
        return application(request, first, second);
      case 'events': {
        const app = apps.get(request.url.searchParams.get('application') ?? '');
        if (method !== 'POST' || first !== 'user') return refuse(404, 'Resource not found');
        if (!app) return refuse(404, 'Application not found');
        emit(app, request.url.searchParams.get('application') ?? '', {
          type: 'ChannelUserevent',
          eventname: second,
          userevent: {},
        });
        return { status: 204 };
      }
      case 'channels': {
        if (method === 'POST') return originate(request, first);
        const one = legs.get(first);
        if (first === '') journal.violation('asks for the calls of everybody');
        if (method === 'DELETE') return removeChannel(request, first);
        return one && !one.isGone ? json(channelOf(one)) : refuse(404, 'Channel not found');
      }
      default:
        return refuse(404, 'Resource not found');
    }
  };
  const bridges = () => [
    { id: 'b-holding', bridge_type: 'holding', channels: ['1767225600.9999'] },
    ...[...legs.values()]
      .filter(({ call, isGone }) => !isGone && (call.phase === 'talking' || call.phase === 'held'))
      .map((one) => ({ id: `b-${one.id}`, bridge_type: 'mixing', channels: [one.id, one.farId] })),
  ];

  const sockets: SimSockets<Owner> = new SimSockets<Owner>({
    clock,
    journal,
    faults,
    idleCloseMs: () => NEVER_MS,
    pointOf: () => 'frame',
    opened(socket) {
      const { app: name } = socket.who;
      const before = apps.get(name);
      const app = before ?? { socket: undefined, sources: new Set<string>(), allowed: [] };
      if (before?.socket && sockets.list().includes(before.socket)) {
        before.socket.send(JSON.stringify({ type: 'ApplicationReplaced', application: name }));
      }
      app.socket = socket;
      apps.set(name, app);
    },
    // What a client sends is ignored (16; later versions take REST requests here).
    message: () => undefined,
  });

  const upgrade = (message: IncomingMessage, raw: Duplex, head: Buffer) => {
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const entry = journal.request({
      method: 'GET',
      path: url.pathname + url.search,
      headers: flatHeaders(message),
      body: '',
    });
    const fault = faults.take('socket');
    const app = url.searchParams.get('app') ?? '';
    const isLogin = url.searchParams.get('api_key') === `${login.user}:${login.password}`;
    const isReader = url.searchParams.get('api_key') === `${reader.user}:${reader.password}`;
    const status =
      fault?.kind === 'refuse'
        ? fault.status
        : url.pathname !== '/ari/events'
          ? 404
          : !isLogin && !isReader
            ? 401
            : app === ''
              ? 400
              : 101;
    if (url.searchParams.has('subscribeAll')) journal.violation('asks for the events of everybody');
    journal.answered(entry, status, '');
    if (status !== 101) return sockets.refuse(raw, status);
    sockets.accept(message, raw, head, { app, extension: '2040' }, fault);
  };

  const host: Host = await startHost({
    clock,
    journal,
    faults,
    tls: options.tls ?? false,
    port: options.port ?? 0,
    pointOf: ({ method, url }) => {
      const [, , area = '', , action = ''] = url.pathname.split('/');
      if (area === 'channels') return method === 'POST' ? 'originate' : method === 'DELETE' ? 'hang-up' : 'channel';
      return area === 'applications' ? action : area === 'events' ? 'beat' : area;
    },
    handle: (request) =>
      isControlPath(request.url.pathname) ? serveControl(simulator, request, ARI_VARIANT_VALUES) : route(request),
    isControl: isControlPath,
    upgrade,
  });

  const newest = (matches: (call: SimCall) => boolean) => engine.live().filter(matches).at(-1);
  const simulator: AriSimulator = {
    origin: host.origin,
    tenant: '',
    login,
    reader,
    users: [...phones.keys()].map((extension) => ({ extension, tenant: '', name: extension })),
    variants,
    engine,
    faults,
    journal,
    clock,
    violations: journal.violations,
    places: () => places,
    calls: () => engine.calls(),
    sockets: () => sockets.list(),
    apps: () => [...apps].filter(([, app]) => app.socket && sockets.list().includes(app.socket)).map(([name]) => name),
    phone: (extension) =>
      phoneOf(engine, (id) => (id === undefined ? newest((call) => call.agent === extension) : engine.find(id))),
    farEnd: (callId) => farEndOf(engine, () => (callId === undefined ? newest(() => true) : engine.find(callId))),
    incoming(extension, from, name) {
      const call = engine.incoming({
        tenant: '',
        agent: extension,
        number: from,
        ...(name === undefined ? {} : { name }),
      });
      tell(follow(call, 'called'));
      return call;
    },
    colleagueCalls(extension, number) {
      const call = engine.place({ tenant: '', agent: extension, number });
      tell(follow(call, 'originated'));
      return call;
    },
    deskCalls(extension, number) {
      const call = engine.place({ tenant: '', agent: extension, number });
      tell(follow(call, 'desk'));
      engine.agentAnswers(call);
      return call;
    },
    channelId: (call) => legsOf(call)?.id ?? '',
    broadcast(frame) {
      for (const socket of sockets.list()) socket.send(frame);
    },
    dropSockets: (code) => sockets.drop(code),
    halfOpen: () => sockets.halfOpen(),
    expireSessions: () => undefined,
    changePassword(_extension, password) {
      login.password = password;
      journal.addSecret(password);
    },
    setUser(extension, { registered }) {
      if (registered === undefined || !phones.has(extension)) return;
      phones.set(extension, registered);
      announceEndpoint(extension);
    },
    reset() {
      engine.reset();
      faults.clear();
      journal.clear();
      legs.clear();
      places.length = 0;
    },
    async close() {
      engine.reset();
      sockets.close();
      await host.close();
    },
  };
  return simulator;
}

function isUser(
  request: SimRequest,
  { user, password }: { readonly user: string; readonly password: string },
): boolean {
  return request.headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function json(value: unknown): SimAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function refuse(status: number, message: string): SimAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

/** Not `message` but `error`, whatever the cause (phone not signed in, no such endpoint): as measured. */
function failedToMake(): SimAnswer {
  return { status: 500, headers: { 'content-type': 'application/json' }, body: '{"error":"Allocation failed"}' };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The rows of the matrix. */
export const MATRIX: readonly MatrixSystem[] = [
  {
    name: 'Asterisk',
    ...FOLLOWS,
    limitPoint: 'originate',
    lost: lostAt('originate'),
    renewsLogin: false,
    async start(clock) {
      const pbx = await startAri(clock ? { clock } : {});
      const { user, password } = pbx.login;
      return {
        ...common(pbx),
        account: {
          vendor: 'asterisk-ari',
          values: { server: pbx.origin, user, password, endpoint: 'PJSIP/2040', context: 'agents' },
        },
        phone: () => pbx.phone('2040'),
      };
    },
  },
];
