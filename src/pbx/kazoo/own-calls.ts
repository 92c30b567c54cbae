import type { CallId, EndReason, EpochMs, PbxCall, PbxCallId } from '../../core/calls.ts';
import { unreachable } from '../../core/result.ts';
import type { OpenCall } from '../../core/update.ts';
import { reasonOf } from '../hangup-causes.ts';
import type { Channel, LegEvent, LegWord } from './events.ts';

/** Which phone a leg leads to: the one that is rung first, the one called after it, or neither (a loop inside the PBX). */
type Side = 'first' | 'second' | 'inner';

interface Leg {
  readonly side: Side;
  isSeen: boolean;
  isAnswered: boolean;
  isGone: boolean;
}

interface Tracked {
  readonly pbxId: PbxCallId;
  readonly ref: CallId;
  readonly number: string;
  readonly placedAt: EpochMs;
  readonly legs: Map<string, Leg>;
  phase: 'asked' | 'first-rings' | 'second-rings' | 'talking' | 'held';
  hasTalked: boolean;
  isCleared: boolean;
  /** Why legs have ended: that of the phone called second, then of the one rung first. */
  secondCause?: string;
  firstCause?: string;
  /** Lists in a row that lacked it. */
  missed: number;
  told?: string;
}

/** A call just placed, as the PBX's answer names it. `legs` are the phones that ring first; several for one person's devices. */
export interface Placed {
  readonly pbxId: PbxCallId;
  readonly legs: readonly string[];
  readonly ref: CallId;
  readonly number: string;
}

export interface OwnCallsOptions {
  /** The customer's phone rings first. */
  readonly isContactFirst: boolean;
  /** True for legs that our endpoint or user has brought about; colleagues' legs must never pass. */
  isOurs(leg: LegWord): boolean;
}

/** A leg of another name may be taken for a call just placed this long. */
const ADOPT_WITHIN_MS = 15_000;
/** Events may overtake the answer to the request that caused them. */
const KEEP_EARLY_MS = 15_000;
/** A call that nothing was seen of for this long is looked for no more. */
const GIVE_UP_MS = 60_000;
const MOST_EARLY = 50;
const MOST_PAST = 200;
/** Legs named like this say themselves which request they belong to. */
const NAMED = /^c2c-|-quickcall$/;

/** Our own calls at a Kazoo account whose events and lists show everybody's. Only what belongs to them is kept. */
export class OwnCalls {
  readonly #options: OwnCallsOptions;
  readonly #live = new Map<PbxCallId, Tracked>();
  /** Ids of legs of calls that are over. */
  readonly #past = new Set<string>();
  #early: { readonly event: LegEvent; readonly at: EpochMs }[] = [];

  constructor(options: OwnCallsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#live.size;
  }

  get isTalking(): boolean {
    return [...this.#live.values()].some(({ phase }) => phase === 'talking' || phase === 'held');
  }

  /** True when a list has just lacked a call: the next one decides. */
  get isInDoubt(): boolean {
    return [...this.#live.values()].some(({ missed }) => missed > 0);
  }

  has(pbxId: PbxCallId): boolean {
    return this.#live.has(pbxId);
  }

  /** True while both parties are connected. */
  isConnected(pbxId: PbxCallId): boolean {
    const phase = this.#live.get(pbxId)?.phase;
    return phase === 'talking' || phase === 'held';
  }

  /** True while neither event nor list has shown the call. */
  isUnseen(pbxId: PbxCallId): boolean {
    return this.#live.get(pbxId)?.phase === 'asked';
  }

  /** A call of ours was placed; events that came before the PBX's answer are heard now. */
  expect(placed: Placed, now: EpochMs): readonly PbxCall[] {
    this.#track(placed, now);
    const early = this.#early.filter(({ at }) => now - at < KEEP_EARLY_MS);
    this.#early = [];
    return early.flatMap(({ event }) => this.hear(event, now));
  }

  /** A call that an earlier session has placed. */
  follow({ pbxId, ref, number, startedAt }: OpenCall): void {
    if (!this.#live.has(pbxId)) this.#track({ pbxId, legs: [pbxId], ref, number }, startedAt);
  }

  /** One event of the account; most are not ours. */
  hear(event: LegEvent, now: EpochMs): readonly PbxCall[] {
    if (this.#past.has(event.id)) return [];
    const call = this.#callOf(event, now);
    if (!call) {
      this.#keepEarly(event, now);
      return [];
    }
    this.#apply(call, event);
    return this.#tell(call);
  }

  /** A phone that was never rung is not waited for: where all that were rung are gone, the call is over. */
  settle(): readonly PbxCall[] {
    return [...this.#live.values()].flatMap((call) => {
      const seen = [...call.legs.values()].filter(({ side, isSeen }) => side === 'first' && isSeen);
      const isSilent = seen.length > 0 && seen.every(({ isGone }) => isGone);
      return isSilent ? [this.#over(call, reasonByCause(call, this.#options))] : [];
    });
  }

  /** A list of the live legs we may see. What it lacks twice in a row is over. */
  see(channels: readonly Channel[], now: EpochMs): readonly PbxCall[] {
    const listed = new Map(channels.filter(({ id }) => !this.#past.has(id)).map((channel) => [channel.id, channel]));
    // Linked by what was known before: a leg that is new together with the first answer may be a loop.
    for (const channel of listed.values()) this.#callOf({ ...channel, what: 'created' }, now);
    return [...this.#live.values()].flatMap((call) => this.#compare(call, listed, now));
  }

  /** The live calls as far as they were seen. */
  list(): readonly PbxCall[] {
    return [...this.#live.values()].filter(({ phase }) => phase !== 'asked').map(reportOf(this.#options));
  }

  /** The legs by which a call is hung up: those that were rung first and are still there. */
  legsToHangUp(pbxId: PbxCallId): readonly string[] {
    const legs = [...(this.#live.get(pbxId)?.legs ?? [])].filter(([, leg]) => leg.side === 'first' && !leg.isGone);
    const seen = legs.filter(([, { isSeen }]) => isSeen);
    const answered = seen.filter(([, { isAnswered }]) => isAnswered);
    const [best = legs] = [answered, seen].filter((some) => some.length > 0);
    return best.map(([id]) => id);
  }

  /** The PBX took our wish to end it, so the leg was there: what no list shows from now on is over. */
  cleared(pbxId: PbxCallId): void {
    const call = this.#live.get(pbxId);
    if (!call) return;
    call.isCleared = true;
    if (call.phase === 'asked') call.phase = 'first-rings';
  }

  /** The call is over, by a word that is no event. */
  end(pbxId: PbxCallId, reason: EndReason): readonly PbxCall[] {
    const call = this.#live.get(pbxId);
    return call ? [this.#over(call, reason)] : [];
  }

  #track({ pbxId, legs, ref, number }: Placed, placedAt: EpochMs): void {
    const leg = (): Leg => ({ side: 'first', isSeen: false, isAnswered: false, isGone: false });
    this.#live.set(pbxId, {
      pbxId,
      ref,
      number,
      placedAt,
      legs: new Map(legs.map((id) => [id, leg()])),
      phase: 'asked',
      hasTalked: false,
      isCleared: false,
      missed: 0,
    });
  }

  /** Whose leg it is. A leg that is linked with one of ours becomes ours; an unnamed one of our endpoint goes to the call that waits. */
  #callOf(leg: LegEvent, now: EpochMs): Tracked | undefined {
    const calls = [...this.#live.values()];
    const known = calls.find(({ legs }) => legs.has(leg.id));
    if (known) return known;
    const { otherLeg } = leg;
    const linked = otherLeg === undefined ? undefined : calls.find(({ legs }) => legs.has(otherLeg));
    if (linked && otherLeg !== undefined) {
      this.#link(linked, leg.id, otherLeg);
      return linked;
    }
    if (!this.#options.isOurs(leg) || NAMED.test(leg.id) || leg.what === 'gone') return undefined;
    const waiting = calls.find(({ phase, placedAt }) => phase === 'asked' && now - placedAt < ADOPT_WITHIN_MS);
    waiting?.legs.set(leg.id, { side: 'first', isSeen: false, isAnswered: false, isGone: false });
    return waiting;
  }

  /** What is linked before the first phone was picked up is the PBX's own loop; only after that is anybody called. */
  #link(call: Tracked, id: string, otherLeg: string): void {
    const isLoop = call.legs.get(otherLeg)?.side === 'inner' || !isFirstAnswered(call);
    call.legs.set(id, { side: isLoop ? 'inner' : 'second', isSeen: true, isAnswered: false, isGone: false });
  }

  #apply(call: Tracked, event: LegEvent): void {
    const leg = call.legs.get(event.id);
    if (!leg) return;
    leg.isSeen = true;
    call.missed = 0;
    switch (event.what) {
      case 'created':
        this.#forward(call, isFirstAnswered(call) ? 'second-rings' : 'first-rings');
        break;
      case 'answered':
        leg.isAnswered = true;
        if (leg.side !== 'inner') this.#forward(call, leg.side === 'first' ? 'second-rings' : 'talking');
        break;
      case 'bridged': {
        const sides = [leg.side, call.legs.get(event.otherLeg ?? '')?.side];
        // A bridge between loops connects nobody with anybody.
        if (sides.some((side) => side === 'first' || side === 'second')) this.#forward(call, 'talking');
        break;
      }
      case 'held':
        if (call.phase === 'talking' && leg.side !== 'inner') call.phase = 'held';
        break;
      case 'resumed':
        if (call.phase === 'held' && leg.side !== 'inner') call.phase = 'talking';
        break;
      case 'gone':
        leg.isGone = true;
        if (event.cause !== undefined && leg.side === 'first') call.firstCause = event.cause;
        if (event.cause !== undefined && leg.side === 'second') call.secondCause = event.cause;
        break;
      default:
        unreachable(event.what);
    }
  }

  #forward(call: Tracked, phase: Exclude<Tracked['phase'], 'asked'>): void {
    if (ORDER[phase] > ORDER[call.phase]) call.phase = phase;
    if (phase === 'talking') call.hasTalked = true;
  }

  #compare(call: Tracked, listed: ReadonlyMap<string, Channel>, now: EpochMs): readonly PbxCall[] {
    const first = [...call.legs].filter(([id, { side }]) => side === 'first' && listed.has(id)).map(([id]) => id);
    if (first.length === 0) {
      if (call.phase === 'asked') {
        if (now - call.placedAt >= GIVE_UP_MS) this.#live.delete(call.pbxId);
        return [];
      }
      call.missed += 1;
      return call.missed < 2 ? [] : [this.#over(call, reasonUnseen(call))];
    }
    call.missed = 0;
    for (const id of first) {
      const { isAnswered = false, otherLeg } = listed.get(id) ?? {};
      this.#apply(call, { id, what: isAnswered ? 'answered' : 'created' });
      // An answered leg names the other one once they are joined; the other may be out of our sight.
      const isJoined = isAnswered && otherLeg !== undefined && (listed.get(otherLeg)?.isAnswered ?? true);
      if (isJoined) this.#forward(call, 'talking');
    }
    for (const [id, { side }] of call.legs) {
      if (side === 'second' && listed.get(id)?.isAnswered) this.#apply(call, { id, what: 'answered' });
    }
    return this.#tell(call);
  }

  #tell(call: Tracked): readonly PbxCall[] {
    if (isOver(call)) return [this.#over(call, reasonByCause(call, this.#options))];
    if (call.phase === 'asked') return [];
    const report = reportOf(this.#options)(call);
    const text = JSON.stringify(report.change);
    if (text === call.told) return [];
    call.told = text;
    return [report];
  }

  #over(call: Tracked, reason: EndReason): PbxCall {
    this.#live.delete(call.pbxId);
    for (const id of [call.pbxId, ...call.legs.keys()]) this.#past.add(id);
    for (const oldest of this.#past) {
      if (this.#past.size <= MOST_PAST) break;
      this.#past.delete(oldest);
    }
    return { pbxId: call.pbxId, ref: call.ref, change: { to: 'ended', reason } };
  }

  #keepEarly(event: LegEvent, now: EpochMs): void {
    if (!this.#options.isOurs(event)) return;
    this.#early = [...this.#early, { event, at: now }].slice(-MOST_EARLY);
  }
}

const ORDER: Readonly<Record<Tracked['phase'], number>> = {
  asked: 0,
  'first-rings': 1,
  'second-rings': 2,
  talking: 3,
  held: 3,
};

function reportOf({ isContactFirst }: OwnCallsOptions): (call: Tracked) => PbxCall {
  const [first, second] = isContactFirst ? (['far-end', 'own-phone'] as const) : (['own-phone', 'far-end'] as const);
  return ({ pbxId, ref, phase, number }) => {
    const base = { pbxId, ref, number, direction: 'outgoing' } as const;
    if (phase === 'talking' || phase === 'held') return { ...base, change: { to: phase } };
    const isSecond = phase === 'second-rings';
    return {
      ...base,
      change: { to: 'ringing', leg: isSecond ? second : first, order: isSecond ? 'second' : 'first' },
    };
  };
}

function isFirstAnswered({ legs }: Tracked): boolean {
  return [...legs.values()].some(({ side, isAnswered }) => side === 'first' && isAnswered);
}

/** Over is over for the phone that was rung first: its answered leg is gone, or all of them are. */
function isOver({ legs }: Tracked): boolean {
  const first = [...legs.values()].filter(({ side }) => side === 'first');
  return first.some(({ isGone, isAnswered }) => isGone && isAnswered) || first.every(({ isGone }) => isGone);
}

function reasonUnseen(call: Tracked): EndReason {
  if (!call.isCleared) return 'unknown';
  return call.hasTalked ? 'completed' : 'cancelled';
}

function reasonByCause(call: Tracked, { isContactFirst }: OwnCallsOptions): EndReason {
  if (call.hasTalked) return 'completed';
  if (call.isCleared) return 'cancelled';
  // The leg that was called second knows why nobody talked; the first one only follows it.
  const reasons = [call.secondCause, call.firstCause].filter((cause) => cause !== undefined).map(reasonOf);
  const reason = reasons.find((one) => one !== 'completed') ?? reasons[0] ?? 'unknown';
  // A clean end without a word spoken: somebody gave up.
  if (reason === 'completed') return 'cancelled';
  const isOwnPhone = isFirstAnswered(call) === isContactFirst;
  return reason === 'no-answer' && isOwnPhone ? 'own-phone-no-answer' : reason;
}
