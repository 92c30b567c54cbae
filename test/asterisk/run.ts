import { ensureBrowsers } from '../tools/browsers.ts';
import { main as buildBoth } from '../tools/build.ts';
import { runTool } from '../tools/project.ts';
import { ensureAsterisk } from './find-asterisk.ts';

/**
 * `npm run test:asterisk`: the adapter and the extension against a real Asterisk with SIP phones.
 * `--if-possible`: where no Asterisk can be had, it says so and is no failure.
 */
export async function main(args: readonly string[]): Promise<number> {
  if (!ensureAsterisk()) {
    console.log('NOT RUN: the tests against a real Asterisk.');
    return args.includes('--if-possible') ? 0 : 1;
  }
  if (!ensureBrowsers() || (await buildBoth()) !== 0) return 1;
  const more = args.filter((arg) => arg !== '--if-possible');
  return runTool('vitest/vitest.mjs', ['run', '--project', 'asterisk', ...more]);
}
