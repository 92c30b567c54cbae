import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve, sep } from 'node:path';
import preact from '@preact/preset-vite';
import type { Browser, Page } from 'puppeteer-core';
import { build } from 'vite';
import manifest from '../../manifest.json' with { type: 'json' };
import messages from '../../public/_locales/en/messages.json' with { type: 'json' };
import { INITIAL } from '../../src/core/update.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { DEFAULT_SETTINGS } from '../../src/storage/settings.ts';
import { installStub, type StageSetting } from './browser-stub.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = ['popup', 'options', 'confirm', 'panel', 'diagnostics'] as const satisfies readonly StagePage[];
const HEIGHTS: Readonly<Record<StagePage, number>> = {
  popup: 600,
  options: 900,
  confirm: 420,
  panel: 800,
  diagnostics: 900,
};
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
};

export type StagePage = 'popup' | 'options' | 'confirm' | 'panel' | 'diagnostics';

/** Our own pages as built, served from loopback under the manifest's own content security policy. */
export interface PageStage {
  open(browser: Browser, page: StagePage, setting: Partial<StageSetting>, width: number): Promise<Page>;
  /** The same in a tab that is there, which is twice as fast as a new one. */
  show(tab: Page, page: StagePage, setting: Partial<StageSetting>, width: number): Promise<void>;
  close(): Promise<void>;
}

/** Builds the pages with the fake registry and serves them. */
export async function startPageStage(): Promise<PageStage> {
  const folder = await mkdtemp(join(tmpdir(), 'pagedial-pages-'));
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'warn',
    plugins: [preact(), fakeRegistry()],
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: folder,
      emptyOutDir: true,
      modulePreload: false,
      target: 'es2022',
      rollupOptions: { input: PAGES.map((page) => join(ROOT, `src/${page}/${page}.html`)) },
    },
  });
  await writeFile(join(folder, 'atlas.json'), JSON.stringify(WHOLE_ATLAS));
  const server = await serve(folder);
  const { port } = server.address() as AddressInfo;
  const show: PageStage['show'] = async (tab, name, setting, width) => {
    await tab.setViewport({ width, height: HEIGHTS[name] });
    const { identifier } = await tab.evaluateOnNewDocument(installStub, { ...DEFAULT_STAGE, ...setting });
    await tab.goto(`http://127.0.0.1:${port}/src/${name}/${name}.html${name === 'confirm' ? '?id=secret-1' : ''}`);
    await tab.evaluate(untilDrawn);
    await tab.removeScriptToEvaluateOnNewDocument(identifier);
  };
  return {
    async open(browser, name, setting, width) {
      const page = await browser.newPage();
      await show(page, name, setting, width);
      return page;
    },
    show,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs in the page. Its head may stand in the HTML, before anything is drawn. */
function untilDrawn(): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = performance.now() + 30_000;
    const look = () => {
      if (document.querySelector('main')) resolve();
      else if (performance.now() > end) reject(new Error('the page draws nothing'));
      else setTimeout(look, 5);
    };
    look();
  });
}

const DEFAULT_STAGE: StageSetting = {
  messages,
  state: INITIAL,
  settings: DEFAULT_SETTINGS,
  granted: [],
  frames: [],
  replies: {},
  language: 'en-GB',
  isRtl: false,
  grants: true,
};

function fakeRegistry() {
  return {
    name: 'fake-registry',
    enforce: 'pre' as const,
    resolveId: (id: string) => (id.endsWith('/pbx/registry.ts') ? join(ROOT, 'test/ui/fake-registry.ts') : null),
  };
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stage');
    const file = resolve(folder, `.${pathname}`);
    if (!file.startsWith(folder + sep)) return void response.writeHead(404).end();
    readFile(file).then(
      (body) =>
        response
          .writeHead(200, {
            'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
            'content-security-policy': manifest.content_security_policy.extension_pages,
          })
          .end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
