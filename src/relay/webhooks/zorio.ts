import { createHash, createHmac } from 'node:crypto';
import type { EpochMs } from '../../core/calls.ts';
import { asObject, asWord, type Json } from '../../core/json.ts';
import type { AgentId } from '../agent.ts';
import { type CallEvent, LATEST_MS } from '../book.ts';
import { isSame } from '../signing.ts';
import { LONGEST_WORD, type Webhook, type WebhookReading } from './webhook.ts';

const WHAT: Readonly<Record<string, CallEvent['what']>> = {
  'pbx.call.ringing': 'ringing',
  'pbx.call.answered': 'answered',
  'pbx.call.hangup': 'ended',
  'pbx.cdr.created': 'ended',
};
const ZONED = /(?:Z|[+-]\d\d:?\d\d)$/;
const EXTENSION = /^[0-9]{3,10}$/;

/**
 * True when the webhook was signed with the secret that the PBX's administrator has set: `X-Zorio-Signature: sha256=<hex HMAC-SHA256 of
 * the body>`. Source: vendor's page "Webhooks".
 */
export function isSignedByZorio(raw: Buffer, header: string | string[] | undefined, secret: string): boolean {
  const said = /^sha256=([0-9a-f]{64})$/i.exec(typeof header === 'string' ? header.trim() : '')?.[1] ?? '';
  return isSame(said.toLowerCase(), createHmac('sha256', secret).update(raw).digest('hex'));
}

/**
 * Reads one of Zorio's webhooks. Which leg was answered is not told: the first answer is the agent's, the second the customer's. In a
 * call between colleagues the second may come under the other one's extension: it then counts for the caller, too.
 * Source: vendor's pages "Webhooks" and "Call detail records"; not verified against a live PBX.
 */
export function readZorio({ headers, body, raw, now }: Webhook): WebhookReading {
  const envelope = asObject(body);
  const data = asObject(envelope?.data);
  const name = asWord(envelope?.event);
  if (!envelope || name === undefined) return { kind: 'malformed' };
  const what = WHAT[name];
  if (!what) return { kind: 'ignored' };
  const callId = asWord(data?.call_uuid) ?? asWord(data?.uuid);
  const extension = asWord(data?.extension) ?? asWord(data?.agent_extension) ?? asWord(data?.extension_number);
  if (!data || callId === undefined || callId.length > LONGEST_WORD) return { kind: 'malformed' };
  // Calls that no extension takes part in (a queue, an announcement) concern no agent.
  if (extension === undefined) return { kind: 'ignored' };
  if (!EXTENSION.test(extension)) return { kind: 'malformed' };
  const at = timeOf(what, data, envelope) ?? now;
  if (now - at > LATEST_MS) return { kind: 'too-old' };
  const delivery = asWord(headers['x-zorio-delivery']) ?? createHash('sha256').update(raw).digest('hex');
  const direction = directionOf(data, extension);
  const event: CallEvent = {
    delivery: delivery.slice(0, LONGEST_WORD),
    callId,
    legId: callId,
    what,
    order: 'by-progress',
    at,
    ...words({ from: data.caller_number, to: data.destination_number }),
    ...(direction ? { direction } : {}),
    ...(what === 'ended' ? endOf(data) : {}),
  };
  const deliveries = [{ agent: agentOf(extension), event }];
  const caller = asWord(data.caller_number) ?? '';
  if (what === 'answered' && data.direction === 'internal' && caller !== extension && EXTENSION.test(caller)) {
    const { direction: _ofTheOther, ...rest } = event;
    deliveries.push({ agent: agentOf(caller), event: { ...rest, byFarEnd: true } });
  }
  return { kind: 'deliveries', deliveries };
}

function agentOf(extension: string): AgentId {
  return { vendor: 'zorio', tenant: '', extension };
}

function directionOf(data: Json, extension: string): CallEvent['direction'] {
  switch (asWord(data.direction)) {
    case 'inbound':
      return 'incoming';
    case 'outbound':
      return 'outgoing';
    case 'internal':
      return asWord(data.destination_number) === extension ? 'incoming' : 'outgoing';
    default:
      return undefined;
  }
}

function timeOf(what: CallEvent['what'], data: Json, envelope: Json): EpochMs | undefined {
  const own = {
    ringing: data.timestamp,
    answered: data.answered_at,
    held: undefined,
    ended: data.ended_at ?? data.end_time,
  };
  // A time that does not name its zone may be hours off.
  const times = [own[what], envelope.timestamp].map((time) => asWord(time) ?? '').filter((time) => ZONED.test(time));
  return times.map((time) => Date.parse(time)).find(Number.isFinite);
}

/** A call record has a result in place of a cause, and how long was talked. */
function endOf(data: Json): Partial<CallEvent> {
  const reason = (asWord(data.hangup_cause) ?? asWord(data.result))?.slice(0, LONGEST_WORD);
  const seconds = Number(asWord(data.billsec) ?? 0);
  return { ...(reason === undefined ? {} : { reason }), ...(seconds > 0 ? { talkedMs: seconds * 1000 } : {}) };
}

function words(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const read = Object.entries(values).map(([key, value]) => [key, asWord(value)?.slice(0, LONGEST_WORD)] as const);
  return Object.fromEntries(read.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
