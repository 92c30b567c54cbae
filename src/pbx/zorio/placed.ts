import type { EpochMs } from '../../core/calls.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure } from '../../core/update.ts';
import type { PbxResponse } from '../adapter.ts';
import { asWord, isWebPage, refusalOf, saysNo } from '../frames.ts';
import { dataOf, faultyFields, type ZorioApi } from './api.ts';

/** Everything the 202 tells, in the vendor's own names and order. */
const TOLD = [
  'call_uuid',
  'a_leg_uuid',
  'b_leg_uuid',
  'from_extension',
  'to_phone',
  'caller_id',
  'trunk_id',
  'trunk_name',
  'routing_mode',
  'status',
];
const LONGEST_WORD = 200;

/** What came of a click-to-call request. Whatever may have reached the PBX all the same is `placed: 'unknown'`. */
export function readPlaced(
  answer: Result<PbxResponse, PbxError>,
  api: ZorioApi,
  now: EpochMs,
): Result<DialAccepted, DialFailure> {
  if (!answer.ok) return fail({ error: answer.error, placed: neverLeft(answer.error) ? 'no' : 'unknown' });
  const response = answer.value;
  const { status } = response;
  if (status >= 200 && status <= 299) {
    // Refused by its own words, but taken by its status: which of them is true nobody knows.
    if (saysNo(response)) return fail({ error: { kind: 'rejected', detail: api.saidIn(response) }, placed: 'unknown' });
    // 202 says what it says; any other success could be a page of something in between.
    return status !== 202 && isWebPage(response)
      ? fail({ error: { kind: 'not-a-pbx', detail: 'a web page' }, placed: 'unknown' })
      : ok(readTold(response));
  }
  return fail({ error: refusal(response, api, now), placed: status >= 500 || status < 400 ? 'unknown' : 'no' });
}

function readTold(response: PbxResponse): DialAccepted {
  const data = dataOf(response);
  const words = TOLD.map((key) => [key, asWord(data?.[key])?.slice(0, LONGEST_WORD)] as const);
  const told = Object.fromEntries(words.filter((entry): entry is [string, string] => entry[1] !== undefined));
  const pbxId = told.call_uuid;
  return {
    ...(pbxId === undefined ? {} : { pbxId }),
    ...(Object.keys(told).length === 0 ? {} : { told }),
  };
}

function refusal(response: PbxResponse, api: ZorioApi, now: EpochMs): PbxError {
  const detail = api.saidIn(response);
  switch (response.status) {
    case 403:
      return { kind: 'not-allowed', detail };
    case 404:
      return { kind: 'unknown-user', detail };
    case 422:
      return { kind: kindOfFault(faultyFields(response)), detail };
    default: {
      const error = refusalOf(response, now);
      return 'detail' in error ? { ...error, detail } : error;
    }
  }
}

/** Which of our values the PBX finds fault with; without a word about it, it is the number that is new each time. */
function kindOfFault(fields: readonly string[]): 'number-refused' | 'unknown-user' | 'rejected' {
  if (fields.length === 0 || fields.includes('to_phone')) return 'number-refused';
  return fields.includes('from_extension') ? 'unknown-user' : 'rejected';
}

function neverLeft(error: PbxError): boolean {
  return error.kind === 'permission-missing' || error.kind === 'bad-address' || error.kind === 'insecure-address';
}
