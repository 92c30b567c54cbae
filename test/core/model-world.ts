import { type Call, isLive, isUnderWay, type PbxCall, type PbxCallId } from '../../src/core/calls.ts';
import type { Capabilities, PbxError } from '../../src/core/connection.ts';
import { keepsakeOf, restore } from '../../src/core/keepsake.ts';
import { fail, ok } from '../../src/core/result.ts';
import {
  type AppEvent,
  type AppState,
  type DialAccepted,
  type DialFailure,
  type Effect,
  INITIAL,
  nextDeadline,
  update,
} from '../../src/core/update.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';

// A whole world around `update`: a PBX that knows the truth, a line between the two that loses, doubles, delays and reorders, and a
// background that is killed at any moment. What the core says is compared with the truth.

/** What kind of PBX a history is about. */
export interface Traits {
  /** Reports name our own id. */
  readonly echoesRef: boolean;
  /** The answer to a place request names the call. */
  readonly tellsId: boolean;
  /** Its numbers carry a prefix we did not send. */
  readonly rewrites: boolean;
}

/** One thing that happens; `nth` picks among what is there. */
export type Act =
  | { readonly do: 'click'; readonly number: number }
  | { readonly do: 'double-click'; readonly number: number }
  | { readonly do: 'hang-up' | 'dismiss' | 'progress' | 'connect' | 'hold'; readonly nth: number }
  /** Hold or Resume, whichever means something; or Transfer. */
  | { readonly do: 'press-hold' | 'press-transfer'; readonly nth: number }
  /** What becomes of the next wish to hold, resume or transfer. */
  | { readonly do: 'handling-fault'; readonly fault: HandlingFault }
  | { readonly do: 'end'; readonly nth: number; readonly reason: 'completed' | 'busy' | 'unknown' }
  | { readonly do: 'incoming'; readonly number: number }
  | { readonly do: 'drop' | 'go-silent' | 'nudge' | 'retry' | 'list-fails' }
  | { readonly do: 'outage'; readonly ms: number }
  /** `beforeEffects`: the next time the core wants something done, it is saved and never done. */
  | { readonly do: 'kill'; readonly backAfterMs: number; readonly beforeEffects: boolean }
  /** The extension becomes a newer one: the background is killed, and of its state only the keepsake is left. */
  | { readonly do: 'update'; readonly backAfterMs: number }
  /** The PBX answers the next login with "too many". */
  | { readonly do: 'login-limited'; readonly ms: number }
  | { readonly do: 'place-fault'; readonly fault: PlaceFault };

/** What happens to the next request to place a call. */
export type PlaceFault = 'never-arrives' | 'answer-lost' | 'refused' | 'slow' | 'too-many';

/** `ignored` is for holds: who takes a transfer and does nothing cannot be told from one whose customer hangs up just then. */
export type HandlingFault = 'refused' | 'answer-lost' | 'never-arrives' | 'ignored';

export interface Moment {
  readonly afterMs: number;
  readonly act: Act;
  /** How late the reports that follow from it are, one entry per copy; none: lost. */
  readonly copies: readonly number[];
}

export const NUMBERS = ['+16175550101', '+16175550102', '+442079460101'] as const;

const CAPABILITIES: Capabilities = {
  liveState: true,
  seesFarEnd: true,
  hangUp: true,
  hold: true,
  transfer: true,
  listCalls: true,
};
const CLOSED: PbxError = { kind: 'closed', detail: '' };
const ALARM_MS = 30_000;
const BEAT_MS = 15_000;
/** A dead line is noticed this late at worst: a beat, and the time its answer is waited for. */
const NOTICE_MS = 23_000;
const LOGIN_MS = 200;
/** How long what is shown may differ from the truth on a line that is up: one beat, and then some. */
const GHOST_MS = 25_000;
const DOUBLE_CLICK_MS = 60;

/** A call at the PBX: the truth. */
interface RealCall {
  readonly pbxId: PbxCallId;
  readonly ref?: string;
  readonly number: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly startedAt: number;
  phase: 'own-ringing' | 'far-ringing' | 'talking' | 'held' | 'ended';
  reason: 'completed' | 'busy' | 'cancelled' | 'unknown';
  changedAt: number;
  /** Handed over because we asked for it. */
  isTransferred?: true;
}

/** One connection, from the PBX's side. */
interface Line {
  readonly incarnation: number;
  isSilent: boolean;
  isOpened: boolean;
  /** Reports that came before the list of live calls. */
  readonly early: PbxCall[];
  /** Calls this connection has spoken of, which it will also tell the end of. */
  readonly told: Set<PbxCallId>;
  /** How each call stood in the last word that came through: what an adapter looks at before it toggles. */
  readonly heard: Map<PbxCallId, PbxCall['change']['to']>;
}

/** Plays histories. Throws with words at the first moment that must not be. */
export class ModelWorld {
  readonly #clock: VirtualClock = virtualClock(1_800_000_000_000);
  readonly #traits: Traits;
  readonly #real: RealCall[] = [];
  /** Place requests that reached the PBX, by our id. */
  readonly #places = new Map<string, number>();
  readonly #clicked = new Map<string, { readonly number: string; readonly at: number }>();
  readonly #wished = new Set<string>();
  readonly #dismissed = new Set<string>();
  /** Presses of Hold, Resume and Transfer that were not followed by an effect yet, by call and wish. */
  readonly #pressed = new Map<string, number>();
  #handlingFault: HandlingFault | undefined;
  /** The last that was ever shown of each of our requests. */
  readonly #shown = new Map<string, Call>();
  #state: AppState = INITIAL;
  #incarnation = 1;
  #isAlive = true;
  #isKilledBeforeEffects = false;
  #killBackAfterMs = 0;
  #line: Line | undefined;
  #onlineSince: number | undefined;
  #outageUntil = 0;
  #placeFault: PlaceFault | undefined;
  #failsToList = false;
  #limitsLoginMs = 0;
  #limitedUntil = 0;
  #cancelTick = () => {};
  #copies: readonly number[] = [0];
  #ids = 0;
  #jitter = 0;

  constructor(traits: Traits) {
    this.#traits = traits;
    this.#dispatch({ type: 'woke', hasAccount: true });
    this.#alarm();
  }

  get state(): AppState {
    return this.#state;
  }

  /** How many place requests reached the PBX. */
  get placed(): number {
    return [...this.#places.values()].reduce((sum, times) => sum + times, 0);
  }

  /** How many wishes to hold, resume or transfer were sent, and how many transfers the PBX carried out. */
  handled = 0;
  transferred = 0;

  play(moments: readonly Moment[]): void {
    for (const { afterMs, act, copies } of moments) {
      this.#advance(afterMs);
      this.#copies = copies;
      this.#act(act);
    }
  }

  /** The faults end; after some minutes everything that is shown has to be the truth. */
  settle(): void {
    this.#copies = [0];
    this.#outageUntil = 0;
    this.#placeFault = undefined;
    this.#handlingFault = undefined;
    this.#failsToList = false;
    this.#limitsLoginMs = 0;
    this.#isKilledBeforeEffects = false;
    this.#advance(200_000);
    this.#checkSettled();
  }

  // ── the background, as keeper and supervisor make it ────────────────────────────────────

  #dispatch(event: AppEvent): void {
    if (!this.#isAlive) return;
    const before = this.#state;
    const step = update(before, event, this.#clock.now());
    // Saving is JSON.
    this.#state = JSON.parse(JSON.stringify(step.state)) as AppState;
    this.#checkStep(before, this.#state, step.effects);
    if (this.#isKilledBeforeEffects && step.effects.length > 0) {
      this.#isKilledBeforeEffects = false;
      this.#kill();
      return;
    }
    for (const effect of step.effects) this.#run(effect);
    this.#noteOnline();
    this.#armTick();
  }

  #run(effect: Effect): unknown {
    switch (effect.type) {
      case 'open':
        return this.#open();
      case 'close':
        this.#line = undefined;
        return;
      case 'dial':
        return this.#place(effect.intent.id, effect.intent.dialled);
      case 'hang-up':
        return this.#hangUp(effect.id, effect.pbxId);
      case 'hold':
        return this.#toggleHold(effect);
      case 'transfer':
        return this.#transfer(effect);
    }
  }

  /** For an answer that only this background, on whatever line, can hear. */
  #answer(event: AppEvent, afterMs: number): void {
    const incarnation = this.#incarnation;
    this.#clock.after(afterMs, () => {
      if (incarnation === this.#incarnation) this.#dispatch(event);
    });
  }

  #open(): void {
    const line: Line = {
      incarnation: this.#incarnation,
      isSilent: false,
      isOpened: false,
      early: [],
      told: new Set(),
      heard: new Map(),
    };
    this.#line = line;
    if (this.#clock.now() < this.#limitedUntil) throw new Error('the PBX asked for patience, and is asked again');
    this.#clock.after(LOGIN_MS, () => {
      if (!this.#isUp(line)) return;
      if (this.#limitsLoginMs > 0) {
        this.#limitedUntil = this.#clock.now() + this.#limitsLoginMs;
        const error: PbxError = { kind: 'rate-limited', retryAfterMs: this.#limitsLoginMs };
        this.#limitsLoginMs = 0;
        return this.#lose(line, error);
      }
      if (this.#clock.now() < this.#outageUntil) return this.#lose(line);
      const failsToList = this.#failsToList;
      this.#failsToList = false;
      const alive = this.#real.filter((call) => call.phase !== 'ended').map((call) => this.#reportOf(call));
      for (const report of alive) line.told.add(report.pbxId);
      this.#clock.after(LOGIN_MS, () => {
        if (!this.#isUp(line)) return;
        line.isOpened = true;
        this.#dispatch({ type: 'opened', capabilities: CAPABILITIES, ...(failsToList ? {} : { alive }) });
        for (const report of line.early) if (this.#isUp(line)) this.#dispatch({ type: 'report', report });
        this.#beat(line);
      });
    });
  }

  #isUp(line: Line): boolean {
    return this.#isAlive && this.#line === line && line.incarnation === this.#incarnation;
  }

  /** Once a beat the PBX says how everything stands, as the adapters ask it to; the core has unconfirmed calls listed. */
  #beat(line: Line): void {
    this.#clock.after(BEAT_MS, () => {
      if (!this.#isUp(line) || line.isSilent) return;
      for (const call of this.#real) {
        if (!line.told.has(call.pbxId) && call.phase === 'ended') continue;
        this.#hear(line, this.#reportOf(call));
        if (call.phase === 'ended') line.told.delete(call.pbxId);
      }
      const isDoubtful = this.#state.calls.some((call) => isLive(call) && !call.confirmed && call.pbxId !== undefined);
      if (isDoubtful && this.#isUp(line)) {
        const alive = this.#real.filter((call) => call.phase !== 'ended').map((call) => this.#reportOf(call));
        this.#dispatch({ type: 'listed', alive });
      }
      this.#beat(line);
    });
  }

  #lose(line: Line, error: PbxError = CLOSED): void {
    if (!this.#isUp(line)) return;
    this.#line = undefined;
    this.#jitter = (this.#jitter + 0.37) % 1;
    this.#dispatch({ type: 'lost', error, jitter: this.#jitter });
  }

  #kill(): void {
    this.#isAlive = false;
    this.#line = undefined;
    this.#onlineSince = undefined;
    this.#incarnation += 1;
    this.#cancelTick();
    const incarnation = this.#incarnation;
    this.#clock.after(this.#killBackAfterMs, () => {
      if (this.#incarnation === incarnation) this.#wake();
    });
  }

  #wake(): void {
    if (this.#isAlive) return;
    this.#isAlive = true;
    this.#dispatch({ type: 'woke', hasAccount: true });
  }

  #alarm(): void {
    this.#clock.after(ALARM_MS, () => {
      if (this.#isAlive) this.#dispatch({ type: 'tick' });
      else this.#wake();
      this.#alarm();
    });
  }

  #armTick(): void {
    this.#cancelTick();
    const at = nextDeadline(this.#state);
    if (at === undefined || !this.#isAlive) return;
    this.#cancelTick = this.#clock.after(Math.max(at - this.#clock.now(), 250), () => this.#dispatch({ type: 'tick' }));
  }

  // ── the PBX ─────────────────────────────────────────────────────────────────────────────

  #place(id: string, number: string): unknown {
    const fault = this.#placeFault;
    this.#placeFault = undefined;
    const answer = (result: { ok: true; value: DialAccepted } | { ok: false; error: DialFailure }, afterMs = 30) =>
      this.#answer({ type: 'dialled', id, result }, afterMs);
    const line = this.#line;
    if (!line) return answer(fail({ error: CLOSED, placed: 'no' }), 0);
    const lostAnswer = fail<DialFailure>({ error: { kind: 'timeout', afterMs: 10_000 }, placed: 'unknown' });
    if (fault === 'never-arrives' || line.isSilent) return answer(lostAnswer, 10_000);
    if (fault === 'refused') return answer(fail({ error: { kind: 'number-refused', detail: '' }, placed: 'no' }));
    if (fault === 'too-many') {
      return answer(fail({ error: { kind: 'rate-limited', retryAfterMs: 4_000 }, placed: 'no' }));
    }
    // It is on its way and arrives, whatever becomes of us.
    const copies = this.#copies;
    this.#clock.after(fault === 'slow' ? 3_000 : 20, () => {
      this.#copies = copies;
      this.#places.set(id, (this.#places.get(id) ?? 0) + 1);
      const call = this.#newCall(this.#traits.rewrites ? `9${number.replace('+', '')}` : number, 'outgoing', id);
      if (fault === 'answer-lost') answer(lostAnswer, 10_000);
      else answer(ok(this.#traits.tellsId ? { pbxId: call.pbxId } : {}));
    });
  }

  #hangUp(id: string, pbxId: PbxCallId): unknown {
    const call = this.#real.find((candidate) => candidate.pbxId === pbxId);
    if (!call) throw new Error(`a hang-up for a call the PBX never had: ${pbxId}`);
    if (!this.#wished.has(id)) throw new Error(`call ${id} is hung up though nobody wished it`);
    const line = this.#line;
    if (!line || line.isSilent) return this.#answer({ type: 'hung-up', id, result: fail(CLOSED) }, 8_000);
    this.#clock.after(20, () => this.#end(call, 'cancelled'));
    this.#answer({ type: 'hung-up', id, result: ok(undefined) }, 40);
  }

  /** One press, one effect. */
  #usePress(id: string, want: string): void {
    const left = this.#pressed.get(`${id} ${want}`) ?? 0;
    if (left < 1) throw new Error(`${want} of ${id} is sent though nobody pressed it, or once more than pressed`);
    this.#pressed.set(`${id} ${want}`, left - 1);
    this.handled += 1;
  }

  #toggleHold({ id, pbxId, want }: Extract<Effect, { type: 'hold' }>): unknown {
    this.#usePress(id, want);
    const fault = this.#handlingFault;
    this.#handlingFault = undefined;
    const answer = (result: Extract<AppEvent, { type: 'hold-answered' }>['result'], afterMs = 30) =>
      this.#answer({ type: 'hold-answered', id, result }, afterMs);
    const line = this.#line;
    if (!line) return answer(fail({ error: CLOSED, placed: 'no' }), 0);
    const stands = line.heard.get(pbxId);
    if (stands !== (want === 'hold' ? 'talking' : 'held')) {
      return answer(fail({ error: { kind: 'protocol', detail: '' }, placed: 'no' }), 0);
    }
    if (fault === 'refused') return answer(fail({ error: { kind: 'rejected', detail: '' }, placed: 'no' }));
    if (!line.isSilent && fault !== 'never-arrives' && fault !== 'ignored') {
      this.#clock.after(20, () => {
        const call = this.#real.find((one) => one.pbxId === pbxId);
        if (call?.phase !== 'talking' && call?.phase !== 'held') return;
        call.phase = call.phase === 'held' ? 'talking' : 'held';
        this.#changed(call);
      });
    }
    return answer(ok(undefined));
  }

  #transfer({ id, pbxId }: Extract<Effect, { type: 'transfer' }>): unknown {
    this.#usePress(id, 'transfer');
    const fault = this.#handlingFault;
    this.#handlingFault = undefined;
    const answer = (result: Extract<AppEvent, { type: 'transfer-answered' }>['result'], afterMs = 30) =>
      this.#answer({ type: 'transfer-answered', id, result }, afterMs);
    const line = this.#line;
    if (!line) return answer(fail({ error: CLOSED, placed: 'no' }), 0);
    const lost = fail<DialFailure>({ error: { kind: 'timeout', afterMs: 10_000 }, placed: 'unknown' });
    if (fault === 'never-arrives' || line.isSilent) return answer(lost, 10_000);
    const call = this.#real.find((one) => one.pbxId === pbxId);
    if (fault === 'refused' || call === undefined) {
      return answer(fail({ error: { kind: 'rejected', detail: '' }, placed: 'no' }));
    }
    this.#clock.after(20, () => {
      if (call.phase === 'ended') return answer(fail({ error: { kind: 'rejected', detail: '' }, placed: 'no' }), 10);
      call.isTransferred = true;
      this.transferred += 1;
      this.#end(call, 'completed');
      answer(fault === 'answer-lost' ? lost : ok(undefined), fault === 'answer-lost' ? 10_000 : 10);
    });
  }

  #newCall(number: string, direction: RealCall['direction'], ref?: string): RealCall {
    this.#ids += 1;
    const now = this.#clock.now();
    const call: RealCall = {
      pbxId: `p${this.#ids}`,
      ...(ref === undefined ? {} : { ref }),
      number,
      direction,
      startedAt: now,
      phase: 'own-ringing',
      reason: 'unknown',
      changedAt: now,
    };
    this.#real.push(call);
    this.#tell(call);
    return call;
  }

  #end(call: RealCall, reason: RealCall['reason']): void {
    if (call.phase === 'ended') return;
    call.phase = 'ended';
    call.reason = reason;
    this.#changed(call);
  }

  #changed(call: RealCall): void {
    call.changedAt = this.#clock.now();
    this.#tell(call);
  }

  /** Pushes how a call stands: as often and as late as the moment says. */
  #tell(call: RealCall): void {
    const line = this.#line;
    if (!line) return;
    const report = this.#reportOf(call);
    line.told.add(call.pbxId);
    for (const lateMs of this.#copies) this.#clock.after(lateMs, () => this.#hear(line, report));
  }

  #hear(line: Line, report: PbxCall): void {
    if (!this.#isUp(line) || line.isSilent) return;
    line.heard.set(report.pbxId, report.change.to);
    if (line.isOpened) this.#dispatch({ type: 'report', report });
    else line.early.push(report);
  }

  #reportOf(call: RealCall): PbxCall {
    const change = (): PbxCall['change'] => {
      switch (call.phase) {
        case 'own-ringing':
          return { to: 'ringing', leg: 'own-phone' };
        case 'far-ringing':
          return { to: 'ringing', leg: 'far-end' };
        case 'ended':
          return { to: 'ended', reason: call.reason };
        default:
          return { to: call.phase };
      }
    };
    return {
      pbxId: call.pbxId,
      number: call.number,
      direction: call.direction,
      ...(this.#traits.echoesRef && call.ref !== undefined ? { ref: call.ref } : {}),
      change: change(),
    };
  }

  // ── what happens ────────────────────────────────────────────────────────────────────────

  #act(act: Act): unknown {
    switch (act.do) {
      case 'click':
        return this.#click(act.number, `r${this.#clicked.size + 1}`);
      case 'double-click': {
        this.#click(act.number, `r${this.#clicked.size + 1}`);
        this.#advance(DOUBLE_CLICK_MS);
        return this.#click(act.number, `r${this.#clicked.size + 1}`);
      }
      case 'hang-up': {
        const call = pick(this.#state.calls.filter(isLive), act.nth);
        if (!call || !this.#isAlive) return;
        this.#wished.add(call.id);
        return this.#dispatch({ type: 'hang-up', id: call.id });
      }
      case 'dismiss': {
        const call = pick(this.#state.calls, act.nth);
        if (call && this.#isAlive) this.#dismissed.add(call.id);
        return call && this.#dispatch({ type: 'dismiss', id: call.id });
      }
      case 'progress': {
        const call = pick(this.#liveCalls(), act.nth);
        if (!call) return;
        if (call.phase === 'own-ringing' && call.direction === 'outgoing') call.phase = 'far-ringing';
        else call.phase = 'talking';
        return this.#changed(call);
      }
      case 'connect': {
        const call = pick(this.#liveCalls(), act.nth);
        if (!call || call.phase === 'talking' || call.phase === 'held') return;
        call.phase = 'talking';
        return this.#changed(call);
      }
      case 'hold': {
        const call = pick(
          this.#liveCalls().filter(({ phase }) => phase === 'talking' || phase === 'held'),
          act.nth,
        );
        if (!call) return;
        call.phase = call.phase === 'held' ? 'talking' : 'held';
        return this.#changed(call);
      }
      case 'press-hold': {
        const call = this.#pickConnected(act.nth);
        if (!call || !this.#isAlive) return;
        const want = call.state.phase === 'held' ? 'resume' : 'hold';
        this.#press(call.id, want, { type: 'hold', id: call.id, want });
        return;
      }
      case 'press-transfer': {
        const call = this.#pickConnected(act.nth);
        if (!call || !this.#isAlive) return;
        this.#press(call.id, 'transfer', { type: 'transfer', id: call.id, number: NUMBERS[1], dialled: NUMBERS[1] });
        return;
      }
      case 'handling-fault':
        this.#handlingFault = act.fault;
        return;
      case 'end': {
        const call = pick(this.#liveCalls(), act.nth);
        return call && this.#end(call, act.reason);
      }
      case 'incoming':
        this.#newCall(NUMBERS[act.number % NUMBERS.length] ?? NUMBERS[0], 'incoming');
        return;
      case 'drop':
        return this.#line && this.#lose(this.#line);
      case 'go-silent': {
        const line = this.#line;
        if (!line?.isOpened) return;
        line.isSilent = true;
        this.#clock.after(NOTICE_MS, () => this.#lose(line));
        return;
      }
      case 'outage':
        this.#outageUntil = this.#clock.now() + act.ms;
        return this.#line && this.#lose(this.#line);
      case 'nudge':
        return this.#dispatch({ type: 'nudge' });
      case 'retry':
        return this.#dispatch({ type: 'retry', hasAccount: true });
      case 'list-fails':
        this.#failsToList = true;
        return;
      case 'kill':
        this.#killBackAfterMs = act.backAfterMs;
        if (act.beforeEffects) this.#isKilledBeforeEffects = true;
        else if (this.#isAlive) this.#kill();
        return;
      case 'update': {
        if (!this.#isAlive) return;
        this.#killBackAfterMs = act.backAfterMs;
        this.#kill();
        const keepsake = keepsakeOf(this.#state, this.#clock.now());
        this.#state = keepsake ? restore(JSON.parse(JSON.stringify(keepsake)), this.#clock.now()) : INITIAL;
        this.#limitedUntil = 0;
        return;
      }
      case 'login-limited':
        this.#limitsLoginMs = act.ms;
        return;
      case 'place-fault':
        this.#placeFault = act.fault;
        return;
    }
  }

  /** A call that is shown as talked on or held, whatever else is true of it; any live one where there is none. */
  #pickConnected(nth: number): Call | undefined {
    const live = this.#state.calls.filter(isLive);
    const connected = live.filter(({ state }) => state.phase === 'talking' || state.phase === 'held');
    return pick(connected.length > 0 ? connected : live, nth);
  }

  /** What is not sent at the press is not sent later. */
  #press(id: string, want: string, event: AppEvent): void {
    this.#pressed.set(`${id} ${want}`, 1);
    this.#dispatch(event);
    this.#pressed.delete(`${id} ${want}`);
  }

  #click(which: number, requestId: string): void {
    const number = NUMBERS[which % NUMBERS.length] ?? NUMBERS[0];
    this.#wake();
    const id = `c-${requestId}`;
    this.#clicked.set(id, { number, at: this.#clock.now() });
    this.#dispatch({ type: 'dial', id, number, dialled: number, requestId });
  }

  #liveCalls(): readonly RealCall[] {
    return this.#real.filter(({ phase }) => phase !== 'ended');
  }

  #advance(ms: number): void {
    // In small steps, so that the truth is compared often enough.
    for (let left = ms; left > 0; left -= 1_000) {
      this.#clock.advance(Math.min(left, 1_000));
      this.#checkTruth();
    }
  }

  #noteOnline(): void {
    if (this.#state.connection.status !== 'online') this.#onlineSince = undefined;
    else this.#onlineSince ??= this.#clock.now();
  }

  // ── what must hold ──────────────────────────────────────────────────────────────────────

  #checkStep(before: AppState, after: AppState, effects: readonly Effect[]): void {
    for (const call of after.calls) this.#shown.set(call.id, call);
    for (const call of before.calls) {
      const later = after.calls.find((other) => other.id === call.id);
      if (!later) continue;
      if (isLive(call) && rank(later) < rank(call))
        throw new Error(`${call.id} went back from ${say(call)} to ${say(later)}`);
      if (!isLive(call) && call.confirmed && say(later) !== say(call))
        throw new Error(`${call.id} came back from its end`);
    }
    for (const { id, pbxId, state } of after.calls) {
      if (state.phase !== 'ended' || state.reason !== 'transferred') continue;
      const real = this.#real.find((call) => call.pbxId === pbxId);
      if (!real?.isTransferred) throw new Error(`${id} is said to be transferred, and was not`);
    }
    const ids = after.calls.filter(isLive).flatMap((call) => call.pbxId ?? []);
    if (new Set(ids).size !== ids.length) throw new Error(`one PBX call is shown live twice: ${ids}`);
    for (const effect of effects) {
      if (effect.type !== 'dial') continue;
      const sent = after.calls.find((call) => call.id === effect.intent.id);
      if (sent?.state.phase !== 'requested' || sent.state.step !== 'sent')
        throw new Error('a dial that is not journalled');
    }
  }

  /** Online for long enough, what is shown as certain is true, and what is true is shown. */
  #checkTruth(): void {
    for (const [id, times] of this.#places) if (times > 1) throw new Error(`${id} was placed ${times} times`);
    const now = this.#clock.now();
    const since = this.#onlineSince;
    if (since === undefined || !this.#line || this.#line.isSilent || now - since < GHOST_MS) return;
    const settledBefore = now - GHOST_MS;
    for (const call of this.#state.calls) {
      if (!isLive(call) || call.pbxId === undefined) continue;
      const real = this.#real.find(({ pbxId }) => pbxId === call.pbxId);
      if (!real || (real.phase === 'ended' && real.changedAt < settledBefore)) {
        throw new Error(
          `a ghost: ${call.id} is shown as ${say(call)}, ${call.confirmed ? 'confirmed' : 'not confirmed'}`,
        );
      }
    }
    for (const real of this.#liveCalls()) {
      if (real.changedAt >= settledBefore) continue;
      if (!this.#state.calls.some((call) => call.pbxId === real.pbxId && isLive(call))) {
        throw new Error(`an orphan: ${real.pbxId} is ${real.phase} and not shown`);
      }
    }
  }

  #checkSettled(): void {
    if (this.#state.connection.status !== 'online') throw new Error(`still ${this.#state.connection.status}`);
    const live = this.#state.calls.filter(isLive);
    const shown = live.map((call) => call.pbxId).sort();
    const real = this.#liveCalls()
      .map(({ pbxId }) => pbxId)
      .sort();
    if (JSON.stringify(shown) !== JSON.stringify(real)) throw new Error(`shown live ${shown}, truly live ${real}`);
    if (live.some((call) => !call.confirmed)) throw new Error('a live call that is still not confirmed');
    for (const call of live) {
      // What the PBX did not do is said, and may be tried again.
      if (call.hangUp !== undefined && call.hangUp.step !== 'unconfirmed')
        throw new Error(`${call.id} was to be hung up and lives on`);
      if (isUnderWay(call.handling)) throw new Error(`${call.id} is for ever about to be ${call.handling.want}`);
      const isHeld = this.#real.some(({ pbxId, phase }) => pbxId === call.pbxId && phase === 'held');
      if (isHeld !== (call.state.phase === 'held')) throw new Error(`${call.id} is shown as ${say(call)}`);
    }
    for (const id of this.#clicked.keys()) this.#checkOutcome(id);
  }

  /** Every request has come to one end, and that end is no lie. */
  #checkOutcome(id: string): void {
    const call = this.#shown.get(id);
    const times = this.#places.get(id) ?? 0;
    // A second click on the same number within three seconds is the first one's call.
    if (!call) {
      if (times > 0) throw new Error(`${id} was placed and never shown`);
      return;
    }
    // What the user took off the list has no further outcome.
    if (this.#dismissed.has(id)) return;
    if (call.state.phase === 'requested') throw new Error(`${id} has no outcome`);
    if (call.placed === 'no' && times > 0) throw new Error(`${id} is said to be not placed, and was`);
    // Where the PBX names no request, a call to the same number may be taken for the wrong one of two.
    const number = this.#clicked.get(id)?.number;
    const others = [...this.#clicked].filter(([other, clicked]) => other !== id && clicked.number === number);
    if (!this.#traits.echoesRef && others.length > 0) return;
    if (call.placed === 'yes' && times === 0) throw new Error(`${id} is said to be placed, and was not`);
  }
}

function pick<T>(list: readonly T[], nth: number): T | undefined {
  return list.length === 0 ? undefined : list[nth % list.length];
}

function say({ state }: Call): string {
  return state.phase === 'ringing' ? `${state.phase} ${state.leg}` : state.phase;
}

function rank({ state }: Call): number {
  const order = { requested: 0, ringing: 1, talking: 3, held: 3, ended: 4 };
  return state.phase === 'ringing' && state.leg === 'far-end' ? 2 : order[state.phase];
}
