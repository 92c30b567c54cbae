import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Call, isLive } from '../../src/core/calls.ts';
import type { PbxError } from '../../src/core/connection.ts';
import { fail, ok } from '../../src/core/result.ts';
import { type AppEvent, type AppState, type Effect, INITIAL, update } from '../../src/core/update.ts';
import { ALL } from '../fake-pbx.ts';

// Any order, duplication, loss and delay of events, as a hostile day would have it.

const T = 1_800_000_000_000;
const NUMBERS = ['+16175550101', '+16175550102', '+442079460101'] as const;
const IDS = ['c1', 'c2', 'c3'] as const;
const PBX_IDS = ['p1', 'p2', 'p3', 'p4'] as const;

const error: fc.Arbitrary<PbxError> = fc.oneof(
  fc.constantFrom('closed', 'unreachable', 'login-refused', 'protocol').map((kind): PbxError => ({ kind, detail: '' })),
  fc.constant<PbxError>({ kind: 'rate-limited', retryAfterMs: 5_000 }),
);
const change = fc.oneof(
  fc.constantFrom('own-phone' as const, 'far-end' as const).map((leg) => ({ to: 'ringing' as const, leg })),
  fc.constantFrom({ to: 'talking' as const }, { to: 'held' as const }, { to: 'alive' as const }),
  fc.constantFrom('completed' as const, 'busy' as const).map((reason) => ({ to: 'ended' as const, reason })),
);
const report = fc.record(
  { pbxId: fc.constantFrom(...PBX_IDS), ref: fc.constantFrom(...IDS), number: fc.constantFrom(...NUMBERS), change },
  { requiredKeys: ['pbxId', 'change'] },
);
const id = fc.constantFrom(...IDS);
const hasAccount = fc.boolean();
const jitter = fc.double({ min: 0, max: 0.999, noNaN: true });

const event: fc.Arbitrary<AppEvent> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('woke' as const, 'retry' as const), hasAccount }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('account-changed' as const), hasAccount: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.constantFrom<AppEvent>({ type: 'tick' }, { type: 'nudge' }) },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        type: fc.constant('opened' as const),
        capabilities: fc.constant({ ...ALL, hold: true, transfer: true }),
        alive: fc.array(report, { maxLength: 3 }),
      },
      { requiredKeys: ['type', 'capabilities'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('listed' as const), alive: fc.array(report, { maxLength: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('lost' as const), error, jitter }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('report' as const), report }) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(id, fc.constantFrom(...NUMBERS))
      .map(([call, number]): AppEvent => ({ type: 'dial', id: call, number, dialled: number, requestId: `r-${call}` })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(id, fc.constantFrom(...PBX_IDS, undefined), fc.boolean()).map(
      ([call, pbxId, works]): AppEvent => ({
        type: 'dialled',
        id: call,
        result: works
          ? ok(pbxId === undefined ? {} : { pbxId })
          : fail({ error: { kind: 'timeout', afterMs: 1 }, placed: 'unknown' }),
      }),
    ),
  },
  { weight: 2, arbitrary: id.map((call): AppEvent => ({ type: 'hang-up', id: call })) },
  {
    weight: 1,
    arbitrary: fc.tuple(id, fc.boolean()).map(
      ([call, works]): AppEvent => ({
        type: 'hung-up',
        id: call,
        result: works ? ok(undefined) : fail({ kind: 'closed', detail: '' }),
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(id, fc.constantFrom('hold' as const, 'resume' as const, 'transfer' as const))
      .map(
        ([call, want]): AppEvent =>
          want === 'transfer'
            ? { type: 'transfer', id: call, number: '+16175550109', dialled: '6175550109' }
            : { type: 'hold', id: call, want },
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(id, fc.constantFrom('hold-answered' as const, 'transfer-answered' as const), fc.nat({ max: 2 }), error)
      .map(
        ([call, type, outcome, why]): AppEvent => ({
          type,
          id: call,
          result: outcome === 0 ? ok(undefined) : fail({ error: why, placed: outcome === 1 ? 'no' : 'unknown' }),
        }),
      ),
  },
);

const happening = fc.tuple(event, fc.constantFrom(0, 1, 500, 3_000, 16_000, 61_000));
const history = fc.array(happening, { maxLength: 60 });
const longHistory = fc.array(happening, { maxLength: 60, size: 'max' });

interface Moment {
  readonly before: AppState;
  readonly after: AppState;
  readonly event: AppEvent;
  readonly effects: readonly Effect[];
}

function live(events: readonly (readonly [AppEvent, number])[]): readonly Moment[] {
  let state = INITIAL;
  let now = T;
  return events.map(([next, wait]) => {
    now += wait;
    const before = state;
    const step = update(before, next, now);
    state = step.state;
    return { before, after: state, event: next, effects: step.effects };
  });
}

function always(holds: (moments: readonly Moment[]) => void, begin: readonly AppEvent[] = []): void {
  const first = begin.map((one) => [one, 0] as const);
  fc.assert(
    fc.property(begin.length === 0 ? history : longHistory, (events) => holds(live([...first, ...events]))),
    { numRuns: 1_000 },
  );
}

/** Histories that begin while a call of ours is talked on. */
const IN_A_CALL: readonly AppEvent[] = [
  { type: 'woke', hasAccount: true },
  { type: 'opened', capabilities: { ...ALL, hold: true, transfer: true } },
  { type: 'dial', id: 'c1', number: NUMBERS[0], dialled: NUMBERS[0], requestId: 'r-c1' },
  { type: 'dialled', id: 'c1', result: ok({ pbxId: 'p1' }) },
  { type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } },
];

test('a request is given to the PBX at most once while it is remembered', () => {
  always((moments) => {
    const placed = new Set<string>();
    for (const { before, effects } of moments) {
      // A call taken off the list after minutes is forgotten with its request.
      for (const known of placed) if (!before.calls.some((call) => call.id === known)) placed.delete(known);
      for (const effect of effects) {
        if (effect.type !== 'dial') continue;
        expect(placed.has(effect.intent.id)).toBe(false);
        placed.add(effect.intent.id);
      }
    }
  });
});

test('an end the PBX has told is final', () => {
  always((moments) => {
    for (const { before, after } of moments) {
      for (const call of before.calls) {
        if (isLive(call) || !call.confirmed) continue;
        const later = after.calls.find((other) => other.id === call.id);
        if (!later) continue;
        // What is learnt of our own transfer makes the end better known; it is an end all the same.
        const isTransferred = later.state.phase === 'ended' && later.state.reason === 'transferred';
        expect(isTransferred ? later.state.phase : later.state).toEqual(isTransferred ? call.state.phase : call.state);
      }
    }
  });
});

test('a live call only moves forward', () => {
  always((moments) => {
    for (const { before, after } of moments) {
      for (const call of before.calls) {
        const later = after.calls.find((other) => other.id === call.id);
        if (later && isLive(call)) expect(rank(later)).toBeGreaterThanOrEqual(rank(call));
      }
    }
  });
});

test('there is no phantom: every call was dialled or reported, and no PBX call is shown live twice', () => {
  always((moments) => {
    const dialled = new Set<string>();
    const reported = new Set<string>();
    for (const { event: happened, after } of moments) {
      if (happened.type === 'dial') dialled.add(happened.id);
      if (happened.type === 'report') reported.add(happened.report.pbxId);
      if (happened.type === 'opened' || happened.type === 'listed')
        for (const call of happened.alive ?? []) reported.add(call.pbxId);
      for (const call of after.calls) {
        expect(dialled.has(call.id) || (call.pbxId !== undefined && reported.has(call.pbxId))).toBe(true);
      }
      const alive = after.calls.filter((call) => isLive(call) && call.pbxId !== undefined).map((call) => call.pbxId);
      expect(new Set(alive).size).toBe(alive.length);
    }
  });
});

test('nobody is hung up whom the user did not mean', () => {
  always((moments) => {
    const meant = new Set<string>();
    for (const { event: happened, effects } of moments) {
      if (happened.type === 'hang-up') meant.add(happened.id);
      for (const effect of effects) if (effect.type === 'hang-up') expect(meant.has(effect.id)).toBe(true);
    }
  });
});

test('a wish to hold, resume or transfer is sent at the press or never, once, and only where it fits', () => {
  let sent = 0;
  always((moments) => {
    for (const { before, event: happened, effects } of moments) {
      const wishes = effects.filter(({ type }) => type === 'hold' || type === 'transfer');
      if (wishes.length === 0) continue;
      sent += 1;
      expect(wishes.length).toBe(1);
      expect(['hold', 'transfer']).toContain(happened.type);
      const [wish] = wishes;
      const call = before.calls.find((one) => 'id' in happened && one.id === happened.id);
      expect(call?.confirmed).toBe(true);
      expect(['sent', 'taken']).not.toContain(call?.handling?.step);
      if (wish?.type !== 'hold') continue;
      // It toggles: sent for a call that stands otherwise it would do the opposite.
      expect(call?.state.phase).toBe(wish.want === 'hold' ? 'talking' : 'held');
      if (wish.want === 'resume') expect(call?.isHeldHere).toBe(true);
      expect(before.noHold).toBeUndefined();
    }
  }, IN_A_CALL);
  expect(sent).toBeGreaterThan(100);
});

test('"transferred" is said only of a transfer that the PBX took', () => {
  let said = 0;
  always(
    (moments) => {
      const taken = new Set<string>();
      for (const { event: happened, after } of moments) {
        if (happened.type === 'transfer-answered' && happened.result.ok) taken.add(happened.id);
        for (const call of after.calls) {
          if (call.state.phase !== 'ended' || call.state.reason !== 'transferred') continue;
          said += 1;
          expect(taken.has(call.id)).toBe(true);
        }
      }
    },
    [...IN_A_CALL, { type: 'transfer', id: 'c1', number: NUMBERS[1], dialled: NUMBERS[1] }],
  );
  expect(said).toBeGreaterThan(10);
});

test('the state is plain JSON after everything', () => {
  always((moments) => {
    for (const { after } of moments) expect(JSON.parse(JSON.stringify(after))).toEqual(after);
  });
});

function rank({ state }: Call): number {
  const order = { requested: 0, ringing: 1, talking: 3, held: 3, ended: 4 };
  return state.phase === 'ringing' && state.leg === 'far-end' ? 2 : order[state.phase];
}
