import { type ChildProcess, fork } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { ensureNats, startNats } from '../relay/nats-server.ts';
import { type RelayProcess, startRelayProcess } from '../relay/relay-process.ts';
import { AGENT_KEY, ZORIO_SECRET } from '../relay/rig.ts';
import { CACHE, ROOT } from '../tools/project.ts';
import type { AgentsReport } from './relay-agents.ts';

const WEBHOOKS_PER_S = 500;
const FIRST_EXTENSION = 10_000;
const AGENTS_PER_PROCESS = 2_500;
/** What is promised. */
const LIMITS = { memoryMb: 600, oneRelayP99Ms: 50, twoRelaysP99Ms: 100 };

interface Measured {
  readonly relays: number;
  readonly agents: number;
  readonly webhooks: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Calls that do not stand at their agent as the last webhook about them said. */
  readonly lost: number;
  /** Changes told by the next snapshot in place of a frame of their own. */
  readonly inSnapshots: number;
  readonly doubled: number;
  readonly foreign: number;
  readonly refused: number;
  readonly memoryMb: readonly number[];
  readonly cpuPercent: readonly number[];
  readonly kept: boolean;
}

/**
 * `npm run bench:relay`: one JSON object with what the relay is promised to bear, and how its cost grows from 500 to 5,000 agents.
 * `--seconds 60`, `--agents 500,5000`, `--skip nats`.
 */
export async function main(args: readonly string[]): Promise<number> {
  const option = (name: string, otherwise: string) =>
    args.includes(name) ? (args[args.indexOf(name) + 1] ?? otherwise) : otherwise;
  const seconds = Number(option('--seconds', '60'));
  const sizes = option('--agents', '500,1000,2500,5000').split(',').map(Number);
  const program = option('--skip', '') === 'nats' ? undefined : ensureNats();
  const agentsProgram = await buildAgents();
  // What else the machine does decides the slowest webhooks.
  const loadBefore = round(loadavg()[0] ?? Number.NaN);
  const rows: Measured[] = [];
  for (const agents of sizes) {
    // The growth is seen in less time; the largest is the one that is promised.
    const isLargest = agents === Math.max(...sizes);
    rows.push(
      await measure({ relays: 1, agents, seconds: isLargest ? seconds : Math.min(seconds, 20), agentsProgram }),
    );
    if (program && (isLargest || agents === Math.min(...sizes))) {
      const run = { relays: 2, agents, seconds: isLargest ? seconds : Math.min(seconds, 20), agentsProgram };
      rows.push(await measure({ ...run, program }));
    }
  }
  console.log(JSON.stringify({ cores: availableParallelism(), loadBefore, limits: LIMITS, rows }, null, 2));
  return rows.every(({ kept }) => kept) ? 0 : 1;
}

interface Run {
  readonly relays: number;
  readonly agents: number;
  readonly seconds: number;
  readonly agentsProgram: string;
  readonly program?: string;
}

async function measure({ relays: count, agents, seconds, agentsProgram, program }: Run): Promise<Measured> {
  console.error(`${count} relay(s), ${agents} agents, ${seconds} s …`);
  const nats = program === undefined ? undefined : await startNats(program);
  const settings = {
    connectionsPerAddress: 20_000,
    logLevel: 'warn',
    ...(nats ? { nats: { servers: [nats.url] } } : {}),
  };
  const relays = await Promise.all(Array.from({ length: count }, () => startRelayProcess(settings)));
  const crowd: ChildProcess[] = [];
  try {
    for (let first = 0; first < agents; first += AGENTS_PER_PROCESS) {
      const child = fork(agentsProgram, { stdio: 'inherit' });
      crowd.push(child);
      const size = Math.min(AGENTS_PER_PROCESS, agents - first);
      const open = {
        origins: relays.map(({ origin }) => origin),
        key: AGENT_KEY,
        first: FIRST_EXTENSION + first,
        count: size,
      };
      await answer(child, { open });
    }
    const before = relays.map(({ pid }) => cpuMs(pid));
    const startedAt = performance.now();
    const sent = await sendWebhooks(relays, agents, seconds);
    const tookMs = performance.now() - startedAt;
    const cpu = relays.map(({ pid }, index) => ((cpuMs(pid) - (before[index] ?? 0)) / tookMs) * 100);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const reports = await Promise.all(
      crowd.map(async (child) => ((await answer(child, { report: true })) as { report: AgentsReport }).report),
    );
    const memory = relays.map(({ pid }) => memoryMb(pid));
    return rowOf({ relays: count, agents, seconds: tookMs / 1000, sent, reports, memory, cpu });
  } finally {
    for (const child of crowd) child.kill();
    await Promise.all(relays.map((relay) => relay.kill()));
    await nats?.close();
  }
}

interface Sent {
  readonly webhooks: number;
  /** How each call has to stand in the end. */
  readonly expected: ReadonlyMap<string, string>;
  readonly refused: number;
}

function rowOf(run: {
  readonly relays: number;
  readonly agents: number;
  readonly seconds: number;
  readonly sent: Sent;
  readonly reports: readonly AgentsReport[];
  readonly memory: readonly number[];
  readonly cpu: readonly number[];
}): Measured {
  const latencies = run.reports.flatMap((report) => [...report.latencies]).sort((a, b) => a - b);
  const at = (part: number) =>
    round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))] ?? Number.NaN);
  const states = Object.assign({}, ...run.reports.map((report) => report.states)) as Readonly<Record<string, string>>;
  const lost = [...run.sent.expected].filter(([id, state]) => states[id] !== state).length;
  const sum = (key: 'foreign' | 'doubled') => run.reports.reduce((total, report) => total + report[key], 0);
  const row = {
    relays: run.relays,
    agents: run.agents,
    webhooks: run.sent.webhooks,
    seconds: round(run.seconds),
    perSecond: Math.round(run.sent.webhooks / run.seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    lost,
    inSnapshots: run.sent.webhooks - latencies.length,
    doubled: sum('doubled'),
    foreign: sum('foreign'),
    refused: run.sent.refused,
    memoryMb: run.memory.map(Math.round),
    cpuPercent: run.cpu.map(Math.round),
  };
  const p99 = run.relays === 1 ? LIMITS.oneRelayP99Ms : LIMITS.twoRelaysP99Ms;
  const isWhole = row.lost === 0 && row.doubled === 0 && row.foreign === 0 && row.refused === 0;
  return { ...row, kept: isWhole && row.p99Ms <= p99 && Math.max(...row.memoryMb) <= LIMITS.memoryMb };
}

/** Sends webhooks at an even pace, whatever the answers take: calls of agents taken in turn, each ringing, answered, answered, ended. */
async function sendWebhooks(relays: readonly RelayProcess[], agents: number, seconds: number): Promise<Sent> {
  const connections = new Agent({ keepAlive: true, maxSockets: 64 });
  const events = ['pbx.call.ringing', 'pbx.call.answered', 'pbx.call.answered', 'pbx.call.hangup'];
  const states = ['ringing', 'answered', 'connected', 'ended'];
  const expected = new Map<string, string>();
  const total = WEBHOOKS_PER_S * seconds;
  const startedAt = performance.now();
  const answers: Promise<boolean>[] = [];
  // Calls overlap: the events of one are some hundred webhooks apart.
  const lanes = 200;
  const lane = Array.from({ length: lanes }, () => ({ call: 0, step: events.length }));
  let calls = 0;
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * WEBHOOKS_PER_S));
    for (; sent < due; sent++) {
      const one = lane[sent % lanes];
      if (!one) continue;
      if (one.step === events.length) Object.assign(one, { call: calls++, step: 0 });
      const extension = String(FIRST_EXTENSION + (one.call % agents));
      answers.push(post(relays[sent % relays.length], connections, events[one.step] ?? '', extension, one.call));
      expected.set(`${extension}-${one.call}`, states[one.step] ?? '');
      one.step += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const refused = (await Promise.all(answers)).filter((isGood) => !isGood).length;
  connections.destroy();
  return { webhooks: total, expected, refused };
}

function post(
  relay: RelayProcess | undefined,
  agent: Agent,
  event: string,
  extension: string,
  call: number,
): Promise<boolean> {
  const now = performance.timeOrigin + performance.now();
  const data = {
    call_uuid: `${extension}-${call}`,
    extension,
    direction: 'outbound',
    caller_number: extension,
    destination_number: '+16175550142',
    hangup_cause: 'NORMAL_CLEARING',
  };
  const body = JSON.stringify({ event, timestamp: new Date(now).toISOString(), data });
  return new Promise((resolve) => {
    const sending = request(
      `${relay?.origin}/webhooks/zorio`,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-zorio-delivery': randomUUID(),
          'x-zorio-signature': `sha256=${createHmac('sha256', ZORIO_SECRET).update(body).digest('hex')}`,
        },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode === 200));
      },
    );
    sending.once('error', () => resolve(false));
    sending.end(body);
  });
}

function answer(child: ChildProcess, order: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('the agents have gone')));
    child.send(order);
  });
}

/** Linux only: resident memory and processor time of a process. */
function memoryMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The agents as a program of its own: Node 20 cannot run TypeScript. */
async function buildAgents(): Promise<string> {
  const outDir = join(CACHE, 'bench-relay');
  mkdirSync(outDir, { recursive: true });
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: 'test/bench/relay-agents.ts',
      outDir,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: 'agents.mjs' } },
    },
  });
  return join(outDir, 'agents.mjs');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
