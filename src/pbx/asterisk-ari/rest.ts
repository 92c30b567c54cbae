import type { PbxError } from '../../core/connection.ts';
import type { Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse } from '../adapter.ts';
import type { ServerAddress } from '../address.ts';
import { asObject, asWord, readJson, refusalOf } from '../frames.ts';

/** Who we are at the REST interface of an Asterisk. */
export interface AriLogin {
  readonly server: ServerAddress;
  readonly user: string;
  readonly password: string;
}

type Query = Readonly<Record<string, string>>;

const LONGEST_WORDS = 120;

/** The REST side of ARI. The password travels in a header, never in an address (the event socket's address has no other way). */
export class AriRest {
  readonly #login: AriLogin;
  readonly #ports: PbxPorts;

  constructor(login: AriLogin, ports: PbxPorts) {
    this.#login = login;
    this.#ports = ports;
  }

  /** @param path - parts of the path, encoded here */
  request(
    method: string,
    path: readonly string[],
    query: Query = {},
    body?: object,
  ): Promise<Result<PbxResponse, PbxError>> {
    const { server, user, password } = this.#login;
    const search = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    return this.#ports.request({
      method,
      url: `${baseOf(server)}/${path.map(encodeURIComponent).join('/')}${search.length > 0 ? `?${search.join('&')}` : ''}`,
      headers: {
        Authorization: `Basic ${base64(`${user}:${password}`)}`,
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Address of the event socket. Holds the password, since a browser's socket cannot send a header. */
  eventsUrl(app: string): string {
    const { server, user, password } = this.#login;
    const base = baseOf(server).replace(server.origin, server.socketOrigin);
    return `${base}/events?app=${encodeURIComponent(app)}&api_key=${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  }

  /** What a status that is no success means, in words for somebody who can change it. */
  refusal(response: PbxResponse): PbxError {
    const { status } = response;
    const said = wordsOf(response);
    const words = said ?? `HTTP ${status}`;
    if (status === 403) {
      const isReader = said !== undefined && /write access/i.test(said);
      return {
        kind: 'not-allowed',
        detail: isReader
          ? 'this ARI user may only read (read_only in ari.conf)'
          : `${words}: this ARI user is not let in from here (permit and deny in ari.conf)`,
      };
    }
    // ARI answers with a reason; a bare 404 comes from another web server, or from an Asterisk whose ARI is switched off.
    if (status === 404 && said === undefined) {
      return { kind: 'not-a-pbx', detail: 'no ARI at this address (is it enabled in ari.conf and http.conf?)' };
    }
    if (status === 404 || status === 422) return { kind: 'unknown-user', detail: words };
    if (status === 503 && response.headers['retry-after'] === undefined) {
      return { kind: 'unreachable', detail: 'Asterisk is still starting' };
    }
    const error = refusalOf(response, this.#ports.now());
    return error.kind === 'rejected' ? { kind: 'rejected', detail: words } : error;
  }
}

/** Asterisk's own words for a refusal; `message` by the documents, `error` where it could not make a channel (seen with 16). */
export function wordsOf(response: PbxResponse): string | undefined {
  const body = asObject(readJson(response.body));
  return (asWord(body?.message) ?? asWord(body?.error))?.slice(0, LONGEST_WORDS);
}

/** `https://pbx.example.com:8089/ari`; a prefix (http.conf) is kept, and an address that ends with `/ari` already is taken as such. */
function baseOf(server: ServerAddress): string {
  const path = new URL(server.url).pathname.replace(/\/+$/, '').replace(/\/ari$/, '');
  return `${server.origin}${path}/ari`;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
