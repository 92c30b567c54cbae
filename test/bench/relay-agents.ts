import { WebSocket } from 'ws';
import { asObject, asObjects, readJson } from '../../src/core/json.ts';
import type { AgentId } from '../../src/relay/agent.ts';
import { Signing } from '../../src/relay/signing.ts';

/**
 * Many agents in a process of their own, as browsers connect: ticket, socket, ping every 20 s. Told by its parent what to do, it tells how
 * long each change took since the webhook that brought it was sent.
 */
interface Orders {
  readonly origins: readonly string[];
  readonly key: string;
  readonly first: number;
  readonly count: number;
}

const PING_EVERY_MS = 20_000;
const AT_ONCE = 50;

/** What is reported at the end. */
export interface AgentsReport {
  /** Milliseconds from the sending of a webhook to the frame, one each. */
  readonly latencies: readonly number[];
  /** Changes that were told to whom they do not concern. */
  readonly foreign: number;
  readonly doubled: number;
  /** The last state of each call, as its agent sees it. */
  readonly states: Readonly<Record<string, string>>;
  /** Sockets that were closed on us. */
  readonly closed: number;
}

const latencies: number[] = [];
const seen = new Set<string>();
const states = new Map<string, string>();
let foreign = 0;
let doubled = 0;
let closed = 0;

process.on('message', (message) => void obey(message as { readonly open?: Orders; readonly report?: true }));

async function obey({ open, report }: { readonly open?: Orders; readonly report?: true }): Promise<void> {
  if (open) {
    await openAll(open);
    process.send?.({ opened: open.count });
  }
  if (report) {
    const result: AgentsReport = { latencies, foreign, doubled, states: Object.fromEntries(states), closed };
    process.send?.({ report: result });
  }
}

async function openAll({ origins, key, first, count }: Orders): Promise<void> {
  const signing = new Signing(key);
  const left = Array.from({ length: count }, (_, index) => first + index);
  const worker = async () => {
    for (let number = left.pop(); number !== undefined; number = left.pop()) {
      const origin = origins[number % origins.length] ?? '';
      await openOne(origin, signing, { vendor: 'zorio', tenant: '', extension: String(number) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function openOne(origin: string, signing: Signing, agent: AgentId): Promise<void> {
  const headers = { authorization: `Bearer ${signing.issueToken(agent)}` };
  const answer = await fetch(`${origin}/ticket`, { method: 'POST', headers });
  const { ticket } = (await answer.json()) as { readonly ticket: string };
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/agent?ticket=${ticket}`, { perMessageDeflate: false });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => {
      closed += 1;
    });
    socket.on('message', (bytes: Buffer) => {
      const frame = asObject(readJson(bytes.toString('utf8')));
      if (frame?.type === 'snapshot') {
        for (const call of asObjects(frame.calls)) states.set(String(call.callId), String(call.state));
        resolve();
      }
      if (frame?.type === 'call') hear(agent.extension, String(frame.callId), String(frame.state), Number(frame.at));
    });
  });
  setInterval(() => socket.send('{"type":"ping"}'), PING_EVERY_MS).unref();
}

/** The id of a call is the extension and a count; the time of its state is when its webhook was sent, to the millisecond. */
function hear(extension: string, callId: string, state: string, sentAt: number): void {
  if (!callId.startsWith(`${extension}-`)) foreign += 1;
  const change = `${callId} ${state}`;
  states.set(callId, state);
  if (seen.has(change)) doubled += 1;
  seen.add(change);
  latencies.push(performance.timeOrigin + performance.now() - sentAt);
}
