import type { EpochMs, PbxCallId } from './calls.ts';

/** A click-to-call endpoint kept at the PBX, as it is listed. */
export interface EndpointSummary {
  readonly id: string;
  readonly name: string;
  readonly extension: string;
}

/** All that can be said about an endpoint. Absent means the PBX's own default. */
export interface CallEndpoint {
  readonly name: string;
  readonly extension: string;
  /** False: whoever knows the address can call with it, without a login. */
  readonly authRequired?: boolean;
  readonly dialFirst?: 'extension' | 'contact';
  /** Seconds that the first phone rings. */
  readonly timeout?: number;
  readonly throttle?: number;
  /** Regular expressions; a contact has to match one of them. None: every contact may be called. */
  readonly whitelist?: readonly string[];
  readonly callerIdNumber?: string;
  readonly calleeIdName?: string;
  readonly calleeIdNumber?: string;
  readonly presenceId?: string;
  readonly ringback?: string;
  readonly bypassMedia?: boolean;
  readonly ignoreEarlyMedia?: boolean;
  readonly holdMusic?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly sipHeadersIn?: Readonly<Record<string, string>>;
  readonly sipHeadersOut?: Readonly<Record<string, string>>;
}

export type EndpointKey = keyof CallEndpoint;

/** One call of the past. `at` is epoch ms. */
export interface PastCall {
  readonly at: EpochMs;
  readonly number: string;
  readonly isPlaced: boolean;
  readonly callId?: PbxCallId;
  /** The PBX's word for why it was not placed. */
  readonly cause?: string;
}

/** What the options page asks about the endpoints of an account. */
export type EndpointWish =
  | { readonly wish: 'list' }
  | { readonly wish: 'read' | 'remove' | 'history'; readonly id: string }
  | { readonly wish: 'create'; readonly endpoint: CallEndpoint }
  /** Only what is given is changed, and what is named in `emptied` is left to the PBX's default again. */
  | {
      readonly wish: 'change';
      readonly id: string;
      readonly endpoint: Partial<CallEndpoint>;
      readonly emptied?: readonly EndpointKey[];
    };

/** What came of it, by kind of wish; empty where there is nothing to say but "done". */
export interface EndpointAnswer {
  readonly list?: readonly EndpointSummary[];
  readonly endpoint?: CallEndpoint;
  readonly made?: EndpointSummary;
  readonly calls?: readonly PastCall[];
  /** What the PBX has taken as changed and shows as it was before. */
  readonly kept?: readonly EndpointKey[];
}
