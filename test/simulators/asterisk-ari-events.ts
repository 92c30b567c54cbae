import type { AriVariants } from './asterisk-ari-variants.ts';
import type { SimCall, SimCause } from './call-engine.ts';

/** The agent's leg of a call, and the other one, as Asterisk names them. */
export interface SimLegs {
  readonly call: SimCall;
  readonly kind: 'originated' | 'called' | 'desk';
  readonly id: string;
  /** `PJSIP/2040-00000001` */
  readonly name: string;
  readonly farId: string;
  readonly farName: string;
  /** Where the agent's leg is sent once it is picked up. */
  readonly context: string;
  readonly extension: string;
  /** The dialplan has an entry for it. */
  readonly isInDialplan: boolean;
  /** What was set back on the agent's leg: the number the far end sees. */
  readonly callerNumber: string;
  readonly connected: { readonly name: string; readonly number: string };
  /** A `Local` leg without `/n`: Asterisk replaces it once both ends talk. */
  readonly isReplaced: boolean;
  /** Phase that was told last. */
  told: SimCall['phase'] | 'none';
  isAnswered: boolean;
  /** Over for everybody who knows its id. */
  isGone: boolean;
}

type Event = Readonly<Record<string, unknown>>;

/** Why the far end's leg failed: what `Dial` says, and the cause that stays on the agent's leg. As measured with version 16.28. */
const FAR_END: Readonly<Partial<Record<SimCause, readonly [status: string, cause: number]>>> = {
  busy: ['BUSY', 17],
  'no-answer': ['NOANSWER', 19],
  rejected: ['NOANSWER', 21],
  unallocated: ['NOANSWER', 1],
  congestion: ['CONGESTION', 34],
};
/** Why our own phone's leg failed. */
const OWN_PHONE: Readonly<Partial<Record<SimCause, number>>> = {
  'own-phone-no-answer': 0,
  'own-phone-rejected': 21,
  'own-phone-unreachable': 20,
};

/** The agent's leg as `GET /channels/<id>` and every event show it. */
export function channelOf(legs: SimLegs): Event {
  const { call, kind } = legs;
  const state = legs.isAnswered ? 'Up' : call.phase === 'ended' ? 'Ringing' : stateOf(legs);
  const hasRun = kind === 'originated' ? legs.isAnswered : kind === 'desk';
  return {
    id: legs.id,
    name: legs.name,
    state,
    caller: { name: '', number: kind === 'called' ? call.agent : legs.callerNumber },
    connected: legs.connected,
    accountcode: '',
    dialplan: {
      context: legs.context,
      exten: hasRun ? legs.extension : 's',
      priority: 1,
      app_name: kind === 'called' ? 'AppDial' : hasRun && legs.isInDialplan ? 'Dial' : 'AppDial2',
      app_data: '',
    },
    creationtime: '2026-01-01T00:00:00.000+0000',
    language: 'en',
  };
}

/** The other leg; only ever seen inside `Dial` events. */
function farChannelOf(legs: SimLegs, state: string): Event {
  return {
    id: legs.farId,
    name: legs.farName,
    state,
    caller: { name: '', number: legs.call.number },
    connected: { name: '', number: legs.callerNumber },
    dialplan: { context: legs.context, exten: legs.extension, priority: 1, app_name: 'AppDial', app_data: '' },
  };
}

/** What Asterisk sends about a call when it has come to another phase, in the order of the real thing. */
export function eventsOf(legs: SimLegs, variants: AriVariants): readonly Event[] {
  const { call, told } = legs;
  if (told === call.phase) return [];
  legs.told = call.phase;
  const begin = told === 'none' ? beginning(legs) : [];
  return [...begin, ...(legs.kind === 'called' ? calledEvents(legs) : outgoingEvents(legs, variants, told))];
}

function beginning(legs: SimLegs): readonly Event[] {
  const down = { ...channelOf(legs), state: legs.kind === 'desk' ? 'Ring' : 'Down' };
  const created = { type: 'ChannelCreated', channel: down };
  if (legs.kind === 'desk') return [created, { type: 'ChannelDialplan', channel: down, dialplan_app: 'Dial' }];
  const waiting = { type: 'ChannelDialplan', channel: down, dialplan_app: 'AppDial2' };
  if (legs.kind === 'called')
    return [created, { type: 'Dial', caller: farChannelOf(legs, 'Ring'), peer: down, dialstatus: '' }];
  return [created, waiting, { type: 'Dial', peer: down, dialstatus: '' }];
}

function calledEvents(legs: SimLegs): readonly Event[] {
  const channel = channelOf(legs);
  const dial = (status: string) => ({
    type: 'Dial',
    caller: farChannelOf(legs, 'Ring'),
    peer: channel,
    dialstatus: status,
  });
  switch (legs.call.phase) {
    case 'agent-ringing':
      return [{ type: 'ChannelStateChange', channel }, dial('RINGING')];
    case 'talking':
      if (legs.isAnswered) return [{ type: 'ChannelUnhold', channel }];
      legs.isAnswered = true;
      return [
        { type: 'ChannelStateChange', channel: channelOf(legs) },
        { ...dial('ANSWER'), peer: channelOf(legs) },
      ];
    case 'held':
      return legs.call.heldBy === 'agent' ? [{ type: 'ChannelHold', channel }] : [];
    case 'ended':
      legs.isGone = true;
      return [{ type: 'ChannelDestroyed', cause: 16, cause_txt: 'Normal Clearing', channel }];
    default:
      return [];
  }
}

function outgoingEvents(legs: SimLegs, variants: AriVariants, told: SimLegs['told']): readonly Event[] {
  const { call, kind } = legs;
  const dial = (status: string, farState: string) => ({
    type: 'Dial',
    caller: channelOf(legs),
    peer: farChannelOf(legs, farState),
    dialstatus: status,
    dialstring: `${call.number}@trunk`,
  });
  switch (call.phase) {
    case 'agent-ringing': {
      const channel = channelOf(legs);
      return kind === 'desk'
        ? []
        : [
            { type: 'ChannelStateChange', channel },
            { type: 'Dial', peer: channel, dialstatus: 'RINGING' },
          ];
    }
    case 'far-end-dialling': {
      if (kind === 'desk') return [dial('', 'Down')];
      legs.isAnswered = true;
      const channel = channelOf(legs);
      const pickedUp = [
        { type: 'ChannelStateChange', channel },
        { type: 'Dial', peer: channel, dialstatus: 'ANSWER' },
      ];
      if (!legs.isInDialplan) return [...pickedUp, ...goneEvents(legs, 0)];
      return [
        ...pickedUp,
        { type: 'ChannelDialplan', channel: { ...channel }, dialplan_app: 'NoOp' },
        { type: 'ChannelDialplan', channel, dialplan_app: 'Dial' },
        ...Array.from({ length: 10 }, (_, index) => ({
          type: 'ChannelVarset',
          variable: `V${index}`,
          value: '',
          channel,
        })),
        dial('', 'Down'),
      ];
    }
    case 'far-end-ringing':
      return variants.farEndWords === 'ringing'
        ? [dial('RINGING', 'Ringing')]
        : variants.farEndWords === 'progress'
          ? [dial('PROGRESS', 'Down')]
          : [];
    case 'early-media':
      return variants.farEndWords === 'silent' ? [] : [dial('PROGRESS', 'Down')];
    case 'talking':
      if (told === 'held') return [{ type: 'ChannelUnhold', channel: channelOf(legs) }];
      legs.isAnswered = true;
      return [
        dial('ANSWER', 'Up'),
        ...(kind === 'desk' ? [{ type: 'ChannelStateChange', channel: channelOf(legs) }] : []),
        ...(variants.bridgeEvents
          ? [
              {
                type: 'ChannelEnteredBridge',
                bridge: { id: 'b1', channels: [legs.id, legs.farId] },
                channel: channelOf(legs),
              },
            ]
          : []),
        ...(legs.isReplaced ? goneEvents(legs, 16) : []),
      ];
    case 'held':
      return call.heldBy === 'agent' ? [{ type: 'ChannelHold', channel: channelOf(legs) }] : [];
    case 'ended':
      return legs.isGone ? [] : endEvents(legs, variants, told);
    default:
      return [];
  }
}

function endEvents(legs: SimLegs, variants: AriVariants, told: SimLegs['told']): readonly Event[] {
  const { call } = legs;
  const cause = call.cause ?? 'completed';
  const own = OWN_PHONE[cause];
  const peer = channelOf(legs);
  if (own !== undefined) return [{ type: 'Dial', peer, dialstatus: 'NOANSWER' }, ...goneEvents(legs, own)];
  if (!legs.isAnswered && legs.kind === 'originated')
    return [{ type: 'Dial', peer, dialstatus: 'NOANSWER' }, ...goneEvents(legs, 16)];
  const dial = (status: string) => ({
    type: 'Dial',
    caller: peer,
    peer: farChannelOf(legs, 'Ringing'),
    dialstatus: status,
  });
  const far = FAR_END[cause];
  if (far) {
    const last = variants.lastCause === 'normal' ? 16 : far[1];
    return [
      dial(far[0]),
      { type: 'ChannelDialplan', channel: peer, dialplan_app: 'Hangup' },
      ...goneEvents(legs, last),
    ];
  }
  return [...(told === 'talking' || told === 'held' ? [] : [dial('CANCEL')]), ...goneEvents(legs, 16)];
}

function goneEvents(legs: SimLegs, cause: number): readonly Event[] {
  legs.isGone = true;
  const channel = channelOf(legs);
  return [
    { type: 'ChannelHangupRequest', cause: 16, soft: true, channel },
    { type: 'ChannelDestroyed', cause, cause_txt: cause === 16 ? 'Normal Clearing' : 'Unknown', channel },
  ];
}

function stateOf({ call, kind }: SimLegs): string {
  if (kind === 'desk') return call.legs.farEnd.state === 'answered' ? 'Up' : 'Ring';
  return call.legs.agent.state === 'answered' ? 'Up' : call.legs.agent.state === 'ringing' ? 'Ringing' : 'Down';
}
