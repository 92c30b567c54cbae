import { fail, ok } from '../../src/core/result.ts';
import type { EventSource } from '../../src/pbx/event-source.ts';
import { readJson } from '../../src/pbx/frames.ts';
import type { V3Simulator } from '../simulators/call-control-v3.ts';

const ANSWER_WITHIN_MS = 8_000;

/** The simulator's events as an adapter is given them; stands for the company's server that receives them. */
export function eventsOf(pbx: () => V3Simulator): EventSource {
  return {
    fields: [],
    origins: () => [`${pbx().origin.replace(/:\d+$/, '')}/*`],
    async open(_account, ports, on) {
      const waiters = new Set<() => void>();
      let isOver = false;
      let markReady = () => {};
      const ready = new Promise<void>((resolve) => {
        markReady = resolve;
      });
      const socket = await ports.openSocket(pbx().eventsUrl, {
        message(text) {
          const event = readJson(text);
          if (event === 'ready') return markReady();
          if (event === 'ping') for (const wake of [...waiters]) wake();
          else on.event(event);
        },
        closed(code) {
          if (!isOver) on.lost({ kind: 'closed', detail: `code ${code}` });
          isOver = true;
        },
      });
      if (!socket.ok) return socket;
      await ready;
      return ok({
        beat: () =>
          new Promise((resolve) => {
            const cancel = ports.after(ANSWER_WITHIN_MS, () =>
              resolve(fail({ kind: 'timeout', afterMs: ANSWER_WITHIN_MS })),
            );
            waiters.add(() => {
              cancel();
              resolve(ok(undefined));
            });
            socket.value.send('"ping"');
          }),
        close() {
          isOver = true;
          socket.value.close();
        },
      });
    },
  };
}
