import type { PbxError } from '../core/connection.ts';
import { fail, ok, type Result } from '../core/result.ts';

/** Where a PBX listens, read from what a person typed. */
export interface ServerAddress {
  /** `https://pbx.example.com:8443` */
  readonly origin: string;
  /** The same for sockets: `wss://pbx.example.com:8443` */
  readonly socketOrigin: string;
  /** The address as given, with scheme, path and query. */
  readonly url: string;
  /** What host access is asked for; match patterns have no port. */
  readonly matchPattern: string;
}

/** Plain http and ws are for simulators and tests on this machine only. */
const LOOPBACK = new Set(['127.0.0.1', 'localhost']);

/**
 * Reads an address with or without scheme and path. Without a scheme it is https, on this machine http.
 * @returns `insecure-address` for http or ws to another machine; `bad-address` for what is no address, or holds a user or password
 */
export function readAddress(text: string): Result<ServerAddress, PbxError> {
  const typed = text.trim();
  const bad = fail<PbxError>({ kind: 'bad-address', detail: '' });
  if (typed === '' || /[\s\\]/.test(typed)) return bad;
  const url = parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `${schemeFor(typed)}://${typed}`);
  if (!url || url.hostname === '' || url.username !== '' || url.password !== '') return bad;
  const isSecure = url.protocol === 'https:' || url.protocol === 'wss:';
  if (!isSecure && url.protocol !== 'http:' && url.protocol !== 'ws:') return bad;
  if (!isSecure && !LOOPBACK.has(url.hostname)) return fail({ kind: 'insecure-address', detail: url.host });
  const scheme = isSecure ? 'https' : 'http';
  return ok({
    origin: `${scheme}://${url.host}`,
    socketOrigin: `${isSecure ? 'wss' : 'ws'}://${url.host}`,
    url: `${scheme}://${url.host}${url.pathname}${url.search}`,
    matchPattern: `${scheme}://${url.hostname}/*`,
  });
}

/**
 * Tries an address without the path it came with, which is mostly that of some page; where nothing is found there, once more below that
 * path: the PBX may stand in a folder of a web server.
 * @param attempt - must do nothing that counts where it answers `not-a-pbx` or `unknown-user`
 * @param isThere - looked at before the second attempt, for one that carries a password; absent: not needed
 * @returns the address that was right, or the first one, with what came of it
 */
export async function inFolder<T>(
  server: ServerAddress,
  attempt: (server: ServerAddress) => Promise<Result<T, PbxError>>,
  isThere: (server: ServerAddress) => Promise<boolean> = async () => true,
): Promise<{ readonly server: ServerAddress; readonly result: Result<T, PbxError> }> {
  const first = { server, result: await attempt(server) };
  const path = new URL(server.url).pathname.replace(/\/+$/, '');
  if (first.result.ok || path === '' || !isNotFound(first.result.error)) return first;
  const folder = { ...server, origin: server.origin + path, socketOrigin: server.socketOrigin + path };
  if (!(await isThere(folder))) return first;
  const result = await attempt(folder);
  return result.ok || !isNotFound(result.error) ? { server: folder, result } : first;
}

function isNotFound({ kind }: PbxError): boolean {
  return kind === 'not-a-pbx' || kind === 'unknown-user';
}

/** The message key for an address field that cannot be used; undefined when it can. */
export function addressProblem(text: string): string | undefined {
  const address = readAddress(text);
  if (address.ok) return undefined;
  return address.error.kind === 'insecure-address' ? 'pbx_address_insecure' : 'pbx_address_bad';
}

function schemeFor(bare: string): string {
  const host = bare.split(/[/:?#]/, 1)[0]?.toLowerCase() ?? '';
  return LOOPBACK.has(host) ? 'http' : 'https';
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
