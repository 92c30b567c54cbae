import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { Journal } from '../../simulators/journal.ts';
import { fileHolds, filesBelow, formsOf } from './canary.ts';
import type { TestBrowser } from './launch.ts';
import { rest } from './until.ts';

/** A page may hang, or be gone: what it holds is looked at when it answers. */
const PATIENCE_MS = 1_000;
const SECRET_KEYS: readonly string[] = ['password', 'token', 'relayToken', 'secret'];
/** Where Chromium writes what consoles are told, in the profile. */
const CONSOLE_FILE = 'chrome_debug.log';

/** What this test file has entered, called and heard: each file runs in a process of its own. */
const secrets = new Set<string>();
const numbers = new Set<string>();
let heard: string[] = [];

/** From now on no browser of this test file may hold these secrets where they do not belong. */
export function watchValues(values: Readonly<Record<string, string>> | undefined): void {
  for (const key of SECRET_KEYS) {
    const value = values?.[key];
    // Shorter ones turn up anywhere by chance.
    if (value !== undefined && value.length >= 6) secrets.add(value);
  }
}

/** The same for a number that is called: it lies in no open store, and no page is told it. */
export function watchNumber(number: string): void {
  const digits = number.replace(/\D/g, '');
  if (digits.length >= 10) numbers.add(digits.slice(-10));
}

/** Something that is no PBX was asked this. */
export function heardElsewhere(text: string): void {
  heard.push(text);
}

/** Looks for secrets and numbers where they do not belong, through the whole life of one browser. */
export interface LeakWatch {
  /** What lies open in its pages now. Never throws. */
  lookAtPages(): Promise<void>;
  /** Before it ends: pages, our storage, the consoles and the files of the profile. Never throws. */
  lookAtAll(): Promise<void>;
  /** After its end. Throws when anything has leaked, naming where and never what. */
  conclude(): void;
}

type Watched = Pick<TestBrowser, 'kind' | 'puppeteer' | 'extensionOrigin' | 'inExtension'>;

/** Watches a browser that has just started. */
export function watchForLeaks(browser: Watched): LeakWatch {
  const found = new Set<string>();
  const profile = profileOf(browser);
  let printed = '';
  // Firefox prints what consoles are told, those of the background and of content scripts included.
  browser.puppeteer.process()?.stdout?.on('data', (bytes: Buffer) => {
    printed += bytes.toString('utf8');
  });

  function judge(place: string, text: string, canaries: ReadonlySet<string>): void {
    const bytes = Buffer.from(text);
    if ([...canaries].flatMap(formsOf).some((form) => bytes.includes(form))) found.add(place);
  }

  async function lookAtPages(): Promise<void> {
    if (secrets.size + numbers.size === 0) return;
    for (const { address, whole, around } of await shownIn(browser)) {
      judge(`the document of ${address}`, whole, secrets);
      if (!address.startsWith(browser.extensionOrigin)) judge(`what was added to ${address}`, around, numbers);
    }
  }

  async function lookAtStorage(): Promise<void> {
    if (secrets.size + numbers.size === 0) return;
    const stored = await inTime(storedIn(browser));
    if (!stored) return;
    judge('storage.local', stored.local, secrets);
    judge('storage.local', stored.local, numbers);
    // What is not to be remembered lies there.
    if (!stored.local.includes('"secretsIn":"memory"')) judge('storage.session', stored.session, secrets);
  }

  function lookAtFiles(): void {
    if (!profile || !existsSync(profile) || secrets.size + numbers.size === 0) return;
    for (const file of filesBelow(profile)) {
      const name = relative(profile, file);
      const isOurs = /extension/i.test(name);
      if (fileHolds(file, [...secrets, ...(isOurs ? numbers : [])])) found.add(name);
    }
    const console = join(profile, CONSOLE_FILE);
    if (!existsSync(console)) return;
    for (const line of readFileSync(console, 'utf8').split(/\n(?=\[\d+:)/)) {
      if (!line.includes(`source: ${browser.extensionOrigin}/`)) continue;
      judge('the console', line, numbers);
      // Nobody sees here what is in it.
      if (line.includes('[object ')) found.add('the console, as an object');
    }
  }

  return {
    lookAtPages,
    async lookAtAll() {
      await Promise.all([lookAtPages(), lookAtStorage()]);
      lookAtFiles();
    },
    conclude() {
      judge('the console', printed, secrets);
      judge('the console', printed, numbers);
      const asked = heard.join('\n');
      heard = [];
      judge('what a page server was asked', asked, secrets);
      judge('what a page server was asked', asked, numbers);
      if (found.size > 0) throw new Error(`A secret or a number has leaked into ${[...found].join(', ')}`);
    },
  };
}

/** Requests in which a simulator got a secret elsewhere than in the body of a login. Read what it shows as `#…` off the journal. */
export function strayIn(journal: Journal, isLogin: (method: string, path: string) => boolean): readonly string[] {
  const shown = [...secrets].map((secret) => journal.hide(secret)).filter((hash) => hash.startsWith('#'));
  const holds = (text: string) => shown.some((hash) => text.includes(hash));
  const requests = journal
    .requests()
    .filter(
      ({ method, path, headers, body }) =>
        holds(path) || holds(JSON.stringify(headers)) || (holds(body) && !isLogin(method, path)),
    )
    .map(({ method, path }) => `${method} ${path}`);
  return [...requests, ...journal.frames('in').flatMap(({ text }) => (holds(text) ? [text] : []))];
}

interface Shown {
  readonly address: string;
  /** The whole document. */
  readonly whole: string;
  /** What of it is not the page's own content: around head and body, and what the site keeps. */
  readonly around: string;
}

async function shownIn(browser: Watched): Promise<readonly Shown[]> {
  const pages = (await inTime(browser.puppeteer.pages())) ?? [];
  const shown = await Promise.all(pages.map((page) => inTime(shownOn(page))));
  return shown.filter((one) => one !== undefined);
}

function shownOn(page: Page): Promise<Shown> {
  return page.evaluate(() => {
    const root = document.documentElement;
    const [html, body] = [root, document.body].map((element) => (element?.cloneNode(false) as Element)?.outerHTML);
    const added = [...root.children].filter((child) => child !== document.head && child !== document.body);
    const kept = () => {
      try {
        return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]);
      } catch {
        // A page of no origin keeps nothing.
        return '';
      }
    };
    return {
      address: location.href,
      whole: root.outerHTML,
      around: [html, body, ...added.map((element) => element.outerHTML), kept(), document.title].join('\n'),
    };
  });
}

function storedIn(browser: Watched): Promise<{ readonly local: string; readonly session: string }> {
  return browser.inExtension(async () => ({
    local: JSON.stringify(await chrome.storage.local.get(null)),
    session: JSON.stringify(await chrome.storage.session.get(null)),
  }));
}

/** Undefined when it fails or takes too long. */
function inTime<T>(job: Promise<T>): Promise<T | undefined> {
  return Promise.race([job.catch(() => undefined), rest(PATIENCE_MS).then(() => undefined)]);
}

/** The folder of the browser's profile, from its command line. */
function profileOf({ puppeteer }: Watched): string | undefined {
  const args = puppeteer.process()?.spawnargs ?? [];
  const at = args.findIndex((arg) => /^--?profile$/.test(arg));
  return at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--user-data-dir='))?.split('=')[1];
}
