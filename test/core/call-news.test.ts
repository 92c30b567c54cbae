import { describe, expect, test } from 'vitest';
import { callNews } from '../../src/core/call-news.ts';
import type { Call } from '../../src/core/calls.ts';
import { call } from '../ui/states.ts';

const ringing = { phase: 'ringing', leg: 'own-phone' } as const;
const talking = { phase: 'talking', since: 1 } as const;
const ended = (reason: 'busy' | 'completed' | 'cancelled' | 'unknown'): Call['state'] => ({
  phase: 'ended',
  at: 2,
  reason,
});
const incoming = (state: Call['state'], more: Partial<Call> = {}) => call({ direction: 'incoming', state, ...more });
const outgoing = (state: Call['state'], more: Partial<Call> = {}) => call({ state, ...more });
const whats = (before: readonly Call[], after: readonly Call[]) => callNews(before, after).map(({ what }) => what);

describe('what is news of a call', () => {
  test.each([
    ['begins to ring', [], [incoming(ringing)], ['incoming']],
    ['rings on', [incoming(ringing)], [incoming(ringing)], []],
    ['is answered', [incoming(ringing)], [incoming(talking)], ['answered', 'over']],
    ['is seen first when it is talked on', [], [incoming(talking)], ['answered']],
    ['stops ringing unanswered', [incoming(ringing)], [incoming(ended('cancelled'))], ['over', 'ended']],
    ['comes to nothing', [outgoing(ringing)], [outgoing(ended('busy'))], ['failed', 'ended']],
    ['is given up by the user', [outgoing(ringing)], [outgoing(ended('cancelled'))], ['ended']],
    ['ends well', [outgoing(talking)], [outgoing(ended('completed'))], ['ended']],
    ['stays ended', [outgoing(ended('busy'))], [outgoing(ended('busy'))], []],
    [
      'is told by the records to have failed',
      [outgoing(ended('unknown'), { confirmed: false })],
      [outgoing(ended('busy'))],
      ['failed', 'ended'],
    ],
    ['leaves the list', [outgoing(ended('busy'))], [], ['gone']],
  ] as const)('a call that %s', (_what, before, after, news) => {
    expect(whats(before, after)).toEqual(news);
  });
});
