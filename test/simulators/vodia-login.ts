import { createHash, randomInt } from 'node:crypto';
import type { SimClock } from './clock.ts';
import type { SimAnswer, SimRequest } from './http-host.ts';
import type { Journal } from './journal.ts';
import type { VodiaUser } from './vodia-frames.ts';
import type { VodiaVariants } from './vodia-variants.ts';

/** One-time tokens live this long (vendor's page on third-party login). */
const TOKEN_LIFE_MS = 10_000;

/** What the login needs of the simulator. */
export interface LoginWorld {
  readonly clock: SimClock;
  readonly journal: Journal;
  readonly variants: VodiaVariants;
  readonly admin: { readonly user: string; readonly password: string };
  readonly users: readonly VodiaUser[];
}

/** Sessions and one-time tokens of `/rest/system/session`. */
export class VodiaLogin {
  readonly #world: LoginWorld;
  readonly #tokens = new Map<string, { readonly user: VodiaUser; readonly until: number }>();
  readonly #sessions = new Map<string, VodiaUser>();

  constructor(world: LoginWorld) {
    this.#world = world;
    journalSecret(world, world.admin.password);
    for (const user of world.users) journalSecret(world, user.password);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Every session is over, as after a restart of the PBX. */
  expireSessions(): void {
    this.#sessions.clear();
  }

  /** The one-time token for one of its users. */
  #issueToken(user: VodiaUser): string {
    const token = randomKey(20);
    this.#world.journal.addSecret(token);
    this.#tokens.set(token, { user, until: this.#world.clock.now() + TOKEN_LIFE_MS });
    return token;
  }

  /** Whose session the request's cookie (or, where that is switched on, its query) is. */
  userOf(request: { readonly headers: Readonly<Record<string, string>>; readonly url: URL }): VodiaUser | undefined {
    const cookie = /(?:^|;\s*)session=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
    const query = this.#world.variants.sessionInQuery ? request.url.searchParams.get('session') : null;
    return this.#sessions.get(cookie ?? '') ?? this.#sessions.get(query ?? '');
  }

  isAdmin(request: { readonly headers: Readonly<Record<string, string>> }): boolean {
    const { admin } = this.#world;
    return (
      request.headers.authorization === `Basic ${Buffer.from(`${admin.user}:${admin.password}`).toString('base64')}`
    );
  }

  /** Answers `PUT` and `POST /rest/system/session`. */
  handle(request: SimRequest): SimAnswer {
    const body = readJson(request.body);
    if (!body) return { status: 400 };
    switch (body.name) {
      case '3rd':
        return this.#thirdParty(request, body);
      case 'session':
        return request.method === 'POST' ? this.#byToken(String(body.value ?? '')) : { status: 405 };
      case 'auth':
        return this.#byPassword(request.method, String(body.value ?? ''));
      default:
        return json(false);
    }
  }

  findUser(extension: string, tenant: string): VodiaUser | undefined {
    return this.#world.users.find((user) => user.extension === extension && user.tenant === tenant);
  }

  #thirdParty(request: SimRequest, body: Readonly<Record<string, unknown>>): SimAnswer {
    if (!this.isAdmin(request)) return json(false);
    const user = this.findUser(String(body.username ?? ''), String(body.domain ?? ''));
    if (!user) return { status: 404 };
    const token = this.#issueToken(user);
    return this.#world.variants.tokenAs === 'json' ? json(token) : text(token);
  }

  #byToken(token: string): SimAnswer {
    const entry = this.#tokens.get(token);
    this.#tokens.delete(token);
    return entry && entry.until > this.#world.clock.now() ? this.#open(entry.user) : json(false);
  }

  #byPassword(method: string, value: string): SimAnswer {
    const { authMethods, authSecret } = this.#world.variants;
    if (authMethods !== 'both' && authMethods !== method.toLowerCase()) return { status: 405 };
    const [account = '', secret = ''] = splitOnce(value, ' ');
    const [extension = '', tenant] = splitOnce(account, '@');
    const sameExtension = this.#world.users.filter((user) => user.extension === extension);
    const user = tenant === undefined ? sameExtension[0] : sameExtension.find((one) => one.tenant === tenant);
    if (!user) return { status: 404 };
    const md5 = createHash('md5').update(user.password).digest('hex');
    const isPlain = authSecret !== 'md5' && secret === user.password;
    const isHash = authSecret !== 'plain' && secret === md5;
    return isPlain || isHash ? this.#open(user) : json(false);
  }

  #open(user: VodiaUser): SimAnswer {
    const { sessionKey, secureCookie } = this.#world.variants;
    const key = randomKey(20);
    this.#world.journal.addSecret(key);
    this.#sessions.set(key, user);
    const cookie = `session=${key}; HttpOnly;${secureCookie ? ' Secure;' : ''} SameSite=Strict; Path=/`;
    return {
      status: 200,
      headers: { 'content-type': 'application/json', ...(sessionKey === 'body' ? {} : { 'set-cookie': cookie }) },
      body: JSON.stringify(sessionKey === 'cookie' ? true : key),
    };
  }
}

/** The text as a JSON object, or undefined. */
export function readJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** A token as JSON string or as bare text: PBX versions differ. */
export function readToken(body: string): string {
  try {
    return String(JSON.parse(body));
  } catch {
    return body;
  }
}

/** 200 with this value as JSON. */
export function json(value: unknown, status = 200): SimAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export function text(body: string, status = 200): SimAnswer {
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

/** Tells the journal a password and the forms it may travel in. */
export function journalSecret(world: { readonly journal: Journal }, secret: string): void {
  world.journal.addSecret(secret);
  world.journal.addSecret(createHash('md5').update(secret).digest('hex'));
}

function splitOnce(value: string, at: string): readonly string[] {
  const index = value.indexOf(at);
  return index < 0 ? [value] : [value.slice(0, index), value.slice(index + 1)];
}

function randomKey(length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}
