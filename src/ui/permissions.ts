import { useEffect, useState } from 'preact/hooks';
import { browser } from '../browser.ts';
import { type AccountNeeds, needsAt } from '../core/account.ts';
import type { SiteRule } from '../core/site-rule.ts';

/** Match patterns that stand for every web page; the same two the manifest offers. */
export const ALL_SITES: readonly string[] = ['https://*/*', 'http://*/*'];

const NOTHING: AccountNeeds = { origins: [], permissions: [] };

/** What the browser has granted, followed as it changes. Undefined until the browser has answered. */
export function useGranted(): AccountNeeds | undefined {
  const [granted, setGranted] = useState<AccountNeeds>();
  useEffect(() => {
    const read = () =>
      void browser.permissions.getAll().then((all) => {
        const hasCookies = all.permissions?.includes('cookies') ?? false;
        setGranted({ origins: all.origins ?? [], permissions: hasCookies ? ['cookies'] : [] });
      });
    read();
    browser.permissions.onAdded.addListener(read);
    browser.permissions.onRemoved.addListener(read);
    return () => {
      browser.permissions.onAdded.removeListener(read);
      browser.permissions.onRemoved.removeListener(read);
    };
  }, []);
  return granted;
}

/**
 * Shows the browser's own question for what is missing. Call it first thing in a click: after any `await` the browser no longer takes it
 * for the user's wish.
 * @param granted - see {@link useGranted}; all is asked for while it is unknown
 * @returns false when the user said no or the browser refused to ask
 */
export async function requestAccess(needs: AccountNeeds, granted: AccountNeeds = NOTHING): Promise<boolean> {
  const { origins, permissions } = missingOf(needs, granted);
  if (origins.length === 0 && permissions.length === 0) return true;
  try {
    return await browser.permissions.request({ origins: [...origins], permissions: [...permissions] });
  } catch {
    return false;
  }
}

/** What of the needs this browser still has to be asked for. */
export function missingOf(needs: AccountNeeds, granted: AccountNeeds): AccountNeeds {
  const { origins, permissions } = needsAt(browser.runtime.getURL(''), needs);
  return {
    origins: origins.filter((origin) => !isGranted(granted.origins, origin)),
    permissions: permissions.filter((permission) => !granted.permissions.includes(permission)),
  };
}

/** True when the granted match patterns cover the wanted one; paths and ports do not count. */
export function isGranted(granted: readonly string[], wanted: string): boolean {
  const want = parsePattern(wanted);
  if (!want) return false;
  return granted.some((pattern) => {
    const have = parsePattern(pattern);
    return have !== undefined && coversScheme(have.scheme, want.scheme) && coversHost(have.host, want.host);
  });
}

/** Access a site rule needs: everything, or both schemes of each listed host. */
export function siteNeeds(rule: SiteRule): AccountNeeds {
  const origins = rule.mode === 'only' ? rule.hosts.flatMap(hostPatterns) : ALL_SITES;
  return { origins, permissions: [] };
}

/** Match patterns of one host of a site rule: `*.example.com` or `127.0.0.1:8080` (match patterns know no port). */
export function hostPatterns(host: string): readonly string[] {
  const name = host.replace(/:\d+$/, '');
  return [`https://${name}/*`, `http://${name}/*`];
}

function parsePattern(pattern: string): { readonly scheme: string; readonly host: string } | undefined {
  if (pattern === '<all_urls>') return { scheme: '*', host: '*' };
  const match = /^(\*|[a-z]+):\/\/([^/]+)(?:\/.*)?$/i.exec(pattern);
  return match?.[1] && match[2]
    ? { scheme: match[1].toLowerCase(), host: match[2].toLowerCase().replace(/:(\d+|\*)$/, '') }
    : undefined;
}

function coversScheme(have: string, want: string): boolean {
  return have === want || (have === '*' && (want === 'http' || want === 'https' || want === '*'));
}

function coversHost(have: string, want: string): boolean {
  if (have === '*' || have === want) return true;
  if (!have.startsWith('*.')) return false;
  return want === have.slice(2) || want.endsWith(have.slice(1));
}
