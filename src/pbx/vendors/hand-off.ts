import type { AccountValues } from '../../core/account.ts';
import { type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialRequest, PbxAdapter, PbxSession } from '../adapter.ts';
import { onlyProblems } from '../connect-steps.ts';

const SCHEMES = ['tel', 'callto', 'sip', 'vodia'] as const;
type Scheme = (typeof SCHEMES)[number];

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;
const DIALABLE = /^\+?[0-9*#]{1,40}$/;
const MOST_NAME = 64;
const UNSUPPORTED: PbxError = { kind: 'unsupported', detail: '' };

/**
 * No PBX at all: the number goes to the phone app of the system, by the kind of link that app has registered for. What becomes of the
 * call nobody can see.
 * Source: RFC 3966 (tel), RFC 3261 (sip), vendor's page "Click to Dial" (vodia); `callto` is not standardised.
 */
export const handOff: PbxAdapter = {
  id: 'hand-off',
  label: 'Phone app on this computer',
  rank: 95,
  fields: [
    {
      key: 'scheme',
      label: 'pbx_hand_off_scheme',
      kind: 'choice',
      required: true,
      initial: 'tel',
      help: 'pbx_hand_off_scheme_help',
      choices: SCHEMES.map((scheme) => ({ value: scheme, label: `pbx_hand_off_${scheme}` })),
    },
    field('domain', 'pbx.example.com'),
    field('host', 'pbx.example.com'),
  ],
  notes: () => [{ mood: 'info', text: 'pbx_hand_off_note' }],
  check(account) {
    const typed = (key: string) => account[key]?.trim() ?? '';
    const scheme = readScheme(account);
    return onlyProblems({
      scheme: typed('scheme') === '' ? 'pbx_needed' : scheme ? undefined : 'pbx_hand_off_scheme_bad',
      domain: scheme === 'sip' ? hostProblem(typed('domain')) : undefined,
      host: scheme === 'vodia' ? hostProblem(typed('host')) : undefined,
    });
  },
  accepts: (number) => DIALABLE.test(number),
  ownsLink: ({ host }, account) =>
    readScheme(account) === 'vodia' && host.toLowerCase() === account.host?.trim().toLowerCase(),
  needs: () => ({ origins: [], permissions: [] }),
  async connect(account, ports) {
    const scheme = readScheme(account);
    if (!scheme) return fail({ kind: 'bad-address', detail: 'scheme' });
    let isOver = false;
    const session: PbxSession = {
      capabilities: PLACE_ONLY,
      async dial(request) {
        if (isOver) return fail({ error: { kind: 'closed', detail: '' }, placed: 'no' });
        const link = linkOf(scheme, account, request);
        if (!link.ok) return fail({ error: link.error, placed: 'no' });
        const taken = await ports.handOver(link.value);
        return taken.ok ? ok({ handedOver: true }) : fail({ error: taken.error, placed: 'no' });
      },
      hangUp: async () => fail(UNSUPPORTED),
      listCalls: async () => fail(UNSUPPORTED),
      beat: async () => ok(undefined),
      close() {
        isOver = true;
      },
    };
    return ok(session);
  },
};

function field(key: string, placeholder: string) {
  const label = `pbx_hand_off_${key}`;
  return { key, label, kind: 'text', required: false, placeholder, help: `${label}_help` } as const;
}

function readScheme(account: AccountValues): Scheme | undefined {
  const typed = account.scheme?.trim().toLowerCase().replace(/:$/, '');
  return SCHEMES.find((scheme) => scheme === typed);
}

function hostProblem(host: string): string | undefined {
  if (host === '') return 'pbx_needed';
  return HOST.test(host) ? undefined : 'pbx_hand_off_host_bad';
}

/** The link that stands for the call. Only what can be dialled gets into it. */
function linkOf(scheme: Scheme, account: AccountValues, { number, ext, name }: DialRequest): Result<string, PbxError> {
  if (!DIALABLE.test(number) || (ext !== undefined && !/^\d{1,8}$/.test(ext))) {
    return fail({ kind: 'number-refused', detail: 'digits, +, * and # only' });
  }
  const written = number.replaceAll('#', '%23').replaceAll('*', '%2A');
  switch (scheme) {
    case 'tel':
      return ok(`tel:${written}${ext === undefined ? '' : `;ext=${ext}`}`);
    case 'callto':
      return ok(`callto:${written}`);
    case 'sip':
      return ok(`sip:${written}@${account.domain?.trim() ?? ''}`);
    case 'vodia': {
      const named = name === undefined ? '' : `&name=${encodeURIComponent([...name].slice(0, MOST_NAME).join(''))}`;
      return ok(`vodia://${account.host?.trim() ?? ''}?dial=${encodeURIComponent(number)}${named}`);
    }
  }
}
