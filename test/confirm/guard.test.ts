import { expect, test } from 'vitest';
import { createGuard, INERT_MS } from '../../src/confirm/guard.ts';

test('a press within 700 ms after the window came counts for nothing, a later one does', () => {
  const guard = createGuard(1_000);

  expect(INERT_MS).toBe(700);
  guard.begin(1_100);
  expect(guard.end(1_200)).toBe(false);
  guard.begin(1_700);
  expect(guard.end(1_701)).toBe(true);
});

test('a press that began too early and ended late counts for nothing', () => {
  const guard = createGuard(0);

  guard.begin(INERT_MS - 1);
  expect(guard.end(INERT_MS + 500)).toBe(false);

  guard.begin(INERT_MS + 600);
  expect(guard.end(INERT_MS + 650)).toBe(true);
});

test('a window that got the focus or another size waits anew, also in the middle of a press', () => {
  const guard = createGuard(0);
  guard.disturb(5_000);

  expect(guard.waitFor(5_100)).toBe(INERT_MS - 100);
  guard.begin(5_100);
  expect(guard.end(5_150)).toBe(false);

  guard.begin(6_000);
  guard.disturb(6_010);
  expect(guard.end(6_050)).toBe(false);
  expect(guard.waitFor(7_000)).toBe(0);
});

test('a press without a beginning, as screen readers make it, counts by its end', () => {
  const guard = createGuard(0);

  expect(guard.end(INERT_MS - 1)).toBe(false);
  expect(guard.end(INERT_MS)).toBe(true);
});
