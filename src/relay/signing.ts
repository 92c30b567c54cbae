import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '../core/calls.ts';
import { asObject, asWord, readJson } from '../core/json.ts';
import { type AgentId, RELAY_VENDORS } from './agent.ts';

/** How long a ticket is good for. */
export const TICKET_LIFE_MS = 30_000;

/** What lets an agent connect once. */
export interface Ticket {
  readonly agent: AgentId;
  /** Different for each ticket. */
  readonly id: string;
}

/**
 * Makes and reads what agents prove themselves by, without keeping a list: a long-lived token per agent and tickets of one use, both
 * signed with the relay's own key, so that every relay of a company reads what another one made.
 */
export class Signing {
  readonly #key: string;
  readonly #revoked: ReadonlySet<string>;

  constructor(key: string, revoked: readonly string[] = []) {
    this.#key = key;
    this.#revoked = new Set(revoked);
  }

  /** A new token for an agent; two of them differ, so that one can be revoked. */
  issueToken(agent: AgentId): string {
    return this.#sign('token', { ...agent, id: randomBytes(6).toString('hex') });
  }

  /** Whose token it is; undefined for one that is not ours, or was revoked. */
  readToken(token: string): AgentId | undefined {
    if (this.#revoked.has(tokenId(token))) return undefined;
    return readAgent(this.#open('token', token));
  }

  issueTicket(agent: AgentId, now: EpochMs): string {
    return this.#sign('ticket', { ...agent, id: randomBytes(12).toString('hex'), until: now + TICKET_LIFE_MS });
  }

  /** What a ticket is good for; undefined once it is too old. That it is used once is not seen here. */
  readTicket(ticket: string, now: EpochMs): Ticket | undefined {
    const content = asObject(this.#open('ticket', ticket));
    const agent = readAgent(content);
    const id = asWord(content?.id);
    return agent && id !== undefined && Number(content?.until) > now ? { agent, id } : undefined;
  }

  #sign(use: 'token' | 'ticket', content: object): string {
    const body = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${body}.${this.#signature(use, body)}`;
  }

  #open(use: 'token' | 'ticket', text: string): unknown {
    const [body = '', signature = ''] = text.split('.', 2);
    if (!isSame(signature, this.#signature(use, body))) return undefined;
    return readJson(Buffer.from(body, 'base64url').toString('utf8'));
  }

  /** A token is no ticket and the other way round: what it is for is signed, too. */
  #signature(use: string, body: string): string {
    return createHmac('sha256', this.#key).update(`${use}.${body}`).digest('base64url');
  }
}

/** A short name of a token that gives nothing away; by it a token is revoked. */
export function tokenId(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12);
}

/** Compares secrets in a time that does not depend on where they differ. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

function readAgent(value: unknown): AgentId | undefined {
  const content = asObject(value);
  const vendor = RELAY_VENDORS.find((name) => name === content?.vendor);
  const extension = asWord(content?.extension);
  return vendor && extension !== undefined ? { vendor, tenant: asWord(content?.tenant) ?? '', extension } : undefined;
}
