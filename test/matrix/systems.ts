/// <reference types="vite/client" />
import type { MatrixSystem } from './system.ts';

/** Every simulator brings its own rows, so that a new PBX is a file that lies there. */
const found = import.meta.glob<readonly MatrixSystem[]>(['../simulators/*.ts', '!../simulators/*.test.ts'], {
  eager: true,
  import: 'MATRIX',
});

/** Every PBX, in every way that shows something else. */
export const SYSTEMS: readonly MatrixSystem[] = Object.values(found).flatMap((rows) => rows ?? []);
