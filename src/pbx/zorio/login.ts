import type { AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse } from '../adapter.ts';
import type { ServerAddress } from '../address.ts';
import { asObject, asWord, isWebPage, type Json, readJson, refusalOf } from '../frames.ts';
import { dataOf, ZorioApi } from './api.ts';

/** A good login. `token` is there when it was got just now, by user name and password. */
export interface SignedIn {
  readonly api: ZorioApi;
  readonly token?: string;
  /** Names of what this user may do, where the PBX lists them. */
  readonly permissions?: readonly string[];
}

/** Vault key of the token that a login by user name has got. */
export const TOKEN = '_token';
/** The permission that the API asks for. */
export const API_PERMISSION = 'pbx_api_access';

/** True when the account signs in by user name; a token that is still in the vault then stands back. */
export function signsInByName(account: AccountValues): boolean {
  return (account.username ?? '').trim() !== '';
}

/**
 * Signs in by token, or by user name and password where there is no token of an earlier login that still works. One password try at
 * most: logins are limited to a few a minute.
 * Source: the vendor's pages on authentication
 */
export async function signIn(
  account: AccountValues,
  server: ServerAddress,
  ports: PbxPorts,
): Promise<Result<SignedIn, PbxError>> {
  if (!signsInByName(account)) return whoAmI(new ZorioApi(server, ports, (account.token ?? '').trim()), ports);
  const kept = account[TOKEN] ?? '';
  if (kept !== '') {
    const still = await whoAmI(new ZorioApi(server, ports, kept), ports);
    if (still.ok || still.error.kind !== 'login-refused') return still;
  }
  const token = await tokenFor(account, server, ports);
  if (!token.ok) return token;
  const signedIn = await whoAmI(new ZorioApi(server, ports, token.value), ports);
  return signedIn.ok ? ok({ ...signedIn.value, token: token.value }) : signedIn;
}

async function tokenFor(
  account: AccountValues,
  server: ServerAddress,
  ports: PbxPorts,
): Promise<Result<string, PbxError>> {
  const api = new ZorioApi(server, ports, '');
  const username = (account.username ?? '').trim();
  const body = JSON.stringify({ username, password: account.password ?? '', device_name: 'PageDial' });
  const answer = await api.post('/api/auth/login', body);
  if (!answer.ok) return answer;
  const refused = refusalOfLogin(answer.value, ports);
  if (refused) return fail(refused);
  const said = asObject(readJson(answer.value.body));
  const token = asWord(said?.token) ?? asWord(asObject(said?.data)?.token);
  return token === undefined || /[^\x21-\x7e]/.test(token)
    ? fail({ kind: 'protocol', detail: 'login answer without token' })
    : ok(token);
}

/** The cheapest question that only a good token answers. */
async function whoAmI(api: ZorioApi, ports: PbxPorts): Promise<Result<SignedIn, PbxError>> {
  const answer = await api.get('/api/auth/me');
  if (!answer.ok) return answer;
  const refused = refusalOfLogin(answer.value, ports);
  if (refused) return fail(refused);
  const me = dataOf(answer.value);
  if (!me) return fail({ kind: 'not-a-pbx', detail: 'no JSON' });
  const permissions = readPermissions(asObject(me.user) ?? me) ?? readPermissions(me);
  return ok({ api, ...(permissions ? { permissions } : {}) });
}

function refusalOfLogin(response: PbxResponse, ports: PbxPorts): PbxError | undefined {
  const { status } = response;
  if (status >= 200 && status <= 299) {
    return isWebPage(response) ? { kind: 'not-a-pbx', detail: 'a web page' } : undefined;
  }
  const detail = `HTTP ${status}`;
  // An address without these paths is no Zorio; an empty user name is answered like a wrong one.
  if (status === 404 || status === 405) return { kind: 'not-a-pbx', detail };
  if (status === 422) return { kind: 'login-refused', detail };
  return refusalOf(response, ports.now());
}

function readPermissions(user: Json): readonly string[] | undefined {
  if (!Array.isArray(user.permissions)) return undefined;
  const list: readonly unknown[] = user.permissions;
  return list.map((entry) => asWord(entry) ?? asWord(asObject(entry)?.name)).filter((name) => name !== undefined);
}
