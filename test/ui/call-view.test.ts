import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/core/calls.ts';
import { type Connection, PLACE_ONLY } from '../../src/core/connection.ts';
import { callView } from '../../src/ui/call-view.ts';
import { BLIND, call, HANDLES, ONLINE, PLACES_ONLY, REFUSED, WAITING } from './states.ts';

const RINGING_OWN: Partial<Call> = { state: { phase: 'ringing', leg: 'own-phone' } };
const RINGING_FAR: Partial<Call> = { state: { phase: 'ringing', leg: 'far-end' } };
const TALKING: Partial<Call> = { state: { phase: 'talking', since: 1_000 }, talkingSince: 1_000 };
const ended = (change: Partial<Call>): Partial<Call> => ({
  state: { phase: 'ended', at: 61_000, reason: 'completed' },
  ...change,
});

describe('what is said of a live call', () => {
  test.each<[string, Partial<Call>, Connection, string, string]>([
    ['waits for the connection', { state: { phase: 'requested', step: 'queued' } }, WAITING, 'state_queued', 'offered'],
    ['was asked for', {}, ONLINE, 'state_calling', 'offered'],
    ['rings the own phone', RINGING_OWN, ONLINE, 'state_own_phone', 'offered'],
    ['rings the far end', RINGING_FAR, ONLINE, 'state_far_end', 'offered'],
    ['rings somewhere, where the PBX does not say whose phone', RINGING_FAR, BLIND, 'state_ringing_pick_up', 'offered'],
    ['comes in', { ...RINGING_OWN, direction: 'incoming' }, ONLINE, 'state_incoming', 'offered'],
    ['is talked on', TALKING, ONLINE, 'state_talking', 'offered'],
    ['is on hold', { ...TALKING, state: { phase: 'held', since: 2_000 } }, ONLINE, 'state_held', 'offered'],
    ['was placed by a PBX that says no more', {}, PLACES_ONLY, 'state_placed_only', 'absent'],
    ['was placed by such a PBX before we were away', { confirmed: false }, PLACES_ONLY, 'state_placed_only', 'absent'],
    [
      'was talked on when the line that told so was lost',
      { ...TALKING, confirmed: false },
      PLACES_ONLY,
      'state_unconfirmed_since',
      'absent',
    ],
    ['comes in and can be declined', { ...RINGING_OWN, direction: 'incoming' }, BLIND, 'state_incoming', 'offered'],
    ['is being hung up', { ...TALKING, hangUp: { step: 'sent', at: 0 } }, ONLINE, 'state_talking', 'pressed'],
    ['would not end', { ...TALKING, hangUp: { step: 'unconfirmed', at: 0 } }, ONLINE, 'state_talking', 'offered'],
    [
      'is out of sight while the line is down',
      { ...TALKING, confirmed: false },
      WAITING,
      'state_reconnecting_since',
      'offered',
    ],
    [
      'is out of sight, and no connection will come by itself',
      { ...TALKING, confirmed: false },
      REFUSED,
      'state_cut_off_since',
      'absent',
    ],
  ])('one that %s', (_name, change, connection, state, hangUp) => {
    const view = callView(call(change), connection);

    expect(view.state[0]).toBe(state);
    expect(view.hangUp).toBe(hangUp);
    expect(view.mayCallAgain).toBe(false);
  });

  test('the timer runs from the answer, and never for what is not confirmed', () => {
    expect(callView(call(TALKING), ONLINE).timer).toEqual({ runsFrom: 1_000 });
    expect(callView(call({ ...TALKING, confirmed: false }), WAITING)).not.toHaveProperty('timer');
    expect(callView(call({ ...TALKING, confirmed: false }), WAITING).lastKnown).toEqual(['state_talking']);
    expect(callView(call(RINGING_OWN), ONLINE)).not.toHaveProperty('timer');
  });

  test('a call that comes in says how to take it and how to decline it, where that is possible', () => {
    const incoming = call({ ...RINGING_OWN, direction: 'incoming' });

    expect(callView(incoming, ONLINE).notes).toEqual([['decline_hint']]);
    expect(callView(incoming, PLACES_ONLY).notes).toEqual([['hang_up_on_phone']]);
  });

  test('a phone that asks for a key is said to', () => {
    const asking = { ...PLACES_ONLY, capabilities: { ...PLACE_ONLY, pressKey: '1' } } as Connection;

    expect(callView(call(), asking).state).toEqual(['state_placed_press']);
  });

  test('a PBX that cannot hang up is no reason for a button: the phone can', () => {
    const view = callView(call(), PLACES_ONLY);

    expect(view.notes).toEqual([['hang_up_on_phone']]);
  });
});

describe('what is said of an ended call', () => {
  test.each<[string, Partial<Call>, string, string]>([
    ['was talked on', ended({ talkingSince: 1_000 }), 'end_completed', 'over'],
    ['met a busy line', ended({ state: { phase: 'ended', at: 0, reason: 'busy' } }), 'end_busy', 'failed'],
    ['ended for no reason told', ended({ state: { phase: 'ended', at: 0, reason: 'unknown' } }), 'end_unknown', 'over'],
    ['was never placed', ended({ placed: 'no' }), 'state_not_placed', 'failed'],
    [
      'was cancelled before it was placed',
      ended({ placed: 'no', state: { phase: 'ended', at: 0, reason: 'cancelled' } }),
      'state_cancelled_unplaced',
      'over',
    ],
    ['may have been placed or not', ended({ placed: 'unknown' }), 'state_placed_unknown', 'unsure'],
    ['went out of sight', ended({ confirmed: false }), 'state_no_longer_seen', 'unsure'],
  ])('one that %s', (_name, change, state, mood) => {
    const view = callView(call(change), ONLINE);

    expect(view.state[0]).toBe(state);
    expect(view.mood).toBe(mood);
    expect(view.hangUp).toBe('absent');
  });

  test('why nothing was placed is said with what helps', () => {
    const view = callView(call(ended({ placed: 'no', error: { kind: 'number-refused', detail: 'HTTP 422' } })), ONLINE);

    expect(view.notes).toEqual([['error_number_refused'], ['error_number_refused_do']]);
    expect(view.detail).toBe('HTTP 422');
  });

  test('it says how long they talked', () => {
    expect(callView(call(ended({ talkingSince: 1_000 })), ONLINE).timer).toEqual({ took: 60_000 });
  });

  test('calling again is offered for calls of our own only', () => {
    expect(callView(call(ended({})), ONLINE).mayCallAgain).toBe(true);
    expect(callView(call(ended({ direction: 'incoming' })), ONLINE).mayCallAgain).toBe(false);
  });
});

describe('hold, resume and transfer', () => {
  const AT_PBX: Partial<Call> = { ...TALKING, pbxId: 'p1' };
  const UNTRIED: Connection = { ...HANDLES, capabilities: { ...HANDLES.capabilities, holdUntried: true } };
  const HELD: Partial<Call> = { ...AT_PBX, state: { phase: 'held', since: 1_000 } };
  const offers = (change: Partial<Call>, connection: Connection = HANDLES) => {
    const { hold, transfer } = callView(call(change), connection);
    return [hold && `${hold.want} ${hold.is}`, transfer];
  };

  test.each<[string, Partial<Call>, Connection, readonly (string | undefined)[]]>([
    ['is talked on', AT_PBX, HANDLES, ['hold offered', 'offered']],
    ['is talked on where no hold was seen yet', AT_PBX, UNTRIED, ['try-hold offered', 'offered']],
    ['is held here', { ...HELD, isHeldHere: true }, HANDLES, ['resume offered', 'offered']],
    ['is held by somebody else', HELD, HANDLES, [undefined, 'offered']],
    ['rings', { ...RINGING_FAR, pbxId: 'p1' }, HANDLES, [undefined, undefined]],
    ['is not confirmed', { ...AT_PBX, confirmed: false }, HANDLES, [undefined, undefined]],
    ['is talked on while the line is down', AT_PBX, WAITING, [undefined, undefined]],
    ['is talked on at a PBX that cannot', AT_PBX, ONLINE, [undefined, undefined]],
    ['is being hung up', { ...AT_PBX, hangUp: { step: 'sent', at: 0 } }, HANDLES, ['hold pressed', 'pressed']],
    [
      'is being held',
      { ...AT_PBX, handling: { want: 'hold', step: 'sent', at: 0 } },
      HANDLES,
      ['hold pressed', 'pressed'],
    ],
    ['has ended', ended({ pbxId: 'p1' }), HANDLES, [undefined, undefined]],
  ])('what is offered for one that %s', (_name, change, connection, wanted) => {
    expect(offers(change, connection)).toEqual(wanted);
  });

  test.each([
    ['sent', 'transfer_sent'],
    ['taken', 'transfer_sent'],
    ['refused', 'transfer_refused'],
    ['unknown', 'transfer_unknown'],
  ] as const)('a transfer that is %s says so, and to whom', (step, key) => {
    const live = call({ ...AT_PBX, handling: { want: 'transfer', to: '+16175550143', step, at: 0 } });

    const { handled } = callView(live, HANDLES, (number) => `<${number}>`);

    expect(handled).toEqual([[key, '\u2066<+16175550143>\u2069']]);
  });

  test('the end says to whom; where nobody can know, it says that', () => {
    const handling = { want: 'transfer', to: '47', step: 'taken', at: 0 } as const;
    const over = call({ ...AT_PBX, ...ended({ handling }), state: { phase: 'ended', at: 2, reason: 'transferred' } });
    const unsure = call({ ...AT_PBX, ...ended({ handling: { ...handling, step: 'unknown' } }) });

    expect(callView(over, HANDLES)).toMatchObject({
      state: ['end_transferred_to', '\u206647\u2069'],
      mood: 'over',
      handled: [],
    });
    expect(callView(unsure, HANDLES)).toMatchObject({
      state: ['end_completed'],
      handled: [['transfer_unknown', '\u206647\u2069']],
    });
  });
});
