import type { SimClock } from './clock.ts';

/** One of the two phones of a call. */
export interface Leg {
  readonly id: string;
  state: 'idle' | 'dialling' | 'ringing' | 'answered' | 'ended';
  /** Epoch ms of the last change. */
  since: number;
}

/** Why a simulated call ended; simulators translate it into their own vendor's words. */
export type SimCause =
  | 'completed'
  | 'cancelled'
  | 'busy'
  | 'no-answer'
  | 'own-phone-no-answer'
  | 'own-phone-rejected'
  | 'own-phone-unreachable'
  | 'rejected'
  | 'unallocated'
  | 'congestion';

/** A two-leg call: the agent's own phone first, then the far end (the other way round when it comes in). */
export interface SimCall {
  readonly id: string;
  readonly tenant: string;
  /** The agent's extension. */
  readonly agent: string;
  /** The far end's number, as dialled. */
  readonly number: string;
  readonly name?: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly startedAt: number;
  readonly legs: { readonly agent: Leg; readonly farEnd: Leg };
  phase:
    | 'agent-ringing'
    | 'prompt'
    | 'far-end-dialling'
    | 'far-end-ringing'
    | 'early-media'
    | 'talking'
    | 'held'
    | 'ended';
  /** When both parties were first connected. */
  talkingSince?: number;
  heldBy?: 'agent' | 'far-end';
  endedAt?: number;
  cause?: SimCause;
  endedBy?: 'agent' | 'far-end' | 'api' | 'system';
  /** Whom the far end was handed over to; the call is over for the agent. */
  transferredTo?: string;
}

/** What the far end does by itself once it is dialled. `manual` leaves it to the test or the person at the page. */
export type Scenario =
  | 'manual'
  | 'answers'
  | 'busy'
  | 'never-answers'
  | 'rejects'
  | 'unallocated'
  | 'congestion'
  | 'answers-then-hangs-up'
  | 'answers-at-once'
  | 'early-media'
  | 'holds';

const BY_SUFFIX: Readonly<Record<string, Scenario>> = {
  '00': 'answers',
  '01': 'busy',
  '02': 'never-answers',
  '03': 'rejects',
  '04': 'unallocated',
  '05': 'congestion',
  '06': 'answers-then-hangs-up',
  '07': 'answers-at-once',
  '08': 'early-media',
  '09': 'holds',
};

/** Times are milliseconds; everything can be changed while it runs. */
export interface EngineSettings {
  /** The agent's phone answers by itself after this; `null`: it waits for a person or the test. */
  agentAnswersAfterMs: number | null;
  /** Whether the agent's phone is signed in at all. */
  agentRegistered: boolean;
  /** `by-suffix`: the last two digits decide (00 answers, 01 busy, … 09 holds; others `manual`); or one scenario for every call. */
  scenario: 'by-suffix' | Scenario;
  farEndRingsAfterMs: number;
  farEndAnswersAfterMs: number;
  farEndHangsUpAfterMs: number;
  /** A phone that nobody answers gives up after this. */
  ringForMs: number;
}

export const DEFAULT_ENGINE: EngineSettings = {
  agentAnswersAfterMs: null,
  agentRegistered: true,
  scenario: 'by-suffix',
  farEndRingsAfterMs: 100,
  farEndAnswersAfterMs: 2_000,
  farEndHangsUpAfterMs: 5_000,
  ringForMs: 30_000,
};

/** What to place. `askFirst`: the agent has to press 1 after answering. `scenario` overrules the settings for this call. */
export interface SimPlace {
  readonly tenant: string;
  readonly agent: string;
  readonly number: string;
  readonly name?: string;
  readonly askFirst?: boolean;
  readonly scenario?: Scenario;
}

/** The two-leg call engine behind every simulated PBX. Acts on what is possible and says false where it is not. */
export class CallEngine {
  readonly settings: EngineSettings;
  readonly #clock: SimClock;
  readonly #calls: SimCall[] = [];
  readonly #listeners = new Set<(call: SimCall) => void>();
  readonly #timers = new Map<string, Set<() => void>>();
  readonly #plans = new Map<string, { readonly scenario: Scenario; readonly askFirst: boolean }>();
  #count = 0;

  constructor(clock: SimClock, settings: Partial<EngineSettings> = {}) {
    this.#clock = clock;
    this.settings = { ...DEFAULT_ENGINE, ...settings };
  }

  /** Every call so far, oldest first, ended ones too. */
  calls(): readonly SimCall[] {
    return this.#calls;
  }

  live(): readonly SimCall[] {
    return this.#calls.filter((call) => call.phase !== 'ended');
  }

  find(id: string): SimCall | undefined {
    return this.#calls.find((call) => call.id === id);
  }

  /** Calls back after every change of any call; answers with its own stop. */
  onChange(listener: (call: SimCall) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Rings the agent's phone; the far end is dialled once it is answered. */
  place(place: SimPlace): SimCall {
    const call = this.#create(place, 'outgoing');
    this.#plans.set(call.id, {
      scenario: place.scenario ?? this.#scenarioFor(place.number),
      askFirst: place.askFirst ?? false,
    });
    if (!this.settings.agentRegistered) {
      this.#changed(call);
      this.#later(call, 0, () => this.end(call, 'own-phone-unreachable', 'system'));
      return call;
    }
    this.#leg(call.legs.agent, 'ringing');
    this.#changed(call);
    const wait = this.settings.agentAnswersAfterMs;
    if (wait !== null) this.#later(call, wait, () => this.agentAnswers(call));
    this.#later(call, this.settings.ringForMs, () => {
      if (call.legs.agent.state === 'ringing') this.end(call, 'own-phone-no-answer', 'system');
    });
    return call;
  }

  /** A call from outside rings the agent's phone. */
  incoming(from: SimPlace): SimCall {
    const call = this.#create(from, 'incoming');
    this.#leg(call.legs.farEnd, 'answered');
    this.#leg(call.legs.agent, 'ringing');
    this.#changed(call);
    this.#later(call, this.settings.ringForMs, () => {
      if (call.legs.agent.state === 'ringing') this.end(call, 'own-phone-no-answer', 'system');
    });
    return call;
  }

  agentAnswers(call: SimCall): boolean {
    if (call.legs.agent.state !== 'ringing') return false;
    this.#leg(call.legs.agent, 'answered');
    if (call.direction === 'incoming') return this.#bridge(call);
    if (this.#plans.get(call.id)?.askFirst) {
      call.phase = 'prompt';
      this.#changed(call);
      return true;
    }
    return this.#dialFarEnd(call);
  }

  /** The key that Vodia's voice asks for before it goes on. */
  agentPresses(call: SimCall, key: string): boolean {
    return call.phase === 'prompt' && key === '1' ? this.#dialFarEnd(call) : false;
  }

  agentRejects(call: SimCall): boolean {
    return call.legs.agent.state === 'ringing' && this.end(call, 'own-phone-rejected', 'agent');
  }

  agentHangsUp(call: SimCall): boolean {
    return call.legs.agent.state === 'answered' && this.end(call, this.#overCause(call), 'agent');
  }

  /** The far end may be answered as soon as it is dialled; ringing is then skipped. */
  farEndAnswers(call: SimCall): boolean {
    const { state } = call.legs.farEnd;
    if (call.direction === 'incoming' || (state !== 'dialling' && state !== 'ringing')) return false;
    this.#leg(call.legs.farEnd, 'answered');
    return this.#bridge(call);
  }

  farEndRings(call: SimCall): boolean {
    if (call.legs.farEnd.state !== 'dialling') return false;
    this.#leg(call.legs.farEnd, 'ringing');
    call.phase = 'far-end-ringing';
    this.#changed(call);
    this.#later(call, this.settings.ringForMs, () => {
      if (call.legs.farEnd.state === 'ringing') this.end(call, 'no-answer', 'system');
    });
    return true;
  }

  /** Busy, rejected and the like: the far end is dialled and does not take the call. */
  farEndRefuses(call: SimCall, cause: SimCause): boolean {
    const { state } = call.legs.farEnd;
    return (
      call.direction === 'outgoing' && (state === 'dialling' || state === 'ringing') && this.end(call, cause, 'far-end')
    );
  }

  farEndHangsUp(call: SimCall): boolean {
    return call.legs.farEnd.state === 'answered' && this.end(call, this.#overCause(call), 'far-end');
  }

  hold(call: SimCall, by: 'agent' | 'far-end'): boolean {
    if (call.phase !== 'talking') return false;
    call.phase = 'held';
    call.heldBy = by;
    this.#changed(call);
    return true;
  }

  resume(call: SimCall): boolean {
    if (call.phase !== 'held') return false;
    call.phase = 'talking';
    delete call.heldBy;
    this.#changed(call);
    return true;
  }

  /** Hands the far end over: for the agent the call is over. */
  transfer(call: SimCall, to: string): boolean {
    if (call.phase !== 'talking' && call.phase !== 'held') return false;
    call.transferredTo = to;
    return this.end(call, 'completed', 'api');
  }

  /** Ends the call for both; false when it was over already. */
  end(call: SimCall, cause: SimCause, by: NonNullable<SimCall['endedBy']>): boolean {
    if (call.phase === 'ended') return false;
    for (const cancel of this.#timers.get(call.id) ?? []) cancel();
    this.#timers.delete(call.id);
    this.#leg(call.legs.agent, 'ended');
    this.#leg(call.legs.farEnd, 'ended');
    call.phase = 'ended';
    call.cause = cause;
    call.endedBy = by;
    call.endedAt = this.#clock.now();
    this.#changed(call);
    return true;
  }

  /** Ends everything and forgets it, without telling anyone. */
  reset(): void {
    for (const cancels of this.#timers.values()) for (const cancel of cancels) cancel();
    this.#timers.clear();
    this.#plans.clear();
    this.#calls.length = 0;
  }

  #create(place: SimPlace, direction: SimCall['direction']): SimCall {
    this.#count += 1;
    const now = this.#clock.now();
    const call: SimCall = {
      id: `call-${this.#count}`,
      tenant: place.tenant,
      agent: place.agent,
      number: place.number,
      ...(place.name === undefined ? {} : { name: place.name }),
      direction,
      startedAt: now,
      legs: {
        agent: { id: `leg-${this.#count}a`, state: 'idle', since: now },
        farEnd: { id: `leg-${this.#count}b`, state: 'idle', since: now },
      },
      phase: 'agent-ringing',
    };
    this.#calls.push(call);
    return call;
  }

  #scenarioFor(number: string): Scenario {
    const { scenario } = this.settings;
    if (scenario !== 'by-suffix') return scenario;
    const digits = number.replace(/\D/g, '');
    return digits.length < 7 ? 'manual' : (BY_SUFFIX[digits.slice(-2)] ?? 'manual');
  }

  #dialFarEnd(call: SimCall): boolean {
    call.phase = 'far-end-dialling';
    this.#leg(call.legs.farEnd, 'dialling');
    this.#changed(call);
    const { farEndRingsAfterMs, farEndAnswersAfterMs, farEndHangsUpAfterMs } = this.settings;
    const scenario = this.#plans.get(call.id)?.scenario ?? 'manual';
    const rings = () => this.#later(call, farEndRingsAfterMs, () => this.farEndRings(call));
    const answers = () => this.#later(call, farEndAnswersAfterMs, () => this.farEndAnswers(call));
    switch (scenario) {
      case 'manual':
      case 'never-answers':
        rings();
        break;
      case 'answers':
        rings();
        answers();
        break;
      case 'busy':
      case 'unallocated':
      case 'congestion':
        this.#later(call, farEndRingsAfterMs, () => this.farEndRefuses(call, scenario));
        break;
      case 'rejects':
        rings();
        this.#later(call, farEndAnswersAfterMs, () => this.farEndRefuses(call, 'rejected'));
        break;
      case 'answers-then-hangs-up':
        rings();
        answers();
        this.#later(call, farEndAnswersAfterMs + farEndHangsUpAfterMs, () => this.farEndHangsUp(call));
        break;
      case 'answers-at-once':
        this.#later(call, 0, () => this.farEndAnswers(call));
        break;
      case 'early-media':
        this.#later(call, farEndRingsAfterMs, () => {
          // Whoever answered first has left the ringing behind.
          if (call.legs.farEnd.state !== 'dialling') return;
          this.#leg(call.legs.farEnd, 'ringing');
          call.phase = 'early-media';
          this.#changed(call);
        });
        answers();
        break;
      case 'holds':
        rings();
        answers();
        this.#later(call, farEndAnswersAfterMs * 2, () => this.hold(call, 'far-end'));
        this.#later(call, farEndAnswersAfterMs * 3, () => this.resume(call));
        break;
    }
    return true;
  }

  #bridge(call: SimCall): boolean {
    call.phase = 'talking';
    call.talkingSince = this.#clock.now();
    this.#changed(call);
    return true;
  }

  #overCause(call: SimCall): SimCause {
    return call.talkingSince === undefined ? 'cancelled' : 'completed';
  }

  #leg(leg: Leg, state: Leg['state']): void {
    leg.state = state;
    leg.since = this.#clock.now();
  }

  #later(call: SimCall, ms: number, job: () => void): void {
    const cancels = this.#timers.get(call.id) ?? new Set();
    const cancel = this.#clock.after(ms, () => {
      cancels.delete(cancel);
      if (call.phase !== 'ended') job();
    });
    cancels.add(cancel);
    this.#timers.set(call.id, cancels);
  }

  #changed(call: SimCall): void {
    for (const listener of [...this.#listeners]) listener(call);
  }
}
