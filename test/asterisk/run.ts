import { ensureBrowsers } from '../tools/browsers.ts';
import { main as buildBoth } from '../tools/build.ts';
import { runTool } from '../tools/project.ts';
import { ensureAsterisk } from './find-asterisk.ts';

/**
 * `npm run test:asterisk`: the adapter and the extension against a real Asterisk with SIP phones.
 * `ASTERISK_SUITE=sid` takes the Asterisk of another Debian.
 */
export async function main(args: readonly string[]): Promise<number> {
  if (!ensureAsterisk() || !ensureBrowsers() || (await buildBoth()) !== 0) return 1;
  return runTool('vitest/vitest.mjs', ['run', '--project', 'asterisk', ...args]);
}
