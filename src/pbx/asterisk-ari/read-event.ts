import { asObject, asWord, type Json, readJson } from '../frames.ts';

/** One leg, as Asterisk tells it in events and lists. */
export interface AriChannel {
  readonly id: string;
  /** `PJSIP/2040-0000001e`: the endpoint, and a count. */
  readonly name: string;
  /** `Down`, `Ring` (the phone itself is calling), `Ringing`, `Up`, … */
  readonly state: string;
  /** Who this leg talks to, as far as Asterisk knows. */
  readonly other?: { readonly number?: string; readonly name?: string };
  /** Where it stands in the dialplan; a leg that has not run any says `s`. */
  readonly exten?: string;
  /** The application it is in: `AppDial2` for a leg that was originated, `AppDial` for one that was dialled by another leg. */
  readonly app?: string;
}

/** One event in the words we need; everything else is `other`. */
export type AriEvent =
  | { readonly type: 'channel'; readonly channel: AriChannel }
  | { readonly type: 'dialplan'; readonly channel: AriChannel }
  /** `caller` is absent when a leg is originated: that dialling is our own phone's. `status` is empty at the begin. */
  | { readonly type: 'dial'; readonly caller?: AriChannel; readonly peer: AriChannel; readonly status: string }
  | { readonly type: 'hold'; readonly channel: AriChannel; readonly isHeld: boolean }
  | { readonly type: 'bridged'; readonly channel: AriChannel }
  | { readonly type: 'destroyed'; readonly channel: AriChannel; readonly cause: number }
  | { readonly type: 'endpoint'; readonly endpoint: AriEndpoint }
  | { readonly type: 'user'; readonly name: string }
  /** Another socket took our application's name. */
  | { readonly type: 'replaced' }
  | { readonly type: 'other' };

/** A phone (or a group of them) as Asterisk knows it. */
export interface AriEndpoint {
  /** `PJSIP/2040` */
  readonly name: string;
  /** `online` and `offline`; undefined where Asterisk does not know. */
  readonly isOnline: boolean | undefined;
  readonly channelIds: readonly string[];
}

/** The types of events that mean something to us; Asterisk is asked to send no other. */
export const EVENT_TYPES = [
  'ChannelCreated',
  'ChannelStateChange',
  'ChannelDialplan',
  'Dial',
  'ChannelHold',
  'ChannelUnhold',
  'ChannelEnteredBridge',
  'ChannelDestroyed',
  'ChannelUserevent',
  'EndpointStateChange',
  'ApplicationReplaced',
] as const;

/**
 * Reads one frame of the event socket. Pure; never throws; whatever is not understood is `other`.
 * Source: Asterisk's `rest-api/api-docs/events.json`; what 16 really sends as measured.
 */
export function readEvent(text: string): AriEvent {
  const event = asObject(readJson(text));
  const channel = readChannel(event?.channel);
  switch (event?.type) {
    case 'ChannelCreated':
    case 'ChannelStateChange':
      return channel ? { type: 'channel', channel } : { type: 'other' };
    case 'ChannelDialplan':
      return channel ? { type: 'dialplan', channel } : { type: 'other' };
    case 'ChannelHold':
    case 'ChannelUnhold':
      return channel ? { type: 'hold', channel, isHeld: event.type === 'ChannelHold' } : { type: 'other' };
    case 'ChannelEnteredBridge':
      return channel ? { type: 'bridged', channel } : { type: 'other' };
    case 'ChannelDestroyed':
      return channel ? { type: 'destroyed', channel, cause: Number(asWord(event.cause) ?? 0) } : { type: 'other' };
    case 'Dial':
      return readDial(event);
    case 'EndpointStateChange': {
      const endpoint = readEndpoint(event.endpoint);
      return endpoint ? { type: 'endpoint', endpoint } : { type: 'other' };
    }
    case 'ChannelUserevent':
      return { type: 'user', name: asWord(event.eventname) ?? '' };
    case 'ApplicationReplaced':
      return { type: 'replaced' };
    default:
      return { type: 'other' };
  }
}

/** One channel of a list or an event; undefined when it is none. */
export function readChannel(value: unknown): AriChannel | undefined {
  const channel = asObject(value);
  const id = asWord(channel?.id);
  const name = asWord(channel?.name);
  if (!channel || id === undefined || name === undefined) return undefined;
  const connected = asObject(channel.connected);
  const number = asWord(connected?.number);
  const called = asWord(connected?.name);
  const dialplan = asObject(channel.dialplan);
  const exten = asWord(dialplan?.exten);
  const app = asWord(dialplan?.app_name);
  return {
    id,
    name,
    state: asWord(channel.state) ?? '',
    ...(number === undefined && called === undefined
      ? {}
      : { other: { ...(number === undefined ? {} : { number }), ...(called === undefined ? {} : { name: called }) } }),
    ...(exten === undefined || exten === 's' ? {} : { exten }),
    ...(app === undefined ? {} : { app }),
  };
}

/** An endpoint of a list or an event; undefined when it is none. */
export function readEndpoint(value: unknown): AriEndpoint | undefined {
  const endpoint = asObject(value);
  const technology = asWord(endpoint?.technology);
  const resource = asWord(endpoint?.resource);
  if (!endpoint || technology === undefined || resource === undefined) return undefined;
  const ids: readonly unknown[] = Array.isArray(endpoint.channel_ids) ? endpoint.channel_ids : [];
  return {
    name: `${technology}/${resource}`,
    isOnline: endpoint.state === 'online' ? true : endpoint.state === 'offline' ? false : undefined,
    channelIds: ids.map(asWord).filter((id) => id !== undefined),
  };
}

function readDial(event: Json): AriEvent {
  const peer = readChannel(event.peer);
  const caller = readChannel(event.caller);
  if (!peer) return { type: 'other' };
  return { type: 'dial', ...(caller ? { caller } : {}), peer, status: asWord(event.dialstatus) ?? '' };
}
