import { beforeEach, expect, test, vi } from 'vitest';
import type { Proposal } from '../../src/core/proposal.ts';

const { browser } = vi.hoisted(() => ({ browser: {} as Record<string, unknown> }));
vi.mock('../../src/browser.ts', () => ({ browser }));

const { centred, closeConfirmWindow, focusConfirmWindow, onWindowClosed, openConfirmWindow } = await import(
  '../../src/background/confirm-window.ts'
);

const PROPOSAL: Proposal = {
  id: 'a b&c',
  askedAt: 0,
  requestId: 'request-1',
  origin: { tabId: 7, frameId: 0 },
  host: 'crm.example.com',
  choices: [{ number: '+19005550100', type: 'premium', country: 'US', reasons: ['premium'] }],
};
const create = vi.fn(async (_question: Record<string, unknown>) => ({ id: 5 }));
const update = vi.fn(async (_id: number, _change: object) => ({}));

beforeEach(() => {
  create.mockReset().mockResolvedValue({ id: 5 });
  update.mockReset().mockResolvedValue({});
  Object.assign(browser, {
    runtime: { getURL: (path: string) => `chrome-extension://abc/${path}` },
    tabs: { get: async (tabId: number) => ({ windowId: tabId + 1 }) },
    windows: {
      create,
      update,
      get: async (windowId: number) => ({ id: windowId, left: 100, top: 50, width: 1200, height: 900 }),
      remove: async () => {},
      onRemoved: { addListener: vi.fn() },
    },
  });
});

test('a small window of our own opens in the middle of the one that was clicked in', async () => {
  expect(await openConfirmWindow(PROPOSAL)).toBe(5);

  const [question] = create.mock.calls[0] ?? [];
  expect(question).toMatchObject({
    url: 'chrome-extension://abc/src/confirm/confirm.html?id=a%20b%26c',
    type: 'popup',
    focused: true,
  });
  const { left, top, width, height } = question as Record<'left' | 'top' | 'width' | 'height', number>;
  expect([left + width / 2, top + height / 2]).toEqual([700, 500]);
});

test('a place the browser does not take is left to the browser', async () => {
  create.mockRejectedValueOnce(new Error('Invalid value for bounds.')).mockResolvedValueOnce({ id: 6 });

  expect(await openConfirmWindow(PROPOSAL)).toBe(6);

  expect(create.mock.calls.map(([question]) => 'left' in question)).toEqual([true, false]);
});

test('a tab that is gone leaves the place to the browser', async () => {
  Object.assign(browser, { tabs: { get: () => Promise.reject(new Error('No tab with id: 7.')) } });

  expect(await openConfirmWindow(PROPOSAL)).toBe(5);

  expect(create.mock.calls[0]?.[0]).not.toHaveProperty('left');
});

test('more to say makes it higher', async () => {
  const [choice] = PROPOSAL.choices;
  await openConfirmWindow(PROPOSAL);
  await openConfirmWindow({
    ...PROPOSAL,
    choices: [choice, { ...choice, number: '+442079460123', reasons: ['premium', 'too-many', 'text-differs'] }],
  });

  const [low = 0, high = 0] = create.mock.calls.map(([question]) => Number(question.height));
  expect(high).toBeGreaterThan(low);
});

test('a window is brought to the front, and one that is gone is said to be gone', async () => {
  expect(await focusConfirmWindow(5)).toBe(true);
  expect(update).toHaveBeenCalledWith(5, expect.objectContaining({ focused: true }));

  update.mockRejectedValueOnce(new Error('No window with id: 5.'));
  expect(await focusConfirmWindow(5)).toBe(false);
});

test('a browser without windows (Firefox for Android) opens none, and nothing breaks', async () => {
  Object.assign(browser, { windows: undefined });

  expect(await openConfirmWindow(PROPOSAL)).toBeUndefined();
  expect(await focusConfirmWindow(5)).toBe(false);
  await closeConfirmWindow(5);
  onWindowClosed(() => {});
});

test.each([
  ['in the middle', { left: 100, top: 50, width: 1200, height: 900 }, { left: 480, top: 290 }],
  ['in whole pixels', { left: 0, top: 0, width: 1001, height: 801 }, { left: 281, top: 191 }],
  ['not above a window that is lower', { left: -800, top: 30, width: 500, height: 300 }, { left: -770, top: 30 }],
])('its place is %s', (_name, over, place) => {
  expect(centred(over, { width: 440, height: 420 })).toEqual(place);
});
