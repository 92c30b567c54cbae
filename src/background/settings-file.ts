import type { AccountField, AccountValues, FieldProblem } from '../core/account.ts';
import { faultOfRule, readDialingRule } from '../core/dialing-rule.ts';
import { faultOfPreferences, type Preferences, readPreferences, USUAL } from '../core/preferences.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ImportProblem } from '../messaging/protocol.ts';
import type { PbxAdapter } from '../pbx/adapter.ts';
import {
  type Account,
  asRecord,
  DEFAULT_SETTINGS,
  readCountry,
  readSites,
  type Settings,
} from '../storage/settings.ts';
import { lineOfFault, lineOfPath } from './json-lines.ts';

/** A settings file, understood: what replaces the settings, and the secrets for the vault. */
export interface ImportedSettings {
  readonly settings: Settings;
  /** Absent when the file has no account: account and secrets stay as they are. */
  readonly secrets?: AccountValues;
}

type FindAdapter = (id: string) => PbxAdapter | undefined;

const VERSION = 1;
const PREFERENCES = Object.keys(USUAL) as readonly (keyof Preferences)[];
const OWN_KEYS = new Set(['pagedial', 'account', 'country', 'sites', 'dialing', ...PREFERENCES]);
/** Of an account, in characters. */
export const LONGEST_VALUE = 100_000;

/** The settings as a file's text, without secrets; what we did not understand at import is in it again. */
export function formatSettings(settings: Settings, findAdapter: FindAdapter): string {
  const { account, country, sites, dialing, unknown } = settings;
  const file = {
    ...unknown,
    pagedial: VERSION,
    ...(account ? { account: { ...asRecord(unknown.account), ...formatAccount(account, findAdapter) } } : {}),
    country,
    sites: { ...asRecord(unknown.sites), ...sites },
    dialing: { ...asRecord(unknown.dialing), ...dialing },
    ...formatPreferences(settings),
  };
  if (!account) Reflect.deleteProperty(file, 'account');
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Only what differs from the usual: a file stays short, and an old one means the same as before. */
function formatPreferences(settings: Settings): object {
  const own = PREFERENCES.filter((key) => JSON.stringify(settings[key]) !== JSON.stringify(USUAL[key]));
  return Object.fromEntries(own.map((key) => [key, { ...asRecord(settings.unknown[key]), ...settings[key] }]));
}

/**
 * Reads a settings file. A missing account leaves the one in `before`; everything else is replaced, by its default where the file is
 * silent. Pure: nothing has changed when it is refused.
 */
export function parseSettings(
  text: string,
  before: Settings,
  findAdapter: FindAdapter,
): Result<ImportedSettings, ImportProblem> {
  const read = readFile(text, before, findAdapter);
  if (read.ok || read.error.path === undefined || read.error.problem === 'not-ours') return read;
  return fail({ ...read.error, line: lineOfPath(cleanFile(text), read.error.path) });
}

function readFile(text: string, before: Settings, findAdapter: FindAdapter): Result<ImportedSettings, ImportProblem> {
  const json = parseJson(text);
  if (!json.ok) return json;
  if (!isRecord(json.value) || json.value.pagedial !== VERSION) return fail({ problem: 'not-ours', path: 'pagedial' });
  const file = json.value;

  const country = file.country === undefined ? DEFAULT_SETTINGS.country : readCountry(file.country);
  if (country === undefined) return wrong('country');
  const sites = readSitesStrictly(file.sites);
  if (!sites.ok) return sites;
  const dialing = readDialingStrictly(file.dialing);
  if (!dialing.ok) return dialing;
  const fault = faultOfPreferences(file);
  if (fault !== undefined) return wrong(fault);
  const account = readAccountStrictly(file.account, findAdapter);
  if (!account.ok) return account;

  const kept = account.value?.account ?? before.account;
  // Whether it is remembered on this computer is decided here, not by a file.
  const secretsIn = kept?.vendor === before.account?.vendor ? before.account?.secretsIn : undefined;
  return ok({
    settings: {
      version: 1,
      ...(kept ? { account: { ...kept, ...(secretsIn ? { secretsIn } : {}) } } : {}),
      country,
      sites: sites.value,
      dialing: dialing.value,
      ...readPreferences(file),
      unknown: unknownOf(file),
    },
    ...(account.value ? { secrets: account.value.secrets } : {}),
  });
}

/** Splits what was given into what may be stored in the open and what may not. */
export function splitSecrets(
  values: AccountValues,
  fields: readonly AccountField[],
): { readonly open: AccountValues; readonly secrets: AccountValues } {
  const entries = Object.entries(values);
  return {
    open: Object.fromEntries(entries.filter(([key]) => !isSecret(key, fields))),
    secrets: Object.fromEntries(entries.filter(([key, value]) => isSecret(key, fields) && value !== '')),
  };
}

/** A key no field declares is taken for a secret when it sounds like one: what is exported must never hold any. */
function isSecret(key: string, fields: readonly AccountField[]): boolean {
  const field = fields.find((candidate) => candidate.key === key);
  return field ? field.kind === 'secret' : /pass|secret|token|auth|credential|api.?key/i.test(key);
}

function formatAccount({ vendor, values }: Account, findAdapter: FindAdapter): object {
  const fields = findAdapter(vendor)?.fields ?? [];
  const { open } = splitSecrets(values, fields);
  // What the adapter has found out by itself (keys with `_`) is nobody's setting.
  const own = Object.entries(open).filter(([key]) => !key.startsWith('_'));
  const isDocument = (key: string) => fields.some((field) => field.key === key && field.kind === 'document');
  return {
    vendor,
    values: Object.fromEntries(own.map(([key, value]) => [key, isDocument(key) ? asDocument(value) : value])),
  };
}

/** A document is an object in the file, for people to read; its text where it is none. */
function asDocument(value: string): unknown {
  const json = parseJson(value);
  return json.ok && isRecord(json.value) ? json.value : value;
}

/** Some editors begin a file with a byte order mark, and systems end lines each in their own way. */
function cleanFile(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

function parseJson(text: string): Result<unknown, ImportProblem> {
  const clean = cleanFile(text);
  try {
    const value: unknown = JSON.parse(clean);
    // What is nested so deep that it cannot be written again would spoil every export to come.
    JSON.stringify(value);
    return ok(value);
  } catch {
    return fail({ problem: 'not-json', line: lineOfFault(clean) });
  }
}

function readSitesStrictly(value: unknown): Result<Settings['sites'], ImportProblem> {
  if (value === undefined) return ok(DEFAULT_SETTINGS.sites);
  if (!isRecord(value)) return wrong('sites');
  const { mode, hosts = [], ownButtons = [], clickHosts = [] } = value;
  if (mode !== 'everywhere' && mode !== 'only' && mode !== 'except') return wrong('sites.mode');
  for (const [name, list] of Object.entries({ hosts, ownButtons, clickHosts })) {
    if (!Array.isArray(list)) return wrong(`sites.${name}`);
    const fault = list.findIndex((host) => typeof host !== 'string');
    if (fault >= 0) return wrong(`sites.${name}.${fault}`);
  }
  return ok(readSites(value) ?? DEFAULT_SETTINGS.sites);
}

function readDialingStrictly(value: unknown): Result<Settings['dialing'], ImportProblem> {
  if (value === undefined) return ok(DEFAULT_SETTINGS.dialing);
  if (!isRecord(value)) return wrong('dialing');
  const fault = faultOfRule(value);
  return fault === undefined ? ok(readDialingRule(value)) : wrong(`dialing.${fault}`);
}

type ReadAccount = { readonly account: Account; readonly secrets: AccountValues } | undefined;

function readAccountStrictly(value: unknown, findAdapter: FindAdapter): Result<ReadAccount, ImportProblem> {
  if (value === undefined) return ok(undefined);
  if (!isRecord(value)) return wrong('account');
  const { vendor } = value;
  if (typeof vendor !== 'string') return wrong('account.vendor');
  const adapter = findAdapter(vendor);
  if (!adapter) return fail({ problem: 'unknown-vendor', path: 'account.vendor' });
  const values = readValues(value.values);
  if (!values.ok) return values;

  const { open, secrets } = splitSecrets(values.value, adapter.fields);
  const fault = faultOf(adapter, values.value);
  if (fault) return fail({ problem: 'account-incomplete', path: `account.values.${fault.place}`, why: fault.why });
  return ok({ account: { vendor, values: open }, secrets });
}

function readValues(value: unknown): Result<AccountValues, ImportProblem> {
  if (!isRecord(value)) return wrong('account.values');
  const read: Record<string, string> = {};
  for (const [key, entry] of Object.entries(value)) {
    // A template's profile is written as an object; it is kept as its text.
    const text = typeof entry === 'object' && entry !== null ? JSON.stringify(entry, undefined, 2) : scalar(entry);
    if (text === undefined || text.length > LONGEST_VALUE) return wrong(`account.values.${key}`);
    read[key] = text;
  }
  return ok(read);
}

function scalar(entry: unknown): string | undefined {
  if (typeof entry === 'number') return String(entry);
  if (typeof entry === 'boolean') return entry ? 'yes' : '';
  return typeof entry === 'string' ? entry : undefined;
}

/** The first field that is wrong. A missing secret is not: an export has none, and the user types it after the import. */
function faultOf(
  adapter: PbxAdapter,
  values: AccountValues,
): { readonly place: string; readonly why: FieldProblem } | undefined {
  const maySay = (key: string) => {
    const field = adapter.fields.find((candidate) => candidate.key === key);
    if (!field || (values[key] ?? '') !== '') return true;
    const group = adapter.fields.filter((other) => other === field || (field.group && other.group === field.group));
    return !group.some((other) => other.kind === 'secret');
  };
  const fault = Object.entries(adapter.check(values)).find(([key]) => maySay(key));
  if (!fault) return undefined;
  const [key, why] = fault;
  const inside = typeof why === 'string' ? undefined : why[0]?.[1];
  return { place: inside ? `${key}.${inside}` : key, why };
}

/** What a newer version or another tool wrote, also inside our own parts. */
function unknownOf(file: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const rest = (part: unknown, known: readonly string[]) =>
    Object.fromEntries(Object.entries(asRecord(part)).filter(([key]) => !known.includes(key)));
  const inside = {
    account: rest(file.account, ['vendor', 'values']),
    sites: rest(file.sites, ['mode', 'hosts', 'ownButtons', 'clickHosts']),
    dialing: rest(file.dialing, ['numberFormat', 'outsideLine', 'replacements']),
    ...Object.fromEntries(PREFERENCES.map((key) => [key, rest(file[key], Object.keys(USUAL[key]))])),
  };
  return {
    ...Object.fromEntries(Object.entries(file).filter(([key]) => !OWN_KEYS.has(key))),
    ...Object.fromEntries(Object.entries(inside).filter(([, part]) => Object.keys(part).length > 0)),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string): { readonly ok: false; readonly error: ImportProblem } {
  return fail({ problem: 'wrong-type', path });
}
