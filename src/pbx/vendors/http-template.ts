import type { AccountField, AccountNote, AccountValues, FieldProblems } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxAdapter, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { tellStep } from '../connect-steps.ts';
import { isAllowed, replaceIn } from '../http-template/number-rule.ts';
import type { Profile } from '../http-template/profile.ts';
import { readProfile } from '../http-template/read-profile.ts';
import { READY_PROFILES } from '../http-template/ready-profiles.ts';
import { TemplateSession } from '../http-template/session.ts';

/** Any PBX that begins a call when a web address is asked for: how, stands in a profile that an administrator writes. */
export const httpTemplate: PbxAdapter = {
  id: 'http-template',
  label: 'Other PBX (web request)',
  rank: 90,
  fields: [
    {
      ...field('profile', 'document', true),
      examples: Object.entries(READY_PROFILES).map(([name, value]) => ({ value, label: `pbx_http_template_${name}` })),
    },
    field('extension', 'text', false),
    field('user', 'text', false),
    field('secret', 'secret', false),
  ],
  notes,
  check(account) {
    const written = account.profile?.trim() ?? '';
    if (written === '') return { profile: 'pbx_needed' };
    const profile = readProfile(written);
    return profile.ok ? missingValues(account, profile.value) : { profile: profile.error };
  },
  accepts(number, account) {
    const profile = readProfile(account.profile ?? '');
    // A profile with a form of its own writes the number anew.
    if (!profile.ok || profile.value.numberRule.form) return true;
    return isAllowed(replaceIn(number, profile.value.numberRule), profile.value.numberRule);
  },
  needs(account) {
    const profile = readProfile(account.profile ?? '');
    return { origins: profile.ok ? [profile.value.server.matchPattern] : [], permissions: [] };
  },
  connect,
};

function field(key: string, kind: AccountField['kind'], required: boolean): AccountField {
  const label = `pbx_http_template_${key}`;
  return { key, label, kind, required, help: `${label}_help` };
}

function missingValues(account: AccountValues, { uses, auth }: Profile): FieldProblems {
  const isBasic = auth.type === 'basic' || auth.type === 'challenge';
  const isSecret = isBasic || auth.type === 'bearer' || auth.type === 'header' || auth.type === 'query';
  const needed = {
    extension: uses.has('extension'),
    user: isBasic || uses.has('user'),
    secret: isSecret || uses.has('secret'),
  };
  const missing = Object.entries(needed).filter(([key, isNeeded]) => isNeeded && (account[key]?.trim() ?? '') === '');
  return Object.fromEntries(missing.map(([key]) => [key, 'pbx_needed']));
}

const GET_NOTES: readonly AccountNote[] = [
  { mood: 'warn', text: 'pbx_http_template_note_get' },
  // Firefox sends a GET again by itself when the connection breaks before the answer (153, measured).
  { mood: 'warn', text: 'pbx_asked_twice_warning' },
];

/** What an administrator should know about the profile as it is. */
function notes(account: AccountValues): readonly AccountNote[] {
  const profile = readProfile(account.profile ?? '');
  if (!profile.ok) return [{ mood: 'info', text: 'pbx_http_template_note' }];
  const { place, auth, hasSecretInUrl } = profile.value;
  return [
    ...(place.method === 'GET' ? GET_NOTES : []),
    ...(hasSecretInUrl ? [{ mood: 'warn', text: 'pbx_http_template_note_secret' } as const] : []),
    ...(auth.type === 'cookie' ? [{ mood: 'info', text: 'pbx_http_template_note_cookie' } as const] : []),
  ];
}

async function connect(
  account: AccountValues,
  ports: PbxPorts,
  tell: (news: PbxNews) => void,
): Promise<Result<PbxSession, PbxError>> {
  const profile = readProfile(account.profile ?? '');
  if (!profile.ok) return fail({ kind: 'bad-address', detail: 'profile' });
  const own = {
    extension: account.extension?.trim() ?? '',
    user: account.user?.trim() ?? '',
    secret: account.secret ?? '',
  };
  const session = new TemplateSession({ profile: profile.value, own, ports, tell });
  const live = await session.listen();
  if (profile.value.socket) tellStep(tell, 'live', live.ok ? undefined : live.error);
  if (!live.ok) {
    session.close();
    return live;
  }
  return ok(session);
}
