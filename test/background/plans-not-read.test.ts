import { describe, expect, test } from 'vitest';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { createMemory, PAGE, POPUP, refused, startBackground } from './whole-background.ts';

const PICKED = { origin: { tabId: 7, frameId: 2 }, pageUrl: 'https://crm.example.com/deals', requestId: 'm1' };
type Background = Awaited<ReturnType<typeof startBackground>>;

/** Every way to dial. */
const WISHES: Readonly<Record<string, (background: Background) => Promise<unknown> | undefined>> = {
  'a click on a number in a page': ({ dial }) => dial('+16175550142'),
  'a click on an extension in a page': ({ dial }) => dial('2001'),
  'a click on a number in the popup': ({ dial }) => dial('+16175550142', POPUP),
  'a typed number': ({ type }) => type('(617) 555-0142'),
  'a typed extension': ({ type }) => type('45'),
  'a picked number': ({ dialing }) => dialing.dialPicked({ ...PICKED, text: '(617) 555-0142' }),
};

describe('while the file of number plans cannot be read', () => {
  test.each(Object.entries(WISHES))(
    '%s dials nothing and says why, and dials once the file is there',
    async (_what, wish) => {
      const background = await startBackground();
      background.world.atlas = undefined;

      expect(await wish(background)).toEqual(refused('plans-not-read'));
      expect(background.dials()).toEqual([]);

      background.world.atlas = WHOLE_ATLAS;
      expect(await wish(background)).toMatchObject({ ok: true });
      expect(background.dials()).toHaveLength(1);
    },
  );

  test('a yes to a risky number dials nothing, and the page is told why', async () => {
    const background = await startBackground({}, { ...createMemory(), windows: new Map<number, string>() });
    await background.dial('+19005550100', PAGE, 'r1');
    background.world.atlas = undefined;

    const payload = { id: background.memory.proposal?.id, call: true };
    const answer = await background.answer({ type: 'confirm/answer', payload }, POPUP);

    expect(answer).toEqual(refused('plans-not-read'));
    expect(background.told).toEqual([{ requestId: 'r1', reason: 'plans-not-read' }]);
    expect(background.dials()).toEqual([]);
  });

  test('pages learn their settings without it, and what was taught stays', async () => {
    const taught = { numbers: [], countries: { 'crm.example.com': 'GB' } };
    const background = await startBackground({ taught });
    background.world.atlas = undefined;

    const start = await background.answer({ type: 'page/settings' }, PAGE);
    await background.answer(
      { type: 'taught/change', payload: { host: 'crm.example.com', number: '+16175550142' } },
      POPUP,
    );

    expect(start).toMatchObject({ country: 'US', siteCountry: 'GB' });
    expect(start).not.toHaveProperty('atlas');
    expect(background.world.settings.taught).toEqual(taught);
  });
});
