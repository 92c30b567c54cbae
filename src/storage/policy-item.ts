import { browser } from '../browser.ts';
import { NO_POLICY, type Policy } from '../core/policy.ts';

const KEY = 'policy';

/** The organisation's policy as the background has read it, for our own pages to show what is locked. */
export const policyItem = {
  async read(): Promise<Policy> {
    const stored = await browser.storage.session.get(KEY);
    // Ours alone: only the background writes it.
    return (stored[KEY] as Policy | undefined) ?? NO_POLICY;
  },
  async write(policy: Policy): Promise<void> {
    await browser.storage.session.set({ [KEY]: policy });
  },
  watch(onChanged: (policy: Policy) => void): () => void {
    const listener = (changes: Record<string, { newValue?: unknown }>) => {
      const change = changes[KEY];
      if (change) onChanged((change.newValue as Policy | undefined) ?? NO_POLICY);
    };
    browser.storage.session.onChanged.addListener(listener);
    return () => browser.storage.session.onChanged.removeListener(listener);
  },
};

/** What the browser hands us from the organisation; undefined where there is nothing (Firefox rejects then). */
export async function readManaged(): Promise<unknown> {
  try {
    return await browser.storage.managed.get();
  } catch {
    return undefined;
  }
}
