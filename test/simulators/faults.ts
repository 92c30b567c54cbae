/** What can go wrong at one point of a simulator. */
export type Fault =
  /** This answer instead of the right one; nothing is done for the request. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The request is carried out, but this is the answer. */
  | {
      readonly kind: 'wrong-answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The connection is cut before anything is done. */
  | { readonly kind: 'reset-before' }
  /** The request is carried out, then the connection is cut: the answer is lost. */
  | { readonly kind: 'reset-after' }
  /** Carried out at once, answered only after this time (by the simulator's clock). */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Socket handshake refused with this status. */
  | { readonly kind: 'refuse'; readonly status: number }
  /** Socket accepted, then closed at once with this code; 1006 cuts the line. */
  | { readonly kind: 'close-at-once'; readonly code: number }
  /** Line cut after this many frames sent by the PBX. */
  | { readonly kind: 'cut-after'; readonly frames: number }
  /** Frame points: the frame is carried out, then the line is cut before anything is said about it. */
  | { readonly kind: 'cut' }
  /** Frame points: the frame is not carried out and not answered. */
  | { readonly kind: 'swallow' }
  /** Frame points: sent twice. */
  | { readonly kind: 'twice' }
  /** Frame points: this text is sent instead. */
  | { readonly kind: 'replace'; readonly text: string };

/** How often: the next n times, always, or by chance with a seed (the same seed, the same course). */
export type When =
  | { readonly next: number }
  | { readonly always: true }
  | { readonly probability: number; readonly seed: number };

interface Plan {
  readonly fault: Fault;
  left: number;
  readonly probability: number;
  readonly random: () => number;
}

/** The faults that are planned, by point (`session`, `calls`, `socket`, …; each simulator names its own). */
export class Faults {
  readonly #plans = new Map<string, Plan[]>();
  /** Every fault that struck, in order. */
  readonly struck: { readonly point: string; readonly fault: Fault }[] = [];

  /** Plans a fault; without `when` it strikes once. Several at one point strike one after another. */
  set(point: string, fault: Fault, when: When = { next: 1 }): void {
    const plan: Plan = {
      fault,
      left: 'next' in when ? when.next : Number.POSITIVE_INFINITY,
      probability: 'probability' in when ? when.probability : 1,
      random: seededRandom('seed' in when ? when.seed : 1),
    };
    this.#plans.set(point, [...(this.#plans.get(point) ?? []), plan]);
  }

  /** Forgets what is planned at one point, or everywhere. */
  clear(point?: string): void {
    if (point === undefined) this.#plans.clear();
    else this.#plans.delete(point);
  }

  /** The fault that strikes now, if any. */
  take(point: string): Fault | undefined {
    const plans = this.#plans.get(point) ?? [];
    const plan = plans.find((candidate) => candidate.left > 0);
    if (!plan || plan.random() >= plan.probability) return undefined;
    plan.left -= 1;
    if (plan.left <= 0)
      this.#plans.set(
        point,
        plans.filter((other) => other !== plan),
      );
    this.struck.push({ point, fault: plan.fault });
    return plan.fault;
  }

  /** What is still planned, for people. */
  planned(): Readonly<Record<string, readonly Fault[]>> {
    return Object.fromEntries([...this.#plans].map(([point, plans]) => [point, plans.map((plan) => plan.fault)]));
  }
}

/** Ready-made faults of the wrong-answer sort, by name; used by the contract suite and the control API. */
export const ANSWERS: Readonly<Record<string, Extract<Fault, { kind: 'answer' }>>> = {
  'bad request': { kind: 'answer', status: 400, body: 'Bad Request' },
  unauthorised: { kind: 'answer', status: 401, body: '' },
  'payment required': { kind: 'answer', status: 402, body: '' },
  forbidden: { kind: 'answer', status: 403, body: '' },
  'not found': { kind: 'answer', status: 404, body: '' },
  'method not allowed': { kind: 'answer', status: 405, body: '' },
  conflict: { kind: 'answer', status: 409, body: '' },
  unprocessable: { kind: 'answer', status: 422, body: '{"errors":{"number":["is invalid"]}}' },
  'unprocessable, empty': { kind: 'answer', status: 422, body: '' },
  'too many, seconds': { kind: 'answer', status: 429, headers: { 'retry-after': '7' }, body: '' },
  'too many, no time': { kind: 'answer', status: 429, body: '' },
  'too many, absurd': { kind: 'answer', status: 429, headers: { 'retry-after': '86400' }, body: '' },
  'too many, negative': { kind: 'answer', status: 429, headers: { 'retry-after': '-5' }, body: '' },
  'server error': { kind: 'answer', status: 500, body: 'Internal Server Error' },
  'bad gateway page': {
    kind: 'answer',
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
  },
  'unavailable for a while': { kind: 'answer', status: 503, headers: { 'retry-after': '3' }, body: '' },
  'a login page': {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><title>Sign in</title><form action="/login"><input name="password"></form>',
  },
  'redirect here': { kind: 'answer', status: 302, headers: { location: '/elsewhere' } },
  'redirect away': { kind: 'answer', status: 307, headers: { location: 'http://localhost:9/elsewhere' } },
};

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
