import type { AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ConnectStep, PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { addressProblem, readAddress } from '../address.ts';
import { isAboutLogin, onlyProblems, tellFailedLogin, tellStep } from '../connect-steps.ts';
import { refusalOf } from '../frames.ts';
import { LiveSession } from '../vodia/live-session.ts';
import { findTarget, LOGIN_FORM, type LoginTarget, logIn, readUser, sessionUrl } from '../vodia/login.ts';
import { placeOnly } from '../vodia/place-only.ts';

/** Account keys under which is remembered what a login helper has said: for whom links on pages are. */
const SERVER = '_server';
const USER = '_user';

/**
 * Vodia PBX: a session by login helper or password, then one socket that places, follows and hangs up calls.
 * Source: the vendor's pages "Click to Dial" and "WebSocket". Not verified against a live PBX.
 */
export const vodia: PbxAdapter = {
  id: 'vodia',
  label: 'Vodia',
  fields: [
    field('server', 'url', 'password', 'https://pbx.example.com'),
    field('domain', 'text', 'password', 'acme.example'),
    field('user', 'text', 'password', '45'),
    field('password', 'secret', 'password'),
    {
      ...field('loginHelper', 'url', 'helper', 'https://crm.example.com/rest/pbxlogin'),
      help: 'pbx_vodia_loginHelper_help',
    },
  ],
  check,
  needs(account) {
    const addresses = [account.loginHelper ?? '', account.server ?? ''].map(readAddress);
    const origins = addresses.filter((address) => address.ok).map((address) => address.value.matchPattern);
    return { origins: [...new Set(origins)], permissions: ['cookies'] };
  },
  ownsLink,
  connect,
};

/** Where a helper names server and user, they are known once it has answered; a link that names no user is whoever's clicks it. */
function ownsLink(link: { readonly host: string; readonly user?: string }, account: AccountValues): boolean {
  const server = readAddress(account[SERVER] ?? account.server ?? '');
  const { user, domain } = readUser({ ...account, ...(account[USER] === undefined ? {} : { user: account[USER] }) });
  const [linkUser, linkDomain = domain] = (link.user ?? user).toLowerCase().split('@', 2);
  const isOurs = linkUser === user.toLowerCase() && linkDomain.toLowerCase() === domain.toLowerCase();
  return server.ok && new URL(server.value.origin).host === link.host.toLowerCase() && isOurs;
}

function field(key: string, kind: 'text' | 'secret' | 'url', group: string, placeholder?: string) {
  const label = `pbx_vodia_${key}`;
  return { key, label, kind, required: true, group, ...(placeholder === undefined ? {} : { placeholder }) };
}

function check(account: AccountValues): Readonly<Record<string, string>> {
  const helper = account.loginHelper?.trim() ?? '';
  const server = account.server?.trim() ?? '';
  const problems: Record<string, string | undefined> = {};
  if (helper !== '') {
    problems.loginHelper = addressProblem(helper);
    // A helper answers the server itself; one that is given must still be usable.
    if (server !== '') problems.server = addressProblem(server);
  } else {
    const { user, domain } = readUser(account);
    problems.server = server === '' ? 'pbx_needed' : addressProblem(server);
    problems.user = user === '' ? 'pbx_needed' : undefined;
    problems.domain = domain === '' ? 'pbx_needed' : undefined;
    problems.password = (account.password ?? '') === '' ? 'pbx_needed' : undefined;
  }
  return onlyProblems(problems);
}

async function connect(
  account: AccountValues,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const target = await findTarget(account, ports);
  if (!target.ok) {
    // The helper's answer says nothing about whether the PBX can be reached.
    tellStep(tell, isAboutLogin(target.error) ? 'login' : 'reach', target.error);
    return target;
  }
  const { server, user, domain } = target.value;
  // Chrome sends the PBX's SameSite cookie with requests, not with the socket's handshake.
  const cookie = await ports.ownCookie(`${server.origin}/`, 'session');
  const login = await logIn(target.value, account, ports);
  if (!login.ok) {
    await cookie.drop();
    return tellFailedLogin(tell, login.error);
  }
  tellStep(tell, 'reach');
  tellStep(tell, 'login');
  const { form } = login.value;
  const found = {
    ...(form === undefined ? {} : { [LOGIN_FORM]: form }),
    ...(target.value.token === undefined ? {} : { [SERVER]: server.origin, [USER]: `${user}@${domain}` }),
  };
  if (Object.entries(found).some(([key, value]) => account[key] !== value)) tell({ type: 'remember', values: found });
  await cookie.adopt(login.value.key);
  return openLine(target.value, {
    extension: user,
    domain,
    ports,
    tell,
    ask: () => ask(target.value, ports),
    closed: () => void cookie.drop(),
  });
}

async function openLine(
  { server, user, domain }: LoginTarget,
  context: ConstructorParameters<typeof LiveSession>[0],
): Promise<Result<PbxSession, PbxError>> {
  const step = (name: ConnectStep, error?: PbxError) => tellStep(context.tell, name, error);
  const session = new LiveSession(context);
  const query = `domain=${encodeURIComponent(domain)}&user=${encodeURIComponent(user)}`;
  const opened = await context.ports.openSocket(`${server.socketOrigin}/websocket?${query}`, {
    message: (text) => session.heard(text),
    closed: (code) => session.lost(code),
  });
  const started = opened.ok ? await session.start(opened.value) : opened;
  if (started.ok) {
    step('live');
    const isRegistered = session.isPhoneRegistered;
    if (isRegistered === true) step('phone');
    if (isRegistered === false) step('phone', { kind: 'rejected', detail: `no phone signed in for ${user}` });
    return ok(session);
  }
  // A refused handshake looks like a dead network from here: only a REST read tells them apart.
  const there = await context.ask();
  if (!there.ok) {
    step('live', there.error);
    context.closed();
    return there;
  }
  const detail = 'detail' in started.error ? started.error.detail : started.error.kind;
  const limit: PbxError = { kind: 'live-refused', detail };
  step('live', limit);
  return ok(placeOnly(server.origin, limit, context));
}

/** Whether the PBX is there: any answer that is no server error will do. */
async function ask({ server }: LoginTarget, ports: PbxPorts): Promise<Result<void, PbxError>> {
  const answer = await ports.request({ method: 'GET', url: sessionUrl(server), cookies: true });
  if (!answer.ok) return answer;
  return answer.value.status < 500 ? ok(undefined) : fail(refusalOf(answer.value, ports.now()));
}
