import type { PbxAdapter } from './adapter.ts';
import { asteriskAri } from './vendors/asterisk-ari.ts';
import { callControlV3 } from './vendors/call-control-v3.ts';
import { handOff } from './vendors/hand-off.ts';
import { httpTemplate } from './vendors/http-template.ts';
import { kazoo } from './vendors/kazoo.ts';
import { vodia } from './vendors/vodia.ts';
import { zorio } from './vendors/zorio.ts';

/** Every PBX we know, in the order the options page offers them. */
export const ADAPTERS: readonly PbxAdapter[] = [vodia, zorio, kazoo, asteriskAri, callControlV3, httpTemplate, handOff];

/** The adapter with this id, or undefined. */
export function findAdapter(id: string): PbxAdapter | undefined {
  return ADAPTERS.find((adapter) => adapter.id === id);
}
