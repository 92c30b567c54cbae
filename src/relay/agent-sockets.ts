import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { asObject, readJson } from '../core/json.ts';
import { RELAY_VERSION, type RelayFrame } from '../core/relay-frames.ts';
import { type AgentId, type AgentKey, agentKey } from './agent.ts';
import type { CallBus } from './bus.ts';
import type { RelayClock } from './clock.ts';
import type { RelayMetrics } from './metrics.ts';

const LARGEST_FRAME_BYTES = 4_096;
/** Each socket is pinged once in this many turns; all of them at once would hold up the webhooks. */
const PING_TURNS = 30;
const TURN_MS = 1_000;
/** A reader that leaves so much unread does not read any more. */
const MOST_UNREAD_BYTES = 1_000_000;
const MOST_SOCKETS_OF_AGENT = 10;
/** More frames than this between two pings come from no agent's browser. */
const MOST_FRAMES = 60;
/** Close codes of RFC 6455: going away, policy violated, internal error, try again later. */
const GOING_AWAY = 1001;
const NOT_ALLOWED = 1008;
const LATER = 1013;

export interface AgentSocketsContext {
  readonly bus: CallBus;
  readonly clock: RelayClock;
  readonly metrics: RelayMetrics;
}

interface AgentSocket {
  readonly key: AgentKey;
  readonly socket: WebSocket;
  readonly turn: number;
  isAlive: boolean;
  framesLeft: number;
  unfollow: () => void;
}

/** The agents' sockets: each is told its own agent's calls, and nothing else. */
export class AgentSockets {
  readonly #context: AgentSocketsContext;
  // Compression would cost some 300 kB of memory for each agent and save nothing on frames this small.
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_FRAME_BYTES, perMessageDeflate: false });
  readonly #open = new Set<AgentSocket>();
  readonly #perAgent = new Map<AgentKey, number>();
  #opened = 0;
  #turn = 0;
  #stop = () => {};

  constructor(context: AgentSocketsContext) {
    this.#context = context;
    this.#planPing();
  }

  get count(): number {
    return this.#open.size;
  }

  /** Every open socket; for tests that cut or deafen them. */
  get sockets(): readonly WebSocket[] {
    return [...this.#open].map(({ socket }) => socket);
  }

  hasRoomFor(agent: AgentId): boolean {
    return (this.#perAgent.get(agentKey(agent)) ?? 0) < MOST_SOCKETS_OF_AGENT;
  }

  /** Takes over a connection whose ticket was good. */
  accept(agent: AgentId, request: IncomingMessage, raw: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, raw, head, (socket) => void this.#welcome(agent, socket));
  }

  /** Tells every agent to connect elsewhere. Resolves once all are gone, or after `limitMs`. */
  async close(limitMs: number): Promise<void> {
    this.#stop();
    const left = [...this.#open].map(
      ({ socket }) => new Promise<void>((resolve) => void socket.once('close', () => resolve())),
    );
    for (const { socket } of this.#open) socket.close(GOING_AWAY, 'stopping');
    await Promise.race([
      Promise.all(left),
      new Promise<void>((resolve) => void this.#context.clock.after(limitMs, resolve)),
    ]);
    for (const { socket } of this.#open) socket.terminate();
    this.#server.close();
  }

  async #welcome(agent: AgentId, socket: WebSocket): Promise<void> {
    const key = agentKey(agent);
    this.#opened += 1;
    const turn = this.#opened % PING_TURNS;
    const one: AgentSocket = { key, socket, turn, isAlive: true, framesLeft: MOST_FRAMES, unfollow: () => {} };
    this.#open.add(one);
    this.#perAgent.set(key, (this.#perAgent.get(key) ?? 0) + 1);
    socket.on('error', () => this.#context.metrics.refused('bad-frame'));
    socket.on('pong', () => {
      one.isAlive = true;
    });
    socket.on('message', (bytes: Buffer, isBinary: boolean) =>
      this.#heard(one, isBinary ? '' : bytes.toString('utf8')),
    );
    socket.on('close', () => this.#gone(one));
    this.#send(one, { type: 'hello', v: RELAY_VERSION, extension: agent.extension });
    const following = await this.#context.bus.follow(key, {
      snapshot: (calls) => this.#send(one, { type: 'snapshot', calls }),
      change: (call) => this.#send(one, { type: 'call', ...call }),
    });
    if (following === 'down') socket.close(LATER, 'try again later');
    else if (this.#open.has(one)) one.unfollow = following;
    else following();
  }

  #gone(one: AgentSocket): void {
    this.#open.delete(one);
    const left = (this.#perAgent.get(one.key) ?? 1) - 1;
    if (left > 0) this.#perAgent.set(one.key, left);
    else this.#perAgent.delete(one.key);
    one.unfollow();
  }

  #heard(one: AgentSocket, text: string): void {
    one.isAlive = true;
    one.framesLeft -= 1;
    if (one.framesLeft < 0) one.socket.close(NOT_ALLOWED, 'too many frames');
    else if (asObject(readJson(text))?.type === 'ping') this.#send(one, { type: 'pong' });
    else this.#context.metrics.refused('bad-frame');
  }

  #send(one: AgentSocket, frame: RelayFrame): void {
    if (one.socket.readyState !== one.socket.OPEN) return;
    if (one.socket.bufferedAmount > MOST_UNREAD_BYTES) {
      this.#context.metrics.refused('slow-reader');
      one.socket.terminate();
      return;
    }
    one.socket.send(JSON.stringify(frame));
    this.#context.metrics.frame(frame.type);
  }

  #planPing(): void {
    this.#stop = this.#context.clock.after(TURN_MS, () => {
      this.#turn = (this.#turn + 1) % PING_TURNS;
      for (const one of this.#open) if (one.turn === this.#turn) this.#ping(one);
      this.#planPing();
    });
  }

  /** One that answered nothing since the last ping is gone, though nobody has said so. */
  #ping(one: AgentSocket): void {
    if (!one.isAlive) {
      one.socket.terminate();
      return;
    }
    one.isAlive = false;
    one.framesLeft = MOST_FRAMES;
    one.socket.ping();
  }
}
