import { describe, expect, test } from 'vitest';
import { createKeeper } from '../../src/background/keeper.ts';
import { type AppState, type Effect, INITIAL } from '../../src/core/update.ts';
import { createFakeClock, settle } from '../fake-clock.ts';
import { ALL } from '../fake-pbx.ts';

const DIAL = { type: 'dial', id: 'c1', number: '+16175550123', dialled: '+16175550123' } as const;

function setUp(stored: AppState = INITIAL) {
  const clock = createFakeClock();
  const log: string[] = [];
  const saved: AppState[] = [];
  const disk = { works: true };
  const savings: boolean[] = [];
  const keeper = createKeeper({
    clock,
    load: async () => stored,
    async save(state) {
      if (!disk.works) throw new Error('quota');
      await Promise.resolve();
      saved.push(state);
      log.push(`saved ${state.connection.status} ${state.calls.length}`);
    },
    run: (effect: Effect) => void log.push(effect.type),
    onState: () => {},
    onSaving: (works) => void savings.push(works),
  });
  return { clock, log, saved, disk, savings, keeper };
}

const online = async ({ keeper }: ReturnType<typeof setUp>) => {
  await keeper.dispatch({ type: 'woke', hasAccount: true });
  await keeper.dispatch({ type: 'opened', capabilities: ALL });
};

describe('the keeper', () => {
  test('saves first and acts then', async () => {
    const world = setUp();
    await online(world);
    await world.keeper.dispatch(DIAL);

    expect(world.log).toEqual(['saved connecting 0', 'open', 'saved online 0', 'saved online 1', 'dial']);
  });

  test('what is saved before a dial already says that it may have left', async () => {
    const world = setUp();
    await online(world);
    await world.keeper.dispatch(DIAL);

    expect(world.saved.at(-1)?.calls[0]).toMatchObject({ placed: 'unknown', state: { step: 'sent' } });
  });

  test('takes events in the order they came, the stored state before all', async () => {
    const stored: AppState = {
      ...INITIAL,
      connection: { status: 'blocked', error: { kind: 'login-refused', detail: '' } },
    };
    const { keeper } = setUp(stored);

    const [, seen] = await Promise.all([
      keeper.dispatch({ type: 'woke', hasAccount: true }),
      keeper.decide((state) => ({ answer: state.connection.status })),
    ]);

    expect(seen).toBe('blocked');
  });

  test('two who ask at the same moment do not both get their call', async () => {
    const world = setUp();
    await online(world);
    const ask = (id: string) =>
      world.keeper.decide((state) =>
        state.calls.length > 0 ? { answer: 'no' } : { answer: 'yes', event: { ...DIAL, id } },
      );

    expect(await Promise.all([ask('c1'), ask('c2')])).toEqual(['yes', 'no']);
  });

  test('a deadline comes by itself', async () => {
    const world = setUp();
    await world.keeper.dispatch({ type: 'woke', hasAccount: true });
    await world.keeper.dispatch(DIAL);

    await world.clock.advance(10_000);

    expect(world.keeper.current().calls[0]).toMatchObject({ placed: 'no', state: { phase: 'ended' } });
  });

  test('when the browser does not save, nothing is dialled, it is said, and the keeper lives on', async () => {
    const world = setUp();
    await online(world);
    world.disk.works = false;

    await world.keeper.dispatch(DIAL);

    expect(world.log).not.toContain('dial');
    expect(world.savings).toEqual([false]);
    expect(world.keeper.current().calls[0]).toMatchObject({
      placed: 'no',
      error: { kind: 'not-saved' },
      state: { phase: 'ended', reason: 'failed' },
    });
  });

  test('what happened while the browser did not save is saved with the next event', async () => {
    const world = setUp();
    await online(world);
    world.disk.works = false;
    await world.keeper.dispatch({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
    world.disk.works = true;

    await world.keeper.dispatch({ type: 'tick' });

    expect(world.saved.at(-1)?.calls).toHaveLength(1);
    expect(world.savings).toEqual([false, true]);
  });

  test('a hang-up goes out even when the browser does not save', async () => {
    const world = setUp();
    await online(world);
    await world.keeper.dispatch({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
    world.disk.works = false;

    await world.keeper.dispatch({ type: 'hang-up', id: world.keeper.current().calls[0]?.id ?? '' });

    expect(world.log.at(-1)).toBe('hang-up');
  });

  test('a decision that fails is its own, and the next is taken', async () => {
    const { keeper } = setUp();

    await expect(
      keeper.decide(() => {
        throw new Error('bug');
      }),
    ).rejects.toThrow('bug');
    await keeper.dispatch({ type: 'woke', hasAccount: true });
    await settle();

    expect(keeper.current().connection.status).toBe('connecting');
  });
});
