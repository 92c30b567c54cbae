import { describe, expect, test } from 'vitest';
import { callWords } from '../../src/background/call-words.ts';
import { ALL } from '../fake-pbx.ts';
import { call } from '../ui/states.ts';
import { PAGE, POPUP, refused, startBackground } from './whole-background.ts';

const CAN = { ...ALL, hold: true, transfer: true };

/** A call that is talked on, at a PBX that can hold and transfer. */
async function inACall(capabilities = CAN, settings = {}) {
  const background = await startBackground(settings);
  const { keeper, answer } = background;
  await keeper.dispatch({ type: 'account-changed', hasAccount: true });
  await keeper.dispatch({ type: 'opened', capabilities });
  await background.dial('+16175550142');
  const [{ id } = { id: '' }] = keeper.current().calls;
  await keeper.dispatch({ type: 'dialled', id, result: { ok: true, value: { pbxId: 'p1' } } });
  await keeper.dispatch({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
  return {
    ...background,
    id,
    hold: (want: unknown, sender = POPUP) => answer({ type: 'call/hold', payload: { id, want } }, sender),
    transfer: (text: unknown, more: object = {}, sender = POPUP) =>
      answer({ type: 'call/transfer', payload: { id, text, ...more } }, sender),
    wishes: () => background.effects.filter(({ type }) => type === 'hold' || type === 'transfer'),
  };
}

describe('hold, asked for by our own page', () => {
  test('is sent once, and refused where it means nothing now', async () => {
    const { hold, wishes } = await inACall();

    expect(await hold('resume')).toMatchObject({ ok: false });
    expect(await hold('hold')).toMatchObject({ ok: true });
    expect(await hold('hold')).toMatchObject({ ok: false });
    expect(await hold('toggle')).toMatchObject({ ok: false });
    expect(wishes()).toMatchObject([{ type: 'hold', pbxId: 'p1', want: 'hold' }]);
  });

  test('is refused where the PBX cannot', async () => {
    const { hold, transfer, wishes } = await inACall(ALL);

    expect(await hold('hold')).toMatchObject({ ok: false });
    expect(await transfer('47')).toEqual(refused('not-now'));
    expect(wishes()).toEqual([]);
  });

  test('no page asks for it, nor for a transfer', async () => {
    const { hold, transfer, wishes } = await inACall();

    expect(await hold('hold', PAGE)).toBeUndefined();
    expect(await transfer('47', {}, PAGE)).toBeUndefined();
    expect(wishes()).toEqual([]);
  });
});

describe('transfer, asked for by our own page', () => {
  test.each([
    ['47', '47', '47'],
    ['(617) 555-0143', '+16175550143', '96175550143'],
    ['*97', '*97', '*97'],
  ])('%s goes by the rules of dialling', async (text, shown, dialled) => {
    const dialing = { numberFormat: 'national', outsideLine: '9' };
    const { transfer, wishes, keeper } = await inACall(CAN, { dialing });

    expect(await transfer(text)).toEqual({ ok: true, value: undefined });

    expect(wishes()).toMatchObject([{ type: 'transfer', pbxId: 'p1', to: dialled }]);
    expect(keeper.current().calls[0]?.handling).toMatchObject({ to: shown });
  });

  test.each(['', 'nobody', '617-555-0142 and 617-555-0143', '(617) 555-0143 x45', 7, undefined])(
    '%j is nobody to hand over to',
    async (text) => {
      const { transfer, wishes } = await inACall();

      expect(await transfer(text)).toEqual(refused('not-a-number'));
      expect(wishes()).toEqual([]);
    },
  );

  test('a SIP address is not', async () => {
    expect(await (await inACall()).transfer('sip:45@pbx.example', { isSure: true })).toEqual(refused('sip-uri'));
  });

  test.each([
    ['+1 900 555 0100', 'premium'],
    ['911', 'emergency'],
    ['+44 20 7946 0123', 'foreign-first-time'],
  ])('%s is refused with the reason until the user is sure', async (text, reason) => {
    const { transfer, wishes } = await inACall();

    expect(await transfer(text)).toEqual(refused(reason));
    expect(await transfer(text, { isSure: 'yes' })).toEqual(refused(reason));
    expect(wishes()).toEqual([]);
    expect(await transfer(text, { isSure: true })).toMatchObject({ ok: true });
    expect(wishes()).toHaveLength(1);
  });

  test('a country is known once the user was sure, and a second press sends nothing', async () => {
    const { transfer, wishes, world } = await inACall();

    await transfer('+44 20 7946 0123', { isSure: true });

    expect(world.countries).toEqual(['GB']);
    expect(await transfer('+44 20 7946 0123')).toEqual(refused('not-now'));
    expect(wishes()).toHaveLength(1);
  });

  test('nothing is sent unjudged while the number plans cannot be read', async () => {
    const { transfer, wishes, world } = await inACall();
    world.atlas = undefined;

    expect(await transfer('+1 900 555 0100')).toEqual(refused('plans-not-read'));
    expect(wishes()).toEqual([]);
  });

  test('no call is no call', async () => {
    const { answer, wishes } = await inACall();

    expect(await answer({ type: 'call/transfer', payload: { id: 'x', text: '47' } }, POPUP)).toEqual(
      refused('not-now'),
    );
    expect(await answer({ type: 'call/transfer', payload: { text: '47' } }, POPUP)).toMatchObject({ ok: false });
    expect(wishes()).toEqual([]);
  });
});

test('to the page that began it, a call that was transferred has ended well', () => {
  const over = call({ state: { phase: 'ended', at: 1, reason: 'transferred' } });

  expect(callWords(over)).toBe('page_call_ended');
});
