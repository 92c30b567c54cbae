import type { EpochMs } from '../../core/calls.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse } from '../adapter.ts';
import type { ServerAddress } from '../address.ts';
import { asObject, asWord, readJson, refusalOf } from '../frames.ts';
import type { ServiceToken } from './token.ts';

/** Whose extension, and by which token. */
export interface ServiceLogin {
  readonly server: ServerAddress;
  readonly tenantId: string;
  readonly extension: string;
  readonly token: ServiceToken;
}

type Command = {
  readonly 'click-to-dial': { readonly destination: string };
  readonly hangup: { readonly call_leg_id: string };
};

const PATH = '/v3/call_control/';
const LONGEST_WORDS = 120;

/** The one address of the service, both of its commands, and the pause it may ask for. Source: vendor's page "Call Control". */
export class ServiceCommands {
  readonly #login: ServiceLogin;
  readonly #ports: PbxPorts;
  #pausedUntil: EpochMs = 0;

  constructor(login: ServiceLogin, ports: PbxPorts) {
    this.#login = login;
    this.#ports = ports;
  }

  /** Whether a command could be sent now: no pause is on, and there is a token. */
  async ready(): Promise<Result<void, PbxError>> {
    const left = this.#pausedUntil - this.#ports.now();
    if (left > 0) return fail({ kind: 'rate-limited', retryAfterMs: left });
    const token = await this.#login.token.get();
    return token.ok ? ok(undefined) : token;
  }

  /** The service has refused the token. True where another one could be had. */
  renewToken(): Promise<boolean> {
    return this.#login.token.renew();
  }

  /** Sends a command. Both share one rate limit: while it is paused nothing is sent. */
  async send<K extends keyof Command>(command: K, payload: Command[K]): Promise<Result<PbxResponse, PbxError>> {
    const left = this.#pausedUntil - this.#ports.now();
    if (left > 0) return fail({ kind: 'rate-limited', retryAfterMs: left });
    const { tenantId, extension } = this.#login;
    const body = { command, user: { tenant_id: tenantId, user_extension: extension }, payload };
    const answer = await this.#request('POST', JSON.stringify(body));
    if (answer.ok) this.#notePause(answer.value);
    return answer;
  }

  /** Looks whether something answers at the address; the documents name no way to ask who we are. */
  probe(): Promise<Result<PbxResponse, PbxError>> {
    return this.#request('GET');
  }

  /** What a status that is no success means. */
  refusal(response: PbxResponse): PbxError {
    const error = refusalOf(response, this.#ports.now());
    const said = wordsOf(response);
    if (response.status === 404) return { kind: 'not-a-pbx', detail: said ?? `nothing at ${PATH}` };
    return 'detail' in error && said !== undefined ? { ...error, detail: said } : error;
  }

  #notePause(response: PbxResponse): void {
    const error = refusalOf(response, this.#ports.now());
    if (error.kind === 'rate-limited') this.#pausedUntil = this.#ports.now() + error.retryAfterMs;
  }

  async #request(method: string, body?: string): Promise<Result<PbxResponse, PbxError>> {
    const { server, token } = this.#login;
    const known = await token.get();
    if (!known.ok) return known;
    return this.#ports.request({
      method,
      url: `${baseOf(server)}${PATH}`,
      headers: {
        Authorization: `Bearer ${known.value}`,
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }
}

/** The service's own words for a refusal. Their shape is not documented: a short text under a usual name is taken. */
function wordsOf(response: PbxResponse): string | undefined {
  const body = asObject(readJson(response.body));
  return [body?.message, body?.detail, body?.error]
    .map(asWord)
    .find((words) => words !== undefined)
    ?.slice(0, LONGEST_WORDS);
}

/** The address may come with the documented path already. */
function baseOf(server: ServerAddress): string {
  const path = new URL(server.url).pathname.replace(/\/+$/, '').replace(/\/v3(\/call_control)?$/, '');
  return `${server.origin}${path}`;
}
