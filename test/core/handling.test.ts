import { describe, expect, test } from 'vitest';
import { type Call, HANDLED_WITHIN_MS, HANDLING_ANSWER_MS } from '../../src/core/calls.ts';
import type { PbxError } from '../../src/core/connection.ts';
import { keepsakeOf, restore } from '../../src/core/keepsake.ts';
import { fail, ok } from '../../src/core/result.ts';
import { type AppEvent, type AppState, type Effect, INITIAL, nextDeadline, update } from '../../src/core/update.ts';
import { ALL } from '../fake-pbx.ts';

// Hold, resume and transfer: sent once, believed only when the PBX shows it.

const T = 1_800_000_000_000;
const TO = '+16175550143';

/** Plays events `[event, ms since T]` after a call of ours was connected. */
function play(...events: readonly (AppEvent | readonly [AppEvent, number])[]) {
  return playFrom([woke, opened, dial, dialled, talking], events);
}

function playFrom(begin: readonly AppEvent[], events: readonly (AppEvent | readonly [AppEvent, number])[]) {
  let state: AppState = INITIAL;
  const effects: Effect[] = [];
  for (const entry of [...begin, ...events]) {
    const [event, at] = 'type' in entry ? [entry, 0] : entry;
    const step = update(state, event, T + at);
    state = step.state;
    effects.push(...step.effects);
  }
  const call = state.calls[0] ?? expect.fail('no call');
  const { connection } = state;
  const wishes = effects.filter(({ type }) => type === 'hold' || type === 'transfer');
  return { state, wishes, call, mayHold: connection.status === 'online' && connection.capabilities.hold };
}

const woke: AppEvent = { type: 'woke', hasAccount: true };
const opened: AppEvent = { type: 'opened', capabilities: { ...ALL, hold: true, transfer: true } };
const dial: AppEvent = { type: 'dial', id: 'c1', number: '+16175550142', dialled: '6175550142' };
const dialled: AppEvent = { type: 'dialled', id: 'c1', result: ok({ pbxId: 'p1' }) };
const reportOf = (to: 'talking' | 'held'): AppEvent => ({ type: 'report', report: { pbxId: 'p1', change: { to } } });
const talking = reportOf('talking');
const held = reportOf('held');
const gone: AppEvent = { type: 'report', report: { pbxId: 'p1', change: { to: 'ended', reason: 'unknown' } } };
const tick: AppEvent = { type: 'tick' };
const lost: AppEvent = { type: 'lost', error: { kind: 'closed', detail: '' }, jitter: 0 };
const hangUp: AppEvent = { type: 'hang-up', id: 'c1' };
const hold: AppEvent = { type: 'hold', id: 'c1', want: 'hold' };
const resume: AppEvent = { type: 'hold', id: 'c1', want: 'resume' };
const transfer: AppEvent = { type: 'transfer', id: 'c1', number: TO, dialled: '6175550143' };
const heard: AppEvent = { type: 'hold-answered', id: 'c1', result: ok(undefined) };
const taken: AppEvent = { type: 'transfer-answered', id: 'c1', result: ok(undefined) };
const no = (
  kind: Exclude<PbxError['kind'], 'timeout' | 'rate-limited' | 'permission-missing'>,
  placed: 'no' | 'unknown' = 'no',
) => fail({ error: { kind, detail: '' } as const, placed });

describe('hold and resume', () => {
  test('a press sends one toggle, and the call counts as held once the PBX shows it', () => {
    const pressed = play(hold, hold, heard);
    const shown = play(hold, heard, held);

    expect(pressed.wishes).toEqual([{ type: 'hold', id: 'c1', pbxId: 'p1', want: 'hold' }]);
    expect(pressed.call).toMatchObject({ state: { phase: 'talking' }, handling: { want: 'hold', step: 'sent' } });
    expect(shown.call).toMatchObject({ state: { phase: 'held' }, isHeldHere: true });
    expect(shown.call.handling).toBeUndefined();
  });

  test('what we hold we take back, and may hold again', () => {
    const { call, wishes } = play(hold, heard, held, resume, resume, heard, talking, hold);

    expect(wishes.map((wish) => wish.type === 'hold' && wish.want)).toEqual(['hold', 'resume', 'hold']);
    expect(call).not.toHaveProperty('isHeldHere');
  });

  test.each<[string, readonly AppEvent[]]>([
    ['resume of a call that is talked on', [resume]],
    ['resume of a call that the desk phone or the customer holds', [held, resume]],
    ['hold of a call that is held', [held, hold]],
    ['hold of a call that has ended', [gone, hold]],
    ['hold of a call that is being hung up', [hangUp, hold]],
    ['hold while a transfer is under way', [transfer, hold]],
    ['hold without a connection', [lost, hold]],
    ['hold of a call that is not confirmed yet on a new line', [lost, { type: 'nudge' }, opened, hold]],
    ['hold where the PBX cannot', [lost, { type: 'nudge' }, { type: 'opened', capabilities: ALL, alive: [] }, hold]],
  ])('%s sends nothing', (_what, events) => {
    const { wishes } = play(...events);

    expect(wishes.filter(({ type }) => type === 'hold')).toEqual([]);
  });

  test('a call that only rings is not held', () => {
    const ringing: AppEvent = {
      type: 'report',
      report: { pbxId: 'p1', change: { to: 'ringing', leg: 'far-end' } },
    };

    expect(playFrom([woke, opened, dial, dialled, ringing], [hold, transfer]).wishes).toEqual([]);
  });

  test('what is not shown in time is not known, and not offered again', () => {
    const before = play([hold, 0], [heard, 10], [tick, HANDLED_WITHIN_MS - 1]);
    const after = play([hold, 0], [heard, 10], [tick, HANDLED_WITHIN_MS], [hold, 6_000]);

    expect(nextDeadline(before.state)).toBe(T + HANDLED_WITHIN_MS);
    expect([before.call.handling?.step, before.mayHold]).toEqual(['sent', true]);
    expect([after.call.handling?.step, after.mayHold, after.wishes.length]).toEqual(['unknown', false, 1]);
  });

  test('that stays so on the next line of this account, and ends with the account', () => {
    const unproven = [
      [hold, 0],
      [tick, HANDLED_WITHIN_MS],
    ] as const;
    const again = play(...unproven, [lost, 6_000], [{ type: 'nudge' }, 7_000], [opened, 8_000]);
    const other = play(...unproven, [{ type: 'account-changed', hasAccount: true }, 6_000], [opened, 8_000]);

    expect([again.mayHold, again.state.noHold]).toEqual([false, true]);
    expect([other.mayHold, other.state.noHold]).toEqual([true, undefined]);
  });

  test('a PBX that shows it late can do it after all', () => {
    const { call, mayHold, state } = play([hold, 0], [tick, HANDLED_WITHIN_MS], [held, 7_000]);

    expect(call).toMatchObject({ state: { phase: 'held' }, isHeldHere: true });
    expect([call.handling, mayHold, state.noHold]).toEqual([undefined, true, undefined]);
  });

  test('a PBX that has not been seen to hold has been seen once it shows our own hold, and not by the desk phone', () => {
    const untried: AppEvent = { type: 'opened', capabilities: { ...ALL, hold: true, holdUntried: true } };
    const tried = (...events: readonly AppEvent[]) => {
      const { connection } = playFrom([woke, untried, dial, dialled, talking], events).state;
      return connection.status === 'online' && connection.capabilities.holdUntried === undefined;
    };

    expect([tried(hold, heard), tried(hold, heard, held), tried(held)]).toEqual([false, true, false]);
  });

  test('a late word that it is still talked on proves nothing', () => {
    const { call, mayHold } = play([hold, 0], [tick, HANDLED_WITHIN_MS], [talking, 7_000]);

    expect([call.handling?.step, mayHold]).toEqual(['unknown', false]);
  });

  test.each([
    ['rejected', 'refused', false],
    ['unsupported', 'refused', false],
    ['not-allowed', 'refused', false],
    // Nothing has left: the PBX has not said no.
    ['closed', 'refused', true],
    ['protocol', 'refused', true],
  ] as const)('refused as %s it says so', (kind, step, mayHold) => {
    const shown = play(hold, { type: 'hold-answered', id: 'c1', result: no(kind) });

    expect(shown.call.handling).toMatchObject({ want: 'hold', step, error: { kind } });
    expect(shown.mayHold).toBe(mayHold);
  });

  test('what the line took down with it is not known, and not sent on the next one', () => {
    const alive: AppEvent = { ...opened, alive: [{ pbxId: 'p1', change: { to: 'talking' } }] };
    const { call, wishes } = play(hold, lost, { type: 'nudge' }, alive, tick);

    expect(call.handling?.step).toBe('unknown');
    expect(wishes.length).toBe(1);
  });

  test('nor is it sent by a background that starts again', () => {
    const { state } = play(hold);
    const kept = keepsakeOf(state, T) ?? expect.fail('nothing kept');
    const step = update(restore(kept, T + 1_000), woke, T + 1_000);

    expect(step.effects).toEqual([{ type: 'open' }]);
    expect(step.state.calls[0]?.handling?.step).toBe('unknown');
  });
});

describe('transfer', () => {
  test('our leg gone after the PBX took it is a transfer', () => {
    const { call, wishes } = play(transfer, transfer, taken, [gone, 2_000]);

    expect(wishes).toEqual([{ type: 'transfer', id: 'c1', pbxId: 'p1', to: '6175550143' }]);
    expect(call).toMatchObject({ state: { phase: 'ended', reason: 'transferred' }, handling: { to: TO } });
  });

  test('a held call can be transferred', () => {
    expect(play(held, transfer).wishes.length).toBe(1);
  });

  test('a leg that is gone before the answer counts by the answer', () => {
    expect(reasonOf(play(transfer, gone).call)).toBe('unknown');
    expect(reasonOf(play(transfer, gone, taken).call)).toBe('transferred');
    const hungUp = play(transfer, gone, { type: 'transfer-answered', id: 'c1', result: no('rejected') });
    expect([reasonOf(hungUp.call), hungUp.call.handling]).toEqual(['unknown', undefined]);
    const unclear = play(transfer, gone, { type: 'transfer-answered', id: 'c1', result: no('closed', 'unknown') });
    expect([reasonOf(unclear.call), unclear.call.handling?.step]).toEqual(['unknown', 'unknown']);
  });

  test('a call that is hung up as well is not said to be transferred', () => {
    const { call } = play(transfer, taken, hangUp, gone);

    expect([reasonOf(call), call.handling?.step]).toEqual(['unknown', 'unknown']);
  });

  test('refused, it says why, and may be tried again by another press', () => {
    const refused = play(transfer, { type: 'transfer-answered', id: 'c1', result: no('not-allowed') });
    const again = play(transfer, { type: 'transfer-answered', id: 'c1', result: no('not-allowed') }, transfer);

    expect(refused.call.handling).toMatchObject({ step: 'refused', error: { kind: 'not-allowed' } });
    expect(again.wishes.length).toBe(2);
  });

  test.each<[string, readonly (readonly [AppEvent, number])[]]>([
    [
      'no answer',
      [
        [transfer, 0],
        [tick, HANDLING_ANSWER_MS],
      ],
    ],
    [
      'an answer that never came whole',
      [
        [transfer, 0],
        [{ type: 'transfer-answered', id: 'c1', result: no('closed', 'unknown') }, 9_000],
      ],
    ],
    [
      'taken, and our leg stays',
      [
        [transfer, 0],
        [taken, 1_000],
        [tick, 1_000 + HANDLED_WITHIN_MS],
      ],
    ],
    [
      'the line lost',
      [
        [transfer, 0],
        [taken, 1_000],
        [lost, 2_000],
      ],
    ],
  ])('not known after: %s; nothing is sent again, and the end claims nothing', (_what, events) => {
    const { call, wishes } = play(...events);
    const ended = play(...events, [gone, 60_000]);

    expect(call.handling?.step).toBe('unknown');
    expect(wishes.length).toBe(1);
    expect([reasonOf(ended.call), ended.call.handling?.step, ended.wishes.length]).toEqual(['unknown', 'unknown', 1]);
  });
});

function reasonOf({ state }: Call): string {
  return state.phase === 'ended' ? state.reason : state.phase;
}
