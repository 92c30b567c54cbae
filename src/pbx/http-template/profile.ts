import type { PbxCall } from '../../core/calls.ts';
import type { PlaceLimit } from '../../core/pace.ts';
import type { ServerAddress } from '../address.ts';
import type { JsonPath } from './json-path.ts';
import type { Placeholder, Template } from './templates.ts';

/** How any PBX with a web interface is spoken to, as an administrator has written it down. Read by `read-profile.ts`. */
export interface Profile {
  readonly name: string;
  /** Every request and socket goes there and nowhere else. */
  readonly server: ServerAddress;
  readonly auth: Auth;
  readonly place: PlaceTemplate;
  readonly hangup?: RequestTemplate;
  readonly status?: StatusTemplate;
  readonly socket?: SocketTemplate;
  readonly rateLimit?: PlaceLimit;
  readonly numberRule: NumberRule;
  /** Placeholders that are used anywhere. */
  readonly uses: ReadonlySet<Placeholder>;
  /** A secret stands in an address, where logs may keep it. */
  readonly hasSecretInUrl: boolean;
}

export type Auth =
  | { readonly type: 'none' | 'basic' | 'bearer' | 'challenge' }
  /** The user's own login at that site. */
  | { readonly type: 'cookie' }
  | { readonly type: 'header' | 'query'; readonly name: string };

export interface RequestTemplate {
  readonly method: string;
  /** Without the origin, which holds no placeholder. */
  readonly path: Template;
  readonly headers: readonly (readonly [name: string, value: Template])[];
  readonly body?: BodyTemplate;
  /** True for a status that means success. */
  isSuccess(status: number): boolean;
  readonly successMatch?: SuccessMatch;
}

export type BodyTemplate =
  | { readonly kind: 'json'; readonly tree: JsonTree }
  | { readonly kind: 'form'; readonly fields: readonly (readonly [name: string, value: Template])[] }
  | { readonly kind: 'text'; readonly text: Template };

export type FrameTemplate = Exclude<BodyTemplate, { readonly kind: 'form' }>;

/** JSON whose texts are templates; it is filled in as a tree, never as text. */
export type JsonTree =
  | { readonly text: Template }
  | { readonly plain: number | boolean | null }
  | { readonly list: readonly JsonTree[] }
  | { readonly entries: readonly (readonly [key: string, value: JsonTree])[] };

/** What else an answer must hold to mean success. */
export type SuccessMatch = { readonly path: JsonPath; readonly equals: unknown } | { readonly contains: string };

export interface PlaceTemplate extends RequestTemplate {
  readonly callIdPath?: JsonPath;
}

export interface StateReading {
  readonly statePath: JsonPath;
  readonly stateMap: ReadonlyMap<string, PbxCall['change']>;
}

export interface StatusTemplate extends RequestTemplate, StateReading {
  readonly intervalMs: number;
  /** Statuses that mean that the call is over. */
  readonly goneStatus: readonly number[];
}

export interface SocketTemplate extends StateReading {
  readonly path: Template;
  readonly subprotocol?: string;
  readonly firstFrames: readonly FrameTemplate[];
  /** `isAnswered`: a frame of any kind comes back, so silence means that the line is dead. */
  readonly keepalive?: { readonly everyMs: number; readonly frame: FrameTemplate; readonly isAnswered: boolean };
  /** Where a frame names the call it is about, by id or number. */
  readonly match: JsonPath;
}

export interface NumberRule {
  readonly form?: 'e164' | 'digits' | 'national';
  readonly replace: readonly { readonly find: RegExp; readonly with: string }[];
  readonly allow: readonly RegExp[];
}
