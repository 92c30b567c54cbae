import { asObject, asWord, readJson } from '../core/json.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { RelayConfig } from './config.ts';

/** What PageDial's Vodia account is told by its login helper. `session` is good for one login within some ten seconds. */
export interface HelperAnswer {
  readonly session: string;
  readonly server: string;
  readonly user: string;
  readonly domain: string;
}

const ANSWER_WITHIN_MS = 8_000;
const EXTENSION = /^[\w.-]{1,40}$/;

/**
 * A sample of the company's back-end for Vodia's third-party login. The visitor's own login at the company comes first: whoever holds the
 * token can call anywhere, so it is given to nobody whom the company's own site does not know.
 * @param visitor - the headers by which the company's site knows its visitors: cookie and authorization
 * Source: vendor's page "Click to Dial" (`name: 3rd`); a wrong admin login is answered 200 `false`, an unknown user 404.
 */
export async function helpToLogIn(
  vodia: NonNullable<RelayConfig['vodia']>,
  visitor: { readonly cookie?: string | undefined; readonly authorization?: string | undefined },
): Promise<Result<HelperAnswer, 'not-signed-in' | 'unknown-extension' | 'failed'>> {
  const user = await whoIs(vodia, visitor);
  if (!user.ok) return user;
  const admin = Buffer.from(`${vodia.adminUser}:${vodia.adminPassword}`).toString('base64');
  const answer = await ask(`${vodia.server.replace(/\/+$/, '')}/rest/system/session`, {
    method: 'POST',
    headers: { authorization: `Basic ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: '3rd', domain: vodia.domain, username: user.value }),
  });
  if (answer?.status === 404) return fail('unknown-extension');
  // JSON text or bare, as the PBX's version has it; `false` is a refused login.
  const session = asWord(readJson(answer?.body ?? '') ?? answer?.body);
  if (answer?.status !== 200 || session === undefined || session === 'false') return fail('failed');
  return ok({ session, server: vodia.server, user: user.value, domain: vodia.domain });
}

async function whoIs(
  { whoAmI, extensionPath }: NonNullable<RelayConfig['vodia']>,
  { cookie, authorization }: { readonly cookie?: string | undefined; readonly authorization?: string | undefined },
): Promise<Result<string, 'not-signed-in' | 'failed'>> {
  if (cookie === undefined && authorization === undefined) return fail('not-signed-in');
  const headers = {
    accept: 'application/json',
    ...(cookie === undefined ? {} : { cookie }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  const answer = await ask(whoAmI, { method: 'GET', headers });
  if (!answer) return fail('failed');
  if (answer.status !== 200) return fail(answer.status >= 500 ? 'failed' : 'not-signed-in');
  const said = extensionPath.split('.').reduce<unknown>((part, key) => asObject(part)?.[key], readJson(answer.body));
  const extension = asWord(said);
  return extension === undefined || !EXTENSION.test(extension) ? fail('not-signed-in') : ok(extension);
}

async function ask(
  url: string,
  request: RequestInit,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  try {
    // A redirect leads to a page that wants a sign-in, and never gets our headers.
    const answer = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return { status: answer.status, body: (await answer.text()).slice(0, 10_000) };
  } catch {
    return undefined;
  }
}
