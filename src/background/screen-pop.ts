import { browser } from '../browser.ts';
import type { CallNews } from '../core/call-news.ts';
import type { PopOn, Preferences } from '../core/preferences.ts';

export interface ScreenPopParts {
  preferences(): Promise<Preferences>;
  /** The address of the caller's record; undefined for a number that cannot be looked up. */
  addressOf(template: string, number: string): Promise<string | undefined>;
  /** The tab that records were opened in before, if any. */
  lastTab(): Promise<number | undefined>;
  rememberTab(tabId: number): Promise<void>;
}

const NEWS: Readonly<Record<Exclude<PopOn, 'never'>, CallNews['what']>> = { ring: 'incoming', answer: 'answered' };

/**
 * Opens the caller's record in the CRM. A tab that shows it already comes to the front; else the tab that records were opened in before
 * is used again, unless the user is looking at it and may be writing there. Nothing here rejects.
 */
export function createScreenPop(parts: ScreenPopParts): (news: readonly CallNews[]) => void {
  async function pop(news: readonly CallNews[]): Promise<void> {
    const { screenPop } = await parts.preferences();
    if (screenPop.on === 'never' || screenPop.address === '') return;
    const wanted = NEWS[screenPop.on];
    const call = news.find(({ what }) => what === wanted)?.call;
    const url = call && (await parts.addressOf(screenPop.address, call.number));
    if (url !== undefined) await showTab(url, await parts.lastTab(), parts);
  }

  return (news) => {
    if (news.some(({ what }) => what === 'incoming' || what === 'answered')) void pop(news).catch(() => {});
  };
}

async function showTab(url: string, lastTab: number | undefined, parts: ScreenPopParts): Promise<void> {
  // Addresses are told only of sites we may read: elsewhere a new tab is opened, which needs no access.
  const tabs = (await browser.tabs.query({})).filter(({ incognito }) => !incognito);
  const there = tabs.find((tab) => tab.url === url);
  const ours = tabs.find((tab) => tab.id === lastTab && tab.url !== undefined && isSameOrigin(tab.url, url));
  const tab = there ?? (ours && !(await isLookedAt(ours)) ? ours : undefined);
  if (tab?.id === undefined) {
    const { id } = await browser.tabs.create({ url, active: true });
    if (id !== undefined) await parts.rememberTab(id);
    return;
  }
  await browser.tabs.update(tab.id, { active: true, ...(tab === there ? {} : { url }) });
  if (tab.windowId !== undefined) await browser.windows?.update(tab.windowId, { focused: true });
}

async function isLookedAt({ id }: { readonly id?: number | undefined }): Promise<boolean> {
  const front = await browser.tabs.query({ active: true, lastFocusedWindow: true });
  return front.some((tab) => tab.id === id);
}

function isSameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && new URL(a).origin === new URL(b).origin;
}
