import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { AgentDoor } from './agent-door.ts';
import { AgentSockets } from './agent-sockets.ts';
import type { CallBus } from './bus.ts';
import type { RelayClock } from './clock.ts';
import type { RelayConfig } from './config.ts';
import type { RelayLog } from './log.ts';
import { helpToLogIn } from './login-helper.ts';
import { RelayMetrics } from './metrics.ts';
import { type Refusal, refuse } from './refusals.ts';
import { TokenDesk } from './token-desk.ts';
import { WebhookDoor } from './webhook-door.ts';

/** A relay that runs. */
export interface Relay {
  /** `http://127.0.0.1:8070` */
  readonly origin: string;
  readonly opsOrigin: string;
  /** Sockets of agents; for tests that cut or deafen them. */
  readonly sockets: readonly WebSocket[];
  /** Takes no more, tells agents to connect elsewhere, finishes what is under way; some ten seconds at most. */
  close(): Promise<void>;
}

export interface RelayWorld {
  readonly clock: RelayClock;
  readonly log: RelayLog;
  readonly bus: CallBus;
}

const LARGEST_BODY_BYTES = 64 * 1024;
const REQUEST_WITHIN_MS = 10_000;
const GOODBYE_MS = 5_000;

/** Starts a relay: webhooks in, agents' sockets out. Throws where it cannot listen. */
export async function startRelay(config: RelayConfig, world: RelayWorld): Promise<Relay> {
  const server = new RelayServer(config, world);
  await server.listen();
  return server;
}

class RelayServer implements Relay {
  origin = '';
  opsOrigin = '';
  readonly #config: RelayConfig;
  readonly #world: RelayWorld;
  readonly #metrics: RelayMetrics;
  readonly #agents: AgentSockets;
  readonly #desk: TokenDesk;
  readonly #webhooks: WebhookDoor;
  readonly #door: AgentDoor;
  readonly #app: FastifyInstance;
  readonly #ops: FastifyInstance;
  #isStopping = false;

  constructor(config: RelayConfig, world: RelayWorld) {
    this.#config = config;
    this.#world = world;
    const { bus, clock, log } = world;
    const metrics = new RelayMetrics({
      agents: () => this.#agents.count,
      isUp: () => bus.isUp,
      queued: () => bus.queued,
    });
    this.#metrics = metrics;
    this.#agents = new AgentSockets({ bus, clock, metrics });
    this.#desk = new TokenDesk(config.callControlV3, { bus, clock, log, metrics });
    this.#webhooks = new WebhookDoor({ config, bus, clock, metrics });
    this.#door = new AgentDoor({ config, bus, clock, metrics, agents: this.#agents, desk: this.#desk });
    this.#app = this.#build();
    this.#ops = Fastify();
    this.#ops.get('/healthz', (_request, reply) => this.#health(reply));
    this.#ops.get('/metrics', async (_request, reply) => {
      reply.header('content-type', metrics.registry.contentType);
      return metrics.registry.metrics();
    });
  }

  get sockets(): readonly WebSocket[] {
    return this.#agents.sockets;
  }

  async listen(): Promise<void> {
    await this.#app.listen(this.#config.listen);
    await this.#ops.listen(this.#config.ops);
    this.origin = originOf(this.#app);
    this.opsOrigin = originOf(this.#ops);
  }

  async close(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#door.close();
    const { log, bus } = this.#world;
    log.info({ agents: this.#agents.count }, 'stopping');
    await this.#agents.close(GOODBYE_MS);
    await this.#app.close();
    await this.#desk.close();
    await bus.close();
    await this.#ops.close();
    log.info('stopped');
  }

  #build(): FastifyInstance {
    const { trustProxy, zorio, callControlV3, vodia } = this.#config;
    const [webhooks, door] = [this.#webhooks, this.#door];
    const app = Fastify({
      bodyLimit: LARGEST_BODY_BYTES,
      // One proxy, ours: what stands further left in the header was written by anybody.
      trustProxy: trustProxy ? (_address, hop) => hop === 0 : false,
      requestTimeout: REQUEST_WITHIN_MS,
      http: { headersTimeout: REQUEST_WITHIN_MS },
      forceCloseConnections: 'idle',
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    this.#watch(app);
    app.get('/healthz', (_request, reply) => this.#health(reply));
    if (zorio) app.post('/webhooks/zorio', (request, reply) => webhooks.zorio(request, reply));
    if (callControlV3) {
      app.post<{ Params: { readonly key: string } }>('/webhooks/call-control-v3/:key', (request, reply) =>
        webhooks.callControlV3(request.params.key, request, reply),
      );
    }
    app.post('/ticket', (request, reply) => door.ticket(request, reply));
    app.post('/token', (request, reply) => door.token(request, reply));
    if (vodia) app.get('/rest/pbxlogin', (request, reply) => this.#logIn(vodia, request, reply));
    app.server.on('connection', (socket: Socket) => door.connected(socket));
    app.server.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void door.upgrade(request, socket, head),
    );
    return app;
  }

  /** What was answered is written, what fails is answered. */
  #watch(app: FastifyInstance): void {
    const { log } = this.#world;
    app.addHook('onResponse', (request, reply, done) => {
      // Never the address itself: the one of Call Control v3 has a secret in it.
      const route = request.routeOptions.url ?? '-';
      const ms = Math.round(reply.elapsedTime * 10) / 10;
      log.debug({ method: request.method, route, status: reply.statusCode, ms }, 'answered');
      done();
    });
    app.setErrorHandler((error: { readonly statusCode?: number; readonly code?: string }, _request, reply) => {
      const { statusCode = 500, code = 'unknown' } = error;
      if (statusCode < 500) return this.#refuse(reply, BY_STATUS[statusCode] ?? 'malformed');
      log.error({ code }, 'a request failed');
      this.#metrics.refused('failed');
      return reply.code(500).send({ error: 'failed' });
    });
    app.setNotFoundHandler((_request, reply) => this.#refuse(reply, 'not-found'));
  }

  async #logIn(
    vodia: NonNullable<RelayConfig['vodia']>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { origin, cookie, authorization } = request.headers;
    // Web pages have no business here, whoever is signed in. A request of the extension names itself as origin, or no other site.
    const isPage = origin !== undefined && !/^(?:chrome|moz)-extension:\/\//.test(origin);
    const isLed = origin === undefined && request.headers['sec-fetch-site'] === 'cross-site';
    if (isPage || isLed) return this.#refuse(reply, 'other-site');
    const answer = await helpToLogIn(vodia, { cookie, authorization });
    return answer.ok ? reply.header('cache-control', 'no-store').send(answer.value) : this.#refuse(reply, answer.error);
  }

  #health(reply: FastifyReply): FastifyReply {
    const { isUp, queued } = this.#world.bus;
    const [code, status] = this.#isStopping ? [503, 'stopping'] : [200, 'ok'];
    return reply.code(code).send({ status, bus: isUp ? 'up' : 'down', queued, agents: this.#agents.count });
  }

  #refuse(reply: FastifyReply, why: Refusal): FastifyReply {
    return refuse(reply, this.#metrics, why);
  }
}

/** What the framework refuses by itself. */
const BY_STATUS: Readonly<Record<number, Refusal>> = { 413: 'too-large', 415: 'not-json' };

function originOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
