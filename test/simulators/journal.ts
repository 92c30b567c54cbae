import { createHash } from 'node:crypto';
import type { SimClock } from './clock.ts';

/** One request as it came in, with what was answered. Secrets are shown as `#` and eight hex digits of their SHA-256. */
export interface RequestEntry {
  readonly kind: 'request';
  readonly at: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 0 when the connection was cut instead of answered; undefined while the answer is still to come. */
  status?: number;
  /** Text of the answer, at most 500 characters. */
  answer?: string;
}

/** One socket frame, from the PBX's point of view. */
export interface FrameEntry {
  readonly kind: 'frame';
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly socket: number;
  readonly text: string;
}

export type JournalEntry = RequestEntry | FrameEntry;

/** Everything a simulator received and sent, in order, and every rule of the protocol that the client broke. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly violations: string[] = [];
  readonly #secrets = new Set<string>();
  readonly #clock: SimClock;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  /** From now on this text is shown as a hash. */
  addSecret(secret: string): void {
    if (secret.length >= 4) this.#secrets.add(secret);
  }

  /** The client did what a client of this PBX must never do. */
  violation(what: string): void {
    this.violations.push(this.hide(what));
  }

  request(entry: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): RequestEntry {
    const headers = Object.fromEntries(
      Object.entries(entry.headers).map(([name, value]) => [
        name,
        isSecretHeader(name) ? hashed(value) : this.hide(value),
      ]),
    );
    const kept: RequestEntry = {
      kind: 'request',
      at: this.#clock.now(),
      method: entry.method,
      path: this.hide(entry.path),
      headers,
      body: this.hide(entry.body),
    };
    this.entries.push(kept);
    return kept;
  }

  answered(entry: RequestEntry, status: number, body: string): void {
    entry.status = status;
    entry.answer = this.hide(body.slice(0, 500));
  }

  frame(direction: FrameEntry['direction'], socket: number, text: string): void {
    this.entries.push({
      kind: 'frame',
      at: this.#clock.now(),
      direction,
      socket,
      text: this.hide(text.slice(0, 4000)),
    });
  }

  requests(): readonly RequestEntry[] {
    return this.entries.filter((entry) => entry.kind === 'request');
  }

  frames(direction?: FrameEntry['direction']): readonly FrameEntry[] {
    return this.entries.filter(
      (entry): entry is FrameEntry =>
        entry.kind === 'frame' && (direction === undefined || entry.direction === direction),
    );
  }

  clear(): void {
    this.entries.length = 0;
    this.violations.length = 0;
  }

  /** The text with every known secret (as it is, URL-encoded, or JSON-escaped) replaced by its hash. */
  hide(text: string): string {
    let shown = text;
    for (const secret of this.#secrets) {
      for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
        shown = shown.replaceAll(form, hashed(secret));
      }
    }
    return shown;
  }
}

function isSecretHeader(name: string): boolean {
  return ['authorization', 'cookie', 'x-auth-token'].includes(name);
}

function hashed(value: string): string {
  return `#${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
}
