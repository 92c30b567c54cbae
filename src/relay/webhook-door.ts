import type { FastifyReply, FastifyRequest } from 'fastify';
import { readJson } from '../core/json.ts';
import { type AgentId, agentKey } from './agent.ts';
import type { CallBus } from './bus.ts';
import type { RelayClock } from './clock.ts';
import type { RelayConfig } from './config.ts';
import { whyNotServed } from './extensions.ts';
import type { RelayMetrics } from './metrics.ts';
import { refuse } from './refusals.ts';
import { isSame } from './signing.ts';
import { readCallControlV3 } from './webhooks/call-control-v3.ts';
import type { Webhook, WebhookReading } from './webhooks/webhook.ts';
import { isSignedByZorio, readZorio } from './webhooks/zorio.ts';

export interface WebhookDoorContext {
  readonly config: RelayConfig;
  readonly bus: CallBus;
  readonly clock: RelayClock;
  readonly metrics: RelayMetrics;
}

/** Where webhooks come in: what is not signed is refused, what is news goes to the bus, and the PBX is answered at once. */
export class WebhookDoor {
  readonly #context: WebhookDoorContext;

  constructor(context: WebhookDoorContext) {
    this.#context = context;
  }

  async zorio(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const secret = this.#context.config.zorio?.secret ?? '';
    const raw = bodyOf(request);
    const isSigned = isSignedByZorio(raw, request.headers['x-zorio-signature'], secret);
    if (!isSigned) return refuse(reply, this.#context.metrics, 'bad-signature');
    return this.#take('zorio', readZorio(this.#webhook(request, raw)), reply);
  }

  /** The service signs nothing: the secret stands in the address. */
  async callControlV3(key: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const isOurs = isSame(key, this.#context.config.callControlV3?.key ?? '');
    if (!isOurs) return refuse(reply, this.#context.metrics, 'bad-signature');
    return this.#take('call-control-v3', readCallControlV3(this.#webhook(request, bodyOf(request))), reply);
  }

  #webhook(request: FastifyRequest, raw: Buffer): Webhook {
    return { headers: request.headers, body: readJson(raw.toString('utf8')), raw, now: this.#context.clock.now() };
  }

  async #take(vendor: AgentId['vendor'], reading: WebhookReading, reply: FastifyReply): Promise<FastifyReply> {
    const { bus, metrics, config } = this.#context;
    if (reading.kind === 'ignored') return this.#ignore(vendor, reply);
    if (reading.kind !== 'deliveries') return refuse(reply, metrics, reading.kind);
    const refusals = reading.deliveries.map(({ agent }) => whyNotServed(agent, config));
    const served = reading.deliveries.filter((_, index) => refusals[index] === undefined);
    if (served.length === 0) return this.#notServed(vendor, refusals[0], reply);
    const [outcome = 'unknown'] = await Promise.all(served.map(({ agent, event }) => bus.take(agentKey(agent), event)));
    metrics.took(reply.elapsedTime / 1000);
    metrics.webhook(vendor, outcome);
    return reply.code(outcome === 'queued' ? 202 : 200).send({ status: outcome });
  }

  /** Events come for everybody in the company, with PageDial or without: to refuse them would make the PBX repeat, and then stop, them all. */
  #notServed(
    vendor: AgentId['vendor'],
    why: 'unknown-tenant' | 'unknown-extension' | undefined,
    reply: FastifyReply,
  ): FastifyReply {
    if (why === 'unknown-tenant') return refuse(reply, this.#context.metrics, why);
    this.#context.metrics.refused('unknown-extension');
    return this.#ignore(vendor, reply);
  }

  #ignore(vendor: AgentId['vendor'], reply: FastifyReply): FastifyReply {
    this.#context.metrics.webhook(vendor, 'ignored');
    return reply.code(202).send({ status: 'ignored' });
  }
}

/** The body's own bytes; none where there is no JSON body. */
export function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}
