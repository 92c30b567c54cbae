import type { PbxError } from '../core/connection.ts';
import { fail, ok } from '../core/result.ts';
import type { ConnectStep, PbxNews } from './adapter.ts';

/** Says one step of a connection. */
export function tellStep(tell: (news: PbxNews) => void, step: ConnectStep, error?: PbxError): void {
  tell({ type: 'step', step, result: error ? fail(error) : ok(undefined) });
}

/** Says where a login failed: at the login itself, or before, since nobody or somebody else answered. Answers with the failure. */
export function tellFailedLogin(
  tell: (news: PbxNews) => void,
  error: PbxError,
): { readonly ok: false; readonly error: PbxError } {
  if (isAboutLogin(error)) tellStep(tell, 'reach');
  tellStep(tell, isAboutLogin(error) ? 'login' : 'reach', error);
  return fail(error);
}

/** False for errors that say the PBX was not reached or is none: they belong to the step before the login. */
export function isAboutLogin(error: PbxError): boolean {
  switch (error.kind) {
    case 'unreachable':
    case 'timeout':
    case 'not-a-pbx':
    case 'bad-address':
    case 'insecure-address':
    case 'permission-missing':
    case 'closed':
      return false;
    default:
      return true;
  }
}

/** The fields of an account form that have a problem, with its message key. */
export function onlyProblems(problems: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const found = Object.entries(problems).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(found);
}
