import { spawn } from 'node:child_process';
import { type Check, check, list } from './check-build.ts';
import { ROOT } from './project.ts';

/** A registry that does not answer must not hold up the rest. */
const PATIENCE_MS = 20_000;
const NAME = 'no known fault in what users and the relay run (npm audit)';

/**
 * Asks the registry for known faults. One in what users or the relay run is a problem; one in a tool is only said, since it harms
 * nobody who installs the extension. Where the registry cannot be asked that is said as well: no test fails for want of a network.
 */
export async function auditDependencies(say: (line: string) => void): Promise<readonly Check[]> {
  const [shipped, all] = await Promise.all([npmAudit('--omit=dev'), npmAudit()]);
  return judgeAudit(shipped, all, say);
}

/**
 * The checks that come of what `npm audit --json` has printed for what is shipped, and for everything.
 * @returns none where the registry gave no answer that can be read
 */
export function judgeAudit(shipped: string, all: string, say: (line: string) => void): readonly Check[] {
  const [inShipped, inAll] = [vulnerable(shipped), vulnerable(all)];
  if (inShipped === undefined) {
    say('   npm audit was not possible: the registry offers none, or cannot be reached.');
    return [];
  }
  const inTools = (inAll ?? []).filter((name) => !inShipped.includes(name));
  if (inTools.length > 0) say(`   Known faults in tools, not in what is shipped: ${inTools.join(', ')}`);
  return [check(NAME, list(inShipped))];
}

/** Names of packages with a known fault; undefined where this is no report. */
function vulnerable(printed: string): readonly string[] | undefined {
  try {
    const report = JSON.parse(printed) as { readonly vulnerabilities?: unknown; readonly error?: unknown } | null;
    const { vulnerabilities, error } = report ?? {};
    if (error !== undefined || typeof vulnerabilities !== 'object' || vulnerabilities === null) return undefined;
    return Object.keys(vulnerabilities);
  } catch {
    return undefined;
  }
}

/** What `npm audit --json` prints; nothing where it does not end in time. */
function npmAudit(...more: readonly string[]): Promise<string> {
  const args = ['audit', '--json', ...more];
  const npm = process.env.npm_execpath;
  const [command, all] = npm ? [process.execPath, [npm, ...args]] : ['npm', args];
  return new Promise((resolve) => {
    const child = spawn(command, all, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: !npm && process.platform === 'win32',
      timeout: PATIENCE_MS,
    });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.on('error', () => resolve(''));
    child.on('close', (code) => resolve(code === null ? '' : out));
  });
}
