import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isRoot } from '../tools/browsers.ts';

/** A real NATS server on loopback, with nothing in it. */
export interface NatsServer {
  readonly url: string;
  /** Gone at once, as after a crash. */
  kill(): Promise<void>;
  /** On the same port again; what was in its memory is lost. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Path of `nats-server`; undefined where there is none. */
export function findNats(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter(Boolean);
  return folders.map((folder) => join(folder, 'nats-server')).find(existsSync);
}

/** The same; as root on Debian or Ubuntu it is installed first. Says so where it cannot be had. */
export function ensureNats(): string | undefined {
  const found = findNats();
  if (found) return found;
  if (process.platform === 'linux' && isRoot() && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'nats-server'], { stdio: 'ignore', env });
  }
  const installed = findNats();
  if (!installed)
    console.warn('NOT RUN: tests on NATS. There is no nats-server here; "apt-get install nats-server" brings it.');
  return installed;
}

export async function startNats(program: string): Promise<NatsServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'pagedial-nats-'));
  let child: ChildProcess | undefined;
  const server: NatsServer = {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder];
      child = spawn(program, args, { stdio: 'ignore' });
      await untilListening(port);
    },
    async kill() {
      const ended = child;
      child = undefined;
      if (!ended || ended.exitCode !== null) return;
      const gone = new Promise<void>((resolve) => void ended.once('exit', () => resolve()));
      ended.kill('SIGKILL');
      await gone;
    },
    async close() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nats-server does not listen');
}
