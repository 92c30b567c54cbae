import type { FormAdapter } from '../../src/options/account-form.ts';

/** Stands for the real adapters where only the form counts: one with two ways to sign in, one that needs little. */
export const ADAPTERS: readonly FormAdapter[] = [
  {
    id: 'fake',
    label: 'Vodia',
    fields: [
      { key: 'server', label: 'Server', kind: 'url', required: true, placeholder: 'https://pbx.example.com' },
      { key: 'domain', label: 'Domain', kind: 'text', required: false, group: 'password', placeholder: 'acme.example' },
      { key: 'user', label: 'Extension', kind: 'text', required: false, group: 'password', placeholder: '45' },
      { key: 'password', label: 'Password', kind: 'secret', required: false, group: 'password' },
      {
        key: 'loginHelper',
        label: 'Login helper',
        kind: 'url',
        required: false,
        group: 'helper',
        help: 'The address of your company’s login service, which signs you in without a password here.',
      },
      {
        key: 'connectDirectly',
        label: 'Call without a prompt',
        kind: 'switch',
        required: false,
        help: 'Your phone connects the call at once, without asking you to press 1.',
      },
    ],
    check: (account) =>
      account.server?.startsWith('http:') ? { server: 'error_insecure_address' } : ({} as Record<string, string>),
    needs: (account) => ({ origins: [`${account.server ?? ''}/*`], permissions: ['cookies'] }),
  },
  {
    id: 'plain',
    label: 'Other PBX (web link)',
    fields: [{ key: 'token', label: 'Token', kind: 'secret', required: true }],
    check: () => ({}),
    needs: () => ({ origins: ['https://other.example/*'], permissions: [] }),
  },
  {
    id: 'endpoints',
    label: 'IP Telecom, Kazoo',
    fields: [
      { key: 'server', label: 'Server', kind: 'url', required: true },
      { key: 'callerId', label: 'Number shown', kind: 'text', required: false },
      { key: 'clickToCallId', label: 'Click-to-call', kind: 'text', required: false },
    ],
    notes: () => [{ mood: 'warn', text: 'pbx_vodia_way_login_warning' }],
    check: () => ({}),
    needs: () => ({ origins: ['https://pbx.example.com/*'], permissions: [] }),
    endpoints: {
      field: 'clickToCallId',
      isFor: () => true,
      check: ({ name }): Readonly<Record<string, string>> => (name === '' ? { name: 'pbx_needed' } : {}),
    },
  },
];

/** As in the real registry. */
export function findAdapter(id: string): FormAdapter | undefined {
  return ADAPTERS.find((adapter) => adapter.id === id);
}
