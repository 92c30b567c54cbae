import type { AccountValues, DialingRule } from '../core/account.ts';
import { PLAIN_RULE, readDialingRule } from '../core/dialing-rule.ts';
import { type Preferences, readPreferences, USUAL } from '../core/preferences.ts';
import { EVERYWHERE, type SiteRule } from '../core/site-rule.ts';

export interface Account {
  readonly vendor: string;
  /** Everything but the secrets, which live in `secrets.ts`. */
  readonly values: AccountValues;
  /** Set where the user does not want them remembered: they are gone when the browser closes. */
  readonly secretsIn?: 'memory';
}

/** All that is remembered between browser starts, but for secrets. */
export interface Settings extends Preferences {
  readonly version: 1;
  readonly account?: Account;
  /** ISO 3166-1 alpha-2, for numbers without `+`. */
  readonly country: string;
  readonly sites: SiteRule;
  readonly dialing: DialingRule;
  /** What a newer version or another tool wrote and we do not know: kept as it is. */
  readonly unknown: Readonly<Record<string, unknown>>;
}

export const DEFAULT_SETTINGS: Settings = {
  version: 1,
  country: 'US',
  sites: EVERYWHERE,
  dialing: PLAIN_RULE,
  ...USUAL,
  unknown: {},
};

const KNOWN_KEYS = new Set(['version', 'account', 'country', 'sites', 'dialing', ...Object.keys(USUAL), 'unknown']);

/** Any stored value of any age → today's settings. Pure; never throws; what cannot be read becomes its default. */
export function readSettings(stored: unknown): Settings {
  const record = asRecord(stored);
  const account = readAccount(record.account);
  return {
    version: 1,
    ...(account ? { account } : {}),
    country: readCountry(record.country) ?? DEFAULT_SETTINGS.country,
    sites: readSites(record.sites) ?? DEFAULT_SETTINGS.sites,
    dialing: readDialingRule(record.dialing),
    ...readPreferences(record),
    unknown: { ...asRecord(record.unknown), ...pickUnknown(record) },
  };
}

/** ISO country code in upper case, or undefined when it is not two letters. */
export function readCountry(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]{2}$/i.test(value) ? value.toUpperCase() : undefined;
}

/** A site rule, or undefined when the mode is not one of ours. */
export function readSites(value: unknown): SiteRule | undefined {
  const { mode, hosts, ownButtons, clickHosts } = asRecord(value);
  if (mode !== 'everywhere' && mode !== 'only' && mode !== 'except') return undefined;
  const [left, clicks] = [readHosts(ownButtons), readHosts(clickHosts)];
  return {
    mode,
    hosts: readHosts(hosts),
    ...(left.length === 0 ? {} : { ownButtons: left }),
    ...(clicks.length === 0 ? {} : { clickHosts: clicks }),
  };
}

function readHosts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((host): host is string => typeof host === 'string') : [];
}

/** A plain object's entries, or none: strangers' data is read piece by piece. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function readAccount(value: unknown): Account | undefined {
  const { vendor, values, secretsIn } = asRecord(value);
  if (typeof vendor !== 'string' || vendor === '') return undefined;
  const entries = Object.entries(asRecord(values)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { vendor, values: Object.fromEntries(entries), ...(secretsIn === 'memory' ? { secretsIn } : {}) };
}

function pickUnknown(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !KNOWN_KEYS.has(key)));
}
