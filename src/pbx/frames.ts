import type { EpochMs } from '../core/calls.ts';
import type { PbxError } from '../core/connection.ts';
import { asFlag, asObject, asWord, readJson } from '../core/json.ts';
import type { PbxResponse } from './adapter.ts';

export { asFlag, asObject, asObjects, asWord, type Json, lookUp, readJson } from '../core/json.ts';

/** After this long we ask again where a PBX says "too many" without a time. */
const ASK_AGAIN_MS = 30_000;
const LONGEST_WAIT_MS = 24 * 60 * 60_000;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** True when a web page came where data was asked for: a login portal, a proxy, another server. */
export function isWebPage(response: PbxResponse): boolean {
  return (
    /\bhtml\b/i.test(response.headers['content-type'] ?? '') ||
    /^\s*<(!doctype|html|head|title|body)\b/i.test(response.body)
  );
}

/** True where an answer with a good status says in so many words that it is none; no document of such a vendor says so. */
export function saysNo(response: PbxResponse): boolean {
  const body = asObject(readJson(response.body));
  return (
    [body?.success, body?.ok].some((claim) => asFlag(claim) === false) ||
    /^(error|fail(ed|ure)?)$/i.test(asWord(body?.status) ?? '')
  );
}

/** True for a request that our own side did not send: nothing can have come of it. */
export function neverLeft(error: PbxError): boolean {
  return error.kind === 'permission-missing' || error.kind === 'bad-address' || error.kind === 'insecure-address';
}

/**
 * What a status that is no success means. 401 is `login-refused`, 404 `unknown-user`: vendors that mean something else by them look
 * at the status first.
 */
export function refusalOf(response: PbxResponse, now: EpochMs): PbxError {
  const detail = `HTTP ${response.status}`;
  const { status } = response;
  if (status === 429) return { kind: 'rate-limited', retryAfterMs: retryAfterMs(response, now) };
  if (status === 503 && response.headers['retry-after'] !== undefined) {
    return { kind: 'rate-limited', retryAfterMs: retryAfterMs(response, now) };
  }
  if (status === 401) return { kind: 'login-refused', detail };
  if (status === 403) return { kind: 'not-allowed', detail };
  if (status === 404) return { kind: 'unknown-user', detail };
  if (status >= 300 && status < 400) return { kind: 'not-a-pbx', detail };
  if (status >= 502 && status <= 504) return { kind: 'unreachable', detail };
  return { kind: 'rejected', detail };
}

/**
 * How long to wait before asking again, in milliseconds: `Retry-After` in seconds or as HTTP date, else the time of `X-RateLimit-Reset`
 * (epoch seconds), 30 s where there is no usable one, a day at most.
 */
export function retryAfterMs(response: PbxResponse, now: EpochMs): number {
  const said = response.headers['retry-after']?.trim() ?? '';
  const reset = response.headers['x-ratelimit-reset']?.trim() ?? '';
  // Times of day are the PBX's: its own clock says how far away they are.
  const there = httpDate(response.headers.date?.trim() ?? '') ?? now;
  const waits = [
    /^\d+$/.test(said) ? Number(said) * 1000 : (httpDate(said) ?? there) - there,
    /^\d+$/.test(reset) ? Number(reset) * 1000 - there : 0,
  ];
  const wait = waits.find((ms) => ms > 0);
  return wait === undefined ? ASK_AGAIN_MS : Math.min(wait, LONGEST_WAIT_MS);
}

/** An HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT`) as epoch ms; undefined when it is none. */
export function httpDate(text: string): EpochMs | undefined {
  const parts = /(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(text);
  if (!parts) return undefined;
  const [day = 0, year = 0, hour = 0, minute = 0, second = 0] = [1, 3, 4, 5, 6].map((index) => Number(parts[index]));
  const month = MONTHS.indexOf(parts[2] ?? '?') / 3 + 1;
  if (!Number.isInteger(month) || month < 1) return undefined;
  return (daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) * 1000;
}

/** Days from 1970-01-01 in the Gregorian calendar; years are counted from March so that the leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}
