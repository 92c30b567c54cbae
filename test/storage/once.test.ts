import { expect, test, vi } from 'vitest';
import { once } from '../../src/storage/once.ts';

test('a job is done once for all who ask', async () => {
  const job = vi.fn(async () => 'done');
  const ask = once(job);

  expect(await Promise.all([ask(), ask()])).toEqual(['done', 'done']);
  expect(await ask()).toBe('done');
  expect(job).toHaveBeenCalledTimes(1);
});

test('what failed is told to all who waited, and tried anew by the next', async () => {
  const job = vi.fn(async () => 'done').mockRejectedValueOnce(new Error('blocked'));
  const ask = once(job);

  expect(await Promise.allSettled([ask(), ask()])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  expect(await ask()).toBe('done');
  expect(job).toHaveBeenCalledTimes(2);
});
