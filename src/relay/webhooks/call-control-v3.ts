import { createHash } from 'node:crypto';
import { asObject, asWord } from '../../core/json.ts';
import { type CallEvent, LATEST_MS } from '../book.ts';
import { LONGEST_WORD, type Webhook, type WebhookReading } from './webhook.ts';

const WHAT: Readonly<Record<string, CallEvent['what']>> = {
  RINGING: 'ringing',
  ACTIVE: 'answered',
  HELD: 'held',
  HANGUP: 'ended',
};

/**
 * Reads one event of Call Control v3: each tells of one leg of one user, whose id is what a hang-up has to name. Whatever has no leg and
 * no state (call summaries, whose shape is not documented) is ignored.
 * Source: vendor's page "Webhooks". Not verified against the live service.
 */
export function readCallControlV3({ body, raw, now }: Webhook): WebhookReading {
  const event = asObject(body);
  if (!event) return { kind: 'malformed' };
  const id = asWord(event.id);
  const what = WHAT[asWord(event.state)?.toUpperCase() ?? ''];
  if (id === undefined || !what) return { kind: 'ignored' };
  const tenant = asWord(event.tenant_id);
  const extension = asWord(event.user_extension);
  if (
    tenant === undefined ||
    extension === undefined ||
    [id, tenant, extension].some((word) => word.length > LONGEST_WORD)
  ) {
    return { kind: 'malformed' };
  }
  const micros = Number(asWord(event.timestamp) ?? Number.NaN);
  const at = Number.isFinite(micros) && micros > 0 ? micros / 1000 : now;
  if (now - at > LATEST_MS) return { kind: 'too-old' };
  const direction = { in: 'incoming', out: 'outgoing' } as const;
  const way = event.direction === 'in' || event.direction === 'out' ? direction[event.direction] : undefined;
  const texts = {
    from: event.caller_number,
    fromName: event.caller_name,
    to: event.callee_number,
    toName: event.callee_name,
  };
  const words = Object.entries(texts).map(([key, value]) => [key, asWord(value)?.slice(0, LONGEST_WORD)] as const);
  return {
    kind: 'deliveries',
    deliveries: [
      {
        agent: { vendor: 'call-control-v3', tenant, extension },
        event: {
          // The service gives deliveries no id: the same bytes are the same event.
          delivery: createHash('sha256').update(raw).digest('base64url'),
          callId: id,
          legId: id,
          what,
          order: 'by-time',
          at,
          ...(way ? { direction: way } : {}),
          ...Object.fromEntries(words.filter(([, word]) => word !== undefined)),
        },
      },
    ],
  };
}
