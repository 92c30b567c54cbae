import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { common, FOLLOWS, lostAt, type MatrixPbx, type MatrixSystem, PLACES } from '../matrix/system.ts';
import { CallEngine, type EngineSettings, type SimCall } from './call-engine.ts';
import { realClock, type SimClock } from './clock.ts';
import { isControlPath, serveControl } from './control-api.ts';
import { Faults } from './faults.ts';
import { flatHeaders, type Host, type SimAnswer, type SimRequest, startHost } from './http-host.ts';
import { Journal } from './journal.ts';
import { type FarEnd, farEndOf, type Phone, phoneOf } from './phones.ts';
import { type SimSocket, SimSockets } from './sim-sockets.ts';

/** The many ways in which systems with a web interface take and answer a request. The first value named is the default. */
export interface TemplateVariants {
  /** How the client has to show who it is. */
  auth: 'bearer' | 'basic' | 'challenge' | 'header' | 'query' | 'cookie' | 'none';
  /** How a placed call is answered. */
  answer: 'json' | 'number id' | 'no id' | 'text' | '204' | 'page with +OK' | 'page with -ERR' | 'json says no';
  /** How the status of a call that is over is told: not found, or by a word. */
  gone: 'not found' | 'word';
  /** Whether the event socket answers a keepalive. */
  pong: boolean;
}

export const DEFAULT_TEMPLATE_VARIANTS: TemplateVariants = {
  auth: 'bearer',
  answer: 'json',
  gone: 'not found',
  pong: true,
};

/** Every value a switch can take, for tests that try them all and for the page. */
export const TEMPLATE_VARIANT_VALUES: { readonly [K in keyof TemplateVariants]: readonly TemplateVariants[K][] } = {
  auth: ['bearer', 'basic', 'challenge', 'header', 'query', 'cookie', 'none'],
  answer: ['json', 'number id', 'no id', 'text', '204', 'page with +OK', 'page with -ERR', 'json says no'],
  gone: ['not found', 'word'],
  pong: [true, false],
};

export interface TemplateOptions {
  readonly clock?: SimClock;
  readonly tls?: boolean;
  readonly port?: number;
  readonly variants?: Partial<TemplateVariants>;
  readonly engine?: Partial<EngineSettings>;
}

/** One request to place a call, as it came. */
export interface TemplatePlace {
  readonly at: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly number: string;
}

/** A pretended system with a web interface: `/dial`, `/hangup/<id>`, `/status/<id>`, and events at `/events`. */
export interface TemplateSimulator {
  readonly origin: string;
  readonly tenant: string;
  readonly user: string;
  readonly secret: string;
  readonly users: readonly { readonly extension: string; readonly tenant: string; readonly name: string }[];
  readonly variants: TemplateVariants;
  readonly engine: CallEngine;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimClock;
  readonly violations: readonly string[];
  places(): readonly TemplatePlace[];
  calls(): readonly SimCall[];
  sockets(): readonly SimSocket<{ readonly extension: string }>[];
  phone(extension: string): Phone;
  farEnd(callId?: string): FarEnd;
  incoming(extension: string, from: string, name?: string): SimCall;
  broadcast(frame: string | Buffer): void;
  dropSockets(code?: number): void;
  /** From now on nothing is answered any more, by request or socket. */
  halfOpen(): void;
  expireSessions(): void;
  reset(): void;
  close(): Promise<void>;
}

/** Starts the simulator on a loopback port. Its only extension is 30. */
export async function startTemplate(options: TemplateOptions = {}): Promise<TemplateSimulator> {
  const clock = options.clock ?? realClock();
  const variants: TemplateVariants = { ...DEFAULT_TEMPLATE_VARIANTS, ...options.variants };
  const journal = new Journal(clock);
  const faults = new Faults();
  const engine = new CallEngine(clock, options.engine);
  const [user, secret] = ['ann', 't3mplate-s3cret'];
  journal.addSecret(secret);
  const places: TemplatePlace[] = [];
  let isSilent = false;
  let isKnown = true;

  const idOf = (call: SimCall) => String(7000 + Number(call.id.replace('call-', '')));
  const wordOf = (call: SimCall) => (call.phase === 'ended' ? `over-${call.cause ?? 'completed'}` : call.phase);
  const isLogin = ({ headers, url }: SimRequest): boolean => {
    if (!isKnown) return false;
    const basic = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
    switch (variants.auth) {
      case 'bearer':
        return headers.authorization === `Bearer ${secret}`;
      case 'basic':
      case 'challenge':
        return headers.authorization === basic;
      case 'header':
        return headers['x-key'] === secret;
      case 'query':
        return url.searchParams.get('key') === secret;
      case 'cookie':
        return /(?:^|; )portal=in(?:;|$)/.test(headers.cookie ?? '');
      case 'none':
        return true;
    }
  };

  const place = (request: SimRequest): SimAnswer => {
    const fields = fieldsOf(request);
    const number = fields.number ?? '';
    const path = journal.hide(request.url.pathname + request.url.search);
    places.push({
      at: clock.now(),
      method: request.method,
      path,
      headers: request.headers,
      body: request.body,
      number,
    });
    if (!/^[0-9+*#]+$/.test(number)) journal.violation(`a number no phone system takes: ${number}`);
    if (variants.answer === 'json says no') return json({ success: false });
    if (variants.answer === 'page with -ERR') return page('-ERR USER_BUSY');
    const call = engine.place({ tenant: '', agent: '30', number });
    switch (variants.answer) {
      case 'json':
        return json({ success: true, call: { id: idOf(call) } });
      case 'number id':
        return json({ success: true, call: { id: Number(idOf(call)) } });
      case 'no id':
        return json({ success: true });
      case 'text':
        return { status: 200, headers: { 'content-type': 'text/plain' }, body: `OK ${idOf(call)}` };
      case '204':
        return { status: 204 };
      case 'page with +OK':
        return page(`+OK ${idOf(call)}`);
    }
  };

  const route = (request: SimRequest): SimAnswer => {
    if (!isLogin(request)) {
      const challenge = variants.auth === 'challenge' || variants.auth === 'basic';
      return { status: 401, headers: challenge ? { 'www-authenticate': 'Basic realm="PBX"' } : {}, body: '' };
    }
    const [, what, id = ''] = request.url.pathname.split('/');
    const call = engine.calls().find((one) => idOf(one) === id);
    switch (what) {
      case 'dial':
        return place(request);
      case 'hangup':
        if (!call) journal.violation(`hangs up what never was: ${id}`);
        return call && engine.end(call, call.talkingSince === undefined ? 'cancelled' : 'completed', 'api')
          ? json({})
          : { status: 404 };
      case 'status':
        if (!call || (call.phase === 'ended' && variants.gone === 'not found')) return { status: 404 };
        return json({ call: { state: wordOf(call) } });
      default:
        return { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>Not Found</html>' };
    }
  };

  const sockets: SimSockets<{ readonly extension: string }> = new SimSockets({
    clock,
    journal,
    faults,
    idleCloseMs: () => 60_000,
    pointOf: () => 'frame:in',
    opened: () => undefined,
    message(socket, frame) {
      if (frame === '{"ping":1}' && variants.pong) socket.send('{"pong":1}');
      else if (frame !== '{"ping":1}' && !frame.includes('"subscribe"')) journal.violation(`unknown frame: ${frame}`);
    },
  });
  engine.onChange((call) => {
    for (const socket of sockets.list()) {
      socket.send(JSON.stringify({ event: { call: idOf(call), state: wordOf(call) } }));
    }
  });

  const upgrade = (message: IncomingMessage, raw: Duplex, head: Buffer) => {
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const headers = flatHeaders(message);
    const entry = journal.request({ method: 'GET', path: url.pathname + url.search, headers, body: '' });
    const fault = faults.take('socket');
    const isSubprotocol = headers['sec-websocket-protocol'] === 'events.v1';
    const isGood = url.pathname === '/events' && url.searchParams.get('extension') === '30' && isSubprotocol;
    const status = fault?.kind === 'refuse' ? fault.status : isGood ? 101 : 400;
    journal.answered(entry, status, '');
    if (status !== 101) return sockets.refuse(raw, status);
    sockets.accept(message, raw, head, { extension: '30' }, fault);
  };

  const host: Host = await startHost({
    clock,
    journal,
    faults,
    tls: options.tls ?? false,
    port: options.port ?? 0,
    pointOf: ({ url }) => url.pathname.split('/')[1] ?? '',
    handle: (request) => {
      if (isControlPath(request.url.pathname)) return serveControl(simulator, request, TEMPLATE_VARIANT_VALUES);
      return isSilent ? new Promise<SimAnswer>(() => undefined) : route(request);
    },
    isControl: isControlPath,
    upgrade,
  });

  const newest = (matches: (call: SimCall) => boolean) => engine.live().filter(matches).at(-1);
  const simulator: TemplateSimulator = {
    origin: host.origin,
    tenant: '',
    user,
    secret,
    users: [{ extension: '30', tenant: '', name: 'Ann' }],
    variants,
    engine,
    faults,
    journal,
    clock,
    violations: journal.violations,
    places: () => places,
    calls: () => engine.calls(),
    sockets: () => sockets.list(),
    phone: (extension) =>
      phoneOf(engine, (id) => (id === undefined ? newest((call) => call.agent === extension) : engine.find(id))),
    farEnd: (callId) => farEndOf(engine, () => (callId === undefined ? newest(() => true) : engine.find(callId))),
    incoming: (extension, from, name) =>
      engine.incoming({ tenant: '', agent: extension, number: from, ...(name === undefined ? {} : { name }) }),
    broadcast(frame) {
      for (const socket of sockets.list()) socket.send(frame);
    },
    dropSockets: (code) => sockets.drop(code),
    halfOpen() {
      isSilent = true;
      sockets.halfOpen();
    },
    expireSessions() {
      isKnown = false;
    },
    reset() {
      engine.reset();
      faults.clear();
      journal.clear();
      places.length = 0;
      isSilent = false;
      isKnown = true;
    },
    async close() {
      engine.reset();
      sockets.close();
      await host.close();
    },
  };
  return simulator;
}

/** What was sent, wherever it stood: address, form or JSON. */
function fieldsOf({ url, headers, body }: SimRequest): Readonly<Record<string, string>> {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body));
  if (!type.startsWith('application/json')) return Object.fromEntries(url.searchParams);
  try {
    return JSON.parse(body) as Record<string, string>;
  } catch {
    return {};
  }
}

function json(value: unknown): SimAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function page(words: string): SimAnswer {
  return { status: 200, headers: { 'content-type': 'text/html' }, body: `<!doctype html><title>Call</title>${words}` };
}

/** The rows of the matrix. */
export const MATRIX: readonly MatrixSystem[] = [
  {
    name: 'A template that polls',
    ...FOLLOWS,
    tellsCause: false,
    limitPoint: 'dial',
    lost: lostAt('dial'),
    renewsLogin: false,
    start: (clock) => templateAt(clock, true),
  },
  {
    name: 'A template that places',
    ...PLACES,
    limitPoint: 'dial',
    lost: lostAt('dial'),
    renewsLogin: false,
    start: (clock) => templateAt(clock, false),
  },
];

async function templateAt(clock: SimClock | undefined, polls: boolean): Promise<MatrixPbx> {
  const pbx = await startTemplate(clock ? { clock } : {});
  const profile = {
    name: 'Simulated system',
    allowedOrigin: pbx.origin,
    auth: 'bearer',
    place: {
      method: 'POST',
      url: `${pbx.origin}/dial`,
      body: { json: { number: '{number}' } },
      successMatch: { path: 'success', equals: true },
      callIdPath: 'call.id',
    },
    ...(polls
      ? {
          hangup: { method: 'POST', url: `${pbx.origin}/hangup/{callId}` },
          status: {
            url: `${pbx.origin}/status/{callId}`,
            intervalMs: 1000,
            statePath: 'call.state',
            stateMap: TEMPLATE_STATES,
            goneStatus: 404,
          },
        }
      : {}),
  };
  return {
    ...common(pbx),
    account: {
      vendor: 'http-template',
      values: { profile: JSON.stringify(profile), extension: '30', user: pbx.user, secret: pbx.secret },
    },
    phone: () => pbx.phone('30'),
  };
}

const TEMPLATE_STATES = {
  'agent-ringing': 'dialing',
  'far-end-dialling': 'ringing',
  'far-end-ringing': 'ringing',
  talking: 'connected',
  held: 'held',
};
