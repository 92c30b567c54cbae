import type { AccountField, AccountValues } from '../../core/account.ts';
import { type Capabilities, type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { CallEndpoints, ConnectStep, PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { addressProblem, inFolder, readAddress, type ServerAddress } from '../address.ts';
import { isAboutLogin, onlyProblems } from '../connect-steps.ts';
import { KazooApi, type KazooFailure, part } from '../kazoo/api.ts';
import { endpointProblems, KazooEndpoints, readEndpoint } from '../kazoo/endpoints.ts';
import { EventSocket } from '../kazoo/event-socket.ts';
import { KazooLogin, wayOf } from '../kazoo/login.ts';
import { isContact, type PlaceWay } from '../kazoo/place.ts';
import { KazooSession } from '../kazoo/session.ts';

/**
 * Kazoo, also under the name of IP Telecom: calls by a click-to-call endpoint, or by the user's own phones where there is none. Live
 * state by the account's event socket, else by looking at its channels, else none.
 * Source: the vendor's page "Click-to-call" and the public documents of Kazoo. Not verified against a live PBX.
 */
export const kazoo: PbxAdapter = {
  id: 'kazoo',
  label: 'IP Telecom, Kazoo',
  rank: 30,
  fields: [
    { ...field('server', 'url'), required: true, placeholder: 'https://api.pbx.example.com:8443' },
    { ...field('accountId', 'text'), help: 'pbx_kazoo_accountId_help' },
    { ...field('token', 'secret', 'token'), required: true },
    { ...field('username', 'text', 'login'), required: true },
    { ...field('password', 'secret', 'login'), required: true },
    { ...field('accountName', 'text', 'login'), required: true },
    { ...field('withoutToken', 'switch', 'open'), help: 'pbx_kazoo_withoutToken_help' },
    { ...field('clickToCallId', 'text'), help: 'pbx_kazoo_clickToCallId_help' },
    { ...field('socketUrl', 'url'), help: 'pbx_kazoo_socketUrl_help', placeholder: 'wss://pbx.example.com:5556' },
  ],
  notes: (account) => (wayOf(account) === 'open' ? [{ mood: 'warn', text: 'pbx_kazoo_withoutToken_warning' }] : []),
  check,
  accepts: isContact,
  needs(account) {
    const addresses = [account.server ?? '', account.socketUrl ?? ''].map(readAddress);
    const origins = addresses.filter((address) => address.ok).map((address) => address.value.matchPattern);
    return { origins: [...new Set(origins)], permissions: [] };
  },
  endpoints: {
    field: 'clickToCallId',
    isFor: (account) => wayOf(account) !== 'open',
    check: endpointProblems,
    open: openEndpoints,
  },
  connect,
};

/** What is known before anything live is tried. */
interface SignedIn {
  readonly login: KazooLogin;
  readonly api: KazooApi;
  readonly way: PlaceWay;
  readonly extension?: string;
}

function field(key: string, kind: AccountField['kind'], group?: string): AccountField {
  return { key, label: `pbx_kazoo_${key}`, kind, required: false, ...(group === undefined ? {} : { group }) };
}

function check(account: AccountValues): Readonly<Record<string, string>> {
  const way = wayOf(account);
  const needed = (key: string, isNeeded: boolean) =>
    isNeeded && (account[key] ?? '').trim() === '' ? 'pbx_needed' : undefined;
  const socketUrl = (account.socketUrl ?? '').trim();
  return onlyProblems({
    server: needed('server', true) ?? addressProblem(account.server ?? ''),
    // A login tells the account; a token and an open endpoint do not.
    accountId: needed('accountId', way !== 'name'),
    token: needed('token', way === 'token'),
    password: way === 'name' && (account.password ?? '') === '' ? 'pbx_needed' : undefined,
    accountName: needed('accountName', way === 'name'),
    clickToCallId: needed('clickToCallId', way === 'open'),
    socketUrl: socketUrl === '' ? undefined : addressProblem(socketUrl),
  });
}

async function connect(
  account: AccountValues,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const step = (name: ConnectStep, result: Result<void, PbxError>) => tell({ type: 'step', step: name, result });
  const server = readAddress(account.server ?? '');
  const signedIn = server.ok ? (await inFolder(server.value, (at) => signIn(account, at, ports, tell))).result : server;
  if (!signedIn.ok) {
    const isLogin = isAboutLogin(signedIn.error);
    if (isLogin) step('reach', ok(undefined));
    step(isLogin ? 'login' : 'reach', signedIn);
    return signedIn;
  }
  step('reach', ok(undefined));
  step('login', ok(undefined));
  return goLive(account, signedIn.value, ports, tell);
}

/** Only logs in: for endpoints none needs to be chosen, and nobody's phone needs to be known. */
async function openEndpoints(account: AccountValues, ports: PbxPorts): Promise<Result<CallEndpoints, PbxError>> {
  const server = readAddress(account.server ?? '');
  if (!server.ok) return server;
  const { result } = await inFolder(server.value, async (at) => {
    const login = new KazooLogin(account, at, ports, () => {});
    const started = await login.start();
    if (!started.ok) return started;
    const endpoints = new KazooEndpoints(new KazooApi(at, ports, login), login.accountId);
    if (/^\/(v2\/?)?$/.test(new URL(at.url).pathname)) return ok(endpoints);
    // Which of two places is the right one shows with the first question only.
    const listed = await endpoints.list();
    return listed.ok ? ok(endpoints) : listed;
  });
  return result;
}

/** Logs in and finds out by which way calls are placed. */
async function signIn(
  account: AccountValues,
  server: ServerAddress,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<SignedIn, PbxError>> {
  const login = new KazooLogin(account, server, ports, tell);
  const started = await login.start();
  if (!started.ok) return started;
  const api = new KazooApi(server, ports, login);
  const id = (account.clickToCallId ?? '').trim();
  if (id === '') return byQuickcall(login, api);

  const answer = await api.ask('GET', `accounts/${part(login.accountId)}/clicktocall/${part(id)}`);
  if (answer.ok) {
    if (login.way === 'token') await login.identify();
    const endpoint = readEndpoint(answer.value.data);
    return ok({ login, api, way: { by: 'endpoint', id, endpoint }, extension: endpoint.extension });
  }
  return isUsable(login, answer.error) || (answer.error.status === 403 && (await login.identify()).ok)
    ? ok({ login, api, way: { by: 'endpoint', id, endpoint: {} } })
    : fail(answer.error.error);
}

/** An open endpoint shows itself to nobody without a token, but the refusal shows that the PBX is there. */
function isUsable(login: KazooLogin, { status }: KazooFailure): boolean {
  return login.way === 'open' && (status === 401 || status === 403);
}

async function byQuickcall(login: KazooLogin, api: KazooApi): Promise<Result<SignedIn, PbxError>> {
  if (login.ownerId === '') {
    const identified = await login.identify();
    if (!identified.ok) return identified;
  }
  // A token of the whole account belongs to nobody whose phone could ring.
  if (login.ownerId === '') return fail({ kind: 'unsupported', detail: 'no user, and no click-to-call chosen' });
  return ok({ login, api, way: { by: 'quickcall', userId: login.ownerId } });
}

async function goLive(
  account: AccountValues,
  { login, api, way, extension }: SignedIn,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const step = (result: Result<void, PbxError>) => tell({ type: 'step', step: 'live', result });
  const channels = login.way === 'open' ? undefined : await findChannels(login, api);
  if (channels && !channels.ok) {
    step(channels);
    return channels;
  }
  const path = channels?.value;
  let session: KazooSession | undefined;
  const socket = openSocket(account, login, ports, {
    event: (event) => session?.heard(event),
    lost: (error) => session?.lost(error),
  });
  const opened = await socket?.open();
  const isSocket = opened?.ok === true;
  const limit: PbxError | undefined =
    opened?.ok === false
      ? { kind: 'live-refused', detail: 'detail' in opened.error ? opened.error.detail : '' }
      : undefined;
  if (limit) step(fail(limit));
  else if (isSocket || path !== undefined) step(ok(undefined));
  const isContactFirst = way.by === 'endpoint' && way.endpoint.dialFirst === 'contact';
  session = new KazooSession({
    login,
    api,
    way,
    ports,
    tell,
    capabilities: capabilitiesOf({ isSocket, hasChannels: path !== undefined, isContactFirst }),
    endpoints: new KazooEndpoints(api, login.accountId),
    ...(extension === undefined || extension === '' ? {} : { extension }),
    ...(limit === undefined ? {} : { limit }),
    ...(path === undefined ? {} : { channels: path }),
    ...(isSocket && socket ? { socket } : {}),
  });
  return ok(session);
}

/** The list of channels this user may see, the narrower one first; undefined where it is closed to the user. */
async function findChannels(login: KazooLogin, api: KazooApi): Promise<Result<string | undefined, PbxError>> {
  const account = `accounts/${part(login.accountId)}`;
  const own = login.ownerId === '' ? [] : [`${account}/users/${part(login.ownerId)}/channels`];
  for (const path of [...own, `${account}/channels`]) {
    const answer = await api.ask('GET', path);
    if (answer.ok) return ok(path);
    const { status = 0, error } = answer.error;
    // Not for this user, or not in this version; anything else is trouble on the line.
    if (![401, 403, 404, 405].includes(status)) return fail(error);
  }
  return ok(undefined);
}

function openSocket(
  account: AccountValues,
  login: KazooLogin,
  ports: PbxPorts,
  on: Pick<ConstructorParameters<typeof EventSocket>[0], 'event' | 'lost'>,
): EventSocket | undefined {
  const address = readAddress((account.socketUrl ?? '').trim());
  if (!address.ok || login.way === 'open') return undefined;
  const url = address.value.url.replace(/^http/, 'ws');
  return new EventSocket({ url, accountId: login.accountId, ports, token: () => login.token, ...on });
}

/** What a session can do, by what the PBX has let us have. */
export function capabilitiesOf(has: {
  readonly isSocket: boolean;
  readonly hasChannels: boolean;
  readonly isContactFirst: boolean;
}): Capabilities {
  const isLive = has.isSocket || has.hasChannels;
  return {
    ...PLACE_ONLY,
    liveState: isLive,
    seesFarEnd: isLive,
    hangUp: has.hasChannels,
    // Where the customer was called first, the leg we know is the customer's: handing over by it would hand us over.
    transfer: has.hasChannels && !has.isContactFirst,
    listCalls: has.hasChannels,
    ...(has.isContactFirst ? { contactFirst: true as const } : {}),
  };
}
