import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Act, ModelWorld, type Moment, NUMBERS, type Traits } from './model-world.ts';

/** Histories tried; each is a day of up to 40 events and the minutes after it. */
const HISTORIES = process.env.PAGEDIAL_FULL ? 30_000 : 3_000;

const nth = fc.nat({ max: 3 });
const number = fc.nat({ max: NUMBERS.length - 1 });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('click' as const), number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('double-click' as const), number }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('hang-up' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dismiss' as const), nth }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('progress' as const, 'hold' as const), nth }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('connect' as const), nth }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      nth,
      reason: fc.constantFrom('completed' as const, 'busy' as const, 'unknown' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('incoming' as const), number }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Act>(
      { do: 'drop' },
      { do: 'go-silent' },
      { do: 'nudge' },
      { do: 'retry' },
      { do: 'list-fails' },
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('outage' as const), ms: fc.constantFrom(900, 6_000, 45_000) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      backAfterMs: fc.constantFrom(20, 800, 29_000),
      beforeEffects: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('update' as const), backAfterMs: fc.constantFrom(100, 3_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('login-limited' as const), ms: fc.constantFrom(4_000, 30_000) }),
  },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constantFrom('press-hold' as const, 'press-transfer' as const), nth }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('handling-fault' as const),
      fault: fc.constantFrom('refused' as const, 'answer-lost', 'never-arrives', 'ignored'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('place-fault' as const),
      fault: fc.constantFrom('never-arrives' as const, 'answer-lost', 'refused', 'slow', 'too-many'),
    }),
  },
);
const moment: fc.Arbitrary<Moment> = fc.record({
  afterMs: fc.constantFrom(0, 10, 25, 300, 1_500, 3_100, 9_000, 16_000, 62_000),
  act,
  // Once and at once, lost, twice, late, late and twice.
  copies: fc.constantFrom([0], [0], [0], [], [0, 0], [700], [0, 2_500], [2_500, 90]),
});
const traits: fc.Arbitrary<Traits> = fc.record({
  echoesRef: fc.boolean(),
  tellsId: fc.boolean(),
  rewrites: fc.boolean(),
});

test(`in ${HISTORIES} days of a hostile world no call is lost, doubled, invented or hung up by mistake`, {
  timeout: 300_000,
}, () => {
  let placed = 0;
  let handled = 0;
  let transferred = 0;
  fc.assert(
    fc.property(traits, fc.array(moment, { minLength: 5, maxLength: 40, size: 'max' }), (kind, moments) => {
      const world = new ModelWorld(kind);
      world.play(moments);
      world.settle();
      placed += world.placed;
      handled += world.handled;
      transferred += world.transferred;
    }),
    { numRuns: HISTORIES },
  );

  // A world in which nothing happens would prove nothing.
  expect(placed).toBeGreaterThan(HISTORIES);
  expect(handled).toBeGreaterThan(HISTORIES / 10);
  expect(transferred).toBeGreaterThan(HISTORIES / 20);
});

// What the histories above have found, as small as it gets.

const KINDS: readonly Traits[] = [true, false].flatMap((echoesRef) =>
  [true, false].map((tellsId) => ({ echoesRef, tellsId, rewrites: !tellsId })),
);

test.each<[string, readonly Moment[]]>([
  [
    'a hang-up into a line that died without a word is sent on the next one',
    [at(0, { do: 'incoming', number: 0 }), at(62_000, { do: 'go-silent' }), at(0, { do: 'hang-up', nth: 0 })],
  ],
  [
    'a call whose end overtook its beginning is not shown for ever',
    [
      at(9_000, { do: 'incoming', number: 0 }, [700]),
      at(0, { do: 'end', nth: 0, reason: 'completed' }),
      at(62_000, { do: 'drop' }),
    ],
  ],
  [
    'a request taken off the list while it waits for the line is not placed later',
    [at(0, { do: 'click', number: 0 }), at(0, { do: 'drop' }), at(0, { do: 'dismiss', nth: 0 })],
  ],
  [
    'a request that was saved and never left is not placed by the next background',
    [
      at(300, { do: 'kill', backAfterMs: 20, beforeEffects: true }),
      at(9_000, { do: 'click', number: 0 }),
      at(300, { do: 'click', number: 0 }),
    ],
  ],
  [
    'an update between the request and its answer loses neither',
    [at(9_000, { do: 'click', number: 0 }), at(0, { do: 'update', backAfterMs: 100 })],
  ],
  [
    'a call taken off the list that came back and ended is not brought back by late words',
    [
      at(0, { do: 'click', number: 0 }),
      at(9_000, { do: 'kill', backAfterMs: 20, beforeEffects: false }),
      at(0, { do: 'outage', ms: 900 }),
      at(1_500, { do: 'dismiss', nth: 0 }),
      at(9_000, { do: 'progress', nth: 0 }, [700]),
      at(0, { do: 'end', nth: 0, reason: 'completed' }),
      at(0, { do: 'progress', nth: 0 }),
      at(0, { do: 'click', number: 0 }),
      at(0, { do: 'nudge' }),
    ],
  ],
])('found: %s', (_name, moments) => {
  for (const kind of KINDS) {
    const world = new ModelWorld(kind);
    world.play(moments);
    world.settle();
  }
});

function at(afterMs: number, act: Act, copies: readonly number[] = [0]): Moment {
  return { afterMs, act, copies };
}
