import type { CallEndpoint, EndpointKey, EndpointSummary, PastCall } from '../../core/call-endpoint.ts';
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

  /**
   * By PATCH. The documents do not say how it takes a value away; the whole object, sent without the value, is their only way. Whether
   * that is what has become of it is looked at afterwards.
   */
  async change(
    id: string,
    changes: Partial<CallEndpoint>,
    emptied: readonly EndpointKey[] = [],
  ): Promise<Result<readonly EndpointKey[], PbxError>> {
    const path = `${this.#path}/${part(id)}`;
    const gone = emptied.filter((key) => KEYS.includes(key));
    if (gone.length === 0 && !Object.values(changes).some(isOfNames)) {
      const patched = await this.#api.ask('PATCH', path, toData(changes));
      return patched.ok ? ok([]) : fail(patched.error.error);
    }
    const found = await this.#api.ask('GET', path);
    if (!found.ok) return fail(found.error.error);
    const object = asObject(found.value.data);
    if (!object) return fail({ kind: 'protocol', detail: 'no endpoint' });
    const whole = gone.reduce((data, key) => put(data, key, undefined), toData(changes, object));
    const replaced = await this.#api.ask('POST', path, whole);
    if (!replaced.ok) return fail(replaced.error.error);
    const after = await this.read(id);
    return after.ok ? ok(keptOf(readEndpoint(object), after.value, changes, gone)) : after;
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

/** Where each parameter stands in the vendor's object. */
const PLACES: Readonly<Record<EndpointKey, readonly [name: string, inner?: string]>> = {
  name: ['name'],
  extension: ['extension'],
  authRequired: ['auth_required'],
  dialFirst: ['dial_first'],
  timeout: ['timeout'],
  throttle: ['throttle'],
  whitelist: ['whitelist'],
  callerIdNumber: ['caller_id_number'],
  calleeIdName: ['outbound_callee_id_name'],
  calleeIdNumber: ['outbound_callee_id_number'],
  presenceId: ['presence_id'],
  ringback: ['ringback'],
  bypassMedia: ['bypass_media'],
  ignoreEarlyMedia: ['media', 'ignore_early_media'],
  holdMusic: ['music_on_hold', 'media_id'],
  variables: ['custom_application_vars'],
  sipHeadersIn: ['custom_sip_headers', 'in'],
  sipHeadersOut: ['custom_sip_headers', 'out'],
};
const KEYS = Object.keys(PLACES) as readonly EndpointKey[];

/** The vendor's object with the parameters of an endpoint, or of a part of one; whatever else it holds stays. */
function toData(endpoint: Partial<CallEndpoint>, object: Json = {}): Json {
  return KEYS.reduce((data, key) => (endpoint[key] === undefined ? data : put(data, key, endpoint[key])), object);
}

/** With another value for a parameter, or without it. */
function put(object: Json, key: EndpointKey, value: unknown): Json {
  const [name, inner] = PLACES[key];
  if (inner === undefined) return compact({ ...object, [name]: value });
  const around = compact({ ...asObject(object[name]), [inner]: value });
  return compact({ ...object, [name]: Object.keys(around).length === 0 ? undefined : around });
}

/** Named values: whether a change of some leaves the others as they are, is said nowhere. */
function isOfNames(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What should be other by now and is not. */
function keptOf(
  before: CallEndpoint,
  after: CallEndpoint,
  changes: Partial<CallEndpoint>,
  emptied: readonly EndpointKey[],
): readonly EndpointKey[] {
  // What shows another value than before is at the PBX's default.
  const still = emptied.filter((key) => written(after[key]) !== '' && written(after[key]) === written(before[key]));
  const other = KEYS.filter((key) => isOfNames(changes[key]) && written(after[key]) !== written(changes[key]));
  return [...still, ...other];
}

/** For comparing: what holds nothing is as good as not there, and the order of names means nothing. */
function written(value: CallEndpoint[EndpointKey]): string {
  if (value === undefined || value === '') return '';
  const entries = typeof value === 'object' ? Object.entries(value) : undefined;
  return JSON.stringify(entries ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : value).replace(/^\[\]$/, '');
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
