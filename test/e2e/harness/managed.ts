import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BrowserKind, findBrowser } from '../../tools/browsers.ts';
import { CACHE } from '../../tools/project.ts';
import type { KeptProfile } from './kept-profile.ts';

/** A place where a browser looks for its organisation's decisions. */
export interface PolicyPlace {
  /** The program to start, where it is not the usual one. */
  readonly program?: string;
  /** Says what PageDial is told from now on: Firefox at its start, Chromium within some seconds. */
  decide(policy: object): void;
  /** Takes everything away that was put there. */
  remove(): void;
}

/** Folder of the policies that nobody can change, by the program's name. Source: the browsers' own manuals for administrators. */
const CHROMIUM_FOLDERS: Readonly<Record<string, string>> = {
  chromium: '/etc/chromium/policies/managed',
  'chromium-browser': '/etc/chromium-browser/policies/managed',
  'google-chrome': '/etc/opt/chrome/policies/managed',
  'google-chrome-stable': '/etc/opt/chrome/policies/managed',
  'microsoft-edge': '/etc/opt/edge/policies/managed',
  'microsoft-edge-stable': '/etc/opt/edge/policies/managed',
};

/** Makes the place, or says in a sentence why it cannot be made on this machine. */
export function openPolicyPlace(kind: BrowserKind, kept: KeptProfile, geckoId: string): PolicyPlace | string {
  const program = findBrowser(kind);
  if (program === undefined) return `${kind} is not installed`;
  if (process.platform !== 'linux') return `policies of this system are no files`;
  return kind === 'chromium' ? chromiumPlace(program, kept) : firefoxPlace(program, geckoId);
}

function chromiumPlace(program: string, kept: KeptProfile): PolicyPlace | string {
  const folder = CHROMIUM_FOLDERS[basename(program)];
  if (folder === undefined) return `the policy folder of ${basename(program)} is not known`;
  const root = firstMissing(folder);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    return `${folder} cannot be written`;
  }
  const id = idOfFolder(kept.folder);
  // Named after the one extension it is for; other browsers on this machine read it and find nothing for theirs.
  const file = join(folder, `pagedial-test-${id}.json`);
  return {
    decide: (policy) => writeFileSync(file, JSON.stringify({ '3rdparty': { extensions: { [id]: policy } } })),
    remove() {
      rmSync(file, { force: true });
      if (root !== undefined) removeEmpty(folder, root);
    },
  };
}

/** A folder of links to Firefox's files with a `distribution` of its own: policies there are for this program only. */
function firefoxPlace(program: string, geckoId: string): PolicyPlace | string {
  const real = realpathSync(program);
  const installed = dirname(real);
  if (!existsSync(join(installed, 'application.ini'))) return `the program folder of ${program} is not known`;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'firefox-'));
  for (const name of readdirSync(installed)) {
    if (name !== 'distribution' && name !== basename(real)) symlinkSync(join(installed, name), join(folder, name));
  }
  // Firefox looks beside the file it really is.
  copyFileSync(real, join(folder, basename(real)));
  mkdirSync(join(folder, 'distribution'));
  return {
    program: join(folder, basename(real)),
    decide(policy) {
      const policies = { '3rdparty': { Extensions: { [geckoId]: policy } } };
      writeFileSync(join(folder, 'distribution', 'policies.json'), JSON.stringify({ policies }));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The id Chromium gives to an unpacked extension: a hash of its folder's path, written in the letters a to p. */
function idOfFolder(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  return [...hash].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16))).join('');
}

/** The uppermost folder on the way that is not there yet. */
function firstMissing(folder: string): string | undefined {
  if (existsSync(folder)) return undefined;
  return firstMissing(dirname(folder)) ?? folder;
}

function removeEmpty(folder: string, last: string): void {
  if (readdirSync(folder).length > 0) return;
  rmSync(folder, { recursive: true });
  if (folder !== last) removeEmpty(dirname(folder), last);
}
