import { ensureRelay } from '../tools/build-relay.ts';
import { ensureNats } from './nats-server.ts';

/** Once before all tests, so that no two of them install the server or build the relay at the same time. */
export async function setup(): Promise<void> {
  ensureNats();
  await ensureRelay();
}
