import { beforeEach, expect, test, vi } from 'vitest';
import type { Target } from '../../src/content/targets.ts';
import type { DialPayload } from '../../src/messaging/protocol.ts';

const background = vi.hoisted(() => ({ asked: [] as { type: string; payload: unknown }[], replies: [] as unknown[] }));
vi.mock('../../src/content/ask-background.ts', () => ({
  askBackground: async (type: string, payload: unknown) => {
    background.asked.push({ type, payload });
    const reply = background.replies.shift();
    return reply === undefined ? { got: 'lost' } : { got: 'reply', reply };
  },
}));
vi.mock('../../src/content/name-beside.ts', () => ({ nameBeside: () => undefined }));
vi.mock('../../src/content/extension-api.ts', () => ({ words: (key: string) => key }));

const { createDialler } = await import('../../src/content/dial.ts');

const TARGET = { e164: '+19005550100', kind: 'phone', source: 'text', text: '900 555 0100' } as Target;
const WAITING = { ok: false, error: { reason: 'waiting' } };
const NO_DOUBTS = [] as const;

beforeEach(() => {
  vi.useFakeTimers();
  background.asked.length = 0;
  background.replies.length = 0;
});

/** A dialler that has pressed the target once and was told to wait. */
async function waitingDialler() {
  const said: string[] = [];
  const dialler = createDialler((_key, say) => void (say && said.push(say)));
  background.replies.push(WAITING);
  dialler.dial(TARGET, NO_DOUBTS);
  await vi.advanceTimersByTimeAsync(0);
  const [{ requestId } = expect.fail('nothing was asked')] = dials();
  return { dialler, said, requestId };
}

const dials = () =>
  background.asked.filter(({ type }) => type === 'call/dial').map(({ payload }) => payload as DialPayload);

test('while the user is asked outside the page, the button says so', async () => {
  const { dialler, said } = await waitingDialler();

  expect(dialler.viewOf(TARGET)).toMatchObject({ state: 'waiting', words: 'refused_waiting', canCancel: false });
  expect(said).toEqual(['refused_waiting']);
});

test('a further press is the same request: it brings the question to the front and never is a second call', async () => {
  const { dialler, requestId } = await waitingDialler();
  background.replies.push(WAITING);

  dialler.dial(TARGET, NO_DOUBTS);
  dialler.dial(TARGET, NO_DOUBTS);
  await vi.advanceTimersByTimeAsync(0);

  expect(dials().map((dial) => dial.requestId)).toEqual([requestId, requestId]);
  expect(dialler.viewOf(TARGET)?.state).toBe('waiting');
});

test('news of the call that was confirmed, or of the answer no, takes its place', async () => {
  const { dialler, requestId } = await waitingDialler();

  dialler.onPageCall({ requestId, phase: 'ringing', words: 'Ringing', canCancel: true });
  expect(dialler.viewOf(TARGET)).toMatchObject({ state: 'calling', words: 'Ringing', canCancel: true });

  dialler.onPageCall({ requestId, phase: 'ended', words: 'Busy', canCancel: false });
  expect(dialler.viewOf(TARGET)).toMatchObject({ state: 'refused', words: 'Busy' });
});

test('a question whose end nobody told is over after a minute, and the next press is a new request', async () => {
  const { dialler, requestId } = await waitingDialler();

  await vi.advanceTimersByTimeAsync(64_000);
  expect(dialler.viewOf(TARGET)?.state).toBe('waiting');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(dialler.viewOf(TARGET)).toMatchObject({ state: 'refused', words: 'refused_not_confirmed' });

  dialler.dial(TARGET, NO_DOUBTS);
  await vi.advanceTimersByTimeAsync(0);
  expect(dials()[1]?.requestId).not.toBe(requestId);
});

test('it can be taken back by the page’s own cancel button', async () => {
  const { dialler, requestId } = await waitingDialler();
  background.replies.push({ ok: true });

  dialler.cancel(TARGET);

  expect(background.asked.at(-1)).toEqual({ type: 'call/cancel', payload: { requestId } });
});

test('what is doubtful about page and link goes with the request', async () => {
  const dialler = createDialler(() => {});
  const link: Target = { ...TARGET, alternatives: ['+442079460123'], differs: { e164: '+16175550123' } };

  dialler.dial(link, ['page-doubtful']);
  dialler.dial({ ...TARGET, e164: '+16175550124' }, ['page-doubtful']);
  dialler.dial({ ...TARGET, e164: '+16175550125' }, NO_DOUBTS);
  await vi.advanceTimersByTimeAsync(0);

  const byNumber = Object.fromEntries(dials().map((dial) => [dial.number, dial]));
  expect(byNumber['+19005550100']).toMatchObject({
    doubts: ['text-differs', 'page-doubtful'],
    alternatives: ['+16175550123', '+442079460123'],
  });
  expect(byNumber['+16175550124']).toMatchObject({ doubts: ['page-doubtful'] });
  expect(byNumber['+16175550125']).not.toHaveProperty('doubts');
});
