import type { AccountField, AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { addressProblem, readAddress } from '../address.ts';
import { ServiceCommands } from '../call-control-v3/commands.ts';
import { DIALABLE, ServiceSession } from '../call-control-v3/session.ts';
import { ServiceToken } from '../call-control-v3/token.ts';
import { onlyProblems, tellFailedLogin, tellStep } from '../connect-steps.ts';
import { isWebPage, refusalOf } from '../frames.ts';
import { RELAY_FIELDS, relayOrigins, relayProblems, usesRelay } from '../relay/account.ts';
import { openRelayLine } from '../relay/line.ts';

const FIELDS: readonly AccountField[] = [
  { ...field('server', 'url'), initial: 'https://api-eu-central-1.phoneserver.dev' },
  field('tenantId', 'text', 'b11d749b-8eb7-4236-a068-3d94ba3860d6'),
  field('extension', 'text', '210'),
  { ...field('token', 'secret'), required: false, help: 'pbx_call_control_v3_token_help' },
];

/**
 * Call Control v3: one address that takes two commands. Its events go to a server of the company, so calls are followed and hung up only
 * with the company's relay, which can also keep the access token.
 * Source: vendor's pages "Call Control" and "Webhooks". Not verified against the live service.
 */
export const callControlV3: PbxAdapter = {
  id: 'call-control-v3',
  label: 'Call Control v3 (Telsmart)',
  fields: [...FIELDS, ...RELAY_FIELDS],
  check(account) {
    const typed = (key: string) => account[key]?.trim() ?? '';
    const needed = ['server', 'tenantId', 'extension', ...(usesRelay(account) ? [] : ['token'])];
    const missing = needed.filter((key) => typed(key) === '').map((key) => [key, 'pbx_needed']);
    return {
      ...onlyProblems({ server: addressProblem(typed('server')) }),
      ...Object.fromEntries(missing),
      ...relayProblems(account),
    };
  },
  accepts: (number) => DIALABLE.test(number),
  needs(account) {
    const server = readAddress(account.server ?? '');
    const own = server.ok ? [server.value.matchPattern] : [];
    return { origins: [...new Set([...own, ...relayOrigins(account)])], permissions: [] };
  },
  connect,
};

function field(key: string, kind: AccountField['kind'], placeholder?: string): AccountField {
  const label = `pbx_call_control_v3_${key}`;
  return { key, label, kind, required: true, ...(placeholder === undefined ? {} : { placeholder }) };
}

async function connect(
  account: AccountValues,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const server = readAddress(account.server ?? '');
  if (!server.ok) return tellFailedLogin(tell, server.error);
  const tenantId = account.tenantId?.trim() ?? '';
  const extension = account.extension?.trim() ?? '';
  const token = new ServiceToken(account, ports);
  const commands = new ServiceCommands({ server: server.value, tenantId, extension, token }, ports);
  const reached = await reach(commands, ports);
  if (!reached.ok) return tellFailedLogin(tell, reached.error);
  tellStep(tell, 'reach');

  const session = new ServiceSession({ commands, extension, ports, tell });
  if (usesRelay(account)) {
    const line = await openRelayLine(account, extension, ports, session);
    tellStep(tell, 'live', line.ok ? undefined : line.error);
    session.follows(line);
  }
  return ok(session);
}

/** Whether the service is there. Only a refused token is certain from a question that is not documented; a good one shows with a call. */
async function reach(commands: ServiceCommands, ports: PbxPorts): Promise<Result<void, PbxError>> {
  let answer = await commands.probe();
  if (answer.ok && answer.value.status === 401 && (await commands.renewToken())) answer = await commands.probe();
  if (!answer.ok) return answer;
  const response = answer.value;
  const { status } = response;
  if (status <= 299 && isWebPage(response)) return fail({ kind: 'not-a-pbx', detail: 'a web page' });
  const isTelling = status === 401 || status === 429 || (status >= 502 && status <= 504);
  return isTelling ? fail(refusalOf(response, ports.now())) : ok(undefined);
}
