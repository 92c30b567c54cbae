import { describe, expect, test, vi } from 'vitest';
import { nodeStage } from './node-stage.ts';
import { expectSound, SCENARIOS } from './scenarios.ts';
import { SYSTEMS } from './systems.ts';

vi.mock('../../src/browser.ts', () => ({ browser: {} }));

/** Every PBX against everything that may become of a call: one table, the same that real browsers play samples of. */
describe.each(SYSTEMS)('$name', (system) => {
  test.each(SCENARIOS.filter((scenario) => scenario.isFor?.(system) ?? true))('$name', async (scenario) => {
    const stage = await nodeStage(system);
    try {
      await scenario.play(stage);
      expectSound(stage, scenario);
    } finally {
      await stage.close();
    }
  });
});

test('every way to use a PBX is in the table', () => {
  expect(new Set(SYSTEMS.map(({ name }) => name)).size).toBe(SYSTEMS.length);
});
