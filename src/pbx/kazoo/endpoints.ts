import type { CallEndpoint, EndpointSummary, PastCall } from '../../core/call-endpoint.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { CallEndpoints } from '../adapter.ts';
import { asFlag, asObject, asObjects, asWord, type Json } from '../frames.ts';
import { type KazooApi, type KazooResult, part } from './api.ts';

const MOST_PAGES = 50;
const LONGEST_NAME = 128;
const LONGEST_MEDIA_ID = 2_048;
/** Kazoo counts seconds from the year 0. */
const GREGORIAN_TO_UNIX_S = 62_167_219_200;
const DIAL_FIRST = ['extension', 'contact'] as const;

/** Kazoo's click-to-call objects. Source: vendor's page "Click-to-call", parameters and calls */
export class KazooEndpoints implements CallEndpoints {
  readonly #api: KazooApi;
  readonly #path: string;

  constructor(api: KazooApi, accountId: string) {
    this.#api = api;
    this.#path = `accounts/${part(accountId)}/clicktocall`;
  }

  async list(): Promise<Result<readonly EndpointSummary[], PbxError>> {
    const found = new Map<string, EndpointSummary>();
    let start = '';
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.#api.ask('GET', start === '' ? this.#path : `${this.#path}?start_key=${part(start)}`);
      if (!answer.ok) return fail(answer.error.error);
      // A page begins where the last one ended, so one object may come twice.
      for (const entry of asObjects(answer.value.data).map(readSummary)) if (entry) found.set(entry.id, entry);
      const { nextKey } = answer.value;
      if (nextKey === undefined || nextKey === start) break;
      start = nextKey;
    }
    return ok([...found.values()]);
  }

  async read(id: string): Promise<Result<CallEndpoint, PbxError>> {
    const answer = await this.#api.ask('GET', `${this.#path}/${part(id)}`);
    if (!answer.ok) return fail(answer.error.error);
    return ok(readEndpoint(answer.value.data));
  }

  async create(endpoint: CallEndpoint): Promise<Result<EndpointSummary, PbxError>> {
    if (Object.keys(endpointProblems(endpoint)).length > 0) return fail({ kind: 'rejected', detail: 'incomplete' });
    // Sent once: repeated, it would be there twice.
    const answer = await this.#api.send('PUT', this.#path, toData(endpoint));
    if (!answer.ok) return fail(answer.error.error);
    const made = readSummary(asObject(answer.value.data) ?? {});
    return made ? ok(made) : fail({ kind: 'protocol', detail: 'created without id' });
  }

  async change(id: string, changes: Partial<CallEndpoint>): Promise<Result<void, PbxError>> {
    return settled(await this.#api.ask('PATCH', `${this.#path}/${part(id)}`, toData(changes)));
  }

  async remove(id: string): Promise<Result<void, PbxError>> {
    const answer = await this.#api.ask('DELETE', `${this.#path}/${part(id)}`);
    return !answer.ok && answer.error.status === 404 ? ok(undefined) : settled(answer);
  }

  async history(id: string): Promise<Result<readonly PastCall[], PbxError>> {
    const answer = await this.#api.ask('GET', `${this.#path}/${part(id)}/history`);
    if (!answer.ok) return fail(answer.error.error);
    const calls = asObjects(answer.value.data).map(readPastCall);
    return ok(calls.filter((call) => call !== undefined).sort((a, b) => b.at - a.at));
  }
}

/** What an endpoint object says; what is missing or of another type is left to the PBX's default. */
export function readEndpoint(data: unknown): CallEndpoint {
  const object = asObject(data) ?? {};
  const headers = asObject(object.custom_sip_headers);
  const whitelist: readonly unknown[] | undefined = Array.isArray(object.whitelist) ? object.whitelist : undefined;
  return compact({
    name: asWord(object.name) ?? '',
    extension: asWord(object.extension) ?? '',
    authRequired: asFlag(object.auth_required),
    dialFirst: DIAL_FIRST.find((word) => word === object.dial_first),
    timeout: asNumber(object.timeout),
    throttle: asNumber(object.throttle),
    whitelist: whitelist?.map(asWord).filter((pattern) => pattern !== undefined),
    callerIdNumber: asWord(object.caller_id_number),
    calleeIdName: asWord(object.outbound_callee_id_name),
    calleeIdNumber: asWord(object.outbound_callee_id_number),
    presenceId: asWord(object.presence_id),
    ringback: asWord(object.ringback),
    bypassMedia: asFlag(object.bypass_media),
    ignoreEarlyMedia: asFlag(asObject(object.media)?.ignore_early_media),
    holdMusic: asWord(asObject(object.music_on_hold)?.media_id),
    variables: readWords(object.custom_application_vars),
    sipHeadersIn: readWords(headers?.in),
    sipHeadersOut: readWords(headers?.out),
  });
}

/** The documented limits, by key of {@link CallEndpoint}. */
export function endpointProblems(endpoint: CallEndpoint): Readonly<Record<string, string>> {
  const { name, extension, timeout, throttle, whitelist = [], holdMusic = '' } = endpoint;
  const isCount = (value: number | undefined) => value === undefined || (Number.isInteger(value) && value >= 0);
  const isNamed = (names: Readonly<Record<string, string>> = {}) =>
    Object.keys(names).every((key) => /^[a-zA-Z0-9_-]+$/.test(key));
  const checks: readonly (readonly [keyof CallEndpoint, boolean, string])[] = [
    ['name', name.trim() !== '', 'pbx_needed'],
    ['name', name.length <= LONGEST_NAME, 'pbx_kazoo_endpoint_name_bad'],
    ['extension', extension.trim() !== '', 'pbx_needed'],
    ['timeout', isCount(timeout), 'pbx_kazoo_endpoint_number_bad'],
    ['throttle', isCount(throttle), 'pbx_kazoo_endpoint_number_bad'],
    ['whitelist', whitelist.every((pattern) => pattern !== ''), 'pbx_kazoo_endpoint_whitelist_bad'],
    ['holdMusic', holdMusic.length <= LONGEST_MEDIA_ID, 'pbx_kazoo_endpoint_name_bad'],
    ['variables', isNamed(endpoint.variables), 'pbx_kazoo_endpoint_names_bad'],
    ['sipHeadersIn', isNamed(endpoint.sipHeadersIn), 'pbx_kazoo_endpoint_names_bad'],
    ['sipHeadersOut', isNamed(endpoint.sipHeadersOut), 'pbx_kazoo_endpoint_names_bad'],
  ];
  return Object.fromEntries(checks.filter(([, isFine]) => !isFine).map(([key, , problem]) => [key, problem]));
}

/** An endpoint, or a part of one, in the vendor's names. */
function toData(endpoint: Partial<CallEndpoint>): Json {
  const { sipHeadersIn, sipHeadersOut, holdMusic, ignoreEarlyMedia } = endpoint;
  const headers = compact({ in: sipHeadersIn, out: sipHeadersOut });
  return compact({
    name: endpoint.name,
    extension: endpoint.extension,
    auth_required: endpoint.authRequired,
    dial_first: endpoint.dialFirst,
    timeout: endpoint.timeout,
    throttle: endpoint.throttle,
    whitelist: endpoint.whitelist,
    caller_id_number: endpoint.callerIdNumber,
    outbound_callee_id_name: endpoint.calleeIdName,
    outbound_callee_id_number: endpoint.calleeIdNumber,
    presence_id: endpoint.presenceId,
    ringback: endpoint.ringback,
    bypass_media: endpoint.bypassMedia,
    media: ignoreEarlyMedia === undefined ? undefined : { ignore_early_media: ignoreEarlyMedia },
    music_on_hold: holdMusic === undefined ? undefined : { media_id: holdMusic },
    custom_application_vars: endpoint.variables,
    custom_sip_headers: Object.keys(headers).length === 0 ? undefined : headers,
  });
}

function readSummary(entry: Json): EndpointSummary | undefined {
  const id = asWord(entry.id);
  if (id === undefined) return undefined;
  return { id, name: asWord(entry.name) ?? id, extension: asWord(entry.extension) ?? '' };
}

function readPastCall(item: Json): PastCall | undefined {
  const seconds = asNumber(item.timestamp);
  if (seconds === undefined) return undefined;
  const [callId, cause] = [asWord(item.call_id), asWord(item.cause)];
  return {
    at: (seconds > GREGORIAN_TO_UNIX_S ? seconds - GREGORIAN_TO_UNIX_S : seconds) * 1000,
    number: asWord(item.contact) ?? '',
    isPlaced: item.result === 'success',
    ...(callId === undefined ? {} : { callId }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function readWords(value: unknown): Readonly<Record<string, string>> | undefined {
  const object = asObject(value);
  if (!object) return undefined;
  const words = Object.entries(object).map(([key, word]) => [key, asWord(word)] as const);
  return Object.fromEntries(words.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function asNumber(value: unknown): number | undefined {
  const number = Number(asWord(value) ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
}

function settled(answer: KazooResult): Result<void, PbxError> {
  return answer.ok ? ok(undefined) : fail(answer.error.error);
}

type Present<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without what is undefined. */
function compact<T extends object>(object: T): Present<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
}
