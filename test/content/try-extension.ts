import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { build } from 'vite';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

/** What the stand-in background was asked, oldest first. */
export interface Asked {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A browser with the content script alone: a tiny background answers it and writes down what it was asked. */
export interface TryOut {
  readonly browser: Browser;
  readonly origin: string;
  /** Opens a page with this body; `path` tells pages apart. */
  open(html: string, options?: { readonly head?: string; readonly lang?: string }): Promise<Page>;
  /** Serves a whole document under a path. */
  serve(path: string, html: string, type?: string): string;
  asked(): Promise<readonly Asked[]>;
  forget(): Promise<void>;
  /** What the background answers from now on, by message type; the atlas is added to settings that ask for marks. */
  answer(type: string, reply: unknown): Promise<void>;
  /** Sends to all tabs, answers what the first frame said. */
  tell(page: Page, message: unknown, frameId?: number): Promise<unknown>;
  /** All frames' answers over a port, as the popup asks. */
  numbersOfAllFrames(page: Page): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

const BACKGROUND = `
const api = globalThis.browser ?? chrome;
const atlas = ${JSON.stringify(WHOLE_ATLAS)};
globalThis.asked = [];
globalThis.replies = { 'page/settings': { decorate: true, country: 'US' }, 'call/dial': { ok: true, value: 'c1' }, 'call/cancel': { ok: true } };
api.runtime.onMessage.addListener((message, sender, answer) => {
  asked.push(message);
  const reply = replies[message.type] ?? null;
  answer(reply?.decorate ? { ...reply, atlas } : reply);
  return false;
});
`;

/** Builds the content script and starts Chromium with it on loopback pages. */
export async function startTryOut(): Promise<TryOut> {
  const dir = await mkdtemp(join(tmpdir(), 'pagedial-content-'));
  await buildContentScript(dir);
  await cp('public/_locales', join(dir, '_locales'), { recursive: true });
  await writeFile(join(dir, 'background.js'), BACKGROUND);
  await writeFile(
    join(dir, 'manifest.json'),
    JSON.stringify({
      manifest_version: 3,
      name: 'Content script try-out',
      version: '1',
      default_locale: 'en',
      permissions: ['tabs', 'scripting'],
      host_permissions: ['http://127.0.0.1/*', 'http://localhost/*'],
      background: { service_worker: 'background.js' },
      content_scripts: [
        {
          matches: ['http://127.0.0.1/*', 'http://localhost/*'],
          js: ['content.js'],
          run_at: 'document_idle',
          all_frames: true,
          match_about_blank: true,
        },
      ],
    }),
  );
  const pages = new Map<string, { readonly html: string; readonly type: string }>();
  const server = createServer((request, response) => {
    const page = pages.get((request.url ?? '').split('?')[0] ?? '');
    response.writeHead(page ? 200 : 404, { 'content-type': page?.type ?? 'text/plain' });
    response.end(page?.html ?? '');
  });
  await listen(server);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
    headless: true,
    pipe: true,
    enableExtensions: true,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    defaultViewport: { width: 1000, height: 700 },
  });
  const id = await browser.installExtension(dir);
  const target = await browser.waitForTarget((one) => one.type() === 'service_worker' && one.url().includes(id));
  const worker = await target.worker();
  if (!worker) throw new Error('the try-out background did not start');
  let count = 0;

  const serve = (path: string, html: string, type = 'text/html; charset=utf-8') => {
    pages.set(path, { html, type });
    return `${origin}${path}`;
  };
  return {
    browser,
    origin,
    serve,
    async open(html, { head = '', lang = 'en-US' } = {}) {
      count += 1;
      const url = serve(
        `/page-${count}`,
        `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>Page</title>${head}</head><body>${html}</body></html>`,
      );
      const page = await browser.newPage();
      await page.goto(url);
      return page;
    },
    asked: () => worker.evaluate('asked') as Promise<readonly Asked[]>,
    forget: async () => void (await worker.evaluate('asked.length = 0')),
    answer: async (type, reply) =>
      void (await worker.evaluate(`replies[${JSON.stringify(type)}] = ${JSON.stringify(reply)}`)),
    async tell(page, message, frameId = 0) {
      return worker.evaluate(
        `(async () => {
          const [tab] = (await chrome.tabs.query({})).filter((tab) => tab.url === ${JSON.stringify(page.url())});
          return (await chrome.tabs.sendMessage(tab.id, ${JSON.stringify(message)}, { frameId: ${frameId} })) ?? null;
        })()`,
      );
    },
    async numbersOfAllFrames(page) {
      return worker.evaluate(
        `(async () => {
          const [tab] = (await chrome.tabs.query({})).filter((tab) => tab.url === ${JSON.stringify(page.url())});
          const port = chrome.tabs.connect(tab.id, { name: 'page/numbers' });
          const frames = [];
          port.onMessage.addListener((message) => frames.push(message.frame));
          await new Promise((done) => setTimeout(done, 1500));
          return frames;
        })()`,
      ) as Promise<readonly unknown[]>;
    },
    async close() {
      await browser.close();
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function buildContentScript(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      lib: { entry: 'src/content/main.ts', formats: ['iife'], name: 'pagedial', fileName: () => 'content.js' },
    },
  });
}

function listen(server: Server): Promise<void> {
  return new Promise((done) => server.listen(0, '127.0.0.1', done));
}
