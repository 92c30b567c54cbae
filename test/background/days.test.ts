import { describe, test } from 'vitest';
import { type Clock, SYSTEM_CLOCK } from '../../src/background/clock.ts';
import { createKeeper, type Keeper } from '../../src/background/keeper.ts';
import { createSupervisor } from '../../src/background/supervisor.ts';
import { isLive } from '../../src/core/calls.ts';
import { keepsakeOf, restore } from '../../src/core/keepsake.ts';
import { ok } from '../../src/core/result.ts';
import { type AppState, INITIAL } from '../../src/core/update.ts';
import { vodia } from '../../src/pbx/vendors/vodia.ts';
import { nodePorts } from '../pbx/node-ports.ts';
import { vodiaNonsense } from '../pbx/vodia-nonsense.ts';
import { seededRandom } from '../simulators/faults.ts';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import type { VodiaVariants } from '../simulators/vodia-variants.ts';

// Keeper, supervisor and a real adapter against a rude PBX over real sockets, without a browser: killed, updated and cut off at random.

const DAY_MS = process.env.PAGEDIAL_FULL ? 120_000 : 6_000;
const TRUTH_WITHIN_MS = 40_000;
const OWN = '45';

const PBXS: readonly (readonly [name: string, variants: Partial<VodiaVariants>])[] = [
  ['as it is', {}],
  ['lists of what changed only', { snapshot: 'changed-only' }],
  ['silent when there is no call', { emptyAnswer: false }],
  ['the calls of the whole tenant', { callsSeen: 'tenant', noise: true }],
  ['numbers with a prefix', { toNumber: 'prefix-9', entryFields: 'plain' }],
  ['no numbers at all', { toNumber: 'absent' }],
];

/** The background of one life, and its end. */
interface Life {
  readonly keeper: Keeper;
  kill(): void;
}

/** What the browser keeps between lives. */
interface Memory {
  state: AppState;
}

describe.concurrent('a day with', () => {
  test.for(PBXS)(
    '%s loses, doubles and invents no call',
    { timeout: DAY_MS + 120_000 },
    async ([, variants], { task, expect }) => {
      const pbx = await startVodia({ variants });
      const seed = PBXS.findIndex(([name]) => task.name.startsWith(name)) + 1;
      const day = await playDay(pbx, seed);
      await pbx.close();

      expect(day.difference, `seed ${seed}`).toBe('');
      expect(day.doubled).toEqual([]);
      expect(pbx.violations).toEqual([]);
      expect(day.placed).toBeGreaterThan(0);
    },
  );
});

async function playDay(pbx: VodiaSimulator, seed: number) {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const memory: Memory = { state: INITIAL };
  let life = live(pbx, memory);
  let asked = 0;
  const ownCalls = () => pbx.engine.live().filter((call) => call.agent === OWN);
  const reborn = () => {
    life.kill();
    life = live(pbx, memory);
  };

  const strikes: readonly (() => void)[] = [
    reborn,
    reborn,
    () => {
      const keepsake = keepsakeOf(memory.state, Date.now());
      life.kill();
      memory.state = keepsake ? restore(asJson(keepsake), Date.now()) : INITIAL;
      life = live(pbx, memory);
    },
    () => pbx.dropSockets(1006),
    () => pbx.dropSockets(1001),
    () => pbx.expireSessions(),
    () => pbx.faults.set('frame:call-state', { kind: 'swallow' }),
    () => pbx.faults.set('frame:call-state', { kind: 'twice' }),
    () => pbx.faults.set('frame:make-call', { kind: 'cut' }),
    () => pbx.faults.set('frame:make-call', { kind: 'reset-before' }),
    () => pbx.faults.set('frame:clear-call', { kind: 'swallow' }),
    () => pbx.faults.set('session', { kind: 'delay', ms: 400 }),
    () => {
      for (const frame of vodiaNonsense(pbx.tenant).slice(0, 10)) pbx.broadcast(frame);
    },
  ];
  const acts: readonly (() => unknown)[] = [
    () => {
      if (ownCalls().length >= 2) return;
      asked += 1;
      const number = `+1617555${1000 + asked}`;
      return life.keeper.dispatch({ type: 'dial', id: `c${asked}`, number, dialled: number, requestId: `r${asked}` });
    },
    () => pbx.phone(OWN).answer(),
    () => pbx.farEnd(pick(ownCalls())?.id).answer(),
    () => pbx.farEnd(pick(ownCalls())?.id).hangUp(),
    () => ownCalls().length < 2 && pbx.incoming(OWN, `+1617555${2000 + asked}`),
    () => {
      const call = pick(life.keeper.current().calls.filter(isLive));
      return call && life.keeper.dispatch({ type: 'hang-up', id: call.id });
    },
  ];

  const until = Date.now() + DAY_MS;
  while (Date.now() < until) {
    if (random() < 0.25) pick(strikes)?.();
    else await (random() < 0.4 ? acts[0]?.() : pick(acts)?.());
    await rest(20 + random() * 150);
  }
  pbx.faults.clear();
  const difference = await untilTrue(() => life.keeper, ownCalls, pbx);
  life.kill();
  const times = new Map<string, number>();
  for (const { number } of pbx.places()) times.set(number, (times.get(number) ?? 0) + 1);
  const doubled = [...times].filter(([, count]) => count > 1);
  return { difference, doubled, placed: pbx.places().length };
}

/** Empty once what is shown is what is true, and every request has come to an outcome; else what is wrong in the end. */
async function untilTrue(
  keeper: () => Keeper,
  ownCalls: () => ReturnType<VodiaSimulator['calls']>,
  pbx: VodiaSimulator,
): Promise<string> {
  const deadline = Date.now() + TRUTH_WITHIN_MS;
  for (;;) {
    await keeper().dispatch({ type: 'nudge' });
    const { connection, calls } = keeper().current();
    const shown = calls.filter((call) => isLive(call) && call.confirmed).map(({ pbxId }) => pbxId);
    const isSettled = calls.every((call) => !isLive(call) || (call.confirmed && call.state.phase !== 'requested'));
    const real = ownCalls().map((call) => pbx.wireId(call));
    const isTrue = isSettled && shown.length === real.length && real.every((id) => shown.includes(id));
    if (connection.status === 'online' && isTrue) return '';
    if (Date.now() > deadline)
      return JSON.stringify({ connection: connection.status, real, calls: calls.filter(isLive) });
    await rest(100);
  }
}

function live(pbx: VodiaSimulator, memory: Memory): Life {
  let isDead = false;
  const clock: Clock = {
    now: () => Date.now(),
    after: (ms, job) => SYSTEM_CLOCK.after(ms, () => isDead || job()),
  };
  const values = { server: pbx.origin, domain: pbx.tenant, user: OWN, password: 's3cret-45' };
  const supervisor = createSupervisor({
    clock,
    ports: nodePorts({ clock }),
    account: async () => ok({ adapter: vodia, values }),
    findMissing: async () => undefined,
    remember: () => {},
    random: () => 0.1,
    dispatch: (event, isStill = () => true) =>
      void keeper.decide(() => ({ answer: undefined, ...(!isDead && isStill() ? { event } : {}) })),
    stayAwake: () => {},
  });
  const keeper = createKeeper({
    clock,
    load: async () => asJson(memory.state),
    async save(state) {
      await rest(1);
      if (!isDead) memory.state = asJson(state);
    },
    run: (effect) => isDead || supervisor.run(effect),
    onState: (state) => isDead || supervisor.onState(state),
    onSaving: () => {},
  });
  void keeper.dispatch({ type: 'woke', hasAccount: true });
  return {
    keeper,
    kill() {
      isDead = true;
      supervisor.run({ type: 'close' });
    },
  };
}

function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
