import type { Call, CallId, EndReason, PbxCall, PbxCallId } from '../../core/calls.ts';
import { lookUp } from '../frames.ts';
import type { AriChannel, AriEvent } from './read-event.ts';

/** How far a leg has come; it never goes back. */
type Progress = 'begun' | 'own-phone' | 'far-end' | 'talking';

/** A leg of our own phone: `originated` for a browser, `called` from outside, or dialled at the `desk`. */
interface Leg {
  readonly id: PbxCallId;
  readonly kind?: 'originated' | 'called' | 'desk';
  readonly number?: string;
  readonly name?: string;
  readonly progress: Progress;
  readonly isUp: boolean;
  readonly isHeld: boolean;
  /** The dialplan has begun to work on it. */
  readonly hasRun: boolean;
  /** How the last attempt to reach the far end went. */
  readonly dialStatus: string;
  readonly isCleared: boolean;
}

const ORDER: readonly Progress[] = ['begun', 'own-phone', 'far-end', 'talking'];
const MOST_PAST = 200;
/** In these applications the agent talks to Asterisk itself, and nobody else is dialled. */
const TALKING_APPS = new Set(['ConfBridge', 'Echo', 'MeetMe', 'VoiceMail', 'VoiceMailMain']);
/** Where a leg stands before the dialplan has it. */
const WAITING_APPS = new Set(['AppDial', 'AppDial2']);

/** Why a leg is over, by its cause (Q.850). Causes that say nothing (0, 16, 31) are not here. */
const CAUSES: Readonly<Record<number, EndReason>> = {
  1: 'invalid-number',
  2: 'invalid-number',
  3: 'invalid-number',
  17: 'busy',
  18: 'no-answer',
  19: 'no-answer',
  20: 'unreachable',
  21: 'rejected',
  22: 'invalid-number',
  27: 'unreachable',
  28: 'invalid-number',
  29: 'not-allowed',
  34: 'congestion',
  38: 'congestion',
  41: 'congestion',
  42: 'congestion',
  44: 'congestion',
  50: 'not-allowed',
  52: 'not-allowed',
  54: 'not-allowed',
  57: 'not-allowed',
  127: 'failed',
};
const DIAL_STATUSES: Readonly<Record<string, EndReason>> = {
  BUSY: 'busy',
  NOANSWER: 'no-answer',
  CANCEL: 'cancelled',
  CONGESTION: 'congestion',
  CHANUNAVAIL: 'unreachable',
  DONTCALL: 'not-allowed',
};

/** Begin of the ids we give to legs; the rest is the call's own id, so a leg is known again after a restart. */
const OURS = 'pagedial-';

/** The id a leg is created with. */
export function legIdOf(ref: CallId): PbxCallId {
  return `${OURS}${ref}`;
}

/**
 * The legs of our own phone, told from everybody else's, and what they say about our calls. No I/O.
 *
 * A call for a browser is one leg that Asterisk originates (our phone rings) and then sends into the dialplan, which dials the far end.
 * Both are told as `Dial`: without a caller it is our own phone, with our leg as the caller it is the far end.
 */
export class OwnLegs {
  readonly #endpoint: string;
  readonly #legs = new Map<PbxCallId, Leg>();
  readonly #expected = new Map<PbxCallId, string>();
  readonly #past = new Set<PbxCallId>();

  /** @param endpoint - `PJSIP/2040` */
  constructor(endpoint: string) {
    this.#endpoint = endpoint.toLowerCase();
  }

  /** From now on a leg with this id is ours, whatever its name is. */
  expect(id: PbxCallId, number: string): void {
    this.#expected.set(id, number);
  }

  /** The leg was never made. */
  forget(id: PbxCallId): void {
    this.#expected.delete(id);
  }

  has(id: PbxCallId): boolean {
    return this.#legs.has(id);
  }

  /** Every id that may still live, told or not. */
  ids(): readonly PbxCallId[] {
    return [...new Set([...this.#legs.keys(), ...this.#expected.keys()])];
  }

  /** Whether a leg is our own phone's: one that we have asked for, or one of our endpoint. A colleague's leg never is. */
  owns({ id, name }: AriChannel): boolean {
    if (this.#expected.has(id) || this.#legs.has(id)) return true;
    return name.slice(0, name.lastIndexOf('-')).toLowerCase() === this.#endpoint;
  }

  /** What there is to tell about each live leg. */
  list(): readonly PbxCall[] {
    return [...this.#legs.values()].map(reportOf).filter((report) => report !== undefined);
  }

  /** We have asked Asterisk to end it. */
  cleared(id: PbxCallId): void {
    const number = this.#expected.get(id);
    const leg = this.#legs.get(id) ?? (number === undefined ? undefined : begun(id, number));
    if (leg) this.#legs.set(id, { ...leg, isCleared: true });
  }

  /** What an event tells about a leg of ours, where it is news. */
  take(event: AriEvent): PbxCall | undefined {
    switch (event.type) {
      case 'channel':
        return this.#change(event.channel, (leg) => leg);
      case 'dialplan':
        return this.#change(event.channel, (leg) => afterDialplan(leg, event.channel));
      case 'bridged':
        return this.#change(event.channel, (leg) => (leg.isUp ? advance(leg, 'talking') : leg));
      case 'hold':
        return this.#change(event.channel, (leg) => ({ ...leg, isHeld: event.isHeld }));
      case 'dial':
        return this.#dial(event);
      case 'destroyed':
        return this.owns(event.channel) ? this.end(event.channel.id, event.cause) : undefined;
      default:
        return undefined;
    }
  }

  /** What a list of Asterisk tells about a leg of ours. `isBridged`: it is connected with another. */
  seen(channel: AriChannel, isBridged: boolean): PbxCall | undefined {
    return this.#change(channel, (leg) =>
      afterDialplan(leg.isUp && isBridged ? advance(leg, 'talking') : leg, channel),
    );
  }

  /** The leg is over: what is to be told about it, or undefined when nothing ever was. `cause` is absent where Asterisk told none. */
  end(id: PbxCallId, cause?: number): PbxCall | undefined {
    const leg = this.#legs.get(id);
    const isNews = leg !== undefined || this.#expected.has(id);
    const number = this.#expected.get(id);
    this.#legs.delete(id);
    this.#expected.delete(id);
    this.#past.add(id);
    for (const oldest of this.#past) {
      if (this.#past.size <= MOST_PAST) break;
      this.#past.delete(oldest);
    }
    if (!isNews) return undefined;
    const last = leg ?? begun(id, number);
    return { ...identityOf(last), change: endOf(last, cause) };
  }

  #dial({ caller, peer, status }: Extract<AriEvent, { type: 'dial' }>): PbxCall | undefined {
    if (caller && this.owns(caller)) return this.#change(caller, (leg) => afterDialling(leg, status));
    if (!this.owns(peer)) return undefined;
    return this.#change(peer, (leg) => {
      const kind = leg.kind ?? (caller ? 'called' : 'originated');
      if (status === 'ANSWER') return advance({ ...leg, kind, isUp: true }, kind === 'called' ? 'talking' : 'far-end');
      return advance({ ...leg, kind }, status === 'RINGING' ? 'own-phone' : 'begun');
    });
  }

  #change(channel: AriChannel, change: (leg: Leg) => Leg): PbxCall | undefined {
    if (this.#past.has(channel.id) || !this.owns(channel)) return undefined;
    const before = this.#legs.get(channel.id);
    const after = change(afterState(before ?? begun(channel.id, this.#expected.get(channel.id)), channel));
    this.#legs.set(channel.id, after);
    const report = reportOf(after);
    const told = before && reportOf(before);
    return report && JSON.stringify(report) !== JSON.stringify(told) ? report : undefined;
  }
}

function begun(id: PbxCallId, number: string | undefined): Leg {
  return {
    id,
    ...(id.startsWith(OURS) ? { kind: 'originated' } : {}),
    ...(number === undefined ? {} : { number }),
    progress: 'begun',
    isUp: false,
    isHeld: false,
    hasRun: false,
    dialStatus: '',
    isCleared: false,
  };
}

function advance(leg: Leg, to: Progress): Leg {
  return ORDER.indexOf(to) > ORDER.indexOf(leg.progress) ? { ...leg, progress: to } : leg;
}

/** What the leg itself says: who it is for, and whether it rings or was picked up. */
function afterState(leg: Leg, channel: AriChannel): Leg {
  const kind = leg.kind ?? kindOf(channel);
  const isUp = leg.isUp || channel.state === 'Up';
  const number = leg.number ?? numberOf(channel, kind);
  const name = leg.name ?? (kind === 'called' ? channel.other?.name : undefined);
  const next: Leg = {
    ...leg,
    isUp,
    ...(kind === undefined ? {} : { kind }),
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
  };
  switch (kind) {
    case 'originated':
      // Picked up: from here on the dialplan rings the far end.
      return advance(next, isUp ? 'far-end' : channel.state === 'Ringing' ? 'own-phone' : 'begun');
    case 'called':
      return advance(next, isUp ? 'talking' : channel.state === 'Ringing' ? 'own-phone' : 'begun');
    case 'desk':
      return advance(next, isUp ? 'talking' : 'far-end');
    case undefined:
      return next;
  }
}

function kindOf(channel: AriChannel): Leg['kind'] {
  if (channel.app === 'AppDial2') return 'originated';
  if (channel.app === 'AppDial') return 'called';
  // Only a phone that calls by itself is in this state; a leg that is Up and in the dialplan may be one, too, or may be ours.
  return channel.state === 'Ring' ? 'desk' : undefined;
}

function numberOf(channel: AriChannel, kind: Leg['kind']): string | undefined {
  return kind === 'called' ? channel.other?.number : (channel.exten ?? channel.other?.number);
}

function afterDialplan(leg: Leg, { app }: AriChannel): Leg {
  if (app === undefined || WAITING_APPS.has(app)) return leg;
  const run = { ...leg, hasRun: true };
  return leg.isUp && TALKING_APPS.has(app) ? advance(run, 'talking') : run;
}

/** The far end is being dialled by our leg. */
function afterDialling(leg: Leg, status: string): Leg {
  const dialled = { ...leg, hasRun: true, dialStatus: status };
  return advance(dialled, status === 'ANSWER' ? 'talking' : 'far-end');
}

function identityOf(leg: Leg): Omit<PbxCall, 'change'> {
  return {
    pbxId: leg.id,
    ...(leg.id.startsWith(OURS) ? { ref: leg.id.slice(OURS.length) } : {}),
    ...(leg.number === undefined ? {} : { number: leg.number }),
    ...(leg.name === undefined ? {} : { name: leg.name }),
    ...(leg.kind === undefined ? {} : { direction: directionOf(leg.kind) }),
  };
}

function directionOf(kind: NonNullable<Leg['kind']>): Call['direction'] {
  return kind === 'called' ? 'incoming' : 'outgoing';
}

/** Undefined while there is nothing to tell yet. */
function reportOf(leg: Leg): PbxCall | undefined {
  const identity = identityOf(leg);
  switch (leg.progress) {
    case 'begun':
      // Of a leg that was Up when we first saw it, and says nothing else, we know only that it lives.
      return leg.isUp ? { ...identity, change: { to: 'alive' } } : undefined;
    case 'own-phone':
    case 'far-end':
      return { ...identity, change: { to: 'ringing', leg: leg.progress } };
    case 'talking':
      return { ...identity, change: { to: leg.isHeld ? 'held' : 'talking' } };
  }
}

function endOf(leg: Leg, cause: number | undefined): Extract<PbxCall['change'], { to: 'ended' }> {
  const hasTalked = leg.progress === 'talking';
  if (leg.isCleared) return { to: 'ended', reason: endedByUs(leg, hasTalked) };
  if (cause === undefined) return { to: 'ended', reason: 'unknown' };
  if (hasTalked) return { to: 'ended', reason: 'completed' };
  if (leg.kind === 'called') return { to: 'ended', reason: cause === 26 ? 'completed' : 'no-answer' };
  if (leg.kind === 'originated' && !leg.isUp) return { to: 'ended', reason: 'own-phone-no-answer' };
  if (leg.kind === 'originated' && !leg.hasRun) {
    // Picked up, and the dialplan did nothing with it: Asterisk hangs up without a word, cause 0 (seen with 16).
    const detail = `the dialplan has no entry for ${leg.number ?? 'this number'} in this context`;
    return { to: 'ended', reason: 'failed', error: { kind: 'number-refused', detail } };
  }
  // Declined and unknown numbers are told as NOANSWER; only the cause tells them apart (seen with 16).
  return { to: 'ended', reason: CAUSES[cause] ?? lookUp(DIAL_STATUSES, leg.dialStatus) ?? 'unknown' };
}

function endedByUs(leg: Leg, hasTalked: boolean): EndReason {
  if (hasTalked) return 'completed';
  return leg.kind === 'called' ? 'rejected' : 'cancelled';
}
