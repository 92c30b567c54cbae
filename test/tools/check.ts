import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureAsterisk } from '../asterisk/find-asterisk.ts';
import { auditDependencies } from './audit.ts';
import { ensureBrowsers } from './browsers.ts';
import { build } from './build.ts';
import { type Check, checkBuild, checkLock, lintFirefox } from './check-build.ts';
import { CACHE, runTool, TARGETS } from './project.ts';
import { checkDependencies } from './supply-chain.ts';

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/**
 * `npm test`: everything that must hold, in one run.
 * `--full` runs all pages, seeds and the soak; `--only static|unit|e2e` one part. With `PAGEDIAL_ASTERISK` in the environment calls are
 * played at a real Asterisk too, where one can be had. The last line is always `N passed, N failed`.
 */
export async function main(args: readonly string[]): Promise<number> {
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  if (args.includes('--full')) process.env.PAGEDIAL_FULL = '1';
  mkdirSync(CACHE, { recursive: true });
  const startedAt = Date.now();
  const tallies: Tally[] = [];
  if (!only || only === 'static') tallies.push(await runStatic());
  else if (only === 'e2e') tallies.push(report(await buildBoth()));
  if (!only || only === 'unit') tallies.push(await runVitest('unit'));
  if (!only || only === 'e2e') tallies.push(await runEndToEnd());
  if (!only && process.env.PAGEDIAL_ASTERISK) tallies.push(await runAsterisk());
  const passed = sum(tallies.map((tally) => tally.passed));
  const failed = sum(tallies.map((tally) => tally.failed));
  console.log(`\nTook ${Math.round((Date.now() - startedAt) / 1000)} s.`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function runStatic(): Promise<Tally> {
  heading('Types, lint, builds');
  const types = await runTool('typescript/bin/tsc', ['--noEmit']);
  const lint = await runTool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']);
  const first = report([
    { name: 'types', ...(types === 0 ? {} : { problem: 'tsc --noEmit' }) },
    { name: 'lint and format', ...(lint === 0 ? {} : { problem: 'biome check' }) },
    ...(await buildBoth()),
  ]);
  return add(
    first,
    report([
      checkLock(),
      ...checkDependencies(),
      ...(await auditDependencies(console.log)),
      ...TARGETS.flatMap((target) => checkBuild(target)),
      await lintFirefox(),
    ]),
  );
}

async function buildBoth(): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const target of TARGETS) {
    const code = await build(target, 'warn');
    checks.push({ name: `${target}: builds`, ...(code === 0 ? {} : { problem: 'vite build' }) });
  }
  return checks;
}

async function runEndToEnd(): Promise<Tally> {
  heading('Real browsers');
  if (!ensureBrowsers()) return report([{ name: 'browsers are installed', problem: 'see above' }]);
  return runVitest('e2e');
}

async function runAsterisk(): Promise<Tally> {
  heading('A real Asterisk with SIP phones');
  return ensureAsterisk() ? runVitest('asterisk') : { passed: 0, failed: 0 };
}

async function runVitest(project: 'unit' | 'e2e' | 'asterisk'): Promise<Tally> {
  if (project === 'unit') heading('Unit tests');
  const file = join(CACHE, `vitest-${project}.json`);
  rmSync(file, { force: true });
  const code = await runTool('vitest/vitest.mjs', [
    'run',
    '--project',
    project,
    '--passWithNoTests',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const tally = readTally(file);
  // A run that fails without a failed test (a crash, a file that does not load) still counts as one failure.
  if (code !== 0 && tally.failed === 0) return add(tally, { passed: 0, failed: 1 });
  return tally;
}

function readTally(file: string): Tally {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      testResults: readonly { status: string; assertionResults: readonly unknown[] }[];
    };
    const brokenFiles = result.testResults.filter(
      (testFile) => testFile.status === 'failed' && testFile.assertionResults.length === 0,
    );
    return { passed: result.numPassedTests, failed: result.numFailedTests + brokenFiles.length };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function report(checks: readonly Check[]): Tally {
  for (const { name, problem } of checks) console.log(problem ? ` ✗ ${name}: ${problem}` : ` ✓ ${name}`);
  const failed = checks.filter((check) => check.problem).length;
  return { passed: checks.length - failed, failed };
}

function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}

function heading(text: string): void {
  console.log(`\n── ${text} ──`);
}
