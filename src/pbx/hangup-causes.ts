import type { EndReason } from '../core/calls.ts';
import { lookUp } from './frames.ts';

/** FreeSWITCH's words for the end of a call, as Zorio and Kazoo pass them on. Grouping is ours. */
const REASONS: Readonly<Record<string, EndReason>> = {
  NORMAL_CLEARING: 'completed',
  SUCCESS: 'completed',
  ORIGINATOR_CANCEL: 'cancelled',
  USER_BUSY: 'busy',
  NO_ANSWER: 'no-answer',
  NO_USER_RESPONSE: 'no-answer',
  RECOVERY_ON_TIMER_EXPIRE: 'no-answer',
  CALL_REJECTED: 'rejected',
  UNALLOCATED_NUMBER: 'invalid-number',
  INVALID_NUMBER_FORMAT: 'invalid-number',
  NO_ROUTE_DESTINATION: 'invalid-number',
  NO_ROUTE_TRANSIT_NET: 'invalid-number',
  DESTINATION_OUT_OF_ORDER: 'unreachable',
  USER_NOT_REGISTERED: 'unreachable',
  SUBSCRIBER_ABSENT: 'unreachable',
  NORMAL_TEMPORARY_FAILURE: 'congestion',
  SWITCH_CONGESTION: 'congestion',
  NORMAL_CIRCUIT_CONGESTION: 'congestion',
  REQUESTED_CHAN_UNAVAIL: 'congestion',
  RESOURCE_UNAVAILABLE: 'congestion',
  EXCHANGE_ROUTING_ERROR: 'congestion',
  FACILITY_REJECTED: 'not-allowed',
  OUTGOING_CALL_BARRED: 'not-allowed',
};

/** The reason behind a hang-up cause; `failed` for one we do not know, `unknown` where there is none. */
export function reasonOf(cause: string | undefined): EndReason {
  if (cause === undefined) return 'unknown';
  return lookUp(REASONS, cause.toUpperCase()) ?? 'failed';
}
