import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageSender } from '../../src/background/router.ts';
import { ANSWER_WITHIN_MS } from '../../src/core/proposal.ts';
import { createMemory, PAGE, POPUP, pageIn, refused, startBackground } from './whole-background.ts';

const CONFIRM: MessageSender = { ...POPUP, url: `${POPUP.origin}/src/confirm/confirm.html?id=secret-1` };
const PREMIUM = '+19005550100';
const ABROAD = '+442079460123';

/** A browser that has windows; what is kept outlives a killed background. */
async function setUp(settings = {}, memory = createMemory()) {
  const windows = memory.windows ?? new Map<number, string>();
  memory.windows = windows;
  const background = await startBackground(settings, memory);
  const { answer, proposals } = background;
  const closeByHand = async (windowId: number) => {
    windows.delete(windowId);
    await proposals.onWindowClosed(windowId);
  };
  const ask = (call: unknown, more: object, sender: MessageSender) =>
    answer({ type: 'confirm/answer', payload: { id: idShown(memory), call, ...more } }, sender);
  return {
    ...background,
    windows,
    closeByHand,
    ask,
    read: (id: unknown, sender = CONFIRM) => answer({ type: 'confirm/read', payload: { id } }, sender),
    /** As our window does it: it closes itself when its answer was taken. */
    async say(call: unknown, more: object = {}) {
      const said = (await ask(call, more, CONFIRM)) as { readonly ok: boolean };
      if (said.ok) await closeByHand([...windows.keys()][0] ?? 0);
      return said;
    },
    /** The same browser with a new background, as after it was killed. */
    restart: () => setUp(settings, memory),
  };
}

const idShown = (memory: ReturnType<typeof createMemory>) => memory.proposal?.id ?? 'secret-1';

describe('a risky click in a page', () => {
  test('opens our window and dials nothing; the page is told to wait', async () => {
    const { dial, dials, windows, read } = await setUp();

    expect(await dial(PREMIUM)).toEqual(refused('waiting'));

    expect(dials()).toEqual([]);
    expect([...windows.values()]).toEqual(['secret-1']);
    expect(await read('secret-1')).toMatchObject({
      ok: true,
      value: {
        host: 'crm.example.com',
        choices: [{ number: PREMIUM, type: 'premium', country: 'US', reasons: ['premium'] }],
      },
    });
  });

  test.each([
    ['an emergency number', '911', {}, ['emergency']],
    ['a SIP address', 'sip:45@pbx.example', {}, ['sip-uri']],
    ['the first call to a country', ABROAD, {}, ['foreign-first-time']],
    ['a link that shows another number', '+16175550123', { doubts: ['text-differs'] }, ['text-differs']],
    ['a link for another PBX', '+16175550123', { pbx: { host: 'pbx.example.net', user: '45' } }, ['other-pbx']],
    ['a doubtful page', '+16175550123', { doubts: ['page-doubtful'] }, ['page-doubtful']],
  ])('is asked about, with all reasons: %s', async (_name, number, more, reasons) => {
    const { dial, dials, read } = await setUp();

    expect(await dial(number, PAGE, 'request-1', more)).toEqual(refused('waiting'));

    expect(await read('secret-1')).toMatchObject({ value: { choices: [{ number, reasons }] } });
    expect(dials()).toEqual([]);
  });

  test("a link for the account's own PBX is dialled on one click, and carries the name beside it", async () => {
    const { dial, dials } = await setUp();
    const more = { pbx: { host: 'pbx.example.com', user: '45' }, name: ' Maya\u202e\nOrtiz ' };

    expect(await dial('+16175550123', PAGE, 'request-1', more)).toMatchObject({ ok: true });

    expect(dials()).toMatchObject([{ number: '+16175550123', name: 'Maya Ortiz' }]);
  });

  test('the fourth call from pages within a minute asks', async () => {
    const { dial, dials, say } = await setUp();
    for (const last of [1, 2, 3]) expect(await dial(`+1617555010${last}`)).toMatchObject({ ok: true });

    expect(await dial('+16175550104')).toEqual(refused('waiting'));
    expect(dials()).toHaveLength(3);

    expect(await say(true)).toEqual({ ok: true, value: undefined });
    expect(dials()).toHaveLength(4);
  });

  test.each(['*97', '#31#', '16175550123', 'sip:45@', 'sip:45@-', 'sip:4 5@pbx.example', ''])(
    'what is no number at all is not even asked about: %j',
    async (number) => {
      const { dial, windows } = await setUp();

      expect(await dial(number)).toMatchObject({ ok: false });
      expect(windows.size).toBe(0);
    },
  );

  test('an ordinary number is dialled without a question', async () => {
    const { dial, dials, windows } = await setUp();

    expect(await dial('+16175550123', PAGE, 'request-1', { alternatives: [ABROAD] })).toMatchObject({ ok: true });

    expect(dials()).toHaveLength(1);
    expect(windows.size).toBe(0);
  });

  test('without an account, a network or a site that is on, nothing is asked', async () => {
    const { dial, windows, world } = await setUp();
    world.settings = { ...world.settings, sites: { mode: 'only', hosts: ['other.example.com'] } };
    expect(await dial(PREMIUM)).toEqual(refused('site-off'));

    const { account: _none, ...without } = world.settings;
    world.settings = { ...without, sites: { mode: 'everywhere', hosts: [] } };
    expect(await dial(PREMIUM)).toEqual(refused('no-account'));

    expect(windows.size).toBe(0);
  });

  test('where no window can be opened it is refused, with the reason', async () => {
    const memory = createMemory();
    const { dial, dials } = await startBackground({}, memory);

    expect(await dial(PREMIUM)).toEqual(refused('premium'));
    expect(memory.proposal).toBeUndefined();
    expect(dials()).toEqual([]);
  });

  test('what cannot be kept is not asked: a killed background would not know it', async () => {
    const { dial, windows, memory } = await setUp();
    memory.saves = false;

    expect(await dial(PREMIUM)).toEqual(refused('premium'));
    expect(windows.size).toBe(0);
  });
});

describe('one question at a time', () => {
  test('the same click twice opens one window and brings it to the front', async () => {
    const { dial, windows, memory } = await setUp();

    const answers = await Promise.all([1, 2, 3].map(() => dial(PREMIUM, PAGE, 'the-same-id')));

    expect(answers).toEqual(Array(3).fill(refused('waiting')));
    expect(windows.size).toBe(1);
    expect(memory.focused).toHaveLength(2);
  });

  test('another risky click replaces nothing, queues nothing and brings the window to the front', async () => {
    const { dial, dials, say, windows, memory } = await setUp();
    await dial(PREMIUM);

    expect(await dial(ABROAD)).toEqual(refused('other-question'));
    expect(await dial(PREMIUM, pageIn('https://other.example.com/', 8))).toEqual(refused('other-question'));

    expect(memory.focused).toHaveLength(2);
    expect(windows.size).toBe(1);
    await say(true);
    expect(dials()).toMatchObject([{ number: PREMIUM }]);
    expect(windows.size).toBe(0);
  });

  test('an ordinary click is dialled while the question stands', async () => {
    const { dial, dials, read } = await setUp();
    await dial(PREMIUM);

    expect(await dial('+16175550123')).toMatchObject({ ok: true });

    expect(dials()).toMatchObject([{ number: '+16175550123' }]);
    expect(await read('secret-1')).toMatchObject({ ok: true });
  });

  test('a window that is gone without a word makes way for the next question', async () => {
    const { dial, windows, told } = await setUp();
    await dial(PREMIUM, PAGE, 'first');
    windows.clear();

    expect(await dial(ABROAD, PAGE, 'second')).toEqual(refused('waiting'));

    expect(windows.size).toBe(1);
    expect(told).toEqual([{ requestId: 'first', reason: 'not-confirmed' }]);
  });
});

describe('a number in a frame of another site', () => {
  const FRAMED = { doubts: ['in-frame'] };
  const inTab = (url: string | undefined, more: object = {}): MessageSender => ({
    ...pageIn('https://phones.example/widget', 7, 3),
    tab: { id: 7, url, ...more },
  });

  test('is asked about until the user has called from such a frame in pages of that site', async () => {
    const { dial, dials, say, read } = await setUp();
    const crm = inTab('https://crm.example.com/deals');

    expect(await dial('+16175550123', crm, 'request-1', FRAMED)).toEqual(refused('waiting'));
    expect(await read('secret-1')).toMatchObject({
      value: { host: 'phones.example', choices: [{ reasons: ['in-frame'] }] },
    });
    await say(true);
    expect(await dial('+16175550124', crm, 'request-2', FRAMED)).toMatchObject({ ok: true });
    expect(dials()).toHaveLength(2);

    const elsewhere = inTab('https://evil.example/');
    expect(await dial('+16175550125', elsewhere, 'request-3', FRAMED)).toEqual(refused('waiting'));
    expect(dials()).toHaveLength(2);
  });

  test('what else is risky is asked about all the same', async () => {
    const { dial, say, read, memory } = await setUp();
    const crm = inTab('https://crm.example.com/deals');
    await dial('+16175550123', crm, 'request-1', FRAMED);
    await say(true);

    expect(await dial(PREMIUM, crm, 'request-2', FRAMED)).toEqual(refused('waiting'));

    expect(await read(idShown(memory))).toMatchObject({ value: { choices: [{ reasons: ['premium'] }] } });
  });

  test.each([
    ['a "no"', inTab('https://crm.example.com/deals'), false],
    ['a page whose address we may not know', inTab(undefined), true],
    ['a private window', inTab('https://crm.example.com/deals', { incognito: true }), true],
  ])('is asked about again after %s', async (_name, sender, answer) => {
    const { dial, say, world } = await setUp();
    await dial('+16175550123', sender, 'request-1', FRAMED);

    await say(answer);

    expect(world.knownFrames).toEqual([]);
    expect(await dial('+16175550124', sender, 'request-2', FRAMED)).toEqual(refused('waiting'));
  });
});

describe('the answer', () => {
  test('"Call" dials exactly once, however often it is given', async () => {
    const { dial, dials, say, keeper } = await setUp({ dialing: { numberFormat: 'digits', outsideLine: '9' } });
    await dial(PREMIUM, PAGE, 'request-1', { ext: '12' });

    const answers = await Promise.all([say(true), say(true), say(true, { id: 'secret-1' })]);

    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await say(true, { id: 'secret-1' })).toEqual(refused('unknown-request'));
    expect(dials()).toMatchObject([{ number: PREMIUM, dialled: '919005550100', ext: '12' }]);
    expect(keeper.current().calls).toMatchObject([{ requestId: 'request-1', origin: { tabId: 7, frameId: 0 } }]);
  });

  test('a click that is told again after the answer is the call it became', async () => {
    const { dial, dials, say } = await setUp();
    await dial(PREMIUM, PAGE, 'request-1');
    await say(true);

    expect(await dial(PREMIUM, PAGE, 'request-1')).toEqual({ ok: true, value: 'call-1' });
    expect(dials()).toHaveLength(1);
  });

  test('"Don\'t call" dials nothing and tells the page', async () => {
    const { dial, dials, say, told, memory } = await setUp();
    await dial(PREMIUM, PAGE, 'request-1');

    expect(await say(false)).toEqual({ ok: true, value: undefined });

    expect(told).toEqual([{ requestId: 'request-1', reason: 'not-confirmed' }]);
    expect(memory.proposal).toBeUndefined();
    expect(await say(true, { id: 'secret-1' })).toEqual(refused('unknown-request'));
    expect(dials()).toEqual([]);
  });

  test('may choose among the readings that were shown, each with its own reasons, and no other', async () => {
    const { dial, dials, read, say } = await setUp();
    const alternatives = ['+16175550123', ABROAD, ABROAD, PREMIUM, 'x', 7, '+493023125123', '+33199005501'];
    await dial(PREMIUM, PAGE, 'request-1', { alternatives, doubts: ['text-differs', 'x', {}] });

    expect(await read('secret-1')).toMatchObject({
      value: {
        choices: [
          { number: PREMIUM, reasons: ['premium', 'text-differs'] },
          { number: '+16175550123', country: 'US', reasons: ['text-differs'] },
          { number: ABROAD, country: 'GB', reasons: ['text-differs', 'foreign-first-time'] },
          { number: '+493023125123', country: 'DE' },
        ],
      },
    });
    for (const number of ['+16175550199', '+33199005501', 7, null])
      expect(await say(true, { number })).toEqual(refused('not-a-number'));
    expect(dials()).toEqual([]);

    expect(await say(true, { number: ABROAD })).toMatchObject({ ok: true });
    expect(dials()).toMatchObject([{ number: ABROAD }]);
  });

  test('makes a country known, so that pages may call it on one click from then on', async () => {
    const { dial, say, world } = await setUp();
    await dial(ABROAD);
    await say(true);

    expect(world.countries).toEqual(['GB']);
    expect(await dial('+442079460199')).toMatchObject({ ok: true });
  });

  test('"Don\'t call" makes no country known', async () => {
    const { dial, say, world } = await setUp();
    await dial(ABROAD);
    await say(false);

    expect(world.countries).toEqual([]);
  });

  test('is worth nothing once the site was switched off, and the page is told why', async () => {
    const { dial, dials, say, world, told } = await setUp();
    await dial(PREMIUM, PAGE, 'request-1');
    world.settings = { ...world.settings, sites: { mode: 'except', hosts: ['crm.example.com'] } };

    expect(await say(true)).toEqual(refused('site-off'));

    expect(dials()).toEqual([]);
    expect(told).toEqual([{ requestId: 'request-1', reason: 'site-off' }]);
  });

  test.each([
    ['a page', PAGE],
    ['a page that names our address', { ...PAGE, url: 'https://evil.example/chrome-extension://abc/src/confirm/' }],
    ['another extension', { ...CONFIRM, id: 'evil' }],
    ['a frame of ours inside another origin', { ...CONFIRM, origin: 'https://evil.example' }],
  ])('of %s is not heard, even with the right id', async (_name, sender) => {
    const { dial, dials, ask, read, memory } = await setUp();
    await dial(PREMIUM);

    expect(ask(true, {}, sender)).toBeUndefined();
    expect(read('secret-1', sender)).toBeUndefined();

    expect(dials()).toEqual([]);
    expect(memory.proposal?.id).toBe('secret-1');
  });

  test.each([undefined, '', 'secret-2', 'secret-1 ', 7, {}])('with the wrong id (%j) is refused', async (id) => {
    const { dial, dials, say, read } = await setUp();
    await dial(PREMIUM);

    expect(await say(true, { id })).toEqual(refused('unknown-request'));
    expect(await read(id)).toEqual(refused('unknown-request'));
    expect(dials()).toEqual([]);
  });

  test.each([undefined, 'true', 1, {}])('that is neither yes nor no (%j) is none', async (call) => {
    const { dial, dials, say, read } = await setUp();
    await dial(PREMIUM);

    expect(await say(call)).toEqual(refused('unknown-request'));
    expect(dials()).toEqual([]);
    expect(await read('secret-1')).toMatchObject({ ok: true });
  });
});

describe('a question ends', () => {
  test('after a minute: the window closes, the page is told, and the answer comes too late', async () => {
    const { dial, dials, say, windows, told, clock } = await setUp();
    await dial(PREMIUM, PAGE, 'request-1');

    await clock.advance(ANSWER_WITHIN_MS - 1);
    expect(windows.size).toBe(1);
    await clock.advance(1);

    expect(windows.size).toBe(0);
    expect(told).toEqual([{ requestId: 'request-1', reason: 'not-confirmed' }]);
    expect(await say(true, { id: 'secret-1' })).toEqual(refused('unknown-request'));
    expect(dials()).toEqual([]);
  });

  test('when its window is closed; other windows do not matter', async () => {
    const { dial, closeByHand, read, windows, told } = await setUp();
    await dial(PREMIUM, PAGE, 'request-1');

    await closeByHand(1);
    expect(await read('secret-1')).toMatchObject({ ok: true });
    await closeByHand([...windows.keys()][0] ?? 0);

    expect(await read('secret-1')).toEqual(refused('unknown-request'));
    expect(told).toEqual([{ requestId: 'request-1', reason: 'not-confirmed' }]);
  });

  test('when the tab it came from is closed', async () => {
    const { dial, proposals, windows, read } = await setUp();
    await dial(PREMIUM);

    await proposals.forgetTab(8);
    expect(windows.size).toBe(1);
    await proposals.forgetTab(7);

    expect(windows.size).toBe(0);
    expect(await read('secret-1')).toEqual(refused('unknown-request'));
  });

  test('when the account becomes another one', async () => {
    const { dial, dials, answer, say, windows } = await setUp();
    await dial(PREMIUM);

    const values = { server: 'https://pbx.example.com', user: '46', password: 'x' };
    expect(await answer({ type: 'account/save', payload: { vendor: 'fake', values } }, POPUP)).toMatchObject({
      ok: true,
    });

    expect(windows.size).toBe(0);
    expect(await say(true, { id: 'secret-1' })).toEqual(refused('unknown-request'));
    expect(dials()).toEqual([]);
  });

  test('when the frame that asked takes it back, and no other frame can', async () => {
    const { dial, answer, windows, told } = await setUp();
    await dial(PREMIUM, PAGE, 'request-1');
    const cancel = (sender: MessageSender) =>
      answer({ type: 'call/cancel', payload: { requestId: 'request-1' } }, sender);

    expect(await cancel(pageIn('https://crm.example.com/deals', 7, 1))).toEqual(refused('unknown-request'));
    expect(windows.size).toBe(1);

    expect(await cancel(PAGE)).toEqual({ ok: true, value: undefined });
    expect(windows.size).toBe(0);
    expect(told).toEqual([{ requestId: 'request-1', reason: 'not-confirmed' }]);
  });
});

describe('a background that was killed while the window was open', () => {
  test('still knows the question, and dials the answer once', async () => {
    const before = await setUp();
    await before.dial(PREMIUM, PAGE, 'request-1');

    const after = await before.restart();

    expect(await after.read('secret-1')).toMatchObject({ value: { choices: [{ number: PREMIUM }] } });
    expect(await after.say(true)).toMatchObject({ ok: true });
    expect(await (await after.restart()).say(true, { id: 'secret-1' })).toEqual(refused('unknown-request'));
    expect(after.dials()).toMatchObject([{ number: PREMIUM }]);
  });

  test('knows the window that is open: no second one is opened, and closing it ends the question', async () => {
    const before = await setUp();
    await before.dial(PREMIUM, PAGE, 'request-1');
    const [windowId = 0] = before.windows.keys();

    const after = await before.restart();

    expect(await after.dial(PREMIUM, PAGE, 'request-1')).toEqual(refused('waiting'));
    expect(after.memory.focused).toEqual([windowId]);
    await after.closeByHand(windowId);
    expect(await after.read('secret-1')).toEqual(refused('unknown-request'));
    expect(after.told).toEqual([{ requestId: 'request-1', reason: 'not-confirmed' }]);
  });

  test('forgets at its start what nobody answered in time', async () => {
    const before = await setUp();
    await before.dial(PREMIUM, PAGE, 'request-1');
    const proposal = before.memory.proposal;
    await before.clock.advance(ANSWER_WITHIN_MS);
    before.memory.proposal = proposal;
    before.windows.set(proposal?.windowId ?? 0, 'secret-1');

    const after = await before.restart();

    expect(await after.say(true)).toEqual(refused('unknown-request'));
    expect(after.windows.size).toBe(0);
    expect(after.dials()).toEqual([]);
  });

  test('ends the question when its minute is over, as the old one would have', async () => {
    const before = await setUp();
    await before.dial(PREMIUM);
    await before.clock.advance(ANSWER_WITHIN_MS / 2);

    const after = await before.restart();
    await after.clock.advance(ANSWER_WITHIN_MS / 2);

    expect(after.told).toHaveLength(1);
    expect(after.windows.size).toBe(0);
  });

  test('died between saving the question and learning its window: nothing is asked twice, and it still can be answered', async () => {
    const before = await setUp();
    await before.dial(PREMIUM, PAGE, 'request-1');
    const { windowId: _lost, ...rest } = before.memory.proposal ?? expect.fail('no proposal');
    before.memory.proposal = rest;

    const after = await before.restart();

    expect(await after.dial(PREMIUM, PAGE, 'request-1')).toEqual(refused('waiting'));
    expect(await after.dial(ABROAD, PAGE, 'request-2')).toEqual(refused('other-question'));
    expect(after.windows.size).toBe(1);
    expect(await after.say(true)).toMatchObject({ ok: true });
    expect(after.dials()).toHaveLength(1);
  });

  test('a clock that went backwards ends the question', async () => {
    const before = await setUp();
    await before.dial(PREMIUM);
    const proposal = before.memory.proposal ?? expect.fail('no proposal');
    before.memory.proposal = { ...proposal, askedAt: proposal.askedAt + 3_600_000 };

    const after = await before.restart();

    expect(await after.say(true)).toEqual(refused('unknown-request'));
  });
});

test('whatever happens in whatever order, nothing risky is dialled without a yes, and no yes is dialled twice', async () => {
  type Step = 'click' | 'again' | 'other' | 'yes' | 'no' | 'close' | 'wait' | 'kill' | 'cancel' | 'page-yes';
  const steps: readonly Step[] = [
    'click',
    'again',
    'other',
    'yes',
    'no',
    'close',
    'wait',
    'kill',
    'cancel',
    'page-yes',
  ];

  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...steps), { maxLength: 12 }), async (history) => {
      let background = await setUp();
      let [clicks, granted, dialled] = [0, 0, 0];
      for (const step of history) {
        if (step === 'click') await background.dial(PREMIUM, PAGE, `request-${++clicks}`);
        if (step === 'again') await background.dial(PREMIUM, PAGE, `request-${clicks}`);
        if (step === 'other') await background.dial(ABROAD, pageIn('https://other.example.com/', 8), 'other-1');
        if (step === 'yes' && (await background.say(true)).ok) granted += 1;
        if (step === 'no') await background.say(false);
        if (step === 'close') await background.closeByHand([...background.windows.keys()][0] ?? 0);
        if (step === 'wait') await background.clock.advance(ANSWER_WITHIN_MS / 2);
        if (step === 'cancel')
          await background.answer({ type: 'call/cancel', payload: { requestId: `request-${clicks}` } }, PAGE);
        if (step === 'page-yes') await background.ask(true, {}, PAGE);
        if (step === 'kill') {
          dialled += background.dials().length;
          background = await background.restart();
        }
        expect(background.windows.size).toBeLessThanOrEqual(1);
      }
      expect(dialled + background.dials().length).toBe(granted);
    }),
    { numRuns: 300 },
  );
}, 60_000);
