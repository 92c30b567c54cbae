import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentId } from '../../src/relay/agent.ts';
import { Signing } from '../../src/relay/signing.ts';
import { ensureRelay, RELAY_PROGRAM } from '../tools/build-relay.ts';
import { freePort } from './nats-server.ts';
import { AGENT_KEY, TENANT, V3_KEY, ZORIO_SECRET } from './rig.ts';

/** A relay as it is installed: `dist/relay` in a process of its own. */
export interface RelayProcess {
  readonly origin: string;
  readonly opsOrigin: string;
  readonly pid: number;
  readonly log: () => string;
  token(agent: AgentId): string;
  metric(line: string): Promise<number>;
  /** Dead at once. */
  kill(): Promise<void>;
  /** As a service manager ends it. Answers with the exit code. */
  stop(): Promise<number>;
}

export async function startRelayProcess(settings: Readonly<Record<string, unknown>> = {}): Promise<RelayProcess> {
  await ensureRelay();
  const [port, opsPort] = [await freePort(), await freePort()];
  const file = join(mkdtempSync(join(tmpdir(), 'pagedial-relay-')), 'relay.json');
  const config = {
    listen: `127.0.0.1:${port}`,
    ops: `127.0.0.1:${opsPort}`,
    agentKey: AGENT_KEY,
    zorio: { secret: ZORIO_SECRET },
    callControlV3: { key: V3_KEY, tenants: [TENANT] },
    ...settings,
  };
  writeFileSync(file, JSON.stringify(config));
  const child = spawn(process.execPath, [RELAY_PROGRAM, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => void log.push(String(bytes)));
  const origin = `http://127.0.0.1:${port}`;
  const opsOrigin = `http://127.0.0.1:${opsPort}`;
  await untilHealthy(origin, child, () => log.join(''));
  return {
    origin,
    opsOrigin,
    pid: child.pid ?? 0,
    log: () => log.join(''),
    token: (agent) => new Signing(AGENT_KEY).issueToken(agent),
    async metric(line) {
      const text = await (await fetch(`${opsOrigin}/metrics`)).text();
      const found = text.split('\n').find((one) => one.startsWith(`${line} `));
      return Number(found?.split(' ').at(-1) ?? 0);
    },
    async kill() {
      await ended(child, 'SIGKILL');
    },
    stop: () => ended(child, 'SIGTERM'),
  };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? -1);
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? -1));
    child.kill(signal);
  });
}

async function untilHealthy(origin: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const isUp = await fetch(`${origin}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the relay did not start: ${log()}`);
}
