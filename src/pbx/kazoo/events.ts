import { asFlag, asObject, asObjects, asWord, type Json, lookUp, readJson } from '../frames.ts';

/** What an event or a channel entry says about one leg. */
export interface LegWord {
  readonly id: string;
  readonly otherLeg?: string;
  readonly authorizingId?: string;
}

export interface LegEvent extends LegWord {
  readonly what: 'created' | 'answered' | 'bridged' | 'held' | 'resumed' | 'gone';
  readonly cause?: string;
}

/** One leg in a list of channels. */
export interface Channel extends LegWord {
  readonly isAnswered: boolean;
}

export type KazooFrame =
  | { readonly type: 'event'; readonly event: LegEvent }
  | { readonly type: 'reply'; readonly requestId?: string; readonly isGood: boolean; readonly detail: string }
  /** A sign of life and nothing more. */
  | { readonly type: 'other' };

const EVENTS: Readonly<Record<string, LegEvent['what']>> = {
  CHANNEL_CREATE: 'created',
  CHANNEL_ANSWER: 'answered',
  CHANNEL_BRIDGE: 'bridged',
  CHANNEL_HOLD: 'held',
  CHANNEL_UNHOLD: 'resumed',
  CHANNEL_DESTROY: 'gone',
};
const LONGEST_DETAIL = 200;

/**
 * Reads one frame of Kazoo's event socket. Pure; never throws; whatever is not understood is `other`.
 * Older versions write the fields as `Call-ID` under `args`, newer ones as `call_id` under `data`.
 * Source: public documents of Kazoo on Blackhole
 */
export function parseFrame(text: string): KazooFrame {
  const frame = asObject(readJson(text));
  if (!frame) return { type: 'other' };
  if (frame.action === 'reply') return readReply(frame);
  const fields = lowerKeys(asObject(frame.data) ?? asObject(frame.args));
  const names = [frame.name, frame.event_name, fields.event_name].map(asWord);
  const what = names.map((name) => lookUp(EVENTS, name)).find((one) => one !== undefined);
  const id = asWord(fields.call_id);
  if (what === undefined || id === undefined) return { type: 'other' };
  const cause = asWord(fields.hangup_cause);
  return { type: 'event', event: { what, ...readLeg(id, fields), ...(cause === undefined ? {} : { cause }) } };
}

/** The legs in the answer to a question for channels; entries without an id are skipped. */
export function readChannels(data: unknown): readonly Channel[] {
  return asObjects(data).flatMap((entry): readonly Channel[] => {
    const fields = lowerKeys(entry);
    const id = asWord(fields.uuid) ?? asWord(fields.call_id);
    if (id === undefined) return [];
    return [{ ...readLeg(id, fields), isAnswered: asFlag(fields.answered) ?? false }];
  });
}

function readReply(frame: Json): KazooFrame {
  const requestId = asWord(frame.request_id);
  const errors: unknown = asObject(frame.data)?.errors;
  const detail = asWord(Array.isArray(errors) ? errors.map(asWord).join(' ') : errors) ?? asWord(frame.message) ?? '';
  return {
    type: 'reply',
    isGood: frame.status === 'success',
    detail: detail.slice(0, LONGEST_DETAIL),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function readLeg(id: string, fields: Json): LegWord {
  const variables = lowerKeys(asObject(fields.custom_channel_vars));
  const otherLeg = asWord(fields.other_leg_call_id) ?? asWord(fields.other_leg);
  const authorizingId = asWord(variables.authorizing_id) ?? asWord(fields.authorizing_id);
  return {
    id,
    ...(otherLeg === undefined ? {} : { otherLeg }),
    ...(authorizingId === undefined ? {} : { authorizingId }),
  };
}

function lowerKeys(object: Json | undefined): Json {
  return Object.fromEntries(
    Object.entries(object ?? {}).map(([key, value]) => [key.toLowerCase().replaceAll('-', '_'), value]),
  );
}
