import {
  type CallId,
  type EndReason,
  type EpochMs,
  isSameNumber,
  type PbxCall,
  type PbxCallId,
} from '../../core/calls.ts';
import type { RelayCall } from '../../core/relay-frames.ts';
import type { DialAccepted, OpenCall } from '../../core/update.ts';
import { readResult } from './call-records.ts';

/** What an id stands for: the whole call, or one of its legs. */
type Part = 'call' | 'own-leg' | 'far-leg';

interface Whole {
  readonly id: PbxCallId;
  readonly ref?: CallId;
  readonly parts: Partial<Record<Part, RelayCall>>;
  readonly told: PbxCall['change'] | undefined;
}

interface Wish {
  readonly ref: CallId;
  readonly number: string;
  readonly askedAt: EpochMs;
}

/** A call that shows up this long after a request whose answer was lost is still taken for it. */
const CLAIM_WITHIN_MS = 60_000;
const MOST_PAST = 200;

/**
 * Our own extension's calls out of what the relay tells. The answer to a request names three ids, of the call and of both legs, and any
 * of them may be the one that events go by: all lead to the same call. No I/O.
 * Source: the vendor's page "Click-to-Call", order of events
 */
export class OwnCalls {
  readonly #ids = new Map<string, { readonly id: PbxCallId; readonly part: Part }>();
  readonly #refs = new Map<PbxCallId, CallId>();
  readonly #live = new Map<PbxCallId, Whole>();
  readonly #past = new Set<PbxCallId>();
  #asked = 0;
  #held: RelayCall[] = [];
  #wishes: readonly Wish[] = [];

  /** A request is on its way: what is told meanwhile may be about it, under ids that only its answer explains. */
  asked(): void {
    this.#asked += 1;
  }

  /** The request was answered. What was held back meanwhile is given as reports. */
  answered(ref: CallId, number: string, accepted: DialAccepted | 'lost' | 'refused', now: EpochMs): readonly PbxCall[] {
    this.#asked -= 1;
    if (accepted === 'lost') this.#wishes = [...this.#wishes, { ref, number, askedAt: now }];
    else if (accepted !== 'refused' && accepted.pbxId !== undefined) this.#learn(accepted.pbxId, ref, accepted.told);
    const held = this.#held;
    this.#held = [];
    return held.flatMap((call) => this.take(call, now) ?? []);
  }

  /** A call that an earlier session has placed. */
  follow({ pbxId, ref, told }: OpenCall): void {
    this.#learn(pbxId, ref, told);
  }

  /** What the relay tells of a call, where it is news. Events come twice and out of order. */
  take(call: RelayCall, now: EpochMs): PbxCall | undefined {
    const known = this.#ids.get(call.callId);
    const { id, part } = known ?? { id: call.callId, part: 'call' as const };
    if (this.#past.has(id)) return undefined;
    const before = this.#live.get(id);
    if (!known && !before && this.#asked > 0) {
      this.#held.push(call);
      return undefined;
    }
    const ref = before ? before.ref : (this.#refs.get(id) ?? this.#claim(call, now));
    const parts = { ...before?.parts, [part]: call };
    const change = changeOf(parts, ref !== undefined);
    if (!change || (before?.told && rank(change) <= rank(before.told))) return undefined;
    const whole: Whole = { id, ...(ref === undefined ? {} : { ref }), parts, told: change };
    if (change.to === 'ended') this.#bury(id);
    else this.#live.set(id, whole);
    return reportOf(whole, change);
  }

  /** After a gap: calls of which no part is listed any more have ended, and nobody has said how. */
  endAllBut(there: readonly RelayCall[]): readonly PbxCall[] {
    const listed = new Set(there.map(({ callId }) => this.#ids.get(callId)?.id ?? callId));
    return [...this.#live.values()]
      .filter(({ id }) => !listed.has(id))
      .map((whole) => {
        this.#bury(whole.id);
        return reportOf(whole, { to: 'ended', reason: 'unknown' });
      });
  }

  /** Its end is known by other means. */
  ended(id: PbxCallId): void {
    this.#bury(id);
  }

  list(): readonly PbxCall[] {
    return [...this.#live.values()].flatMap((whole) => (whole.told ? [reportOf(whole, whole.told)] : []));
  }

  #learn(id: PbxCallId, ref: CallId, told: Readonly<Record<string, string>> = {}): void {
    this.#refs.set(id, ref);
    this.#ids.set(id, { id, part: 'call' });
    if (told.a_leg_uuid !== undefined && told.a_leg_uuid !== id)
      this.#ids.set(told.a_leg_uuid, { id, part: 'own-leg' });
    if (told.b_leg_uuid !== undefined && told.b_leg_uuid !== id)
      this.#ids.set(told.b_leg_uuid, { id, part: 'far-leg' });
  }

  #claim(call: RelayCall, now: EpochMs): CallId | undefined {
    this.#wishes = this.#wishes.filter(({ askedAt }) => now - askedAt < CLAIM_WITHIN_MS);
    if (call.direction === 'incoming') return undefined;
    const wish = this.#wishes.find(({ number }) => call.to !== undefined && isSameNumber(call.to, number));
    this.#wishes = this.#wishes.filter((one) => one !== wish);
    return wish?.ref;
  }

  #bury(id: PbxCallId): void {
    this.#live.delete(id);
    this.#past.add(id);
    for (const oldest of this.#past) {
      if (this.#past.size <= MOST_PAST) break;
      this.#past.delete(oldest);
    }
  }
}

/** How far the call has come, by what is known of it and of its legs. A click-to-call is outgoing whatever its legs say of themselves. */
function changeOf(parts: Whole['parts'], isOurs: boolean): PbxCall['change'] | undefined {
  const { call, 'own-leg': own, 'far-leg': far } = parts;
  const isIncoming = !isOurs && call?.direction === 'incoming';
  const came = (part: RelayCall | undefined, ...far: readonly RelayCall['reached'][]) => far.includes(part?.reached);
  const isTalking =
    came(call, 'connected') ||
    came(own, 'connected') ||
    came(far, 'answered', 'connected') ||
    (isIncoming && came(call, 'answered'));
  const ended = [call, own, far].find((part) => part?.state === 'ended');
  if (ended) {
    const talked = isTalking || (ended.talkedMs ?? 0) > 0;
    const isUnanswered = !isIncoming && far === undefined && (came(call, 'ringing') || came(own, 'ringing'));
    const reason = reasonOf(ended, talked, isUnanswered);
    return { to: 'ended', reason, ...(ended.talkedMs === undefined ? {} : { talkedMs: ended.talkedMs }) };
  }
  if (isTalking) return { to: 'talking' };
  if (far !== undefined || came(call, 'answered') || came(own, 'answered')) return { to: 'ringing', leg: 'far-end' };
  return { to: 'ringing', leg: 'own-phone' };
}

/** The PBX's cause, and what follows from how far the call had come: a clean end of a call that never was is a call given up. */
function reasonOf({ reason: word, talkedMs = 0 }: RelayCall, talked: boolean, isUnanswered: boolean): EndReason {
  const reason = readResult(word, talkedMs / 1000);
  if (talked) return reason;
  if (reason === 'completed') return 'cancelled';
  return reason === 'no-answer' && isUnanswered ? 'own-phone-no-answer' : reason;
}

function reportOf({ id, ref, parts }: Whole, change: PbxCall['change']): PbxCall {
  const call = parts.call ?? parts['own-leg'] ?? parts['far-leg'];
  const isIncoming = ref === undefined && call?.direction === 'incoming';
  const [number, name] = isIncoming ? [call.from, call.fromName] : [call?.to, call?.toName];
  return {
    pbxId: id,
    ...(ref === undefined ? {} : { ref }),
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
    direction: isIncoming ? 'incoming' : 'outgoing',
    change,
  };
}

function rank(change: PbxCall['change']): number {
  if (change.to === 'ended') return 3;
  if (change.to === 'talking') return 2;
  return change.to === 'ringing' && change.leg === 'far-end' ? 1 : 0;
}
