import { describe, expect, test } from 'vitest';
import { changeTaught, teach } from '../../src/background/lessons.ts';
import { USUAL } from '../../src/core/preferences.ts';
import { recentOf } from '../../src/core/recent-call.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { createMemory, PAGE, POPUP, refused, startBackground } from './whole-background.ts';

const AT = { origin: { tabId: 7, frameId: 2 }, pageUrl: 'https://crm.example.com/deals', requestId: 'm1' };
const withWindows = () => ({ ...createMemory(), windows: new Map<number, string>() });

describe('what was picked in the browser’s own menu, or by a key', () => {
  test('is dialled with its extension, also where PageDial is switched off', async () => {
    const off = { sites: { mode: 'only', hosts: [] } } as const;
    const { dialing, dials } = await startBackground(off);

    await dialing.dialPicked({ ...AT, text: 'Phone: (617) 555-0142 ext. 45' });

    expect(dials()).toMatchObject([{ number: '+16175550142', ext: '45' }]);
  });

  test.each(['+1 900 555 0100', '+44 20 7946 0123', 'sip:maya@example.com', '911'])(
    'asks before it dials %s, and the answer counts where PageDial is switched off',
    async (text) => {
      const off = { sites: { mode: 'only', hosts: [] } } as const;
      const background = await startBackground(off, withWindows());

      expect(await background.dialing.dialPicked({ ...AT, text })).toEqual(refused('waiting'));
      expect(background.dials()).toEqual([]);
      await background.answer(
        { type: 'confirm/answer', payload: { id: background.memory.proposal?.id, call: true } },
        POPUP,
      );

      expect(background.dials()).toHaveLength(1);
    },
  );

  test.each(['', 'no number', '617-555-0142 and 617-555-0143', '*97', 'javascript:alert(1)', 'x'.repeat(5_000)])(
    'dials nothing for %j',
    async (text) => {
      const { dialing, dials } = await startBackground();

      expect((await dialing.dialPicked({ ...AT, text })).ok).toBe(false);
      expect(dials()).toEqual([]);
    },
  );

  test('is read as of the country that was taught for its site', async () => {
    const taught = { numbers: [], countries: { 'crm.example.com': 'GB' } };
    const background = await startBackground({ taught }, withWindows());

    await background.dialing.dialPicked({ ...AT, text: '020 7946 0123' });

    expect(background.memory.proposal?.choices[0].number).toBe('+442079460123');
  });
});

describe('what is typed above a private window', () => {
  test('belongs to it, and is not kept among the recent calls', async () => {
    const { world, type, keeper } = await startBackground();
    world.privateTab = 9;

    await type('+1 617 555 0142');

    const [call] = keeper.current().calls;
    expect(call?.origin).toEqual({ tabId: 9, frameId: 0, isPrivate: true });
    const ended = call && { ...call, state: { phase: 'ended', at: 1, reason: 'busy' } as const };
    expect(ended && recentOf(ended)).toBeUndefined();
  });
});

describe('the country of a site', () => {
  test('is remembered when the user corrects it in the question', async () => {
    const background = await startBackground({}, withWindows());
    const more = { alternatives: ['+442079460123'], doubts: ['page-doubtful'] };
    await background.dial('+12079460123', PAGE, 'r1', more);

    const payload = { id: background.memory.proposal?.id, call: true, number: '+442079460123' };
    await background.answer({ type: 'confirm/answer', payload }, POPUP);

    expect(background.world.siteCountries).toEqual([['crm.example.com', 'GB']]);
  });

  test('is set by a number, taken back by nothing', () => {
    const set = changeTaught(USUAL.taught, { host: 'crm.example.com', number: '+442079460123' }, WHOLE_ATLAS);

    expect(set.countries).toEqual({ 'crm.example.com': 'GB' });
    expect(changeTaught(set, { host: 'crm.example.com' }, WHOLE_ATLAS).countries).toEqual({});
    expect(changeTaught(set, { host: 7 }, WHOLE_ATLAS)).toBe(set);
  });
});

describe('teaching', () => {
  const pageUrl = 'https://crm.example.com:8443/deals?id=1';

  test.each([
    ['2015 550 123', false, 'taught', [{ host: 'crm.example.com:8443', text: '2015550123', isPhone: false }]],
    ['(617) 555-0142', true, 'taught', [{ host: 'crm.example.com:8443', text: '6175550142', isPhone: true }]],
    // Pages are not searched for such short ones.
    ['4711', true, 'not-a-number', []],
    ['00000000000000000000', true, 'not-a-number', []],
    ['no digits', false, 'not-a-number', []],
  ] as const)('that %j is a number: %s', (text, isPhone, outcome, numbers) => {
    expect(teach(USUAL.taught, { text, isPhone, pageUrl }, 'US', WHOLE_ATLAS)).toEqual({
      taught: { ...USUAL.taught, numbers },
      outcome,
    });
  });

  test('takes a site, which a file is not', () => {
    expect(
      teach(USUAL.taught, { text: '6175550142', isPhone: true, pageUrl: 'file:///x' }, 'US', WHOLE_ATLAS).outcome,
    ).toBe('no-site');
  });
});
