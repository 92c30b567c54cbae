import type { EpochMs } from '../../core/calls.ts';
import type { AgentId } from '../agent.ts';
import type { CallEvent } from '../book.ts';

/** A webhook as it came, after its login was found good. */
export interface Webhook {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  /** The body's own bytes. */
  readonly raw: Buffer;
  readonly now: EpochMs;
}

/** Whom a webhook concerns, and what it tells them. */
export interface Delivery {
  readonly agent: AgentId;
  readonly event: CallEvent;
}

/** What became of reading a webhook. `ignored`: well formed, and about nothing that is a call. */
export type WebhookReading =
  | { readonly kind: 'deliveries'; readonly deliveries: readonly Delivery[] }
  | { readonly kind: 'ignored' | 'malformed' | 'too-old' };

/** The longest text that is passed on of a stranger's field. */
export const LONGEST_WORD = 100;
