import { randomUUID } from 'node:crypto';
import { CallEngine, type EngineSettings, type SimCall } from './call-engine.ts';
import { realClock, type SimClock } from './clock.ts';
import { isControlPath, serveControl } from './control-api.ts';
import { Faults } from './faults.ts';
import { type Host, type SimAnswer, type SimRequest, startHost } from './http-host.ts';
import { Journal } from './journal.ts';
import { type FarEnd, farEndOf, type Phone, phoneOf } from './phones.ts';
import { WEBHOOK_DELIVERIES, type WebhookDelivery, Webhooks } from './webhooks.ts';

/**
 * Where the documents about Call Control v3 are silent, both readings are a switch. The first value named is the default.
 */
export interface V3Variants {
  /** Status and body of a command that was taken. */
  success: '200 json' | '200 empty' | '202 empty' | '204';
  /** Answer to a hang-up of a leg that does not live. */
  goneLeg: 403 | 404;
  /** Which way the agent's own leg counts in a click-to-dial. */
  ownDirection: 'out' | 'in';
  /** How the far end's number stands in events. */
  numberForm: 'same' | 'digits' | 'national';
  /** What a `GET` at the address gets: the login is looked at first (401, else 405), or the method is, or there is nothing. */
  probe: 'login-first' | 'method-first' | 'nothing';
  /** Key of the words in a refusal. */
  errorKey: 'message' | 'detail' | 'error' | 'none';
  /** How the events come. */
  delivery: WebhookDelivery;
  /** Events come before the command is answered, or after. */
  order: 'events-first' | 'answer-first';
}

export const DEFAULT_V3_VARIANTS: V3Variants = {
  success: '200 json',
  goneLeg: 403,
  ownDirection: 'out',
  numberForm: 'same',
  probe: 'login-first',
  errorKey: 'message',
  delivery: 'once',
  order: 'events-first',
};

/** Every value a switch can take, for tests that try them all and for the page. */
export const V3_VARIANT_VALUES: { readonly [K in keyof V3Variants]: readonly V3Variants[K][] } = {
  success: ['200 json', '200 empty', '202 empty', '204'],
  goneLeg: [403, 404],
  ownDirection: ['out', 'in'],
  numberForm: ['same', 'digits', 'national'],
  probe: ['login-first', 'method-first', 'nothing'],
  errorKey: ['message', 'detail', 'error', 'none'],
  delivery: WEBHOOK_DELIVERIES,
  order: ['events-first', 'answer-first'],
};

export interface V3Options {
  readonly clock?: SimClock;
  readonly tls?: boolean;
  readonly port?: number;
  readonly variants?: Partial<V3Variants>;
  readonly engine?: Partial<EngineSettings>;
}

/** A pretended Call Control v3, with the events it sends to a server of the company. */
export interface V3Simulator {
  readonly origin: string;
  readonly tenant: string;
  readonly token: string;
  /** The refresh token that `/token` takes next; each is good once. Not part of what is documented. */
  readonly refreshToken: string;
  /** The company's server: set its address, with its key. */
  readonly webhooks: Webhooks;
  readonly users: readonly { readonly extension: string; readonly tenant: string; readonly name: string }[];
  readonly variants: V3Variants;
  readonly engine: CallEngine;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimClock;
  readonly violations: readonly string[];
  places(): readonly { readonly at: number; readonly extension: string; readonly number: string }[];
  calls(): readonly SimCall[];
  sockets(): readonly never[];
  phone(extension: string): Phone;
  farEnd(callId?: string): FarEnd;
  incoming(extension: string, from: string, name?: string): SimCall;
  colleagueCalls(extension: string, number: string): SimCall;
  /** The agent's leg of a call. */
  legId(call: SimCall): string;
  /** Sends this as a webhook. */
  broadcast(body: string): void;
  dropSockets(): void;
  halfOpen(): void;
  expireSessions(): void;
  reset(): void;
  close(): Promise<void>;
}

type V3State = 'RINGING' | 'ACTIVE' | 'HELD' | 'HANGUP';

const PATH = '/v3/call_control/';
/** Invented: where refresh tokens are exchanged is not documented. */
const TOKEN_PATH = '/oauth/token';

/** Starts the simulator on a loopback port. The login's own extension is 210; 200 and 211 are colleagues. */
export async function startV3(options: V3Options = {}): Promise<V3Simulator> {
  const clock = options.clock ?? realClock();
  const variants: V3Variants = { ...DEFAULT_V3_VARIANTS, ...options.variants };
  const journal = new Journal(clock);
  const faults = new Faults();
  const engine = new CallEngine(clock, options.engine);
  const tenant = 'b11d749b-8eb7-4236-a068-3d94ba3860d6';
  let token = 'v3-s3cret-token';
  let refreshToken = 'v3-s3cret-refresh-token';
  const spent = new Set<string>();
  let isTokenGood = true;
  journal.addSecret(token);
  journal.addSecret(refreshToken);
  const users = ['210', '200', '211'].map((extension) => ({ extension, tenant, name: `User ${extension}` }));
  const places: { readonly at: number; readonly extension: string; readonly number: string }[] = [];
  const states = new Map<string, V3State>();
  let micros = 0;

  const legId = (call: SimCall) => `b6b87eb5-04e4-4838-81b6-${call.id.replace('call-', '').padStart(12, '0')}`;
  const stateOf = (call: SimCall): V3State => {
    if (call.phase === 'ended') return 'HANGUP';
    if (call.phase === 'held' && call.heldBy === 'agent') return 'HELD';
    return call.legs.agent.state === 'answered' ? 'ACTIVE' : 'RINGING';
  };
  const written = (number: string) => {
    const digits = number.replace(/\D/g, '');
    if (variants.numberForm === 'same' || digits.length < 7) return number;
    return variants.numberForm === 'digits' ? digits : digits.slice(-10);
  };
  const eventOf = (call: SimCall) => {
    // Later than the one before by at least a microsecond, however close together they are.
    micros = Math.max(micros + 1, clock.now() * 1000);
    const isOut = call.direction === 'outgoing' && variants.ownDirection === 'out';
    const [caller, callee] = isOut ? [call.agent, written(call.number)] : [written(call.number), call.agent];
    return {
      tenant_id: call.tenant,
      user_extension: call.agent,
      id: legId(call),
      direction: isOut ? 'out' : 'in',
      state: stateOf(call),
      caller_number: caller,
      caller_name: caller === call.agent ? `User ${call.agent}` : (call.name ?? caller),
      callee_number: callee,
      callee_name: callee,
      timestamp: String(micros),
    };
  };
  const webhooks = new Webhooks({ clock, faults, delivery: () => variants.delivery, headers: () => ({}) });
  const tell = (call: SimCall) => {
    const state = stateOf(call);
    if (states.get(call.id) === state) return;
    states.set(call.id, state);
    const frame = JSON.stringify(eventOf(call));
    if (variants.order === 'events-first') webhooks.send(frame);
    else setTimeout(() => webhooks.send(frame), 15);
  };
  engine.onChange(tell);

  const refuse = (status: number, words: string): SimAnswer => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: variants.errorKey === 'none' ? '' : JSON.stringify({ [variants.errorKey]: words }),
  });
  const taken = (): SimAnswer => {
    const [status = '200', body] = variants.success.split(' ');
    return body === 'json'
      ? { status: Number(status), headers: { 'content-type': 'application/json' }, body: '{"status":"ok"}' }
      : { status: Number(status) };
  };

  const command = (request: SimRequest): SimAnswer => {
    if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return refuse(415, 'JSON only');
    const body = parse(request.body);
    const user = body?.user as Readonly<Record<string, unknown>> | undefined;
    const payload = body?.payload as Readonly<Record<string, unknown>> | undefined;
    if (!body || typeof user !== 'object' || typeof payload !== 'object') {
      journal.violation(`user and payload must be objects: ${request.body.slice(0, 100)}`);
      return refuse(400, 'user and payload must be objects');
    }
    if (typeof user.user_extension !== 'string') journal.violation('an extension that is no text');
    if (user.tenant_id !== tenant || user.user_extension !== '210') {
      return refuse(403, 'The authenticated user does not own this extension');
    }
    if (body.command === 'click-to-dial') {
      const number = payload.destination;
      if (typeof number !== 'string' || !/^\+?\d+$/.test(number)) {
        journal.violation(`destination that no phone system takes: ${String(number)}`);
        return refuse(422, 'destination is invalid');
      }
      places.push({ at: clock.now(), extension: '210', number });
      engine.place({ tenant, agent: '210', number });
      return taken();
    }
    if (body.command !== 'hangup') return refuse(400, 'unknown command');
    const call = engine.calls().find((one) => legId(one) === payload.call_leg_id);
    if (call?.agent !== '210') journal.violation(`hangs up what is not its own: ${String(payload.call_leg_id)}`);
    if (call?.agent !== '210' || call.phase === 'ended') {
      return refuse(variants.goneLeg, 'The authenticated user is not an active participant');
    }
    engine.end(call, call.talkingSince === undefined ? 'cancelled' : 'completed', 'api');
    return taken();
  };

  /** The token family: a refresh token that comes a second time ends them all, as the usual rules for rotating tokens have it. */
  const refresh = (request: SimRequest): SimAnswer => {
    const form = new URLSearchParams(request.body);
    const given = form.get('refresh_token') ?? '';
    if (form.get('grant_type') !== 'refresh_token' || given !== refreshToken || !isTokenGood) {
      if (spent.has(given)) {
        isTokenGood = false;
        journal.violation('a refresh token was used twice');
      }
      return json({ error: 'invalid_grant' }, 400);
    }
    spent.add(given);
    refreshToken = `v3-refresh-${randomUUID()}`;
    token = `v3-access-${randomUUID()}`;
    for (const secret of [refreshToken, token]) journal.addSecret(secret);
    return json({ access_token: token, refresh_token: refreshToken, expires_in: 300, token_type: 'Bearer' });
  };

  const route = async (request: SimRequest): Promise<SimAnswer> => {
    const path = request.url.pathname;
    if (path === TOKEN_PATH) return refresh(request);
    if (path === PATH.slice(0, -1)) {
      journal.violation('the slash at the end is missing');
      return { status: 301, headers: { location: PATH } };
    }
    if (path !== PATH) return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' };
    const isKnown = isTokenGood && request.headers.authorization === `Bearer ${token}`;
    if (request.method !== 'POST') {
      if (variants.probe === 'nothing') return { status: 404 };
      return variants.probe === 'login-first' && !isKnown
        ? refuse(401, 'Unauthorized')
        : refuse(405, 'Method not allowed');
    }
    const answer = isKnown ? command(request) : refuse(401, 'Unauthorized');
    if (variants.order === 'events-first' && variants.delivery !== 'disordered') await webhooks.settled();
    return answer;
  };

  const host: Host = await startHost({
    clock,
    journal,
    faults,
    tls: options.tls ?? false,
    port: options.port ?? 0,
    pointOf: ({ method, body, url }) =>
      url.pathname === TOKEN_PATH
        ? 'refresh'
        : method !== 'POST'
          ? 'probe'
          : body.includes('"hangup"')
            ? 'hang-up'
            : 'dial',
    handle: (request) =>
      isControlPath(request.url.pathname) ? serveControl(simulator, request, V3_VARIANT_VALUES) : route(request),
    isControl: isControlPath,
  });

  const newest = (matches: (call: SimCall) => boolean) => engine.live().filter(matches).at(-1);
  const simulator: V3Simulator = {
    origin: host.origin,
    tenant,
    get token() {
      return token;
    },
    get refreshToken() {
      return refreshToken;
    },
    webhooks,
    users,
    variants,
    engine,
    faults,
    journal,
    clock,
    violations: journal.violations,
    places: () => places,
    calls: () => engine.calls(),
    sockets: () => [],
    phone: (extension) =>
      phoneOf(engine, (id) => (id === undefined ? newest((call) => call.agent === extension) : engine.find(id))),
    farEnd: (callId) => farEndOf(engine, () => (callId === undefined ? newest(() => true) : engine.find(callId))),
    incoming: (extension, from, name) =>
      engine.incoming({ tenant, agent: extension, number: from, ...(name === undefined ? {} : { name }) }),
    colleagueCalls: (extension, number) => engine.place({ tenant, agent: extension, number }),
    legId,
    broadcast: (body) => webhooks.send(body),
    dropSockets() {},
    halfOpen() {},
    expireSessions() {
      isTokenGood = false;
    },
    reset() {
      engine.reset();
      faults.clear();
      journal.clear();
      states.clear();
      places.length = 0;
      isTokenGood = true;
    },
    async close() {
      engine.reset();
      webhooks.url = '';
      await host.close();
    },
  };
  return simulator;
}

function json(value: unknown, status = 200): SimAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
