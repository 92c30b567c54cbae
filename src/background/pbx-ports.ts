import type { PbxError } from '../core/connection.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { OwnCookie, PbxPorts, PbxRequest, PbxResponse, PbxSocket, PbxSocketListener } from '../pbx/adapter.ts';

/** What the ports need of the browser; tests give their own. */
export interface PortsWorld {
  /** False when the user has not granted access to this address (or has taken it away). */
  mayReach(url: URL): Promise<boolean>;
  ownCookie(url: string, name: string): Promise<OwnCookie>;
  handOver(link: string): Promise<Result<void, PbxError>>;
  toNational(number: string): Promise<Result<string, PbxError>>;
  /** See {@link PbxPorts.repeatsGets}. */
  readonly repeatsGets?: boolean;
}

const REQUEST_WITHIN_MS = 10_000;
const SOCKET_WITHIN_MS = 10_000;
const LARGEST_BODY_BYTES = 1_000_000;
const LARGEST_MESSAGE_CHARS = 1_000_000;
/** "Message too big", RFC 6455 section 7.4.1. */
const TOO_BIG = 1009;
const LOOPBACK = new Set(['127.0.0.1', 'localhost']);
const SECURE: Readonly<Record<string, boolean>> = { 'https:': true, 'wss:': true, 'http:': false, 'ws:': false };

/** The real network as a PBX adapter sees it. Nothing here throws; no address with its query and no header is ever in an error. */
export function createPbxPorts(world: PortsWorld): PbxPorts {
  return {
    request: (request) => send(request, world),
    openSocket: (url, on, subprotocol) => openSocket(url, on, subprotocol, world),
    ownCookie: (url, name) => world.ownCookie(url, name),
    handOver: (link) => world.handOver(link),
    toNational: (number) => world.toNational(number),
    repeatsGets: world.repeatsGets === true,
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    after(ms, job) {
      const timer = setTimeout(job, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** The pattern by which host access to an address is asked for and checked; sockets count as their `http` cousins. */
export function originPattern(url: URL): string {
  const scheme = url.protocol === 'wss:' || url.protocol === 'https:' ? 'https:' : 'http:';
  return `${scheme}//${url.hostname}/*`;
}

async function send(request: PbxRequest, world: PortsWorld): Promise<Result<PbxResponse, PbxError>> {
  const url = await checkAddress(request.url, ['https:', 'http:'], world);
  if (!url.ok) return url;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), REQUEST_WITHIN_MS);
  try {
    const response = await fetch(url.value, {
      method: request.method,
      headers: { ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      credentials: request.cookies ? 'include' : 'omit',
      // Never followed: it would carry the PBX's own token headers to another machine; both browsers strip only `Authorization`.
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: limit.signal,
    });
    // A site that wants a sign-in first is there, and is no PBX: another advice than for one that cannot be reached.
    if (isRedirect(response)) return fail({ kind: 'not-a-pbx', detail: 'redirect' });
    const body = await readBody(response);
    if (body === undefined) return fail({ kind: 'protocol', detail: 'answer too large' });
    return ok({ status: response.status, headers: Object.fromEntries(response.headers), body });
  } catch {
    // The browser's own words may hold the whole address; they are not passed on.
    if (limit.signal.aborted) return fail({ kind: 'timeout', afterMs: REQUEST_WITHIN_MS });
    return fail({ kind: 'unreachable', detail: url.value.host });
  } finally {
    clearTimeout(timer);
  }
}

/** Browsers hide the status of a redirect that is not followed. */
function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400);
}

/** The body as text, or undefined when it is too large: a hostile PBX must not fill the memory. */
async function readBody(response: Response): Promise<string | undefined> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > LARGEST_BODY_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

async function openSocket(
  address: string,
  on: PbxSocketListener,
  subprotocol: string | undefined,
  world: PortsWorld,
): Promise<Result<PbxSocket, PbxError>> {
  const url = await checkAddress(address, ['wss:', 'ws:'], world);
  if (!url.ok) return url;
  return await new Promise((resolve) => {
    let phase: 'opening' | 'open' | 'over' = 'opening';
    const socket = new WebSocket(url.value, subprotocol === undefined ? [] : [subprotocol]);
    const end = (code: number, reason: string) => {
      clearTimeout(timer);
      if (phase === 'opening') resolve(fail({ kind: 'unreachable', detail: `socket closed ${code}` }));
      else if (phase === 'open') on.closed(code, reason.slice(0, 200));
      phase = 'over';
    };
    const timer = setTimeout(() => {
      if (phase !== 'opening') return;
      phase = 'over';
      socket.close();
      resolve(fail({ kind: 'timeout', afterMs: SOCKET_WITHIN_MS }));
    }, SOCKET_WITHIN_MS);

    socket.onopen = () => {
      if (phase !== 'opening') return;
      clearTimeout(timer);
      phase = 'open';
      const onOwnClose = () => {
        phase = 'over';
      };
      resolve(ok(wrap(socket, onOwnClose)));
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (phase !== 'open' || typeof data !== 'string') return;
      if (data.length <= LARGEST_MESSAGE_CHARS) return on.message(data);
      socket.close();
      end(TOO_BIG, 'message too big');
    };
    socket.onclose = ({ code, reason }) => end(code, reason);
  });
}

/** @param onOwnClose - what is closed by us is not news */
function wrap(socket: WebSocket, onOwnClose: () => void): PbxSocket {
  return {
    send(text) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(text);
      return true;
    },
    close() {
      onOwnClose();
      socket.close();
    },
  };
}

async function checkAddress(
  address: string,
  schemes: readonly string[],
  world: PortsWorld,
): Promise<Result<URL, PbxError>> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !schemes.includes(url.protocol) || url.hash !== '' || url.username !== '' || url.password !== '') {
    return fail({ kind: 'bad-address', detail: '' });
  }
  // Checked here as well as by the content security policy, which in Chrome fails a socket without a word.
  if (!SECURE[url.protocol] && !LOOPBACK.has(url.hostname)) return fail({ kind: 'insecure-address', detail: url.host });
  if (!(await world.mayReach(url))) return fail({ kind: 'permission-missing', origin: originPattern(url) });
  return ok(url);
}
