/**
 * Where the documents about Vodia are silent or disagree, both readings are a switch. The first value named is the default. Each can be
 * set at the start and while the simulator runs.
 */
export interface VodiaVariants {
  /** Methods that `/rest/system/session` takes for `name: "auth"`; others answer 405. */
  authMethods: 'both' | 'put' | 'post';
  /** Form of the secret in `name: "auth"`. */
  authSecret: 'both' | 'plain' | 'md5';
  /** How a good login tells the session: cookie, body (key as JSON string), or both. */
  sessionKey: 'cookie' | 'body' | 'both';
  /** The one-time token of `name: "3rd"`, as JSON string or bare text. */
  tokenAs: 'json' | 'text';
  /** Answer to a placed call by REST. */
  callsBody: 'empty' | 'true' | 'json';
  /** Whether the account may place calls by REST; 403 otherwise. */
  apiAllowed: boolean;
  /** A link with an MD5 proof may be used again inside its window. */
  linkReplays: 'refused' | 'allowed';
  /** `&session=` on the socket address counts as login. */
  sessionInQuery: boolean;
  /** Name of the state field in a call entry. */
  stateField: 'callstate' | 'state' | 'both';
  /** One call in `call-state` as list or as the bare object. */
  callsShape: 'array' | 'object';
  /** How "no calls" looks in a pushed `call-state`. */
  emptyCalls: 'array' | 'missing' | 'null';
  /** Whether `get-calls` is answered at all when there are no calls. */
  emptyAnswer: boolean;
  /** Type of call ids in frames. */
  idType: 'number' | 'string';
  /** What becomes of the dialled number in `to-number`. */
  toNumber: 'same' | 'prefix-9' | 'no-plus' | 'national' | 'absent';
  /** `full`: display names, SIP addresses and parts; `plain`: `id from to callstate` only, bare numbers. */
  entryFields: 'full' | 'plain';
  /** A pushed `call-state` holds every call of the extension, or only the one that changed. */
  snapshot: 'full' | 'changed-only';
  /** Whose calls are in `call-state`: the extension's, or the whole tenant's. */
  callsSeen: 'own' | 'tenant';
  /** State word between the agent's answer and the far end's. */
  afterAgentAnswers: 'ringback' | 'ringing' | 'alerting' | 'connected';
  /** State word while held. */
  heldWord: 'onhold' | 'holding';
  /** `hold-call`: toggles, is a word this PBX does not know, takes a while to show, or changes nothing although it is known. */
  hold: 'toggles' | 'unknown' | 'late' | 'refused';
  /** `blind-transfer`: done at once, after a while, or not at all. */
  transfer: 'works' | 'late' | 'ignored';
  /** State of other extensions, `callerid`, `blf` and WebRTC frames come along at the start and on each call. */
  noise: boolean;
  /** A REST or socket call plays "press 1" first. */
  askFirst: boolean;
  /**
   * `Secure` on the session cookie. Chromium 156 and Firefox 153 keep and send such cookies on http and ws of 127.0.0.1 and localhost
   * (measured).
   */
  secureCookie: boolean;
  /** The helper names the PBX as origin (`https://…`) or bare (`host:port`). */
  helperServer: 'origin' | 'bare';
  /** Milliseconds of silence after which a socket is closed. */
  idleCloseMs: number;
}

/** The simulated PBX as it is when nothing is switched. */
export const DEFAULT_VARIANTS: VodiaVariants = {
  authMethods: 'both',
  authSecret: 'both',
  sessionKey: 'cookie',
  tokenAs: 'json',
  callsBody: 'empty',
  apiAllowed: true,
  linkReplays: 'refused',
  sessionInQuery: false,
  stateField: 'callstate',
  callsShape: 'array',
  emptyCalls: 'array',
  emptyAnswer: true,
  idType: 'number',
  toNumber: 'same',
  entryFields: 'full',
  snapshot: 'full',
  callsSeen: 'own',
  afterAgentAnswers: 'ringback',
  heldWord: 'onhold',
  hold: 'toggles',
  transfer: 'works',
  noise: true,
  askFirst: false,
  secureCookie: true,
  helperServer: 'origin',
  idleCloseMs: 60_000,
};

/** Every value a switch can take, for tests that try them all and for the page. */
export const VARIANT_VALUES: { readonly [K in keyof VodiaVariants]: readonly VodiaVariants[K][] } = {
  authMethods: ['both', 'put', 'post'],
  authSecret: ['both', 'plain', 'md5'],
  sessionKey: ['cookie', 'body', 'both'],
  tokenAs: ['json', 'text'],
  callsBody: ['empty', 'true', 'json'],
  apiAllowed: [true, false],
  linkReplays: ['refused', 'allowed'],
  sessionInQuery: [false, true],
  stateField: ['callstate', 'state', 'both'],
  callsShape: ['array', 'object'],
  emptyCalls: ['array', 'missing', 'null'],
  emptyAnswer: [true, false],
  idType: ['number', 'string'],
  toNumber: ['same', 'prefix-9', 'no-plus', 'national', 'absent'],
  entryFields: ['full', 'plain'],
  snapshot: ['full', 'changed-only'],
  callsSeen: ['own', 'tenant'],
  afterAgentAnswers: ['ringback', 'ringing', 'alerting', 'connected'],
  heldWord: ['onhold', 'holding'],
  hold: ['toggles', 'unknown', 'late', 'refused'],
  transfer: ['works', 'late', 'ignored'],
  noise: [true, false],
  askFirst: [false, true],
  secureCookie: [true, false],
  helperServer: ['origin', 'bare'],
  idleCloseMs: [60_000, 5_000],
};
