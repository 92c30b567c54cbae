import { buildRelay } from './build-relay.ts';
import { runTool, TARGETS, type Target } from './project.ts';

/** `npm run build`: `dist/chrome`, `dist/firefox` and `dist/relay`. */
export async function main(): Promise<number> {
  for (const target of TARGETS) {
    const code = await build(target);
    if (code !== 0) return code;
  }
  await buildRelay();
  return 0;
}

/** Builds one target. A process of its own each time: CRXJS keeps state of the first build in its module. */
export function build(target: Target, logLevel: 'info' | 'warn' = 'info'): Promise<number> {
  // Quiet builds keep the output for what the caller prints itself.
  const stdio = logLevel === 'warn' ? ['ignore' as const, 2, 2] : ('inherit' as const);
  return runTool('vite/bin/vite.js', ['build', '--mode', target, '--logLevel', logLevel], { stdio });
}
