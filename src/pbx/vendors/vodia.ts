import type { AccountField, AccountValues } from '../../core/account.ts';
import { type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ConnectStep, DialRequest, PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { addressProblem, inFolder, readAddress, type ServerAddress } from '../address.ts';
import { isAboutLogin, onlyProblems, tellFailedLogin, tellStep } from '../connect-steps.ts';
import { httpDate, isWebPage, refusalOf } from '../frames.ts';
import { base64, callLink } from '../vodia/call-link.ts';
import { HOLD_SEEN, LiveSession } from '../vodia/live-session.ts';
import { checkPortal, findTarget, LOGIN_FORM, type LoginTarget, logIn, readUser, sessionUrl } from '../vodia/login.ts';
import { placeOnly, restCall } from '../vodia/place-only.ts';
import { isLinkWay, type VodiaWay, WAYS, wayNotes, wayOf } from '../vodia/ways.ts';

/** Account keys under which is remembered what a login helper has said: for whom links on pages are. */
const SERVER = '_server';
const USER = '_user';
/** Set to `none` where a PBX refused credentials with the padding of base64. */
const PADDING = '_linkPadding';

/**
 * Vodia PBX: a session by login helper, password or the portal's sign-in, then one socket that places, follows and hangs up calls. Where
 * that is not to be had: REST with an API account, or the vendor's links.
 * Source: the vendor's pages "Click to Dial" and "WebSocket". Not verified against a live PBX.
 */
export const vodia: PbxAdapter = {
  id: 'vodia',
  label: 'Vodia',
  rank: 10,
  fields: [
    field('server', 'url', 'password', 'https://pbx.example.com'),
    field('domain', 'text', 'password', 'acme.example'),
    field('user', 'text', 'password', '45'),
    {
      ...field('way', 'choice', 'password'),
      required: false,
      initial: 'session',
      help: 'pbx_vodia_way_help',
      choices: WAYS.map((way) => ({ value: way, label: `pbx_vodia_way_${way.replace('-', '_')}` })),
    },
    {
      ...field('apiUser', 'text', 'password', 'api'),
      required: false,
      help: 'pbx_vodia_apiUser_help',
      when: { key: 'way', is: ['basic'] },
    },
    { ...field('password', 'secret', 'password'), when: { key: 'way', is: ['', ...WAYS.filter(usesPassword)] } },
    {
      ...field('connectDirectly', 'switch', 'password'),
      required: false,
      help: 'pbx_vodia_connectDirectly_help',
      when: { key: 'way', is: WAYS.filter(isLinkWay) },
    },
    {
      ...field('loginHelper', 'url', 'helper', 'https://crm.example.com/rest/pbxlogin'),
      help: 'pbx_vodia_loginHelper_help',
    },
  ],
  notes: wayNotes,
  check,
  needs(account) {
    const addresses = [account.loginHelper ?? '', account.server ?? ''].map(readAddress);
    const origins = addresses.filter((address) => address.ok).map((address) => address.value.matchPattern);
    return { origins: [...new Set(origins)], permissions: usesCookie(wayOf(account)) ? ['cookies'] : [] };
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

function usesPassword(way: VodiaWay): boolean {
  return way !== 'portal';
}

function usesCookie(way: VodiaWay): way is 'session' | 'portal' {
  return way === 'session' || way === 'portal';
}

function field(key: string, kind: AccountField['kind'], group: string, placeholder?: string) {
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
    problems.way = (WAYS as readonly string[]).includes(account.way || 'session') ? undefined : 'pbx_vodia_way_bad';
    problems.password = usesPassword(wayOf(account)) && (account.password ?? '') === '' ? 'pbx_needed' : undefined;
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
  const way = wayOf(account);
  if (!usesCookie(way)) return openPlacing(way, account, target.value, ports, tell);
  const { user, domain } = target.value;
  // Chrome sends the PBX's SameSite cookie with requests, not with the socket's handshake.
  const cookie = await ports.ownCookie(`${target.value.server.origin}/`, 'session');
  const signIn = (at: ServerAddress) => {
    const there = { ...target.value, server: at };
    return way === 'portal' ? checkPortal(there, ports) : logIn(there, account, ports);
  };
  const { server, result: login } = await inFolder(target.value.server, signIn, (at) => isThere(at, ports));
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
  const there = { ...target.value, server };
  return openLine(there, {
    extension: user,
    domain,
    ports,
    isHoldSeen: account[HOLD_SEEN] === 'yes',
    tell,
    ask: () => ask(there, ports),
    closed: () => void cookie.drop(),
  });
}

async function openLine(
  target: LoginTarget,
  context: ConstructorParameters<typeof LiveSession>[0],
): Promise<Result<PbxSession, PbxError>> {
  const { server, user, domain } = target;
  const step = (name: ConnectStep, error?: PbxError) => tellStep(context.tell, name, error);
  const first = await tryLine(target, context);
  if (first.ok) return first;
  // A refused handshake looks like a dead network from here: only a REST read tells them apart.
  const there = await context.ask();
  if (!there.ok) {
    step('live', there.error);
    context.closed();
    return there;
  }
  // Nor does a line that was cut just then look different, and without one no call is followed: refused is who is refused twice.
  const second = await tryLine(target, context);
  if (second.ok) return second;
  const detail = 'detail' in second.error ? second.error.detail : second.error.kind;
  const limit: PbxError = { kind: 'live-refused', detail };
  step('live', limit);
  const request = (wish: DialRequest) => ({ ...restCall(server.origin, `${user}@${domain}`, wish), cookies: true });
  return ok(placeOnly({ ...context, limit, request, refusedAs: 'closed' }));
}

async function tryLine(
  { server, user, domain }: LoginTarget,
  context: ConstructorParameters<typeof LiveSession>[0],
): Promise<Result<PbxSession, PbxError>> {
  const session = new LiveSession(context);
  const query = `domain=${encodeURIComponent(domain)}&user=${encodeURIComponent(user)}`;
  const opened = await context.ports.openSocket(`${server.socketOrigin}/websocket?${query}`, {
    message: (text) => session.heard(text),
    closed: (code) => session.lost(code),
  });
  if (!opened.ok) return opened;
  const started = await session.start(opened.value);
  if (!started.ok) return started;
  tellStep(context.tell, 'live');
  const isRegistered = session.isPhoneRegistered;
  if (isRegistered === true) tellStep(context.tell, 'phone');
  if (isRegistered === false) {
    tellStep(context.tell, 'phone', { kind: 'rejected', detail: `no phone signed in for ${user}` });
  }
  return ok(session);
}

/** Calls by REST with an API account, or by the vendor's links: nothing is known about the login before the first call. */
async function openPlacing(
  way: Exclude<VodiaWay, 'session' | 'portal'>,
  account: AccountValues,
  { server, user, domain }: LoginTarget,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const there = await lookAt(server, ports);
  tellStep(tell, 'reach', there.ok ? undefined : there.error);
  if (!there.ok) return there;
  const { origin } = server;
  const password = account.password ?? '';
  const context = {
    extension: user,
    ports,
    refusedAs: 'login-refused' as const,
    tell,
    async ask() {
      const looked = await lookAt(server, ports);
      return looked.ok ? ok(undefined) : looked;
    },
    closed: () => {},
  };
  if (way === 'basic') {
    const caller = `${user}@${domain}`;
    const Authorization = `Basic ${base64(`${account.apiUser?.trim() || caller}:${password}`)}`;
    const request = (wish: DialRequest) => {
      const call = restCall(origin, caller, wish);
      return { ...call, headers: { ...call.headers, Authorization } };
    };
    return ok(placeOnly({ ...context, request }));
  }
  const connectsDirectly = account.connectDirectly === 'yes' || account.connectDirectly === 'true';
  const isPadded = account[PADDING] !== 'none';
  const clockLead = there.value;
  return ok(
    placeOnly({
      ...context,
      capabilities: connectsDirectly ? PLACE_ONLY : { ...PLACE_ONLY, pressKey: '1' },
      answersPages: true,
      request: ({ number }) =>
        callLink(way, { origin, user, domain, password, connectsDirectly, isPadded }, number, ports.now() + clockLead),
      tell(news) {
        // Not sent again by itself. The next click tries the other spelling, which a PBX may insist on.
        if (way === 'link-login' && news.type === 'lost') {
          tell({ type: 'remember', values: { [PADDING]: isPadded ? 'none' : '' } });
        }
        tell(news);
      },
    }),
  );
}

/** Whether the PBX is there: any answer that is no server error will do. */
async function ask({ server }: LoginTarget, ports: PbxPorts): Promise<Result<void, PbxError>> {
  const answer = await ports.request({ method: 'GET', url: sessionUrl(server), cookies: true });
  if (!answer.ok) return answer;
  return answer.value.status < 500 ? ok(undefined) : fail(refusalOf(answer.value, ports.now()));
}

/** Whether there is a session to ask for at this address; nothing secret is told. */
async function isThere(server: ServerAddress, ports: PbxPorts): Promise<boolean> {
  const answer = await ports.request({ method: 'GET', url: sessionUrl(server) });
  return answer.ok && answer.value.status !== 404 && !isWebPage(answer.value);
}

/** The same for a PBX we are not signed in at; answers with how far its clock is ahead of ours, in milliseconds. */
async function lookAt(server: ServerAddress, ports: PbxPorts): Promise<Result<number, PbxError>> {
  const answer = await ports.request({ method: 'GET', url: sessionUrl(server) });
  if (!answer.ok) return answer;
  if (answer.value.status >= 500) return fail(refusalOf(answer.value, ports.now()));
  const there = httpDate(answer.value.headers.date ?? '');
  return ok(there === undefined ? 0 : there - ports.now());
}
