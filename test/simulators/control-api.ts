import type { CallEngine, EngineSettings, SimCall } from './call-engine.ts';
import type { SimClock, VirtualClock } from './clock.ts';
import { ANSWERS, type Fault, type Faults, type When } from './faults.ts';
import type { SimAnswer, SimRequest } from './http-host.ts';
import type { Journal } from './journal.ts';
import type { FarEnd, Phone } from './phones.ts';
import { PLAYER_PAGE, PLAYER_SCRIPT, PLAYER_STYLE } from './player-page.ts';

/** What the control API needs of a simulator; every simulated PBX can offer it. */
export interface Controlled {
  readonly origin: string;
  readonly tenant: string;
  readonly helperUrl?: string;
  readonly users: readonly { readonly extension: string; readonly tenant: string; readonly name: string }[];
  readonly variants: object;
  readonly engine: CallEngine;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: SimClock;
  places(): readonly object[];
  sockets(): readonly { readonly id: number; readonly sent: number; readonly who: { readonly extension: string } }[];
  phone(extension: string): Phone;
  farEnd(callId?: string): FarEnd;
  incoming(extension: string, from: string, name?: string): SimCall;
  colleagueCalls?(extension: string, number: string): SimCall;
  broadcast(frame: string): void;
  dropSockets(code?: number): void;
  halfOpen(): void;
  expireSessions(): void;
  changePassword?(extension: string, password: string): void;
  setUser?(extension: string, change: { readonly registered?: boolean; readonly dnd?: boolean }): void;
  reset(): void;
}

/** True for addresses of the control API and the page for people; they are no part of the PBX. */
export function isControlPath(path: string): boolean {
  return path === '/_sim' || path.startsWith('/_sim/');
}

/**
 * Answers `/_sim/…`: the page for people, `GET state` and `GET journal`, and JSON posts that play the phones or change the simulator.
 * Only requests with a JSON content type change anything, which no page of another origin can send without asking first.
 */
export function serveControl(
  simulator: Controlled,
  request: SimRequest,
  variantValues: Readonly<Record<string, readonly unknown[]>>,
): SimAnswer {
  const path = request.url.pathname.slice('/_sim'.length).replace(/^\//, '');
  if (request.method === 'GET') return read(simulator, path, variantValues);
  if (request.method !== 'POST' || !(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return json({ ok: false, why: 'POST with application/json' }, 415);
  }
  const order = parse(request.body);
  if (!order) return json({ ok: false, why: 'not a JSON object' }, 400);
  const done = obey(simulator, path, order);
  if (done === undefined) return json({ ok: false, why: 'no such order' }, 404);
  return json({ ok: done, state: stateOf(simulator, variantValues) });
}

function read(simulator: Controlled, path: string, values: Readonly<Record<string, readonly unknown[]>>): SimAnswer {
  switch (path) {
    case '':
      return asset('text/html', PLAYER_PAGE);
    case 'player.js':
      return asset('text/javascript', PLAYER_SCRIPT);
    case 'player.css':
      return asset('text/css', PLAYER_STYLE);
    case 'state':
      return json(stateOf(simulator, values));
    case 'journal':
      return json(simulator.journal.entries);
    default:
      return { status: 404 };
  }
}

function stateOf(simulator: Controlled, variantValues: Readonly<Record<string, readonly unknown[]>>): object {
  return {
    now: simulator.clock.now(),
    origin: simulator.origin,
    helperUrl: simulator.helperUrl,
    tenant: simulator.tenant,
    users: simulator.users.map(({ extension, tenant, name, ...more }) => ({
      extension,
      tenant,
      name,
      registered: 'registered' in more ? more.registered : true,
      dnd: 'dnd' in more ? more.dnd : false,
    })),
    calls: simulator.engine.calls(),
    places: simulator.places(),
    sockets: simulator.sockets().map(({ id, sent, who }) => ({ id, sent, extension: who.extension })),
    violations: simulator.journal.violations,
    faults: simulator.faults.planned(),
    variants: simulator.variants,
    variantValues,
    engine: simulator.engine.settings,
    answers: Object.keys(ANSWERS),
  };
}

/** Carries out one order: true done, false not possible now, undefined unknown. */
function obey(simulator: Controlled, path: string, order: Readonly<Record<string, unknown>>): boolean | undefined {
  switch (path) {
    case 'act':
      return act(simulator, order);
    case 'incoming':
      simulator.incoming(word(order, 'extension', '45'), word(order, 'from', '+16175550188'), maybe(order, 'name'));
      return true;
    case 'colleague':
      simulator.colleagueCalls?.(word(order, 'extension', '47'), word(order, 'number', '+16175550142'));
      return simulator.colleagueCalls !== undefined;
    case 'variants':
      Object.assign(simulator.variants, order);
      return true;
    case 'engine':
      Object.assign(simulator.engine.settings, order as Partial<EngineSettings>);
      return true;
    case 'fault':
      return planFault(simulator, order);
    case 'faults/clear':
      simulator.faults.clear(maybe(order, 'point'));
      return true;
    case 'user':
      simulator.setUser?.(word(order, 'extension', '45'), order);
      return simulator.setUser !== undefined;
    case 'password':
      simulator.changePassword?.(word(order, 'extension', '45'), word(order, 'password', ''));
      return simulator.changePassword !== undefined;
    case 'frame':
      simulator.broadcast(word(order, 'text', ''));
      return true;
    case 'drop':
      simulator.dropSockets(typeof order.code === 'number' ? order.code : 1006);
      return true;
    case 'half-open':
      simulator.halfOpen();
      return true;
    case 'expire':
      simulator.expireSessions();
      return true;
    case 'clock': {
      const clock = simulator.clock as Partial<VirtualClock>;
      clock.advance?.(Number(order.advance ?? 0));
      return clock.advance !== undefined;
    }
    case 'reset':
      simulator.reset();
      return true;
    default:
      return undefined;
  }
}

function act(simulator: Controlled, order: Readonly<Record<string, unknown>>): boolean | undefined {
  const callId = maybe(order, 'callId');
  if (order.party === 'far-end') {
    const farEnd = simulator.farEnd(callId);
    switch (order.action) {
      case 'answer':
        return farEnd.answer();
      case 'busy':
        return farEnd.busy();
      case 'reject':
        return farEnd.reject();
      case 'hangUp':
        return farEnd.hangUp();
      case 'hold':
        return farEnd.hold();
      case 'resume':
        return farEnd.resume();
      default:
        return undefined;
    }
  }
  const phone = simulator.phone(word(order, 'extension', '45'));
  switch (order.action) {
    case 'answer':
      return phone.answer(callId);
    case 'reject':
      return phone.reject(callId);
    case 'hangUp':
      return phone.hangUp(callId);
    case 'hold':
      return phone.hold(callId);
    case 'resume':
      return phone.resume(callId);
    case 'press':
      return phone.press(word(order, 'key', '1'), callId);
    default:
      return undefined;
  }
}

function planFault(simulator: Controlled, order: Readonly<Record<string, unknown>>): boolean {
  const fault = typeof order.answer === 'string' ? ANSWERS[order.answer] : (order.fault as Fault | undefined);
  if (!fault) return false;
  simulator.faults.set(word(order, 'point', ''), fault, order.when as When | undefined);
  return true;
}

function word(order: Readonly<Record<string, unknown>>, key: string, otherwise: string): string {
  const value = order[key];
  return typeof value === 'string' ? value : otherwise;
}

function maybe(order: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = order[key];
  return typeof value === 'string' ? value : undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function json(value: unknown, status = 200): SimAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function asset(type: string, body: string): SimAnswer {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'";
  return {
    status: 200,
    headers: { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy },
    body,
  };
}
