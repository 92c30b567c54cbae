import type { EpochMs } from '../../core/calls.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse } from '../adapter.ts';
import type { ServerAddress } from '../address.ts';
import { asObject, asWord, isWebPage, type Json, readJson, refusalOf } from '../frames.ts';

/** A good answer of Kazoo's REST API, out of its envelope. */
export interface KazooAnswer {
  readonly status: number;
  readonly data: unknown;
  /** The login's token; told by logins. */
  readonly token?: string;
  /** Where the next page of a list begins; absent on the last one. */
  readonly nextKey?: string;
}

/** Why a request failed. `status` is absent when no answer came. */
export interface KazooFailure {
  readonly error: PbxError;
  readonly status?: number;
  /** What the PBX said about it, e.g. a hang-up cause. */
  readonly cause?: string;
}

export type KazooResult = Result<KazooAnswer, KazooFailure>;

/** The token that requests carry, and how to get a new one. */
export interface TokenSource {
  /** Blank: requests go without one. */
  readonly token: string;
  /** Gets a new token after the old one was refused or has grown old. */
  renew(): Promise<Result<void, PbxError>>;
}

const LONGEST_DETAIL = 200;

/**
 * Kazoo's REST API (Crossbar v2).
 * Source: vendor's page "Click-to-call"; the envelope also from the public documents of Kazoo
 */
export class KazooApi {
  readonly #server: ServerAddress;
  readonly #ports: PbxPorts;
  readonly #source: TokenSource;
  #pausedUntil: EpochMs = 0;

  constructor(server: ServerAddress, ports: PbxPorts, source: TokenSource) {
    this.#server = server;
    this.#ports = ports;
    this.#source = source;
  }

  /** Sends once, whatever comes of it. */
  send(method: string, path: string, data?: object, more: Json = {}): Promise<KazooResult> {
    const body = data === undefined ? undefined : JSON.stringify({ ...more, data });
    return request(this.#server, this.#ports, { method, path, token: this.#source.token, body });
  }

  /**
   * Reads, or changes what may be changed twice: a refused token is renewed once and the question asked again, and a pause the PBX asks
   * for is kept.
   */
  async ask(method: string, path: string, data?: object): Promise<KazooResult> {
    const wait = this.#pausedUntil - this.#ports.now();
    if (wait > 0) return fail({ error: { kind: 'rate-limited', retryAfterMs: wait } });
    const first = await this.send(method, path, data);
    const answer = await this.#again(first, () => this.send(method, path, data));
    if (!answer.ok && answer.error.error.kind === 'rate-limited') {
      this.#pausedUntil = this.#ports.now() + answer.error.error.retryAfterMs;
    }
    return answer;
  }

  async #again(first: KazooResult, repeat: () => Promise<KazooResult>): Promise<KazooResult> {
    if (first.ok || first.error.status !== 401 || this.#source.token === '') return first;
    const renewed = await this.#source.renew();
    return renewed.ok ? repeat() : fail({ error: renewed.error, status: 401 });
  }
}

/** One request with a token, or without where it is blank; the answer judged by status and envelope. */
export async function request(
  server: ServerAddress,
  ports: PbxPorts,
  wanted: {
    readonly method: string;
    readonly path: string;
    readonly token: string;
    readonly body?: string | undefined;
  },
): Promise<KazooResult> {
  const { method, path, token, body } = wanted;
  const answer = await ports.request({
    method,
    url: `${server.origin}/v2/${path}`,
    headers: {
      Accept: 'application/json',
      ...(token === '' ? {} : { 'X-Auth-Token': token }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  });
  return answer.ok ? judge(answer.value, method, token, ports.now()) : fail({ error: answer.error });
}

function judge(response: PbxResponse, method: string, token: string, now: EpochMs): KazooResult {
  const { status } = response;
  const envelope = asObject(readJson(response.body));
  const isGood = status >= 200 && status <= 299;
  if (isGood && isWebPage(response)) return fail({ error: { kind: 'not-a-pbx', detail: 'a web page' }, status });
  if (isGood && response.body.trim() === '' && mayBeEmpty(method, status)) return ok({ status, data: undefined });
  if (isGood && !envelope) return fail({ error: { kind: 'not-a-pbx', detail: 'no JSON' }, status });
  const said = asWord(envelope?.status);
  if (isGood && said !== 'error' && said !== 'fatal') {
    const told = asWord(envelope?.auth_token) ?? asWord(asObject(envelope?.data)?.auth_token);
    const nextKey = readKey(envelope?.next_start_key);
    return ok({
      status,
      data: envelope?.data,
      ...(told === undefined ? {} : { token: told }),
      ...(nextKey === undefined ? {} : { nextKey }),
    });
  }
  // A refusal inside a good answer names its own status.
  const inner = Number(asWord(envelope?.error));
  const real = isGood ? (inner >= 400 && inner <= 599 ? inner : 400) : status;
  const cause = asWord(asObject(envelope?.data)?.error_message) ?? asWord(asObject(envelope?.data)?.cause);
  const error = withDetail(refusalOf({ ...response, status: real }, now), envelope, real, token);
  return fail({ error, status: real, ...(cause === undefined ? {} : { cause }) });
}

/** What was only to be done needs no words; a question does. */
function mayBeEmpty(method: string, status: number): boolean {
  return status === 202 || method === 'PATCH' || method === 'DELETE' || (method !== 'GET' && status === 204);
}

/** The database's keys may be lists; they are given back as they came. */
function readKey(key: unknown): string | undefined {
  return typeof key === 'object' && key !== null ? JSON.stringify(key) : asWord(key);
}

function withDetail(error: PbxError, envelope: Json | undefined, status: number, token: string): PbxError {
  if (!('detail' in error)) return error;
  const words = [envelope?.message, asObject(envelope?.data)?.message].map(asWord).filter((word) => word !== undefined);
  const said = [`HTTP ${status}`, ...new Set(words)].join(': ');
  return { ...error, detail: (token === '' ? said : said.replaceAll(token, '…')).slice(0, LONGEST_DETAIL) };
}

/** One part of a path, safe whatever it holds: `+` would be read as a space. */
export function part(text: string): string {
  return encodeURIComponent(text);
}
