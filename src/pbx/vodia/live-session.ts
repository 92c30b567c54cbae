import { CONFIRM_WITHIN_MS, type PbxCall, type PbxCallId } from '../../core/calls.ts';
import type { Capabilities, PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure } from '../../core/update.ts';
import type { DialRequest, PbxNews, PbxPorts, PbxSession, PbxSocket } from '../adapter.ts';
import { OwnCalls } from './own-calls.ts';
import { parseFrame, type VodiaFrame, type VodiaSelf } from './parse-frame.ts';

/** What the socket gives. Hold and transfer are known from the vendor's portal only: whether a PBX does them shows when they are tried. */
export const LIVE: Capabilities = {
  liveState: true,
  seesFarEnd: false,
  hangUp: true,
  hold: true,
  holdUntried: true,
  transfer: true,
  listCalls: true,
};

/** Account key under which is remembered that this PBX was seen to hold a call. */
export const HOLD_SEEN = '_holdSeen';

const ANSWER_WITHIN_MS = 8_000;
/** How long the first answer is waited for; a PBX without calls may stay silent. */
const FIRST_WORD_MS = 2_000;
/** A call that a list lacks has ended when no list within this time has it. */
const DOUBT_MS = 1_500;
/** A placed call that is not pushed is asked for. */
const ASK_AGAIN_MS = 3_000;

/** What was asked for and is not pushed is looked for. */
const LOOK_AFTER_MS = [700, 2_500] as const;

const MOST_COLLEAGUES = 5_000;

/** Waits for a frame: any, or a list of calls. */
interface Waiter {
  readonly what: 'any' | 'calls';
  done(isHeard: boolean): void;
}

/** What a session needs to know of its surroundings. */
export interface LiveContext {
  readonly extension: string;
  readonly domain: string;
  readonly ports: PbxPorts;
  /** A session of this account has seen a call go on hold when it was asked for. */
  readonly isHoldSeen: boolean;
  tell(news: PbxNews): void;
  /** A cheap REST read: whether the PBX is there at all. */
  ask(): Promise<Result<void, PbxError>>;
  /** Called once, when the session is closed by us. */
  closed(): void;
}

/** Vodia's socket as a session: places, follows and hangs up calls of our own extension. */
export class LiveSession implements PbxSession {
  readonly capabilities: Capabilities;
  readonly extension: string;
  readonly #context: LiveContext;
  readonly #calls = new OwnCalls();
  readonly #waiters = new Set<Waiter>();
  readonly #dials = new Map<string, (result: Result<DialAccepted, DialFailure>) => void>();
  /** Live calls that a list lacked, with how many lists have lacked them since. */
  readonly #doubted = new Map<PbxCallId, number>();
  readonly #colleagues = new Set<string>();
  #self: VodiaSelf;
  #socket: PbxSocket | undefined;
  #isOver = false;
  #isReady = false;
  #closedBy: PbxError | undefined;
  #cancelDoubt = () => {};
  /** Whether this PBX answers `get-calls` when there are none; undefined until it was seen. */
  #answersWhenEmpty: boolean | undefined;
  #isPhoneRegistered: boolean | undefined;
  /** The call that is to go on hold by our own wish. */
  #holding: PbxCallId | undefined;
  #isHoldSeen: boolean;

  constructor(context: LiveContext) {
    this.#context = context;
    this.extension = context.extension;
    const { extension, domain, isHoldSeen } = context;
    const { holdUntried: _untried, ...proven } = LIVE;
    this.capabilities = isHoldSeen ? proven : LIVE;
    this.#isHoldSeen = isHoldSeen;
    this.#self = { extension, domain, isDomainConfirmed: false, colleagues: this.#colleagues };
  }

  /** Whether the PBX said that a phone is signed in for our extension; undefined when it said nothing. */
  get isPhoneRegistered(): boolean | undefined {
    return this.#isPhoneRegistered;
  }

  /** Asks for the calls and waits for a first word. Fails when the PBX closes the socket again: live control is refused. */
  async start(socket: PbxSocket): Promise<Result<void, PbxError>> {
    this.#socket = socket;
    const heard = this.#hear('calls', FIRST_WORD_MS);
    // Closed again at once: the close may be told only after this.
    if (!this.#send({ action: 'get-calls' })) this.#lose('at once');
    if (!(await heard) && !this.#closedBy) this.#answersWhenEmpty = false;
    if (this.#closedBy) return fail(this.#closedBy);
    this.#isReady = true;
    return ok(undefined);
  }

  /** For the socket's listener: one frame has come. */
  heard(text: string): void {
    if (this.#isOver) return;
    const frame = parseFrame(text, this.#self, this.#context.ports.now());
    if (frame.type === 'people') this.#takePeople(frame);
    if (frame.type === 'calls') this.#takeCalls(frame);
    for (const waiter of [...this.#waiters]) {
      if (waiter.what === 'any' || frame.type === 'calls') waiter.done(true);
    }
  }

  /** For the socket's listener: it is closed. */
  lost(code: number): void {
    this.#lose(`code ${code}`);
  }

  dial({ number, ref }: DialRequest): Promise<Result<DialAccepted, DialFailure>> {
    const { ports } = this.#context;
    this.#calls.expect(ref, number, ports.now());
    // From here on nothing is ever sent again for this request, by socket or REST: the frame may have arrived.
    if (!this.#send({ action: 'make-call', to: number })) {
      this.#calls.forget(ref);
      return Promise.resolve(fail({ error: { kind: 'closed', detail: '' }, placed: 'no' }));
    }
    return new Promise((resolve) => {
      const cancels = [
        ports.after(CONFIRM_WITHIN_MS, () => {
          settle(fail({ error: { kind: 'timeout', afterMs: CONFIRM_WITHIN_MS }, placed: 'unknown' }));
        }),
        ...[1, 2, 3, 4].map((times) =>
          ports.after(ASK_AGAIN_MS * times, () => void this.#send({ action: 'get-calls' })),
        ),
      ];
      const settle = (result: Result<DialAccepted, DialFailure>) => {
        for (const cancel of cancels) cancel();
        this.#dials.delete(ref);
        resolve(result);
      };
      this.#dials.set(ref, settle);
    });
  }

  async hangUp(pbxId: PbxCallId): Promise<Result<void, PbxError>> {
    // Only an id the PBX has told for our own extension is ever sent; one it does not list is over.
    if (!this.#calls.has(pbxId)) {
      const listed = await this.listCalls();
      if (!listed.ok) return listed;
      if (!this.#calls.has(pbxId)) return ok(undefined);
    }
    if (!this.#send({ action: 'clear-call', id: String(pbxId) })) return fail({ kind: 'closed', detail: '' });
    this.#calls.cleared(pbxId);
    return ok(undefined);
  }

  async hold(pbxId: PbxCallId, want: 'hold' | 'resume'): Promise<Result<void, DialFailure>> {
    const [from, to] = want === 'hold' ? ['talking', 'held'] : ['held', 'talking'];
    const stands = this.#calls.phaseOf(pbxId);
    if (stands === to) return ok(undefined);
    // The frame toggles: sent for a call that stands otherwise it would do the opposite.
    if (stands !== from) return fail({ error: { kind: 'protocol', detail: stands ?? 'no such call' }, placed: 'no' });
    if (want === 'hold') this.#holding = pbxId;
    return this.#sendOnce({ action: 'hold-call', id: String(pbxId) });
  }

  async transfer(pbxId: PbxCallId, to: string): Promise<Result<void, DialFailure>> {
    const stands = this.#calls.phaseOf(pbxId);
    if (stands !== 'talking' && stands !== 'held') {
      return fail({ error: { kind: 'protocol', detail: stands ?? 'no such call' }, placed: 'no' });
    }
    return this.#sendOnce({ action: 'blind-transfer', id: String(pbxId), from: this.extension, to });
  }

  async listCalls(): Promise<Result<readonly PbxCall[], PbxError>> {
    const mayBeSilent = this.#calls.size === 0 && this.#answersWhenEmpty !== true;
    const limit = mayBeSilent && this.#answersWhenEmpty === false ? DOUBT_MS : ANSWER_WITHIN_MS;
    const heard = this.#hear('calls', limit);
    if (!this.#send({ action: 'get-calls' })) return this.#closedNow();
    if (await heard) return ok(this.#calls.list());
    if (this.#isOver) return this.#closedNow();
    if (!mayBeSilent) return fail({ kind: 'timeout', afterMs: limit });
    const there = await this.#context.ask();
    return there.ok ? ok(this.#calls.list()) : there;
  }

  async beat(): Promise<Result<void, PbxError>> {
    const heard = this.#hear('any', ANSWER_WITHIN_MS);
    if (!this.#send({ action: 'wskeepalive' }) || !this.#send({ action: 'get-calls' })) return this.#closedNow();
    // Where no calls mean no answer, silence says nothing about the line: a REST read is the question then.
    if (this.#calls.size === 0 && this.#answersWhenEmpty === false) return this.#context.ask();
    if (await heard) return ok(undefined);
    if (this.#isOver) return this.#closedNow();
    if (this.#calls.size === 0 && this.#answersWhenEmpty === undefined) return this.#context.ask();
    return fail({ kind: 'timeout', afterMs: ANSWER_WITHIN_MS });
  }

  close(): void {
    if (this.#isOver) return;
    this.#finish({ kind: 'closed', detail: '' });
    this.#socket?.close();
    this.#context.closed();
  }

  #lose(detail: string): void {
    if (this.#isOver) return;
    const error: PbxError = { kind: 'closed', detail };
    this.#closedBy = error;
    this.#finish(error);
    if (this.#isReady) this.#context.tell({ type: 'lost', error });
  }

  #takePeople(frame: Extract<VodiaFrame, { type: 'people' }>): void {
    if (frame.confirmsDomain) this.#self = { ...this.#self, isDomainConfirmed: true };
    for (const { extension, isOwn } of frame.people) {
      if (!isOwn && this.#colleagues.size < MOST_COLLEAGUES) this.#colleagues.add(extension);
    }
    const own = frame.people.find((person) => person.isOwn);
    if (own?.registered !== undefined) this.#isPhoneRegistered = own.registered;
    if (frame.people.length > 0) this.#context.tell({ type: 'presence', people: frame.people });
  }

  #takeCalls(frame: Extract<VodiaFrame, { type: 'calls' }>): void {
    const { ports, tell } = this.#context;
    // No call ended, so it was not pushed: this is an answer.
    if (frame.calls.length === 0 && this.#calls.size === 0) this.#answersWhenEmpty = true;
    const told = this.#calls.take(frame.calls, ports.now());
    for (const report of told.reports) {
      tell({ type: 'report', report });
      if (report.change.to === 'held' && report.pbxId === this.#holding) this.#rememberHold();
    }
    for (const { ref, pbxId } of told.placed) this.#dials.get(ref)?.(ok({ pbxId }));
    this.#doubt(told.missing, frame.calls.length);
  }

  /**
   * A list without a live call may be incomplete, old, or only about the call that changed: it is asked again. "No calls" while there was
   * one is believed the second time; anything else only when no list within {@link DOUBT_MS} has the call, since two words about another
   * call may come before the answer.
   */
  #doubt(missing: readonly PbxCallId[], listed: number): void {
    for (const id of this.#doubted.keys()) if (!missing.includes(id)) this.#doubted.delete(id);
    const isNew = missing.some((id) => !this.#doubted.has(id));
    for (const id of missing) this.#doubted.set(id, (this.#doubted.get(id) ?? -1) + 1);
    if (listed === 0 && missing.length === 1 && !isNew) this.#endDoubted(missing);
    if (this.#doubted.size === 0) this.#cancelDoubt();
    else if (isNew && this.#send({ action: 'get-calls' })) this.#settleDoubtsLater();
  }

  #settleDoubtsLater(): void {
    this.#cancelDoubt();
    this.#cancelDoubt = this.#context.ports.after(DOUBT_MS, () => {
      // A PBX that always answers is waited for: its silence says something about the line, not about the call.
      const isHeard = (lists: number) => lists > 0 || this.#answersWhenEmpty !== true;
      this.#endDoubted([...this.#doubted].filter(([, lists]) => isHeard(lists)).map(([id]) => id));
      if (this.#doubted.size > 0) this.#settleDoubtsLater();
    });
  }

  #endDoubted(ids: readonly PbxCallId[]): void {
    for (const id of ids) this.#doubted.delete(id);
    this.#end(ids);
  }

  #rememberHold(): void {
    this.#holding = undefined;
    if (this.#isHoldSeen) return;
    this.#isHoldSeen = true;
    this.#context.tell({ type: 'remember', values: { [HOLD_SEEN]: 'yes' } });
  }

  #end(ids: readonly PbxCallId[]): void {
    for (const id of ids) {
      const report = this.#calls.end(id, this.#context.ports.now());
      if (report) this.#context.tell({ type: 'report', report });
    }
  }

  #hear(what: Waiter['what'], limitMs: number): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        what,
        done: (isHeard) => {
          cancel();
          this.#waiters.delete(waiter);
          resolve(isHeard);
        },
      };
      const cancel = this.#context.ports.after(limitMs, () => waiter.done(false));
      this.#waiters.add(waiter);
    });
  }

  #settle(isHeard: boolean): void {
    for (const waiter of [...this.#waiters]) waiter.done(isHeard);
  }

  #send(frame: Readonly<Record<string, string>>): boolean {
    return !this.#isOver && (this.#socket?.send(JSON.stringify(frame)) ?? false);
  }

  /** Nothing answers such a frame: the calls are looked at for what it did. */
  #sendOnce(frame: Readonly<Record<string, string>>): Result<void, DialFailure> {
    if (!this.#send(frame)) return fail({ error: { kind: 'closed', detail: '' }, placed: 'no' });
    for (const wait of LOOK_AFTER_MS) this.#context.ports.after(wait, () => void this.#send({ action: 'get-calls' }));
    return ok(undefined);
  }

  #closedNow(): { readonly ok: false; readonly error: PbxError } {
    this.#settle(false);
    return fail(this.#closedBy ?? { kind: 'closed', detail: '' });
  }

  #finish(error: PbxError): void {
    this.#isOver = true;
    this.#cancelDoubt();
    this.#settle(false);
    for (const settle of [...this.#dials.values()]) settle(fail({ error, placed: 'unknown' }));
  }
}
