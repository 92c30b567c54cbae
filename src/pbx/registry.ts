import type { PbxAdapter } from './adapter.ts';
import * as vendors from './vendors.ts';

const RANK = 50;

/** Every PBX we know, in the order the options page offers them. */
export const ADAPTERS: readonly PbxAdapter[] = Object.values(vendors).sort(
  ({ rank: a = RANK }: PbxAdapter, { rank: b = RANK }: PbxAdapter) => a - b,
);

/** The adapter with this id, or undefined. */
export function findAdapter(id: string): PbxAdapter | undefined {
  return ADAPTERS.find((adapter) => adapter.id === id);
}
