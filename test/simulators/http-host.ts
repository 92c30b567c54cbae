import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SimClock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Journal, RequestEntry } from './journal.ts';
import { certificate } from './tls.ts';

/** A request, read to its end. */
export interface SimRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SimAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HostOptions {
  readonly tls?: boolean;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly clock: SimClock;
  readonly journal: Journal;
  readonly faults: Faults;
  /** The fault point a request belongs to; undefined: no faults there. */
  pointOf(request: SimRequest): string | undefined;
  handle(request: SimRequest): SimAnswer | Promise<SimAnswer>;
  /** Requests that are no part of the PBX (control API): neither journalled nor faulted. */
  isControl?(path: string): boolean;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Host {
  /** `http://127.0.0.1:12345` */
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

/** One web server on loopback with a journal and faults: what every simulated PBX stands on. */
export async function startHost(options: HostOptions): Promise<Host> {
  const listener = (message: IncomingMessage, response: ServerResponse) => void serve(options, message, response);
  const server: Server = options.tls ? createTlsServer(certificate(), listener) : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (options.upgrade) options.upgrade(message, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The names and values of the headers, names in lower case. */
export function flatHeaders(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

async function serve(options: HostOptions, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = await readRequest(message);
  const isControl = options.isControl?.(request.url.pathname) ?? false;
  if (isControl) return send(options, response, await options.handle(request));
  const { journal, faults } = options;
  const entry = journal.request({ ...request, path: request.url.pathname + request.url.search });
  const point = options.pointOf(request);
  const fault = point === undefined ? undefined : faults.take(point);
  const cut = () => {
    journal.answered(entry, 0, '');
    message.socket.destroy();
  };
  switch (fault?.kind) {
    case 'answer':
      return finish(options, entry, response, fault);
    case 'reset-before':
      return cut();
    case 'reset-after':
      await options.handle(request);
      return cut();
    case 'wrong-answer':
      await options.handle(request);
      return finish(options, entry, response, fault);
    case 'delay': {
      const answer = await options.handle(request);
      options.clock.after(fault.ms, () => finish(options, entry, response, answer));
      return;
    }
    default:
      return finish(options, entry, response, await options.handle(request));
  }
}

async function readRequest(message: IncomingMessage): Promise<SimRequest> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of message) chunks.push(chunk as Buffer);
  } catch {
    // The client went away; what came is what there is.
  }
  return {
    method: message.method ?? 'GET',
    url: new URL(message.url ?? '/', `http://${message.headers.host ?? '127.0.0.1'}`),
    headers: flatHeaders(message),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function finish(options: HostOptions, entry: RequestEntry, response: ServerResponse, answer: SimAnswer): void {
  options.journal.answered(entry, answer.status, answer.body ?? '');
  send(options, response, answer);
}

function send({ clock }: HostOptions, response: ServerResponse, answer: SimAnswer): void {
  if (response.destroyed) return;
  const date = new Date(clock.now()).toUTCString();
  response.writeHead(answer.status, { date, 'cache-control': 'no-store', ...answer.headers });
  response.end(answer.body ?? '');
}
