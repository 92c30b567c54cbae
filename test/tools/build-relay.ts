import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { ROOT } from './project.ts';

/** Where the relay is built to: one folder that needs nothing but Node. */
export const RELAY_DIST = join(ROOT, 'dist', 'relay');
export const RELAY_PROGRAM = join(RELAY_DIST, 'relay.mjs');
/** What an administrator takes along: a sample configuration, a systemd unit, a container file. */
const DEPLOY = join(ROOT, 'deploy');

/** Builds `dist/relay`, libraries and all. */
export async function buildRelay(): Promise<void> {
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: 'src/relay/main.ts',
      outDir: RELAY_DIST,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: 'relay.mjs', chunkFileNames: '[name].mjs' } },
    },
  });
  cpSync(DEPLOY, RELAY_DIST, { recursive: true });
}

/** Builds it where that is needed. */
export async function ensureRelay(): Promise<void> {
  if (!isRelayFresh()) await buildRelay();
}

/** True when nothing of the relay has changed since it was built. */
export function isRelayFresh(): boolean {
  if (!existsSync(RELAY_PROGRAM)) return false;
  const builtAt = statSync(RELAY_PROGRAM).mtimeMs;
  const sources = ['src/relay', 'src/core', 'deploy'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return [...sources, join(ROOT, 'package-lock.json')].every((file) => statSync(file).mtimeMs <= builtAt);
}
