import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNightTeller } from '../../src/content/night.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

vi.mock('../../src/content/extension-api.ts', () => ({
  words: (key: string, ...values: readonly string[]) => [key, ...values].join('|'),
}));

const LONDON = '+442079460123';
const AMERICA = '+16175550123';
const NIGHT = Date.UTC(2026, 0, 15, 3);
/** Night from Maine to Hawaii. */
const NIGHT_IN_AMERICA = Date.UTC(2026, 0, 15, 9);

beforeEach(() => {
  vi.useFakeTimers({ now: NIGHT });
});

afterEach(() => {
  vi.useRealTimers();
});

test('that it is night somewhere is told once it is known, and nothing is asked before the next minute', async () => {
  const onTold = vi.fn();
  const hint = createNightTeller(WHOLE_ATLAS, onTold);
  expect(hint(LONDON)).toBe('');

  await vi.advanceTimersByTimeAsync(1_000);
  expect(onTold).toHaveBeenCalledTimes(1);
  expect(hint(LONDON)).toMatch(/^night_there\|/);

  await vi.advanceTimersByTimeAsync(1_000);
  expect(onTold).toHaveBeenCalledTimes(1);
});

test('of a country with many times the first and the last are told', async () => {
  vi.setSystemTime(NIGHT_IN_AMERICA);
  const hint = createNightTeller(WHOLE_ATLAS, () => {});
  hint(AMERICA);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(hint(AMERICA)).toMatch(/^night_between\|/);
});

test('by day nothing is told', async () => {
  const onTold = vi.fn();
  const hint = createNightTeller(WHOLE_ATLAS, onTold);
  // Half of the country is still awake.
  hint(AMERICA);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(hint(AMERICA)).toBe('');
  expect(onTold).not.toHaveBeenCalled();
});

test('what was said stays until it is known anew, and goes as the day begins', async () => {
  const onTold = vi.fn();
  const hint = createNightTeller(WHOLE_ATLAS, onTold);
  hint(LONDON);
  await vi.advanceTimersByTimeAsync(1_000);
  const before = hint(LONDON);

  vi.setSystemTime(NIGHT + 4.5 * 3_600_000);
  expect(hint(LONDON)).toBe(before);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(hint(LONDON)).toBe('');
  expect(onTold).toHaveBeenCalledTimes(2);
});
