import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { NO_POLICY, type Policy, type PolicyKey } from '../core/policy.ts';
import { type Account, asRecord } from '../storage/settings.ts';

/** What the organisation has decided; nothing without a policy. */
export const PolicyContext = createContext<Policy>(NO_POLICY);

/** True when users cannot change this setting. */
export function useLocked(key: PolicyKey): boolean {
  return useContext(PolicyContext).locked.includes(key);
}

/** The account as the organisation has it, maybe only a part of it. */
export function usePresetAccount(): Account | undefined {
  const { vendor, values } = asRecord(useContext(PolicyContext).settings.account);
  if (typeof vendor !== 'string') return undefined;
  // The background has checked it: all values are texts.
  return { vendor, values: asRecord(values) as Account['values'] };
}
