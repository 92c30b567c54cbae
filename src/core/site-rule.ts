/** On which sites PageDial works. Hosts are `crm.example.com`, `*.example.com` (also the bare domain) or with a port `127.0.0.1:8080`. */
export interface SiteRule {
  readonly mode: 'everywhere' | 'only' | 'except';
  readonly hosts: readonly string[];
  /** On these hosts a plain click on a marked number acts like its button. */
  readonly clickHosts?: readonly string[];
  /** Sites whose own call buttons (`<pbxcall number>`) are left to the site's script. Absent: none. */
  readonly ownButtons?: readonly string[];
}

/** The same rule for everybody until the user says otherwise. */
export const EVERYWHERE: SiteRule = { mode: 'everywhere', hosts: [] };

/** True when numbers on this host are to be found and marked. `host` is `location.host`, with the port if there is one. */
export function isSiteEnabled(rule: SiteRule, host: string): boolean {
  if (rule.mode === 'everywhere') return true;
  const isListed = rule.hosts.some((pattern) => matchesHost(pattern, host));
  return rule.mode === 'only' ? isListed : !isListed;
}

/** The rule with this host switched on or off, keeping every other host as it was. */
export function withSite(rule: SiteRule, host: string, isEnabled: boolean): SiteRule {
  if (isSiteEnabled(rule, host) === isEnabled) return rule;
  const without = rule.hosts.filter((pattern) => pattern !== host);
  if (rule.mode === 'only') return { ...rule, hosts: isEnabled ? [...without, host] : without };
  return { ...rule, mode: 'except', hosts: isEnabled ? without : [...without, host] };
}

/** True when the user has chosen that a plain click on a number of this host calls it. Nowhere unless chosen. */
export function isClickToCall({ clickHosts = [] }: SiteRule, host: string): boolean {
  return clickHosts.some((pattern) => matchesHost(pattern, host));
}

/** The rule with that choice made for this host. */
export function withClickToCall(rule: SiteRule, host: string, isOn: boolean): SiteRule {
  if (isClickToCall(rule, host) === isOn) return rule;
  const without = (rule.clickHosts ?? []).filter((pattern) => !matchesHost(pattern, host));
  return { ...rule, clickHosts: isOn ? [...without, host] : without };
}

/** True when the call buttons that a page on this host brings along are the page's own business. */
export function leavesOwnButtons({ ownButtons = [] }: SiteRule, host: string): boolean {
  return ownButtons.some((pattern) => matchesHost(pattern, host));
}

/** The rule with the call buttons of this host left to the site, or dialled through us. */
export function withOwnButtons(rule: SiteRule, host: string, areSites: boolean): SiteRule {
  if (leavesOwnButtons(rule, host) === areSites) return rule;
  const without = (rule.ownButtons ?? []).filter((pattern) => pattern !== host && !matchesHost(pattern, host));
  return { ...rule, ownButtons: areSites ? [...without, host] : without };
}

function matchesHost(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = host.toLowerCase();
  const name = /:\d+$/.test(wanted) ? given : given.replace(/:\d+$/, '');
  if (wanted.startsWith('*.')) return name === wanted.slice(2) || name.endsWith(wanted.slice(1));
  return name === wanted;
}
