import type { AccountNeeds, AccountValues } from '../core/account.ts';
import { isLive, type PbxCall, type PbxCallId } from '../core/calls.ts';
import type { PbxError } from '../core/connection.ts';
import { fail, type Result, unreachable } from '../core/result.ts';
import {
  type AppEvent,
  type AppState,
  type DialAccepted,
  type DialFailure,
  type DialIntent,
  type Effect,
  INITIAL,
  type OpenCall,
  openCalls,
} from '../core/update.ts';
import type { PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../pbx/adapter.ts';
import { holdBy, transferBy } from '../pbx/handling.ts';
import type { Clock } from './clock.ts';

/** The account as it is used: the adapter, and all values with the secrets. */
export interface ReadyAccount {
  readonly adapter: PbxAdapter;
  readonly values: AccountValues;
}

export interface SupervisorParts {
  readonly clock: Clock;
  readonly ports: PbxPorts;
  /** Today's account, read anew at every attempt. */
  account(): Promise<Result<ReadyAccount, PbxError>>;
  /** What of it the user has not granted, or has taken away; undefined when nothing is missing. */
  findMissing(needs: AccountNeeds): Promise<PbxError | undefined>;
  /** Keeps what an adapter found out, to be among the values of its next `connect`. Losing it does no harm. */
  remember(account: ReadyAccount, found: AccountValues, secrets: AccountValues): void;
  /** A number in [0, 1). */
  random(): number;
  /** Hands an event to the keeper, which drops it when `isStill` is false by the time it is its turn. */
  dispatch(event: AppEvent, isStill?: () => boolean): void;
  /** Calls a browser API: Firefox counts nothing else as a sign of life. */
  stayAwake(): void;
}

/** Does what the core asks for, and tells it what came of it. */
export interface Supervisor {
  run(effect: Effect): void;
  /** Sets the pulse: faster while there is a call. */
  onState(state: AppState): void;
  /** Asks the line now whether it lives. */
  beatNow(): void;
  /**
   * The machine may have slept or changed its network: the line is asked, has to answer quickly, and is made anew at once if it does not.
   * `ifSilent`: only when its pulse is overdue.
   */
  probe(when: 'always' | 'ifSilent'): void;
  /** What the session was told when it connected has changed at the PBX: it connects anew, once no call needs it as it is. */
  renew(): void;
}

/** A sign of life during a call, so that a half-open line is known within 25 s (with {@link BEAT_WITHIN_MS}). */
export const BEAT_IN_CALL_MS = 15_000;
/** Chrome stops a worker after 30 s without traffic on its socket, Firefox an event page without an API call. */
export const BEAT_IDLE_MS = 20_000;
export const BEAT_WITHIN_MS = 8_000;
/** After a sleep or a change of network the answer has to come sooner: the old line is most likely dead. */
export const PROBE_WITHIN_MS = 3_000;
/** A pulse that is so much overdue has been slept through. */
const OVERDUE_MS = 5_000;
/** While no line is up, nothing else keeps the browser from stopping us, and a stopped background hears of no network. */
const AWAKE_EVERY_MS = 20_000;

/** One connection from `open` to its end; news of any other is dropped. */
interface Line {
  /** What this connection is with. */
  account?: ReadyAccount;
  session?: PbxSession;
  /** News that came before the list of live calls: told after it, in order. Undefined once told. */
  early: Heard[] | undefined;
  /** A sign of life was asked for and has not come yet. */
  isAsked: boolean;
}

type Heard = Exclude<PbxNews, { type: 'remember' }>;

const CLOSED: PbxError = { kind: 'closed', detail: '' };

/** Runs effects against at most one session at a time. Adapters may misbehave: what they throw is a failure, never ours. */
export function createSupervisor(parts: SupervisorParts): Supervisor {
  const { clock, dispatch } = parts;
  let line: Line | undefined;
  let state = INITIAL;
  let hasCall = false;
  let isOutdated = false;
  let beatenAt = 0;
  let cancelBeat = () => {};
  let cancelAwake: (() => void) | undefined;

  function open(): void {
    close();
    const own: Line = { early: [], isAsked: false };
    line = own;
    isOutdated = false;
    void connect(own);
  }

  function close(isSignOut = false): void {
    const session = line?.session;
    if (isSignOut) void session?.signOut?.().catch(() => {});
    line = undefined;
    cancelBeat();
    end(session);
  }

  async function connect(own: Line): Promise<void> {
    const session = await attempt(own);
    if (line !== own) {
      if (session.ok) end(session.value);
      return;
    }
    if (!session.ok) {
      lose(own, session.error);
      return;
    }
    own.session = session.value;
    scheduleBeat(own, clock.now());
    handOver(session.value, openCalls(state, clock.now()));
    const alive = await listAlive(session.value);
    if (line === own) opened(own, session.value, alive);
  }

  async function attempt(own: Line): Promise<Result<PbxSession, PbxError>> {
    try {
      const account = await parts.account();
      if (!account.ok) return account;
      const { adapter, values } = account.value;
      own.account = account.value;
      // Asked for before anything is sent: without its permissions a PBX is reached in part only, which looks like a fault of its own.
      const missing = await findMissing(own);
      if (missing) return fail(missing);
      return await adapter.connect(values, parts.ports, (news) => {
        if (news.type !== 'remember') hear(own, news);
        else if (line === own) parts.remember(account.value, news.values, news.secrets ?? {});
      });
    } catch {
      return fail({ kind: 'protocol', detail: 'connect' });
    }
  }

  async function findMissing({ account }: Line): Promise<PbxError | undefined> {
    return account && parts.findMissing(account.adapter.needs(account.values));
  }

  function opened(own: Line, session: PbxSession, alive: readonly PbxCall[] | undefined): void {
    const isStill = () => line === own;
    const opening: AppEvent = {
      type: 'opened',
      capabilities: session.capabilities,
      ...(session.extension === undefined ? {} : { extension: session.extension }),
      ...(session.limit === undefined ? {} : { limit: session.limit }),
      ...(alive === undefined ? {} : { alive }),
    };
    dispatch(opening, isStill);
    const early = own.early ?? [];
    own.early = undefined;
    for (const news of early) hear(own, news);
  }

  function hear(own: Line, news: Heard): void {
    if (line !== own || news.type === 'step') return;
    if (news.type === 'lost') lose(own, news.error);
    else if (own.early) own.early.push(news);
    else dispatch(news, () => line === own);
  }

  /** The line is gone. A newer one must not pay for it: the event is dropped when one was opened meanwhile. */
  function lose(own: Line, error: PbxError): void {
    if (line !== own) return;
    close();
    dispatch({ type: 'lost', error, jitter: parts.random() }, () => line === undefined);
  }

  function renew(): void {
    const own = line;
    isOutdated = own !== undefined && hasCall;
    if (!own?.session || own.early || hasCall) return;
    lose(own, CLOSED);
    dispatch({ type: 'nudge' }, () => line === undefined);
  }

  async function dial(intent: DialIntent): Promise<void> {
    dispatch({ type: 'dialled', id: intent.id, result: await place(line?.session, intent) });
  }

  async function hangUp(id: string, pbxId: PbxCallId): Promise<void> {
    const session = line?.session;
    const result = session ? await settled(() => session.hangUp(pbxId)) : fail(CLOSED);
    dispatch({ type: 'hung-up', id, result });
  }

  async function hold({ id, pbxId, want }: Extract<Effect, { type: 'hold' }>): Promise<void> {
    const result = await handled(line?.session, (session) => holdBy(session, pbxId, want));
    dispatch({ type: 'hold-answered', id, result });
  }

  async function transfer({ id, pbxId, to }: Extract<Effect, { type: 'transfer' }>): Promise<void> {
    const result = await handled(line?.session, (session) => transferBy(session, pbxId, to));
    dispatch({ type: 'transfer-answered', id, result });
  }

  function scheduleBeat(own: Line, since: number): void {
    cancelBeat();
    beatenAt = since;
    const wait = since + (hasCall ? BEAT_IN_CALL_MS : BEAT_IDLE_MS) - clock.now();
    cancelBeat = clock.after(Math.max(wait, 0), () => void (isOverdue() ? probe(own) : beat(own)));
  }

  function isOverdue(): boolean {
    return clock.now() - beatenAt > (hasCall ? BEAT_IN_CALL_MS : BEAT_IDLE_MS) + OVERDUE_MS;
  }

  async function probe(own: Line): Promise<void> {
    const { session } = own;
    if (line !== own || !session) return;
    parts.stayAwake();
    scheduleBeat(own, clock.now());
    const result = await within(
      settled(() => session.beat()),
      PROBE_WITHIN_MS,
      clock,
    );
    if (line !== own || result.ok || isAlive(result.error)) return;
    lose(own, result.error);
    dispatch({ type: 'nudge' }, () => line === undefined);
  }

  /** What the PBX has not confirmed since the line is up (its list failed, or was not complete) is asked for again. */
  async function listAgain(own: Line, session: PbxSession): Promise<void> {
    const isDoubtful = state.calls.some((call) => isLive(call) && !call.confirmed && call.pbxId !== undefined);
    if (!isDoubtful || own.early) return;
    const alive = await listAlive(session);
    if (alive) dispatch({ type: 'listed', alive }, () => line === own);
  }

  /** Keeps us there while there is no line that would. */
  function keepAwake(): void {
    const { status } = state.connection;
    if (status !== 'waiting' && status !== 'connecting') {
      cancelAwake?.();
      cancelAwake = undefined;
      return;
    }
    cancelAwake ??= clock.after(AWAKE_EVERY_MS, () => {
      cancelAwake = undefined;
      parts.stayAwake();
      keepAwake();
    });
  }

  async function beat(own: Line): Promise<void> {
    if (line !== own || !own.session) return;
    parts.stayAwake();
    scheduleBeat(own, clock.now());
    if (own.isAsked) return;
    own.isAsked = true;
    const { session } = own;
    const result = await within(
      settled(async () => {
        // An open socket outlives the permission it was opened with, and the browser lets us use it. In a call it stays for the hang-up.
        const missing = hasCall ? undefined : await findMissing(own);
        return missing ? fail(missing) : session.beat();
      }),
      BEAT_WITHIN_MS,
      clock,
    );
    own.isAsked = false;
    if (!result.ok && !isAlive(result.error)) lose(own, result.error);
    else if (line === own) await listAgain(own, session);
  }

  /** Some failures say nothing about the line. Access taken away in a call leaves the open socket, by which it can be hung up. */
  function isAlive(error: PbxError): boolean {
    if (error.kind === 'permission-missing') return hasCall;
    return error.kind === 'rate-limited' || error.kind === 'unsupported';
  }

  return {
    run(effect) {
      switch (effect.type) {
        case 'open':
          return open();
        case 'close':
          return close(effect.isSignOut === true);
        case 'dial':
          return void dial(effect.intent);
        case 'hang-up':
          return void hangUp(effect.id, effect.pbxId);
        case 'hold':
          return void hold(effect);
        case 'transfer':
          return void transfer(effect);
        default:
          return unreachable(effect);
      }
    },
    onState(latest) {
      state = latest;
      const before = hasCall;
      hasCall = state.calls.some(isLive);
      keepAwake();
      if (hasCall !== before && line?.session) scheduleBeat(line, beatenAt);
      if (isOutdated && !hasCall) renew();
    },
    beatNow() {
      if (line) void beat(line);
    },
    probe(when) {
      if (line && (when === 'always' || isOverdue())) void probe(line);
    },
    renew,
  };
}

async function place(session: PbxSession | undefined, intent: DialIntent): Promise<Result<DialAccepted, DialFailure>> {
  // The line was lost after the core asked: nothing has left the browser.
  if (!session) return fail({ error: CLOSED, placed: 'no' });
  const { dialled, id, number, ext, name, pageUrl } = intent;
  const more = {
    canonical: number,
    ...(ext === undefined ? {} : { ext }),
    ...(name === undefined ? {} : { name }),
    ...(pageUrl === undefined ? {} : { pageUrl }),
  };
  try {
    return await session.dial({ number: dialled, ref: id, ...more });
  } catch {
    return fail({ error: { kind: 'protocol', detail: 'dial' }, placed: 'unknown' });
  }
}

async function handled(
  session: PbxSession | undefined,
  send: (session: PbxSession) => Promise<Result<void, DialFailure>>,
): Promise<Result<void, DialFailure>> {
  // The line was lost after the core asked: nothing has left the browser.
  if (!session) return fail({ error: CLOSED, placed: 'no' });
  try {
    return await send(session);
  } catch {
    return fail({ error: { kind: 'protocol', detail: 'handling' }, placed: 'unknown' });
  }
}

function handOver(session: PbxSession, calls: readonly OpenCall[]): void {
  if (calls.length === 0) return;
  try {
    session.follow?.(calls);
  } catch {
    // They stay as they are: not known.
  }
}

async function listAlive(session: PbxSession): Promise<readonly PbxCall[] | undefined> {
  if (!session.capabilities.listCalls) return undefined;
  const listed = await settled(() => session.listCalls());
  return listed.ok ? listed.value : undefined;
}

function end(session: PbxSession | undefined): void {
  try {
    session?.close();
  } catch {
    // An adapter that cannot close has nothing left to close.
  }
}

/** The adapter's answer; what it throws is a failure. */
async function settled<T>(question: () => Promise<Result<T, PbxError>>): Promise<Result<T, PbxError>> {
  try {
    return await question();
  } catch {
    return fail(CLOSED);
  }
}

/** The answer, or a failure when it does not come in time. */
function within(answer: Promise<Result<void, PbxError>>, ms: number, clock: Clock): Promise<Result<void, PbxError>> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(fail({ kind: 'timeout', afterMs: ms })));
    void answer.then((result) => {
      cancel();
      resolve(result);
    });
  });
}
