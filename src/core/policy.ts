/** The settings an organisation can set and lock, by their key in a settings file. */
export const POLICY_KEYS = [
  'account',
  'country',
  'sites',
  'dialing',
  'alerts',
  'screenPop',
  'recentCalls',
  'taught',
] as const;
export type PolicyKey = (typeof POLICY_KEYS)[number];

/** What an organisation has decided for this browser. */
export interface Policy {
  /** Settings as in a settings file, each already checked. Never a secret. */
  readonly settings: Readonly<Partial<Record<PolicyKey, unknown>>>;
  /** The user cannot change these. */
  readonly locked: readonly PolicyKey[];
  /** Paths of what is of a wrong kind, and left out. */
  readonly faults: readonly string[];
}

export const NO_POLICY: Policy = { settings: {}, locked: [], faults: [] };

/**
 * Reads what the browser hands us from the organisation. What is of a wrong kind is left out and named: one mistake does not undo the
 * rest. Settings stand beside `locked`, or together in `settings`. Pure; never throws.
 * @param faultOf - where a file with this one setting is wrong, as a path; undefined when it is good
 */
export function readPolicy(
  managed: unknown,
  faultOf: (file: Readonly<Record<string, unknown>>) => string | undefined,
): Policy {
  if (typeof managed !== 'object' || managed === null) return NO_POLICY;
  const { settings = {}, locked = [], ...direct } = managed as Readonly<Record<string, unknown>>;
  const faults: string[] = [];
  const good: Partial<Record<PolicyKey, unknown>> = {};
  const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings);
  if (!isObject) faults.push('settings');
  const grouped = Object.entries(isObject ? settings : {}).map(([key, value]) => ['settings.', key, value] as const);
  // Chrome drops a policy as a whole for one wrong type in it: standing alone, a setting takes no other along.
  const single = Object.entries(direct).map(([key, value]) => ['', key, value] as const);
  for (const [where, key, value] of [...grouped, ...single]) {
    const known = POLICY_KEYS.find((candidate) => candidate === key);
    const fault = known ? faultOf({ [key]: value }) : key;
    if (known && fault === undefined) good[known] = value;
    else faults.push(`${where}${fault}`);
  }
  const list: readonly unknown[] = Array.isArray(locked) ? locked : [];
  if (!Array.isArray(locked)) faults.push('locked');
  // What is locked without a value is locked as the user has it, which nobody wants.
  const isLockable = (key: PolicyKey) => list.includes(key) && key in good;
  list.forEach((key, at) => {
    if (!POLICY_KEYS.some((known) => known === key && isLockable(known))) faults.push(`locked.${at}`);
  });
  return { settings: good, locked: POLICY_KEYS.filter(isLockable), faults };
}
