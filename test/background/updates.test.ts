import { describe, expect, test } from 'vitest';
import { createUpdates } from '../../src/background/updates.ts';
import { type AppEvent, type AppState, INITIAL, update } from '../../src/core/update.ts';
import { settle } from '../fake-clock.ts';
import { ALL } from '../fake-pbx.ts';

const T = 1_800_000_000_000;

function setUp() {
  const world = { applied: 0, isPageOpen: false };
  const updates = createUpdates({
    isPageOpen: async () => world.isPageOpen,
    apply() {
      world.applied += 1;
    },
  });
  let state: AppState = INITIAL;
  const play = async (...events: readonly AppEvent[]) => {
    for (const event of events) {
      state = update(state, event, T).state;
      updates.onState(state);
    }
    await settle();
  };
  return { world, updates, play };
}

const online: readonly AppEvent[] = [
  { type: 'woke', hasAccount: true },
  { type: 'opened', capabilities: ALL },
];
const dial: AppEvent = { type: 'dial', id: 'c1', number: '+16175550123', dialled: '+16175550123' };
const talking: AppEvent = { type: 'report', report: { pbxId: 'p1', ref: 'c1', change: { to: 'talking' } } };
const ended: AppEvent = { type: 'report', report: { pbxId: 'p1', change: { to: 'ended', reason: 'completed' } } };

describe('an update of the extension', () => {
  test('is let in at once when there is no call, and once', async () => {
    const { world, updates, play } = setUp();
    await play(...online);

    updates.onAvailable();
    await play({ type: 'tick' });
    await play({ type: 'nudge' });

    expect(world.applied).toBe(1);
  });

  test('waits for the end of a live call, however it stands', async () => {
    const { world, updates, play } = setUp();
    await play(...online, dial);

    updates.onAvailable();
    await play(talking);
    await play({ type: 'lost', error: { kind: 'closed', detail: '' }, jitter: 0 });
    expect(world.applied).toBe(0);
    await play(...online, ended);

    expect(world.applied).toBe(1);
  });

  test('waits until it is known whether there is a call', async () => {
    const { world, updates } = setUp();

    updates.onAvailable();
    await settle();

    expect(world.applied).toBe(0);
  });

  test('waits while one of our own pages is open', async () => {
    const { world, updates, play } = setUp();
    world.isPageOpen = true;
    await play(...online);
    updates.onAvailable();
    await settle();
    expect(world.applied).toBe(0);

    world.isPageOpen = false;
    await play({ type: 'tick' });

    expect(world.applied).toBe(1);
  });

  test('does not come when a call begins while it is looked whether a page is open', async () => {
    const { world, updates, play } = setUp();
    await play(...online);

    updates.onAvailable();
    await play(dial);

    expect(world.applied).toBe(0);
  });
});
