import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelayCall } from '../../src/core/relay-frames.ts';
import type { CallEvent } from '../../src/relay/book.ts';
import type { CallBus } from '../../src/relay/bus.ts';
import { createLog } from '../../src/relay/log.ts';
import { MemoryBus } from '../../src/relay/memory-bus.ts';
import { NatsBus } from '../../src/relay/nats-bus.ts';
import { realClock } from '../simulators/clock.ts';
import { findNats, type NatsServer, startNats } from './nats-server.ts';

const clock = realClock();
const log = createLog('silent');
const program = findNats();
const AGENT = 'zorio.-.MTAwMQ';

/** What one follower was told: states, `|` where a snapshot came. */
class Ear {
  readonly told: string[] = [];
  calls: readonly RelayCall[] = [];
  snapshot(calls: readonly RelayCall[]): void {
    this.calls = calls;
    this.told.push('|', ...calls.map(({ callId, state }) => `${callId} ${state}`));
  }
  change(call: RelayCall): void {
    this.calls = [...this.calls.filter(({ callId }) => callId !== call.callId), call];
    this.told.push(`${call.callId} ${call.state}`);
  }
  stateOf(callId: string): string | undefined {
    return this.calls.find((call) => call.callId === callId)?.state;
  }
}

let deliveries = 0;
function event(what: CallEvent['what'], more: Partial<CallEvent> = {}): CallEvent {
  deliveries += 1;
  return {
    delivery: `delivery-${deliveries}`,
    callId: 'c-1',
    legId: 'c-1',
    what,
    order: 'by-progress',
    at: Date.now(),
    direction: 'outgoing',
    ...more,
  };
}

/** What both buses must do the same way. `two` gives buses that belong together; a relay that is alone is one with itself. */
function describeBus(name: string, open: (count: number) => Promise<readonly CallBus[]>): void {
  describe(name, () => {
    const all: CallBus[] = [];
    afterEach(async () => {
      for (const bus of all.splice(0)) await bus.close();
    });
    async function two(): Promise<readonly [CallBus, CallBus]> {
      const [a, b] = await open(2);
      if (!a || !b) throw new Error('no buses');
      all.push(...new Set([a, b]));
      return [a, b];
    }
    async function listen(bus: CallBus, agent = AGENT): Promise<Ear & { stop(): void }> {
      const ear = new Ear();
      const stop = await bus.follow(agent, ear);
      if (stop === 'down') throw new Error('down');
      return Object.assign(ear, { stop });
    }

    test('a follower gets a snapshot first, then each change in order, wherever the event came in', async () => {
      const [a, b] = await two();
      await a.take(AGENT, event('ringing'));

      const here = await listen(a);
      const there = await listen(b);
      await b.take(AGENT, event('answered'));
      await a.take(AGENT, event('answered'));
      await b.take(AGENT, event('ended'));

      const course = ['|', 'c-1 ringing', 'c-1 answered', 'c-1 connected', 'c-1 ended'];
      await expect.poll(() => here.told).toEqual(course);
      await expect.poll(() => there.told).toEqual(course);
    });

    test('a delivery that comes again is told once, whichever relay it comes to', async () => {
      const [a, b] = await two();
      const ear = await listen(a);
      const answered = event('answered');

      const first = await a.take(AGENT, answered);
      const again = await Promise.all([a.take(AGENT, answered), b.take(AGENT, answered), b.take(AGENT, answered)]);

      expect(first).toBe('news');
      expect(again).toEqual(['duplicate', 'duplicate', 'duplicate']);
      await settled(a, b);
      expect(ear.told).toEqual(['|', 'c-1 answered']);
    });

    test('events that come in at the same time are all counted', async () => {
      const [a, b] = await two();
      const ear = await listen(b);

      const took = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? a : b).take(AGENT, event('ringing', { callId: `c-${index}` })),
        ),
      );

      expect(took).toEqual(Array(20).fill('news'));
      await expect.poll(() => ear.calls.length).toBe(20);
    });

    test('a late event does not raise a call that has ended', async () => {
      const [a, b] = await two();
      const ear = await listen(b);
      await a.take(AGENT, event('ringing'));
      await b.take(AGENT, event('ended'));

      const late = await a.take(AGENT, event('answered'));

      expect(late).toBe('late');
      await settled(a, b);
      expect(ear.stateOf('c-1')).toBe('ended');
      expect((await listen(a)).stateOf('c-1')).toBe('ended');
    });

    test("nobody hears of another agent's calls", async () => {
      const [a, b] = await two();
      const ear = await listen(b, 'zorio.-.MTAwMg');

      await a.take(AGENT, event('ringing'));
      await settled(a, b);

      expect(ear.told).toEqual(['|']);
    });

    test('who has stopped listening hears nothing more, and others of the same agent do', async () => {
      const [a, b] = await two();
      const [left, stays] = [await listen(b), await listen(b)];

      left.stop();
      await a.take(AGENT, event('ringing'));

      await expect.poll(() => stays.told).toEqual(['|', 'c-1 ringing']);
      expect(left.told).toEqual(['|']);
    });

    test('an id is first once, among all', async () => {
      const [a, b] = await two();

      const both = await Promise.all([a.first('ticket-1'), b.first('ticket-1')]);

      expect([...both].sort()).toEqual([false, true]);
      expect(await a.first('ticket-1')).toBe(false);
      expect(await b.first('ticket-2')).toBe(true);
    });

    test('a question is answered by whoever can, and by nobody where nobody can', async () => {
      const [a, b] = await two();
      await a.answer('echo', async (question) => `${question}!`);

      expect(await b.ask('echo', 'hello')).toBe('hello!');
      expect(await a.ask('echo', 'hello')).toBe('hello!');
      expect(await b.ask('other', 'hello')).toBeUndefined();
    });
  });
}

/** What was sent before has arrived everywhere. */
async function settled(a: CallBus, b: CallBus): Promise<void> {
  await a.first(`settled-${deliveries}`);
  await b.first(`settled-${deliveries}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}

describeBus('the bus of a relay that is alone', async () => {
  const bus = new MemoryBus(clock);
  return [bus, bus];
});

describe.skipIf(!program)('with a real NATS server', () => {
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await startNats(program ?? '');
  }, 120_000);
  afterAll(() => nats.close());
  beforeEach(async () => {
    // Each test on an empty server.
    await nats.kill();
    await nats.start();
  });
  const open = (count: number) =>
    Promise.all(Array.from({ length: count }, () => NatsBus.open({ servers: [nats.url] }, { clock, log })));

  describeBus('the bus of many relays', open);

  test('what a restarted server has forgotten is brought back, and what came meanwhile is taken', async () => {
    const [a, b] = await open(2);
    if (!a || !b) throw new Error('no buses');
    const ear = new Ear();
    await b.follow(AGENT, ear);
    await a.take(AGENT, event('ringing'));
    await expect.poll(() => ear.stateOf('c-1')).toBe('ringing');

    await nats.kill();
    const meanwhile = await a.take(AGENT, event('answered'));
    await nats.start();

    expect(meanwhile).toBe('queued');
    await expect.poll(() => ear.stateOf('c-1'), { timeout: 10_000 }).toBe('answered');
    await expect.poll(() => a.isUp && b.isUp, { timeout: 10_000 }).toBe(true);
    await b.take(AGENT, event('answered'));
    await expect.poll(() => ear.stateOf('c-1')).toBe('connected');
    await Promise.all([a.close(), b.close()]);
  }, 30_000);

  test('while the server is away nobody can connect, and nothing throws', async () => {
    const [a] = await open(1);
    await nats.kill();

    expect(await a?.first('ticket')).toBe('down');
    expect(await a?.follow(AGENT, new Ear())).toBe('down');

    await nats.start();
    await a?.close();
  }, 30_000);
});
