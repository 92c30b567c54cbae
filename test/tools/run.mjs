#!/usr/bin/env node
// Door to every script of this project. Needs nothing but Node: it installs the dependencies when they are missing or out of date,
// then loads the TypeScript script through Vite, since Node 20 cannot run .ts by itself.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const OLDEST_NODE = [20, 19];
/** Command → module with an exported `main(args)` that answers with the exit code. */
const SCRIPTS = {
  build: 'test/tools/build.ts',
  test: 'test/tools/check.ts',
  asterisk: 'test/asterisk/run.ts',
  demo: 'test/demo/demo.ts',
  pictures: 'test/demo/pictures.ts',
  sim: 'test/demo/sim.ts',
  bench: 'test/bench/bench.ts',
  soak: 'test/soak/soak.ts',
  relay: 'test/tools/relay.ts',
  'bench-relay': 'test/bench/relay.ts',
};

process.chdir(ROOT);
process.exitCode = await run(process.argv[2] ?? '', process.argv.slice(3));

async function run(command, args) {
  if (isNodeTooOld()) {
    console.error(
      `PageDial needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node}. Get it from https://nodejs.org/`,
    );
    return 1;
  }
  const script = SCRIPTS[command];
  if (!script) {
    console.error(`Usage: node test/tools/run.mjs ${Object.keys(SCRIPTS).join('|')}`);
    return 1;
  }
  if (!areDependenciesReady() && !installDependencies()) return 1;
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(join(ROOT, script), { configFile: false, root: ROOT, logLevel: 'error' });
  return module.main(args);
}

function isNodeTooOld() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
}

/** Compares what is installed with the lock file, by content: a fresh checkout makes every file look new. */
function areDependenciesReady() {
  const installedFile = join('node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
  );
}

function installDependencies() {
  console.log('Installing dependencies (npm ci) …');
  const npm = process.env.npm_execpath;
  const quietly = ['ci', '--no-audit', '--no-fund'];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...quietly], { stdio: 'inherit' })
    : spawnSync('npm', quietly, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status === 0) return true;
  console.error('The dependencies could not be installed. Run "npm ci" to see why.');
  return false;
}
