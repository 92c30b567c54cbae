import { type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root directory. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Copies of the build, browser profiles, results: everything here can be deleted at any time. */
export const CACHE = join(ROOT, '.cache');

/** Which of the two builds; the words used by `dist/` and the build's `--mode`. */
export type Target = 'chrome' | 'firefox';
export const TARGETS: readonly Target[] = ['chrome', 'firefox'];

/** Directory of one build. */
export function distOf(target: Target): string {
  return join(ROOT, 'dist', target);
}

/** Runs a script of a dependency with this Node (no shell, so it is the same on every system). Resolves with the exit code. */
export function runTool(script: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
      cwd: ROOT,
      stdio: 'inherit',
      ...options,
    });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Like {@link runTool}, but keeps what the tool prints. */
export function readTool(
  script: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      out += chunk;
    });
    child.on('error', (error) => resolve({ code: 1, out: String(error) }));
    child.on('exit', (code) => resolve({ code: code ?? 1, out }));
  });
}
