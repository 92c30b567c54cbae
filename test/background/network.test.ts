import { expect, test } from 'vitest';
import { createNetworkWatch } from '../../src/background/network.ts';
import { type AppState, INITIAL } from '../../src/core/update.ts';
import { createFakeClock } from '../fake-clock.ts';

const WAITING: AppState = {
  ...INITIAL,
  connection: { status: 'waiting', attempt: 3, retryAt: 0, error: { kind: 'unreachable', detail: '' } },
};

function setUp() {
  const clock = createFakeClock();
  const world = { isOnline: true, told: [] as boolean[], looks: 0 };
  const watch = createNetworkWatch({
    clock,
    isOnline() {
      world.looks += 1;
      return world.isOnline;
    },
    onChange: (isOnline) => void world.told.push(isOnline),
  });
  return { clock, world, watch };
}

test('a network that is back is noticed within two seconds, also where no event tells of it', async () => {
  const { clock, world, watch } = setUp();
  watch.onState(WAITING);
  world.isOnline = false;
  await clock.advance(30_000);
  world.isOnline = true;
  await clock.advance(2_000);

  expect(world.told).toEqual([false, true]);
});

test('an event is believed only when something has changed', () => {
  const { world, watch } = setUp();

  watch.look();
  world.isOnline = false;
  watch.look();
  watch.look();

  expect(world.told).toEqual([false]);
});

test('with a line and without a call nobody looks', async () => {
  const { clock, world, watch } = setUp();
  watch.onState(WAITING);
  await clock.advance(10_000);
  watch.onState(INITIAL);
  await clock.advance(2_000);
  const { looks } = world;
  await clock.advance(600_000);

  expect(world.looks).toBe(looks);
});
