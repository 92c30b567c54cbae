import { expect, test } from 'vitest';
import { createDialer, SAME_NUMBER_WITHIN_MS } from '../../src/ui/dialer.ts';

function setUp() {
  const sent: { readonly text: string; readonly requestId: string }[] = [];
  const world = {
    now: 0,
    answer: async (): Promise<{ ok: true; value: string } | { ok: false; error: { reason: 'offline' } }> => ({
      ok: true,
      value: 'c1',
    }),
  };
  let ids = 0;
  const dial = createDialer({
    send: (request) => {
      sent.push(request);
      return world.answer();
    },
    newId: () => `r${++ids}`,
    now: () => world.now,
  });
  return { dial, sent, world };
}

test('a double Enter asks once', async () => {
  const { dial, sent } = setUp();

  const [first, second] = await Promise.all([dial('+16175550123'), dial('+16175550123')]);
  const third = await dial('+16175550123');

  expect([first, second, third].map(({ type }) => type)).toEqual(['accepted', 'repeated', 'repeated']);
  expect(sent).toHaveLength(1);
});

test('the same number may be called again when nobody can mean it by mistake', async () => {
  const { dial, sent, world } = setUp();
  await dial('+16175550123');

  world.now = SAME_NUMBER_WITHIN_MS;
  await dial('+16175550123');

  expect(new Set(sent.map(({ requestId }) => requestId)).size).toBe(2);
});

test('after a lost answer the next try is the same request, so that it cannot be a second call', async () => {
  const { dial, sent, world } = setUp();
  world.answer = () => Promise.reject(new Error('no receiver'));
  expect(await dial('+16175550123')).toEqual({ type: 'lost' });

  world.answer = async () => ({ ok: true, value: 'c1' });
  await dial('+16175550123');

  expect(sent.map(({ requestId }) => requestId)).toEqual(['r1', 'r1']);
});

test('what was refused may be tried again at once, as a new request', async () => {
  const { dial, sent, world } = setUp();
  world.answer = async () => ({ ok: false, error: { reason: 'offline' } });
  expect(await dial('+16175550123')).toMatchObject({ type: 'refused' });

  await dial('+16175550123');

  expect(sent.map(({ requestId }) => requestId)).toEqual(['r1', 'r2']);
});
