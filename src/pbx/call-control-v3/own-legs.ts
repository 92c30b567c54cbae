import {
  type CallId,
  type EndReason,
  type EpochMs,
  isSameNumber,
  type PbxCall,
  type PbxCallId,
} from '../../core/calls.ts';
import { asObject, asWord } from '../frames.ts';

/** One event about a leg of our own extension. */
export interface LegEvent {
  readonly id: PbxCallId;
  readonly state: 'RINGING' | 'ACTIVE' | 'HELD' | 'HANGUP';
  readonly direction: 'in' | 'out' | undefined;
  readonly caller: Party;
  readonly callee: Party;
  /** Microseconds since 1970 (exact until the year 2255); 0 where the event has none. */
  readonly at: number;
}

interface Party {
  readonly number?: string;
  readonly name?: string;
}

interface Leg {
  readonly last: LegEvent;
  readonly ref?: CallId;
  readonly wasActive: boolean;
  readonly isCleared: boolean;
}

interface Wish {
  readonly ref: CallId;
  readonly number: string;
  readonly askedAt: EpochMs;
}

/** Whose legs are ours. */
export interface LegOwner {
  readonly tenantId: string;
  readonly extension: string;
}

/** A leg that shows up this long after a request is still taken for it. */
const CLAIM_WITHIN_MS = 60_000;
const MOST_PAST = 200;
const STATES = ['RINGING', 'ACTIVE', 'HELD', 'HANGUP'] as const;

/** Reads an event of our own extension; undefined for anybody else's and for what is none. Source: vendor's page "Webhooks". */
export function readLegEvent(value: unknown, owner: LegOwner): LegEvent | undefined {
  const event = asObject(value);
  const id = asWord(event?.id);
  const state = STATES.find((name) => name === asWord(event?.state)?.toUpperCase());
  if (!event || id === undefined || !state) return undefined;
  if (asWord(event.tenant_id) !== owner.tenantId || asWord(event.user_extension) !== owner.extension) return undefined;
  const at = Number(asWord(event.timestamp) ?? 0);
  return {
    id,
    state,
    direction: event.direction === 'in' || event.direction === 'out' ? event.direction : undefined,
    caller: party(event.caller_number, event.caller_name),
    callee: party(event.callee_number, event.callee_name),
    at: Number.isFinite(at) ? at : 0,
  };
}

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

  /** What an event tells, where it is news. Events come twice and out of order. */
  take(event: LegEvent, now: EpochMs): PbxCall | undefined {
    if (this.#past.has(event.id)) return undefined;
    const before = this.#legs.get(event.id);
    if (before && (event.at < before.last.at || event.state === before.last.state)) return undefined;
    const ref = before ? before.ref : this.#claim(event, now);
    const leg: Leg = {
      last: event,
      ...(ref === undefined ? {} : { ref }),
      wasActive: (before?.wasActive ?? false) || event.state === 'ACTIVE' || event.state === 'HELD',
      isCleared: before?.isCleared ?? false,
    };
    if (event.state !== 'HANGUP') {
      this.#legs.set(event.id, leg);
      return this.#report(leg);
    }
    this.#bury(event.id);
    return this.#report(leg);
  }

  #bury(id: PbxCallId): void {
    this.#legs.delete(id);
    this.#past.add(id);
    for (const oldest of this.#past) {
      if (this.#past.size <= MOST_PAST) break;
      this.#past.delete(oldest);
    }
  }

  #claim(event: LegEvent, now: EpochMs): CallId | undefined {
    this.#wishes = this.#wishes.filter((wish) => now - wish.askedAt < CLAIM_WITHIN_MS);
    // Which way our own leg counts in a click-to-dial is not documented: either party may be the one that was asked for.
    const numbers = [event.callee.number, event.caller.number].filter((number) => number !== undefined);
    const wish = this.#wishes.find(({ number }) => numbers.some((one) => isSameNumber(one, number)));
    if (wish) this.forget(wish.ref);
    return wish?.ref;
  }

  #report(leg: Leg): PbxCall {
    const { last, ref } = leg;
    const isToUs = ref === undefined && last.direction === 'in';
    const other = this.#other(last);
    return {
      pbxId: last.id,
      ...(ref === undefined ? {} : { ref }),
      ...(other.number === undefined ? {} : { number: other.number }),
      ...(other.name === undefined || other.name === other.number ? {} : { name: other.name }),
      direction: isToUs ? 'incoming' : 'outgoing',
      change: changeOf(leg),
    };
  }

  #other({ caller, callee, direction }: LegEvent): Party {
    if (caller.number === this.#extension) return callee;
    if (callee.number === this.#extension) return caller;
    return direction === 'in' ? caller : callee;
  }
}

function changeOf(leg: Leg): PbxCall['change'] {
  switch (leg.last.state) {
    case 'RINGING':
      return { to: 'ringing', leg: 'own-phone' };
    case 'ACTIVE':
      return { to: 'talking' };
    case 'HELD':
      return { to: 'held' };
    case 'HANGUP':
      return { to: 'ended', reason: reasonOf(leg) };
  }
}

/** The service gives no reason: what we know is whether our phone was picked up, and whether we asked for the end. */
function reasonOf({ wasActive, isCleared }: Leg): EndReason {
  if (isCleared) return wasActive ? 'completed' : 'cancelled';
  return wasActive ? 'unknown' : 'own-phone-no-answer';
}

function party(number: unknown, name: unknown): Party {
  const [digits, words] = [asWord(number), asWord(name)];
  return { ...(digits === undefined ? {} : { number: digits }), ...(words === undefined ? {} : { name: words }) };
}
