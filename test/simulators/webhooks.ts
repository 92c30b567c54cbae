import { randomUUID } from 'node:crypto';
import type { SimClock } from './clock.ts';
import type { Faults } from './faults.ts';

/** How webhooks come: once; each twice; each followed by the one before it; or each pair of them the wrong way round. */
export type WebhookDelivery = 'once' | 'twice' | 'late-again' | 'disordered';
export const WEBHOOK_DELIVERIES: readonly WebhookDelivery[] = ['once', 'twice', 'late-again', 'disordered'];

/** One webhook; its repetitions have the same id. */
export interface SimWebhook {
  readonly id: string;
  readonly body: string;
}

export interface WebhookOptions {
  readonly clock: SimClock;
  readonly faults: Faults;
  delivery(): WebhookDelivery;
  headers(webhook: SimWebhook): Readonly<Record<string, string>>;
}

/** When a webhook that was not answered well comes again, and after how many failures no more come at all (Zorio's page on webhooks). */
const AGAIN_AFTER_MS = [30_000, 300_000, 1_800_000];
const SUSPENDED_AFTER = 50;
/** A held one goes out by itself when no other follows. */
const HELD_MS = 150;
const ANSWER_WITHIN_MS = 5_000;

/** A PBX's webhooks on their way to a company's server. Nothing is sent while `url` is blank. */
export class Webhooks {
  url = '';
  /** Every answer, 0 where there was none. */
  readonly answers: number[] = [];
  readonly #options: WebhookOptions;
  #failures = 0;
  #last: SimWebhook | undefined;
  #held: SimWebhook | undefined;
  #way: Promise<void> = Promise.resolve();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  get isSuspended(): boolean {
    return this.#failures >= SUSPENDED_AFTER;
  }

  /** Puts one on its way, after those before it. Fault point `webhook`: swallowed, doubled, or another body. */
  send(body: string): void {
    if (this.url === '') return;
    const fault = this.#options.faults.take('webhook');
    if (fault?.kind === 'swallow') return;
    const webhook = { id: randomUUID(), body: fault?.kind === 'replace' ? fault.text : body };
    const last = this.#last;
    this.#last = webhook;
    const delivery = fault?.kind === 'twice' ? 'twice' : this.#options.delivery();
    if (delivery === 'disordered') this.#swap(webhook);
    else if (delivery === 'twice') this.#queue(webhook, webhook);
    else if (delivery === 'late-again' && last) this.#queue(webhook, last);
    else this.#queue(webhook);
  }

  /** Resolves once all that is on its way was answered. */
  async settled(): Promise<void> {
    await this.#way;
  }

  #swap(webhook: SimWebhook): void {
    const held = this.#held;
    this.#held = held ? undefined : webhook;
    if (held) {
      this.#queue(webhook, held);
      return;
    }
    setTimeout(() => {
      if (this.#held !== webhook) return;
      this.#held = undefined;
      this.#queue(webhook);
    }, HELD_MS).unref();
  }

  #queue(...webhooks: readonly SimWebhook[]): void {
    for (const webhook of webhooks) this.#way = this.#way.then(() => this.#try(webhook, 0));
  }

  async #try(webhook: SimWebhook, tries: number): Promise<void> {
    if (this.url === '' || this.isSuspended) return;
    const status = await this.#post(webhook);
    this.answers.push(status);
    if (status >= 200 && status < 300) {
      this.#failures = 0;
      return;
    }
    this.#failures += 1;
    const wait = AGAIN_AFTER_MS[tries];
    if (wait !== undefined) this.#options.clock.after(wait, () => void this.#try(webhook, tries + 1));
  }

  async #post(webhook: SimWebhook): Promise<number> {
    try {
      const answer = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#options.headers(webhook) },
        body: webhook.body,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }
}
