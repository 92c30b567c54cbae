import { describe, expect, test } from 'vitest';
import {
  calledLately,
  MOST_RECENT,
  type RecentCall,
  readRecentCalls,
  recentOf,
  withRecent,
} from '../../src/core/recent-call.ts';
import { call } from '../ui/states.ts';

const ended = { phase: 'ended', at: 90_000, reason: 'completed' } as const;
const NUMBER = '+16175550123';

function recent(change: Partial<RecentCall> = {}): RecentCall {
  const read = recentOf(call({ state: ended, startedAt: 1_000, talkingSince: 30_000 }));
  if (!read) throw new Error('not kept');
  return { ...read, ...change };
}

describe('what is kept of a call', () => {
  test('result, time and how long they talked', () => {
    expect(recent()).toMatchObject({ number: NUMBER, reason: 'completed', startedAt: 1_000, talkedMs: 60_000 });
  });

  test('nothing of one that lives, is of a private window, or has no number', () => {
    const origin = { tabId: 1, frameId: 0, isPrivate: true } as const;

    expect(recentOf(call())).toBeUndefined();
    expect(recentOf(call({ state: ended, origin }))).toBeUndefined();
    expect(recentOf(call({ state: ended, number: '' }))).toBeUndefined();
  });

  test('a name that is too long shows that it goes on', () => {
    const name = recentOf(call({ state: ended, name: 'Wolfeschlegelsteinhausen '.repeat(5) }))?.name ?? '';

    expect([...name]).toHaveLength(64);
    expect(name).toMatch(/…$/);
  });

  test('neither the page nor what the PBX called it', () => {
    const kept = recentOf(call({ state: ended, pbxId: 'x', pageUrl: 'https://crm.example.com/1', requestId: 'r' }));

    expect(JSON.stringify(kept)).not.toMatch(/crm|pbxId|requestId/);
  });
});

describe('the list', () => {
  test('has the newest first, whatever comes last', () => {
    const list = [3, 1, 2].reduce<readonly RecentCall[]>(
      (all, at) => withRecent(all, recent({ id: `${at}`, startedAt: at })),
      [],
    );

    expect(list.map(({ id }) => id)).toEqual(['3', '2', '1']);
  });

  test('has a call once; what is better known takes the place of a guess', () => {
    const list = withRecent(
      withRecent([], recent({ reason: 'unknown', confirmed: false })),
      recent({ reason: 'busy' }),
    );

    expect(list).toMatchObject([{ reason: 'busy', confirmed: true }]);
  });

  test('is bounded', () => {
    const full = Array.from({ length: MOST_RECENT }, (_, at) => recent({ id: `${at}`, startedAt: 10_000 - at }));

    const list = withRecent(full, recent({ id: 'new', startedAt: 20_000 }));

    expect(list).toHaveLength(MOST_RECENT);
    expect(list[0]?.id).toBe('new');
  });

  test('stored nonsense is left out', () => {
    expect(readRecentCalls([recent(), 1, null, { id: 'x' }, { ...recent(), startedAt: 'now' }])).toEqual([recent()]);
    expect(readRecentCalls('x')).toEqual([]);
  });
});

test('how often a number was called today counts no calls that were not placed, nor old ones', () => {
  const day = 86_400_000;
  const list = [
    recent({ id: 'a', startedAt: 2 * day }),
    recent({ id: 'b', startedAt: 2 * day - 1, placed: 'no' }),
    recent({ id: 'c', startedAt: 2 * day - 2 }),
    recent({ id: 'd', startedAt: 1 }),
    recent({ id: 'e', startedAt: 2 * day, direction: 'incoming' }),
  ];

  expect(calledLately(list, NUMBER, 2 * day + 1)).toMatchObject({ times: 2, last: { id: 'a' } });
  expect(calledLately(list, '+16175550199', 2 * day)).toBeUndefined();
});
