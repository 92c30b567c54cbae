import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asObject, asWord, readJson } from '../core/json.ts';
import { AddressLimit } from './address-limit.ts';
import type { AgentId } from './agent.ts';
import type { AgentSockets } from './agent-sockets.ts';
import type { CallBus } from './bus.ts';
import type { RelayClock } from './clock.ts';
import type { RelayConfig } from './config.ts';
import { whyNotServed } from './extensions.ts';
import type { RelayMetrics } from './metrics.ts';
import { type Refusal, refusalLine, refuse } from './refusals.ts';
import { Signing } from './signing.ts';
import type { TokenDesk } from './token-desk.ts';
import { FailedTries } from './tries.ts';
import { bodyOf } from './webhook-door.ts';

export interface AgentDoorContext {
  readonly config: RelayConfig;
  readonly bus: CallBus;
  readonly clock: RelayClock;
  readonly metrics: RelayMetrics;
  readonly agents: AgentSockets;
  readonly desk: TokenDesk;
}

/** Where agents come in: a ticket for their token, a socket for the ticket. */
export class AgentDoor {
  readonly #context: AgentDoorContext;
  readonly #signing: Signing;
  readonly #tries = new FailedTries();
  readonly #limit: AddressLimit;
  #isClosed = false;

  constructor(context: AgentDoorContext) {
    this.#context = context;
    this.#signing = new Signing(context.config.agentKey, context.config.revoked);
    this.#limit = new AddressLimit(context.config.connectionsPerAddress);
  }

  /** Nobody comes in any more. */
  close(): void {
    this.#isClosed = true;
  }

  async ticket(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const agent = this.#agentOf(request);
    if (typeof agent === 'string') return refuse(reply, this.#context.metrics, agent);
    const ticket = this.#signing.issueTicket(agent, this.#context.clock.now());
    return reply.header('cache-control', 'no-store').send({ ticket, extension: agent.extension });
  }

  async token(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const agent = this.#agentOf(request);
    if (typeof agent === 'string') return refuse(reply, this.#context.metrics, agent);
    const refused = asWord(asObject(readJson(bodyOf(request).toString('utf8')))?.refused);
    const { status, body } = await this.#context.desk.tokenFor(agent, refused);
    return reply.code(status).header('cache-control', 'no-store').send(body);
  }

  /** Behind a proxy all connections come from there; how many an agent's address holds is then counted with the sockets. */
  connected(socket: Socket): void {
    const { config, metrics } = this.#context;
    if (config.trustProxy) return;
    const release = this.#limit.take(socket.remoteAddress ?? '');
    if (release) {
      socket.once('close', release);
      return;
    }
    metrics.refused('too-many-connections');
    socket.on('error', () => socket.destroy());
    socket.end(refusalLine('too-many-connections'));
    // Read to its end, or the answer is cut off by what was sent meanwhile.
    socket.resume();
    socket.setTimeout(1_000, () => socket.destroy());
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const agent = await this.#guest(request, socket);
    if (socket.destroyed) return;
    if (typeof agent !== 'string') {
      this.#context.agents.accept(agent, request, socket, head);
      return;
    }
    this.#context.metrics.refused(agent);
    socket.end(refusalLine(agent));
  }

  /** Whose ticket it is, used up by that; or why the socket is refused. */
  async #guest(request: IncomingMessage, socket: Duplex): Promise<AgentId | Refusal> {
    const { config, clock, agents, bus } = this.#context;
    // Some texts that come as an address are none.
    const url = URL.canParse(request.url ?? '', 'http://relay')
      ? new URL(request.url ?? '', 'http://relay')
      : undefined;
    if (url?.pathname !== '/agent') return 'not-found';
    if (this.#isClosed) return 'stopping';
    const ticket = this.#signing.readTicket(url.searchParams.get('ticket') ?? '', clock.now());
    if (!ticket) return 'bad-ticket';
    if (!agents.hasRoomFor(ticket.agent)) return 'too-many-connections';
    const release = config.trustProxy ? this.#limit.take(clientOf(request)) : () => {};
    if (!release) return 'too-many-connections';
    socket.once('close', release);
    const isFirst = await bus.first(ticket.id);
    if (isFirst === 'down') return 'bus-down';
    return isFirst ? ticket.agent : 'used-ticket';
  }

  /** Whose token the request brings, or why it gets nothing. A good token is good from wherever others have tried bad ones. */
  #agentOf(request: FastifyRequest): AgentId | Refusal {
    const { clock, config } = this.#context;
    if (this.#isClosed) return 'stopping';
    const agent = this.#signing.readToken(/^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (agent) return whyNotServed(agent, config) ?? agent;
    if (this.#tries.waitMs(request.ip, clock.now()) > 0) return 'too-many-tries';
    this.#tries.failed(request.ip, clock.now());
    return 'bad-token';
  }
}

/** The address that our own proxy saw. */
function clientOf(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const list = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
  return list.at(-1)?.trim() || (request.socket.remoteAddress ?? '');
}
