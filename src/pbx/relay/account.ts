import type { AccountField, AccountValues, FieldProblems } from '../../core/account.ts';
import { addressProblem, readAddress, type ServerAddress } from '../address.ts';
import { onlyProblems } from '../connect-steps.ts';

/** The fields of an account at a PBX that tells its events to servers only: the company's relay passes them on. */
export const RELAY_FIELDS: readonly AccountField[] = [
  {
    key: 'relayUrl',
    label: 'pbx_relay_url',
    kind: 'url',
    required: false,
    help: 'pbx_relay_url_help',
    placeholder: 'https://relay.example.com',
  },
  { key: 'relayToken', label: 'pbx_relay_token', kind: 'secret', required: false, help: 'pbx_relay_token_help' },
];

/** True when the account has a relay. */
export function usesRelay(account: AccountValues): boolean {
  return typed(account) !== '';
}

/** What is wrong with the relay's fields; nothing where there is no relay. */
export function relayProblems(account: AccountValues): FieldProblems {
  if (!usesRelay(account)) return {};
  return onlyProblems({
    relayUrl: addressProblem(typed(account)),
    relayToken: (account.relayToken ?? '').trim() === '' ? 'pbx_needed' : undefined,
  });
}

/** Host access that the relay needs. */
export function relayOrigins(account: AccountValues): readonly string[] {
  const address = relayAddress(account);
  return address ? [address.matchPattern] : [];
}

/** Where the relay is; undefined where there is none, or none that could be reached. */
export function relayAddress(account: AccountValues): (ServerAddress & { readonly path: string }) | undefined {
  const address = usesRelay(account) ? readAddress(typed(account)) : undefined;
  if (!address?.ok) return undefined;
  // It may stand in a folder of the company's web server.
  return { ...address.value, path: new URL(address.value.url).pathname.replace(/\/+$/, '') };
}

function typed(account: AccountValues): string {
  return (account.relayUrl ?? '').trim();
}
