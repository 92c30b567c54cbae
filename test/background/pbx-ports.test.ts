import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createPbxPorts } from '../../src/background/pbx-ports.ts';
import { ok } from '../../src/core/result.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const granted = { all: true };
const ports = createPbxPorts({
  mayReach: async () => granted.all,
  ownCookie: async () => ({ adopt: async () => {}, drop: async () => {} }),
  handOver: async () => ok(undefined),
  toNational: async (number: string) => ok(number),
});
let answer: Answer = (_request, response) => void response.end('ok');
let seen: IncomingMessage[] = [];
let server: Server;
let sockets: WebSocketServer;
let base = '';

/** Node ends a program whose emitter fails unheard; a browser does not. */
class QuietSocket extends WebSocket {
  constructor(url: URL) {
    super(url);
    this.on('error', () => {});
  }
}

beforeAll(async () => {
  // Node 20 has no WebSocket of its own; that of `ws` follows the same standard.
  vi.stubGlobal('WebSocket', QuietSocket);
  server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  vi.unstubAllGlobals();
  for (const client of sockets.clients) client.terminate();
  server.closeAllConnections();
  server.close();
});

const get = (path = '/', more = {}) => ports.request({ method: 'GET', url: `http://${base}${path}`, ...more });

describe('requests', () => {
  test('an answer comes with status, body and lower-case header names', async () => {
    answer = (_request, response) => void response.writeHead(404, { 'Retry-After': '7' }).end('{"a":"ä"}');

    expect(await get()).toMatchObject({
      ok: true,
      value: { status: 404, body: '{"a":"ä"}', headers: { 'retry-after': '7' } },
    });
  });

  test('a redirect is not followed, and its answer is not a PBX', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: `http://${base}/elsewhere` }).end();
    seen = [];

    expect(await get('/login', { headers: { 'X-Auth-Token': 'canary-7f3a' } })).toMatchObject({
      ok: false,
      error: { kind: 'not-a-pbx', detail: 'redirect' },
    });
    expect(seen.map((request) => request.url)).toEqual(['/login']);
  });

  test('an answer above one megabyte is refused', async () => {
    answer = (_request, response) => void response.end('x'.repeat(1_100_000));

    expect(await get()).toEqual({ ok: false, error: { kind: 'protocol', detail: 'answer too large' } });
  });

  test('an answer that does not come is given up after 10 s', async () => {
    answer = () => {};
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const asked = get();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await asked).toEqual({ ok: false, error: { kind: 'timeout', afterMs: 10_000 } });
    } finally {
      vi.useRealTimers();
    }
  });

  test.each([
    ['http://192.0.2.1/', 'insecure-address'],
    ['http://localhost.evil.example/', 'insecure-address'],
    ['http://127.0.0.1.evil.example/', 'insecure-address'],
    ['ftp://pbx.example.com/', 'bad-address'],
    ['javascript:alert(1)', 'bad-address'],
    ['https://user:pw@pbx.example.com/', 'bad-address'],
    ['pbx.example.com', 'bad-address'],
    ['ws://127.0.0.1/', 'bad-address'],
  ])('%s is not asked: %s', async (url, kind) => {
    expect(await ports.request({ method: 'GET', url })).toMatchObject({ ok: false, error: { kind } });
  });

  test('without access nothing is asked, and it is said what is missing', async () => {
    granted.all = false;
    seen = [];

    expect(await get()).toEqual({ ok: false, error: { kind: 'permission-missing', origin: 'http://127.0.0.1/*' } });
    expect(seen).toEqual([]);
    granted.all = true;
  });

  test('no error holds the query or a header', async () => {
    const url = 'http://127.0.0.1:9/x?token=canary-7f3a';
    const result = await ports.request({ method: 'GET', url, headers: { authorization: 'canary-91cc' } });

    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('canary');
  });
});

describe('sockets', () => {
  test('an open socket carries text both ways and says its end once', async () => {
    sockets.once('connection', (client) => {
      client.on('message', (text) => {
        client.send(`heard ${text}`);
        client.close(4001, 'over');
      });
    });
    const heard: string[] = [];
    const ended = new Promise<readonly [number, string]>((resolve) => {
      void ports
        .openSocket(`ws://${base}/`, {
          message: (text) => void heard.push(text),
          closed: (code, reason) => resolve([code, reason]),
        })
        .then((socket) => socket.ok && socket.value.send('hello'));
    });

    expect(await ended).toEqual([4001, 'over']);
    expect(heard).toEqual(['heard hello']);
  });

  test('what is closed by us is not news, and nothing is sent any more', async () => {
    const news: string[] = [];
    const socket = await ports.openSocket(`ws://${base}/`, {
      message: () => {},
      closed: () => void news.push('closed'),
    });
    if (!socket.ok) throw new Error('refused');
    socket.value.close();
    await new Promise((resolve) => setTimeout(resolve, 20));

    expect(socket.value.send('late')).toBe(false);
    expect(news).toEqual([]);
  });

  test('a socket that is refused is a failure, not news', async () => {
    const news: string[] = [];
    const on = { message: () => {}, closed: () => void news.push('closed') };

    expect(await ports.openSocket('ws://127.0.0.1:9/', on)).toMatchObject({
      ok: false,
      error: { kind: 'unreachable' },
    });
    expect(news).toEqual([]);
  });

  test('a message above one megabyte ends the socket', async () => {
    sockets.once('connection', (client) => client.send('x'.repeat(1_000_001)));

    const code = await new Promise<number>((resolve) => {
      void ports.openSocket(`ws://${base}/`, { message: () => {}, closed: resolve });
    });

    expect(code).toBe(1009);
  });

  test.each([
    ['ws://pbx.example.com/', 'insecure-address'],
    ['https://pbx.example.com/', 'bad-address'],
  ])('%s is not opened: %s', async (url, kind) => {
    const on = { message: () => {}, closed: () => {} };

    expect(await ports.openSocket(url, on)).toMatchObject({ ok: false, error: { kind } });
  });
});
