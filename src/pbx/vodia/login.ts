import { md5 } from '@noble/hashes/legacy.js';
import type { AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse } from '../adapter.ts';
import { readAddress, type ServerAddress } from '../address.ts';
import { asObject, asWord, isWebPage, readJson, refusalOf } from '../frames.ts';

/** Which PBX and which of its users; `token` is the helper's one-time token, absent for a login by password. */
export interface LoginTarget {
  readonly server: ServerAddress;
  readonly domain: string;
  readonly user: string;
  readonly token?: string;
}

/** A good login. `key` is the session where the PBX tells it in the body; `form` is what worked, to be tried first next time. */
export interface LoggedIn {
  readonly key?: string;
  readonly form?: string;
}

/** Account key under which the form of the password login that worked is remembered, e.g. `PUT md5`. */
export const LOGIN_FORM = '_loginForm';

const METHODS = ['POST', 'PUT'] as const;
const SECRETS = ['plain', 'md5'] as const;

/** Reads the account, and asks the company's login helper where there is one: it answers server, tenant, user and a one-time token. */
export async function findTarget(account: AccountValues, ports: PbxPorts): Promise<Result<LoginTarget, PbxError>> {
  const helper = account.loginHelper?.trim() ?? '';
  return helper === '' ? ownTarget(account) : askHelper(helper, account, ports);
}

/** User and tenant as typed; `45@acme.example` in the user field names both. */
export function readUser(account: AccountValues): { readonly user: string; readonly domain: string } {
  const [user = '', inside = ''] = (account.user ?? '').trim().split('@', 2);
  return { user, domain: (account.domain ?? '').trim() || inside };
}

/** Address of the session resource. */
export function sessionUrl(server: ServerAddress): string {
  return `${server.origin}/rest/system/session`;
}

/**
 * Signs in: with the helper's token, else by password. A password is tried at most twice (plain, then as MD5, since versions differ) and
 * the method changes only when the PBX does not know the first one, never after a lost answer.
 * @returns `login-refused`, `unknown-user`, `not-a-pbx`, `rate-limited`, or what the ports say; the secret is in none of them
 * Source: vendor's page "Click to Dial" (token); RESTful API 2.0 manual and public clients, which disagree (password).
 */
export async function logIn(
  target: LoginTarget,
  account: AccountValues,
  ports: PbxPorts,
): Promise<Result<LoggedIn, PbxError>> {
  if (target.token !== undefined) {
    return readLogin(await send('POST', { name: 'session', value: target.token }, target, ports), ports);
  }
  return byPassword(target, account.password ?? '', account[LOGIN_FORM] ?? '', ports);
}

/** Whether the browser is signed in at the PBX's own portal. What the PBX answers besides "no" is not in the documents. */
export async function checkPortal({ server }: LoginTarget, ports: PbxPorts): Promise<Result<LoggedIn, PbxError>> {
  const headers = { Accept: 'application/json' };
  const answer = await ports.request({ method: 'GET', url: sessionUrl(server), headers, cookies: true });
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  const isNo = status === 401 || status === 403 || ['false', 'null'].includes(body.trim());
  if (isNo)
    return fail({ kind: 'not-signed-in', detail: `portal: ${status === 200 ? body.trim() : `HTTP ${status}`}` });
  if (status >= 300 && status !== 404 && status !== 405) return fail(refusalOf(answer.value, ports.now()));
  if (isOtherSite(answer.value)) return fail({ kind: 'not-a-pbx', detail: `HTTP ${status}` });
  return ok({});
}

async function byPassword(
  target: LoginTarget,
  password: string,
  remembered: string,
  ports: PbxPorts,
): Promise<Result<LoggedIn, PbxError>> {
  const [knownMethod, knownSecret] = remembered.split(' ');
  let methods: readonly string[] = inOrder(METHODS, knownMethod);
  let outcome: Result<LoggedIn, PbxError> = fail({ kind: 'login-refused', detail: '' });
  for (const secret of inOrder(SECRETS, knownSecret)) {
    const value = `${target.user}@${target.domain} ${secret === 'md5' ? md5Hex(password) : password}`;
    const tried = await trySecret(methods, value, target, ports);
    methods = [tried.method];
    outcome = tried.outcome;
    if (outcome.ok) return ok({ ...outcome.value, form: `${tried.method} ${secret}` });
    if (outcome.error.kind !== 'login-refused') return outcome;
  }
  return outcome;
}

/** One secret, with the next method where the PBX does not know the first: 405, or 404 (which may also mean: no such user). */
async function trySecret(
  methods: readonly string[],
  value: string,
  target: LoginTarget,
  ports: PbxPorts,
): Promise<{ readonly method: string; readonly outcome: Result<LoggedIn, PbxError> }> {
  const [first = 'POST', second] = methods;
  const answer = await send(first, { name: 'auth', value }, target, ports);
  const isUnknown = answer.ok && (answer.value.status === 404 || answer.value.status === 405);
  if (!isUnknown || second === undefined) return { method: first, outcome: readLogin(answer, ports) };
  const other = await send(second, { name: 'auth', value }, target, ports);
  if (other.ok && other.value.status === 405) return { method: first, outcome: readLogin(answer, ports) };
  return { method: second, outcome: readLogin(other, ports) };
}

async function send(
  method: string,
  body: { readonly name: string; readonly value: string },
  target: LoginTarget,
  ports: PbxPorts,
): Promise<Result<PbxResponse, PbxError>> {
  return ports.request({
    method,
    url: sessionUrl(target.server),
    headers: { 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
    body: JSON.stringify(body),
    cookies: true,
  });
}

function readLogin(answer: Result<PbxResponse, PbxError>, ports: PbxPorts): Result<LoggedIn, PbxError> {
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 403) return fail({ kind: 'login-refused', detail: 'HTTP 403' });
  if (status === 405) return fail({ kind: 'unsupported', detail: 'HTTP 405' });
  if (status === 404 && isOtherSite(answer.value)) return fail({ kind: 'not-a-pbx', detail: 'HTTP 404' });
  if (status < 200 || status > 299) return fail(refusalOf(answer.value, ports.now()));
  if (isWebPage(answer.value)) return fail({ kind: 'not-a-pbx', detail: 'a web page' });
  const said = body.trim();
  // A wrong password is answered with 200 and `false`.
  if (said === 'false') return fail({ kind: 'login-refused', detail: 'the PBX answers false' });
  if (said === '' || said === 'true' || said === 'null') return ok({});
  // Instead of the bare key a PBX may tell of the session: with its key, or whose it is, and then the cookie is the key.
  const told = asObject(readJson(said));
  const isOfUser = [told?.name, told?.user, told?.account].some((word) => asWord(word) !== undefined);
  if (isOfUser && told?.session === undefined && told?.error === undefined) return ok({});
  const key = readKey(asWord(told?.session) ?? said);
  return key === undefined ? fail({ kind: 'protocol', detail: 'login answer not understood' }) : ok({ key });
}

/** A "not found" page of a server that does not call itself a PBX: the address is wrong, not the extension. */
function isOtherSite(response: PbxResponse): boolean {
  return isWebPage(response) && !/^PBX\b/i.test(response.headers.server ?? '');
}

/** The session key as JSON string or bare text; what could not stand in a cookie is none. */
function readKey(said: string): string | undefined {
  const value = readJson(said);
  const key = typeof value === 'string' ? value : said;
  return /^[\w.~+/=-]{8,200}$/.test(key) ? key : undefined;
}

function ownTarget(account: AccountValues): Result<LoginTarget, PbxError> {
  const server = readAddress(account.server ?? '');
  return server.ok ? ok({ server: server.value, ...readUser(account) }) : server;
}

async function askHelper(
  helper: string,
  account: AccountValues,
  ports: PbxPorts,
): Promise<Result<LoginTarget, PbxError>> {
  const address = readAddress(helper);
  if (!address.ok) return address;
  const headers = { Accept: 'application/json' };
  const answer = await ports.request({ method: 'GET', url: address.value.url, headers, cookies: true });
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 401 || status === 403) return fail({ kind: 'not-signed-in', detail: `login helper: HTTP ${status}` });
  if (status === 404) return fail({ kind: 'not-a-pbx', detail: 'login helper: HTTP 404' });
  if (status < 200 || status > 299) return fail(refusalOf(answer.value, ports.now()));
  const told = asObject(readJson(body));
  if (!told) return fail({ kind: 'not-a-pbx', detail: 'login helper: no JSON' });
  const [token, named] = [readToken(told.session), asWord(told.user)];
  const { user, domain } = readUser({ user: named ?? '', domain: asWord(told.domain) ?? '' });
  // PHP's json_decode of a refused login is false, and the helper passes it on.
  if (token === undefined) return fail({ kind: 'not-signed-in', detail: 'login helper: no session' });
  if (user === '' || domain === '') return fail({ kind: 'protocol', detail: 'login helper: no user' });
  const server = helpersServer(asWord(told.server) ?? account.server ?? '', account);
  return server.ok ? ok({ server: server.value, user, domain, token }) : server;
}

/** The PBX tells its token as a JSON string; a helper may pass that on unread, with its quotes. */
function readToken(session: unknown): string | undefined {
  const word = asWord(session);
  return word?.startsWith('"') ? asWord(readJson(word)) : word;
}

/** A helper names the server without scheme; the account may know better how to reach the same one. */
function helpersServer(named: string, account: AccountValues): Result<ServerAddress, PbxError> {
  const own = readAddress(account.server ?? '');
  if (own.ok && new URL(own.value.origin).host === named) return own;
  return readAddress(named);
}

function inOrder<T extends string>(all: readonly T[], first: string | undefined): readonly T[] {
  return [...all.filter((one) => one === first), ...all.filter((one) => one !== first)];
}

function md5Hex(text: string): string {
  return Array.from(md5(new TextEncoder().encode(text)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
