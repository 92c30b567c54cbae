import { expect, onTestFinished } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { PbxError } from '../../src/core/connection.ts';
import type { Result } from '../../src/core/result.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { startVodia, type VodiaOptions, type VodiaSimulator } from '../simulators/vodia.ts';
import { Listener } from './listener.ts';
import { type NodePorts, type NodePortsOptions, nodePorts } from './node-ports.ts';

const STEP_MS = 500;
const LONGEST_MS = 60_000;

/** Extension 45 of a simulated Vodia PBX, with a browser profile, on a clock that the test moves. Put away when the test is over. */
export interface VodiaDesk {
  readonly pbx: VodiaSimulator;
  readonly clock: VirtualClock;
  readonly ports: NodePorts;
  readonly told: Listener;
  /** Account values for a login by password. */
  readonly own: AccountValues;
  connect(account?: AccountValues): Promise<Result<PbxSession, PbxError>>;
  /** A connection that is meant to succeed. */
  session(account?: AccountValues): Promise<PbxSession>;
  /** The answer, with the clock moved on while it takes. */
  answer<T>(promise: Promise<T>): Promise<T>;
  /** Moves the clock on until this is true. */
  until(isTrue: () => boolean): Promise<void>;
}

export async function vodiaDesk(
  options: VodiaOptions = {},
  browser: Partial<NodePortsOptions> = {},
): Promise<VodiaDesk> {
  const clock = virtualClock();
  const pbx = await startVodia({ clock, ...options });
  onTestFinished(() => pbx.close());
  const ports = nodePorts({ clock, likeChrome: true, ...browser });
  const told = new Listener();
  const own = { server: pbx.origin, domain: pbx.tenant, user: '45', password: 's3cret-45' };
  const until = async (isTrue: () => boolean) => {
    for (let passed = 0; passed < LONGEST_MS; passed += STEP_MS) {
      for (let turn = 0; turn < 10; turn += 1) {
        if (isTrue()) return;
        // Real traffic on real sockets gets its time first.
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      clock.advance(STEP_MS);
    }
    expect.fail('it never came true');
  };
  const answer = async <T>(promise: Promise<T>) => {
    let isDone = false;
    const done = promise.finally(() => {
      isDone = true;
    });
    await Promise.race([done, until(() => isDone)]);
    return done;
  };
  const connect = async (account: AccountValues = own) => {
    const opened = await answer(vodia.connect(account, ports, told.tell));
    if (opened.ok) onTestFinished(() => opened.value.close());
    return opened;
  };
  return {
    pbx,
    clock,
    ports,
    told,
    own,
    connect,
    async session(account) {
      const opened = await connect(account);
      return opened.ok ? opened.value : expect.fail(`not connected: ${JSON.stringify(opened.error)}`);
    },
    answer,
    until,
  };
}
