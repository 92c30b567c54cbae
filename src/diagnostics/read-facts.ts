import { browser } from '../browser.ts';
import { policyItem } from '../storage/policy-item.ts';
import { settingsItem } from '../storage/settings-item.ts';
import { journalItem, recentCallsItem, stateItem, troubleItem } from '../storage/state-item.ts';
import type { Facts } from './report.ts';

/** How things stand now. */
export async function readFacts(): Promise<Facts> {
  const [granted, settings, state, troubles, journal, recent, policy] = await Promise.all([
    browser.permissions.getAll(),
    settingsItem.read(),
    stateItem.read(),
    troubleItem.read(),
    journalItem.read(),
    recentCallsItem.read(),
    policyItem.read(),
  ]);
  return {
    version: browser.runtime.getManifest().version,
    browser: navigator.userAgent,
    languages: [browser.i18n.getUILanguage(), ...navigator.languages],
    permissions: granted.permissions ?? [],
    origins: granted.origins ?? [],
    settings,
    state,
    troubles,
    journal,
    recentCount: recent.length,
    policyFaults: policy.faults,
    lockedKeys: policy.locked,
    now: Date.now(),
  };
}
