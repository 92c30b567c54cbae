import { expect, test } from 'vitest';
import { createRecentCalls } from '../../src/background/recent-calls.ts';
import type { RecentCall } from '../../src/core/recent-call.ts';
import { settle } from '../fake-clock.ts';
import { call } from '../ui/states.ts';

function create() {
  const world = { isWanted: true, saves: true, list: [] as readonly RecentCall[], writes: 0 };
  const recent = createRecentCalls({
    isWanted: async () => world.isWanted,
    load: async () => world.list,
    async save(list) {
      if (!world.saves) throw new Error('disk full');
      world.list = list;
      world.writes += 1;
    },
  });
  const end = async (id: string, more = {}) => {
    recent.tell([{ what: 'ended', call: call({ id, state: { phase: 'ended', at: 9, reason: 'busy' }, ...more }) }]);
    await settle();
  };
  return { world, recent, end };
}

test('ended calls are kept, those of private windows are not', async () => {
  const { world, end } = create();

  await end('a');
  await end('b', { origin: { tabId: 1, frameId: 0, isPrivate: true } });

  expect(world.list.map(({ id }) => id)).toEqual(['a']);
});

test('two that end at once are both kept', async () => {
  const { world, recent } = create();
  const ended = ['a', 'b'].map((id) => call({ id, state: { phase: 'ended', at: 9, reason: 'busy' } }));

  for (const one of ended) recent.tell([{ what: 'ended', call: one }]);
  await settle();

  expect(world.list).toHaveLength(2);
});

test('a user who does not want them has none, not the older ones either', async () => {
  const { world, recent, end } = create();
  await end('a');
  world.isWanted = false;
  await end('b');
  await recent.tidy();

  expect(world.list).toEqual([]);
});

test('one is forgotten, then all; nothing is written where there is nothing to forget', async () => {
  const { world, recent, end } = create();
  await end('a');
  await end('b');

  await recent.forget('a');
  expect(world.list.map(({ id }) => id)).toEqual(['b']);
  await recent.forget();
  const { writes } = world;
  await recent.forget();

  expect(world).toMatchObject({ list: [], writes });
});

test('a full disk costs the list and nothing else', async () => {
  const { world, end } = create();
  world.saves = false;

  await end('a');
  world.saves = true;
  await end('b');

  expect(world.list.map(({ id }) => id)).toEqual(['b']);
});
