// One line for each PBX; where the options page offers it is said by the adapter's own `rank`.
export { asteriskAri } from './vendors/asterisk-ari.ts';
export { callControlV3 } from './vendors/call-control-v3.ts';
export { handOff } from './vendors/hand-off.ts';
export { httpTemplate } from './vendors/http-template.ts';
export { kazoo } from './vendors/kazoo.ts';
export { vodia } from './vendors/vodia.ts';
export { zorio } from './vendors/zorio.ts';
