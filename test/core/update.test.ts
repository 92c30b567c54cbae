import { describe, expect, test } from 'vitest';
import { CONFIRM_WITHIN_MS, HANG_UP_WITHIN_MS, QUEUE_LIMIT_MS } from '../../src/core/calls.ts';
import { CONNECT_WITHIN_MS, type PbxError, PLACE_ONLY } from '../../src/core/connection.ts';
import { fail, ok } from '../../src/core/result.ts';
import {
  type AppEvent,
  type AppState,
  BLIND_CALL_MS,
  dialWait,
  type Effect,
  findRepeat,
  INITIAL,
  LIMITED_IN_CALL_RETRY_MS,
  LIMITED_RETRY_MS,
  nextDeadline,
  openCalls,
  UNTOLD_CALL_MS,
  update,
} from '../../src/core/update.ts';
import { ALL } from '../fake-pbx.ts';

const T = 1_800_000_000_000;
const NUMBER = '+16175550123';
const REFUSED: PbxError = { kind: 'login-refused', detail: '' };
const GONE: PbxError = { kind: 'closed', detail: '' };

/** Plays events `[event, ms since T]` and answers the last state with all effects. */
function play(...events: readonly (AppEvent | readonly [AppEvent, number])[]) {
  let state: AppState = INITIAL;
  const effects: Effect[] = [];
  for (const entry of events) {
    const [event, at] = 'type' in entry ? [entry, 0] : entry;
    const step = update(state, event, T + at);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects, call: state.calls[0] };
}

const woke: AppEvent = { type: 'woke', hasAccount: true };
const opened: AppEvent = { type: 'opened', capabilities: ALL };
const lost: AppEvent = { type: 'lost', error: GONE, jitter: 0.5 };
const dial: AppEvent = { type: 'dial', id: 'c1', number: NUMBER, dialled: '16175550123', requestId: 'request-1' };
const accepted: AppEvent = { type: 'dialled', id: 'c1', result: ok({ pbxId: 'p1' }) };
const ringing = {
  type: 'report',
  report: { pbxId: 'p1', number: NUMBER, change: { to: 'ringing', leg: 'far-end' } },
} as const satisfies AppEvent;
const talking: AppEvent = { type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } };
const ended: AppEvent = { type: 'report', report: { pbxId: 'p1', change: { to: 'ended', reason: 'completed' } } };
const tick: AppEvent = { type: 'tick' };
const hangUp: AppEvent = { type: 'hang-up', id: 'c1' };
const online = [woke, opened] as const;

const dials = (effects: readonly Effect[]) => effects.filter((effect) => effect.type === 'dial');

describe('connecting', () => {
  test('an account set is connected at the start', () => {
    expect(play(woke).effects).toEqual([{ type: 'open' }]);
    expect(play({ type: 'woke', hasAccount: false }).effects).toEqual([]);
  });

  test('a refused login is not tried again by time, waking or a nudge', () => {
    const { state, effects } = play(
      woke,
      { ...lost, error: REFUSED },
      [tick, 60_000],
      [woke, 120_000],
      [{ type: 'nudge' }, 130_000],
      [tick, 86_400_000],
    );

    expect(state.connection).toEqual({ status: 'blocked', error: REFUSED });
    expect(effects).toEqual([{ type: 'open' }]);
  });

  test('a login refused before the browser was closed is not tried again at its next start', () => {
    const { state, effects } = play({ type: 'woke', hasAccount: true, blockedBy: REFUSED });

    expect(state.connection.status).toBe('blocked');
    expect(effects).toEqual([]);
  });

  test('a refused login is tried again when the user asks, or the account changes', () => {
    const blocked = [woke, { ...lost, error: REFUSED }] as const;

    expect(play(...blocked, { type: 'retry', hasAccount: true }).state.connection.status).toBe('connecting');
    expect(play(...blocked, { type: 'account-changed', hasAccount: true }).state.connection.status).toBe('connecting');
  });

  test('missing access is looked at again when the background wakes, since that asks no PBX', () => {
    const error: PbxError = { kind: 'permission-missing', origin: 'https://pbx.example.com/*' };

    expect(play(woke, { ...lost, error }, woke).state.connection.status).toBe('connecting');
  });

  test('waking up does not cut the wait short', () => {
    const { state, effects } = play(woke, lost, lost, [woke, 10]);

    expect(state.connection.status).toBe('waiting');
    expect(effects).toHaveLength(1);
  });

  test('a wait that a wrong clock has made endless is over', () => {
    const waiting = play(woke, lost).state;
    const step = update(waiting, tick, T - 3_600_000);

    expect(step.effects).toEqual([{ type: 'open' }]);
  });

  test('a late loss after the account was removed starts nothing', () => {
    const { state, effects } = play(...online, { type: 'account-changed', hasAccount: false }, lost, [tick, 120_000]);

    expect(state.connection).toEqual({ status: 'off' });
    expect(effects).toEqual([{ type: 'open' }, { type: 'close', isSignOut: true }]);
  });

  test('an attempt that says nothing is given up', () => {
    const { state, effects } = play(woke, [tick, CONNECT_WITHIN_MS]);

    expect(state.connection.status).toBe('waiting');
    expect(effects).toContainEqual({ type: 'close' });
  });

  test('a nudge ends the wait, but not the patience a PBX has asked for', () => {
    const limited: AppEvent = { ...lost, error: { kind: 'rate-limited', retryAfterMs: 30_000 } };

    expect(play(woke, lost, { type: 'nudge' }).state.connection.status).toBe('connecting');
    expect(play(woke, limited, { type: 'nudge' }).state.connection.status).toBe('waiting');
  });

  test('a session that works in part is opened anew, but never under a call that it follows', () => {
    const limited: AppEvent = { ...opened, limit: { kind: 'live-refused', detail: '' } };

    expect(play(woke, limited, [tick, LIMITED_RETRY_MS]).state.connection.status).toBe('connecting');
    const inCall = play(woke, limited, dial, accepted, talking, [tick, LIMITED_RETRY_MS]);
    expect(inCall.state.connection.status).toBe('online');
    expect(nextDeadline(inCall.state)).toBeUndefined();
  });

  test('a session that can neither follow nor hang up the call is opened anew under it', () => {
    const limited: AppEvent = { ...opened, capabilities: PLACE_ONLY, limit: { kind: 'live-refused', detail: '' } };
    const placed: AppEvent = { type: 'dialled', id: 'c1', result: ok({}) };

    const inCall = play(woke, limited, dial, placed, [tick, LIMITED_IN_CALL_RETRY_MS]);
    expect(inCall.state.connection.status).toBe('connecting');
    const listing: AppEvent = { ...opened, alive: [{ pbxId: '9', number: NUMBER, change: { to: 'alive' } }] };
    expect(update(inCall.state, listing, T + LIMITED_IN_CALL_RETRY_MS).state.calls).toMatchObject([
      { id: 'c1', pbxId: '9' },
    ]);
    const placing = play(woke, limited, [dial, LIMITED_IN_CALL_RETRY_MS - 5_000], [tick, LIMITED_IN_CALL_RETRY_MS]);
    expect(placing.state.connection.status).toBe('online');
  });

  test('where only the relay is missing it is asked for under a call, too, but not while a request is on its way', () => {
    const limited: AppEvent = { ...opened, limit: { kind: 'relay-failed', detail: '' } };

    const inCall = play(woke, limited, dial, accepted, talking, [tick, LIMITED_IN_CALL_RETRY_MS]);
    expect(inCall.state.connection.status).toBe('connecting');
    expect(inCall.call?.state.phase).toBe('talking');
    expect(inCall.effects.filter(({ type }) => type === 'dial').length).toBe(1);
    const placing = play(
      woke,
      limited,
      [dial, LIMITED_IN_CALL_RETRY_MS - 5_000],
      [tick, LIMITED_IN_CALL_RETRY_MS + 1_000],
    );
    expect(placing.state.connection.status).toBe('online');
  });
});

describe('dialling', () => {
  test('a dial goes out once, whatever follows', () => {
    const { effects } = play(
      ...online,
      dial,
      dial,
      [lost, 100],
      [tick, 5_000],
      [opened, 6_000],
      [woke, 7_000],
      [opened, 8_000],
    );

    expect(dials(effects)).toHaveLength(1);
  });

  test('a dial waits for the connection and is given up when that does not come', () => {
    const { state, call, effects } = play(woke, dial, [tick, QUEUE_LIMIT_MS], [opened, QUEUE_LIMIT_MS + 1]);

    expect(call).toMatchObject({ placed: 'no', state: { phase: 'ended', reason: 'failed' } });
    expect(dials(effects)).toEqual([]);
    expect(state.connection.status).toBe('online');
  });

  test('a dial that waited when the background died is not placed later', () => {
    const { call, effects } = play(woke, dial, woke, opened);

    expect(call).toMatchObject({ placed: 'no', state: { phase: 'ended' } });
    expect(dials(effects)).toEqual([]);
  });

  test('a dial whose answer was lost is not known, and comes back when the PBX speaks of it', () => {
    const { call } = play(...online, dial, [woke, 1_000], [opened, 1_500], [tick, CONFIRM_WITHIN_MS]);
    expect(call).toMatchObject({ placed: 'unknown', confirmed: false, state: { phase: 'ended', reason: 'unknown' } });

    const back = play(...online, dial, [tick, CONFIRM_WITHIN_MS], [ringing, CONFIRM_WITHIN_MS + 1]);
    expect(back.state.calls).toHaveLength(1);
    expect(back.call).toMatchObject({ placed: 'yes', confirmed: true, state: { phase: 'ringing' } });
  });

  test('the same number within three seconds is the same call, from wherever it is asked', () => {
    const again: AppEvent = { ...dial, id: 'c2', requestId: 'request-2' };

    expect(dials(play(...online, dial, [again, 2_900]).effects)).toHaveLength(1);
    expect(dials(play(...online, dial, [again, 3_000]).effects)).toHaveLength(2);
  });

  test('what was certainly not placed may be tried again at once', () => {
    const refused: AppEvent = { type: 'dialled', id: 'c1', result: fail({ error: GONE, placed: 'no' }) };
    const { state } = play(...online, dial, refused);

    expect(findRepeat(state, { number: NUMBER, requestId: 'request-2' }, T + 100)).toBeUndefined();
    expect(findRepeat(state, { number: NUMBER, requestId: 'request-1' }, T + 100)?.id).toBe('c1');
  });

  test('without a connection to hope for, a dial says why it was not placed', () => {
    const { call, effects } = play(woke, { ...lost, error: REFUSED }, dial);

    expect(call).toMatchObject({ placed: 'no', error: REFUSED, state: { phase: 'ended' } });
    expect(dials(effects)).toEqual([]);
  });

  test('a report that overtook the answer makes no second call', () => {
    const early: AppEvent = {
      type: 'report',
      report: { pbxId: 'p1', number: 'unheard of', change: { to: 'ringing', leg: 'own-phone' } },
    };
    const { state, call } = play(...online, dial, early, accepted);

    expect(state.calls).toHaveLength(1);
    expect(call).toMatchObject({ id: 'c1', pbxId: 'p1', requestId: 'request-1', state: { phase: 'ringing' } });
  });

  test('an end that overtook the answer ends the call as soon as the answer tells whose end it was', () => {
    const { call } = play(...online, dial, ended, accepted);

    expect(call).toMatchObject({ placed: 'yes', confirmed: true, state: { phase: 'ended', reason: 'completed' } });
  });

  test('the beginning of a call that comes after its end shows no call', () => {
    const { state } = play(...online, ended, [ringing, 700]);

    expect(state.calls).toEqual([]);
    expect(play(...online, ended, [ringing, 60_000]).state.calls).toHaveLength(1);
  });

  test.each<AppEvent>([ringing, talking, { type: 'listed', alive: [ringing.report] }])(
    'a late "$type" does not bring back a call that was taken off the list',
    (late) => {
      const over = [...online, dial, accepted, talking, ended, { type: 'dismiss', id: 'c1' } as const] as const;

      expect(play(...over, [late, 2_500]).state.calls).toEqual([]);
    },
  );

  test('a list that is older than the end of a call does not bring it back on a new line', () => {
    const { state } = play(...online, ended, lost, [tick, 5_000], [{ ...opened, alive: [ringing.report] }, 5_100]);

    expect(state.calls).toEqual([]);
  });

  test('while the PBX asks for patience nothing is asked of it, whoever clicks', () => {
    const limited: AppEvent = { ...lost, error: { kind: 'rate-limited', retryAfterMs: 30_000 } };
    const { call, effects } = play(woke, limited, [dial, 10_000], [{ type: 'retry', hasAccount: true }, 11_000]);

    expect(effects).toEqual([{ type: 'open' }]);
    expect(call).toMatchObject({
      placed: 'no',
      state: { phase: 'ended' },
      error: { kind: 'rate-limited', retryAfterMs: 20_000 },
    });
  });
});

describe('hanging up', () => {
  test('a hang-up before the PBX has told its id is sent once the id is known', () => {
    const { effects } = play(...online, dial, hangUp, accepted);

    expect(effects.at(-1)).toEqual({ type: 'hang-up', id: 'c1', pbxId: 'p1' });
  });

  test('a hang-up before anything left the browser places nothing', () => {
    const { call, effects } = play(woke, dial, hangUp, opened);

    expect(call).toMatchObject({ placed: 'no', state: { phase: 'ended', reason: 'cancelled' } });
    expect(dials(effects)).toEqual([]);
  });

  test('a hang-up without effect is said to be unconfirmed and may be tried again', () => {
    const tried = play(...online, dial, accepted, talking, hangUp, [tick, HANG_UP_WITHIN_MS]);
    expect(tried.call?.hangUp?.step).toBe('unconfirmed');

    const again = play(...online, dial, accepted, talking, hangUp, [tick, HANG_UP_WITHIN_MS], [hangUp, 6_000]);
    expect(again.effects.filter((effect) => effect.type === 'hang-up')).toHaveLength(2);
  });

  test('a hang-up in flight when the line is lost is sent again on the next one', () => {
    const failed: AppEvent = { type: 'hung-up', id: 'c1', result: fail(GONE) };
    const { effects } = play(
      ...online,
      dial,
      accepted,
      talking,
      hangUp,
      lost,
      failed,
      [tick, 60_000],
      [opened, 60_001],
    );

    expect(effects.at(-1)).toEqual({ type: 'hang-up', id: 'c1', pbxId: 'p1' });
  });

  test('a hang-up that went into a dead line is sent again on the next one, unless that comes much later', () => {
    const intoNothing = [...online, dial, accepted, talking, hangUp, [tick, HANG_UP_WITHIN_MS]] as const;
    const hangUps = (ms: number) =>
      play(...intoNothing, [lost, ms], [tick, ms + 60_000], [opened, ms + 60_001]).effects.filter(
        (effect) => effect.type === 'hang-up',
      );

    expect(hangUps(23_000)).toHaveLength(2);
    expect(hangUps(HANG_UP_WITHIN_MS + 60_001)).toHaveLength(1);
  });

  test('a hang-up ends the wait for the next try, and goes out on the new line', () => {
    const { effects } = play(...online, dial, accepted, talking, lost, [hangUp, 100], [opened, 200]);

    expect(effects.slice(-2)).toEqual([{ type: 'open' }, { type: 'hang-up', id: 'c1', pbxId: 'p1' }]);
  });

  test('a hang-up that the PBX refused is not repeated by itself', () => {
    const refused: AppEvent = { type: 'hung-up', id: 'c1', result: fail({ kind: 'not-allowed', detail: '' }) };
    const { effects } = play(...online, dial, accepted, hangUp, refused, lost, [tick, 60_000], [opened, 60_001]);

    expect(effects.filter((effect) => effect.type === 'hang-up')).toHaveLength(1);
  });

  test('where the PBX never reports an end, its word on the hang-up ends the call', () => {
    const blind: AppEvent = { ...opened, capabilities: { ...ALL, liveState: false } };
    const { call } = play(woke, blind, dial, accepted, hangUp, { type: 'hung-up', id: 'c1', result: ok(undefined) });

    expect(call).toMatchObject({ confirmed: true, state: { phase: 'ended', reason: 'cancelled' } });
  });
});

describe('after a gap', () => {
  test('what the PBX does not list has ended, as our guess', () => {
    const { call } = play(...online, dial, accepted, talking, lost, [tick, 60_000], [{ ...opened, alive: [] }, 60_001]);

    expect(call).toMatchObject({ confirmed: false, state: { phase: 'ended', reason: 'unknown' } });
  });

  test('what the PBX lists goes on, and is confirmed again', () => {
    const alive = [{ pbxId: 'p1', change: { to: 'talking' as const } }];
    const { call } = play(...online, dial, accepted, talking, lost, [tick, 60_000], [{ ...opened, alive }, 60_001]);

    expect(call).toMatchObject({ confirmed: true, state: { phase: 'talking', since: T } });
  });

  test('a list that failed at the opening is made up for later, and ends only what is not confirmed', () => {
    const other: AppEvent = { ...ringing, report: { ...ringing.report, pbxId: 'p2', number: '+16175550199' } };
    const { state } = play(
      ...online,
      dial,
      accepted,
      talking,
      lost,
      [tick, 60_000],
      [opened, 60_001],
      [other, 60_002],
      [{ type: 'listed', alive: [] }, 61_000],
    );

    expect(state.calls.map((call) => call.state.phase)).toEqual(['ended', 'ringing']);
  });

  test('a call that can be hung up but not followed stays in sight for half an hour', () => {
    const blind: AppEvent = { ...opened, capabilities: { ...ALL, liveState: false } };

    expect(play(woke, blind, dial, accepted, [tick, BLIND_CALL_MS - 1]).call?.state.phase).toBe('requested');
    expect(play(woke, blind, dial, accepted, [tick, BLIND_CALL_MS]).call?.state.phase).toBe('ended');
  });

  test('a call nobody can say anything about may be taken off the list, a confirmed one may not', () => {
    const live = [...online, dial, accepted, talking] as const;

    expect(play(...live, { type: 'dismiss', id: 'c1' }).state.calls).toHaveLength(1);
    expect(play(...live, lost, { type: 'dismiss', id: 'c1' }).state.calls).toHaveLength(0);
  });
});

describe('a PBX that limits how often calls are placed', () => {
  const limited: AppEvent = {
    type: 'opened',
    capabilities: { ...PLACE_ONLY, placeLimit: { count: 2, perMs: 60_000 } },
  };
  const nth = (n: number): AppEvent => ({ type: 'dial', id: `c${n}`, number: `+1617555010${n}`, dialled: `${n}` });

  test('gets no more than its limit, and the refused call says how long to wait', () => {
    const { state, effects } = play(woke, limited, [nth(1), 0], [nth(2), 10_000], [nth(3), 20_000]);

    expect(dials(effects)).toHaveLength(2);
    expect(state.calls[2]).toMatchObject({
      placed: 'no',
      state: { phase: 'ended' },
      error: { kind: 'rate-limited', retryAfterMs: 40_000 },
    });
    expect(dialWait(state, T + 30_000)).toBe(30_000);
  });

  test('takes the next call as soon as the first is old enough', () => {
    const { state, effects } = play(woke, limited, [nth(1), 0], [nth(2), 10_000], [nth(3), 60_000]);

    expect(dials(effects)).toHaveLength(3);
    expect(dialWait(state, T + 60_000)).toBe(10_000);
  });

  test.each<AppEvent>([woke, { type: 'account-changed', hasAccount: true }])(
    'is counted on after "$type"',
    (restart) => {
      const before = play(woke, limited, [nth(1), 0], [nth(2), 1_000]).state;
      const kept = JSON.parse(JSON.stringify(before)) as AppState;
      const states = [restart, limited, nth(3)].reduce((state, event) => update(state, event, T + 2_000).state, kept);

      expect(states.calls.find((call) => call.id === 'c3')?.error?.kind).toBe('rate-limited');
    },
  );

  test('is not counted on at another PBX', () => {
    const elsewhere: AppEvent = { type: 'account-changed', hasAccount: true, isElsewhere: true };
    const { effects } = play(woke, limited, [nth(1), 0], [nth(2), 1_000], [elsewhere, 2_000], limited, [nth(3), 3_000]);

    expect(dials(effects)).toHaveLength(3);
  });

  test('gets what waited for the connection only as far as its limit goes', () => {
    const { effects } = play(woke, nth(1), nth(2), nth(3), limited);

    expect(dials(effects)).toHaveLength(2);
  });

  test('gets nothing while the pause lasts that it asked for', () => {
    const plea: AppEvent = {
      type: 'dialled',
      id: 'c1',
      result: fail({ error: { kind: 'rate-limited', retryAfterMs: 30_000 }, placed: 'no' }),
    };
    const paused = [woke, limited, nth(1), plea] as const;

    expect(dials(play(...paused, [nth(2), 29_999]).effects)).toHaveLength(1);
    expect(dials(play(...paused, [nth(2), 30_000]).effects)).toHaveLength(2);
  });

  test('is not waited for longer than a day, whatever a wrong clock says', () => {
    const { state } = play(woke, limited);

    expect(dialWait({ ...state, pace: { placedAt: [T + 9], pausedUntil: T + 90_000_000 } }, T)).toBe(0);
  });
});

describe('a PBX that takes calls and says nothing more', () => {
  const untold: AppEvent = { type: 'opened', capabilities: PLACE_ONLY };
  const taken = (more: object): AppEvent => ({ type: 'dialled', id: 'c1', result: ok({ pbxId: 'p1', ...more }) });

  test('leaves the call in sight for two minutes, then it is not known', () => {
    const placed = [woke, untold, dial, taken({})] as const;

    expect(play(...placed, [tick, UNTOLD_CALL_MS - 1]).call?.state.phase).toBe('requested');
    expect(play(...placed, [tick, UNTOLD_CALL_MS]).call).toMatchObject({
      placed: 'yes',
      confirmed: false,
      state: { phase: 'ended', reason: 'unknown' },
    });
    expect(nextDeadline(play(...placed).state)).toBe(T + UNTOLD_CALL_MS);
  });

  test('leaves it in sight as long as it rings, where it said how long', () => {
    const placed = [woke, untold, dial, taken({ ringsForMs: 45_000 })] as const;

    expect(play(...placed, [tick, 44_999]).call?.state.phase).toBe('requested');
    expect(play(...placed, [tick, 45_000]).call?.state.phase).toBe('ended');
  });

  test('leaves it in sight while the connection is made anew, where its records will tell the result', () => {
    const awaited = [woke, untold, dial, taken({ recordWithinMs: 3_600_000 }), [lost, 5_000]] as const;

    expect(play(...awaited, [tick, UNTOLD_CALL_MS - 1]).call?.state.phase).toBe('requested');
    expect(play(...awaited, [tick, UNTOLD_CALL_MS]).call?.state.phase).toBe('ended');
  });

  test('may tell the result later by its records, which is waited for', () => {
    const placed = [woke, untold, dial, taken({ recordWithinMs: 3_600_000, told: { call_uuid: 'u-1' } })] as const;
    const record: AppEvent = {
      type: 'report',
      report: { pbxId: 'p1', change: { to: 'ended', reason: 'completed', talkedMs: 900_000 } },
    };

    const guessed = play(...placed, [tick, UNTOLD_CALL_MS], [tick, 1_800_000]);
    expect(guessed.call).toMatchObject({ confirmed: false, told: { call_uuid: 'u-1' } });
    expect(openCalls(guessed.state, T + 1_800_000)).toEqual([
      { ref: 'c1', pbxId: 'p1', number: '16175550123', startedAt: T, told: { call_uuid: 'u-1' } },
    ]);
    const told = play(...placed, [tick, UNTOLD_CALL_MS], [record, 1_800_000]);
    expect(told.call).toMatchObject({ confirmed: true, state: { phase: 'ended', reason: 'completed' } });
    expect(told.call?.talkingSince).toBe(T + 900_000);
    expect(openCalls(told.state, T + 1_800_001)).toEqual([]);
    expect(play(...placed, [tick, UNTOLD_CALL_MS], [tick, 3_600_000]).state.calls).toEqual([]);
  });
});

test('where the customer is called first, the own phone rings after the far end, and never the other way round', () => {
  const far: AppEvent = {
    type: 'report',
    report: { pbxId: 'p1', change: { to: 'ringing', leg: 'far-end', order: 'first' } },
  };
  const own: AppEvent = {
    type: 'report',
    report: { pbxId: 'p1', change: { to: 'ringing', leg: 'own-phone', order: 'second' } },
  };

  expect(play(...online, dial, accepted, far, own).call?.state).toMatchObject({ phase: 'ringing', leg: 'own-phone' });
  expect(play(...online, dial, accepted, own, far).call?.state).toMatchObject({ phase: 'ringing', leg: 'own-phone' });
});
