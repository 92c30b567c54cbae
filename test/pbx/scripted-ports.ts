import type { PbxError } from '../../src/core/connection.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import type { PbxPorts, PbxRequest, PbxSocketListener } from '../../src/pbx/adapter.ts';
import type { VirtualClock } from '../simulators/clock.ts';

/** What a scripted server answers: a status and a body, as text or as JSON. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server in a few lines, for answers that no simulator gives. What is not answered is not found. */
export interface Script {
  answer(request: PbxRequest & { readonly path: string }): ScriptedAnswer | undefined;
  /** A socket that was opened; absent: there is none. Answers with what to do with each frame. */
  socket?(say: (frame: unknown) => void, on: PbxSocketListener): (frame: unknown) => void;
}

export interface ScriptedPorts extends PbxPorts {
  /** Method, path and body of each request, in order. */
  readonly sent: readonly { readonly method: string; readonly path: string; readonly body: string }[];
}

/** Ports to nobody but a script. */
export function scriptedPorts(script: Script, clock: VirtualClock): ScriptedPorts {
  const sent: { method: string; path: string; body: string }[] = [];
  const nowhere = async (): Promise<Result<never, PbxError>> => fail({ kind: 'unreachable', detail: '' });
  return {
    sent,
    async request(request) {
      const { pathname, search } = new URL(request.url);
      const path = `${pathname}${search}`;
      sent.push({ method: request.method, path, body: request.body ?? '' });
      const { status = 200, json, body = '', headers = {} } = script.answer({ ...request, path }) ?? { status: 404 };
      const type: Readonly<Record<string, string>> =
        json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
      return ok({
        status,
        headers: { ...type, ...headers },
        body: json === undefined ? body : JSON.stringify(json, undefined, 1),
      });
    },
    async openSocket(_url, on) {
      const { socket } = script;
      if (!socket) return nowhere();
      const hear = socket((frame) => on.message(JSON.stringify(frame)), on);
      return ok({
        send(text) {
          queueMicrotask(() => hear(JSON.parse(text)));
          return true;
        },
        close() {},
      });
    },
    ownCookie: async () => ({ adopt: async () => {}, drop: async () => {} }),
    handOver: nowhere,
    toNational: async (number) => ok(number),
    now: () => clock.now(),
    newId: () => 'id-1',
    after: (ms, job) => clock.after(ms, job),
  };
}
