import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgentId } from '../../src/relay/agent.ts';
import { seededRandom } from '../simulators/faults.ts';
import { findNats, type NatsServer, startNats } from './nats-server.ts';
import { type RelayProcess, startRelayProcess } from './relay-process.ts';
import { AgentEar, sendZorio, zorioAgent } from './rig.ts';

const program = findNats();
const CALL = {
  call_uuid: 'c-1',
  extension: '1001',
  direction: 'outbound',
  caller_number: '1001',
  destination_number: '+16175550142',
};

/** The real thing: processes as they are installed, and a real NATS server between them. */
describe.skipIf(!program)('two relays on NATS', () => {
  let nats: NatsServer;
  let [a, b]: RelayProcess[] = [];
  const ears: AgentEar[] = [];
  beforeEach(async () => {
    nats = await startNats(program ?? '');
    [a, b] = await Promise.all([0, 1].map(() => startRelayProcess({ nats: { servers: [nats.url] } })));
  }, 120_000);
  afterEach(async () => {
    for (const ear of ears.splice(0)) ear.close();
    await Promise.all([a?.kill(), b?.kill()]);
    await nats.close();
  });

  const relays = (): readonly [RelayProcess, RelayProcess] => {
    if (!a || !b) throw new Error('no relays');
    return [a, b];
  };
  async function listen(relay: RelayProcess, agent: AgentId = zorioAgent('1001')): Promise<AgentEar> {
    const ear = await AgentEar.open(relay, agent);
    ears.push(ear);
    await expect.poll(() => ear.frames.length).toBeGreaterThanOrEqual(2);
    return ear;
  }
  /** As a load balancer does: the first relay that takes it; where none does, as the PBX does: again. */
  async function deliver(
    event: string,
    data: object,
    order: readonly RelayProcess[],
    delivery = randomUUID() as string,
  ) {
    for (let tries = 0; tries < 20; tries++) {
      for (const relay of order) {
        const answer = await sendZorio(relay, event, { ...data }, { delivery }).catch(() => undefined);
        if (answer?.ok) return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('nobody took the webhook');
  }

  test('a webhook may reach any, an agent any other; a ticket of one is good at the other, once', async () => {
    const [one, other] = relays();
    const ear = await listen(other);
    await deliver('pbx.call.ringing', CALL, [one]);
    await deliver('pbx.call.answered', CALL, [other]);
    await deliver('pbx.call.answered', CALL, [one]);

    await expect.poll(() => ear.told).toEqual(['c-1 ringing', 'c-1 answered', 'c-1 connected']);
    const answer = await fetch(`${one.origin}/ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${one.token(zorioAgent('1001'))}` },
    });
    const { ticket } = (await answer.json()) as { ticket: string };
    ears.push(await AgentEar.byTicket(other, ticket));
    await expect(AgentEar.byTicket(one, ticket)).rejects.toThrow('HTTP 401');
  });

  test('one is killed in mid-call: the agent goes to the other and misses nothing', async () => {
    const [one, other] = relays();
    const before = await listen(one);
    await deliver('pbx.call.ringing', CALL, [one, other]);
    await expect.poll(() => before.stateOf('c-1')).toBe('ringing');

    await one.kill();
    await deliver('pbx.call.answered', CALL, [one, other]);
    await expect.poll(() => before.closed).toBeDefined();
    const after = await listen(other);
    await deliver('pbx.call.answered', CALL, [one, other]);
    await deliver('pbx.call.hangup', { ...CALL, hangup_cause: 'NORMAL_CLEARING' }, [one, other]);

    await expect.poll(() => after.told).toEqual(['c-1 connected', 'c-1 ended']);
    expect(after.frames[1]).toMatchObject({ type: 'snapshot', calls: [{ callId: 'c-1', state: 'answered' }] });
  });

  test('one ends gracefully: it takes what has come, says goodbye, and leaves with 0', async () => {
    const [one, other] = relays();
    const ear = await listen(one);
    await deliver('pbx.call.ringing', CALL, [one]);

    expect(await one.stop()).toBe(0);

    await expect.poll(() => ear.closed).toBe(1001);
    expect((await listen(other)).stateOf('c-1')).toBe('ringing');
  });

  test('NATS is restarted with nothing in it: no call is lost, what came meanwhile is told, tickets are good again', async () => {
    const [one, other] = relays();
    const ear = await listen(other);
    await deliver('pbx.call.ringing', CALL, [one]);
    await deliver('pbx.call.answered', CALL, [one]);
    await expect.poll(() => ear.stateOf('c-1')).toBe('answered');

    await nats.kill();
    await deliver('pbx.call.answered', CALL, [one, other]);
    await deliver('pbx.call.ringing', { ...CALL, call_uuid: 'c-2' }, [other, one]);
    await nats.start();

    await expect.poll(() => ear.stateOf('c-1'), { timeout: 15_000 }).toBe('connected');
    await expect.poll(() => ear.stateOf('c-2'), { timeout: 15_000 }).toBe('ringing');
    await expect
      .poll(
        () =>
          listen(one).then(
            (late) => late.stateOf('c-1'),
            () => 'refused',
          ),
        { timeout: 15_000 },
      )
      .toBe('connected');
    expect(ear.closed).toBeUndefined();
  }, 60_000);

  test('one relay is killed and NATS restarted: who still listens brings the call back', async () => {
    const [one, other] = relays();
    const ear = await listen(other);
    await deliver('pbx.call.ringing', CALL, [one]);
    await expect.poll(() => ear.stateOf('c-1')).toBe('ringing');

    await one.kill();
    await nats.kill();
    await nats.start();
    await deliver('pbx.call.answered', CALL, [other]);

    await expect.poll(() => ear.stateOf('c-1'), { timeout: 15_000 }).toBe('answered');
    expect(ear.calls.get('c-1')?.to).toBe('+16175550142');
  }, 60_000);

  test.each([1, 2, 3])(
    'repeated, disordered and spread over both, every call ends up right and nothing foreign is shown (seed %d)',
    async (seed) => {
      const random = seededRandom(seed);
      const both = relays();
      const agents = Array.from({ length: 12 }, (_, index) => `${1001 + index}`);
      const listening = new Map<string, AgentEar>();
      for (const [index, extension] of agents.entries()) {
        listening.set(extension, await listen(both[index % 2] ?? both[0], zorioAgent(extension)));
      }
      const calls = agents.flatMap((extension) =>
        Array.from({ length: 6 }, (_, index) => ({
          ...CALL,
          call_uuid: `${extension}-${index}`,
          extension,
          caller_number: extension,
        })),
      );
      const jobs = calls.flatMap((call, index) => {
        const isOver = index % 3 === 0;
        const events = [
          'pbx.call.ringing',
          'pbx.call.answered',
          'pbx.call.answered',
          ...(isOver ? ['pbx.call.hangup'] : []),
        ];
        return events.flatMap((event) => {
          const delivery = randomUUID();
          const copies = random() < 0.3 ? 3 : 1;
          return Array.from({ length: copies }, () => ({ event, call, delivery, at: random() }));
        });
      });
      jobs.sort((x, y) => x.at - y.at);

      const workers = Array.from({ length: 16 }, async () => {
        for (let job = jobs.pop(); job; job = jobs.pop()) {
          const order = random() < 0.5 ? both : [both[1], both[0]];
          await deliver(job.event, { ...job.call, hangup_cause: 'NORMAL_CLEARING' }, order, job.delivery);
        }
      });
      await Promise.all(workers);

      for (const [index, { call_uuid: id, extension }] of calls.entries()) {
        await expect.poll(() => listening.get(extension)?.stateOf(id)).toBe(index % 3 === 0 ? 'ended' : 'connected');
      }
      for (const [extension, ear] of listening) {
        expect([...ear.calls.keys()].every((id) => id.startsWith(`${extension}-`))).toBe(true);
        const told = ear.told;
        expect(told.filter((one, index) => told.indexOf(one) !== index)).toEqual([]);
      }
    },
    60_000,
  );
});
