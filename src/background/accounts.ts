import type { AccountField, AccountNeeds, AccountValues, FieldProblems } from '../core/account.ts';
import type { PbxError } from '../core/connection.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ImportProblem } from '../messaging/protocol.ts';
import type { PbxAdapter } from '../pbx/adapter.ts';
import type { Vault } from '../storage/secrets.ts';
import type { Settings } from '../storage/settings.ts';
import { formatSettings, parseSettings, splitSecrets } from './settings-file.ts';
import type { ReadyAccount } from './supervisor.ts';

export interface AccountsParts {
  readonly vault: Vault;
  findAdapter(id: string): PbxAdapter | undefined;
  readSettings(): Promise<Settings>;
  writeSettings(settings: Settings): Promise<void>;
  /**
   * The account is another one, or gone: what runs with the old one must end. Resolves once that is saved.
   * @param isElsewhere - the new one is at another PBX
   */
  onAccount(hasAccount: boolean, isElsewhere: boolean): Promise<void>;
  /** True when the browser keeps secrets in memory only. */
  onSecretsKept(where: 'kept' | 'memory'): void;
  /** Removes what else is kept for this account: our cookies at every PBX, the countries that were called, the last test. */
  dropTraces(): Promise<void>;
}

/** The one account, its secrets, and the settings file that carries both. */
export interface Accounts {
  /** The account with its secrets, or why it cannot be used; asks no PBX. */
  ready(): Promise<Result<ReadyAccount, PbxError>>;
  /** The values with saved secrets for blank ones, and the adapter; undefined when there is no such PBX. */
  complete(vendor: string, values: AccountValues): Promise<ReadyAccount | undefined>;
  /** @param remembers - false: the secrets are kept until the browser closes, and never on the disk */
  save(vendor: string, values: AccountValues, remembers?: boolean): Promise<Result<void, FieldProblems>>;
  /** Keeps what the adapter found out about this very account (keys that begin with `_`); `secrets` in the vault, blank ones forgotten. */
  remember(account: ReadyAccount, found: AccountValues, secrets?: AccountValues): Promise<void>;
  remove(): Promise<void>;
  importFile(text: string): Promise<Result<void, ImportProblem>>;
  exportFile(): Promise<string>;
}

/** Nothing here reaches for a PBX: connecting is the keeper's decision. */
export function createAccounts(parts: AccountsParts): Accounts {
  const { vault, findAdapter } = parts;

  async function complete(vendor: string, values: AccountValues): Promise<ReadyAccount | undefined> {
    const adapter = findAdapter(vendor);
    if (!adapter) return undefined;
    const { account } = await parts.readSettings();
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
    if (account?.vendor !== vendor || !isSamePlace(adapter, account.values, values)) return { adapter, values: given };
    // What was found out belongs to the account as it was; the one that is given may be another.
    return { adapter, values: { ...pickOwn((await readVault(vendor)) ?? {}, false), ...given } };
  }

  /** Undefined where the browser does not let us look now. */
  function readVault(vendor: string): Promise<AccountValues | undefined> {
    return vault.read(vendor).catch(() => undefined);
  }

  async function store(settings: Settings, vendor: string, secrets: AccountValues): Promise<void> {
    const before = await parts.readSettings();
    // First what may fail: on a full disk the account that was there keeps its password.
    await parts.writeSettings(settings);
    if (before.account && before.account.vendor !== vendor) await vault.clear();
    const wanted = settings.account?.secretsIn;
    const kept = await vault.write(vendor, secrets, wanted);
    // The disk did not take them: what lies there is out of date, and must not be tried after a restart.
    if (kept === 'memory') await vault.write(vendor, secrets, 'memory');
    // Only what the user has not wished is worth a word.
    parts.onSecretsKept(wanted === 'memory' ? 'kept' : kept);
    await parts.onAccount(true, isElsewhere(before, settings));
  }

  /** Only the PBX's own address counts: a relay that is new does not make it another PBX. */
  function isElsewhere({ account: before }: Settings, { account }: Settings): boolean {
    if (!before || !account) return false;
    const fields = findAdapter(account.vendor)?.fields ?? [];
    const places = fields.filter(({ kind, required }) => required && (kind === 'url' || kind === 'document'));
    return before.vendor !== account.vendor || places.some(({ key }) => before.values[key] !== account.values[key]);
  }

  return {
    complete,
    async ready() {
      const { account } = await parts.readSettings();
      const adapter = account ? findAdapter(account.vendor) : undefined;
      if (!account || !adapter) return fail({ kind: 'no-account', detail: '' });
      const secrets = await readVault(account.vendor);
      const values = { ...account.values, ...secrets };
      const faults = Object.keys(adapter.check(values));
      if (faults.length === 0) return ok({ adapter, values });
      if (!secrets && faults.every((key) => isSecretOf(adapter, key))) {
        return fail({ kind: 'secrets-not-read', detail: '' });
      }
      // A login with a missing password would count as a wrong one.
      const isForgotten = account.secretsIn === 'memory' && faults.every((key) => isSecretOf(adapter, key));
      return fail({ kind: isForgotten ? 'not-remembered' : 'no-account', detail: faults.join(' ') });
    },
    async save(vendor, values, remembers = true) {
      const full = await complete(vendor, values);
      if (!full) return fail({ vendor: 'account_unknown_vendor' });
      const faults = full.adapter.check(full.values);
      if (Object.keys(faults).length > 0) return fail(faults);
      const { open, secrets } = splitSecrets(full.values, full.adapter.fields);
      const account = { vendor, values: open, ...(remembers ? {} : { secretsIn: 'memory' as const }) };
      await store({ ...(await parts.readSettings()), account }, vendor, secrets);
      return ok(undefined);
    },
    async remember({ adapter, values }, found, secrets = {}) {
      const settings = await parts.readSettings();
      const { account } = settings;
      const isStill = account?.vendor === adapter.id && adapter.fields.every(isOpenAndEqual(account.values, values));
      if (!account || !isStill) return;
      const kept = pickOwn(found, true);
      if (Object.keys(kept).length > 0) {
        await parts.writeSettings({ ...settings, account: { ...account, values: { ...account.values, ...kept } } });
      }
      const sealed = Object.entries({ ...(await vault.read(adapter.id)), ...pickOwn(secrets, true) });
      if (Object.keys(secrets).length > 0) {
        const left = Object.fromEntries(sealed.filter(([, value]) => value !== ''));
        await vault.write(adapter.id, left, account.secretsIn);
      }
    },
    async remove() {
      const { account: _removed, ...rest } = await parts.readSettings();
      await parts.writeSettings(rest);
      await parts.onAccount(false, false);
      await vault.clear();
      await parts.dropTraces();
    },
    async importFile(text) {
      const before = await parts.readSettings();
      const read = parseSettings(text, before, findAdapter);
      if (!read.ok) return read;
      const { settings, secrets } = read.value;
      if (!secrets || !settings.account) {
        await parts.writeSettings(settings);
        return ok(undefined);
      }
      const { vendor, values } = settings.account;
      const full = await complete(vendor, { ...values, ...secrets });
      const all = full ? splitSecrets(full.values, full.adapter.fields).secrets : secrets;
      await store(settings, vendor, all);
      return ok(undefined);
    },
    async exportFile() {
      return formatSettings(await parts.readSettings(), findAdapter);
    },
  };
}

function isSecretOf(adapter: PbxAdapter, key: string): boolean {
  return adapter.fields.some((field) => field.key === key && field.kind === 'secret');
}

/** The values an adapter has found out by itself (`isOwn`), or those the user gave. */
function pickOwn(values: AccountValues, isOwn: boolean): AccountValues {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key.startsWith('_') === isOwn));
}

/** Secrets are not compared: they are not among the saved values. */
function isOpenAndEqual(saved: AccountValues, used: AccountValues): (field: AccountField) => boolean {
  return ({ key, kind }) => kind === 'secret' || (saved[key] ?? '') === (used[key] ?? '');
}

/** All that the account still has to be granted; `has` asks the browser. */
export async function findMissing(
  needs: AccountNeeds,
  has: (asked: { readonly origins: string[] } | { readonly permissions: 'cookies'[] }) => Promise<boolean>,
): Promise<PbxError | undefined> {
  const [origins, permissions] = await Promise.all([
    lacking(needs.origins, (origin) => has({ origins: [origin] })),
    lacking(needs.permissions, (permission) => has({ permissions: [permission] })),
  ]);
  const [first] = [...origins, ...permissions];
  return first === undefined
    ? undefined
    : { kind: 'permission-missing', origin: first, missing: { origins, permissions } };
}

async function lacking<T>(needed: readonly T[], has: (one: T) => Promise<boolean>): Promise<T[]> {
  const held = await Promise.all(needed.map(has));
  return needed.filter((_one, at) => !held[at]);
}

/**
 * Saved secrets go only where, and as, they went before: whoever changes the address or the way they are used (a form, a file from
 * somebody else) must know the password. A PBX without an address of its own keeps it in other fields, so all of them count then.
 */
function isSamePlace(adapter: PbxAdapter, saved: AccountValues, given: AccountValues): boolean {
  const open = adapter.fields.filter((field) => field.kind !== 'secret');
  const addresses = open.filter((field) => field.kind === 'url');
  const ways = open.filter((field) => field.kind === 'choice');
  const isSame = ({ key, kind, initial = '' }: AccountField) => {
    const held = (values: AccountValues) => values[key] || (kind === 'choice' ? initial : '');
    return held(saved) === held(given);
  };
  return (addresses.length > 0 ? [...addresses, ...ways] : open).every(isSame);
}
