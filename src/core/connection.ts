import type { AccountNeeds } from './account.ts';
import type { EpochMs } from './calls.ts';
import type { PlaceLimit } from './pace.ts';

/**
 * Why something with the PBX did not work. The kind says what can be done about it and picks the words shown (`ui/words.ts`);
 * `detail` is for people who look closer (what the PBX said) and never holds a secret.
 */
export type PbxError =
  | { readonly kind: PbxErrorKind; readonly detail: string }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  /** Host access is missing. `missing` is all that is to be asked for, where that is known; else it is `origin` alone. */
  | { readonly kind: 'permission-missing'; readonly origin: string; readonly missing?: AccountNeeds };

export type PbxErrorKind =
  /** The PBX knows us not: wrong user or password, or the session is over and cannot be renewed. Never repeated by itself. */
  | 'login-refused'
  /** The company's own site, which signs the user in at the PBX, does not know the user: signing in there mends it. */
  | 'not-signed-in'
  /** Tenant or extension does not exist. */
  | 'unknown-user'
  /** The login is good, this account may not do it. */
  | 'not-allowed'
  /** No answer: wrong address, no network, or a certificate the browser does not trust (a browser does not say which). */
  | 'unreachable'
  /** `http:` or `ws:` to another machine. */
  | 'insecure-address'
  | 'bad-address'
  /** Something answered, but not this PBX (a web page, a login portal, a proxy). */
  | 'not-a-pbx'
  /** Login worked, the live connection was refused. */
  | 'live-refused'
  /** The company's relay, through which the PBX's events come, is not there, or does not know us. Calls can be placed all the same. */
  | 'relay-failed'
  /** The PBX refused this request. */
  | 'rejected'
  | 'number-refused'
  /** No phone is signed in for our own extension: there is nothing the PBX could ring first. */
  | 'phone-not-registered'
  | 'protocol'
  | 'unsupported'
  /** The live connection was closed or went silent. */
  | 'closed'
  | 'no-account'
  /** The user did not want the password remembered, and the browser was closed since. */
  | 'not-remembered'
  /** The browser does not give out the saved password now, as on a full disk; it is tried again. */
  | 'secrets-not-read'
  /** Our own fault, not the PBX's: what is not written down is not dialled. */
  | 'not-saved';

/** What the current session can do; the popup shows only that. */
export interface Capabilities {
  /** The PBX pushes or answers how calls stand. */
  readonly liveState: boolean;
  /** Ringing of the customer's phone can be told from ringing of our own. */
  readonly seesFarEnd: boolean;
  /** False where `talking` only says that our own phone was picked up; the far end may still ring. Absent: both talk. */
  readonly seesAnswer?: false;
  readonly hangUp: boolean;
  readonly hold: boolean;
  /** Whether this PBX can hold a call has not been seen yet: it is offered as a try. */
  readonly holdUntried?: true;
  readonly transfer: boolean;
  readonly listCalls: boolean;
  /** The PBX takes no more calls than this; more are refused here, with the time to wait. */
  readonly placeLimit?: PlaceLimit;
  /** The customer's phone rings first, then our own. */
  readonly contactFirst?: true;
  /** Our own phone asks for this key before it is connected. */
  readonly pressKey?: '1';
}

/** A PBX that takes a call and says nothing more. */
export const PLACE_ONLY: Capabilities = {
  liveState: false,
  seesFarEnd: false,
  hangUp: false,
  hold: false,
  transfer: false,
  listCalls: false,
};

export type Connection =
  | { readonly status: 'off' }
  | { readonly status: 'connecting'; readonly attempt: number; readonly since: EpochMs }
  | {
      readonly status: 'online';
      readonly since: EpochMs;
      readonly capabilities: Capabilities;
      /** Our extension, as the PBX knows us. */
      readonly extension?: string;
      /** Set when the session works only in part, e.g. calls can be placed but not followed. */
      readonly limit?: PbxError;
    }
  | { readonly status: 'waiting'; readonly attempt: number; readonly retryAt: EpochMs; readonly error: PbxError }
  /** Only the user can help: sign in, grant access, mend the address. */
  | { readonly status: 'blocked'; readonly error: PbxError };

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A PBX may ask for patience, but not for more than this. */
const LONGEST_ASKED_MS = 5 * 60_000;
/** A connection that held this long was good: the next failure starts counting from one. */
export const HEALTHY_AFTER_MS = 60_000;
/** An attempt to connect that says nothing for this long has failed. */
export const CONNECT_WITHIN_MS = 30_000;

/** True for errors that trying again cannot mend. A refused login is never repeated: wrong passwords lock accounts. */
export function needsUser(error: PbxError): boolean {
  switch (error.kind) {
    case 'login-refused':
    case 'not-signed-in':
    case 'unknown-user':
    case 'not-allowed':
    case 'insecure-address':
    case 'bad-address':
    case 'permission-missing':
    case 'unsupported':
    case 'no-account':
    case 'not-remembered':
      return true;
    default:
      return false;
  }
}

/**
 * The connection after a failed attempt or a loss: blocked where only the user can help, else waiting with full jitter between 1 and
 * 60 seconds, doubling per attempt.
 * @param jitter - a random number in [0, 1)
 */
export function afterFailure(before: Connection, error: PbxError, now: EpochMs, jitter: number): Connection {
  if (needsUser(error)) return { status: 'blocked', error };
  const attempt = failedAttempts(before, now) + 1;
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  const asked = error.kind === 'rate-limited' ? Math.min(error.retryAfterMs, LONGEST_ASKED_MS) : 0;
  const wait = Math.max(FIRST_RETRY_MS + Math.floor(jitter * (longest - FIRST_RETRY_MS)), asked);
  return { status: 'waiting', attempt, retryAt: now + wait, error };
}

function failedAttempts(connection: Connection, now: EpochMs): number {
  if (connection.status === 'connecting' || connection.status === 'waiting') return connection.attempt;
  if (connection.status === 'online') return now - connection.since < HEALTHY_AFTER_MS ? 1 : 0;
  return 0;
}
