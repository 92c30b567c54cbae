import { browser } from '../browser.ts';

/** The page the popup was opened over. */
export interface ActiveSite {
  readonly tabId: number;
  /** With the port if there is one, as site rules have it. */
  readonly host: string;
  /** What to ask the browser for. */
  readonly pattern: string;
  /** Counts up with every page, where the pages of several tabs are followed. */
  readonly visit?: number;
}

/** Calls back when another page is to be seen in this window; answers with its own stop. */
export function onActivePage(onChanged: () => void): () => void {
  const onUpdated = (
    _tabId: number,
    { status }: { readonly status?: string },
    { active }: { readonly active: boolean },
  ) => {
    if (active && status === 'complete') onChanged();
  };
  browser.tabs.onActivated.addListener(onChanged);
  browser.tabs.onUpdated.addListener(onUpdated);
  return () => {
    browser.tabs.onActivated.removeListener(onChanged);
    browser.tabs.onUpdated.removeListener(onUpdated);
  };
}

/** The active tab's site; undefined where no extension may work (browser pages, stores, files). */
export async function readActiveSite(): Promise<ActiveSite | undefined> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  const site = siteOf(tab?.url);
  return tab?.id === undefined || site === undefined ? undefined : { tabId: tab.id, ...site };
}

/** Host and match pattern of a web address; undefined for anything but http and https. Match patterns know no port. */
export function siteOf(url: string | undefined): Omit<ActiveSite, 'tabId'> | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, host, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return { host, pattern: `${protocol}//${hostname}/*` };
}
