/** The vendors whose webhooks a relay understands; the same ids as in settings files. */
export const RELAY_VENDORS = ['zorio', 'call-control-v3'] as const;
export type RelayVendor = (typeof RELAY_VENDORS)[number];

/** Whose calls: one extension at one PBX. */
export interface AgentId {
  readonly vendor: RelayVendor;
  /** Blank where the vendor has none. */
  readonly tenant: string;
  readonly extension: string;
}

/** An agent as one word that can stand in subjects and keys of NATS: three parts, joined by dots. */
export type AgentKey = string;

export function agentKey({ vendor, tenant, extension }: AgentId): AgentKey {
  return [vendor, part(tenant), part(extension)].join('.');
}

/** Other characters than these have a meaning in subjects. */
function part(text: string): string {
  return text === '' ? '-' : Buffer.from(text).toString('base64url');
}
