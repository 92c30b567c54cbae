import type { Call, EndReason } from '../core/calls.ts';
import { unreachable } from '../core/result.ts';

/** The message key of plain words for how a call stands, as the page that began it may know it. */
export function callWords(call: Call): string {
  const { state } = call;
  if (call.hangUp?.step === 'sent' && state.phase !== 'ended') return 'page_call_hanging_up';
  switch (state.phase) {
    case 'requested':
      return state.step === 'queued' ? 'page_call_queued' : 'page_call_requested';
    case 'ringing':
      return state.leg === 'own-phone' ? 'page_call_own_phone' : 'page_call_far_end';
    case 'talking':
      return 'page_call_talking';
    case 'held':
      return 'page_call_held';
    case 'ended':
      if (call.handedOver) return 'page_call_handed_over';
      return call.placed === 'no' && state.reason !== 'cancelled' ? 'page_call_not_placed' : endWords(state.reason);
    default:
      return unreachable(state);
  }
}

function endWords(reason: EndReason): string {
  switch (reason) {
    case 'completed':
    case 'cancelled':
    case 'transferred':
      return 'page_call_ended';
    case 'busy':
    case 'rejected':
    case 'unknown':
      return `page_call_${reason}`;
    case 'no-answer':
      return 'page_call_no_answer';
    case 'own-phone-no-answer':
      return 'page_call_own_phone_no_answer';
    default:
      return 'page_call_failed';
  }
}
