import { cleanText } from './clean-text.ts';
import type { PbxError } from './connection.ts';
import { unreachable } from './result.ts';

/** Milliseconds since 1970-01-01 UTC. */
export type EpochMs = number;
/** Our own id, made before dialling; never shown to a PBX that cannot echo it. */
export type CallId = string;
/** The PBX's id; known once the PBX has told it. */
export type PbxCallId = string;

/** Why a call is over. `unknown`: the PBX did not say, or we could not see it. */
export type EndReason =
  | 'completed'
  | 'cancelled'
  | 'busy'
  | 'no-answer'
  | 'own-phone-no-answer'
  | 'rejected'
  | 'unreachable'
  | 'invalid-number'
  | 'not-allowed'
  | 'congestion'
  | 'failed'
  /** Our own part of it: we have handed the other party over, and our phone is out of the call. */
  | 'transferred'
  | 'unknown';

/** Which phone rings: in a two-leg call the agent's own phone first, then the customer's (`far-end`). */
export type Leg = 'own-phone' | 'far-end';

/** Whether it is the first phone that rings or the second, once the first is answered. Absent: our own phone comes first. */
export type LegOrder = 'first' | 'second';

export type CallState =
  /** `queued`: waits for the connection, nothing has left the browser. `sent`: it has left, or may have. */
  | { readonly phase: 'requested'; readonly step: 'queued' | 'sent' }
  | { readonly phase: 'ringing'; readonly leg: Leg; readonly order?: LegOrder }
  | { readonly phase: 'talking'; readonly since: EpochMs }
  | { readonly phase: 'held'; readonly since: EpochMs }
  | { readonly phase: 'ended'; readonly at: EpochMs; readonly reason: EndReason };

/** How a wish to hang up stands. `wanted`: remembered until the PBX has told its id. `unconfirmed`: sent, and the call is still there. */
export interface HangUp {
  readonly step: 'wanted' | 'sent' | 'unconfirmed';
  readonly at: EpochMs;
  readonly error?: PbxError;
}

/**
 * A wish about a call that is talked on; given to the PBX once, whatever follows. `sent`: it has not answered. `taken`: it has, and what it
 * does is still to be seen. `refused`: nothing came of it. `unknown`: something may have, and only the phone can tell.
 */
export type Handling =
  | {
      readonly want: 'hold' | 'resume';
      readonly step: 'sent' | 'refused' | 'unknown';
      readonly at: EpochMs;
      readonly error?: PbxError;
    }
  | {
      readonly want: 'transfer';
      /** To whom, as shown; E.164 where there is one. */
      readonly to: string;
      readonly step: 'sent' | 'taken' | 'refused' | 'unknown';
      readonly at: EpochMs;
      readonly error?: PbxError;
    };

/** The frame a call was begun from, by the browser's record. */
export interface CallOrigin {
  readonly tabId: number;
  readonly frameId: number;
  /** In a private window: nothing of it may outlive the window, or be written to the disk. */
  readonly isPrivate?: true;
}

export interface Call {
  readonly id: CallId;
  readonly pbxId?: PbxCallId;
  /** E.164 where there is one (`+16173998147`), else what was dialled (short extension) or what the PBX said. */
  readonly number: string;
  /** What the PBX was told to dial; differs from `number` by the account's number format. */
  readonly dialled?: string;
  /** The extension to dial after the answer, as shown on the page. */
  readonly ext?: string;
  readonly name?: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly startedAt: EpochMs;
  /** When the two parties (or, where the PBX cannot tell, the first leg) were connected. */
  readonly talkingSince?: EpochMs;
  readonly state: CallState;
  /** Whether the request reached the PBX. `unknown` after a lost answer: the agent must look at the phone. */
  readonly placed: 'yes' | 'no' | 'unknown';
  /** False while what is shown is older than the connection: the popup then says when it was last confirmed. */
  readonly confirmed: boolean;
  /** When the PBX last spoke of this call. */
  readonly heardAt?: EpochMs;
  readonly hangUp?: HangUp;
  /** Of a call that has ended, only a transfer is remembered. */
  readonly handling?: Handling;
  /** It is held by our own wish: what the other party or the desk phone holds is not ours to resume. */
  readonly isHeldHere?: true;
  /** Why the call was not placed or failed, where there is more to say than the reason. */
  readonly error?: PbxError;
  /** Made at the click; a second request with the same id is the same call. */
  readonly requestId?: string;
  readonly origin?: CallOrigin;
  /** Address of the page it was begun on, where the account has use for it. */
  readonly pageUrl?: string;
  /** The number was given to another program, and nobody can say what became of it. */
  readonly handedOver?: true;
  /** What the PBX said when it took the call, in its own names (ids to be copied). */
  readonly told?: Readonly<Record<string, string>>;
  /** How long the PBX rings before it gives up, where it said so. */
  readonly ringsForMs?: number;
  /** The PBX's call records are looked at until then for how the call ended. */
  readonly recordUntil?: EpochMs;
}

/** One PBX's report about one call, already in our words. */
export interface PbxCall {
  readonly pbxId: PbxCallId;
  /** Our id, where this PBX echoes it or the adapter knows it for sure. */
  readonly ref?: CallId;
  readonly number?: string;
  readonly name?: string;
  readonly direction?: Call['direction'];
  readonly change:
    | { readonly to: 'ringing'; readonly leg: Leg; readonly order?: LegOrder }
    | { readonly to: 'talking' | 'held'; readonly since?: EpochMs }
    /** `talkedMs`: how long they talked, where the PBX says so only afterwards. `error`: more to say than the reason. */
    | { readonly to: 'ended'; readonly reason: EndReason; readonly talkedMs?: number; readonly error?: PbxError }
    /** It lives, but the PBX used a word we do not know. */
    | { readonly to: 'alive' };
}

/** How long a sent request may stay without a word from the PBX before it counts as not known. */
export const CONFIRM_WITHIN_MS = 15_000;
/** A call that waits for the connection is given up after this, and said to be not placed. */
export const QUEUE_LIMIT_MS = 10_000;
/** A hang-up without effect after this is shown as not confirmed, and may be tried again. */
export const HANG_UP_WITHIN_MS = 5_000;
/** A hold, resume or transfer that the PBX took shows within this time, or only the phone can tell. */
export const HANDLED_WITHIN_MS = 5_000;
/** How long the answer to a transfer is waited for: longer than a request may take. */
export const HANDLING_ANSWER_MS = 12_000;
/** Ended calls stay in sight for this long. */
export const KEEP_ENDED_MS = 5 * 60_000;
const KEEP_ENDED_PRIVATE_MS = 30_000;
const KEEP_ENDED_COUNT = 20;
/** A report may still be taken for a request without id when it comes this soon after it. */
const ADOPT_WITHIN_MS = 60_000;
const SUFFIX_DIGITS = 7;
/** Characters. What a PBX sends is saved after every event: a hostile one must not fill the memory. */
const LONGEST_ID = 200;
const LONGEST_WORD = 100;
const LONGEST_DETAIL = 300;

/** True until the call has ended. */
export function isLive(call: Call): boolean {
  return call.state.phase !== 'ended';
}

/**
 * True when two written numbers can be the same line: equal digits, or one ends with the other by at least seven digits
 * (a PBX may add a prefix, drop the `+` or use the national form).
 */
export function isSameNumber(a: string, b: string): boolean {
  const left = a.replace(/\D/g, '');
  const right = b.replace(/\D/g, '');
  if (left === '' || right === '') return a === b;
  if (left === right) return true;
  const short = left.length < right.length ? left : right;
  const long = left.length < right.length ? right : left;
  if (short.length < SUFFIX_DIGITS) return false;
  // National form: a trunk 0 stands where the country code was.
  return (
    long.endsWith(short) || (short.startsWith('0') && short.length > SUFFIX_DIGITS && long.endsWith(short.slice(1)))
  );
}

/**
 * The calls after one report: the call it belongs to moves forward, never backward; a report about a call we do not know adds it.
 * An end that we only guessed gives way to news; any other end is final.
 */
export function applyReport(calls: readonly Call[], told: PbxCall, now: EpochMs): readonly Call[] {
  // An id cut short could be another call's.
  if (told.pbxId.length > LONGEST_ID) return calls;
  const report = cutToFit(told);
  const known = findCall(calls, report, now);
  if (known) return calls.map((call) => (call === known ? advance(call, report, now) : call));
  if (report.change.to === 'ended') return calls;
  return [...calls, advance(fromPbx(report, now), report, now)];
}

/**
 * After a gap: reports are applied, and whatever the PBX does not list has ended, reason `unknown`, as our guess. A request that left
 * just before the gap keeps waiting for its deadline, since the PBX may list it a moment later.
 */
export function reconcile(calls: readonly Call[], alive: readonly PbxCall[], now: EpochMs): readonly Call[] {
  const reported = alive.reduce((all, report) => applyReport(all, report, now), calls);
  const listed = new Set(alive.map((report) => report.pbxId));
  return reported.map((call) => {
    // What was told since the gap is newer than the list.
    if (!isLive(call) || call.confirmed || call.pbxId === undefined || listed.has(call.pbxId)) return call;
    return endCall(call, 'unknown', now, { confirmed: false });
  });
}

/** The call, ended. What is already ended stays as it is. */
export function endCall(
  call: Call,
  reason: EndReason,
  now: EpochMs,
  more: { readonly confirmed?: boolean; readonly placed?: Call['placed']; readonly error?: PbxError } = {},
): Call {
  if (!isLive(call)) return call;
  const { hangUp: _settled, isHeldHere: _over, handling, ...rest } = call;
  const kept = handling?.want === 'transfer' && handling.step !== 'refused' ? { handling } : {};
  return { ...rest, ...kept, confirmed: true, ...more, state: { phase: 'ended', at: now, reason } };
}

/** True while the PBX has not shown what came of a wish. */
export function isUnderWay(handling: Handling | undefined): handling is Handling & { readonly step: 'sent' | 'taken' } {
  return handling?.step === 'sent' || handling?.step === 'taken';
}

/** The call without word of what came of a wish: from now on only the phone can tell. */
export function handlingLost(call: Call, error?: PbxError): Call {
  const { handling } = call;
  if (!isUnderWay(handling)) return call;
  return { ...call, handling: { ...handling, step: 'unknown', ...(error === undefined ? {} : { error }) } };
}

/** Drops what ended long ago, and the oldest when there are many. Live calls always stay, and those whose result is still to come. */
export function prune(calls: readonly Call[], now: EpochMs): readonly Call[] {
  const ended = calls.filter(
    (call) => call.state.phase === 'ended' && (now - call.state.at < keptFor(call) || isAwaited(call, now)),
  );
  const kept = new Set(ended.slice(-KEEP_ENDED_COUNT));
  const left = calls.filter((call) => isLive(call) || kept.has(call));
  return left.length === calls.length ? calls : left;
}

/** Without the calls that were begun in this tab, where it was a private one: it is closed. Live calls stay until they end. */
export function forgetPrivate(calls: readonly Call[], tabId: number): readonly Call[] {
  const left = calls.filter((call) => isLive(call) || !call.origin?.isPrivate || call.origin.tabId !== tabId);
  return left.length === calls.length ? calls : left;
}

function keptFor({ origin }: Call): number {
  return origin?.isPrivate ? KEEP_ENDED_PRIVATE_MS : KEEP_ENDED_MS;
}

/** True for a call whose end we only guessed while the PBX's records may still tell. */
export function isAwaited(call: Call, now: EpochMs): boolean {
  return !isLive(call) && !call.confirmed && call.recordUntil !== undefined && now < call.recordUntil;
}

function findCall(calls: readonly Call[], report: PbxCall, now: EpochMs): Call | undefined {
  return (
    calls.find((call) => call.pbxId === report.pbxId && isLive(call)) ??
    calls.find((call) => call.pbxId === report.pbxId && mayContinue(call, report, calls)) ??
    calls.find((call) => report.ref !== undefined && call.id === report.ref && call.pbxId === undefined) ??
    (calls.some((call) => call.pbxId === report.pbxId && isLive(call)) ? undefined : findAdoptable(calls, report, now))
  );
}

function cutToFit({ number, name, change, ...rest }: PbxCall): PbxCall {
  // A name in which nothing can be seen is none.
  const shown = name === undefined ? '' : cleanText(name);
  return {
    ...rest,
    change: change.to === 'ended' && change.error ? { ...change, error: cutDetail(change.error) } : change,
    ...(number === undefined ? {} : { number: number.slice(0, LONGEST_WORD) }),
    ...(shown === '' ? {} : { name: shown }),
  };
}

function cutDetail(error: PbxError): PbxError {
  return 'detail' in error ? { ...error, detail: error.detail.slice(0, LONGEST_DETAIL) } : error;
}

/**
 * An ended call keeps its PBX id, so late words about it are heard and dropped; a PBX that reuses ids starts a new call much later, or
 * for a request of ours that waits for its id.
 */
function mayContinue(call: Call, report: PbxCall, calls: readonly Call[]): boolean {
  return (
    isLive(call) ||
    !call.confirmed ||
    report.change.to !== 'ringing' ||
    report.ref === call.id ||
    !calls.some((other) => other.id === report.ref && other.pbxId === undefined)
  );
}

/** Our own request that has left and has no PBX id yet, when the report can be about nothing else. */
function findAdoptable(calls: readonly Call[], report: PbxCall, now: EpochMs): Call | undefined {
  if (report.ref !== undefined || report.number === undefined || report.direction === 'incoming') return undefined;
  if (calls.some((call) => call.pbxId === report.pbxId)) return undefined;
  const number = report.number;
  const waiting = calls.filter(
    (call) =>
      call.pbxId === undefined &&
      call.direction === 'outgoing' &&
      call.placed !== 'no' &&
      (call.state.phase === 'requested' ? call.state.step === 'sent' : !isLive(call) && !call.confirmed) &&
      now - call.startedAt < ADOPT_WITHIN_MS &&
      (isSameNumber(number, call.dialled ?? call.number) || isSameNumber(number, call.number)),
  );
  return waiting.length === 1 ? waiting[0] : undefined;
}

function fromPbx(report: PbxCall, now: EpochMs): Call {
  return {
    id: `pbx:${report.pbxId}:${now}`,
    pbxId: report.pbxId,
    number: report.number ?? '',
    direction: report.direction ?? 'outgoing',
    startedAt: now,
    state: { phase: 'requested', step: 'sent' },
    placed: 'yes',
    confirmed: true,
  };
}

function advance(call: Call, report: PbxCall, now: EpochMs): Call {
  if (!isLive(call) && call.confirmed) return call;
  const base = isLive(call) ? call : withoutEnd(call);
  const heard: Call = {
    ...base,
    pbxId: report.pbxId,
    placed: 'yes',
    confirmed: true,
    heardAt: now,
    ...(base.name === undefined && report.name !== undefined ? { name: report.name } : {}),
    ...(base.number === '' && report.number !== undefined ? { number: report.number } : {}),
  };
  const change = report.change;
  switch (change.to) {
    case 'ended': {
      const talked = heard.talkingSince === undefined && change.talkedMs ? { talkingSince: now - change.talkedMs } : {};
      // The PBX took the transfer and our leg is gone. Who hangs up as well has left it open which of the two it was.
      const isTransferred = heard.handling?.step === 'taken' && heard.hangUp === undefined;
      const last = isTransferred || heard.handling?.step === 'sent' ? heard : handlingLost(heard);
      const reason = isTransferred ? 'transferred' : change.reason;
      return endCall({ ...last, ...talked }, reason, now, change.error ? { error: change.error } : {});
    }
    case 'alive':
      return heard;
    case 'ringing': {
      const { to: phase, ...which } = change;
      const ringing: CallState = { phase, ...which };
      return rank(heard.state) < rank(ringing) ? { ...heard, state: ringing } : heard;
    }
    case 'talking':
    case 'held': {
      const since = heard.talkingSince ?? change.since ?? now;
      return withHandlingShown({ ...heard, talkingSince: since, state: { phase: change.to, since } });
    }
    default:
      return unreachable(change);
  }
}

/** A hold or resume is done when the PBX shows it, however late. */
function withHandlingShown(call: Call): Call {
  const { handling, isHeldHere, ...rest } = call;
  const isOpen = handling?.step === 'sent' || handling?.step === 'unknown';
  const isHeld = call.state.phase === 'held';
  const isDone = isOpen && handling.want !== 'transfer' && (handling.want === 'hold') === isHeld;
  return {
    ...rest,
    ...(handling === undefined || isDone ? {} : { handling }),
    ...(isHeld && (isHeldHere || (isDone && handling.want === 'hold')) ? { isHeldHere: true } : {}),
  };
}

/** A guessed end taken back: the call lives where it stood, which is `talking` if it ever was. */
function withoutEnd(call: Call): Call {
  const { error: _gone, ...rest } = call;
  const since = call.talkingSince;
  return { ...rest, state: since === undefined ? { phase: 'requested', step: 'sent' } : { phase: 'talking', since } };
}

function rank(state: CallState): number {
  switch (state.phase) {
    case 'requested':
      return 0;
    case 'ringing':
      return (state.order ?? (state.leg === 'own-phone' ? 'first' : 'second')) === 'first' ? 1 : 2;
    case 'talking':
    case 'held':
      return 3;
    case 'ended':
      return 4;
    default:
      return unreachable(state);
  }
}
