import type { EpochMs } from './calls.ts';

/** Version of the frames between a relay and PageDial; another one is not understood. */
export const RELAY_VERSION = 1;

/**
 * How a call stands, as the PBX has told it. `answered`: one of the two has picked up, in a call that comes in the agent; `connected`:
 * both have.
 */
export type RelayState = 'ringing' | 'answered' | 'connected' | 'held' | 'ended';
export const RELAY_STATES: readonly RelayState[] = ['ringing', 'answered', 'connected', 'held', 'ended'];

/** One call of one agent, as a relay tells it. Whatever the PBX did not say is absent. */
export interface RelayCall {
  /** The PBX's id for the call. */
  readonly callId: string;
  /** The id of the agent's own leg, by which it is hung up where the PBX can; else as `callId`. */
  readonly legId: string;
  readonly state: RelayState;
  readonly direction?: 'incoming' | 'outgoing';
  readonly from?: string;
  readonly fromName?: string;
  readonly to?: string;
  readonly toName?: string;
  /** When the PBX says that this state began, in epoch ms; may have a fraction. */
  readonly at: EpochMs;
  /** How far the call has come, whatever state it is in now; absent where all but the end was missed. */
  readonly reached?: 'ringing' | 'answered' | 'connected';
  /** The PBX's own word for the end. */
  readonly reason?: string;
  readonly talkedMs?: number;
}

/** What a relay sends: `hello`, then `snapshot`, then a `call` for each change; `snapshot` again after a gap. */
export type RelayFrame =
  | { readonly type: 'hello'; readonly v: number; readonly extension: string }
  | { readonly type: 'snapshot'; readonly calls: readonly RelayCall[] }
  | ({ readonly type: 'call' } & RelayCall)
  | { readonly type: 'pong' };

/** What PageDial sends. */
export type RelayAsk = { readonly type: 'ping' };
