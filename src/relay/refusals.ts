import type { FastifyReply } from 'fastify';
import type { RelayMetrics } from './metrics.ts';

/** Why something was refused; a label of `pagedial_relay_refused_total`. */
export type Refusal =
  | 'bad-signature'
  | 'unknown-tenant'
  | 'unknown-extension'
  | 'malformed'
  | 'too-large'
  | 'not-json'
  | 'too-old'
  | 'bad-token'
  | 'bad-ticket'
  | 'used-ticket'
  | 'too-many-connections'
  | 'too-many-tries'
  | 'not-found'
  | 'not-signed-in'
  | 'other-site'
  | 'bus-down'
  | 'stopping'
  | 'bad-frame'
  | 'slow-reader'
  | 'failed';

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

/** Says no, with the status that fits, and counts it. */
export function refuse(reply: FastifyReply, metrics: RelayMetrics, why: Refusal): FastifyReply {
  metrics.refused(why);
  const wait = why === 'too-many-tries' ? { 'retry-after': '60' } : {};
  return reply.code(STATUS[why]).headers(wait).send({ error: why });
}

/** The same for a connection that is no request of Fastify's. */
export function refusalLine(why: Refusal): string {
  return `HTTP/1.1 ${STATUS[why]} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
}
