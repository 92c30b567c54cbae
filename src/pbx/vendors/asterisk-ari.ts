import type { AccountField, AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { addressProblem, readAddress, type ServerAddress } from '../address.ts';
import { type AriEndpointName, readEndpointName } from '../asterisk-ari/endpoint.ts';
import { type AriContext, DIALABLE, LiveSession, readEndpointAnswer } from '../asterisk-ari/live-session.ts';
import { AriRest } from '../asterisk-ari/rest.ts';
import { onlyProblems, tellFailedLogin, tellStep } from '../connect-steps.ts';
import { asObject, readJson } from '../frames.ts';

/** Account key of the name our event socket goes by, made once per browser profile so that two browsers do not take it from each other. */
const APP = '_app';

/**
 * Asterisk by its REST interface (ARI): rings the agent's phone, sends it into the dialplan, follows and hangs up the call.
 * Source: Asterisk's `rest-api/api-docs`; verified against Asterisk 16.28.
 */
export const asteriskAri: PbxAdapter = {
  id: 'asterisk-ari',
  label: 'Asterisk, FreePBX (ARI)',
  fields: [
    field('server', 'url', 'https://pbx.example.com:8089'),
    field('user', 'text', 'pagedial'),
    field('password', 'secret'),
    field('endpoint', 'text', 'PJSIP/2040'),
    field('context', 'text', 'from-internal'),
  ],
  notes: () => [{ mood: 'warn', text: 'pbx_asterisk_ari_power' }],
  check,
  accepts: (number) => DIALABLE.test(number),
  needs(account) {
    const server = readAddress(account.server ?? '');
    return { origins: server.ok ? [server.value.matchPattern] : [], permissions: [] };
  },
  connect,
};

function field(key: string, kind: AccountField['kind'], placeholder?: string): AccountField {
  const label = `pbx_asterisk_ari_${key}`;
  const more = placeholder === undefined ? {} : { placeholder, help: `${label}_help` };
  return { key, label, kind, required: true, ...more };
}

function check(account: AccountValues): Readonly<Record<string, string>> {
  const typed = (key: string) => account[key]?.trim() ?? '';
  const missing = asteriskAri.fields.filter(({ key }) => typed(key) === '').map(({ key }) => [key, 'pbx_needed']);
  const problems: Record<string, string | undefined> = {
    server: addressProblem(typed('server')),
    user: typed('user').includes(':') ? 'pbx_asterisk_ari_user_bad' : undefined,
    endpoint: readEndpointName(typed('endpoint')) ? undefined : 'pbx_asterisk_ari_endpoint_bad',
    context: /^[\w.-]+$/.test(typed('context')) ? undefined : 'pbx_asterisk_ari_context_bad',
  };
  return { ...onlyProblems(problems), ...Object.fromEntries(missing) };
}

async function connect(
  account: AccountValues,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const server = readAddress(account.server ?? '');
  const endpoint = readEndpointName(account.endpoint ?? '');
  if (!server.ok) return tellFailedLogin(tell, server.error);
  if (!endpoint) return tellFailedLogin(tell, { kind: 'unknown-user', detail: 'endpoint' });
  const rest = new AriRest(loginOf(server.value, account), ports);
  const phone = await askPhone(endpoint, rest);
  if (!phone.ok) return tellFailedLogin(tell, phone.error);
  tellStep(tell, 'reach');

  const app = account[APP] || `pagedial-${ports.newId()}`;
  const context: AriContext = {
    rest,
    endpoint,
    dialplanContext: account.context?.trim() ?? '',
    app,
    ports,
    tell,
    replaced: () => tell({ type: 'remember', values: { [APP]: '' } }),
  };
  const session = new LiveSession(context);
  const opened = await ports.openSocket(rest.eventsUrl(app), {
    message: (text) => session.heard(text),
    closed: (code) => session.lost(code),
  });
  if (!opened.ok) {
    tellStep(tell, 'login');
    return refusedLive(opened.error, context);
  }
  const started = await session.start(opened.value);
  if (!started.ok) {
    session.close();
    const isRefused = started.error.kind === 'not-allowed' || started.error.kind === 'unknown-user';
    tellStep(tell, 'login', isRefused ? started.error : undefined);
    if (!isRefused) tellStep(tell, 'live', started.error);
    return started;
  }
  tellStep(tell, 'login');
  tellStep(tell, 'live');
  tellPhone(tell, endpoint, phone.value);
  if (app !== account[APP]) tell({ type: 'remember', values: { [APP]: app } });
  return ok(session);
}

function loginOf(server: ServerAddress, account: AccountValues): ConstructorParameters<typeof AriRest>[0] {
  return { server, user: account.user?.trim() ?? '', password: account.password ?? '' };
}

/** Whether our phone is signed in; undefined where Asterisk cannot say. Asked first: it shows address, password and phone at once. */
async function askPhone(endpoint: AriEndpointName, rest: AriRest): Promise<Result<boolean | undefined, PbxError>> {
  if (!endpoint.isLocal) {
    const state = readEndpointAnswer(await rest.request('GET', ['endpoints', ...endpoint.parts]), rest);
    if (state.ok) return ok(state.value.isOnline);
    const isUnknown = state.error.kind === 'unknown-user';
    return isUnknown ? fail({ kind: 'unknown-user', detail: `no endpoint ${endpoint.name}` }) : state;
  }
  const answer = await rest.request('GET', ['asterisk', 'info'], { only: 'status' });
  if (!answer.ok) return answer;
  if (answer.value.status > 299) return fail(rest.refusal(answer.value));
  const isAri = asObject(asObject(readJson(answer.value.body))?.status) !== undefined;
  return isAri ? ok(undefined) : fail({ kind: 'not-a-pbx', detail: 'no status in the answer' });
}

function tellPhone(tell: (news: PbxNews) => void, endpoint: AriEndpointName, isOnline: boolean | undefined): void {
  if (isOnline === undefined) return;
  tellStep(tell, 'phone', isOnline ? undefined : { kind: 'phone-not-registered', detail: endpoint.name });
  tell({ type: 'presence', people: [{ extension: endpoint.extension, isOwn: true, registered: isOnline }] });
}

/** REST works, the socket does not (a proxy that knows no sockets): calls are placed and hung up, not followed. */
function refusedLive(error: PbxError, context: AriContext): Result<PbxSession, PbxError> {
  if (error.kind === 'permission-missing' || error.kind === 'insecure-address') return fail(error);
  const limit: PbxError = { kind: 'live-refused', detail: 'detail' in error ? error.detail : error.kind };
  tellStep(context.tell, 'live', limit);
  return ok(new LiveSession(context, limit));
}
