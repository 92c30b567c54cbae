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

test('what is written last is read, and nothing, not even the key, is left once it is removed', async () => {
  const { item, world } = setUp();
  item.write('one');
  item.write('two');
  await vi.waitFor(async () => expect(await item.read()).toBe('two'));

  item.write(undefined);
  await settle();

  expect(await item.read()).toBeUndefined();
  expect(world.box.size).toBe(0);
});

test('the same is not written twice', async () => {
  const { item, world } = setUp();
  item.write('one');
  await vi.waitFor(() => expect(world.box.has('state')).toBe(true));
  const { writes } = world;

  item.write('one');
  item.write('two');
  await vi.waitFor(async () => expect(await item.read()).toBe('two'));

  expect(world.writes).toBe(writes + 1);
});

test('where the browser blocks it, that is said, and it is tried again', async () => {
  const { item, world } = setUp();
  world.isBlocked = true;
  expect(await item.write('one')).toBe(false);
  await expect(item.read()).rejects.toThrow();

  world.isBlocked = false;

  expect(await item.write('one')).toBe(true);
  expect(await item.read()).toBe('one');
});

test('what was sealed under another key is as if it were not there', async () => {
  const { item, world } = setUp();
  await item.write('one');
  world.box.delete('key');

  expect(await item.read()).toBeUndefined();
});

test('what is not ours is not read', async () => {
  const { item, world } = setUp();
  world.box.set('state', { not: 'a text' });

  expect(await item.read()).toBeUndefined();
});

test('nothing of it lies open in the store', async () => {
  const { item, world } = setUp();
  item.write('+16175550123');
  await vi.waitFor(async () => expect(await item.read()).toBe('+16175550123'));

  const box = world.box.get('state') as { readonly box: ArrayBuffer };

  expect(Buffer.from(box.box).toString('latin1')).not.toContain('6175550123');
});
