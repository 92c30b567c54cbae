import type { AccountTestStep } from '../core/account-test.ts';
import type { EndReason } from '../core/calls.ts';
import type { PbxError } from '../core/connection.ts';
import type { RiskReason } from '../core/risk.ts';
import type { DialRefusal, ImportProblem } from '../messaging/protocol.ts';
import type { MessageKey, Phrase } from './say.ts';

/** What happened, and what the agent can do about it. */
export interface ErrorWords {
  readonly what: Phrase;
  readonly todo: Phrase;
  readonly action: ErrorAction;
}

/** The one button that helps: to the account form, to the browser's own question, or try once more. */
export type ErrorAction = 'sign-in' | 'grant' | 'settings' | 'retry' | 'none';

/** Why a call is over. */
export const END_WORDS: Readonly<Record<EndReason, MessageKey>> = {
  completed: 'end_completed',
  cancelled: 'end_cancelled',
  busy: 'end_busy',
  'no-answer': 'end_no_answer',
  'own-phone-no-answer': 'end_own_phone_no_answer',
  rejected: 'end_rejected',
  unreachable: 'end_unreachable',
  'invalid-number': 'end_invalid_number',
  'not-allowed': 'end_not_allowed',
  congestion: 'end_congestion',
  failed: 'end_failed',
  transferred: 'end_transferred',
  unknown: 'end_unknown',
};

/** Why nothing was dialled. */
export const REFUSAL_WORDS: Readonly<Record<DialRefusal['reason'], MessageKey>> = {
  'no-account': 'refused_no_account',
  'not-a-number': 'refused_not_a_number',
  'site-off': 'refused_site_off',
  'already-calling': 'refused_already_calling',
  offline: 'refused_offline',
  'unknown-request': 'refused_unknown_request',
  'not-our-call': 'refused_not_our_call',
  'not-now': 'refused_not_now',
  'feature-code': 'refused_feature_code',
  waiting: 'refused_waiting',
  'other-question': 'refused_other_question',
  'not-confirmed': 'refused_not_confirmed',
  emergency: 'refused_emergency',
  premium: 'refused_premium',
  satellite: 'refused_satellite',
  'shared-cost': 'refused_shared_cost',
  'unknown-type': 'refused_unknown_type',
  'sip-uri': 'refused_sip_uri',
  'text-differs': 'refused_text_differs',
  'page-doubtful': 'refused_page_doubtful',
  'in-frame': 'refused_in_frame',
  'other-pbx': 'refused_other_pbx',
  'foreign-first-time': 'refused_foreign_first_time',
  'too-many': 'refused_too_many',
  'plans-not-read': 'refused_plans_not_read',
  internal: 'refused_internal',
};

/** Why a number is not called on one click, for those who are asked about it. */
export const RISK_WORDS: Readonly<Record<RiskReason, MessageKey>> = {
  emergency: 'confirm_reason_emergency',
  premium: 'confirm_reason_premium',
  satellite: 'confirm_reason_satellite',
  'shared-cost': 'confirm_reason_shared_cost',
  'unknown-type': 'confirm_reason_unknown_type',
  'sip-uri': 'confirm_reason_sip_uri',
  'text-differs': 'confirm_reason_text_differs',
  'page-doubtful': 'confirm_reason_page_doubtful',
  'in-frame': 'confirm_reason_in_frame',
  'other-pbx': 'confirm_reason_other_pbx',
  'foreign-first-time': 'confirm_reason_foreign_first_time',
  'too-many': 'confirm_reason_too_many',
};

/** The same for any refusal; undefined where it is no matter of risk. */
export function riskWords(reason: DialRefusal['reason']): MessageKey | undefined {
  return Object.hasOwn(RISK_WORDS, reason) ? RISK_WORDS[reason as RiskReason] : undefined;
}

/** The steps of "Test connection". */
export const TEST_STEP_WORDS: Readonly<Record<AccountTestStep['step'], MessageKey>> = {
  permission: 'options_test_permission',
  reach: 'options_test_reach',
  login: 'options_test_login',
  live: 'options_test_live',
  phone: 'options_test_phone',
};

/** The steps in the order they are done. */
export const TEST_STEPS: readonly AccountTestStep['step'][] = ['permission', 'reach', 'login', 'live', 'phone'];

/** How a step of "Test connection" stands, for those who do not see the mark. */
export const TEST_OUTCOME_WORDS: Readonly<Record<AccountTestStep['outcome'], MessageKey>> = {
  running: 'options_test_running',
  ok: 'options_test_done',
  failed: 'options_test_wrong',
  skipped: 'options_test_skipped',
};

/** What happened and what to do, per kind of error: message, advice, button. */
export const ERROR_WORDS: Readonly<Record<PbxError['kind'], readonly [MessageKey, MessageKey, ErrorAction]>> = {
  'login-refused': ['error_login_refused', 'error_login_refused_do', 'sign-in'],
  'not-signed-in': ['error_not_signed_in', 'error_not_signed_in_do', 'retry'],
  'unknown-user': ['error_unknown_user', 'error_unknown_user_do', 'sign-in'],
  'not-allowed': ['error_not_allowed', 'error_not_allowed_do', 'settings'],
  unreachable: ['error_unreachable', 'error_unreachable_do', 'retry'],
  'insecure-address': ['error_insecure_address', 'error_insecure_address_do', 'settings'],
  'bad-address': ['error_bad_address', 'error_bad_address_do', 'settings'],
  'not-a-pbx': ['error_not_a_pbx', 'error_not_a_pbx_do', 'settings'],
  'live-refused': ['error_live_refused', 'error_live_refused_do', 'retry'],
  'relay-failed': ['error_relay_failed', 'error_relay_failed_do', 'retry'],
  rejected: ['error_rejected', 'error_rejected_do', 'retry'],
  'number-refused': ['error_number_refused', 'error_number_refused_do', 'settings'],
  'phone-not-registered': ['popup_not_registered', 'options_test_phone_do', 'retry'],
  protocol: ['error_protocol', 'error_protocol_do', 'retry'],
  unsupported: ['error_unsupported', 'error_unsupported_do', 'none'],
  closed: ['error_closed', 'error_closed_do', 'retry'],
  'no-account': ['error_no_account', 'error_no_account_do', 'settings'],
  'not-remembered': ['error_not_remembered', 'error_not_remembered_do', 'sign-in'],
  'secrets-not-read': ['error_secrets_not_read', 'error_secrets_not_read_do', 'sign-in'],
  'not-saved': ['trouble_state_not_saved', 'trouble_state_not_saved_do', 'none'],
  timeout: ['error_timeout', 'error_timeout_do', 'retry'],
  'rate-limited': ['error_rate_limited', 'error_rate_limited_do', 'retry'],
  'permission-missing': ['error_permission_missing', 'error_permission_missing_do', 'grant'],
};

/** An error of the PBX in words an agent understands. */
export function errorWords(error: PbxError): ErrorWords {
  if (error.kind === 'permission-missing' && error.origin === 'cookies') {
    return { what: ['error_cookies_missing'], todo: ['error_cookies_missing_do'], action: 'grant' };
  }
  const [what, todo, action] = ERROR_WORDS[error.kind];
  return { what: [what, ...errorValues(error)], todo: [todo], action };
}

/** Why a step of "Test connection" failed. A phone that is not signed in has its own words, whatever the adapter calls it. */
export function testErrorWords(
  step: AccountTestStep['step'],
  error: PbxError,
): { readonly what: Phrase; readonly todo: Phrase } {
  return step === 'phone' && error.kind === 'rejected'
    ? { what: ['popup_not_registered'], todo: ['options_test_phone_do'] }
    : errorWords(error);
}

/** Where a settings file is wrong; what is to be done about it is `importAdvice`. */
export function importProblemWords(problem: ImportProblem): Phrase {
  const path = problem.path ?? '';
  switch (problem.problem) {
    case 'not-json':
      return problem.line === undefined
        ? ['options_import_not_json']
        : ['options_import_not_json_line', String(problem.line)];
    case 'not-ours':
      return ['options_import_not_ours'];
    case 'too-large':
      return ['options_import_too_large'];
    case 'not-stored':
      return ['options_not_stored'];
    case 'wrong-type':
      return ['options_import_wrong_type', path];
    case 'unknown-vendor':
      return ['options_import_unknown_vendor', path || 'account.vendor'];
    case 'account-incomplete':
      return ['options_import_account_incomplete', path || 'account.values'];
  }
}

/** What helps with a settings file that was refused; undefined where the problem's own words say it. */
export function importAdvice({ problem }: ImportProblem): MessageKey | undefined {
  if (problem === 'not-stored') return undefined;
  return problem === 'not-ours' || problem === 'too-large' ? 'options_import_do_export' : 'options_import_do';
}

function errorValues(error: PbxError): readonly string[] {
  switch (error.kind) {
    case 'timeout':
      return [String(Math.round(error.afterMs / 1000))];
    case 'rate-limited':
      return [String(Math.ceil(error.retryAfterMs / 1000))];
    case 'permission-missing':
      return [siteOfPattern(error.origin)];
    default:
      return [];
  }
}

/** `https://pbx.example.com/*` as a person would say it: `pbx.example.com`. */
export function siteOfPattern(pattern: string): string {
  return pattern.replace(/^[^:]*:\/\//, '').replace(/\/\*?$/, '');
}
