import type { PbxError } from '../core/connection.ts';

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
