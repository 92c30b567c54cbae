import type { AccountField, AccountNeeds, AccountNote, AccountValues, FieldProblems } from '../core/account.ts';
import type { CallEndpoint } from '../core/call-endpoint.ts';
import type { Connection } from '../core/connection.ts';

/** The part of an adapter the form needs. */
export interface FormAdapter {
  readonly id: string;
  readonly label: string;
  readonly fields: readonly AccountField[];
  notes?(account: AccountValues): readonly AccountNote[];
  check(account: AccountValues): FieldProblems;
  needs(account: AccountValues): AccountNeeds;
  /** Click-to-call endpoints at the PBX, where it has such, and the field that names the one in use. */
  readonly endpoints?: {
    readonly field: string;
    isFor(account: AccountValues): boolean;
    check(endpoint: CallEndpoint): Readonly<Record<string, string>>;
  };
}

/** Names of the alternatives, in the order of the fields; empty when there is no choice to make. */
export function groupsOf(fields: readonly AccountField[]): readonly string[] {
  const groups = [...new Set(fields.flatMap((field) => field.group ?? []))];
  return groups.length > 1 ? groups : [];
}

/** The alternative in use: the first with a value, else the first. */
export function chosenGroup(fields: readonly AccountField[], values: AccountValues): string {
  const groups = groupsOf(fields);
  const filled = groups.find((group) =>
    fields.some((field) => field.group === group && (values[field.key] ?? '') !== ''),
  );
  return filled ?? groups[0] ?? '';
}

/** What a new form holds. */
export function initialValues(fields: readonly AccountField[]): AccountValues {
  return Object.fromEntries(fields.flatMap(({ key, initial }) => (initial === undefined ? [] : [[key, initial]])));
}

/** What the form of a saved account holds: a choice that an older version or a settings file left out is the usual one. */
export function savedValues(fields: readonly AccountField[], saved: AccountValues): AccountValues {
  const choices = fields.filter(({ kind, required }) => kind === 'choice' && required);
  return { ...initialValues(choices), ...saved };
}

/** The fields to be filled in while `group` is the chosen alternative, and the others hold these values. */
export function fieldsOf(
  fields: readonly AccountField[],
  group: string,
  values: AccountValues = {},
): readonly AccountField[] {
  const hasChoice = groupsOf(fields).length > 0;
  const isMeant = ({ when }: AccountField) => when === undefined || when.is.includes(values[when.key] ?? '');
  return fields.filter((field) => (!hasChoice || field.group === undefined || field.group === group) && isMeant(field));
}

/** What is tested or saved: only the fields in use, without the blanks around what was typed. Secrets stay as typed. */
export function valuesToSend(fields: readonly AccountField[], values: AccountValues): AccountValues {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = values[field.key] ?? '';
      const sent = field.kind === 'secret' ? value : value.trim();
      return sent === '' ? [] : [[field.key, sent]];
    }),
  );
}

/**
 * What is wrong, by field key, as message keys. A blank secret is right while one is saved for this PBX: the background fills it in.
 */
export function problemsOf(
  adapter: FormAdapter,
  fields: readonly AccountField[],
  values: AccountValues,
  hasSavedSecrets: boolean,
): FieldProblems {
  const isKept = (field: AccountField) =>
    hasSavedSecrets && field.kind === 'secret' && (values[field.key] ?? '') === '';
  const missing = fields
    .filter((field) => field.required && (values[field.key] ?? '') === '' && !isKept(field))
    .map((field): [string, string] => [field.key, 'options_account_required']);
  const kept = new Set(fields.filter(isKept).map((field) => field.key));
  const wrong = Object.entries(adapter.check(values)).filter(([key]) => !kept.has(key));
  return Object.fromEntries([...missing, ...wrong]);
}

/** Keys of what the saved account lacks, as far as it was found to. */
export function missingFields(connection: Connection): readonly string[] {
  if (connection.status !== 'blocked') return [];
  const { error } = connection;
  return error.kind === 'no-account' || error.kind === 'not-remembered' ? error.detail.split(' ') : [];
}
