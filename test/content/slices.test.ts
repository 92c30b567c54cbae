import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSlices } from '../../src/content/slices.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => setTimeout(draw, 1));
  vi.stubGlobal('document', { hidden: true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Slices whose jobs take as long as they say, on a clock of their own. */
function slicesWithClock() {
  let worked = 0;
  const slices = createSlices(() => performance.now() + worked);
  const job = (ms: number) =>
    function* () {
      worked += ms;
      yield;
    };
  return { slices, job, worked: () => worked };
}

describe('turns of work', () => {
  test('a tab that is not drawn is read all the same', async () => {
    vi.stubGlobal('requestAnimationFrame', () => 0);
    const clock = slicesWithClock();
    clock.slices.rest();

    clock.slices.run(clock.job(5));
    await vi.advanceTimersByTimeAsync(100);

    expect(clock.worked()).toBe(5);
  });

  test('a page that changes some times in a row is read at once each time', async () => {
    const clock = slicesWithClock();
    clock.slices.rest();

    for (let round = 1; round <= 15; round += 1) {
      clock.slices.run(clock.job(5));
      await vi.advanceTimersByTimeAsync(10);
      expect(clock.worked()).toBe(5 * round);
      await vi.advanceTimersByTimeAsync(15);
    }
  });

  test('a page that keeps changing keeps most of the time for itself', async () => {
    const clock = slicesWithClock();
    clock.slices.rest();
    const from = performance.now();
    let asked = 0;

    // A page that has changed again each time we look: there is always one job waiting.
    while (performance.now() - from < 10_000) {
      if (clock.worked() === asked * 20) {
        asked += 1;
        clock.slices.run(clock.job(20));
      }
      await vi.advanceTimersByTimeAsync(10);
    }

    const all = performance.now() - from + clock.worked();
    expect(clock.worked()).toBeGreaterThan(0.05 * all);
    expect(clock.worked()).toBeLessThan(0.15 * all);
  });

  test('a page that is waited for to be idle has the time to be so between turns, and no longer', async () => {
    const idle: (() => void)[] = [];
    vi.stubGlobal('requestIdleCallback', (job: () => void) => idle.push(job));
    const { slices, job, worked } = slicesWithClock();
    const nextIdle = async () => {
      idle.shift()?.();
      await vi.advanceTimersByTimeAsync(100);
    };

    slices.giveWay(true);
    for (let jobs = 0; jobs < 4; jobs += 1) slices.run(job(20));
    await vi.advanceTimersByTimeAsync(100);
    expect(worked()).toBe(20);
    // The end of the first job, and the next one.
    await nextIdle();
    await nextIdle();
    expect(worked()).toBe(40);

    slices.giveWay(false);
    await nextIdle();
    expect(worked()).toBe(80);
  });

  test('a fault ends its own job only, and is reported', async () => {
    const reported: unknown[] = [];
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const { slices, job, worked } = slicesWithClock();
    const fault = new Error('a page like no other');

    slices.run(function* () {
      yield;
      throw fault;
    });
    slices.run(job(5));
    await vi.advanceTimersByTimeAsync(50);

    expect(reported).toEqual([fault]);
    expect(worked()).toBe(5);
  });

  test('a page that keeps changing is known as such after some seconds, and soon no more', async () => {
    const clock = slicesWithClock();
    clock.slices.rest();
    const changing = async (ms: number) => {
      const from = performance.now();
      while (performance.now() - from < ms) {
        clock.slices.run(clock.job(20));
        await vi.advanceTimersByTimeAsync(50);
      }
    };

    await changing(1_000);
    expect(clock.slices.isRestless()).toBe(false);
    await changing(5_000);
    expect(clock.slices.isRestless()).toBe(true);

    await vi.advanceTimersByTimeAsync(6_000);
    expect(clock.slices.isRestless()).toBe(false);
  });
});
