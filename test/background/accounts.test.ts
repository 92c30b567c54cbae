import { describe, expect, test } from 'vitest';
import { fail } from '../../src/core/result.ts';
import { POPUP, startBackground } from './whole-background.ts';

const VALUES = { server: 'https://pbx.example.com', user: '45', password: 'canary-7f3a' };

describe('what was counted at a PBX', () => {
  test.each([
    ['is counted on after another login there', { user: '46' }, true],
    ['is forgotten at another PBX', { server: 'https://other.example.com' }, false],
  ])('%s', async (_what, change, isKept) => {
    const { answer, keeper } = await startBackground();
    const save = (values: object) => answer({ type: 'account/save', payload: { vendor: 'fake', values } }, POPUP);
    await save(VALUES);
    await keeper.dispatch({ type: 'hung-up', id: 'c1', result: fail({ kind: 'rate-limited', retryAfterMs: 9_000 }) });

    await save({ ...VALUES, ...change });

    expect(keeper.current().pace).toEqual(isKept ? { placedAt: [] } : undefined);
  });
});
