import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CACHE } from '../../tools/project.ts';
import type { TestBrowser } from './launch.ts';
import { until } from './until.ts';

/** Every message there is, as somebody would forge it. */
export const FORGED: readonly { readonly type: string; readonly payload: object }[] = [
  { type: 'page/settings', payload: {} },
  { type: 'call/dial', payload: { number: '+16175550190', requestId: 'forged-1' } },
  { type: 'call/dial', payload: { number: '+19005550190', requestId: 'forged-2' } },
  { type: 'call/cancel', payload: { requestId: 'real' } },
  { type: 'ui/dial', payload: { text: '+16175550190', requestId: 'forged-3' } },
  { type: 'confirm/read', payload: { id: '' } },
  { type: 'confirm/answer', payload: { id: '', call: true } },
  { type: 'call/hang-up', payload: { id: 'CALL' } },
  { type: 'call/hold', payload: { id: 'CALL', want: 'hold' } },
  { type: 'call/transfer', payload: { id: 'CALL', text: '+16175550190', isSure: true } },
  { type: 'call/dismiss', payload: { id: 'CALL' } },
  { type: 'connection/retry', payload: {} },
  { type: 'account/test', payload: { vendor: 'vodia', values: { server: 'http://127.0.0.1:9' } } },
  { type: 'account/save', payload: { vendor: 'vodia', values: { server: 'http://127.0.0.1:9', user: '45' } } },
  { type: 'account/remove', payload: {} },
  { type: 'settings/change', payload: { sites: { mode: 'only', hosts: [] }, country: 'FR' } },
  { type: 'settings/import', payload: { text: '{"pagedial":1,"country":"FR"}' } },
  { type: 'settings/export', payload: {} },
  { type: 'page/numbers', payload: {} },
  { type: 'page/settings-changed', payload: { decorate: false, country: 'FR' } },
  { type: 'page/call', payload: { requestId: 'real', phase: 'ended', words: 'forged', canCancel: false } },
];

/** The forged messages, about this call. */
export function forgedAbout(callId: string): readonly { readonly type: string; readonly payload: object }[] {
  return JSON.parse(JSON.stringify(FORGED).replaceAll('"CALL"', JSON.stringify(callId)));
}

/**
 * Installs a second extension that sends every message to ours, from its background and over a port, and tries to read our files.
 * @returns what it got for each try: `refused`, or what came back
 */
export async function attackByExtension(
  browser: TestBrowser,
  ownId: string,
  messages: readonly object[],
): Promise<Readonly<Record<string, string>>> {
  let told: string | undefined;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      told = body;
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'stranger-'));
  const background = browser.kind === 'chromium' ? { service_worker: 'background.js' } : { scripts: ['background.js'] };
  const manifest = {
    manifest_version: 3,
    name: 'Stranger',
    version: '1.0',
    background,
    host_permissions: ['<all_urls>'],
    content_security_policy: { extension_pages: "script-src 'self'" },
    browser_specific_settings: { gecko: { id: 'stranger@stranger.example' } },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const setting = JSON.stringify({ ownId, origin: browser.extensionOrigin, messages, port });
  writeFileSync(join(folder, 'background.js'), `(${attack})(${setting});`);
  try {
    await browser.puppeteer.installExtension(folder);
    return JSON.parse(await until('the other extension has tried everything', () => told));
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Setting {
  readonly ownId: string;
  readonly origin: string;
  readonly messages: readonly { readonly type: string }[];
  readonly port: number;
}

/** Runs in the other extension. */
async function attack({ ownId, origin, messages, port }: Setting): Promise<void> {
  const results: Record<string, string> = {};
  const attempt = async (name: string, job: () => unknown) => {
    try {
      const limit = new Promise((_resolve, reject) => setTimeout(() => reject(new Error('no answer')), 1_000));
      const got = await Promise.race([job(), limit]);
      results[name] = got === undefined || got === null ? 'refused' : JSON.stringify(got);
    } catch {
      results[name] = 'refused';
    }
  };
  const all = messages.flatMap((message, at) => [
    attempt(`message ${at} ${message.type}`, () => chrome.runtime.sendMessage(ownId, message)),
    attempt(
      `port ${at} ${message.type}`,
      () =>
        new Promise((resolve, reject) => {
          const way = chrome.runtime.connect(ownId);
          way.onMessage.addListener(resolve);
          way.onDisconnect.addListener(() => reject(new Error('closed')));
          way.postMessage(message);
        }),
    ),
  ]);
  for (const file of ['manifest.json', 'content.js', 'icons/16.png', 'src/confirm/confirm.html']) {
    all.push(attempt(`file ${file}`, async () => (await fetch(`${origin}/${file}`)).status));
  }
  await Promise.all(all);
  await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: JSON.stringify(results) });
}
