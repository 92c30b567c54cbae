import puppeteer, { type Browser, type CDPSession, type Page } from 'puppeteer-core';
import { type BrowserKind, findBrowser, isRoot } from '../../tools/browsers.ts';
import { distOf, type Target } from '../../tools/project.ts';
import { copyExtension } from './extension-copy.ts';
import type { KeptProfile } from './kept-profile.ts';
import { watchForLeaks } from './leaks.ts';
import { processTree } from './process-tree.ts';
import { until } from './until.ts';

export type OwnPage = 'popup' | 'options' | 'confirm' | 'diagnostics';

/** One browser with the extension in it, the same for Chromium and Firefox. */
export interface TestBrowser {
  readonly kind: BrowserKind;
  readonly puppeteer: Browser;
  /** `chrome-extension://<id>` or `moz-extension://<uuid>`; empty without the extension. */
  readonly extensionOrigin: string;
  /** Where the files of the extension lie, read as they are when they are wanted; empty without it. */
  readonly folder: string;
  /** Opens a page in a new tab, in front, and waits until it is loaded. */
  open(url: string): Promise<Page>;
  /** Opens one of the extension's own pages in a new tab. */
  openOwnPage(page: OwnPage): Promise<Page>;
  /**
   * Runs a function in an idle page of the extension's origin, where `chrome.*` is what the popup sees. It must not use anything from
   * outside itself.
   */
  inExtension<Args extends readonly unknown[], T>(job: (...args: Args) => T | Promise<T>, ...args: Args): Promise<T>;
  /** Ends the service worker or event page as the browser does when it is idle. The next message or alarm starts it again. */
  stopBackground(): Promise<void>;
  /**
   * Installs the same build once more, which the browser takes for an update: the old background, own pages and content scripts are cut
   * off in the middle of what they do.
   */
  update(): Promise<void>;
  /** Removes the extension, as its user would. */
  uninstall(): Promise<void>;
  /** Takes the browser's network away and gives it back. In Chromium only as far as it says that there is none; sockets live on. */
  setOffline(isOffline: boolean): Promise<void>;
  /** Stops every process of the browser, as a machine does that sleeps; answers with the way to wake it. */
  sleep(): () => void;
  /** Ends every process of the browser at once, as a crash does. */
  crash(): Promise<void>;
  /** An own page that the extension itself has opened, once there is one. */
  findOwnPage(page: OwnPage): Promise<Page>;
  /** Light or dark, as the system would say. In Firefox for all pages. */
  setColors(page: Page, colors: 'light' | 'dark'): Promise<void>;
  /** Lets the next `permissions.request` for these match patterns succeed without a prompt. */
  acceptPrompt(origins: readonly string[]): Promise<void>;
  /** Takes all access to sites away, as the user can at any time in the browser's own pages. In Chromium for `as-built` only. */
  takeAccessAway(): Promise<void>;
  /** Lets the extension work in private windows, which users have to switch on by hand. It starts anew. */
  allowPrivateWindows(): Promise<void>;
  /** Opens a page in a new private window. */
  openPrivately(url: string): Promise<Page>;
  /** Looks at the pages that are open for secrets and numbers that do not belong there; `close` throws when there were any. */
  lookForLeaks(): Promise<void>;
  /** Throws when a secret or a number has been found where it does not belong, see `leaks.ts`. */
  close(): Promise<void>;
}

export interface LaunchOptions {
  readonly headless?: boolean;
  /** `granted` (default): all sites allowed, see `copyExtension`. `as-built`: what users install. `none`: a browser without it. */
  readonly extension?: 'granted' | 'as-built' | 'none';
  /** False: certificates nobody vouches for are refused, as for users. */
  readonly trustsAnyCertificate?: boolean;
  /** Fill the window instead of a fixed viewport, for people who look at it. */
  readonly forPeople?: boolean;
  /** A profile that outlives the browser, see `keepProfile`; a fresh one where absent. */
  readonly kept?: KeptProfile;
  /** Another program than the one that is installed. */
  readonly program?: string;
  readonly args?: readonly string[];
}

/** Names of this machine, beside `127.0.0.1`, for pages of several sites. */
export const TEST_HOSTS: readonly string[] = ['crm.test', 'other.test', 'pbx.test', 'shop.test'];

/** The extension's id in Firefox, from the manifest. */
export const GECKO_ID = 'pagedial@pagedial.example';
const GECKO_UUID = '6d1f0a52-5a0e-4b6e-9f0b-2c1d7e8f9a10';
const VIEWPORT = { width: 1280, height: 900 };
/** Any file of ours that runs no script of ours: its document still belongs to the extension. */
const IDLE_FILE = 'icons/16.png';

/** Starts a browser with the extension installed. Throws when the browser cannot be started: a test cannot go on then. */
export async function launch(kind: BrowserKind, options: LaunchOptions = {}): Promise<TestBrowser> {
  const executablePath = options.program ?? findBrowser(kind);
  if (!executablePath) throw new Error(`${kind} is not installed`);
  const target: Target = kind === 'chromium' ? 'chrome' : 'firefox';
  const mode = options.extension ?? 'granted';
  const copy = mode === 'granted' && options.kept === undefined ? copyExtension(target) : undefined;
  const folder = mode === 'none' ? undefined : (options.kept?.folder ?? copy?.folder ?? distOf(target));
  try {
    return await (kind === 'chromium' ? launchChromium : launchFirefox)({
      executablePath,
      folder,
      options,
      onClosed: () => copy?.remove(),
    });
  } catch (error) {
    copy?.remove();
    throw error;
  }
}

interface Start {
  readonly executablePath: string;
  readonly folder: string | undefined;
  readonly options: LaunchOptions;
  onClosed(): void;
}

async function launchChromium({ executablePath, folder, options, onClosed }: Start): Promise<TestBrowser> {
  const browser = await puppeteer.launch({
    executablePath,
    headless: options.headless ?? true,
    pipe: true,
    enableExtensions: true,
    acceptInsecureCerts: options.trustsAnyCertificate ?? true,
    defaultViewport: options.forPeople ? null : VIEWPORT,
    ...(options.kept ? { userDataDir: options.kept.profile } : {}),
    args: [
      ...(isRoot() ? ['--no-sandbox'] : []),
      '--disable-dev-shm-usage',
      // What consoles are told goes to a file in the profile.
      '--enable-logging',
      '--log-level=0',
      `--host-resolver-rules=${TEST_HOSTS.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`,
      // What is installed through the driver is forgotten at the end.
      ...(options.kept
        ? [`--load-extension=${options.kept.folder}`, `--disable-extensions-except=${options.kept.folder}`]
        : []),
      ...(options.args ?? []),
    ],
  });
  const id = options.kept ? await loadedId(browser) : folder ? await browser.installExtension(folder) : '';
  const extensionOrigin = folder ? `chrome-extension://${id}` : '';
  const openIdle = async () => {
    const page = await browser.newPage();
    await page.goto(`${extensionOrigin}/${IDLE_FILE}`);
    return page;
  };
  let offline: CDPSession | undefined;
  return {
    ...common('chromium', browser, folder, extensionOrigin, openIdle, onClosed),
    async uninstall() {
      await browser.uninstallExtension(id);
    },
    async setOffline(isOffline) {
      if (!isOffline) {
        // Said before the session ends: the worker does not notice its end.
        await offline?.send('Network.emulateNetworkConditions', networkThatIs(true)).catch(() => undefined);
        await offline?.detach().catch(() => undefined);
        offline = undefined;
        return;
      }
      const worker = await until('the background runs', () =>
        browser
          .targets()
          .find((target) => target.type() === 'service_worker' && target.url().startsWith(extensionOrigin)),
      );
      offline = await worker.createCDPSession();
      await offline.send('Network.enable');
      await offline.send('Network.emulateNetworkConditions', networkThatIs(false));
    },
    async openOwnPage(name) {
      const page = await browser.newPage();
      await page.goto(ownAddress(extensionOrigin, name));
      return page;
    },
    async stopBackground() {
      const page = await openIdle();
      const session = await page.createCDPSession();
      await session.send('ServiceWorker.enable');
      await session.send('ServiceWorker.stopAllWorkers');
      await page.close();
    },
    setColors: (page, colors) => page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: colors }]),
    async acceptPrompt(origins) {
      const page = await browser.newPage();
      await page.goto('chrome://extensions/');
      for (const origin of origins) {
        await page.evaluate(addHostPermission, id, origin);
      }
      await page.close();
    },
    async takeAccessAway() {
      const page = await openIdle();
      await page.evaluate(() => chrome.permissions.remove({ origins: ['https://*/*', 'http://*/*'] }));
      await page.close();
    },
    async allowPrivateWindows() {
      // Switched on in `chrome://extensions`, the extension stays dead; installed anew with the switch on, it is an update.
      await browser.newPage();
      const session = await browser.target().createCDPSession();
      await session.send('Extensions.loadUnpacked', { path: folder ?? '', enableInIncognito: true });
      await session.detach();
    },
  };
}

function networkThatIs(online: boolean) {
  return { offline: !online, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
}

/** The id of the extension that the browser has loaded at its start. */
async function loadedId(browser: Browser): Promise<string> {
  const worker = await browser.waitForTarget(
    (target) => target.type() === 'service_worker' && target.url().startsWith('chrome-extension:'),
  );
  return new URL(worker.url()).host;
}

async function launchFirefox({ executablePath, folder, options, onClosed }: Start): Promise<TestBrowser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: options.headless ?? true,
    acceptInsecureCerts: options.trustsAnyCertificate ?? true,
    defaultViewport: options.forPeople ? null : VIEWPORT,
    ...(options.kept ? { userDataDir: options.kept.profile } : {}),
    // Without it "Navigation to moz-extension://… is not allowed in this context".
    args: ['--remote-allow-system-access', ...(options.args ?? [])],
    extraPrefsFirefox: {
      'extensions.webextensions.uuids': JSON.stringify({ [GECKO_ID]: GECKO_UUID }),
      'extensions.webextOptionalPermissionPrompts': false,
      // What consoles are told is printed.
      'browser.dom.window.dump.enabled': true,
      'devtools.console.stdout.content': true,
      'network.dns.localDomains': TEST_HOSTS.join(','),
      ...(options.kept
        ? {
            'xpinstall.signatures.required': false,
            'extensions.autoDisableScopes': 0,
            'extensions.startupScanScopes': 15,
            'browser.sessionstore.resume_from_crash': false,
          }
        : {}),
    },
  });
  // In a kept profile it lies already.
  if (folder && !options.kept) await browser.installExtension(folder);
  const extensionOrigin = folder ? `moz-extension://${GECKO_UUID}` : '';
  const openOwn = async (address: string) => {
    const page = await browser.newPage();
    // Load events never arrive for moz-extension: pages; a plain goto would hang.
    await page.goto(address, { waitUntil: [] });
    await page.waitForFunction(() => location.protocol === 'moz-extension:' && document.readyState === 'complete');
    return page;
  };
  return {
    ...common('firefox', browser, folder, extensionOrigin, () => openOwn(`${extensionOrigin}/${IDLE_FILE}`), onClosed),
    async uninstall() {
      await browser.uninstallExtension(GECKO_ID);
    },
    async setOffline(isOffline) {
      await inFirefoxItself(browser, `Services.io.offline = ${isOffline}`);
    },
    openOwnPage: (name) => openOwn(ownAddress(extensionOrigin, name)),
    async stopBackground() {
      await inFirefoxItself(
        browser,
        `WebExtensionPolicy.getByID(${JSON.stringify(GECKO_ID)}).extension.terminateBackground()`,
      );
    },
    async setColors(_page, colors) {
      const override = `'layout.css.prefers-color-scheme.content-override', ${colors === 'dark' ? 0 : 1}`;
      await inFirefoxItself(browser, `Services.prefs.setIntPref(${override})`);
    },
    // The preference above accepts every prompt.
    async acceptPrompt() {},
    async takeAccessAway() {
      const page = await openOwn(`${extensionOrigin}/${IDLE_FILE}`);
      await page.evaluate(() => chrome.permissions.remove({ origins: ['https://*/*', 'http://*/*'] }));
      await page.close();
    },
    async allowPrivateWindows() {
      // The pages of the extension are closed with it, and a browser whose last page is closed ends.
      await browser.newPage();
      const id = JSON.stringify(GECKO_ID);
      await inFirefoxItself(
        browser,
        `(async () => {
          const { ExtensionPermissions } = ChromeUtils.importESModule('resource://gre/modules/ExtensionPermissions.sys.mjs');
          const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
          const wanted = { permissions: ['internal:privateBrowsingAllowed'], origins: [] };
          await ExtensionPermissions.add(${id}, wanted, WebExtensionPolicy.getByID(${id}).extension);
          await (await AddonManager.getAddonByID(${id})).reload();
        })()`,
      );
    },
  };
}

function common(
  kind: BrowserKind,
  browser: Browser,
  folder: string | undefined,
  extensionOrigin: string,
  openIdle: () => Promise<Page>,
  onClosed: () => void,
): Pick<
  TestBrowser,
  | 'kind'
  | 'puppeteer'
  | 'extensionOrigin'
  | 'folder'
  | 'open'
  | 'openPrivately'
  | 'findOwnPage'
  | 'inExtension'
  | 'update'
  | 'sleep'
  | 'crash'
  | 'lookForLeaks'
  | 'close'
> {
  let idle: Promise<Page> | undefined;
  let spare: Page | undefined;
  let isClosed = false;
  const idlePage = async () => {
    const page = await idle?.catch(() => undefined);
    // An update takes it away, and the driver does not always know.
    const isThere = await page?.evaluate(() => chrome.runtime?.id !== undefined).catch(() => false);
    if (page && isThere) return page;
    idle = openIdle();
    return idle;
  };
  const inExtension: TestBrowser['inExtension'] = async (job, ...args) => {
    const page = await idlePage();
    return (await page.evaluate(job as unknown as (...all: unknown[]) => unknown, ...args)) as Awaited<
      ReturnType<typeof job>
    >;
  };
  const leaks = watchForLeaks({ kind, puppeteer: browser, extensionOrigin, inExtension });
  return {
    kind,
    puppeteer: browser,
    extensionOrigin,
    folder: folder ?? '',
    async open(url) {
      const page = await browser.newPage();
      await page.goto(url);
      await page.bringToFront();
      return page;
    },
    async openPrivately(url) {
      // An own page of before the extension started anew is gone.
      idle = openIdle();
      const page = await idle;
      await page.evaluate((address) => chrome.windows.create({ incognito: true, url: address }), url);
      return until('the private window shows the page', async () => {
        for (const target of browser.targets()) {
          const shown = await target.page().catch(() => null);
          if ((await shown?.evaluate(() => location.href).catch(() => '')) === url) return shown;
        }
        return undefined;
      });
    },
    findOwnPage(name) {
      const address = ownAddress(extensionOrigin, name);
      return until(`the extension shows its ${name} page`, async () => {
        for (const page of await browser.pages()) {
          // Asked of the page itself: to the driver, pages that Firefox opened for an extension stay `about:blank`.
          if ((await page.evaluate(() => location.href).catch(() => '')) === address) return page;
        }
        return undefined;
      });
    },
    inExtension,
    async update() {
      const page = await idle?.catch(() => undefined);
      idle = undefined;
      // The pages of the extension are closed with it, and a browser whose last page is closed ends.
      if (!spare || spare.isClosed()) spare = await browser.newPage();
      await page?.close().catch(() => undefined);
      if (folder) await browser.installExtension(folder);
      await until('the new version answers', async () => {
        const next = await openIdle();
        if (await next.evaluate(() => chrome.runtime?.id !== undefined)) idle = Promise.resolve(next);
        else await next.close();
        return idle;
      });
    },
    sleep() {
      const processes = processTree(browser.process()?.pid);
      for (const pid of processes) process.kill(pid, 'SIGSTOP');
      return () => {
        for (const pid of processes) process.kill(pid, 'SIGCONT');
      };
    },
    async crash() {
      isClosed = true;
      for (const pid of processTree(browser.process()?.pid)) process.kill(pid, 'SIGKILL');
      await browser.close().catch(() => undefined);
    },
    lookForLeaks: () => leaks.lookAtPages(),
    async close() {
      const isFirst = !isClosed && folder !== undefined;
      isClosed = true;
      if (isFirst) await leaks.lookAtAll();
      await browser.close().catch(() => undefined);
      onClosed();
      if (isFirst) leaks.conclude();
    },
  };
}

function ownAddress(extensionOrigin: string, name: OwnPage): string {
  return `${extensionOrigin}/src/${name}/${name}.html`;
}

/** Runs in `chrome://extensions`, the only place with this interface. */
function addHostPermission(id: string, pattern: string): Promise<void> {
  const { developerPrivate } = chrome as unknown as {
    readonly developerPrivate: { addHostPermission(id: string, pattern: string): Promise<void> };
  };
  return developerPrivate.addHostPermission(id, pattern);
}

/** Evaluates in Firefox's own (chrome) scope, and answers with a string if that is what comes of it: public in BiDi, named by nobody in Puppeteer. */
export async function inFirefoxItself(browser: Browser, expression: string): Promise<string> {
  const { connection } = browser as unknown as {
    readonly connection: { send(method: string, params: object): Promise<{ result: unknown }> };
  };
  const tree = (await connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' })).result as {
    contexts: readonly { context: string }[];
  };
  const context = await until('Firefox shows a window', () => tree.contexts[0]?.context);
  const answer = await connection.send('script.evaluate', { expression, target: { context }, awaitPromise: true });
  const { result } = answer.result as { readonly result?: { readonly value?: unknown } };
  return String(result?.value ?? '');
}
