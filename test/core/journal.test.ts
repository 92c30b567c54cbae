import { describe, expect, test } from 'vitest';
import { entryOf, type JournalEntry, MOST_ENTRIES, redactNumber, withEntry } from '../../src/core/journal.ts';

describe('the journal', () => {
  test.each([
    ['+16175550142', '+…42'],
    ['2045', '…'],
    ['', '…'],
    ['sip:maya@example.com', '…'],
  ])('of %j it keeps %j', (number, kept) => {
    expect(redactNumber(number)).toBe(kept);
  });

  test('holds no number, no name, and of an error only its kind', () => {
    const dial = entryOf({ type: 'dial', id: '1', number: '+16175550142', dialled: '916175550142', name: 'Maya' }, 1);
    const report = entryOf(
      {
        type: 'report',
        report: { pbxId: 'p', number: '+16175550142', name: 'Maya', change: { to: 'ended', reason: 'busy' } },
      },
      2,
    );
    const lost = entryOf({ type: 'lost', error: { kind: 'unreachable', detail: 'https://pbx/?secret' }, jitter: 0 }, 3);

    expect([dial, report, lost]).toEqual([
      { at: 1, what: 'dial', detail: '+…42' },
      { at: 2, what: 'report', detail: 'ended busy' },
      { at: 3, what: 'lost', detail: 'unreachable' },
    ]);
  });

  test('is silent about ticks and bounded', () => {
    const one: JournalEntry = { at: 1, what: 'dial' };
    const full = Array.from({ length: MOST_ENTRIES }, () => one);

    expect(entryOf({ type: 'tick' }, 1)).toBeUndefined();
    expect(withEntry(full, { at: 2, what: 'lost' })).toHaveLength(MOST_ENTRIES);
    expect(withEntry(full, { at: 2, what: 'lost' }).at(-1)?.what).toBe('lost');
  });
});
