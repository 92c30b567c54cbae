import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { heardElsewhere } from './leaks.ts';

export interface PageServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly origin: string;
  readonly port: number;
  /** Serves this under `path` from now on, as HTML unless the path ends otherwise, and answers with its full address. `host` is another name of this machine (`*.test`). */
  add(path: string, html: string, host?: string): string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.xhtml': 'application/xhtml+xml; charset=utf-8',
  '.pdf': 'application/pdf',
};

export type RunningServer = Pick<PageServer, 'origin' | 'port' | 'close'>;

/** Serves on loopback whatever `listener` writes, and as slowly as it likes. */
export async function startServer(listener: RequestListener): Promise<RunningServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Serves a folder, or pages given as text, on loopback. Start several for pages of several origins. */
export async function startPageServer(folder?: string): Promise<PageServer> {
  const pages = new Map<string, string>();
  const server = await startServer((request, response) => answer(request, response, pages, folder));
  return {
    ...server,
    add(path, html, host = '127.0.0.1') {
      pages.set(path, html);
      return `http://${host}:${server.port}${path}`;
    },
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: ReadonlyMap<string, string>,
  folder: string | undefined,
): void {
  heardElsewhere(`${request.method} ${request.url} ${request.rawHeaders.join(' ')}`);
  request.on('data', (bytes) => heardElsewhere(String(bytes)));
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  const page = pages.get(path);
  const file = folder && fileFor(folder, path);
  if (page !== undefined) send(response, TYPES[extname(path)] ?? TYPES['.html'], page);
  else if (file) send(response, TYPES[extname(file)], readFileSync(file));
  else response.writeHead(404).end();
}

function fileFor(folder: string, path: string): string | undefined {
  const inside = normalize(path).replace(/^(\.\.[/\\])+/, '');
  const file = join(folder, inside.endsWith('/') ? `${inside}index.html` : inside);
  return file.startsWith(folder) && statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

function send(response: ServerResponse, type: string | undefined, body: string | Buffer): void {
  response
    .writeHead(200, { 'content-type': type ?? 'application/octet-stream', 'cache-control': 'no-store' })
    .end(body);
}
