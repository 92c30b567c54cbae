import { spawn } from 'node:child_process';
import { buildRelay, isRelayFresh, RELAY_PROGRAM } from './build-relay.ts';

/** `npm run relay [-- --config relay.json] [-- --nats nats://host:4222]`: builds the relay where that is needed, and runs it. */
export async function main(args: readonly string[]): Promise<number> {
  if (!isRelayFresh()) {
    console.error('Building dist/relay …');
    await buildRelay();
  }
  const child = spawn(process.execPath, [RELAY_PROGRAM, ...args], { stdio: 'inherit' });
  // The relay ends itself, gracefully; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => void child.once('exit', (code) => resolve(code ?? 1)));
}
