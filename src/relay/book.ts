import type { EpochMs } from '../core/calls.ts';
import type { RelayCall, RelayState } from '../core/relay-frames.ts';

/** One event about one call of one agent, in our words. */
export interface CallEvent {
  /** The same for every repetition of the same event. */
  readonly delivery: string;
  readonly callId: string;
  readonly legId: string;
  readonly what: 'ringing' | 'answered' | 'held' | 'ended';
  /** What is later: by the PBX's times, where states may come back (held, and answered again), or by how far the call has come. */
  readonly order: 'by-time' | 'by-progress';
  readonly at: EpochMs;
  /** It was the far end that answered, by its own extension. */
  readonly byFarEnd?: true;
  readonly direction?: 'incoming' | 'outgoing';
  readonly from?: string;
  readonly fromName?: string;
  readonly to?: string;
  readonly toName?: string;
  readonly reason?: string;
  readonly talkedMs?: number;
}

/** All that is known about an agent's calls. Plain JSON: relays share it. */
export interface AgentBook {
  /** Counts changes; a later book has a higher one. */
  readonly v: number;
  readonly calls: readonly BookedCall[];
  /** Calls that have ended, so that what comes late does not raise them again: id and time. */
  readonly past: readonly (readonly [callId: string, endedAt: EpochMs])[];
}

interface BookedCall {
  readonly call: RelayCall;
  readonly answers: number;
  /** Deliveries that were taken. */
  readonly seen: readonly string[];
  readonly heardAt: EpochMs;
}

/** `late`: it was overtaken. `unknown`: it is about a call nobody has told of, and tells nothing of one. */
export type Outcome = 'news' | 'duplicate' | 'late' | 'unknown';

export interface Taken {
  readonly book: AgentBook;
  readonly outcome: Outcome;
  /** The call as it stands; absent where there is nothing to tell. */
  readonly call?: RelayCall;
}

export const EMPTY_BOOK: AgentBook = { v: 0, calls: [], past: [] };

/** Webhooks are repeated for 36 minutes (Zorio); what is older than this is no repetition. */
export const LATEST_MS = 60 * 60_000;
/** An agent who was away for a moment still learns how a call ended. */
const KEEP_ENDED_MS = 60_000;
/** No phone rings this long: the end got lost. */
const LONGEST_RINGING_MS = 10 * 60_000;
const LONGEST_CALL_MS = 12 * 60 * 60_000;
const MOST_CALLS = 50;
const MOST_SEEN = 24;
/** A book is one message of NATS, which takes a megabyte. */
const MOST_PAST = 2_000;

/** The book after one event. Pure; a repeated event changes nothing, a late one never takes a call back. */
export function takeEvent(before: AgentBook, event: CallEvent, now: EpochMs): Taken {
  const book = tidied(before, now);
  const known = book.calls.find(({ call }) => call.callId === event.callId);
  if (!known) {
    if (book.past.some(([id]) => id === event.callId)) return { book, outcome: 'late' };
    return event.byFarEnd ? { book, outcome: 'unknown' } : news(book, undefined, begun(event, now), now);
  }
  if (known.seen.includes(event.delivery)) return { book, outcome: 'duplicate', call: known.call };
  const next = advanced(known, event, now);
  if (next) return news(book, known, next, now);
  return { book: replaced(book, known, remembering(known, event)), outcome: 'late' };
}

/** The calls to show: live ones, and those that ended a moment ago. */
export function callsOf(book: AgentBook, now: EpochMs): readonly RelayCall[] {
  return tidied(book, now).calls.map(({ call }) => call);
}

/** True for a book that may be forgotten: late events can change nothing any more. */
export function isBookOver(book: AgentBook, now: EpochMs): boolean {
  const { calls, past } = tidied(book, now);
  return calls.length === 0 && past.length === 0;
}

/** Calls that live in the book although nobody can have heard of them for so long: given back as ended. */
export function sweepBook(
  before: AgentBook,
  now: EpochMs,
): { readonly book: AgentBook; readonly ended: readonly RelayCall[] } {
  const stale = before.calls.filter(
    ({ call, heardAt }) =>
      call.state !== 'ended' && now - heardAt >= (call.state === 'ringing' ? LONGEST_RINGING_MS : LONGEST_CALL_MS),
  );
  if (stale.length === 0) return { book: before, ended: [] };
  const ended = stale.map(
    (one): BookedCall => ({ ...one, call: { ...one.call, state: 'ended', at: now }, heardAt: now }),
  );
  const calls = before.calls.map((one) => ended.find(({ call }) => call.callId === one.call.callId) ?? one);
  return { book: withPast({ ...before, calls, v: before.v + 1 }, ended, now), ended: ended.map(({ call }) => call) };
}

/** Two relays' knowledge of the same agent as one: of each call what has come further. */
export function mergeBooks(a: AgentBook, b: AgentBook): AgentBook {
  const ids = new Set([...a.calls, ...b.calls].map(({ call }) => call.callId));
  const past = new Map([...a.past, ...b.past]);
  const calls = [...ids].map((id) => {
    const [one, other] = [a, b].map(({ calls }) => calls.find(({ call }) => call.callId === id));
    return one && other ? { ...further(one, other), seen: union(one.seen, other.seen) } : (one ?? other);
  });
  return {
    v: Math.max(a.v, b.v),
    calls: calls
      .filter((one) => one !== undefined)
      .filter(({ call }) => call.state === 'ended' || !past.has(call.callId)),
    past: [...past],
  };
}

function begun(event: CallEvent, now: EpochMs): BookedCall {
  const isAnswer = event.what === 'answered';
  return {
    call: {
      ...partiesOf(event),
      ...endOf(event),
      callId: event.callId,
      legId: event.legId,
      state: event.what,
      at: event.at,
      ...reachedBy(event.what, undefined),
    },
    answers: isAnswer ? 1 : 0,
    seen: [event.delivery],
    heardAt: now,
  };
}

/** The call one step further; undefined when the event tells nothing that is newer. */
function advanced(known: BookedCall, event: CallEvent, now: EpochMs): BookedCall | undefined {
  const { call } = known;
  if (call.state === 'ended') return undefined;
  const answers = known.answers + (event.what === 'answered' ? 1 : 0);
  const state = stateAfter(call.direction ?? event.direction, event, answers);
  const isNewer =
    state === 'ended' ||
    (event.order === 'by-progress' || event.at === call.at
      ? rank(state) > rank(call.state)
      : event.at > call.at && state !== call.state);
  if (!isNewer) return undefined;
  return {
    call: {
      ...partiesOf(event),
      ...call,
      ...endOf(event),
      state,
      at: Math.max(call.at, event.at),
      ...reachedBy(state, call.reached),
    },
    answers,
    seen: [...known.seen, event.delivery].slice(-MOST_SEEN),
    heardAt: now,
  };
}

/** An event that was overtaken still counts: a call whose second answer came before the first is connected. */
function remembering(known: BookedCall, event: CallEvent): BookedCall {
  const { from, fromName, to, toName, direction } = event;
  return {
    ...known,
    call: { ...defined({ from, fromName, to, toName, direction }), ...known.call },
    answers: known.answers + (event.what === 'answered' ? 1 : 0),
    seen: [...known.seen, event.delivery].slice(-MOST_SEEN),
  };
}

function stateAfter(direction: RelayCall['direction'], event: CallEvent, answers: number): RelayState {
  if (event.what !== 'answered' || event.order === 'by-time') return event.what;
  return event.byFarEnd || (answers > 1 && direction !== 'incoming') ? 'connected' : 'answered';
}

function reachedBy(state: RelayState, before: RelayCall['reached']): Pick<RelayCall, 'reached'> {
  if (state === 'ended') return before ? { reached: before } : {};
  const now = state === 'held' ? 'answered' : state;
  return { reached: before && rank(before) > rank(now) ? before : now };
}

function rank(state: RelayState): number {
  return { ringing: 0, answered: 1, connected: 2, held: 2, ended: 3 }[state];
}

function further(one: BookedCall, other: BookedCall): BookedCall {
  const [a, b] = [one, other].map(({ call, answers, seen }) => [
    call.state === 'ended' ? 1 : 0,
    call.at,
    rank(call.state),
    answers,
    seen.length,
  ]);
  for (const [index, value] of (a ?? []).entries()) {
    const against = b?.[index] ?? 0;
    if (value !== against) return value > against ? one : other;
  }
  return one;
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].slice(-MOST_SEEN);
}

function news(book: AgentBook, known: BookedCall | undefined, next: BookedCall, now: EpochMs): Taken {
  const calls = known ? replaced(book, known, next).calls : [...book.calls, next].slice(-MOST_CALLS);
  const changed = { ...book, calls, v: book.v + 1 };
  const isOver = next.call.state === 'ended';
  return { book: isOver ? withPast(changed, [next], now) : changed, outcome: 'news', call: next.call };
}

function replaced(book: AgentBook, known: BookedCall, next: BookedCall): AgentBook {
  return { ...book, calls: book.calls.map((one) => (one === known ? next : one)) };
}

function withPast(book: AgentBook, ended: readonly BookedCall[], now: EpochMs): AgentBook {
  return { ...book, past: [...book.past, ...ended.map(({ call }) => [call.callId, now] as const)].slice(-MOST_PAST) };
}

function tidied(book: AgentBook, now: EpochMs): AgentBook {
  const calls = book.calls.filter(({ call, heardAt }) => call.state !== 'ended' || now - heardAt < KEEP_ENDED_MS);
  const past = book.past.filter(([, at]) => now - at < LATEST_MS);
  return calls.length === book.calls.length && past.length === book.past.length ? book : { ...book, calls, past };
}

function partiesOf({ from, fromName, to, toName, direction }: CallEvent): Partial<RelayCall> {
  return defined({ from, fromName, to, toName, direction });
}

function endOf({ reason, talkedMs }: CallEvent): Partial<RelayCall> {
  return defined({ reason, talkedMs });
}

/** The entries that have a value. */
function defined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
