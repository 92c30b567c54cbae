import {
  type CallId,
  type EndReason,
  type EpochMs,
  isSameNumber,
  type PbxCall,
  type PbxCallId,
} from '../../core/calls.ts';
import type { RelayCall, RelayState } from '../../core/relay-frames.ts';

interface Party {
  readonly number?: string;
  readonly name?: string;
}

interface Leg {
  readonly last: RelayCall;
  readonly ref?: CallId;
  /** Whether our phone was picked up; undefined where the beginning was missed. */
  readonly wasActive: boolean | undefined;
  readonly isCleared: boolean;
}

interface Wish {
  readonly ref: CallId;
  readonly number: string;
  readonly askedAt: EpochMs;
}

/** A leg that shows up this long after a request is still taken for it. */
const CLAIM_WITHIN_MS = 60_000;
const MOST_PAST = 200;
const WAS_PICKED_UP: readonly RelayState[] = ['answered', 'connected', 'held'];

/** The legs of our own extension, and which of them came from our own requests. No I/O. */
export class OwnLegs {
  readonly #extension: string;
  readonly #legs = new Map<PbxCallId, Leg>();
  readonly #past = new Set<PbxCallId>();
  #wishes: readonly Wish[] = [];

  constructor(extension: string) {
    this.#extension = extension;
  }

  has(id: PbxCallId): boolean {
    return this.#legs.has(id);
  }

  list(): readonly PbxCall[] {
    return [...this.#legs.values()].map((leg) => this.#report(leg));
  }

  /** From now on the first new leg with this number is the one asked for. The service tells no id when it takes a request. */
  expect(ref: CallId, number: string, now: EpochMs): void {
    this.#wishes = [...this.#wishes, { ref, number, askedAt: now }];
  }

  /** The request was refused. */
  forget(ref: CallId): void {
    this.#wishes = this.#wishes.filter((wish) => wish.ref !== ref);
  }

  /** We have asked the service to end it. */
  cleared(id: PbxCallId): void {
    const leg = this.#legs.get(id);
    if (leg) this.#legs.set(id, { ...leg, isCleared: true });
  }

  /** What the relay tells, where it is news. */
  take(call: RelayCall, now: EpochMs): PbxCall | undefined {
    const id = call.legId;
    if (this.#past.has(id)) return undefined;
    const before = this.#legs.get(id);
    if (before && call.state !== 'ended' && (call.at < before.last.at || call.state === before.last.state))
      return undefined;
    const ref = before ? before.ref : this.#claim(call, now);
    const leg: Leg = {
      last: call,
      ...(ref === undefined ? {} : { ref }),
      wasActive: before?.wasActive || WAS_PICKED_UP.includes(call.state) || wasActive(call),
      isCleared: before?.isCleared ?? false,
    };
    if (call.state !== 'ended') this.#legs.set(id, leg);
    else this.#bury(id);
    return this.#report(leg);
  }

  /** After a gap: legs that are not listed any more have ended, and nobody has said how. */
  endAllBut(there: ReadonlySet<PbxCallId>): readonly PbxCall[] {
    const gone = [...this.#legs].filter(([id]) => !there.has(id));
    return gone.map(([id, leg]) => {
      this.#bury(id);
      return this.#report({ ...leg, last: { ...leg.last, state: 'ended' } });
    });
  }

  #bury(id: PbxCallId): void {
    this.#legs.delete(id);
    this.#past.add(id);
    for (const oldest of this.#past) {
      if (this.#past.size <= MOST_PAST) break;
      this.#past.delete(oldest);
    }
  }

  #claim(call: RelayCall, now: EpochMs): CallId | undefined {
    this.#wishes = this.#wishes.filter((wish) => now - wish.askedAt < CLAIM_WITHIN_MS);
    // Which way our own leg counts in a click-to-dial is not documented: either party may be the one that was asked for.
    const numbers = [call.to, call.from].filter((number) => number !== undefined);
    const wish = this.#wishes.find(({ number }) => numbers.some((one) => isSameNumber(one, number)));
    if (wish) this.forget(wish.ref);
    return wish?.ref;
  }

  #report(leg: Leg): PbxCall {
    const { last, ref } = leg;
    const isToUs = ref === undefined && last.direction === 'incoming';
    const other = this.#other(last);
    return {
      pbxId: last.legId,
      ...(ref === undefined ? {} : { ref }),
      ...(other.number === undefined ? {} : { number: other.number }),
      ...(other.name === undefined || other.name === other.number ? {} : { name: other.name }),
      direction: isToUs ? 'incoming' : 'outgoing',
      change: changeOf(leg),
    };
  }

  #other({ from, fromName, to, toName, direction }: RelayCall): Party {
    const [caller, callee] = [party(from, fromName), party(to, toName)];
    if (from === this.#extension) return callee;
    if (to === this.#extension) return caller;
    return direction === 'incoming' ? caller : callee;
  }
}

function wasActive({ reached }: RelayCall): boolean | undefined {
  return reached === undefined ? undefined : reached !== 'ringing';
}

function changeOf(leg: Leg): PbxCall['change'] {
  switch (leg.last.state) {
    case 'ringing':
      return { to: 'ringing', leg: 'own-phone' };
    case 'answered':
    case 'connected':
      return { to: 'talking' };
    case 'held':
      return { to: 'held' };
    case 'ended':
      return { to: 'ended', reason: reasonOf(leg) };
  }
}

/** The service gives no reason: what we know is whether our phone was picked up, and whether we asked for the end. */
function reasonOf({ wasActive, isCleared }: Leg): EndReason {
  if (isCleared) return wasActive ? 'completed' : 'cancelled';
  return wasActive === false ? 'own-phone-no-answer' : 'unknown';
}

function party(number: string | undefined, name: string | undefined): Party {
  return { ...(number === undefined ? {} : { number }), ...(name === undefined ? {} : { name }) };
}
