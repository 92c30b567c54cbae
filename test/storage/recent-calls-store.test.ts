import { beforeEach, expect, test, vi } from 'vitest';
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

/** The disk: outlives the browser, which the areas of the fake one do not. */
function createDisk(kept?: readonly unknown[]) {
  const disk = { kept, writes: 0 };
  const sealed: KeepsakeItem<readonly unknown[]> = {
    read: async () => disk.kept,
    async write(value) {
      disk.kept = value;
      disk.writes += 1;
    },
  };
  return { disk, sealed };
}

beforeEach(() => {
  for (const { stored } of Object.values(fake.areas)) for (const key of Object.keys(stored)) delete stored[key];
});

test('what is saved is before our own pages at once, sealed on the disk, and nowhere else', async () => {
  const { disk, sealed } = createDisk();
  const store = createRecentCallsStore(sealed);

  await store.save([CALL]);

  expect(await recentCallsItem.read()).toEqual([CALL]);
  expect(disk.kept).toEqual([CALL]);
  expect(fake.areas.local.stored).toEqual({});
});

test('after a start of the browser they are there again', async () => {
  const store = createRecentCallsStore(createDisk([CALL, { not: 'a call' }]).sealed);

  expect(await store.load()).toEqual([CALL]);
  expect(await recentCallsItem.read()).toEqual([CALL]);
});

test('two who ask at once, and one who saves meanwhile, lose nothing', async () => {
  const { sealed } = createDisk([CALL]);
  const store = createRecentCallsStore(sealed);

  await Promise.all([store.load(), store.load().then((list) => store.save([LATER, ...list])), store.load()]);

  expect(await store.load()).toEqual([LATER, CALL]);
});

test('a background that only slept opens nothing: what is in memory is newer', async () => {
  const { sealed } = createDisk([CALL]);
  await createRecentCallsStore(sealed).save([]);

  expect(await createRecentCallsStore(createDisk([CALL]).sealed).load()).toEqual([]);
});

test('what an older version kept open is taken over, sealed, and removed', async () => {
  fake.areas.local.stored['recent-calls'] = [CALL];
  const { disk, sealed } = createDisk();

  expect(await createRecentCallsStore(sealed).load()).toEqual([CALL]);
  expect(disk.kept).toEqual([CALL]);
  expect(fake.areas.local.stored).toEqual({});
});

test('taken over once: what is sealed already is not written over', async () => {
  fake.areas.local.stored['recent-calls'] = [CALL];
  const { sealed } = createDisk([LATER]);

  expect(await createRecentCallsStore(sealed).load()).toEqual([LATER]);
  expect(fake.areas.local.stored).toEqual({});
});

test('an empty list leaves nothing on the disk', async () => {
  const { disk, sealed } = createDisk([CALL]);
  const store = createRecentCallsStore(sealed);
  await store.load();

  await store.save([]);

  expect(disk.kept).toBeUndefined();
});

test('a browser without memory for them is asked again', async () => {
  const { sealed } = createDisk([CALL]);
  const store = createRecentCallsStore(sealed);
  const full = vi.spyOn(fake.areas.session, 'set').mockRejectedValueOnce(new Error('quota'));

  await expect(store.load()).rejects.toThrow('quota');
  full.mockRestore();

  expect(await store.load()).toEqual([CALL]);
});
