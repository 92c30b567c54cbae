import { createHmac, randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { asObject, readJson } from '../../src/core/json.ts';
import type { RelayCall, RelayFrame } from '../../src/core/relay-frames.ts';
import type { AgentId } from '../../src/relay/agent.ts';
import type { CallBus } from '../../src/relay/bus.ts';
import type { RelayClock } from '../../src/relay/clock.ts';
import type { RelayConfig } from '../../src/relay/config.ts';
import { createLog } from '../../src/relay/log.ts';
import { MemoryBus } from '../../src/relay/memory-bus.ts';
import { NatsBus } from '../../src/relay/nats-bus.ts';
import { type Relay, startRelay } from '../../src/relay/relay.ts';
import { Signing } from '../../src/relay/signing.ts';
import { realClock } from '../simulators/clock.ts';

export const ZORIO_SECRET = 'zorio-webhook-s3cret';
export const V3_KEY = 'v3-webhook-key-of-the-company';
export const AGENT_KEY = 'agent-signing-key-of-the-company';
export const TENANT = 'b11d749b-8eb7-4236-a068-3d94ba3860d6';

export const CONFIG: RelayConfig = {
  listen: { host: '127.0.0.1', port: 0 },
  ops: { host: '127.0.0.1', port: 0 },
  agentKey: AGENT_KEY,
  revoked: [],
  trustProxy: false,
  connectionsPerAddress: 2_000,
  logLevel: 'debug',
  zorio: { secret: ZORIO_SECRET, extensions: [] },
  callControlV3: { key: V3_KEY, tenants: [TENANT], extensions: [] },
};

/** A relay in this process, with all it wrote. */
export interface RigRelay extends Relay {
  /** Everything it logged, as it would stand in a file. */
  readonly logged: () => string;
  token(agent: AgentId): string;
  metric(line: string): Promise<number>;
}

export interface RigOptions {
  readonly config?: Partial<RelayConfig>;
  readonly nats?: string;
  /** Only what time it is; the relay's timers are the machine's. */
  readonly now?: () => number;
  /** Time and timers. */
  readonly clock?: RelayClock;
}

export async function startRigRelay({ config = {}, nats, now, clock: given }: RigOptions = {}): Promise<RigRelay> {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  const clock: RelayClock = given ?? { ...realClock(), ...(now ? { now } : {}) };
  const bus: CallBus =
    nats === undefined ? new MemoryBus(clock) : await NatsBus.open({ servers: [nats] }, { clock, log });
  const relay = await startRelay({ ...CONFIG, ...config }, { clock, log, bus });
  return {
    origin: relay.origin,
    opsOrigin: relay.opsOrigin,
    get sockets() {
      return relay.sockets;
    },
    close: () => relay.close(),
    logged: () => lines.join(''),
    token: (agent) => new Signing(AGENT_KEY).issueToken(agent),
    async metric(line) {
      const text = await (await fetch(`${relay.opsOrigin}/metrics`)).text();
      const found = text.split('\n').find((one) => one.startsWith(`pagedial_relay_${line} `));
      return Number(found?.split(' ').at(-1) ?? 0);
    },
  };
}

export function zorioAgent(extension: string): AgentId {
  return { vendor: 'zorio', tenant: '', extension };
}

export function v3Agent(extension: string): AgentId {
  return { vendor: 'call-control-v3', tenant: TENANT, extension };
}

/** Where a simulator of Call Control v3 has to send its events. */
export function v3WebhookUrl(relay: { readonly origin: string }): string {
  return `${relay.origin}/webhooks/call-control-v3/${V3_KEY}`;
}

/** The relay takes in and says nothing any more, and nobody notices: the cable is cut. */
export function deafen(relay: RigRelay): void {
  for (const socket of relay.sockets) {
    socket.pause();
    socket.send = () => undefined;
  }
}

/** Lines that a relay never sends, and lines that no relay sends so. */
export function sendNonsenseFrames(relay: RigRelay, own: { readonly callId: string }): void {
  const lines = [
    '',
    '{',
    'null',
    '42',
    '[]',
    '{}',
    '<html></html>',
    '{"type":"call"}',
    '{"type":"call","callId":{},"state":"ringing"}',
    '{"type":"snapshot"}',
    '{"type":"snapshot","calls":{}}',
    JSON.stringify({ type: 'call', ...own, state: 'SUMMARY' }),
    JSON.stringify({ type: 'call', ...own, state: ['ringing'] }),
    JSON.stringify({ type: 'later', ...own, state: 'ended' }),
    `{"type":"call","x":${'['.repeat(50_000)}`,
  ];
  for (const socket of relay.sockets) {
    for (const line of lines) socket.send(line);
    socket.send(Buffer.from([0, 1, 2, 255]));
  }
}

/** Sends a webhook as Zorio does. */
export function sendZorio(
  relay: { readonly origin: string },
  event: string,
  data: Readonly<Record<string, unknown>>,
  { delivery = randomUUID() as string, secret = ZORIO_SECRET, at = Date.now() } = {},
): Promise<Response> {
  const timestamp = new Date(at).toISOString();
  const body = JSON.stringify({ event, timestamp, data: { timestamp, ...data } });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return fetch(`${relay.origin}/webhooks/zorio`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-zorio-signature': `sha256=${signature}`,
      'x-zorio-delivery': delivery,
    },
    body,
  });
}

/** Sends an event as Call Control v3 does. */
export function sendV3(
  relay: { readonly origin: string },
  event: Readonly<Record<string, unknown>>,
  key = V3_KEY,
): Promise<Response> {
  return fetch(`${relay.origin}/webhooks/call-control-v3/${key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tenant_id: TENANT, timestamp: String(Date.now() * 1000), ...event }),
  });
}

/** A relay that tickets can be had from. */
export type TicketRelay = Pick<RigRelay, 'origin' | 'token'>;

/** A socket of an agent, with what it was told. */
export class AgentEar {
  readonly frames: RelayFrame[] = [];
  closed: number | undefined;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (bytes: Buffer) => {
      const frame = asObject(readJson(bytes.toString('utf8')));
      if (frame) this.frames.push(frame as unknown as RelayFrame);
    });
    socket.on('close', (code) => {
      this.closed = code;
    });
    socket.on('error', () => undefined);
  }

  /** Connects as PageDial does: a ticket first, then the socket. Throws with the status where that is refused. */
  static async open(relay: TicketRelay, agent: AgentId): Promise<AgentEar> {
    return AgentEar.byTicket(relay, await ticketFor(relay, agent));
  }

  static byTicket(relay: { readonly origin: string }, ticket: string): Promise<AgentEar> {
    const socket = new WebSocket(`${relay.origin.replace('http', 'ws')}/agent?ticket=${ticket}`);
    const ear = new AgentEar(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(ear));
      socket.once('unexpected-response', (_request, response) => {
        reject(new Error(`HTTP ${response.statusCode}`));
        socket.terminate();
      });
    });
  }

  /** Calls told since the snapshot, in short: `c-1 ringing`. */
  get told(): readonly string[] {
    return this.frames.flatMap((frame) => (frame.type === 'call' ? [`${frame.callId} ${frame.state}`] : []));
  }

  /** How each call stands, by what was told last. */
  get calls(): ReadonlyMap<string, RelayCall> {
    const calls = new Map<string, RelayCall>();
    for (const frame of this.frames) {
      if (frame.type === 'snapshot') {
        calls.clear();
        for (const call of frame.calls) calls.set(call.callId, call);
      }
      if (frame.type === 'call') calls.set(frame.callId, frame);
    }
    return calls;
  }

  stateOf(callId: string): string | undefined {
    return this.calls.get(callId)?.state;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /** Reads and answers nothing any more, and says nothing of it. */
  fallAsleep(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.close();
  }
}

export async function ticketFor(relay: TicketRelay, agent: AgentId): Promise<string> {
  const answer = await fetch(`${relay.origin}/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${relay.token(agent)}` },
  });
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
  return String(asObject(await answer.json())?.ticket);
}
