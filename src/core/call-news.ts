import { type Call, isLive } from './calls.ts';

/** What has just become of a call, for those who tell or remember it. */
export interface CallNews {
  readonly what: 'incoming' | 'answered' | 'over' | 'failed' | 'ended' | 'gone';
  readonly call: Call;
}

/** Ends that an agent has to know of: nobody was reached, and trying again or elsewhere is up to them. */
const FAILURES = new Set([
  'busy',
  'no-answer',
  'own-phone-no-answer',
  'rejected',
  'unreachable',
  'invalid-number',
  'not-allowed',
  'congestion',
  'failed',
]);

/**
 * What is new about the calls. `incoming`: it begins to ring. `answered`: an incoming call is talked on. `failed`: an outgoing call came
 * to nothing. `over`: an incoming call stopped ringing. `ended`: any call has ended, or more is known of its end; told besides. `gone`: it
 * is no longer on the list. Pure.
 */
export function callNews(before: readonly Call[], after: readonly Call[]): readonly CallNews[] {
  const known = new Map(before.map((call) => [call.id, call]));
  const there = new Set(after.map((call) => call.id));
  const gone = before.filter((call) => !there.has(call.id)).map((call): CallNews => ({ what: 'gone', call }));
  return [...after.flatMap((call) => newsOf(known.get(call.id), call)), ...gone];
}

function newsOf(before: Call | undefined, call: Call): readonly CallNews[] {
  const news: CallNews[] = [];
  if (call.direction === 'incoming') {
    if (isRinging(call) && !isRinging(before)) news.push({ what: 'incoming', call });
    if (isTalking(call) && !isTalking(before)) news.push({ what: 'answered', call });
    if (!isRinging(call) && isRinging(before)) news.push({ what: 'over', call });
  }
  if (isLive(call) || isSameEnd(before, call)) return news;
  if (call.direction === 'outgoing' && isFailure(call) && !isFailure(before)) news.push({ what: 'failed', call });
  return [...news, { what: 'ended', call }];
}

function isRinging(call: Call | undefined): boolean {
  return call?.state.phase === 'ringing';
}

function isTalking(call: Call | undefined): boolean {
  return call?.state.phase === 'talking' || call?.state.phase === 'held';
}

/** A call that the user gave up is no failure. */
function isFailure(call: Call | undefined): boolean {
  return call?.state.phase === 'ended' && FAILURES.has(call.state.reason);
}

/** A guessed end may be replaced by what the PBX's records say. */
function isSameEnd(before: Call | undefined, call: Call): boolean {
  if (before?.state.phase !== 'ended' || call.state.phase !== 'ended') return false;
  return before.state.reason === call.state.reason && before.confirmed === call.confirmed;
}
