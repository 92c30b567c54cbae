import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isRoot } from '../tools/browsers.ts';
import { CACHE } from '../tools/project.ts';

/** An Asterisk that can be started: a program of this machine, or one in a Debian folder of its own (as root, by chroot). */
export interface FoundAsterisk {
  readonly program: string;
  /** The Debian folder; undefined for a program of this machine. */
  readonly root?: string;
}

/** Debian 11 has version 16, Debian 12 none, the unstable `sid` a recent one. */
const SUITE = process.env.ASTERISK_SUITE ?? 'bullseye';
const ROOT_FOLDER = join(CACHE, `asterisk-${SUITE}`);
/** Written when the folder is whole: a download that broke off is begun anew. */
const DONE = join(ROOT_FOLDER, 'pagedial-complete');

/** A machine without a network must not wait for it. */
const INSTALL_WITHIN_MS = 60_000;
const BRING_WITHIN_MS = 240_000;

/** Finds an Asterisk, or as root on Debian or Ubuntu brings one; undefined where neither works, and why has been printed then. */
export function ensureAsterisk(): FoundAsterisk | undefined {
  const program = inPath('asterisk');
  if (program) return { program };
  if (existsSync(DONE)) return { program: '/usr/sbin/asterisk', root: ROOT_FOLDER };
  const hindrance = bring();
  if (hindrance === undefined) return { program: '/usr/sbin/asterisk', root: ROOT_FOLDER };
  console.error(`No Asterisk to test with: ${hindrance}`);
  console.error('Install Asterisk 16 or later, or run this as root on Debian or Ubuntu.');
  console.log('NOT RUN: the tests against a real Asterisk.');
  return undefined;
}

/** The reason why it could not be brought; undefined when it is there. */
function bring(): string | undefined {
  if (process.platform !== 'linux' || !isRoot() || !inPath('apt-get')) return 'this is not root on Debian or Ubuntu';
  if (!inPath('debootstrap')) install('debootstrap', 'debian-archive-keyring');
  const debootstrap = inPath('debootstrap');
  if (!debootstrap) return 'debootstrap could not be installed';
  console.log(`Bringing Asterisk into ${ROOT_FOLDER} (about a minute) …`);
  rmSync(ROOT_FOLDER, { recursive: true, force: true });
  mkdirSync(ROOT_FOLDER, { recursive: true });
  const wanted = ['--variant=minbase', '--include=asterisk,asterisk-modules', SUITE, ROOT_FOLDER];
  const done = spawnSync(debootstrap, wanted, { stdio: ['ignore', 'ignore', 'inherit'], timeout: BRING_WITHIN_MS });
  if (done.status !== 0) return `debootstrap ended with ${done.status ?? done.signal}`;
  const started = spawnSync('chroot', [ROOT_FOLDER, '/usr/sbin/asterisk', '-V'], { stdio: 'ignore', timeout: 30_000 });
  if (started.status !== 0) return 'it does not start in a folder of its own here';
  writeFileSync(DONE, '');
  return undefined;
}

function install(...packages: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { stdio: 'ignore' as const, env, timeout: INSTALL_WITHIN_MS };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
}

function inPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(existsSync);
}
