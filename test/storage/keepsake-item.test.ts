import { expect, test, vi } from 'vitest';
import { settle } from '../fake-clock.ts';

vi.mock('../../src/browser.ts', () => ({ browser: {} }));
const { createKeepsakeItem } = await import('../../src/storage/keepsake-item.ts');

const isText = (stored: unknown): stored is string => typeof stored === 'string';

function setUp() {
  const box = new Map<string, unknown>();
  const world = { box, writes: 0, isBlocked: false };
  const store = {
    async get(key: string) {
      if (world.isBlocked) throw new Error('blocked');
      return box.get(key);
    },
    async set(key: string, value: unknown) {
      world.writes += 1;
      if (world.isBlocked) throw new Error('blocked');
      box.set(key, value);
    },
    async delete(key: string) {
      box.delete(key);
    },
    async clear() {
      box.clear();
    },
  };
  return { world, item: createKeepsakeItem(isText, store), store };
}

test('what is written last is read, and nothing once it is removed', async () => {
  const { item } = setUp();
  item.write('one');
  item.write('two');
  await settle();
  expect(await item.read()).toBe('two');

  item.write(undefined);
  await settle();

  expect(await item.read()).toBeUndefined();
});

test('the same is not written twice', async () => {
  const { item, world } = setUp();

  item.write('one');
  item.write('one');
  await settle();

  expect(world.writes).toBe(1);
});

test('where the browser blocks it nothing breaks, and it is tried again', async () => {
  const { item, world } = setUp();
  world.isBlocked = true;
  item.write('one');
  await settle();
  expect(await item.read()).toBeUndefined();

  world.isBlocked = false;
  item.write('one');
  await settle();

  expect(await item.read()).toBe('one');
});

test('what is not ours is not read', async () => {
  const { item, world } = setUp();
  world.box.set('state', { not: 'a text' });

  expect(await item.read()).toBeUndefined();
});
