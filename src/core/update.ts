import {
  applyReport,
  type Call,
  type CallId,
  type CallOrigin,
  CONFIRM_WITHIN_MS,
  type EpochMs,
  endCall,
  forgetPrivate,
  HANDLED_WITHIN_MS,
  HANDLING_ANSWER_MS,
  HANG_UP_WITHIN_MS,
  type Handling,
  type HangUp,
  handlingLost,
  isAwaited,
  isLive,
  isUnderWay,
  type PbxCall,
  type PbxCallId,
  prune,
  QUEUE_LIMIT_MS,
  reconcile,
} from './calls.ts';
import { afterFailure, type Capabilities, CONNECT_WITHIN_MS, type Connection, type PbxError } from './connection.ts';
import { type FormerCall, findFormer, formerAfter } from './former-calls.ts';
import { afterPlacing, afterPlea, type Pace, pausedUntil, waitToPlace } from './pace.ts';
import { mergePresence, type Presence } from './presence.ts';
import { type Result, unreachable } from './result.ts';

/** All that happens, as plain JSON: saved after every event, and the popup is a function of it. */
export interface AppState {
  readonly connection: Connection;
  readonly calls: readonly Call[];
  /** Own extension and colleagues as the PBX reports them. */
  readonly people: readonly Presence[];
  /** How many calls were asked for lately, and whether the PBX wants a pause. */
  readonly pace?: Pace;
  /** Calls that are over and not among `calls`, for as long as late words about them may come. */
  readonly former?: readonly FormerCall[];
  /** This account's PBX refused to hold a call, or never showed it: not offered again until it does, or the account is another one. */
  readonly noHold?: true;
}

/** Until when the PBX takes no call of ours; undefined when it takes one now, or is not asked at all. */
export function dialPauseEnd({ connection, pace }: AppState, now: EpochMs): EpochMs | undefined {
  const limit = connection.status === 'online' ? connection.capabilities.placeLimit : undefined;
  return pausedUntil(pace, limit, now);
}

/** What is to be called. `number` is shown, `dialled` is what the PBX is told. */
export interface DialIntent {
  readonly id: CallId;
  readonly number: string;
  readonly dialled: string;
  readonly ext?: string;
  readonly name?: string;
  readonly pageUrl?: string;
}

/** Why `dial` (or `hold`, or `transfer`) failed, and whether the request may have reached the PBX all the same. */
export interface DialFailure {
  readonly error: PbxError;
  readonly placed: 'no' | 'unknown';
}

/** The PBX took the request. `pbxId` is absent where the PBX does not tell one, or not yet. */
export interface DialAccepted {
  readonly pbxId?: PbxCallId;
  /** The number was given to another program: the call is over for us, and nothing is known about it. */
  readonly handedOver?: true;
  /** What else it said about the call, in its own names, for people who look closer. Never a secret. */
  readonly told?: Readonly<Record<string, string>>;
  /** How long the PBX rings before it gives up. */
  readonly ringsForMs?: number;
  /** Its call records tell how the call ended; the session looks there for this long. */
  readonly recordWithinMs?: number;
}

/** A call of an earlier session whose end is still to come. */
export interface OpenCall {
  readonly ref: CallId;
  readonly pbxId: PbxCallId;
  /** What the PBX was told to dial. */
  readonly number: string;
  readonly startedAt: EpochMs;
  /** What the PBX said when it took the call. */
  readonly told?: Readonly<Record<string, string>>;
}

export type AppEvent =
  /**
   * The background started (again); whatever was under way in the old one is gone. `blockedBy`: the PBX refused this account before
   * the browser was closed, so it is not asked again until the user acts.
   */
  | { readonly type: 'woke'; readonly hasAccount: boolean; readonly blockedBy?: PbxError }
  | { readonly type: 'account-changed'; readonly hasAccount: boolean; readonly isElsewhere?: boolean }
  | { readonly type: 'tab-closed'; readonly tabId: number }
  /** A deadline may have passed (timer or the 30 s alarm). */
  | { readonly type: 'tick' }
  /** Network back, machine awake, popup opened: try at once if we were only waiting. */
  | { readonly type: 'nudge' }
  /** The user asks to connect now, or gave what was missing: the only way out of `blocked` without a new account. */
  | { readonly type: 'retry'; readonly hasAccount: boolean }
  | {
      readonly type: 'opened';
      readonly capabilities: Capabilities;
      readonly extension?: string;
      readonly limit?: PbxError;
      readonly alive?: readonly PbxCall[];
    }
  /** The live calls, asked for once more since some were not confirmed. */
  | { readonly type: 'listed'; readonly alive: readonly PbxCall[] }
  /** An attempt to connect failed, or a good session ended. `jitter` is a random number in [0, 1). */
  | { readonly type: 'lost'; readonly error: PbxError; readonly jitter: number }
  | { readonly type: 'report'; readonly report: PbxCall }
  | { readonly type: 'presence'; readonly people: readonly Presence[] }
  | ({ readonly type: 'dial'; readonly requestId?: string; readonly origin?: CallOrigin } & DialIntent)
  | { readonly type: 'dialled'; readonly id: CallId; readonly result: Result<DialAccepted, DialFailure> }
  | { readonly type: 'hang-up'; readonly id: CallId }
  | { readonly type: 'hung-up'; readonly id: CallId; readonly result: Result<void, PbxError> }
  | { readonly type: 'hold'; readonly id: CallId; readonly want: 'hold' | 'resume' }
  | { readonly type: 'hold-answered'; readonly id: CallId; readonly result: Result<void, DialFailure> }
  /** `number` is shown, `dialled` is what the PBX is told. */
  | { readonly type: 'transfer'; readonly id: CallId; readonly number: string; readonly dialled: string }
  | { readonly type: 'transfer-answered'; readonly id: CallId; readonly result: Result<void, DialFailure> }
  /** The user takes a call off the list that has ended, or that nobody can say anything about any more. */
  | { readonly type: 'dismiss'; readonly id: CallId };

/** Work the core asks the shell to do. */
export type Effect =
  | { readonly type: 'open' }
  /** `isSignOut`: the login is not needed any more, whoever asks for the next one. */
  | { readonly type: 'close'; readonly isSignOut?: true }
  | { readonly type: 'dial'; readonly intent: DialIntent }
  | { readonly type: 'hang-up'; readonly id: CallId; readonly pbxId: PbxCallId }
  | { readonly type: 'hold'; readonly id: CallId; readonly pbxId: PbxCallId; readonly want: 'hold' | 'resume' }
  | { readonly type: 'transfer'; readonly id: CallId; readonly pbxId: PbxCallId; readonly to: string };

export interface Step {
  readonly state: AppState;
  readonly effects: readonly Effect[];
}

/** Before anything happened. */
export const INITIAL: AppState = { connection: { status: 'off' }, calls: [], people: [] };

/** A session that can only place calls is opened anew after this long, in case the live connection works again. */
export const LIMITED_RETRY_MS = 60_000;
/** The same under a live call that the session is of no use to. */
export const LIMITED_IN_CALL_RETRY_MS = 15_000;
/** The same number asked for again within this time is the same call: a double click, two tabs, a key held down. */
export const REPEAT_WITHIN_MS = 3_000;
/** How long a call stays in sight that can be hung up but not followed: the PBX never says that it ended. */
export const BLIND_CALL_MS = 30 * 60_000;
/** How long a call stays in sight that the PBX took, can neither hang up nor follow, and did not say how long it rings. */
export const UNTOLD_CALL_MS = 2 * 60_000;
/** A hang-up without effect is sent once more on the next line when the old one died this soon after it. */
const WISH_AGAIN_MS = 60_000;
/** A time to try again that is further away than this was made by another clock. */
const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * The one place where anything changes: every policy about calls and the connection. Pure.
 * A dial request is given to the PBX at most once, whatever follows: `dial` is asked for only in the step that marks the call `sent`. The
 * same goes for a wish to hold, resume or transfer.
 */
export function update(state: AppState, event: AppEvent, now: EpochMs): Step {
  const step = decide(state, event, now);
  // Another PBX may give its calls the same ids: nothing it says is a late word about calls of the old one.
  if (event.type === 'account-changed' && (event.isElsewhere || !event.hasAccount)) return step;
  const report = event.type === 'report' ? event.report : undefined;
  const former = formerAfter(state, step.state.calls, report, now);
  if (former === step.state.former) return step;
  const { former: _old, ...rest } = step.state;
  return { ...step, state: former ? { ...rest, former } : rest };
}

function decide(state: AppState, event: AppEvent, now: EpochMs): Step {
  switch (event.type) {
    case 'woke':
      return woke(state, event, now);
    case 'account-changed':
      return accountChanged(state, event, now);
    case 'tab-closed': {
      const calls = forgetPrivate(state.calls, event.tabId);
      return quiet(calls === state.calls ? state : { ...state, calls });
    }
    case 'tick':
      return tick(state, now);
    case 'nudge':
      return state.connection.status === 'waiting' && askedToWait(state.connection, now) === 0
        ? connect(state, now)
        : quiet(state);
    case 'retry':
      return retry(state, event.hasAccount, now);
    case 'opened':
      return opened(state, event, now);
    case 'listed':
      return listed(state, event.alive, now);
    case 'lost':
      return lost(state, event.error, event.jitter, now);
    case 'report':
      return reported(state, event.report, now);
    case 'presence':
      return quiet({ ...state, people: mergePresence(state.people, event.people) });
    case 'dial':
      return dial(state, event, now);
    case 'dialled':
      return dialled(state, event.id, event.result, now);
    case 'hang-up':
      return hangUp(state, event.id, now);
    case 'hung-up':
      return hungUp(state, event.id, event.result, now);
    case 'hold':
      return hold(state, event, now);
    case 'hold-answered':
      return holdAnswered(state, event.id, event.result);
    case 'transfer':
      return transfer(state, event, now);
    case 'transfer-answered':
      return transferAnswered(state, event.id, event.result, now);
    case 'dismiss':
      return quiet({
        ...state,
        calls: state.calls.filter((call) => call.id !== event.id || (isLive(call) && call.confirmed)),
      });
    default:
      return unreachable(event);
  }
}

/** When `tick` has to come next at the latest; undefined when nothing waits for a time. */
export function nextDeadline(state: AppState): EpochMs | undefined {
  const { connection } = state;
  const times: EpochMs[] = state.calls.flatMap((call) => callDeadlines(call, connection));
  if (connection.status === 'waiting') times.push(connection.retryAt);
  if (connection.status === 'connecting') times.push(connection.since + CONNECT_WITHIN_MS);
  const widen = widenAt(state);
  if (widen !== undefined) times.push(widen);
  return times.length === 0 ? undefined : Math.min(...times);
}

/**
 * The call that a request to dial means, when it is one we have: the same request, or the same number moments ago from anywhere. What
 * was certainly not placed does not count, so that the user may try again at once.
 */
export function findRepeat(
  state: AppState,
  wanted: { readonly number: string; readonly requestId?: string },
  now: EpochMs,
): Call | undefined {
  return (
    state.calls.find((call) => call.requestId !== undefined && call.requestId === wanted.requestId) ??
    state.calls.find(
      (call) =>
        call.direction === 'outgoing' &&
        call.number === wanted.number &&
        Math.abs(now - call.startedAt) < REPEAT_WITHIN_MS &&
        (isLive(call) || call.placed !== 'no'),
    )
  );
}

/** Milliseconds until the PBX takes another call; 0: now. */
export function dialWait({ connection, pace }: AppState, now: EpochMs): number {
  const limit = connection.status === 'online' ? connection.capabilities.placeLimit : undefined;
  return waitToPlace(pace, limit, now);
}

/** The calls a new session has to know, since only an older one has placed them. */
export function openCalls({ calls }: AppState, now: EpochMs): readonly OpenCall[] {
  return calls.flatMap((call) => {
    if (call.pbxId === undefined || !(isLive(call) || isAwaited(call, now))) return [];
    const { id: ref, pbxId, number, dialled = number, startedAt, told } = call;
    return [{ ref, pbxId, number: dialled, startedAt, ...(told ? { told } : {}) }];
  });
}

/**
 * True when a wish about this call can be given to the PBX now: it lives for sure, as the PBX's last word says, and nothing else is under
 * way. `want` names what the call has to be fit for.
 */
export function canHandle(call: Call, want: Handling['want'], connection: Connection): boolean {
  if (connection.status !== 'online' || !call.confirmed || call.pbxId === undefined) return false;
  if (isUnderWay(call.handling) || call.hangUp?.step === 'sent' || call.hangUp?.step === 'wanted') return false;
  const { capabilities } = connection;
  const { phase } = call.state;
  switch (want) {
    case 'hold':
      return capabilities.hold && phase === 'talking';
    case 'resume':
      return capabilities.hold && phase === 'held' && call.isHeldHere === true;
    case 'transfer':
      return capabilities.transfer && (phase === 'talking' || phase === 'held');
    default:
      return unreachable(want);
  }
}

function callDeadlines(call: Call, connection: Connection): readonly EpochMs[] {
  const handled = isLive(call) && isUnderWay(call.handling) ? [handledBy(call.handling)] : [];
  if (isLive(call) && call.hangUp?.step === 'sent') return [...handled, call.hangUp.at + HANG_UP_WITHIN_MS];
  if (handled.length > 0) return handled;
  if (call.state.phase !== 'requested') return [];
  if (call.state.step === 'queued') return [call.startedAt + QUEUE_LIMIT_MS];
  return [call.startedAt + sightMs(call, connection)];
}

function handledBy({ want, step, at }: Handling): EpochMs {
  return at + (want === 'transfer' && step === 'sent' ? HANDLING_ANSWER_MS : HANDLED_WITHIN_MS);
}

/** How long a request that has left stays among the live calls while the PBX says nothing more about it. */
function sightMs(call: Call, connection: Connection): number {
  if (call.placed !== 'yes') return CONFIRM_WITHIN_MS;
  // Without a connection there is only what the PBX said when it took the call.
  if (connection.status !== 'online') return call.recordUntil === undefined ? CONFIRM_WITHIN_MS : UNTOLD_CALL_MS;
  const { liveState, hangUp } = connection.capabilities;
  if (liveState) return CONFIRM_WITHIN_MS;
  // In sight as long as there is something to press.
  if (call.pbxId !== undefined && hangUp) return BLIND_CALL_MS;
  return call.ringsForMs ?? UNTOLD_CALL_MS;
}

/**
 * When a session that works only in part is opened anew: under a live call only where nothing of the call is lost by that. So it is when
 * just the relay is missing, which only tells, and when the session can neither follow nor hang up; until it works whole again, nobody
 * sees how the call goes on.
 */
function widenAt({ connection, calls }: AppState): EpochMs | undefined {
  if (connection.status !== 'online' || connection.limit === undefined) return undefined;
  if (!calls.some(isLive)) return connection.since + LIMITED_RETRY_MS;
  const { limit, capabilities } = connection;
  const isNeeded = limit.kind !== 'relay-failed' && (capabilities.liveState || capabilities.hangUp);
  const isOnItsWay = calls.some((call) => call.state.phase === 'requested' && call.placed !== 'yes');
  return isNeeded || isOnItsWay ? undefined : connection.since + LIMITED_IN_CALL_RETRY_MS;
}

function quiet(state: AppState): Step {
  return { state, effects: [] };
}

function connect(state: AppState, now: EpochMs): Step {
  const { connection } = state;
  const attempt = connection.status === 'waiting' || connection.status === 'connecting' ? connection.attempt : 0;
  return {
    state: { ...state, connection: { status: 'connecting', attempt, since: now } },
    effects: [{ type: 'open' }],
  };
}

function woke(state: AppState, event: Extract<AppEvent, { type: 'woke' }>, now: EpochMs): Step {
  // The old background is gone and with it what waited in its memory: an unsent request is never sent later by itself.
  const calls = prune(state.calls, now).map((call) =>
    call.state.phase === 'requested' && call.state.step === 'queued'
      ? endCall(call, 'failed', now, { placed: 'no' })
      : unconfirmed(call, now),
  );
  const next = { ...state, calls };
  if (!event.hasAccount) return quiet({ ...next, calls: guessEnded(calls, now), connection: { status: 'off' } });
  const { connection } = next;
  const blockedBy = connection.status === 'blocked' ? connection.error : event.blockedBy;
  // Waking up is nobody's act: a background that starts every 30 s must not repeat a wrong password until the account is locked.
  if (blockedBy && blockedBy.kind !== 'permission-missing') {
    return quiet({ ...next, connection: { status: 'blocked', error: blockedBy } });
  }
  if (connection.status === 'waiting' && !isDue(connection.retryAt, now)) return quiet(next);
  const isRetry = connection.status === 'waiting' || connection.status === 'connecting';
  return connect(isRetry ? next : { ...next, connection: { status: 'off' } }, now);
}

function retry(state: AppState, hasAccount: boolean, now: EpochMs): Step {
  const { status } = state.connection;
  if (status === 'online' || status === 'connecting' || !hasAccount) return quiet(state);
  if (askedToWait(state.connection, now) > 0) return quiet(state);
  return connect({ ...state, connection: { status: 'off' } }, now);
}

function isDue(at: EpochMs, now: EpochMs): boolean {
  return at <= now || at - now > LONGEST_WAIT_MS;
}

function accountChanged(
  state: AppState,
  { hasAccount, isElsewhere = false }: Extract<AppEvent, { type: 'account-changed' }>,
  now: EpochMs,
): Step {
  const ended = guessEnded(state.calls, now);
  // Another PBX may give its calls the same ids.
  const calls = isElsewhere ? ended.map(({ pbxId: _id, ...call }) => call) : ended;
  // The count stays where it may be the same login at the same PBX. What an older one was told does not bind a new one.
  const pace = state.pace && !isElsewhere ? { pace: { placedAt: state.pace.placedAt } } : {};
  const off: AppState = { connection: { status: 'off' }, calls, people: [], ...pace };
  const close: Effect = { type: 'close', isSignOut: true };
  // Who signs out leaves nothing behind for whoever comes next.
  if (!hasAccount) return { state: { ...off, calls: [] }, effects: [close] };
  const next = connect(off, now);
  return { state: next.state, effects: [close, ...next.effects] };
}

function tick(state: AppState, now: EpochMs): Step {
  const calls = prune(state.calls, now).map((call) => afterDeadlines(call, state.connection, now));
  const isUnshown = state.calls.some((call) => isOverdue(call, now) && call.handling?.want !== 'transfer');
  const isSame = calls.every((call, index) => call === state.calls[index]) && calls.length === state.calls.length;
  const next = isUnshown ? withoutHold({ ...state, calls }) : isSame ? state : { ...state, calls };
  const { connection } = next;
  if (connection.status === 'waiting' && isDue(connection.retryAt, now)) return connect(next, now);
  if (connection.status === 'connecting' && connection.since + CONNECT_WITHIN_MS <= now) {
    const error: PbxError = { kind: 'timeout', afterMs: CONNECT_WITHIN_MS };
    const failed = lost(next, error, 0.5, now);
    return { state: failed.state, effects: [{ type: 'close' }, ...failed.effects] };
  }
  if ((widenAt(next) ?? Number.POSITIVE_INFINITY) <= now) {
    const again = connect({ ...next, connection: { status: 'off' } }, now);
    return { state: again.state, effects: [{ type: 'close' }, ...again.effects] };
  }
  return quiet(next);
}

function isOverdue(call: Call, now: EpochMs): boolean {
  return isLive(call) && isUnderWay(call.handling) && handledBy(call.handling) <= now;
}

/** A toggle without effect that is pressed again might undo what comes late: it is not offered any more. */
function withoutHold(state: AppState): AppState {
  return { ...state, noHold: true, connection: withHold(state.connection, false) };
}

function withHold(connection: Connection, hold: boolean): Connection {
  if (connection.status !== 'online' || connection.capabilities.hold === hold) return connection;
  return { ...connection, capabilities: { ...connection.capabilities, hold } };
}

function afterDeadlines(known: Call, connection: Connection, now: EpochMs): Call {
  const call = isOverdue(known, now) ? handlingLost(known) : known;
  if (callDeadlines(call, connection).every((time) => time > now)) return call;
  if (call.hangUp?.step === 'sent') return { ...call, hangUp: { step: 'unconfirmed', at: now } };
  if (call.state.phase === 'requested' && call.state.step === 'queued') {
    return endCall(call, 'failed', now, { placed: 'no' });
  }
  const placed = call.placed === 'yes' ? 'yes' : 'unknown';
  return endCall(call, 'unknown', now, { placed, confirmed: false });
}

function opened(state: AppState, event: Extract<AppEvent, { type: 'opened' }>, now: EpochMs): Step {
  if (state.connection.status !== 'connecting') return quiet(state);
  const calls = event.alive ? afterList(state, event.alive, now) : state.calls;
  const connection: Connection = {
    status: 'online',
    since: now,
    capabilities: state.noHold ? { ...event.capabilities, hold: false } : event.capabilities,
    ...(event.extension === undefined ? {} : { extension: event.extension }),
    ...(event.limit === undefined ? {} : { limit: event.limit }),
  };
  const placed = placeQueued({ ...state, connection, calls }, now);
  const wished = sendWishes(placed.state, now);
  return { state: wished.state, effects: [...placed.effects, ...wished.effects] };
}

function listed(state: AppState, alive: readonly PbxCall[], now: EpochMs): Step {
  if (state.connection.status !== 'online') return quiet(state);
  return sendWishes({ ...state, calls: afterList(state, alive, now) }, now);
}

/** A list may be older than the last word about a call. */
function afterList({ calls, former }: AppState, alive: readonly PbxCall[], now: EpochMs): readonly Call[] {
  const fresh = alive.filter((report) => !findFormer(former, calls, report, now));
  return reconcile(calls, fresh, now);
}

/** What waits for the connection goes out, as far as the PBX takes calls now; the rest says how long it would have to wait. */
function placeQueued(state: AppState, now: EpochMs): Step {
  const limit = state.connection.status === 'online' ? state.connection.capabilities.placeLimit : undefined;
  let { pace } = state;
  const effects: Effect[] = [];
  const calls = state.calls.map((call): Call => {
    if (call.state.phase !== 'requested' || call.state.step !== 'queued') return call;
    const retryAfterMs = waitToPlace(pace, limit, now);
    if (retryAfterMs > 0) {
      return endCall(call, 'failed', now, { placed: 'no', error: { kind: 'rate-limited', retryAfterMs } });
    }
    pace = afterPlacing(pace, limit, now);
    effects.push({ type: 'dial', intent: intentOf(call) });
    return asSent(call);
  });
  return { state: { ...state, calls, ...(pace ? { pace } : {}) }, effects };
}

function lost(state: AppState, error: PbxError, jitter: number, now: EpochMs): Step {
  // A late loss after the account was removed must not start reconnecting.
  const { status } = state.connection;
  if (status !== 'connecting' && status !== 'online') return quiet(state);
  const connection = afterFailure(state.connection, error, now, jitter);
  const calls = state.calls.map((call) =>
    connection.status === 'blocked' && call.state.phase === 'requested' && call.state.step === 'queued'
      ? endCall(call, 'failed', now, { placed: 'no', error })
      : unconfirmed(call, now),
  );
  return quiet({ ...state, connection, calls });
}

function reported(state: AppState, report: PbxCall, now: EpochMs): Step {
  if (findFormer(state.former, state.calls, report, now)) return quiet(state);
  const calls = prune(applyReport(state.calls, report, now), now);
  return sendWishes(withHoldTried(withHoldProven({ ...state, calls }, state.calls)), now);
}

/** A PBX that shows late what it was asked for can do it after all. */
function withHoldProven(state: AppState, before: readonly Call[]): AppState {
  const isLate = ({ handling }: Call) => handling?.step === 'unknown' && handling.want !== 'transfer';
  const isShown = (call: Call) =>
    isLate(call) && state.calls.some((later) => later.id === call.id && isLive(later) && later.handling === undefined);
  if (!state.noHold || !before.some(isShown)) return state;
  const { noHold: _proven, ...rest } = state;
  return { ...rest, connection: withHold(state.connection, true) };
}

/** A call on hold by our own wish is the proof. */
function withHoldTried(state: AppState): AppState {
  const { connection, calls } = state;
  if (connection.status !== 'online' || !connection.capabilities.holdUntried) return state;
  if (!calls.some(({ isHeldHere }) => isHeldHere)) return state;
  const { holdUntried: _tried, ...capabilities } = connection.capabilities;
  return { ...state, connection: { ...connection, capabilities } };
}

function dial(state: AppState, event: Extract<AppEvent, { type: 'dial' }>, now: EpochMs): Step {
  if (state.calls.some((call) => call.id === event.id) || findRepeat(state, event, now)) return quiet(state);
  const { type: _type, requestId, origin, ...intent } = event;
  const call: Call = {
    ...intent,
    ...(requestId === undefined ? {} : { requestId }),
    ...(origin === undefined ? {} : { origin }),
    direction: 'outgoing',
    startedAt: now,
    state: { phase: 'requested', step: 'queued' },
    placed: 'no',
    confirmed: true,
  };
  const calls = [...prune(state.calls, now), call];
  const { connection } = state;
  const refused = (error: PbxError) =>
    quiet({
      ...state,
      calls: calls.map((c) => (c === call ? endCall(c, 'failed', now, { placed: 'no', error }) : c)),
    });
  const retryAfterMs = askedToWait(connection, now);
  if (retryAfterMs > 0) return refused({ kind: 'rate-limited', retryAfterMs });
  switch (connection.status) {
    case 'online':
      return placeQueued({ ...state, calls }, now);
    case 'connecting':
      return quiet({ ...state, calls });
    case 'waiting':
      return connect({ ...state, calls }, now);
    case 'off':
      return refused({ kind: 'no-account', detail: '' });
    case 'blocked':
      return refused(connection.error);
    default:
      return unreachable(connection);
  }
}

/** Milliseconds for which the PBX has asked not to be asked at all; 0: it has not. */
function askedToWait(connection: Connection, now: EpochMs): number {
  if (connection.status !== 'waiting' || connection.error.kind !== 'rate-limited') return 0;
  return isDue(connection.retryAt, now) ? 0 : connection.retryAt - now;
}

function dialled(state: AppState, id: CallId, result: Result<DialAccepted, DialFailure>, now: EpochMs): Step {
  const calls = state.calls.map((call) =>
    call.id === id ? afterFormer(afterDial(call, result, now), state.former, now) : call,
  );
  const error = result.ok ? undefined : result.error.error;
  return sendWishes({ ...state, ...pleaIn(error, state, now), calls: withoutTwin(calls, id) }, now);
}

/** The pause that the PBX has asked for with an error. */
function pleaIn(error: PbxError | undefined, { pace }: AppState, now: EpochMs): Pick<AppState, 'pace'> {
  return error?.kind === 'rate-limited' ? { pace: afterPlea(pace, error.retryAfterMs, now) } : {};
}

/** The end that overtook the answer which tells whose end it was. */
function afterFormer(call: Call, former: AppState['former'], now: EpochMs): Call {
  const end = former?.find(({ pbxId, at }) => pbxId === call.pbxId && at >= call.startedAt);
  return end ? endCall(call, end.reason, now) : call;
}

/** A report that overtook the answer, and could not be told to be ours, has made a call of its own: the two become one. */
function withoutTwin(calls: readonly Call[], id: CallId): readonly Call[] {
  const own = calls.find((call) => call.id === id);
  if (own?.pbxId === undefined) return calls;
  // What ended before we dialled had the same id by chance: PBXs use ids again.
  const isSame = (call: Call) => call.pbxId === own.pbxId && (isLive(call) || call.startedAt >= own.startedAt);
  const twin = calls.find((call) => call !== own && isSame(call));
  if (!twin || (!isLive(own) && own.confirmed)) return calls;
  const { hangUp: wish, ...rest } = own;
  const hangUp = twin.hangUp ?? wish;
  const { handling, isHeldHere } = twin;
  const merged: Call = {
    ...rest,
    placed: 'yes',
    confirmed: twin.confirmed,
    state: twin.state,
    ...(twin.talkingSince === undefined ? {} : { talkingSince: twin.talkingSince }),
    ...(twin.heardAt === undefined ? {} : { heardAt: twin.heardAt }),
    ...(hangUp === undefined || !isLive(twin) ? {} : { hangUp }),
    ...(handling === undefined ? {} : { handling }),
    ...(isHeldHere === undefined ? {} : { isHeldHere }),
  };
  return calls.filter((call) => call !== twin).map((call) => (call === own ? merged : call));
}

function afterDial(call: Call, result: Result<DialAccepted, DialFailure>, now: EpochMs): Call {
  if (result.ok) {
    const { pbxId: told, recordWithinMs, ...more } = result.value;
    const pbxId = call.pbxId ?? told;
    const recordUntil = recordWithinMs === undefined ? undefined : now + recordWithinMs;
    const accepted: Call = {
      ...call,
      ...more,
      placed: 'yes',
      heardAt: now,
      ...(pbxId === undefined ? {} : { pbxId }),
      ...(recordUntil === undefined ? {} : { recordUntil }),
    };
    return more.handedOver ? endCall(accepted, 'unknown', now) : accepted;
  }
  const { error, placed } = result.error;
  // A report may have overtaken the answer: the PBX knows the call, so a lost answer changes nothing.
  if (call.placed === 'yes' || call.state.phase !== 'requested') return call;
  return placed === 'no'
    ? endCall(call, 'failed', now, { placed: 'no', error })
    : endCall(call, 'unknown', now, { placed: 'unknown', error, confirmed: false });
}

function hangUp(state: AppState, id: CallId, now: EpochMs): Step {
  const call = state.calls.find((candidate) => candidate.id === id);
  if (!call || !isLive(call) || call.hangUp?.step === 'sent') return quiet(state);
  const isUnsent = call.state.phase === 'requested' && call.state.step === 'queued';
  const next: Call = isUnsent
    ? endCall(call, 'cancelled', now, { placed: 'no' })
    : { ...call, hangUp: { step: 'wanted', at: now } };
  const calls = state.calls.map((candidate) => (candidate === call ? next : candidate));
  const mayConnect = !isUnsent && state.connection.status === 'waiting' && askedToWait(state.connection, now) === 0;
  // Whoever wants to hang up does not want to wait for the next try.
  return mayConnect ? connect({ ...state, calls }, now) : sendWishes({ ...state, calls }, now);
}

/** Hang-ups that could not be sent yet (no id, no connection) go out as soon as both are there. */
function sendWishes(state: AppState, now: EpochMs): Step {
  const { connection } = state;
  if (connection.status !== 'online' || !connection.capabilities.hangUp) return quiet(state);
  const effects: Effect[] = [];
  const calls = state.calls.map((call): Call => {
    if (!isLive(call) || call.hangUp?.step !== 'wanted' || call.pbxId === undefined) return call;
    effects.push({ type: 'hang-up', id: call.id, pbxId: call.pbxId });
    return { ...call, hangUp: { step: 'sent', at: now } };
  });
  return effects.length === 0 ? quiet(state) : { state: { ...state, calls }, effects };
}

function hungUp(state: AppState, id: CallId, result: Result<void, PbxError>, now: EpochMs): Step {
  if (result.ok)
    return quiet(isFollowed(state.connection) ? state : { ...state, calls: afterBlindEnd(state.calls, id, now) });
  const error = result.error;
  const calls = state.calls.map(
    (call): Call =>
      call.id === id && isLive(call) && call.hangUp?.step === 'sent'
        ? { ...call, hangUp: { step: 'unconfirmed', at: now, error } }
        : call,
  );
  // Whoever has had too many hang-ups wants no new calls either.
  return quiet({ ...state, ...pleaIn(error, state, now), calls });
}

function hold(state: AppState, { id, want }: Extract<AppEvent, { type: 'hold' }>, now: EpochMs): Step {
  return handle(state, id, { want, step: 'sent', at: now }, (pbxId) => ({ type: 'hold', id, pbxId, want }));
}

function transfer(
  state: AppState,
  { id, number, dialled }: Extract<AppEvent, { type: 'transfer' }>,
  now: EpochMs,
): Step {
  const handling: Handling = { want: 'transfer', to: number, step: 'sent', at: now };
  return handle(state, id, handling, (pbxId) => ({ type: 'transfer', id, pbxId, to: dialled }));
}

/** Sends a wish in the very step that notes it as sent; what cannot be done now is not done later. */
function handle(state: AppState, id: CallId, handling: Handling, effect: (pbxId: PbxCallId) => Effect): Step {
  const call = state.calls.find((candidate) => candidate.id === id);
  if (call?.pbxId === undefined || !canHandle(call, handling.want, state.connection)) return quiet(state);
  const calls = state.calls.map((candidate) => (candidate === call ? { ...call, handling } : candidate));
  return { state: { ...state, calls }, effects: [effect(call.pbxId)] };
}

function holdAnswered(state: AppState, id: CallId, result: Result<void, DialFailure>): Step {
  const call = state.calls.find((candidate) => candidate.id === id);
  const handling = call?.handling;
  // That the PBX has heard it is no proof: its word on the call is.
  if (result.ok || !call || handling?.step !== 'sent' || handling.want === 'transfer') return quiet(state);
  const { error, placed } = result.error;
  const next: Call =
    placed === 'no' ? { ...call, handling: { ...handling, step: 'refused', error } } : handlingLost(call, error);
  const calls = state.calls.map((candidate) => (candidate === call ? next : candidate));
  return quiet(isRefusal(error) ? withoutHold({ ...state, calls }) : { ...state, calls });
}

/** The PBX will not do it the next time either. */
function isRefusal({ kind }: PbxError): boolean {
  return kind === 'unsupported' || kind === 'rejected' || kind === 'not-allowed';
}

function transferAnswered(state: AppState, id: CallId, result: Result<void, DialFailure>, now: EpochMs): Step {
  return quiet({
    ...state,
    calls: state.calls.map((call) => (call.id === id ? afterTransfer(call, result, now) : call)),
  });
}

function afterTransfer(call: Call, result: Result<void, DialFailure>, now: EpochMs): Call {
  const { handling, ...rest } = call;
  if (handling?.want !== 'transfer' || handling.step !== 'sent') return call;
  const { state } = call;
  if (!result.ok) {
    const { error, placed } = result.error;
    if (placed === 'unknown') return handlingLost(call, error);
    return isLive(call) ? { ...call, handling: { ...handling, step: 'refused', error } } : rest;
  }
  const taken: Call = { ...call, handling: { ...handling, step: 'taken', at: now } };
  // The end has overtaken the answer.
  return state.phase === 'ended' && call.confirmed ? { ...taken, state: { ...state, reason: 'transferred' } } : taken;
}

function isFollowed(connection: Connection): boolean {
  return connection.status !== 'online' || connection.capabilities.liveState;
}

/** Where the PBX never reports an end, its word that it took the hang-up is all there will be. */
function afterBlindEnd(calls: readonly Call[], id: CallId, now: EpochMs): readonly Call[] {
  return calls.map((call) =>
    call.id === id ? endCall(call, call.talkingSince === undefined ? 'cancelled' : 'completed', now) : call,
  );
}

function asSent(call: Call): Call {
  return { ...call, state: { phase: 'requested', step: 'sent' }, placed: 'unknown' };
}

function intentOf(call: Call): DialIntent {
  return {
    id: call.id,
    number: call.number,
    dialled: call.dialled ?? call.number,
    ...(call.ext === undefined ? {} : { ext: call.ext }),
    ...(call.name === undefined ? {} : { name: call.name }),
    ...(call.pageUrl === undefined ? {} : { pageUrl: call.pageUrl }),
  };
}

function unconfirmed(call: Call, now: EpochMs): Call {
  if (!isLive(call)) return call;
  const wish: HangUp | undefined =
    call.hangUp && mayHaveGoneAstray(call.hangUp, now) ? { step: 'wanted', at: call.hangUp.at } : call.hangUp;
  // A hold or transfer that the line took down with it is nobody's to repeat.
  return { ...handlingLost(call), confirmed: false, ...(wish === undefined ? {} : { hangUp: wish }) };
}

/** A hang-up that the line took down with it is wished again: "already gone" counts as success, so repeating one is safe. */
function mayHaveGoneAstray({ step, at, error }: HangUp, now: EpochMs): boolean {
  if (step !== 'unconfirmed') return step === 'sent';
  // Later the user may have gone on talking.
  if (now - at > WISH_AGAIN_MS) return false;
  return error === undefined || error.kind === 'closed' || error.kind === 'timeout' || error.kind === 'unreachable';
}

function guessEnded(calls: readonly Call[], now: EpochMs): readonly Call[] {
  return calls.map((call) => endCall(call, 'unknown', now, { confirmed: false }));
}
