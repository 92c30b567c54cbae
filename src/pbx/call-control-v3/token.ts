import type { AccountValues } from '../../core/account.ts';
import type { EpochMs } from '../../core/calls.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts } from '../adapter.ts';
import { asObject, asWord, readJson } from '../frames.ts';
import { usesRelay } from '../relay/account.ts';
import { askRelay } from '../relay/line.ts';

/** A token that runs out within this time is asked for anew. */
const RENEW_BEFORE_MS = 15_000;

/** The access token: the one that was typed, else the relay's, which alone can renew it. */
export class ServiceToken {
  readonly #account: AccountValues;
  readonly #ports: PbxPorts;
  #kept: { readonly token: string; readonly until: EpochMs } | undefined;

  constructor(account: AccountValues, ports: PbxPorts) {
    this.#account = account;
    this.#ports = ports;
  }

  /** A token that is good now. `login-refused`: the relay has none for this extension, or knows us not. */
  async get(): Promise<Result<string, PbxError>> {
    if (!this.#isRelays) return ok(this.#account.token ?? '');
    if (this.#kept && this.#kept.until - this.#ports.now() > RENEW_BEFORE_MS) return ok(this.#kept.token);
    return this.#askRelay();
  }

  /** The service has refused the token. True where the relay gave another one. */
  async renew(): Promise<boolean> {
    const refused = this.#kept?.token;
    if (!this.#isRelays || refused === undefined) return false;
    this.#kept = undefined;
    const next = await this.#askRelay(refused);
    return next.ok && next.value !== refused;
  }

  get #isRelays(): boolean {
    return (this.#account.token ?? '') === '' && usesRelay(this.#account);
  }

  async #askRelay(refused?: string): Promise<Result<string, PbxError>> {
    const answer = await askRelay(
      '/token',
      this.#account,
      this.#ports,
      refused === undefined ? undefined : { refused },
    );
    if (!answer.ok) return fail(isAboutUs(answer.error) ? { ...answer.error, kind: 'login-refused' } : answer.error);
    const said = asObject(readJson(answer.value.body));
    const token = asWord(said?.accessToken);
    if (token === undefined || /[^\x21-\x7e]/.test(token)) {
      return fail({ kind: 'protocol', detail: 'relay: no access token' });
    }
    this.#kept = { token, until: Number(asWord(said?.expiresAt) ?? 0) };
    return ok(token);
  }
}

function isAboutUs(error: PbxError): error is Extract<PbxError, { detail: string }> {
  return ['login-refused', 'unknown-user', 'not-allowed', 'rejected'].includes(error.kind);
}
