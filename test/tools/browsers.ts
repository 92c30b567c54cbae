import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export type BrowserKind = 'chromium' | 'firefox';
export const BROWSER_KINDS: readonly BrowserKind[] = ['chromium', 'firefox'];

interface Whereabouts {
  /** Environment variable that names the program and wins over everything else. */
  readonly variable: string;
  /** Program names looked for in PATH, best first. */
  readonly names: readonly string[];
  /** Where installers put it on macOS and Windows. */
  readonly paths: readonly string[];
  /** Debian's and Ubuntu's package. */
  readonly packageName: string;
}

const PROGRAM_FILES = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].filter(
  (folder): folder is string => folder !== undefined,
);

const WHERE: Readonly<Record<BrowserKind, Whereabouts>> = {
  chromium: {
    variable: 'CHROME_PATH',
    names: [
      'chromium',
      'chromium-browser',
      'google-chrome-stable',
      'google-chrome',
      'microsoft-edge-stable',
      'microsoft-edge',
    ],
    paths: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ...PROGRAM_FILES.map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
      ...PROGRAM_FILES.map((folder) => join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe')),
    ],
    packageName: 'chromium',
  },
  firefox: {
    variable: 'FIREFOX_PATH',
    names: ['firefox-esr', 'firefox'],
    paths: [
      '/Applications/Firefox.app/Contents/MacOS/firefox',
      ...PROGRAM_FILES.map((folder) => join(folder, 'Mozilla Firefox', 'firefox.exe')),
    ],
    packageName: 'firefox-esr',
  },
};

/** Path of the browser's program, or undefined where there is none. */
export function findBrowser(kind: BrowserKind): string | undefined {
  const { variable, names, paths } = WHERE[kind];
  const named = process.env[variable];
  if (named) return named;
  const inPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => names.map((name) => ({ folder, name })));
  // The order of names decides, not the order of folders: Debian's own browser before a wrapper somewhere else.
  const byName = names.flatMap((name) => inPath.filter((place) => place.name === name));
  return [...byName.map(({ folder, name }) => join(folder, name)), ...paths].find(isProgram);
}

/**
 * Paths of these browsers, installed with the system's package manager where that is possible without asking anyone.
 * @returns undefined when one is missing; the command that installs it has been printed then
 */
export function ensureBrowsers(
  kinds: readonly BrowserKind[] = BROWSER_KINDS,
): Readonly<Record<BrowserKind, string>> | undefined {
  const missing = kinds.filter((kind) => !findBrowser(kind));
  if (missing.length > 0 && canInstall()) install(missing);
  const stillMissing = kinds.filter((kind) => !findBrowser(kind));
  if (stillMissing.length > 0) {
    for (const kind of stillMissing) console.error(howToInstall(kind));
    return undefined;
  }
  return { chromium: findBrowser('chromium') ?? '', firefox: findBrowser('firefox') ?? '' };
}

/** True where Chromium refuses to start with its sandbox. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canInstall(): boolean {
  const hasApt = (process.env.PATH ?? '').split(delimiter).some((folder) => isProgram(join(folder, 'apt-get')));
  return process.platform === 'linux' && isRoot() && hasApt;
}

function install(kinds: readonly BrowserKind[]): void {
  const packages = kinds.map((kind) => WHERE[kind].packageName);
  console.log(`Installing ${packages.join(' and ')} with apt-get …`);
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], quiet as never);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet as never);
}

function howToInstall(kind: BrowserKind): string {
  const { packageName, variable } = WHERE[kind];
  const name = kind === 'chromium' ? 'Chromium, Chrome or Edge' : 'Firefox';
  const command = {
    linux: `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packageName}`,
    darwin: `brew install --cask ${kind === 'chromium' ? 'google-chrome' : 'firefox'}`,
    win32: `winget install ${kind === 'chromium' ? 'Google.Chrome' : 'Mozilla.Firefox'}`,
  }[process.platform as 'linux' | 'darwin' | 'win32'];
  return `${name} was not found. Install it${command ? ` with\n  ${command}\n` : ' '}or set ${variable} to its program.`;
}
