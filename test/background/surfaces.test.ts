import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../src/core/calls.ts';
import type { Preferences } from '../../src/core/preferences.ts';
import { USUAL } from '../../src/core/preferences.ts';
import { createFakeClock, settle } from '../fake-clock.ts';
import { call } from '../ui/states.ts';

/** The parts of the browser outside our pages, in memory. */
const browser = vi.hoisted(() => ({
  menus: new Map<string, { title?: string; visible?: boolean }>(),
  notes: new Map<string, { title: string; message: string; buttons?: readonly object[] }>(),
  tabs: [] as { id: number; url?: string; windowId: number; incognito: boolean; active?: boolean }[],
  opened: [] as string[],
  refusesButtons: false,
}));

vi.mock('../../src/browser.ts', () => ({
  browser: {
    runtime: { getURL: (path: string) => `ext://${path}` },
    i18n: { getMessage: (key: string, values: readonly string[] = []) => [key, ...values].join(' ') },
    contextMenus: {
      removeAll: async () => browser.menus.clear(),
      create: ({ id, ...entry }: { id: string }) => void browser.menus.set(id, entry),
      update: async (id: string, change: object) => {
        if (!browser.menus.has(id)) throw new Error('no such entry');
        browser.menus.set(id, { ...browser.menus.get(id), ...change });
      },
    },
    notifications: {
      create: async (id: string, note: { title: string; message: string; buttons?: readonly object[] }) => {
        if (browser.refusesButtons && note.buttons) throw new Error('Type error for parameter options');
        browser.notes.set(id, note);
      },
      clear: async (id: string) => browser.notes.delete(id),
    },
    omnibox: { setDefaultSuggestion: () => {} },
    tabs: {
      query: async ({ active }: { active?: boolean }) => browser.tabs.filter((tab) => !active || tab.active),
      update: async (id: number, { url }: { url?: string }) => void browser.opened.push(`${id} ${url ?? 'front'}`),
      create: async ({ url }: { url: string }) => {
        browser.opened.push(`new ${url}`);
        return { id: 99 };
      },
    },
    windows: { update: async () => {} },
  },
}));

const { createMenus } = await import('../../src/background/menus.ts');
const { createNotifications } = await import('../../src/background/notifications.ts');
const { createOmnibox } = await import('../../src/background/omnibox.ts');
const { createScreenPop } = await import('../../src/background/screen-pop.ts');
const { callToEnd } = await import('../../src/background/keys.ts');

beforeEach(() => {
  browser.menus.clear();
  browser.notes.clear();
  browser.tabs = [];
  browser.opened = [];
  browser.refusesButtons = false;
});
afterEach(() => vi.clearAllMocks());

const incoming = (change: Partial<Call> = {}): Call =>
  call({ direction: 'incoming', state: { phase: 'ringing', leg: 'own-phone' }, name: 'Nora', ...change });

describe('the right-click menu', () => {
  const TAB = { id: 7, incognito: false };

  async function install() {
    const clock = createFakeClock();
    const dialled: object[] = [];
    const taught: unknown[][] = [];
    const menus = createMenus({
      clock,
      dial: (picked) => void dialled.push(picked),
      teach: (...lesson) => void taught.push(lesson),
      write: async (text) => (/\d{7}/.test(text.replaceAll(/\D/g, '')) ? `+${text.replaceAll(/\D/g, '')}` : undefined),
      newId: () => 'r1',
    });
    await menus.install();
    return { menus, clock, dialled, taught };
  }

  test('calls what is selected, from the frame it stands in', async () => {
    const { menus, dialled } = await install();

    menus.onClicked(
      { menuItemId: 'call-selection', selectionText: '617 555 0142', frameId: 3, pageUrl: 'https://crm.example.com/' },
      TAB,
    );

    expect(dialled).toEqual([
      { text: '617 555 0142', requestId: 'r1', origin: { tabId: 7, frameId: 3 }, pageUrl: 'https://crm.example.com/' },
    ]);
  });

  test('a private window is said to be one, and teaches nothing', async () => {
    const { menus, dialled, taught } = await install();

    menus.onClicked({ menuItemId: 'call-selection', selectionText: '617 555 0142' }, { ...TAB, incognito: true });
    menus.onClicked({ menuItemId: 'teach-phone', selectionText: '617 555 0142' }, { ...TAB, incognito: true });

    expect(dialled).toMatchObject([{ origin: { isPrivate: true } }]);
    expect(taught).toEqual([]);
  });

  test('offers the number under the pointer, and forgets it when the menu must be closed', async () => {
    const { menus, clock, dialled } = await install();
    await menus.point({ text: '617 555 0142', offers: 'teach-none' }, 7);
    expect(browser.menus.get('call-number')).toMatchObject({ visible: true, title: 'menu_call +6175550142' });
    expect(browser.menus.get('teach-none')).toMatchObject({ visible: true });

    await clock.advance(20_000);

    expect(browser.menus.get('call-number')).toMatchObject({ visible: false });
    menus.onClicked({ menuItemId: 'call-number' }, TAB);
    expect(dialled).toMatchObject([{ text: '' }]);
  });

  test('what was pointed at in one tab is not called from another', async () => {
    const { menus, dialled } = await install();
    await menus.point({ text: '617 555 0142', offers: 'neither' }, 7);

    menus.onClicked({ menuItemId: 'call-number' }, { ...TAB, id: 8 });

    expect(dialled).toMatchObject([{ text: '' }]);
  });

  test('titles hold nothing the browser would read as more than text', async () => {
    const { menus } = await install();

    await menus.onShown({ selectionText: '617 555 0142 & %s' });

    expect(browser.menus.get('call-selection')?.title).toBe('menu_call +6175550142');
  });
});

describe('notifications', () => {
  function create(preferences: Partial<Preferences> = {}, more: { isDisturbed?: boolean; canHangUp?: boolean } = {}) {
    const calls: Call[] = [];
    const ended: string[] = [];
    const notifications = createNotifications({
      preferences: async () => ({ ...USUAL, ...preferences }),
      isDisturbed: () => more.isDisturbed ?? false,
      canHangUp: () => more.canHangUp ?? true,
      hangUp: (id) => void ended.push(id),
      open: () => {},
      calls: () => calls,
      format: async (number) => number,
    });
    const ring = async (ringing = incoming()) => {
      calls.push(ringing);
      notifications.tell([{ what: 'incoming', call: ringing }]);
      await settle();
    };
    return { notifications, calls, ended, ring };
  }

  test('an incoming call is shown with name, number and a way to end it', async () => {
    const { ring, ended, notifications } = create();

    await ring();

    expect(browser.notes.get('call:c1')).toMatchObject({
      message: 'Nora · +16175550123',
      buttons: [{ title: 'hang_up' }],
    });
    notifications.onButton('call:c1');
    expect(ended).toEqual(['c1']);
  });

  test('a browser without buttons shows it without', async () => {
    browser.refusesButtons = true;
    const { ring } = create();

    await ring();

    expect(browser.notes.get('call:c1')).not.toHaveProperty('buttons');
  });

  test.each([
    ['the user does not want them', { alerts: { incoming: false, failed: true } }, {}],
    ['the user is not to be disturbed', {}, { isDisturbed: true }],
  ])('none when %s', async (_why, preferences, more) => {
    await create(preferences, more).ring();

    expect(browser.notes.size).toBe(0);
  });

  test('a call that has stopped ringing meanwhile is not announced; one that stops is taken back', async () => {
    const { ring, calls, notifications } = create();
    await ring();
    notifications.tell([{ what: 'over', call: incoming() }]);
    await settle();
    expect(browser.notes.size).toBe(0);

    calls.length = 0;
    notifications.tell([{ what: 'incoming', call: incoming() }]);
    await settle();

    expect(browser.notes.size).toBe(0);
  });

  test('a hostile name is one short line', async () => {
    const { ring } = create();

    await ring(incoming({ name: `\u202e${'x'.repeat(300)}\n<b>` }));

    const message = browser.notes.get('call:c1')?.message ?? '';
    expect(message).not.toMatch(/[\u202e\n]/);
    expect(message.length).toBeLessThan(120);
  });

  test('a call that came to nothing is told with the reason', async () => {
    const { notifications } = create();
    const failed = call({ state: { phase: 'ended', at: 1, reason: 'busy' } });

    notifications.tell([{ what: 'failed', call: failed }]);
    await settle();

    expect(browser.notes.get('call:c1')).toMatchObject({
      title: 'alert_failed +16175550123',
      message: 'page_call_busy',
    });
  });
});

describe("the caller's record", () => {
  const RECORD = 'https://crm.example.com/find?q=1';

  async function ring(on: 'ring' | 'answer' | 'never', lastTab?: number) {
    const remembered: number[] = [];
    const pop = createScreenPop({
      preferences: async () => ({ ...USUAL, screenPop: { on, address: 'https://crm.example.com/find?q={digits}' } }),
      addressOf: async () => RECORD,
      lastTab: async () => lastTab,
      rememberTab: async (tabId) => void remembered.push(tabId),
    });
    pop([{ what: 'incoming', call: incoming() }]);
    await settle();
    return remembered;
  }

  test('opens when it rings, in a tab of its own', async () => {
    expect(await ring('ring')).toEqual([99]);
    expect(browser.opened).toEqual([`new ${RECORD}`]);
  });

  test('does not open where it is to open at the answer, or never', async () => {
    await ring('answer');
    await ring('never');

    expect(browser.opened).toEqual([]);
  });

  test('a tab that shows it comes to the front', async () => {
    browser.tabs = [{ id: 3, url: RECORD, windowId: 1, incognito: false }];

    await ring('ring');

    expect(browser.opened).toEqual(['3 front']);
  });

  test('the tab of the last record is used again, unless the user is in it or has gone elsewhere with it', async () => {
    const last = { id: 3, url: 'https://crm.example.com/contact/7', windowId: 1, incognito: false };
    browser.tabs = [last];
    await ring('ring', 3);
    browser.tabs = [{ ...last, active: true }];
    await ring('ring', 3);
    browser.tabs = [{ ...last, url: 'https://bank.example/' }];
    await ring('ring', 3);

    expect(browser.opened).toEqual([`3 ${RECORD}`, `new ${RECORD}`, `new ${RECORD}`]);
  });
});

test('the address bar offers numbers that were called, each once, without markup', async () => {
  const recent = ['+16175550142', '+442079460123', '+16175550142'].map((number, at) => ({
    id: `${at}`,
    number,
    name: 'Ann & <b>Lee</b>',
    direction: 'outgoing' as const,
    startedAt: 10 - at,
    endedAt: 11,
    reason: 'completed' as const,
    placed: 'yes' as const,
    confirmed: true,
  }));
  const omnibox = createOmnibox({ dial: () => {}, write: async () => undefined, recent: async () => recent });

  const offered = await omnibox.onInput('617');

  expect(offered.map(({ content }) => content)).toEqual(['+16175550142']);
  expect(offered[0]?.description).not.toMatch(/[<>&]/);
  expect(await omnibox.onInput('ann')).toHaveLength(2);
});

test.each([
  [
    'the one talked on',
    [call({ id: 'a' }), call({ id: 'b', state: { phase: 'talking', since: 1 }, startedAt: 1 })],
    'b',
  ],
  ['the one begun last', [call({ id: 'a', startedAt: 1 }), call({ id: 'b', startedAt: 2 })], 'b'],
  ['what we began before what rings', [incoming({ id: 'a', startedAt: 9 }), call({ id: 'b', startedAt: 1 })], 'b'],
  ['none that is hung up already', [call({ hangUp: { step: 'sent', at: 1 } })], undefined],
] as const)('the key to hang up ends %s', (_what, calls, id) => {
  expect(callToEnd(calls)?.id).toBe(id);
});
