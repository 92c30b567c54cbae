import { describe, expect, test } from 'vitest';
import { afterPlacing, afterPlea, type Pace, pausedUntil } from '../../src/core/pace.ts';

const LIMIT = { count: 2, perMs: 60_000 };

describe('the pause a PBX wants between calls', () => {
  test('there is none while the PBX takes one more, then it ends when the oldest call is a period old', () => {
    let pace: Pace | undefined;
    expect(pausedUntil(pace, LIMIT, 1_000)).toBeUndefined();

    pace = afterPlacing(afterPlacing(pace, LIMIT, 1_000), LIMIT, 5_000);

    expect(pausedUntil(pace, LIMIT, 6_000)).toBe(61_000);
    expect(pausedUntil(pace, LIMIT, 60_999)).toBe(61_000);
    expect(pausedUntil(pace, LIMIT, 61_000)).toBeUndefined();
  });

  test('a PBX that asks for patience gets it, whatever its limit', () => {
    expect(pausedUntil(afterPlea(undefined, 7_000, 1_000), undefined, 2_000)).toBe(8_000);
  });
});
