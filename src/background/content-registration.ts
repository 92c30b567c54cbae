import { browser } from '../browser.ts';

const ID = 'pagedial';
const FILE = 'content.js';
/** The script waits by itself until the page is parsed. */
const RUN_AT = 'document_start';

type Script = Parameters<typeof browser.scripting.registerContentScripts>[0][number];

let last: Promise<void> = Promise.resolve();

/** Registers the content script for what the user has granted, no more and no less. Safe to call at every start, and twice at once. */
export function registerContent(): Promise<void> {
  // One after the other: after an update the start and `onInstalled` ask at the same time, and an id can be registered once only.
  last = last.catch(() => {}).then(register);
  return last;
}

async function register(): Promise<void> {
  const matches = await grantedSites();
  const [registered] = await browser.scripting.getRegisteredContentScripts({ ids: [ID] }).catch(() => []);
  if (matches.length === 0) {
    if (registered) await browser.scripting.unregisterContentScripts({ ids: [ID] });
    return;
  }
  if (registered?.runAt === RUN_AT && isSameList(registered.matches ?? [], matches)) return;
  const script: Script = {
    id: ID,
    js: [FILE],
    matches,
    allFrames: true,
    runAt: RUN_AT,
    persistAcrossSessions: true,
  };
  const put = (it: Script) =>
    registered ? browser.scripting.updateContentScripts([it]) : browser.scripting.registerContentScripts([it]);
  try {
    await put({ ...script, matchOriginAsFallback: true });
  } catch {
    // Allowed only where every pattern covers whole hosts: without it, frames that have no address of their own go without buttons.
    await put(script);
  }
}

/**
 * Runs the content script in tabs that are open already: after an install, an update (the old script there is an orphan), or a new
 * grant. A script that runs already notices and leaves.
 */
export async function injectIntoOpenTabs(origins?: readonly string[]): Promise<void> {
  const url = onlySites(origins ?? (await grantedSites()));
  if (url.length === 0) return;
  const tabs = await browser.tabs.query({ url, discarded: false });
  await Promise.all(tabs.map((tab) => (tab.id === undefined ? undefined : inject(tab.id))));
}

async function inject(tabId: number): Promise<void> {
  try {
    await browser.scripting.executeScript({ target: { tabId, allFrames: true }, files: [FILE] });
  } catch {
    // Pages of the browser or of its store, tabs that close meanwhile: theirs is no number to call.
  }
}

async function grantedSites(): Promise<string[]> {
  const { origins } = await browser.permissions.getAll();
  return onlySites(origins ?? []).sort();
}

function onlySites(origins: readonly string[]): string[] {
  return origins.filter((origin) => /^(https?|\*|file):\/\//.test(origin) || origin === '<all_urls>');
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().every((entry, index) => entry === b[index]);
}
