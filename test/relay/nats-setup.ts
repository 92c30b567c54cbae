import { ensureNats } from './nats-server.ts';

/** Once before all tests, so that no two of them install it at the same time. */
export function setup(): void {
  ensureNats();
}
