import type { CallEndpoint } from '../../core/call-endpoint.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialFailure } from '../../core/update.ts';
import { asObject, asObjects, asWord } from '../frames.ts';
import { type KazooFailure, type KazooResult, part } from './api.ts';

/** By which of the PBX's ways calls are placed. */
export type PlaceWay =
  | {
      readonly by: 'endpoint';
      readonly id: string;
      readonly endpoint: Pick<CallEndpoint, 'dialFirst' | 'timeout' | 'whitelist'>;
    }
  /** The PBX rings all phones of a user. */
  | { readonly by: 'quickcall'; readonly userId: string };

export interface Accepted {
  /** The legs that ring first, the one that names the call in front. */
  readonly legs: readonly string[];
  readonly told: Readonly<Record<string, string>>;
  readonly ringsForMs: number;
}

const PHONE = /^\+?[0-9]{2,32}$/;
/** Nothing but what a SIP address is made of; it is encoded on its way all the same. */
const SIP_URI = /^sips?:[\w.!~*'()&=+$,;?/%-]{1,64}@[\w.:[\]-]{1,200}$/i;
/** Kazoo's default. */
const RINGS_FOR_MS = 30_000;
const LONGEST_CONTACT = 64;
const LONGEST_PATTERN = 200;
const LONGEST_WORD = 200;

/** Whether a number or SIP address is written so that it can be called; an endpoint's own list may allow less. */
export function isContact(contact: string): boolean {
  return PHONE.test(contact) || SIP_URI.test(contact);
}

/** The request that places a call (`repeatsGets`: see {@link PbxPorts.repeatsGets}), or `number-refused` for what this way cannot call. Nothing is sent then. */
export function placeRequest(
  accountId: string,
  way: PlaceWay,
  contact: string,
  repeatsGets: boolean,
): Result<{ readonly method: 'GET' | 'POST'; readonly path: string }, PbxError> {
  const refused = fail<PbxError>({ kind: 'number-refused', detail: contact.slice(0, LONGEST_CONTACT) });
  const account = `accounts/${part(accountId)}`;
  if (way.by === 'quickcall') {
    if (!PHONE.test(contact)) return refused;
    // POST answers only when a phone has begun to ring, which may take longer than any answer is waited for; GET at once. But a GET that
    // the browser sends again by itself would be a second call.
    return ok({
      method: repeatsGets ? 'POST' : 'GET',
      path: `${account}/users/${part(way.userId)}/quickcall/${part(contact)}`,
    });
  }
  if (!isContact(contact)) return refused;
  if (!isWhitelisted(contact, way.endpoint.whitelist ?? [])) return refused;
  return ok({ method: 'POST', path: `${account}/clicktocall/${part(way.id)}/connect?contact=${part(contact)}` });
}

/** What came of it. Whatever may have reached the PBX all the same is `placed: 'unknown'`. */
export function readPlaced(answer: KazooResult, way: PlaceWay): Result<Accepted, DialFailure> {
  if (!answer.ok) return fail(failure(answer.error, way));
  const data = asObject(answer.value.data);
  const endpoints = asObjects(data?.endpoints);
  // A click-to-call names its leg itself; a quickcall names one for each phone.
  const named = [asWord(data?.outbound_call_id), ...endpoints.map((endpoint) => asWord(endpoint.outbound_call_id))];
  const legs = [...new Set(named.filter((id) => id !== undefined))].map((id) => id.slice(0, LONGEST_WORD));
  const route = asWord(asObject(data?.application_data)?.route);
  const extension = asWord(endpoints[0]?.route) ?? asWord(endpoints[0]?.to_user);
  const told = {
    ...(legs[0] === undefined ? {} : { outbound_call_id: legs[0] }),
    ...(route === undefined ? {} : { route: route.slice(0, LONGEST_WORD) }),
    ...(extension === undefined ? {} : { extension: extension.slice(0, LONGEST_WORD) }),
  };
  const seconds = Number(asWord(data?.timeout)) || (way.by === 'endpoint' ? way.endpoint.timeout : undefined);
  return ok({ legs, told, ringsForMs: seconds ? seconds * 1000 : RINGS_FOR_MS });
}

/**
 * Whether the endpoint's list lets a contact through. A list that this browser cannot read as a whole decides nothing: the PBX has
 * another idea of regular expressions, and looks itself.
 */
export function isWhitelisted(contact: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0 || contact.length > LONGEST_CONTACT) return true;
  const read = patterns.map(toRegExp);
  if (read.some((pattern) => pattern === undefined)) return true;
  // The PBX may have brought the number into another form before it looks.
  const forms = [contact, contact.replace(/^\+/, ''), encodeURIComponent(contact)];
  return read.some((pattern) => forms.some((form) => pattern?.test(form)));
}

function toRegExp(pattern: string): RegExp | undefined {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

/** The same for what is sent about a call that is there. */
export function sendFailure({ error, status }: KazooFailure): DialFailure {
  if (status === undefined) return { error, placed: neverLeft(error) ? 'no' : 'unknown' };
  const detail = 'detail' in error ? error.detail : '';
  const told: PbxError =
    status === 404 ? { kind: 'rejected', detail } : status === 405 ? { kind: 'unsupported', detail } : error;
  return { error: told, placed: status < 400 || status >= 500 ? 'unknown' : 'no' };
}

function failure({ error, status, cause }: KazooFailure, way: PlaceWay): DialFailure {
  if (status === undefined) return { error, placed: neverLeft(error) ? 'no' : 'unknown' };
  // A quickcall that failed says why; anything else of this kind may have begun to ring before it failed.
  if (status === 500 && way.by === 'quickcall' && cause !== undefined) {
    return { error: { kind: 'rejected', detail: cause.slice(0, LONGEST_WORD) }, placed: 'no' };
  }
  const detail = 'detail' in error ? error.detail : '';
  const kinds: Readonly<Record<number, PbxError['kind'] & ('number-refused' | 'unknown-user' | 'unsupported')>> = {
    400: 'number-refused',
    404: 'unknown-user',
    405: 'unsupported',
  };
  const kind = kinds[status];
  const placed = status < 400 || status >= 500 ? 'unknown' : 'no';
  return { error: kind === undefined ? error : { kind, detail }, placed };
}

function neverLeft(error: PbxError): boolean {
  return error.kind === 'permission-missing' || error.kind === 'bad-address' || error.kind === 'insecure-address';
}
