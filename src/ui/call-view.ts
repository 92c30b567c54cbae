import { type Call, type EpochMs, type Handling, isLive } from '../core/calls.ts';
import type { Capabilities, Connection, PbxError } from '../core/connection.ts';
import { unreachable } from '../core/result.ts';
import { canHandle } from '../core/update.ts';
import type { Phrase } from './say.ts';
import { formatClock } from './time.ts';
import { END_WORDS, errorWords } from './words.ts';

/** What a call card shows; drawn by `call-card.tsx`. */
export interface CallView {
  readonly state: Phrase;
  readonly mood: 'calling' | 'talking' | 'held' | 'unsure' | 'over' | 'failed';
  /** How the call stood when it was last confirmed. */
  readonly lastKnown?: Phrase;
  /** More to say than the state: the reason, how a hang-up stands, what to do. */
  readonly notes: readonly Phrase[];
  /** What the PBX itself said, for people who look closer. */
  readonly detail?: string;
  /** `runsFrom`: a running timer; `took`: how long it lasted, in milliseconds. */
  readonly timer?: { readonly runsFrom: EpochMs } | { readonly took: number };
  /** `pressed`: shown, and already under way. */
  readonly hangUp: 'offered' | 'pressed' | 'absent';
  readonly mayCallAgain: boolean;
  /** The one of the two that means something now. */
  readonly hold?: { readonly want: 'hold' | 'try-hold' | 'resume'; readonly is: 'offered' | 'pressed' };
  readonly transfer?: 'offered' | 'pressed';
  /** What became of the last of those wishes, or becomes of it. */
  readonly handled: readonly Phrase[];
}

/** A number as it is shown, in words that may run from right to left. */
type Written = (number: string) => string;

/** One call in words, with only the buttons that mean something now. Nothing is said that the PBX has not said. */
export function callView(call: Call, connection: Connection, written: Written = (number) => number): CallView {
  return isLive(call) ? liveView(call, connection, written) : endedView(call, connection, written);
}

function liveView(call: Call, connection: Connection, written: Written): CallView {
  const hangUp = offeredHangUp(call, connection);
  const state = phaseWords(call, capabilitiesOf(connection));
  const base = {
    hangUp,
    mayCallAgain: false,
    notes: hangUpNotes(call, connection, hangUp),
    handled: handledWords(call, written),
    ...detailOf(call),
    ...offeredHandling(call, connection),
  };
  // A PBX that says nothing of a call once it took it has nothing to confirm.
  const isBlind = call.placed === 'yes' && capabilitiesOf(connection)?.liveState === false;
  const isAsToldEver = isBlind && call.state.phase === 'requested';
  if (!call.confirmed && !isAsToldEver)
    return { ...base, state: unconfirmedWords(call, connection), mood: 'unsure', lastKnown: state };
  return {
    ...base,
    state,
    mood: call.state.phase === 'talking' || call.state.phase === 'held' ? call.state.phase : 'calling',
    ...(call.talkingSince === undefined ? {} : { timer: { runsFrom: call.talkingSince } }),
  };
}

function endedView(call: Call, connection: Connection, written: Written): CallView {
  if (call.state.phase !== 'ended') return liveView(call, connection, written);
  const { at, reason } = call.state;
  const base = {
    hangUp: 'absent',
    mayCallAgain: call.direction === 'outgoing',
    handled: [],
    ...detailOf(call),
  } as const;
  const words = call.error && errorWords(call.error);
  const why: readonly Phrase[] = words ? [words.what] : [];
  if (call.placed === 'no') {
    return reason === 'cancelled'
      ? { ...base, state: ['state_cancelled_unplaced'], mood: 'over', notes: [] }
      : { ...base, state: ['state_not_placed'], mood: 'failed', notes: words ? [words.what, words.todo] : [] };
  }
  if (call.handedOver) return { ...base, state: ['state_handed_over'], mood: 'over', notes: [] };
  if (call.placed === 'unknown') return { ...base, state: ['state_placed_unknown'], mood: 'unsure', notes: why };
  if (!call.confirmed) {
    const isBlind = capabilitiesOf(connection)?.liveState === false && call.talkingSince === undefined;
    const state: Phrase = isBlind ? ['state_placed_untold'] : ['state_no_longer_seen'];
    return { ...base, state, mood: isBlind ? 'over' : 'unsure', notes: [], handled: handledWords(call, written) };
  }
  const { handling } = call;
  if (reason === 'transferred' && handling?.want === 'transfer') {
    const state: Phrase = ['end_transferred_to', isolated(written(handling.to))];
    return { ...base, state, mood: 'over', notes: [], ...talkedOf(call, at) };
  }
  const isFine = reason === 'completed' || reason === 'cancelled' || reason === 'unknown' || reason === 'transferred';
  return {
    ...base,
    state: [END_WORDS[reason]],
    handled: handledWords(call, written),
    mood: isFine ? 'over' : 'failed',
    notes: why,
    ...talkedOf(call, at),
  };
}

function talkedOf({ talkingSince }: Call, at: EpochMs): Pick<CallView, 'timer'> {
  return talkingSince === undefined ? {} : { timer: { took: at - talkingSince } };
}

/** Numbers run from left to right, whatever the words around them do. */
function isolated(text: string): string {
  return `\u2066${text}\u2069`;
}

/** A button that cannot be pressed just now stays where it is, with the focus it may have. */
function offeredHandling(call: Call, connection: Connection): Pick<CallView, 'hold' | 'transfer'> {
  const capabilities = capabilitiesOf(connection);
  const { phase } = call.state;
  if (!capabilities || !call.confirmed || (phase !== 'talking' && phase !== 'held')) return {};
  const is = (want: Handling['want']) => (canHandle(call, want, connection) ? 'offered' : 'pressed');
  const want = phase === 'talking' ? 'hold' : 'resume';
  const mayHold = capabilities.hold && (want === 'hold' || call.isHeldHere === true);
  return {
    ...(mayHold
      ? { hold: { want: want === 'hold' && capabilities.holdUntried ? 'try-hold' : want, is: is(want) } }
      : {}),
    ...(capabilities.transfer ? { transfer: is('transfer') } : {}),
  };
}

function handledWords({ handling, state }: Call, written: Written): readonly Phrase[] {
  if (handling === undefined) return [];
  const why: readonly Phrase[] = handling.error ? [errorWords(handling.error).what] : [];
  if (handling.want === 'transfer') {
    const to = isolated(written(handling.to));
    const isAsked = handling.step === 'sent' || handling.step === 'taken';
    if (isAsked && state.phase !== 'ended') return [['transfer_sent', to]];
    return handling.step === 'refused' ? [['transfer_refused', to], ...why] : [['transfer_unknown', to]];
  }
  const isHold = handling.want === 'hold';
  if (handling.step === 'sent') return [[isHold ? 'hold_sent' : 'resume_sent']];
  if (handling.step === 'refused') return [[isHold ? 'hold_refused' : 'resume_refused'], ...why];
  return [[isHold ? 'hold_unknown' : 'resume_unknown']];
}

function phaseWords(call: Call, capabilities: Capabilities | undefined): Phrase {
  const { state } = call;
  // Where the PBX cannot tell whose phone rings, both kinds of ringing read the same: it is the agent's that comes first.
  const isBlind = capabilities?.seesFarEnd === false && !capabilities.contactFirst;
  switch (state.phase) {
    case 'requested':
      if (state.step === 'queued') return ['state_queued'];
      if (call.placed === 'yes' && capabilities?.liveState === false) {
        return [capabilities.pressKey === undefined ? 'state_placed_only' : 'state_placed_press'];
      }
      return isBlind ? ['state_calling_pick_up'] : ['state_calling'];
    case 'ringing':
      if (call.direction === 'incoming') return ['state_incoming'];
      if (isBlind) return ['state_ringing_pick_up'];
      return [state.leg === 'own-phone' ? 'state_own_phone' : 'state_far_end'];
    case 'talking':
      return [capabilities?.seesAnswer === false ? 'state_in_call' : 'state_talking'];
    case 'held':
      return ['state_held'];
    case 'ended':
      return [END_WORDS[state.reason]];
    default:
      return unreachable(state);
  }
}

function unconfirmedWords(call: Call, connection: Connection): Phrase {
  const when = call.heardAt === undefined ? undefined : formatClock(call.heardAt);
  switch (connection.status) {
    case 'connecting':
    case 'waiting':
      return when === undefined ? ['state_reconnecting'] : ['state_reconnecting_since', when];
    case 'off':
    case 'blocked':
      return when === undefined ? ['state_cut_off'] : ['state_cut_off_since', when];
    case 'online':
      return when === undefined ? ['state_unconfirmed'] : ['state_unconfirmed_since', when];
    default:
      return unreachable(connection);
  }
}

/** Without a connection the wish is still taken: it is remembered and sent as soon as there is one. */
function offeredHangUp(call: Call, connection: Connection): CallView['hangUp'] {
  const isUnsent = call.state.phase === 'requested' && call.state.step === 'queued';
  const isPossible =
    isUnsent ||
    (connection.status === 'online'
      ? connection.capabilities.hangUp
      : connection.status === 'connecting' || connection.status === 'waiting');
  if (!isPossible) return 'absent';
  return call.hangUp === undefined || call.hangUp.step === 'unconfirmed' ? 'offered' : 'pressed';
}

function hangUpNotes(call: Call, connection: Connection, offered: CallView['hangUp']): readonly Phrase[] {
  switch (call.hangUp?.step) {
    case 'wanted':
      return [['hang_up_wanted']];
    case 'sent':
      return [['hang_up_sent']];
    case 'unconfirmed':
      return [['hang_up_unconfirmed'], ...(call.hangUp.error ? [errorWords(call.hangUp.error).what] : [])];
    case undefined:
      if (offered === 'offered' && isRingingHere(call)) return [['decline_hint']];
      return offered === 'absent' && connection.status === 'online' ? [['hang_up_on_phone']] : [];
  }
}

function isRingingHere({ direction, state }: Call): boolean {
  return direction === 'incoming' && state.phase === 'ringing';
}

function capabilitiesOf(connection: Connection): Capabilities | undefined {
  return connection.status === 'online' ? connection.capabilities : undefined;
}

function detailOf(call: Call): { readonly detail?: string } {
  const error: PbxError | undefined = call.hangUp?.error ?? call.error;
  return error && 'detail' in error && error.detail !== '' ? { detail: error.detail } : {};
}
