import type { AccountField, AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ConnectStep, PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { addressProblem, inFolder, readAddress } from '../address.ts';
import { isAboutLogin, onlyProblems } from '../connect-steps.ts';
import { RELAY_FIELDS, relayOrigins, relayProblems, usesRelay } from '../relay/account.ts';
import { openRelayLine } from '../relay/line.ts';
import type { ZorioApi } from '../zorio/api.ts';
import { callProblems, isDialable, usesPage } from '../zorio/call-request.ts';
import { API_PERMISSION, signIn, signsInByName, TOKEN } from '../zorio/login.ts';
import { extensionPath, ZorioSession } from '../zorio/session.ts';

/**
 * Zorio PBX: click-to-call by REST with a user's token. How a call ended is told by the call record.
 * Source: the vendor's page "Click-to-Call" and its public API pages. Not verified against a live PBX.
 */
export const zorio: PbxAdapter = {
  id: 'zorio',
  label: 'Zorio',
  rank: 20,
  fields: [
    { ...field('server', 'url'), placeholder: 'https://app.zorio.vn' },
    { ...field('extension', 'text'), placeholder: '1001' },
    { ...field('token', 'secret', 'token'), help: 'pbx_zorio_token_help' },
    field('username', 'text', 'login'),
    field('password', 'secret', 'login'),
    optional('callerId', '+16175550142'),
    optional('trunkId', '4'),
    optional('trunkName'),
    optional('headers', 'CRM-Lead-Id: {recordId}'),
    optional('recordPatterns', 'crm.example.com/leads/{recordId}'),
    ...RELAY_FIELDS,
  ],
  check(account) {
    const byName = signsInByName(account);
    const isBlank = (key: string) => (account[key] ?? '').trim() === '';
    const own = onlyProblems({
      server: isBlank('server') ? 'pbx_needed' : addressProblem(account.server ?? ''),
      ...callProblems(account),
      token: !byName && isBlank('token') ? 'pbx_needed' : undefined,
      password: byName && (account.password ?? '') === '' ? 'pbx_needed' : undefined,
    });
    return { ...own, ...relayProblems(account) };
  },
  accepts: isDialable,
  needs(account) {
    const server = readAddress(account.server ?? '');
    const own = server.ok ? [server.value.matchPattern] : [];
    return { origins: [...new Set([...own, ...relayOrigins(account)])], permissions: [] };
  },
  wantsPage: usesPage,
  connect,
};

function field(key: string, kind: AccountField['kind'], group?: string): AccountField {
  return { key, label: `pbx_zorio_${key}`, kind, required: true, ...(group === undefined ? {} : { group }) };
}

function optional(key: string, placeholder?: string): AccountField {
  const shown = placeholder === undefined ? {} : { placeholder };
  return { ...field(key, 'text'), required: false, help: `pbx_zorio_${key}_help`, ...shown };
}

async function connect(
  account: AccountValues,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const step = (name: ConnectStep, result: Result<void, PbxError>) => tell({ type: 'step', step: name, result });
  const server = readAddress(account.server ?? '');
  const signedIn = server.ok ? (await inFolder(server.value, (at) => signIn(account, at, ports))).result : server;
  if (!signedIn.ok) {
    const isLogin = isAboutLogin(signedIn.error);
    if (isLogin) step('reach', ok(undefined));
    step(isLogin ? 'login' : 'reach', signedIn);
    return signedIn;
  }
  step('reach', ok(undefined));
  const { api, token, permissions } = signedIn.value;
  if (token !== undefined) tell({ type: 'remember', values: {}, secrets: { [TOKEN]: token } });
  const loggedIn = token === undefined ? 'before' : ports.now();
  const session = new ZorioSession({
    account,
    api,
    ports,
    tell,
    ...(signsInByName(account) ? { loggedIn } : {}),
  });
  const looked = await lookAround(session, api, permissions, step);
  if (!looked.ok || !usesRelay(account)) return looked;
  const line = await openRelayLine(account, session.extension, ports, session);
  step('live', line.ok ? ok(undefined) : line);
  session.follows(line);
  return looked;
}

/** Asks how our own phone stands. That alone fails no connection, but where the API is closed to this user nothing else will work. */
async function lookAround(
  session: ZorioSession,
  api: ZorioApi,
  permissions: readonly string[] | undefined,
  step: (name: ConnectStep, result: Result<void, PbxError>) => void,
): Promise<Result<PbxSession, PbxError>> {
  const answer = await api.get(extensionPath(session.extension));
  const status = answer.ok ? answer.value.status : 0;
  const isClosed = status === 403 && permissions !== undefined && !permissions.includes(API_PERMISSION);
  if (status === 401 || isClosed) {
    const refused = fail<PbxError>({ kind: isClosed ? 'not-allowed' : 'login-refused', detail: `HTTP ${status}` });
    step('login', refused);
    return refused;
  }
  step('login', ok(undefined));
  if (answer.ok) session.hearOfPhone(answer.value);
  const { isPhoneRegistered, extension } = session;
  if (isPhoneRegistered === true) step('phone', ok(undefined));
  if (isPhoneRegistered === false) step('phone', fail({ kind: 'phone-not-registered', detail: extension }));
  if (status === 404) step('phone', fail({ kind: 'unknown-user', detail: `no extension ${extension}` }));
  return ok(session);
}
