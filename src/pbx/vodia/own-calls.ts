import { type CallId, type EpochMs, isSameNumber, type PbxCall, type PbxCallId } from '../../core/calls.ts';
import type { VodiaCall } from './parse-frame.ts';

/** A PBX may give an id to another call; within this time a listed id that has ended is a late word about the old one. */
const SAME_ID_MS = 60_000;
/** A call that shows up this long after its request is still known as ours. */
const CLAIM_WITHIN_MS = 60_000;
const MOST_PAST = 200;

interface Tracked {
  readonly call: VodiaCall;
  readonly seenAt: number;
  readonly ref?: CallId;
  readonly isCleared: boolean;
}

interface Wish {
  readonly ref: CallId;
  readonly number: string;
  readonly askedAt: EpochMs;
  readonly seenBefore: number;
}

/** What one list of calls told. */
export interface Told {
  readonly reports: readonly PbxCall[];
  /** Requests whose call has shown up, with the id it goes by. */
  readonly placed: readonly { readonly ref: CallId; readonly pbxId: PbxCallId }[];
  /** Live calls that are not in the list: over, or the list is not complete. */
  readonly missing: readonly PbxCallId[];
}

/** The calls of our extension as the lists of a PBX tell them, and which of them came from our own requests. No I/O. */
export class OwnCalls {
  readonly #live = new Map<PbxCallId, Tracked>();
  readonly #past = new Map<PbxCallId, { readonly start?: string | undefined; readonly endedAt: EpochMs }>();
  #wishes: readonly Wish[] = [];
  #count = 0;

  get size(): number {
    return this.#live.size;
  }

  has(id: PbxCallId): boolean {
    return this.#live.has(id);
  }

  /** How the PBX said last that it stands; undefined when it is not live. */
  phaseOf(id: PbxCallId): VodiaCall['change']['to'] | undefined {
    return this.#live.get(id)?.call.change.to;
  }

  list(): readonly PbxCall[] {
    return [...this.#live.values()].map(reportOf);
  }

  /** From now on the first new call to this number is the one asked for. */
  expect(ref: CallId, number: string, now: EpochMs): void {
    this.#wishes = [...this.#wishes, { ref, number, askedAt: now, seenBefore: this.#count }];
  }

  /** The request never left. */
  forget(ref: CallId): void {
    this.#wishes = this.#wishes.filter((wish) => wish.ref !== ref);
  }

  /** We have asked the PBX to end it. */
  cleared(id: PbxCallId): void {
    const tracked = this.#live.get(id);
    if (tracked) this.#live.set(id, { ...tracked, isCleared: true });
  }

  take(listed: readonly VodiaCall[], now: EpochMs): Told {
    this.#wishes = this.#wishes.filter((wish) => now - wish.askedAt < CLAIM_WITHIN_MS);
    const reports: PbxCall[] = [];
    const placed: { ref: CallId; pbxId: PbxCallId }[] = [];
    const seen = new Set<PbxCallId>();
    for (const call of listed) {
      const isNews = !call.isNameless || this.#live.has(call.id);
      if (seen.has(call.id) || !isNews || this.#isLateWord(call, now)) continue;
      seen.add(call.id);
      const before = this.#live.get(call.id);
      const after = this.#claimed(
        { ...(before ?? this.#first()), call: call.isNameless ? { ...before?.call, ...call } : call },
        now,
      );
      this.#live.set(call.id, after);
      if (after.ref !== undefined && before?.ref === undefined) placed.push({ ref: after.ref, pbxId: call.id });
      if (!before || !isSameReport(before, after)) reports.push(reportOf(after));
    }
    return { reports, placed, missing: [...this.#live.keys()].filter((id) => !seen.has(id)) };
  }

  /** The call is over: what is to be told about it, or undefined when it was not live. */
  end(id: PbxCallId, now: EpochMs): PbxCall | undefined {
    const tracked = this.#live.get(id);
    if (!tracked) return undefined;
    this.#live.delete(id);
    this.#past.delete(id);
    this.#past.set(id, { start: tracked.call.start, endedAt: now });
    for (const oldest of this.#past.keys()) {
      if (this.#past.size <= MOST_PAST) break;
      this.#past.delete(oldest);
    }
    // The PBX gives no reason; that it followed our own wish is all we know.
    return { ...reportOf(tracked), change: { to: 'ended', reason: tracked.isCleared ? 'cancelled' : 'unknown' } };
  }

  #first(): Omit<Tracked, 'call'> {
    this.#count += 1;
    return { seenAt: this.#count, isCleared: false };
  }

  #isLateWord(call: VodiaCall, now: EpochMs): boolean {
    const past = this.#past.get(call.id);
    if (!past || this.#live.has(call.id)) return false;
    if (past.start !== undefined && call.start !== undefined) return past.start === call.start;
    return now - past.endedAt < SAME_ID_MS;
  }

  #claimed(tracked: Tracked, now: EpochMs): Tracked {
    const { call } = tracked;
    const number = call.number;
    if (tracked.ref !== undefined || number === undefined || call.direction === 'incoming') return tracked;
    const open = this.#wishes.filter((wish) => wish.seenBefore < tracked.seenAt && isSameNumber(number, wish.number));
    // Of two requests for one number, the one that is still waited for; of two such, the older.
    const wish = open.find((one) => now - one.askedAt < CLAIM_WITHIN_MS / 4) ?? open.at(-1);
    if (!wish) return tracked;
    this.forget(wish.ref);
    return { ...tracked, ref: wish.ref };
  }
}

function reportOf({ call, ref }: Tracked): PbxCall {
  return {
    pbxId: call.id,
    ...(ref === undefined ? {} : { ref }),
    ...(call.number === undefined ? {} : { number: call.number }),
    ...(call.name === undefined ? {} : { name: call.name }),
    ...(call.direction === undefined ? {} : { direction: call.direction }),
    change: call.change,
  };
}

function isSameReport(a: Tracked, b: Tracked): boolean {
  return JSON.stringify(reportOf(a)) === JSON.stringify(reportOf(b));
}
