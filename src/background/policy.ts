import type { AccountValues } from '../core/account.ts';
import { NO_POLICY, type Policy, type PolicyKey, readPolicy } from '../core/policy.ts';
import type { SettingsChange } from '../messaging/protocol.ts';
import type { PbxAdapter } from '../pbx/adapter.ts';
import { asRecord, DEFAULT_SETTINGS } from '../storage/settings.ts';
import { LONGEST_VALUE, parseSettings, splitSecrets } from './settings-file.ts';

export interface PolicyKeeperParts {
  /** What the browser hands us from the organisation. */
  readManaged(): Promise<unknown>;
  /** For our own pages, to show what is locked. */
  publish(policy: Policy): Promise<void>;
  findAdapter(id: string): PbxAdapter | undefined;
  exportFile(): Promise<string>;
  importFile(text: string): Promise<unknown>;
  /** The presets that were taken over last; they are only taken over once, since the user may change them. */
  lastPreset(): Promise<string>;
  rememberPreset(text: string): Promise<void>;
}

/** Carries out what the organisation has decided. */
export interface PolicyKeeper {
  /**
   * Takes the policy over into the settings, after whatever was begun before. Never rejects: a policy that cannot be read changes nothing.
   * @returns true when the settings are others now
   */
  apply(): Promise<boolean>;
  /** A change of the settings, without what is locked; waits for what is being applied. */
  allowed(change: SettingsChange): Promise<SettingsChange>;
  /** The account as it may be: locked values win over given ones; undefined when another PBX is locked. Waits likewise. */
  allowedAccount(vendor: string, values: AccountValues): Promise<AccountValues | undefined>;
}

type File = Readonly<Record<string, unknown>>;

/** Works through the settings file's own reader: what a file may say, a policy may say, and nothing else. */
export function createPolicyKeeper(parts: PolicyKeeperParts): PolicyKeeper {
  let policy: Policy = NO_POLICY;
  let applied: Promise<unknown> = Promise.resolve();

  const read = (file: File) =>
    parseSettings(JSON.stringify({ pagedial: 1, ...file }), DEFAULT_SETTINGS, parts.findAdapter);
  const meaningOf = (file: File) => JSON.stringify(read(file));
  const faultOf = (file: File): string | undefined => {
    if ('account' in file) return faultOfAccount(file.account, parts.findAdapter);
    const result = read(file);
    return result.ok ? undefined : (result.error.path ?? Object.keys(file)[0]);
  };

  async function takeOver(): Promise<boolean> {
    const presets = JSON.stringify(policy.settings);
    const isNew = presets !== (await parts.lastPreset());
    const keys = Object.keys(policy.settings) as PolicyKey[];
    const wanted = keys.filter((key) => isNew || policy.locked.includes(key));
    if (wanted.length === 0) return false;
    const { account: before, ...current } = JSON.parse(await parts.exportFile()) as File;
    const others = wanted.filter((key) => key !== 'account').map((key) => [key, policy.settings[key]]);
    const next = { ...current, ...Object.fromEntries(others) };
    const account = wanted.includes('account')
      ? accountFor(asRecord(before), asRecord(policy.settings.account))
      : before;
    // An account that is there stays as it is in a file without one: nothing is cut off and connected again.
    const isSame = JSON.stringify(account) === JSON.stringify(before) || !read({ account }).ok;
    const file = isSame ? next : { ...next, account };
    // As they are read, not as they are written: "de" is "DE", and what is left out is as usual.
    const isChange = !isSame || meaningOf(next) !== meaningOf(current);
    if (isChange) await parts.importFile(JSON.stringify(file));
    await parts.rememberPreset(presets);
    return isChange;
  }

  async function readAndTakeOver(): Promise<boolean> {
    try {
      policy = readPolicy(await parts.readManaged(), faultOf);
      await parts.publish(policy);
      return await takeOver();
    } catch {
      // The diagnostics page names it; what was in force before stays.
      await parts.publish({ ...policy, faults: [...policy.faults, 'not applied'] }).catch(() => {});
      return false;
    }
  }

  return {
    apply() {
      const done = applied.then(readAndTakeOver);
      applied = done;
      return done;
    },
    async allowed(change) {
      await applied;
      const entries = Object.entries(change).filter(([key]) => !policy.locked.some((locked) => locked === key));
      return Object.fromEntries(entries) as SettingsChange;
    },
    async allowedAccount(vendor, values) {
      await applied;
      if (!policy.locked.includes('account')) return values;
      const decided = asRecord(policy.settings.account);
      return decided.vendor === vendor ? { ...values, ...(asRecord(decided.values) as AccountValues) } : undefined;
    },
  };
}

/** The user's own values of the same PBX, and over them those that are decided. */
function accountFor(before: File, decided: File): object {
  const own = before.vendor === decided.vendor ? asRecord(before.values) : {};
  return { vendor: decided.vendor, values: { ...own, ...asRecord(decided.values) } };
}

/**
 * A policy may hold a part of an account, for the user to complete. It must not hold secrets: on most systems everybody at the computer
 * can read it.
 */
function faultOfAccount(value: unknown, findAdapter: PolicyKeeperParts['findAdapter']): string | undefined {
  const { vendor, values = {} } = asRecord(value);
  const adapter = typeof vendor === 'string' ? findAdapter(vendor) : undefined;
  if (!adapter) return 'account.vendor';
  if (asRecord(values) !== values) return 'account.values';
  const entries = Object.entries(asRecord(values));
  const wrong = entries.find(([, entry]) => typeof entry !== 'string' || entry.length > LONGEST_VALUE);
  if (wrong) return `account.values.${wrong[0]}`;
  const [secret] = Object.keys(splitSecrets(Object.fromEntries(entries) as AccountValues, adapter.fields).secrets);
  return secret === undefined ? undefined : `account.values.${secret}`;
}
