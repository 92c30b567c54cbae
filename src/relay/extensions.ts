import type { AgentId } from './agent.ts';
import type { RelayConfig } from './config.ts';

/** True when an extension is among those named: each as it is, or as a range such as `1000-1999`. None named: all are. */
export function isAmong(extension: string, named: readonly string[]): boolean {
  if (named.length === 0) return true;
  return named.some((entry) => {
    const [, first, last] = /^(\d+)-(\d+)$/.exec(entry) ?? [];
    if (first === undefined || last === undefined) return entry === extension;
    return /^\d+$/.test(extension) && extension.length === first.length && extension >= first && extension <= last;
  });
}

/** Why this relay does not serve an agent; undefined when it does. */
export function whyNotServed(
  { vendor, tenant, extension }: AgentId,
  { zorio, callControlV3 }: RelayConfig,
): 'unknown-tenant' | 'unknown-extension' | undefined {
  const named = vendor === 'zorio' ? zorio : callControlV3;
  if (!named) return 'unknown-tenant';
  if ('tenants' in named && named.tenants.length > 0 && !named.tenants.includes(tenant)) return 'unknown-tenant';
  return isAmong(extension, named.extensions) ? undefined : 'unknown-extension';
}
