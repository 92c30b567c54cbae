import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RecentCall } from '../../src/core/recent-call.ts';
import type { KeepsakeItem } from '../../src/storage/keepsake-item.ts';
import { createFakeBrowser } from '../fake-browser.ts';

const fake = createFakeBrowser();
vi.mock('../../src/browser.ts', () => ({ browser: fake.browser }));
const { createRecentCallsStore } = await import('../../src/storage/recent-calls-store.ts');
const { recentCallsItem } = await import('../../src/storage/state-item.ts');

const CALL: RecentCall = {
  id: 'a',
  number: '+16175550123',
  name: 'Ann Example',
  direction: 'outgoing',
  startedAt: 1,
  endedAt: 2,
  reason: 'completed',
  placed: 'yes',
  confirmed: true,
};
const LATER = { ...CALL, id: 'b', number: '+16175550124' };

const ignore = () => {};

/** The disk: outlives the browser, which the areas of the fake one do not. */
function createDisk(kept?: readonly unknown[]) {
  const disk = { kept, writes: 0, isReadable: true, isFull: false };
  const sealed: KeepsakeItem<readonly unknown[]> = {
    async read() {
      if (!disk.isReadable) throw new Error('full');
      return disk.kept;
    },
    async write(value) {
      if (disk.isFull) return false;
      disk.kept = value;
      disk.writes += 1;
      return true;
    },
  };
  return { disk, sealed };
}

beforeEach(() => {
  for (const { stored } of Object.values(fake.areas)) for (const key of Object.keys(stored)) delete stored[key];
});

test('what is saved is before our own pages at once, sealed on the disk, and nowhere else', async () => {
  const { disk, sealed } = createDisk();
  const store = createRecentCallsStore(ignore, sealed);

  await store.save([CALL]);

  expect(await recentCallsItem.read()).toEqual([CALL]);
  expect(disk.kept).toEqual([CALL]);
  expect(fake.areas.local.stored).toEqual({});
});

test('after a start of the browser they are there again', async () => {
  const store = createRecentCallsStore(ignore, createDisk([CALL, { not: 'a call' }]).sealed);

  expect(await store.load()).toEqual([CALL]);
  expect(await recentCallsItem.read()).toEqual([CALL]);
});

test('two who ask at once, and one who saves meanwhile, lose nothing', async () => {
  const { sealed } = createDisk([CALL]);
  const store = createRecentCallsStore(ignore, sealed);

  await Promise.all([store.load(), store.load().then((list) => store.save([LATER, ...list])), store.load()]);

  expect(await store.load()).toEqual([LATER, CALL]);
});

test('a background that only slept opens nothing: what is in memory is newer', async () => {
  const { sealed } = createDisk([CALL]);
  await createRecentCallsStore(ignore, sealed).save([]);

  expect(await createRecentCallsStore(ignore, createDisk([CALL]).sealed).load()).toEqual([]);
});

test('what an older version kept open is taken over, sealed, and removed', async () => {
  fake.areas.local.stored['recent-calls'] = [CALL];
  const { disk, sealed } = createDisk();

  expect(await createRecentCallsStore(ignore, sealed).load()).toEqual([CALL]);
  expect(disk.kept).toEqual([CALL]);
  expect(fake.areas.local.stored).toEqual({});
});

test('taken over once: what is sealed already is not written over', async () => {
  fake.areas.local.stored['recent-calls'] = [CALL];
  const { sealed } = createDisk([LATER]);

  expect(await createRecentCallsStore(ignore, sealed).load()).toEqual([LATER]);
  expect(fake.areas.local.stored).toEqual({});
});

test('an empty list leaves nothing on the disk', async () => {
  const { disk, sealed } = createDisk([CALL]);
  const store = createRecentCallsStore(ignore, sealed);
  await store.load();

  await store.save([]);

  expect(disk.kept).toBeUndefined();
});

test('a browser without memory for them is asked again', async () => {
  const { sealed } = createDisk([CALL]);
  const store = createRecentCallsStore(ignore, sealed);
  const full = vi.spyOn(fake.areas.session, 'set').mockRejectedValueOnce(new Error('quota'));

  await expect(store.load()).rejects.toThrow('quota');
  full.mockRestore();

  expect(await store.load()).toEqual([CALL]);
});

describe('while the disk cannot be read', () => {
  const OLD = { ...CALL, id: 'old', startedAt: 0 };

  test('new calls are listed, nothing is written over the former ones, and both are there in the end', async () => {
    const { disk, sealed } = createDisk([OLD]);
    disk.isReadable = false;
    const told: boolean[] = [];
    const store = createRecentCallsStore((isKept) => told.push(isKept), sealed);

    await store.save([CALL, ...(await store.load())]);
    expect(await recentCallsItem.read()).toEqual([CALL]);
    expect(told).not.toContain(true);
    expect(disk).toMatchObject({ kept: [OLD], writes: 0 });

    disk.isReadable = true;
    expect(await store.load()).toEqual([CALL, OLD]);
    expect(disk.kept).toEqual([CALL, OLD]);
    expect(told.at(-1)).toBe(true);
  });

  test('nothing is lost when it can be read between a look and a change', async () => {
    const { disk, sealed } = createDisk([OLD]);
    disk.isReadable = false;
    const store = createRecentCallsStore(ignore, sealed);
    const list = await store.load();
    disk.isReadable = true;

    await store.save([CALL, ...list]);

    expect(await store.load()).toEqual([CALL, OLD]);
    expect(disk.kept).toEqual([CALL, OLD]);
  });

  test('a background that slept since knows that the former ones are missing', async () => {
    const { disk, sealed } = createDisk([OLD]);
    disk.isReadable = false;
    const store = createRecentCallsStore(ignore, sealed);
    await store.save([CALL, ...(await store.load())]);
    disk.isReadable = true;

    expect(await createRecentCallsStore(ignore, sealed).load()).toEqual([CALL, OLD]);
  });
});

test('on a full disk calls are listed until the browser closes, and that is said', async () => {
  const { disk, sealed } = createDisk();
  const told: boolean[] = [];
  const store = createRecentCallsStore((isKept) => told.push(isKept), sealed);
  disk.isFull = true;

  await store.save([CALL, ...(await store.load())]);
  expect(await store.load()).toEqual([CALL]);
  expect(told).toEqual([false]);

  disk.isFull = false;
  await store.save([LATER, ...(await store.load())]);
  expect(disk.kept).toEqual([LATER, CALL]);
  expect(told).toEqual([false, true]);
});

test('what an older version kept open stays open on a full disk: it lies nowhere else', async () => {
  fake.areas.local.stored['recent-calls'] = [CALL];
  const { disk, sealed } = createDisk();
  disk.isFull = true;

  expect(await createRecentCallsStore(ignore, sealed).load()).toEqual([CALL]);
  expect(fake.areas.local.stored).toEqual({ 'recent-calls': [CALL] });
});
