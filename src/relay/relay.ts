import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { asObject, asWord, readJson } from '../core/json.ts';
import { AddressLimit } from './address-limit.ts';
import { type AgentId, agentKey } from './agent.ts';
import { AgentSockets } from './agent-sockets.ts';
import type { CallBus } from './bus.ts';
import type { RelayClock } from './clock.ts';
import type { RelayConfig } from './config.ts';
import { isAmong } from './extensions.ts';
import type { RelayLog } from './log.ts';
import { helpToLogIn } from './login-helper.ts';
import { type Refusal, RelayMetrics } from './metrics.ts';
import { isSame, Signing } from './signing.ts';
import { TokenDesk } from './token-desk.ts';
import { FailedTries } from './tries.ts';
import { readCallControlV3 } from './webhooks/call-control-v3.ts';
import type { Webhook, WebhookReading } from './webhooks/webhook.ts';
import { isSignedByZorio, readZorio } from './webhooks/zorio.ts';

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
const GOODBYE_MS = 5_000;
const STATUS: Readonly<Record<Refusal, number>> = {
  'bad-signature': 401,
  'unknown-tenant': 403,
  'unknown-extension': 403,
  malformed: 400,
  'too-large': 413,
  'not-json': 415,
  'too-old': 409,
  'bad-token': 401,
  'bad-ticket': 401,
  'used-ticket': 401,
  'too-many-connections': 429,
  'too-many-tries': 429,
  'not-found': 404,
  'not-signed-in': 401,
  'other-site': 403,
  'bus-down': 503,
  stopping: 503,
  'bad-frame': 400,
  'slow-reader': 400,
  failed: 502,
};

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
  readonly #signing: Signing;
  readonly #desk: TokenDesk;
  readonly #tries = new FailedTries();
  readonly #limit: AddressLimit;
  readonly #app: FastifyInstance;
  readonly #ops: FastifyInstance;
  #isStopping = false;

  constructor(config: RelayConfig, world: RelayWorld) {
    this.#config = config;
    this.#world = world;
    const { bus, clock, log } = world;
    this.#metrics = new RelayMetrics({
      agents: () => this.#agents.count,
      isUp: () => bus.isUp,
      queued: () => bus.queued,
    });
    this.#agents = new AgentSockets({ bus, clock, metrics: this.#metrics });
    this.#signing = new Signing(config.agentKey, config.revoked);
    this.#desk = new TokenDesk(config.callControlV3, { bus, clock, log, metrics: this.#metrics });
    this.#limit = new AddressLimit(config.connectionsPerAddress);
    this.#app = this.#build();
    this.#ops = Fastify();
    this.#ops.get('/healthz', (_request, reply) => this.#health(reply));
    this.#ops.get('/metrics', async (_request, reply) => {
      reply.header('content-type', this.#metrics.registry.contentType);
      return this.#metrics.registry.metrics();
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
    const app = Fastify({
      bodyLimit: LARGEST_BODY_BYTES,
      // One proxy, ours: what stands further left in the header was written by anybody.
      trustProxy: trustProxy ? (_address, hop) => hop === 0 : false,
      requestTimeout: 10_000,
      connectionTimeout: 0,
      forceCloseConnections: 'idle',
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.addHook('onResponse', (request, reply, done) => {
      // Never the address itself: the one of Call Control v3 has a secret in it.
      const route = request.routeOptions.url ?? '-';
      const ms = Math.round(reply.elapsedTime * 10) / 10;
      this.#world.log.debug({ method: request.method, route, status: reply.statusCode, ms }, 'answered');
      done();
    });
    app.setErrorHandler((error: { readonly statusCode?: number; readonly code?: string }, _request, reply) => {
      if (error.statusCode === 413) return this.#refuse(reply, 'too-large');
      if (error.statusCode === 415) return this.#refuse(reply, 'not-json');
      if (error.statusCode !== undefined && error.statusCode < 500) return this.#refuse(reply, 'malformed');
      this.#world.log.error({ code: error.code ?? 'unknown' }, 'a request failed');
      this.#metrics.refused('failed');
      return reply.code(500).send({ error: 'failed' });
    });
    app.setNotFoundHandler((_request, reply) => this.#refuse(reply, 'not-found'));
    app.get('/healthz', (_request, reply) => this.#health(reply));
    if (zorio) app.post('/webhooks/zorio', (request, reply) => this.#zorio(zorio, request, reply));
    if (callControlV3) {
      app.post<{ Params: { key: string } }>('/webhooks/call-control-v3/:key', (request, reply) =>
        isSame(request.params.key, callControlV3.key)
          ? this.#callControlV3(request, reply)
          : this.#refuse(reply, 'bad-signature'),
      );
    }
    app.post('/ticket', (request, reply) => this.#ticket(request, reply));
    app.post('/token', (request, reply) => this.#token(request, reply));
    if (vodia) app.get('/rest/pbxlogin', (request, reply) => this.#logIn(vodia, request, reply));
    app.server.on('connection', (socket: Socket) => this.#connected(socket));
    app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      void this.#upgrade(request, socket, head);
    });
    return app;
  }

  #zorio(
    zorio: NonNullable<RelayConfig['zorio']>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    const raw = bodyOf(request);
    if (!isSignedByZorio(raw, request.headers['x-zorio-signature'], zorio.secret))
      return this.#refuse(reply, 'bad-signature');
    return this.#take('zorio', readZorio(this.#webhook(request, raw)), reply);
  }

  #callControlV3(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
    return this.#take('call-control-v3', readCallControlV3(this.#webhook(request, bodyOf(request))), reply);
  }

  #webhook(request: FastifyRequest, raw: Buffer): Webhook {
    return { headers: request.headers, body: readJson(raw.toString('utf8')), raw, now: this.#world.clock.now() };
  }

  async #take(vendor: AgentId['vendor'], reading: WebhookReading, reply: FastifyReply): Promise<FastifyReply> {
    if (reading.kind !== 'deliveries') {
      if (reading.kind !== 'ignored') return this.#refuse(reply, reading.kind);
      this.#metrics.webhook(vendor, 'ignored');
      return reply.code(202).send({ status: 'ignored' });
    }
    const known = reading.deliveries.filter(({ agent }) => this.#mayBe(agent) === undefined);
    const [first] = reading.deliveries;
    if (known.length === 0 && first)
      return this.#notOurs(vendor, this.#mayBe(first.agent) ?? 'unknown-extension', reply);
    const outcomes = await Promise.all(known.map(({ agent, event }) => this.#world.bus.take(agentKey(agent), event)));
    this.#metrics.took(reply.elapsedTime / 1000);
    const [outcome = 'unknown'] = outcomes;
    this.#metrics.webhook(vendor, outcome);
    return reply.code(outcome === 'queued' ? 202 : 200).send({ status: outcome });
  }

  /** Events come for everybody in the company, with PageDial or without: to refuse them would make the PBX repeat, and then stop, them all. */
  #notOurs(vendor: AgentId['vendor'], why: 'unknown-tenant' | 'unknown-extension', reply: FastifyReply): FastifyReply {
    if (why === 'unknown-tenant') return this.#refuse(reply, why);
    this.#metrics.refused(why);
    this.#metrics.webhook(vendor, 'ignored');
    return reply.code(202).send({ status: 'ignored' });
  }

  /** Why this relay does not serve an agent; undefined when it does. */
  #mayBe({ vendor, tenant, extension }: AgentId): 'unknown-tenant' | 'unknown-extension' | undefined {
    const { zorio, callControlV3 } = this.#config;
    const named = vendor === 'zorio' ? zorio : callControlV3;
    if (!named) return 'unknown-tenant';
    if ('tenants' in named && named.tenants.length > 0 && !named.tenants.includes(tenant)) return 'unknown-tenant';
    return isAmong(extension, named.extensions) ? undefined : 'unknown-extension';
  }

  async #ticket(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const agent = this.#agentOf(request);
    if (typeof agent === 'string') return this.#refuse(reply, agent);
    const ticket = this.#signing.issueTicket(agent, this.#world.clock.now());
    return reply.header('cache-control', 'no-store').send({ ticket, extension: agent.extension });
  }

  async #token(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const agent = this.#agentOf(request);
    if (typeof agent === 'string') return this.#refuse(reply, agent);
    const refused = asWord(asObject(readJson(bodyOf(request).toString('utf8')))?.refused);
    const { status, body } = await this.#desk.tokenFor(agent, refused);
    return reply.code(status).header('cache-control', 'no-store').send(body);
  }

  async #logIn(
    vodia: NonNullable<RelayConfig['vodia']>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { origin, cookie, authorization } = request.headers;
    const site = request.headers['sec-fetch-site'];
    // Web pages have no business here, whoever is signed in: only the extension and the address bar ask without another site behind them.
    const isPage = origin !== undefined && !/^(?:chrome|moz)-extension:\/\//.test(origin);
    if (isPage || (site === 'cross-site' && origin === undefined)) return this.#refuse(reply, 'other-site');
    const answer = await helpToLogIn(vodia, { cookie, authorization });
    return answer.ok ? reply.header('cache-control', 'no-store').send(answer.value) : this.#refuse(reply, answer.error);
  }

  /** Whose token the request brings, or why it gets nothing. */
  #agentOf(request: FastifyRequest): AgentId | Refusal {
    const { clock } = this.#world;
    if (this.#isStopping) return 'stopping';
    if (this.#tries.waitMs(request.ip, clock.now()) > 0) return 'too-many-tries';
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const agent = this.#signing.readToken(token);
    if (agent) return this.#mayBe(agent) ?? agent;
    this.#tries.failed(request.ip, clock.now());
    return 'bad-token';
  }

  #health(reply: FastifyReply): FastifyReply {
    const { isUp, queued } = this.#world.bus;
    const status = this.#isStopping ? 'stopping' : 'ok';
    return reply
      .code(this.#isStopping ? 503 : 200)
      .send({ status, bus: isUp ? 'up' : 'down', queued, agents: this.#agents.count });
  }

  #refuse(reply: FastifyReply, why: Refusal): FastifyReply {
    this.#metrics.refused(why);
    const wait = why === 'too-many-tries' ? { 'retry-after': '60' } : {};
    return reply.code(STATUS[why]).headers(wait).send({ error: why });
  }

  /** Behind a proxy all connections come from there; how many an agent's address holds is then counted with the sockets. */
  #connected(socket: Socket): void {
    if (this.#config.trustProxy) return;
    const release = this.#limit.take(socket.remoteAddress ?? '');
    if (release) return void socket.once('close', release);
    this.#metrics.refused('too-many-connections');
    socket.on('error', () => socket.destroy());
    socket.end(refusal(429));
    // Read to its end, or the answer is cut off by what was sent meanwhile.
    socket.resume();
    socket.setTimeout(1_000, () => socket.destroy());
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refuse = (why: Refusal) => {
      this.#metrics.refused(why);
      socket.end(refusal(STATUS[why]));
    };
    const url = new URL(request.url ?? '/', 'http://relay');
    if (url.pathname !== '/agent') return refuse('not-found');
    if (this.#isStopping) return refuse('stopping');
    const ticket = this.#signing.readTicket(url.searchParams.get('ticket') ?? '', this.#world.clock.now());
    if (!ticket) return refuse('bad-ticket');
    const release = this.#config.trustProxy ? this.#limit.take(clientOf(request)) : () => {};
    if (!release || !this.#agents.hasRoomFor(ticket.agent)) {
      release?.();
      return refuse('too-many-connections');
    }
    socket.once('close', release);
    const isFirst = await this.#world.bus.first(ticket.id);
    if (isFirst === 'down') return refuse('bus-down');
    if (!isFirst) return refuse('used-ticket');
    if (!socket.destroyed) this.#agents.accept(ticket.agent, request, socket, head);
  }
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The address that our own proxy saw. */
function clientOf(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const list = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
  return list.at(-1)?.trim() || (request.socket.remoteAddress ?? '');
}

function refusal(status: number): string {
  return `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}

function originOf(app: FastifyInstance): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
