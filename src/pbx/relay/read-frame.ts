import { RELAY_STATES, type RelayCall, type RelayFrame } from '../../core/relay-frames.ts';
import { asObject, asObjects, asWord, type Json, readJson } from '../frames.ts';

/** A frame of a relay; undefined for what is none. Calls in it that cannot be read are left out. */
export function readRelayFrame(text: string): RelayFrame | undefined {
  const frame = asObject(readJson(text));
  switch (frame?.type) {
    case 'hello':
      return { type: 'hello', v: Number(asWord(frame.v) ?? 0), extension: asWord(frame.extension) ?? '' };
    case 'snapshot':
      if (!Array.isArray(frame.calls)) return undefined;
      return {
        type: 'snapshot',
        calls: asObjects(frame.calls)
          .map(readCall)
          .filter((call) => call !== undefined),
      };
    case 'call': {
      const call = readCall(frame);
      return call && { type: 'call', ...call };
    }
    case 'pong':
      return { type: 'pong' };
    default:
      return undefined;
  }
}

function readCall(json: Json): RelayCall | undefined {
  const [callId, legId] = [asWord(json.callId), asWord(json.legId)];
  const state = RELAY_STATES.find((name) => name === json.state);
  if (callId === undefined || !state) return undefined;
  const at = Number(asWord(json.at) ?? 0);
  const talkedMs = Number(asWord(json.talkedMs) ?? 0);
  const { direction, reached } = json;
  return {
    callId,
    legId: legId ?? callId,
    state,
    at: Number.isFinite(at) ? at : 0,
    ...(direction === 'incoming' || direction === 'outgoing' ? { direction } : {}),
    ...(reached === 'ringing' || reached === 'answered' || reached === 'connected' ? { reached } : {}),
    ...(talkedMs > 0 ? { talkedMs } : {}),
    ...words(json, ['from', 'fromName', 'to', 'toName', 'reason']),
  };
}

function words<K extends string>(json: Json, keys: readonly K[]): { readonly [P in K]?: string } {
  const read = keys.map((key) => [key, asWord(json[key])] as const).filter(([, word]) => word !== undefined);
  return Object.fromEntries(read) as { readonly [P in K]?: string };
}
