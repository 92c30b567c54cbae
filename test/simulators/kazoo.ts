import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { common, FOLLOWS, lostAt, type MatrixPbx, type MatrixSystem } from '../matrix/system.ts';
import { CallEngine, type EngineSettings, type SimCall, type SimCause } from './call-engine.ts';
import { realClock, type SimClock } from './clock.ts';
import { isControlPath, serveControl } from './control-api.ts';
import { Faults } from './faults.ts';
import { flatHeaders, type SimAnswer, type SimRequest, startHost } from './http-host.ts';
import { Journal } from './journal.ts';
import { type FarEnd, farEndOf, type Phone, phoneOf } from './phones.ts';
import { type SimSocket, SimSockets } from './sim-sockets.ts';

/** Where the documents about Kazoo and IP Telecom are silent, both readings are a switch; the first value is the default. */
export interface KazooVariants {
  /** The key of a subscription that this version reads. */
  subscribe: 'both' | 'binding' | 'bindings';
  /** Fields of events: `call_id` under `data`, or `Call-ID` under `args`. */
  spelling: 'flat' | 'args';
  /** Extra legs inside the PBX, one of which claims to be answered. */
  loops: boolean;
  /** Answer to `ping`. */
  ping: 'pong' | 'error';
  /** Whether legs go by the id that the answer to a request named. */
  legIds: 'named' | 'other';
  /** What becomes of a hang-up that was taken. */
  hangUp: 'works' | 'ignored';
  /** What becomes of a transfer that was taken. */
  transfer: 'works' | 'late' | 'ignored';
  /** Who may list live legs: users their own, the account all, or nobody. */
  channels: 'user' | 'account' | 'nobody';
  /** Whether a list of channels shows the leg to the customer. */
  channelsShow: 'both legs' | 'first leg';
  /** Whose token it is may be asked. */
  tokenInfo: boolean;
  /** Whether users may read the endpoint they call with. */
  endpointReadable: boolean;
  /** Whether a named list that is changed by PATCH loses the names it does not say again. */
  patch: 'shallow' | 'deep';
  /** Whether an endpoint that is changed by POST loses what it does not say again. */
  post: 'replaces' | 'merges';
  /** Endpoints in pages of two, or all at once. */
  pages: boolean;
  /** Phones of a user: one, two, or two of which one is switched off. */
  devices: 'one' | 'two' | 'one of two';
  /** Whether the token can renew itself. */
  refresh: boolean;
  /** Legs and events of colleagues come along. */
  noise: boolean;
}

export const DEFAULT_VARIANTS: KazooVariants = {
  subscribe: 'both',
  spelling: 'flat',
  loops: false,
  ping: 'pong',
  legIds: 'named',
  hangUp: 'works',
  transfer: 'works',
  channels: 'user',
  channelsShow: 'both legs',
  tokenInfo: true,
  endpointReadable: true,
  patch: 'shallow',
  post: 'replaces',
  pages: true,
  devices: 'one',
  refresh: true,
  noise: true,
};

/** Every value a switch can take. */
export const VARIANT_VALUES: { readonly [K in keyof KazooVariants]: readonly KazooVariants[K][] } = {
  subscribe: ['both', 'binding', 'bindings'],
  spelling: ['flat', 'args'],
  loops: [false, true],
  ping: ['pong', 'error'],
  legIds: ['named', 'other'],
  hangUp: ['works', 'ignored'],
  transfer: ['works', 'late', 'ignored'],
  channels: ['user', 'account', 'nobody'],
  channelsShow: ['both legs', 'first leg'],
  tokenInfo: [true, false],
  endpointReadable: [true, false],
  patch: ['shallow', 'deep'],
  post: ['replaces', 'merges'],
  pages: [true, false],
  devices: ['one', 'two', 'one of two'],
  refresh: [true, false],
  noise: [true, false],
};

/** A user of the simulated account. `id` is the PBX's. */
export interface KazooUser {
  readonly id: string;
  readonly extension: string;
  readonly tenant: string;
  readonly name: string;
  readonly username: string;
  password: string;
}

type Json = Readonly<Record<string, unknown>>;

export interface KazooOptions {
  readonly clock?: SimClock;
  readonly port?: number;
  readonly variants?: Partial<KazooVariants>;
  readonly engine?: Partial<EngineSettings>;
  /** Life of a token. */
  readonly tokenLifeMs?: number;
}

/** One call that was begun. */
export interface KazooPlace {
  readonly at: number;
  readonly via: 'endpoint' | 'quickcall';
  readonly number: string;
  readonly callId: string;
}

/** A pretended Kazoo account. Proves conformity with the documents and our reading of them, not with a real PBX. */
export interface KazooSimulator {
  /** Values for an account: `server`, `accountId`, `clickToCallId` c2c-ann, `token`, or `username` Ann with password s3cret-ann. */
  readonly origin: string;
  readonly socketUrl: string;
  readonly accountId: string;
  readonly tenant: string;
  readonly users: readonly KazooUser[];
  /** A token of user Ann that somebody else has got. */
  readonly token: string;
  readonly variants: KazooVariants;
  readonly engine: CallEngine;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimClock;
  readonly violations: readonly string[];
  /** Logins by password so far. */
  readonly logins: number;
  /** Click-to-call objects by id; assign to change. */
  readonly endpoints: Map<string, Json>;
  places(): readonly KazooPlace[];
  /** Every transfer that was taken, carried out or not. */
  transfers(): readonly { readonly at: number; readonly callId: string; readonly to: string }[];
  sockets(): readonly SimSocket<KazooUser>[];
  phone(extension: string): Phone;
  farEnd(callId?: string): FarEnd;
  incoming(extension: string, from: string, name?: string): SimCall;
  colleagueCalls(extension: string, number: string): SimCall;
  broadcast(frame: string | Buffer): void;
  dropSockets(code?: number): void;
  halfOpen(): void;
  /** Every token is over. */
  expireSessions(): void;
  changePassword(extension: string, password: string): void;
  reset(): void;
  close(): Promise<void>;
}

/** What the simulator knows of a call besides the engine. */
interface Wire {
  readonly via: KazooPlace['via'];
  /** Ids the answer named; the first is the leg that is picked up. */
  readonly named: readonly string[];
  /** The ids the legs really go by. */
  readonly first: readonly string[];
  readonly second: string;
  readonly loop: string;
  readonly isContactFirst: boolean;
  readonly authorizing: { readonly id: string; readonly type: string };
  readonly ownerId: string;
  seen: SimCall['phase'] | 'none';
  isSecondThere: boolean;
}

/** Longer than a client waits for what it asked for. */
const SHOWN_LATE_MS = 7_000;
const GREGORIAN_TO_UNIX_S = 62_167_219_200;
const SUMMARY_KEYS = ['name', 'extension', 'id'];
const BINDING = 'call.*.*';

/** Starts the simulator on a loopback port; the event socket is on the same one. Close it when done. */
export async function startKazoo(options: KazooOptions = {}): Promise<KazooSimulator> {
  const clock = options.clock ?? realClock();
  const tenant = 'acme';
  const accountId = 'acc0unt1';
  const variants: KazooVariants = { ...DEFAULT_VARIANTS, ...options.variants };
  const journal = new Journal(clock);
  const faults = new Faults();
  const engine = new CallEngine(clock, options.engine);
  const users = [user('ann', '2040', 'Ann Agent'), user('cole', '2041', 'Cole League')];
  const ann = users[0] ?? user('ann', '2040', 'Ann Agent');
  const endpoints = new Map<string, Json>([
    ['c2c-ann', { name: "Ann's button", extension: '2040' }],
    ['c2c-cole', { name: 'Cole', extension: '2041' }],
    ['c2c-contact', { name: 'Customer first', extension: '2040', dial_first: 'contact', timeout: 45 }],
    ['c2c-open', { name: 'Open', extension: '2040', auth_required: false }],
    ['c2c-few', { name: 'Boston only', extension: '2040', whitelist: ['^\\+1617', '^2\\d{3}$'] }],
  ]);
  const tokens = new Map<string, { readonly owner: KazooUser; readonly until: number }>();
  const history = new Map<string, Json[]>();
  const places: KazooPlace[] = [];
  const transfers: { readonly at: number; readonly callId: string; readonly to: string }[] = [];
  const wires = new Map<string, Wire>();
  const subscribed = new Set<number>();
  let logins = 0;
  let pending: Wire | undefined;
  for (const one of users) journal.addSecret(one.password);
  for (const one of users) journal.addSecret(credentialsOf(one));

  const issue = (owner: KazooUser): string => {
    const token = `jwt.${randomBytes(16).toString('hex')}.sig`;
    journal.addSecret(token);
    tokens.set(token, { owner, until: clock.now() + (options.tokenLifeMs ?? 60 * 60_000) });
    return token;
  };
  const token = issue(ann);
  const ownerOf = (given: string): KazooUser | undefined => {
    const entry = tokens.get(given);
    return entry && clock.now() < entry.until ? entry.owner : undefined;
  };

  const sockets: SimSockets<KazooUser> = new SimSockets<KazooUser>({
    clock,
    journal,
    faults,
    idleCloseMs: () => 60 * 60_000,
    pointOf: (frame) => `frame:${String(parse(frame)?.action ?? 'nonsense')}`,
    opened() {},
    message: (socket, text) => answerFrame(socket, parse(text)),
  });

  const answerFrame = (socket: SimSocket<KazooUser>, frame: Json | undefined) => {
    if (!frame) return journal.violation('a frame that is no JSON object');
    const reply = (isGood: boolean, data: Json) =>
      socket.send(
        JSON.stringify({ action: 'reply', request_id: frame.request_id, status: isGood ? 'success' : 'error', data }),
      );
    const owner = ownerOf(String(frame.auth_token ?? ''));
    if (frame.action === 'ping') {
      return variants.ping === 'pong'
        ? reply(true, { response: 'pong' })
        : reply(false, { errors: ['no such action'] });
    }
    if (frame.action !== 'subscribe') return journal.violation(`a frame nobody sends: ${String(frame.action)}`);
    if (!owner) return reply(false, { errors: ['failed to authenticate token'] });
    const data = (frame.data ?? {}) as Json;
    const listed = Array.isArray(data.bindings) ? data.bindings : [];
    const binding =
      variants.subscribe === 'bindings'
        ? listed[0]
        : (data.binding ?? (variants.subscribe === 'both' ? listed[0] : undefined));
    if (data.account_id !== accountId) return reply(false, { errors: ['unauthorized account id'] });
    if (binding !== BINDING) return reply(false, { errors: ['invalid binding'] });
    subscribed.add(socket.id);
    reply(true, { subscribed: [BINDING], subscriptions: [BINDING] });
  };

  /** An event of one leg, to every socket of the account. */
  const emit = (name: string, leg: Json): void => {
    const keyed = variants.spelling === 'flat' ? leg : dashKeys(leg);
    const frame = JSON.stringify(
      variants.spelling === 'flat'
        ? { action: 'event', name, routing_key: `call.${accountId}.${name}`, subscribed_key: BINDING, data: keyed }
        : { name, args: keyed },
    );
    const fault = faults.take('event');
    if (fault?.kind === 'swallow') return;
    for (const socket of sockets.list()) {
      if (!subscribed.has(socket.id)) continue;
      socket.send(fault?.kind === 'replace' ? fault.text : frame);
      if (fault?.kind === 'twice') socket.send(frame);
      if (fault?.kind === 'cut') socket.cut();
    }
  };
  const legOf = (wire: Wire, id: string, otherLeg?: string, more: Json = {}): Json => ({
    call_id: id,
    call_direction: 'outbound',
    ...(otherLeg === undefined ? {} : { other_leg_call_id: otherLeg }),
    custom_channel_vars: {
      account_id: accountId,
      authorizing_id: wire.authorizing.id,
      authorizing_type: wire.authorizing.type,
    },
    ...more,
  });

  engine.onChange((call) => {
    // The engine speaks of a new call before it answers who it is.
    const wire = wires.get(call.id) ?? pending;
    if (!wire) return;
    wires.set(call.id, wire);
    if (variants.noise) colleagueNoise(emit);
    const [picked = '', ...others] = wire.first;
    const before = wire.seen;
    wire.seen = call.phase;
    if (before === 'none') {
      for (const id of wire.first) emit('CHANNEL_CREATE', legOf(wire, id));
      if (variants.loops) {
        emit('CHANNEL_CREATE', legOf(wire, wire.loop, picked));
        emit('CHANNEL_ANSWER', legOf(wire, wire.loop, picked));
        emit('CHANNEL_BRIDGE', legOf(wire, wire.loop, `${wire.loop}-device`));
      }
      if (call.phase !== 'ended') return;
    }
    if (call.legs.agent.state === 'answered' && !wire.isSecondThere) {
      wire.isSecondThere = true;
      for (const id of others) emit('CHANNEL_DESTROY', legOf(wire, id, undefined, { hangup_cause: 'LOSE_RACE' }));
      emit('CHANNEL_ANSWER', legOf(wire, picked));
      emit('CHANNEL_CREATE', legOf(wire, wire.second, picked));
      addHistory(wire, call, { result: 'success', call_id: picked });
    }
    if (call.phase === 'talking' && before === 'held') emit('CHANNEL_UNHOLD', legOf(wire, picked));
    else if (call.phase === 'talking') {
      emit('CHANNEL_ANSWER', legOf(wire, wire.second, picked));
      emit('CHANNEL_BRIDGE', legOf(wire, picked, wire.second));
    }
    if (call.phase === 'held') emit('CHANNEL_HOLD', legOf(wire, picked));
    if (call.phase === 'ended') endLegs(wire, call);
  });
  const endLegs = (wire: Wire, call: SimCall): void => {
    const cause = CAUSES[call.cause ?? 'completed'];
    const [picked = '', ...others] = wire.first;
    if (wire.isSecondThere) emit('CHANNEL_DESTROY', legOf(wire, wire.second, picked, { hangup_cause: cause }));
    else {
      for (const id of others) emit('CHANNEL_DESTROY', legOf(wire, id, undefined, { hangup_cause: cause }));
      if (cause !== 'ORIGINATOR_CANCEL') addHistory(wire, call, { result: 'error', cause });
    }
    if (variants.loops) emit('CHANNEL_DESTROY', legOf(wire, wire.loop, picked, { hangup_cause: 'NORMAL_CLEARING' }));
    const last = wire.isSecondThere && call.talkingSince === undefined ? 'NORMAL_CLEARING' : cause;
    emit('CHANNEL_DESTROY', legOf(wire, picked, undefined, { hangup_cause: last }));
  };
  const addHistory = (wire: Wire, call: SimCall, item: Json): void => {
    if (wire.via !== 'endpoint') return;
    const timestamp = Math.floor(clock.now() / 1000) + GREGORIAN_TO_UNIX_S;
    const items = history.get(wire.authorizing.id) ?? [];
    history.set(wire.authorizing.id, [
      { id: randomBytes(4).toString('hex'), timestamp, contact: call.number, ...item },
      ...items,
    ]);
  };

  const place = (via: KazooPlace['via'], owner: KazooUser, contact: string, c2c?: string): Wire => {
    const object = endpoints.get(c2c ?? '') ?? {};
    const isUserCall = via === 'quickcall';
    const count = isUserCall && variants.devices !== 'one' ? 2 : 1;
    const named = Array.from({ length: count }, () =>
      isUserCall ? `${randomBytes(8).toString('hex')}-quickcall` : `c2c-${c2c}-${randomBytes(3).toString('hex')}`,
    );
    const real = variants.legIds === 'named' ? named : named.map(() => randomBytes(8).toString('hex'));
    const wire: Wire = {
      via,
      named,
      first: variants.devices === 'one of two' && isUserCall ? real.slice(0, 1) : real,
      second: randomBytes(8).toString('hex'),
      loop: randomBytes(8).toString('hex'),
      isContactFirst: object.dial_first === 'contact',
      authorizing: isUserCall ? { id: owner.id, type: 'user' } : { id: c2c ?? '', type: 'clicktocall' },
      ownerId: owner.id,
      seen: 'none',
      isSecondThere: false,
    };
    pending = wire;
    const call = engine.place({ tenant, agent: String(object.extension ?? owner.extension), number: contact });
    pending = undefined;
    places.push({ at: clock.now(), via, number: contact, callId: call.id });
    return wire;
  };

  const connectCall = (request: SimRequest, owner: KazooUser, id: string): SimAnswer => {
    const object = endpoints.get(id);
    if (!object) return refuse(404, 'bad_identifier');
    const contact = request.url.searchParams.get('contact');
    if (contact === null || contact === '') return refuse(400, 'validation error', { contact: { required: {} } });
    if (/\s/.test(contact)) journal.violation(`a contact that was not encoded: "${contact}"`);
    const whitelist = (object.whitelist ?? []) as readonly string[];
    if (whitelist.length > 0 && !whitelist.some((pattern) => new RegExp(pattern).test(contact))) {
      journal.violation(`a contact outside the whitelist: ${contact}`);
      return refuse(400, "Contact doesn't match whitelist");
    }
    const wire = place('endpoint', owner, contact, id);
    const [first, second] = wire.isContactFirst ? [contact, object.extension] : [object.extension, contact];
    const data = {
      application_name: 'transfer',
      application_data: { route: second },
      custom_application_vars: { contact },
      custom_channel_vars: { account_id: accountId, authorizing_id: id, authorizing_type: 'clicktocall' },
      endpoints: [{ invite_format: 'loopback', route: first, to_did: first }],
      outbound_call_id: wire.named[0],
      timeout: object.timeout ?? 30,
    };
    return good(data, { status: 202 });
  };

  const quickcall = (owner: KazooUser, userId: string, number: string): SimAnswer => {
    if (owner.id !== userId) {
      journal.violation(`a quickcall for somebody else: ${userId}`);
      return refuse(403, 'forbidden');
    }
    if (/\s/.test(number)) journal.violation(`a number that was not encoded: "${number}"`);
    const wire = place('quickcall', owner, number);
    const endpoints = wire.named.map((id) => ({
      outbound_call_id: id,
      to_user: owner.extension,
      invite_format: 'username',
    }));
    return good(
      { application_name: 'transfer', application_data: { route: number }, endpoints, timeout: 30 },
      { status: 202 },
    );
  };

  const channels = (owner: KazooUser, only: string | undefined): SimAnswer => {
    const isMine = (wire: Wire) => only === undefined || wire.ownerId === owner.id;
    const live = engine.live().flatMap((call) => {
      const wire = wires.get(call.id);
      return wire && isMine(wire) ? channelsOf(call, wire, variants) : [];
    });
    const others = only === undefined && variants.noise ? [colleagueChannel()] : [];
    return good([...others, ...live]);
  };
  const transfer = (target: unknown, owner: KazooUser, uuid: string, call: SimCall | undefined): SimAnswer => {
    if (typeof target !== 'string' || target === '')
      return refuse(400, 'validation error', { target: { required: {} } });
    const wire = wires.get(call?.id ?? '');
    if (!call || !wire) return refuse(404, 'bad_identifier');
    if (wire.ownerId !== owner.id) journal.violation("a transfer of a colleague's call");
    // The leg that is named hands the other one over.
    if (!wire.first.includes(uuid)) journal.violation('a transfer by a leg that is not the agent’s');
    transfers.push({ at: clock.now(), callId: call.id, to: target });
    if (variants.transfer === 'works') engine.transfer(call, target);
    if (variants.transfer === 'late') clock.after(SHOWN_LATE_MS, () => void engine.transfer(call, target));
    return good({}, { status: 202 });
  };
  const hangUp = (request: SimRequest, owner: KazooUser, uuid: string): SimAnswer => {
    const call = engine.live().find((one) => {
      const wire = wires.get(one.id);
      return wire && [...wire.first, wire.second, wire.loop].includes(uuid);
    });
    if (request.method === 'GET') return call ? good({ uuid, answered: true }) : refuse(404, 'bad_identifier');
    if (uuid === 'colleague-1') journal.violation("a hang-up of a colleague's leg");
    const asked = parse(request.body)?.data as Json | undefined;
    if (asked?.action === 'transfer') return transfer(asked.target, owner, uuid, call);
    if (asked?.action !== 'hangup') return refuse(400, 'invalid data');
    if (!call) return refuse(404, 'bad_identifier');
    if (wires.get(call.id)?.ownerId !== owner.id) journal.violation("a hang-up of a colleague's call");
    if (variants.hangUp === 'works')
      engine.end(call, call.talkingSince === undefined ? 'cancelled' : 'completed', 'api');
    return good({}, { status: 202 });
  };

  const objects = (request: SimRequest, rest: readonly string[]): SimAnswer => {
    const [id, what] = rest;
    const data = parse(request.body)?.data as Json | undefined;
    if (id === undefined && request.method === 'PUT') {
      const wrong = wrongObject(data ?? {});
      if (wrong) return refuse(400, 'validation error', wrong);
      const made = `c2c-${randomBytes(3).toString('hex')}`;
      endpoints.set(made, data ?? {});
      return good({ ...data, id: made }, { status: 201 });
    }
    if (id === undefined)
      return request.method === 'GET' ? listPage(request, endpoints, variants) : refuse(405, 'method not allowed');
    const object = endpoints.get(id);
    if (!object) return refuse(404, 'bad_identifier');
    if (what === 'history') return good(history.get(id) ?? []);
    switch (request.method) {
      case 'GET':
        return variants.endpointReadable ? good({ ...object, id }) : refuse(403, 'forbidden');
      case 'POST':
      case 'PATCH': {
        const isWhole = request.method === 'POST' && variants.post === 'replaces';
        const patch = variants.patch === 'deep' ? mergeDeep : mergeShallow;
        const { id: _own, ...next } = isWhole ? (data ?? {}) : patch(object, data ?? {});
        const wrong = wrongObject(next);
        if (wrong) return refuse(400, 'validation error', wrong);
        endpoints.set(id, next);
        return good({ ...next, id });
      }
      case 'DELETE':
        endpoints.delete(id);
        return good({ ...object, id });
      default:
        return refuse(405, 'method not allowed');
    }
  };

  const login = (request: SimRequest): SimAnswer => {
    const { credentials, account_name: name, method } = (parse(request.body)?.data ?? {}) as Json;
    if (name !== tenant) return refuse(400, 'validation error', { account_name: { not_found: {} } });
    const owner = users.find((one) => method === 'md5' && credentials === credentialsOf(one));
    if (!owner) return refuse(401, 'invalid_credentials', { message: 'invalid credentials' });
    logins += 1;
    return good({ account_id: accountId, owner_id: owner.id, language: 'en-US' }, { status: 201, token: issue(owner) });
  };

  const forUsers = (request: SimRequest, owner: KazooUser, path: readonly string[]): SimAnswer => {
    const [kind, a, b, c] = path;
    if (kind === 'clicktocall')
      return b === 'connect' ? connectCall(request, owner, a ?? '') : objects(request, path.slice(1));
    if (kind === 'users' && b === 'quickcall') {
      const isKnown = request.method === 'GET' || request.method === 'POST';
      return isKnown ? quickcall(owner, a ?? '', c ?? '') : refuse(405, 'method not allowed');
    }
    if (kind === 'users' && b === 'channels') {
      return variants.channels === 'user' && a === owner.id ? channels(owner, a) : refuse(403, 'forbidden');
    }
    if (kind === 'users' && b === undefined) return good({ id: a });
    if (kind !== 'channels') return refuse(404, 'bad_identifier');
    if (variants.channels === 'nobody') return refuse(403, 'forbidden');
    if (a !== undefined) return hangUp(request, owner, a);
    return variants.channels === 'account' ? channels(owner, undefined) : refuse(403, 'forbidden');
  };

  const handle = (request: SimRequest): SimAnswer => {
    if (isControlPath(request.url.pathname)) return serveControl(simulator, request, VARIANT_VALUES);
    const [version, area, account, ...rest] = request.url.pathname.slice(1).split('/').map(decodeURIComponent);
    if (version !== 'v2') return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html></html>' };
    for (const secret of [...tokens.keys(), ...users.map(({ password }) => password)]) {
      if (request.url.href.includes(secret)) journal.violation('a secret in an address');
    }
    if (area === 'user_auth' && request.method === 'PUT') return login(request);
    const given = request.headers['x-auth-token'] ?? '';
    const isOpen =
      area === 'accounts' && rest[2] === 'connect' && endpoints.get(rest[1] ?? '')?.auth_required === false;
    const owner = ownerOf(given) ?? (isOpen ? ann : undefined);
    if (!owner) return refuse(401, 'invalid_credentials', { message: `invalid credentials ${given}` });
    if (isOpen && given !== '') journal.violation('a token where none is needed');
    if (area === 'auth' && account === 'tokeninfo' && variants.tokenInfo) {
      return good({ account_id: accountId, owner_id: owner.id }, { token: given });
    }
    if (area === 'auth' && account === undefined && request.method === 'PUT' && variants.refresh) {
      return parse(request.body)?.action === 'refresh_token'
        ? good({}, { token: issue(owner) })
        : refuse(400, 'invalid data');
    }
    if (area === 'token_auth' && request.method === 'DELETE') {
      tokens.delete(given);
      return good({});
    }
    if (area !== 'accounts') return refuse(404, 'bad_identifier');
    return account === accountId ? forUsers(request, owner, rest) : refuse(403, 'forbidden');
  };

  const upgrade = (message: IncomingMessage, raw: Duplex, head: Buffer) => {
    const headers = flatHeaders(message);
    const entry = journal.request({ method: 'GET', path: message.url ?? '/', headers, body: '' });
    const fault = faults.take('socket');
    const status =
      fault?.kind === 'refuse' ? fault.status : headers['sec-websocket-protocol'] === undefined ? 101 : 400;
    if (status === 400 && fault?.kind !== 'refuse') journal.violation('a handshake with a subprotocol');
    journal.answered(entry, status, '');
    if (status !== 101) return sockets.refuse(raw, status);
    sockets.accept(message, raw, head, ann, fault);
  };

  const host = await startHost({
    clock,
    journal,
    faults,
    port: options.port ?? 0,
    pointOf: ({ method, url }) => pointOf(method, url.pathname),
    handle,
    isControl: isControlPath,
    upgrade,
  });
  const newest = (extension?: string) =>
    engine
      .live()
      .filter((call) => extension === undefined || call.agent === extension)
      .at(-1);
  const isSwapped = (call: SimCall | undefined) => wires.get(call?.id ?? '')?.isContactFirst === true;
  const simulator: KazooSimulator = {
    origin: host.origin,
    socketUrl: `${host.origin.replace(/^http/, 'ws')}/blackhole`,
    accountId,
    tenant,
    users,
    token,
    variants,
    engine,
    faults,
    journal,
    clock,
    violations: journal.violations,
    get logins() {
      return logins;
    },
    endpoints,
    places: () => places,
    transfers: () => transfers,
    sockets: () => sockets.list(),
    // Where the customer comes first, the engine's first phone is the customer's.
    phone: (extension) => {
      const call = newest(extension);
      const far = farEndOf(engine, () => call);
      return isSwapped(call) ? { ...far, press: () => false } : phoneOf(engine, () => call);
    },
    farEnd: (callId) => {
      const call = callId === undefined ? newest() : engine.find(callId);
      const phone = phoneOf(engine, () => call);
      return isSwapped(call) ? { ...phone, busy: () => phone.reject() } : farEndOf(engine, () => call);
    },
    incoming: (extension, from, name) =>
      engine.incoming({ tenant, agent: extension, number: from, ...(name === undefined ? {} : { name }) }),
    colleagueCalls: (extension, number) => engine.place({ tenant, agent: extension, number }),
    broadcast(frame) {
      for (const socket of sockets.list()) socket.send(frame);
    },
    dropSockets: (code) => sockets.drop(code),
    halfOpen() {
      sockets.halfOpen();
      for (const point of ['user_auth', 'identify', 'connect', 'channels', 'hang-up', 'history']) {
        faults.set(point, { kind: 'delay', ms: 3_600_000 }, { always: true });
      }
    },
    expireSessions: () => tokens.clear(),
    changePassword(extension, password) {
      const found = users.find((one) => one.extension === extension);
      if (found) found.password = password;
      journal.addSecret(password);
    },
    reset() {
      engine.reset();
      faults.clear();
      journal.clear();
      places.length = 0;
      transfers.length = 0;
      wires.clear();
      history.clear();
    },
    async close() {
      engine.reset();
      sockets.close();
      await host.close();
    },
  };
  return simulator;

  function user(name: string, extension: string, shown: string): KazooUser {
    return { id: `user-${name}`, extension, tenant, name: shown, username: name, password: `s3cret-${name}` };
  }
}

/** The hash a login sends: the PBX keeps user names in lower case. */
function credentialsOf({ username, password }: KazooUser): string {
  return createHash('md5').update(`${username.toLowerCase()}:${password}`).digest('hex');
}

function pointOf(method: string, path: string): string | undefined {
  if (path === '/v2/user_auth') return 'user_auth';
  if (path === '/v2/auth') return 'refresh';
  if (path === '/v2/auth/tokeninfo') return 'identify';
  if (path === '/v2/token_auth') return 'sign-out';
  if (/\/(connect|quickcall\/[^/]+)$/.test(path)) return 'connect';
  if (/\/channels$/.test(path)) return 'channels';
  if (/\/channels\/[^/]+$/.test(path)) return 'hang-up';
  if (/\/history$/.test(path)) return 'history';
  if (/\/clicktocall$/.test(path)) return 'endpoints';
  return /\/clicktocall\/[^/]+$/.test(path) ? (method === 'GET' ? 'identify' : 'endpoint') : undefined;
}

function mergeShallow(object: Json, data: Json): Json {
  return { ...object, ...data };
}

function mergeDeep(object: Json, data: Json): Json {
  const isObject = (value: unknown): value is Json =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const merged = Object.entries(data).map(([key, value]) => {
    const old = object[key];
    return [key, isObject(value) && isObject(old) ? mergeDeep(old, value) : value] as const;
  });
  return { ...object, ...Object.fromEntries(merged) };
}

/** What breaks the documented limits of a click-to-call object. */
function wrongObject(data: Json): Json | undefined {
  const { name, extension, dial_first: first } = data;
  if (typeof name !== 'string' || name.length < 1 || name.length > 128) return { name: { maxLength: {} } };
  if (typeof extension !== 'string' || extension === '') return { extension: { required: {} } };
  if (first !== undefined && first !== 'extension' && first !== 'contact') return { dial_first: { enum: {} } };
  return undefined;
}

function listPage(request: SimRequest, endpoints: ReadonlyMap<string, Json>, { pages }: KazooVariants): SimAnswer {
  const all = [...endpoints].map(([id, object]) =>
    Object.fromEntries(Object.entries({ ...object, id }).filter(([key]) => SUMMARY_KEYS.includes(key))),
  );
  if (!pages) return good(all, { more: { page_size: all.length } });
  const start = request.url.searchParams.get('start_key');
  const from = start === null ? 0 : Number(Buffer.from(start, 'base64url').toString('utf8'));
  const next = from + 2 < all.length ? { next_start_key: Buffer.from(String(from + 2)).toString('base64url') } : {};
  return good(all.slice(from, from + 2), { more: { page_size: 2, ...next } });
}

function channelsOf(call: SimCall, wire: Wire, variants: KazooVariants): readonly Json[] {
  const isAnswered = call.legs.agent.state === 'answered';
  const isTalking = call.phase === 'talking' || call.phase === 'held';
  const [picked = ''] = wire.first;
  const entry = (uuid: string, answered: boolean, otherLeg?: string): Json => ({
    uuid,
    answered,
    direction: 'outbound',
    destination: call.number,
    authorizing_id: wire.authorizing.id,
    authorizing_type: wire.authorizing.type,
    timestamp: 63_573_977_746,
    ...(otherLeg === undefined ? {} : { other_leg: otherLeg }),
  });
  const ringing = isAnswered ? [picked] : wire.first;
  return [
    ...ringing.map((uuid) => entry(uuid, isAnswered, isTalking ? wire.second : undefined)),
    ...(variants.loops ? [entry(wire.loop, true, picked)] : []),
    ...(isAnswered && variants.channelsShow === 'both legs' ? [entry(wire.second, isTalking, picked)] : []),
  ];
}

function colleagueChannel(): Json {
  return {
    uuid: 'colleague-1',
    answered: true,
    authorizing_id: 'c2c-cole',
    authorizing_type: 'clicktocall',
    other_leg: 'colleague-2',
  };
}

/** A colleague calls the very same people all day long. */
function colleagueNoise(emit: (name: string, leg: Json) => void): void {
  const leg = {
    call_id: 'c2c-c2c-cole-aa11',
    other_leg_call_id: 'colleague-2',
    callee_id_number: '+16175550142',
    custom_channel_vars: { authorizing_id: 'c2c-cole', authorizing_type: 'clicktocall' },
  };
  for (const name of ['CHANNEL_CREATE', 'CHANNEL_ANSWER', 'CHANNEL_BRIDGE', 'CHANNEL_DESTROY']) emit(name, leg);
}

const CAUSES: Readonly<Record<SimCause, string>> = {
  completed: 'NORMAL_CLEARING',
  cancelled: 'ORIGINATOR_CANCEL',
  busy: 'USER_BUSY',
  'no-answer': 'NO_ANSWER',
  'own-phone-no-answer': 'NO_ANSWER',
  'own-phone-rejected': 'CALL_REJECTED',
  'own-phone-unreachable': 'USER_NOT_REGISTERED',
  rejected: 'CALL_REJECTED',
  unallocated: 'UNALLOCATED_NUMBER',
  congestion: 'NORMAL_CIRCUIT_CONGESTION',
};

function good(
  data: unknown,
  { status = 200, token, more = {} }: { readonly status?: number; readonly token?: string; readonly more?: Json } = {},
): SimAnswer {
  const envelope = { data, status: 'success', request_id: randomBytes(4).toString('hex'), version: '4.3.1', ...more };
  return json(status, token === undefined ? envelope : { ...envelope, auth_token: token });
}

function refuse(status: number, message: string, data: Json = {}): SimAnswer {
  return json(status, {
    data,
    status: 'error',
    error: String(status),
    message,
    request_id: randomBytes(4).toString('hex'),
  });
}

function json(status: number, value: unknown): SimAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function dashKeys(object: Json): Json {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key
        .split('_')
        .map((word) => (word === 'id' ? 'ID' : word.charAt(0).toUpperCase() + word.slice(1)))
        .join('-'),
      typeof value === 'object' && value !== null ? dashKeys(value as Json) : value,
    ]),
  );
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** The rows of the matrix. */
export const MATRIX: readonly MatrixSystem[] = [
  {
    name: 'Kazoo by event socket',
    ...FOLLOWS,
    transfers: true,
    limitPoint: 'connect',
    lost: lostAt('connect'),
    renewsLogin: true,
    start: (clock) => kazooAt(clock, true),
  },
  {
    name: 'Kazoo by channels',
    ...FOLLOWS,
    transfers: true,
    tellsCause: false,
    limitPoint: 'connect',
    lost: lostAt('connect'),
    renewsLogin: true,
    start: (clock) => kazooAt(clock, false),
  },
];

async function kazooAt(clock: SimClock | undefined, hasSocket: boolean): Promise<MatrixPbx> {
  const pbx = await startKazoo(clock ? { clock } : {});
  const values = {
    server: pbx.origin,
    username: 'Ann',
    password: 's3cret-ann',
    accountName: 'acme',
    clickToCallId: 'c2c-ann',
    ...(hasSocket ? { socketUrl: pbx.socketUrl } : {}),
  };
  return { ...common(pbx), account: { vendor: 'kazoo', values }, phone: () => pbx.phone('2040') };
}
