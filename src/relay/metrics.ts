import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RelayVendor } from './agent.ts';
import type { Took } from './bus.ts';
import type { Refusal } from './refusals.ts';

/** What is counted, in Prometheus' text format. */
export class RelayMetrics {
  readonly registry = new Registry();
  readonly #webhooks = this.#counter('webhooks_total', 'Webhooks that were taken, by what they told', [
    'vendor',
    'outcome',
  ]);
  readonly #refused = this.#counter('refused_total', 'Requests and connections that were refused, by reason', [
    'reason',
  ]);
  readonly #frames = this.#counter('frames_total', 'Frames sent to agents', ['type']);
  readonly #refreshes = this.#counter('token_refreshes_total', 'Access tokens asked for at the vendor', ['outcome']);
  readonly #latency = new Histogram({
    name: 'pagedial_relay_webhook_seconds',
    help: 'From the arrival of a webhook until its change was handed to all sockets of this relay',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });

  /** @param gauges - looked at whenever the metrics are read */
  constructor(gauges: { readonly agents: () => number; readonly isUp: () => boolean; readonly queued: () => number }) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('agents', 'Sockets of agents that are open', gauges.agents);
    this.#gauge('bus_up', '1 while the other relays can be reached', () => Number(gauges.isUp()));
    this.#gauge('queued_events', 'Events that wait for the other relays', gauges.queued);
  }

  webhook(vendor: RelayVendor, outcome: Took | 'ignored'): void {
    this.#webhooks.inc({ vendor, outcome });
  }

  refused(reason: Refusal): void {
    this.#refused.inc({ reason });
  }

  frame(type: string): void {
    this.#frames.inc({ type });
  }

  refresh(outcome: 'done' | 'refused' | 'failed'): void {
    this.#refreshes.inc({ outcome });
  }

  took(seconds: number): void {
    this.#latency.observe(seconds);
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({
      name: `pagedial_relay_${name}`,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
    });
  }

  #gauge(name: string, help: string, look: () => number): void {
    new Gauge({
      name: `pagedial_relay_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(look());
      },
    });
  }
}
