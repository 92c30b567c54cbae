import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AgentBook,
  type CallEvent,
  callsOf,
  EMPTY_BOOK,
  isBookOver,
  LATEST_MS,
  mergeBooks,
  sweepBook,
  takeEvent,
} from '../../src/relay/book.ts';

const T = Date.UTC(2026, 0, 1);
const RANK = { ringing: 0, answered: 1, connected: 2, held: 2, ended: 3 };
const WHATS = ['ringing', 'answered', 'held', 'ended'] as const;

function event(what: CallEvent['what'], delivery: string, more: Partial<CallEvent> = {}): CallEvent {
  return { delivery, callId: 'c-1', legId: 'c-1', what, order: 'by-progress', at: T, direction: 'outgoing', ...more };
}

function play(events: readonly CallEvent[], now = T): AgentBook {
  return events.reduce((book, one) => takeEvent(book, one, now).book, EMPTY_BOOK);
}

const stateOf = (book: AgentBook, now = T) => callsOf(book, now).map(({ state }) => state);

describe('the book of an agent', () => {
  test.each([
    ['outgoing', ['answered', 'connected']],
    ['incoming', ['answered', 'answered']],
  ] as const)('counts answers: of a call that is %s the first is the agent', (direction, states) => {
    const first = play([event('ringing', 'r', { direction }), event('answered', 'a', { direction })]);
    const second = takeEvent(first, event('answered', 'b', { direction }), T).book;

    expect([...stateOf(first), ...stateOf(second)]).toEqual(states);
  });

  test('the same delivery counts once, however often it comes', () => {
    const once = play([event('ringing', 'r'), event('answered', 'a')]);

    expect(takeEvent(once, event('answered', 'a'), T)).toMatchObject({ book: once, outcome: 'duplicate' });
    expect(stateOf(play([event('answered', 'a'), event('answered', 'a')]))).toEqual(['answered']);
  });

  test('an answer that was overtaken still counts', () => {
    const events = [event('answered', 'b'), event('ringing', 'r'), event('answered', 'a')];

    expect(stateOf(play(events))).toEqual(['connected']);
  });

  test('by time, a call is held and taken up as often as it is told, and never by an older event', () => {
    const by = (what: CallEvent['what'], at: number) => event(what, `${what} ${at}`, { order: 'by-time', at: T + at });
    const course = [
      by('ringing', 1),
      by('answered', 2),
      by('held', 4),
      by('answered', 3),
      by('answered', 6),
      by('held', 5),
    ];

    expect(course.map((_, index) => stateOf(play(course.slice(0, index + 1)))[0])).toEqual([
      'ringing',
      'answered',
      'held',
      'held',
      'answered',
      'answered',
    ]);
  });

  test('whatever comes in whatever order and however often, a call never goes back and nothing is news twice', () => {
    const events = fc.array(
      fc.record({
        what: fc.constantFrom(...WHATS),
        delivery: fc.constantFrom(...'abcdefgh'),
        call: fc.constantFrom('1', '2'),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(events, (list) => {
        let book = EMPTY_BOOK;
        const ranks = new Map<string, number>();
        for (const { what, delivery, call } of list) {
          const taken = takeEvent(book, event(what, `${what}${delivery}`, { callId: call }), T);
          if (taken.outcome === 'news') {
            const rank = RANK[taken.call?.state ?? 'ringing'];
            expect(rank).toBeGreaterThan(ranks.get(call) ?? -1);
            expect(taken.book.v).toBe(book.v + 1);
            ranks.set(call, rank);
          } else {
            expect(taken.book.v).toBe(book.v);
          }
          book = taken.book;
        }
      }),
    );
  });

  test('merging knows all that either knew, whichever way round', () => {
    const list = fc.array(fc.record({ what: fc.constantFrom(...WHATS), call: fc.constantFrom('1', '2', '3') }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(list, list, list, (both, left, right) => {
        const [common, one, other] = [both, left, right].map((part, side) =>
          part.map(({ what, call }, index) => event(what, `${side} ${index}`, { callId: call })),
        );
        const base = play(common ?? []);
        const [a, b] = [one, other].map((part) =>
          (part ?? []).reduce((book, each) => takeEvent(book, each, T).book, base),
        );
        if (!a || !b) return;

        const merged = mergeBooks(a, b);
        const shown = (book: AgentBook) => new Map(callsOf(book, T).map(({ callId, state }) => [callId, RANK[state]]));
        for (const [id, rank] of [...shown(a), ...shown(b)])
          expect(shown(merged).get(id) ?? 3).toBeGreaterThanOrEqual(rank);
        expect(shown(merged)).toEqual(shown(mergeBooks(b, a)));
        expect(mergeBooks(merged, a)).toEqual({ ...merged, v: merged.v });
      }),
    );
  });

  test('a call that has ended is shown for a minute, and remembered for as long as webhooks are repeated', () => {
    const book = play([event('ringing', 'r'), event('ended', 'e', { reason: 'USER_BUSY' })]);

    expect(stateOf(book, T + 59_000)).toEqual(['ended']);
    expect(stateOf(book, T + 61_000)).toEqual([]);
    expect(takeEvent(book, event('answered', 'late'), T + 40 * 60_000).outcome).toBe('late');
    expect([isBookOver(book, T + LATEST_MS - 1), isBookOver(book, T + LATEST_MS)]).toEqual([false, true]);
  });

  test('a call whose end got lost is ended some day: ringing after minutes, a talk after half a day', () => {
    const rings = play([event('ringing', 'r')]);
    const talks = play([event('ringing', 'r'), event('answered', 'a')]);

    expect(sweepBook(rings, T + 9 * 60_000).ended).toEqual([]);
    expect(sweepBook(rings, T + 10 * 60_000).ended.map(({ state }) => state)).toEqual(['ended']);
    expect(sweepBook(talks, T + 11 * 3_600_000).ended).toEqual([]);
    expect(sweepBook(talks, T + 12 * 3_600_000)).toMatchObject({
      ended: [{ state: 'ended', reached: 'answered' }],
      book: { v: 3 },
    });
  });

  test('what only a colleague has picked up begins no call', () => {
    expect(takeEvent(EMPTY_BOOK, event('answered', 'a', { byFarEnd: true }), T)).toEqual({
      book: EMPTY_BOOK,
      outcome: 'unknown',
    });
  });
});
