import { describe, expect, test } from 'vitest';
import type { AppEvent } from '../../src/core/update.ts';
import { createMemory, PAGE, POPUP, refused, startBackground } from './whole-background.ts';

const PRIVATE = { ...PAGE, tab: { ...PAGE.tab, id: 7, incognito: true } };
const LONDON = '+442079460123';
const HOME = '+16175550123';

describe('a private window', () => {
  test('makes no country known, though the call is confirmed', async () => {
    const background = await startBackground({}, { ...createMemory(), windows: new Map() });
    expect(await background.dial(LONDON, PRIVATE)).toEqual(refused('waiting'));
    const id = background.memory.proposal?.id;

    await background.answer({ type: 'confirm/answer', payload: { id, call: true } }, POPUP);

    expect(background.dials()).toMatchObject([{ number: LONDON }]);
    expect(background.world.countries).toEqual([]);
  });

  test('tells the PBX nothing of its page, where any other window does', async () => {
    const background = await startBackground();
    background.world.wantsPage = true;

    await background.dial(HOME, PRIVATE);
    await background.dial('+16175550124', PAGE);

    const [inPrivate, elsewhere] = background.dials();
    expect(inPrivate).not.toHaveProperty('pageUrl');
    expect(elsewhere).toHaveProperty('pageUrl');
  });

  test('leaves a call behind for half a minute after its end, another window for longer', async () => {
    const { dial, keeper, clock } = await startBackground();
    await dial(HOME, PRIVATE);
    await dial('+16175550124', PAGE);
    for (const { id } of keeper.current().calls) await keeper.dispatch(refusal(id));

    await clock.advance(31_000);
    await keeper.dispatch({ type: 'tick' });

    expect(keeper.current().calls.map(({ number }) => number)).toEqual(['+16175550124']);
  });

  test('takes its ended calls with it when it is closed, and no others', async () => {
    const { dial, keeper } = await startBackground();
    await dial(HOME, PRIVATE);
    await dial('+16175550124', PAGE);
    await dial('+16175550125', PRIVATE);
    for (const { id } of keeper.current().calls.slice(0, 2)) await keeper.dispatch(refusal(id));

    await keeper.dispatch({ type: 'tab-closed', tabId: 8 });
    expect(keeper.current().calls).toHaveLength(3);
    await keeper.dispatch({ type: 'tab-closed', tabId: 7 });

    expect(keeper.current().calls.map(({ number }) => number)).toEqual(['+16175550124', '+16175550125']);
  });
});

function refusal(id: string): AppEvent {
  return {
    type: 'dialled',
    id,
    result: { ok: false, error: { error: { kind: 'rejected', detail: '' }, placed: 'no' } },
  };
}
