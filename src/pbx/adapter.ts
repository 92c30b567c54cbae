import type {
  AccountField,
  AccountNeeds,
  AccountNote,
  AccountValues,
  FieldChoices,
  FieldProblems,
} from '../core/account.ts';
import type { CallEndpoint, EndpointKey, EndpointSummary, PastCall } from '../core/call-endpoint.ts';
import type { CallId, EpochMs, PbxCall, PbxCallId } from '../core/calls.ts';
import type { Capabilities, PbxError } from '../core/connection.ts';
import type { Presence } from '../core/presence.ts';
import type { Result } from '../core/result.ts';
import type { DialAccepted, DialFailure, OpenCall } from '../core/update.ts';

/** All a vendor must be: one file that translates between a PBX and our words, and nothing more. */
export interface PbxAdapter {
  /** Stable id, used in settings files, e.g. `vodia`. */
  readonly id: string;
  /** The vendor's own name, as shown. */
  readonly label: string;
  /** Where the options page offers it: low ranks first. 50 where absent; above that are the ways for PBXs that have no adapter. */
  readonly rank?: number;
  readonly fields: readonly AccountField[];
  /** What is shown above the form: what an administrator must do first, what is risky about these values. Pure. */
  notes?(account: AccountValues): readonly AccountNote[];
  /** What is wrong with the values, by field key, as message keys; empty when they can be tried. Pure. */
  check(account: AccountValues): FieldProblems;
  /** Host access and API permissions the account needs; pure, from what is known before the first login. */
  needs(account: AccountValues): AccountNeeds;
  /** Whether the PBX takes a number written like this. Pure; absent: it does not say. The session looks again before it sends anything. */
  accepts?(number: string, account: AccountValues): boolean;
  /** True when calls of this account tell the PBX something about the page they were begun on. Pure; absent: never. */
  wantsPage?(account: AccountValues): boolean;
  /** True when a link that makes a PBX call names this account's PBX and extension. Pure; absent: never. */
  ownsLink?(link: { readonly host: string; readonly user?: string }, account: AccountValues): boolean;
  /** The click-to-call endpoints that lie at the PBX, where it has such. */
  readonly endpoints?: EndpointsAtPbx;
  /**
   * One login attempt; retrying is the supervisor's job. `tell` says `lost` at most once, never before this resolves and never after
   * `close`. Never throws; a refused login is a value with the secret nowhere in it.
   */
  connect(
    account: AccountValues,
    ports: PbxPorts,
    tell: (news: PbxNews) => void,
  ): Promise<Result<PbxSession, PbxError>>;
}

/** The steps of a connection, in the order they are shown by "Test connection". */
export type ConnectStep = 'reach' | 'login' | 'live' | 'phone';

export type PbxNews =
  | { readonly type: 'report'; readonly report: PbxCall }
  | { readonly type: 'presence'; readonly people: readonly Presence[] }
  | { readonly type: 'lost'; readonly error: PbxError }
  /** A step of `connect` is done; said during `connect` only. A failed `live` or `phone` step need not fail the connection. */
  | { readonly type: 'step'; readonly step: ConnectStep; readonly result: Result<void, PbxError> }
  /**
   * Something found out about this PBX that spares a try next time, never a secret: to be kept and merged into the account values of
   * later `connect`s until the account is changed. Keys begin with `_`; losing it does no harm. `secrets` are kept the same way, but
   * where passwords are (a token that spares a login); a blank one is forgotten.
   */
  | { readonly type: 'remember'; readonly values: AccountValues; readonly secrets?: AccountValues };

/** One call to place. `number` is what the PBX is told, already in the account's format. */
export interface DialRequest {
  readonly number: string;
  readonly ref: CallId;
  /** The number before any format: E.164 where there is one (`+16175550142`), else a short extension. Absent: as `number`. */
  readonly canonical?: string;
  /** The extension to dial once the call is answered, as shown on the page. */
  readonly ext?: string;
  /** Plain text shown on the phone where the PBX can; at most 64 characters. */
  readonly name?: string;
  /** Address of the page the call was begun on; only where the adapter `wantsPage`. */
  readonly pageUrl?: string;
}

export interface PbxSession {
  readonly capabilities: Capabilities;
  /** Our own extension, where the PBX told it. */
  readonly extension?: string;
  /** Why the session works only in part (`live-refused`: calls can be placed, not followed). */
  readonly limit?: PbxError;
  /**
   * Resolves when the PBX has accepted, not when someone answers. Sends at most one place request, whatever happens.
   * `placed: 'unknown'` in a failure means the request may have arrived.
   */
  dial(request: DialRequest): Promise<Result<DialAccepted, DialFailure>>;
  /** Resolves when the PBX took it; a call that is already gone is success. `unsupported` where the PBX cannot. */
  hangUp(pbxId: PbxCallId): Promise<Result<void, PbxError>>;
  /**
   * Puts a call on hold or takes it back; absent where the PBX cannot. Resolves when the PBX has heard it: what came of it is told as a
   * report. Sends at most one request, and none where the call stands so already, or nobody knows how it stands.
   */
  hold?(pbxId: PbxCallId, want: 'hold' | 'resume'): Promise<Result<void, DialFailure>>;
  /**
   * Hands the other party over to `to`, in the account's format, without asking there first; absent where the PBX cannot. Resolves when the
   * PBX took it: that our own leg is gone is told as a report. Sends at most one request.
   */
  transfer?(pbxId: PbxCallId, to: string): Promise<Result<void, DialFailure>>;
  /** The live calls of our own extension. `unsupported` where the PBX cannot say. */
  listCalls(): Promise<Result<readonly PbxCall[], PbxError>>;
  /** Calls that an earlier session has placed; said once, before `listCalls`. What is found out about them is told as reports. */
  follow?(calls: readonly OpenCall[]): void;
  /** What the PBX offers for fields of the account form, so that nobody has to type ids. */
  choices?(): Promise<Result<FieldChoices, PbxError>>;
  /** A question the PBX answers when the line is up: called every 15 to 20 s. A failure means the line is dead. */
  beat(): Promise<Result<void, PbxError>>;
  /**
   * Makes the login worthless, where the PBX has a way and the login is ours alone. Asked once, just before `close`; whether it works is
   * nobody's concern any more.
   */
  signOut?(): Promise<void>;
  /** Ends the session at the PBX where that is ours alone; safe to call twice. */
  close(): void;
}

/** How the options page comes at the endpoints of a PBX. */
export interface EndpointsAtPbx {
  /** The account field that holds the id of the one calls are placed with. */
  readonly field: string;
  /** False where this account may not look after them (it has no login). Pure. */
  isFor(account: AccountValues): boolean;
  /** What is wrong with an endpoint before it is sent, by key, as message keys. Pure. */
  check(endpoint: CallEndpoint): Readonly<Record<string, string>>;
  /** One login attempt, for a while of looking after them. */
  open(account: AccountValues, ports: PbxPorts): Promise<Result<CallEndpoints, PbxError>>;
}

/** Click-to-call endpoints kept at the PBX: each rings one extension and connects it with whom it is told. */
export interface CallEndpoints {
  /** All of them, however many pages they come in. */
  list(): Promise<Result<readonly EndpointSummary[], PbxError>>;
  read(id: string): Promise<Result<CallEndpoint, PbxError>>;
  /** One that breaks the documented limits is refused here. */
  create(endpoint: CallEndpoint): Promise<Result<EndpointSummary, PbxError>>;
  /**
   * Changes only what is given, and leaves what is named in `emptied` to the PBX's default again; the rest stays as it is. Answers with
   * what the PBX has taken and shows as it was before.
   */
  change(
    id: string,
    changes: Partial<CallEndpoint>,
    emptied?: readonly EndpointKey[],
  ): Promise<Result<readonly EndpointKey[], PbxError>>;
  /** One that is gone already counts as removed. */
  remove(id: string): Promise<Result<void, PbxError>>;
  /** What was called through it lately, newest first. */
  history(id: string): Promise<Result<readonly PastCall[], PbxError>>;
}

/** The outside world as a vendor sees it. Nothing here throws; tests pass a simulator's ports. */
export interface PbxPorts {
  /** One HTTP request: redirects refused, 10 s limit, answers above 1 MB refused. Header names in the answer are lower case. */
  request(request: PbxRequest): Promise<Result<PbxResponse, PbxError>>;
  /** Resolves once the socket is open. `closed` is said once, after that only. */
  openSocket(url: string, on: PbxSocketListener, subprotocol?: string): Promise<Result<PbxSocket, PbxError>>;
  /**
   * Makes a session cookie travel with our own socket's handshake where the browser withholds it (Chrome, SameSite cookies), and puts
   * the user's own cookie of that name back. Call it right around a login: `before` the login, then `adopt` after it.
   */
  ownCookie(url: string, name: string): Promise<OwnCookie>;
  /**
   * Gives a link (`tel:+16175550142`) to the system, which opens the program that has registered for it. Resolves once the browser has
   * taken it: what comes of it nobody can see.
   */
  handOver(link: string): Promise<Result<void, PbxError>>;
  /** The number as dialled inside the user's country; other countries' with the international prefix, short ones as they are. */
  toNational(number: string): Promise<Result<string, PbxError>>;
  /** This browser sends a GET again by itself when the connection breaks before the answer (Firefox): a call is better asked for by POST. */
  readonly repeatsGets?: boolean;
  now(): EpochMs;
  /** A new id that nobody can guess, of letters, digits and dashes. */
  newId(): string;
  /** Runs the job once, later; answers with its own cancel. */
  after(ms: number, job: () => void): () => void;
}

export interface PbxRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Send and keep the site's cookies. Off unless the PBX's login is a cookie. */
  readonly cookies?: boolean;
}

export interface PbxResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PbxSocketListener {
  message(text: string): void;
  closed(code: number, reason: string): void;
}

export interface PbxSocket {
  /** False when the socket is no longer open: nothing left the browser. */
  send(text: string): boolean;
  close(): void;
}

/** See {@link PbxPorts.ownCookie}. */
export interface OwnCookie {
  /** After the login: keeps the session (or `value`, where the PBX tells it in the body) for ourselves. */
  adopt(value?: string): Promise<void>;
  /** Removes what `adopt` kept. Safe to call twice. */
  drop(): Promise<void>;
}
