import { md5 } from '@noble/hashes/legacy.js';
import type { AccountValues } from '../../core/account.ts';
import type { EpochMs } from '../../core/calls.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxNews, PbxPorts } from '../adapter.ts';
import type { ServerAddress } from '../address.ts';
import { asObject, asWord } from '../frames.ts';
import { request, type TokenSource } from './api.ts';

/** How an account gets its token. `open`: it has none, its endpoint needs no login. */
export type Way = 'name' | 'token' | 'open';

/** Vault key of a login's token, with the time it was got. */
export const TOKEN = '_token';
const OWNER = '_ownerId';
const ACCOUNT = '_accountId';
/** What Kazoo gives a token by default. */
const TOKEN_LIFE_MS = 60 * 60_000;
const RENEW_AFTER_MS = TOKEN_LIFE_MS * 0.8;
/** A token refused this soon after it was renewed will be refused again; repeating the login locks accounts. */
const RENEW_AGAIN_AFTER_MS = 5 * 60_000;

/** Which way of signing in the account uses; a secret of another way may still lie in the vault. */
export function wayOf(account: AccountValues): Way {
  if (account.withoutToken === 'yes') return 'open';
  return (account.username ?? '').trim() === '' ? 'token' : 'name';
}

/**
 * One login: its token, the account and user behind it, and how to renew it.
 * Source: the public documents of Kazoo on user authentication; of IP Telecom only the token header is known
 */
export class KazooLogin implements TokenSource {
  readonly way: Way;
  token = '';
  /** Blank until known. */
  accountId: string;
  ownerId: string;
  readonly #account: AccountValues;
  readonly #server: ServerAddress;
  readonly #ports: PbxPorts;
  readonly #tell: (news: PbxNews) => void;
  #gotAt: EpochMs = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #renewing: Promise<Result<void, PbxError>> | undefined;

  constructor(account: AccountValues, server: ServerAddress, ports: PbxPorts, tell: (news: PbxNews) => void) {
    this.way = wayOf(account);
    this.#account = account;
    this.#server = server;
    this.#ports = ports;
    this.#tell = tell;
    this.accountId = typed(account, 'accountId') || (account[ACCOUNT] ?? '');
    this.ownerId = this.way === 'name' ? (account[OWNER] ?? '') : '';
  }

  /** Takes the account's token, that of an earlier login while it is young enough, or logs in. */
  async start(): Promise<Result<void, PbxError>> {
    if (this.way === 'open') return ok(undefined);
    if (this.way === 'token') {
      this.token = typed(this.#account, 'token');
      return ok(undefined);
    }
    const [at = '', token = ''] = (this.#account[TOKEN] ?? '').split(' ');
    const age = this.#ports.now() - Number(at);
    if (token === '' || !(age >= 0 && age < TOKEN_LIFE_MS)) return this.#logIn();
    this.token = token;
    this.#gotAt = Number(at);
    return ok(undefined);
  }

  /** True when a token of our own login is about to run out. */
  get isOld(): boolean {
    return this.way === 'name' && this.#ports.now() - this.#gotAt >= RENEW_AFTER_MS;
  }

  /** Renews before the token runs out: by the token itself, which needs no password, else by logging in. */
  async refresh(): Promise<Result<void, PbxError>> {
    const { token } = this;
    const body = JSON.stringify({ action: 'refresh_token', data: {} });
    const answer = await request(this.#server, this.#ports, { method: 'PUT', path: 'auth', token, body });
    if (answer.ok && isToken(answer.value.token)) {
      if (answer.value.token !== token) this.#keep(answer.value.token);
      else this.#gotAt = this.#ports.now();
      return ok(undefined);
    }
    return this.renew();
  }

  /** After a refused token: one login, shared by all who wait for it. A token of the user's own cannot be renewed. */
  renew(): Promise<Result<void, PbxError>> {
    const refused: PbxError = { kind: 'login-refused', detail: 'HTTP 401' };
    if (this.#renewing) return this.#renewing;
    const now = this.#ports.now();
    if (this.way !== 'name' || now - this.#renewedAt < RENEW_AGAIN_AFTER_MS) return Promise.resolve(fail(refused));
    this.#renewedAt = now;
    this.#renewing = this.#logIn().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** Asks whose token it is; needed where the login has not told. */
  async identify(): Promise<Result<void, PbxError>> {
    const { token } = this;
    // In the body: an address may be logged on its way.
    const body = JSON.stringify({ data: { token } });
    const told = await request(this.#server, this.#ports, { method: 'POST', path: 'auth/tokeninfo', token, body });
    const isUnknown = !told.ok && (told.error.status === 404 || told.error.status === 405);
    const answer = isUnknown
      ? await request(this.#server, this.#ports, { method: 'GET', path: 'token_auth', token })
      : told;
    if (!answer.ok) return fail(answer.error.error);
    this.#learn(answer.value.data);
    return ok(undefined);
  }

  async #logIn(): Promise<Result<void, PbxError>> {
    const name = typed(this.#account, 'username').toLowerCase();
    const data = {
      // The PBX keeps user names in lower case, and the hash is made of what it keeps.
      credentials: md5Hex(`${name}:${this.#account.password ?? ''}`),
      account_name: typed(this.#account, 'accountName'),
      method: 'md5',
    };
    const body = JSON.stringify({ data });
    const answer = await request(this.#server, this.#ports, { method: 'PUT', path: 'user_auth', token: '', body });
    if (!answer.ok) return fail(loginError(answer.error.error, answer.error.status));
    const { token } = answer.value;
    if (!isToken(token)) return fail({ kind: 'protocol', detail: 'login answer without token' });
    this.#learn(answer.value.data);
    this.#keep(token);
    return ok(undefined);
  }

  #learn(data: unknown): void {
    const told = asObject(data);
    this.ownerId = asWord(told?.owner_id) ?? this.ownerId;
    if (typed(this.#account, 'accountId') === '') this.accountId = asWord(told?.account_id) ?? this.accountId;
  }

  #keep(token: string): void {
    this.token = token;
    this.#gotAt = this.#ports.now();
    this.#tell({
      type: 'remember',
      values: { [OWNER]: this.ownerId, [ACCOUNT]: this.accountId },
      secrets: { [TOKEN]: `${this.#gotAt} ${token}` },
    });
  }
}

/** Kazoo answers an unknown account like a wrong field, and an unknown path like an unknown thing. */
function loginError(error: PbxError, status: number | undefined): PbxError {
  const detail = 'detail' in error ? error.detail : '';
  if (status === 400) return { kind: 'login-refused', detail };
  return status === 404 || status === 405 ? { kind: 'not-a-pbx', detail } : error;
}

function isToken(token: string | undefined): token is string {
  return token !== undefined && /^[\x21-\x7e]+$/.test(token);
}

function typed(account: AccountValues, key: string): string {
  return (account[key] ?? '').trim();
}

function md5Hex(text: string): string {
  return Array.from(md5(new TextEncoder().encode(text)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
