import { expect, test } from 'vitest';
import { playSoak } from '../soak/play.ts';
import { openOffice } from './harness/office.ts';
import { IS_FULL, SAMPLED_KINDS } from './harness/sample.ts';

const MS = 60_000;
/** `npm test` plays the same choices every time; what they meet still depends on the browser's timing. */
const SEED = IS_FULL ? Date.now() % 1_000_000 : 20_261_121;

test.each(SAMPLED_KINDS)(
  'a minute of calls and faults in %s loses, doubles and invents no call',
  async (kind) => {
    const office = await openOffice(kind);
    try {
      const { problems, ...result } = await playSoak(office, { ms: MS, seed: SEED });

      expect(problems).toEqual([]);
      expect(result).toMatchObject({ seed: SEED, lost: 0, doubled: 0, ghosts: 0, violations: 0 });
      expect(result.placed).toBeGreaterThan(5);
    } finally {
      await office.close();
    }
  },
  300_000,
);
