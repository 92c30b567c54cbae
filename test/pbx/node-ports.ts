import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { PbxError } from '../../src/core/connection.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { OwnCookie, PbxPorts, PbxRequest, PbxResponse, PbxSocket } from '../../src/pbx/adapter.ts';
import { toDialString } from '../../src/phone/dial-string.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import type { SimClock, VirtualClock } from '../simulators/clock.ts';

/** Ports over Node's own fetch and `ws`, with a cookie jar as a browser profile has one. Time limits follow the clock that is given. */
export interface NodePorts extends PbxPorts {
  /** Every request and handshake that was asked for, in order. */
  readonly asked: readonly string[];
  /** Requests and handshakes that are not answered yet. */
  readonly busy: number;
  /** Cookies by host and name. */
  readonly jar: ReadonlyMap<string, string>;
  /** The profile already holds this cookie (the user is signed in to a site). */
  setCookie(url: string, name: string, value: string): void;
  /** `adopt` and `drop` calls of {@link OwnCookie}, in order. */
  readonly cookieLog: readonly string[];
}

export interface NodePortsOptions {
  readonly clock: SimClock;
  /** As Chrome: a handshake carries only cookies that were adopted. */
  readonly likeChrome?: boolean;
  /** Origins the user has granted; absent: all. */
  readonly granted?: readonly string[];
  /** The system that links are given to; absent: there is none. */
  handOver?(link: string): Promise<Result<void, PbxError>>;
}

const REQUEST_WITHIN_MS = 10_000;
const BIGGEST_ANSWER = 1024 * 1024;
const LONGEST_TURN_MS = 200;

export function nodePorts({ clock, likeChrome = false, granted, handOver }: NodePortsOptions): NodePorts {
  const jar = new Map<string, string>();
  const adopted = new Map<string, string>();
  const asked: string[] = [];
  const cookieLog: string[] = [];
  const missing = (url: string): PbxError | undefined => {
    const { origin } = new URL(url.replace(/^ws/, 'http'));
    return granted?.includes(origin) === false ? { kind: 'permission-missing', origin: `${origin}/*` } : undefined;
  };
  let busy = 0;
  const keyOf = (url: string, name: string) => `${new URL(url).hostname} ${name}`;
  const cookiesFor = (url: string, from: ReadonlyMap<string, string>) => {
    const prefix = `${new URL(url).hostname} `;
    return [...from]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => `${key.slice(prefix.length)}=${value}`)
      .join('; ');
  };

  async function request(wanted: PbxRequest): Promise<Result<PbxResponse, PbxError>> {
    const refused = missing(wanted.url);
    if (refused) return fail(refused);
    asked.push(`${wanted.method} ${wanted.url}`);
    busy += 1;
    const abort = new AbortController();
    let isLate = false;
    const cancel = clock.after(REQUEST_WITHIN_MS, () => {
      isLate = true;
      abort.abort();
    });
    try {
      const cookie = wanted.cookies ? cookiesFor(wanted.url, jar) : '';
      const response = await fetch(wanted.url, {
        method: wanted.method,
        headers: { ...wanted.headers, ...(cookie === '' ? {} : { cookie }) },
        ...(wanted.body === undefined ? {} : { body: wanted.body }),
        redirect: 'manual',
        signal: abort.signal,
      });
      if (response.status >= 300 && response.status < 400) return fail({ kind: 'not-a-pbx', detail: 'redirect' });
      if (wanted.cookies) keep(wanted.url, response.headers.getSetCookie());
      const body = await response.text();
      if (body.length > BIGGEST_ANSWER) return fail({ kind: 'protocol', detail: 'answer too big' });
      return ok({ status: response.status, headers: Object.fromEntries(response.headers), body });
    } catch {
      return fail(isLate ? { kind: 'timeout', afterMs: REQUEST_WITHIN_MS } : { kind: 'unreachable', detail: '' });
    } finally {
      busy -= 1;
      cancel();
    }
  }

  function keep(url: string, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      const index = pair.indexOf('=');
      if (index > 0) jar.set(keyOf(url, pair.slice(0, index)), pair.slice(index + 1));
    }
  }

  function openSocket(
    ...[url, on, subprotocol]: Parameters<PbxPorts['openSocket']>
  ): Promise<Result<PbxSocket, PbxError>> {
    const refused = missing(url);
    if (refused) return Promise.resolve(fail(refused));
    asked.push(`SOCKET ${url}`);
    busy += 1;
    const cookie = cookiesFor(url, likeChrome ? adopted : new Map([...jar, ...adopted]));
    return new Promise<Result<PbxSocket, PbxError>>((resolve) => {
      const socket = new WebSocket(url, subprotocol ?? [], {
        headers: cookie === '' ? {} : { cookie },
        rejectUnauthorized: false,
      });
      let isOpen = false;
      const cancel = clock.after(REQUEST_WITHIN_MS, () => {
        resolve(fail({ kind: 'timeout', afterMs: REQUEST_WITHIN_MS }));
        socket.terminate();
      });
      socket.on('error', () => undefined);
      socket.on('open', () => {
        cancel();
        isOpen = true;
        resolve(
          ok({
            send(text) {
              if (socket.readyState !== WebSocket.OPEN) return false;
              socket.send(text);
              return true;
            },
            close: () => socket.close(1000),
          }),
        );
      });
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (!isBinary) on.message(data.toString('utf8'));
      });
      socket.on('close', (code, reason) => {
        cancel();
        if (isOpen) on.closed(code, reason.toString('utf8'));
        else resolve(fail({ kind: 'unreachable', detail: `code ${code}` }));
      });
    }).finally(() => {
      busy -= 1;
    });
  }

  return {
    asked,
    get busy() {
      return busy;
    },
    jar,
    cookieLog,
    request,
    openSocket,
    setCookie: (url, name, value) => void jar.set(keyOf(url, name), value),
    async ownCookie(url, name): Promise<OwnCookie> {
      const key = keyOf(url, name);
      return {
        async adopt(value) {
          cookieLog.push('adopt');
          const own = value ?? jar.get(key);
          if (own === undefined) return;
          adopted.set(key, own);
          jar.set(key, own);
        },
        async drop() {
          cookieLog.push('drop');
          adopted.delete(key);
        },
      };
    },
    toNational: async (number) =>
      ok(toDialString(number, { numberFormat: 'national', outsideLine: '' }, 'US', WHOLE_ATLAS)),
    async handOver(link) {
      asked.push(`LINK ${link}`);
      return (await handOver?.(link)) ?? fail({ kind: 'unsupported', detail: 'no system here' });
    },
    now: () => clock.now(),
    newId: () => randomUUID(),
    after: (ms, job) => clock.after(ms, job),
  };
}

/** Lets `ms` go by in steps, each as long as what it set off takes on the network (a held answer is not waited for). */
export async function passTime(ms: number, stepMs: number, clock: VirtualClock, ports: NodePorts): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    clock.advance(Math.min(left, stepMs));
    const until = performance.now() + LONGEST_TURN_MS;
    do await new Promise((resolve) => setTimeout(resolve, 3));
    while (ports.busy > 0 && performance.now() < until);
  }
}
