import { afterEach, expect, test } from 'vitest';
import { dayWords, formatTime, isSameDay } from '../../src/ui/time.ts';

const NOON = Date.UTC(2026, 5, 3, 12);
const timeZone = process.env.TZ;

afterEach(() => {
  if (timeZone === undefined) delete process.env.TZ;
  else process.env.TZ = timeZone;
});

test('a time is written in the zone the computer is in now, wherever it was before', () => {
  const written = ['UTC', 'Asia/Tokyo', 'UTC'].map((zone) => {
    process.env.TZ = zone;
    return formatTime(NOON, 'en-GB');
  });
  expect(written).toEqual(['12:00', '21:00', '12:00']);
});

test('what is the same day depends on where the user is', () => {
  const later = NOON + 4 * 3_600_000;
  process.env.TZ = 'UTC';
  expect(isSameDay(NOON, later)).toBe(true);
  process.env.TZ = 'Asia/Tokyo';
  expect(isSameDay(NOON, later)).toBe(false);
});

test('days are said as people say them', () => {
  process.env.TZ = 'UTC';
  const at = (days: number) => dayWords(NOON - days * 86_400_000, 'en-GB', NOON);
  expect([at(0), at(1), at(2), at(400)]).toEqual(['Today', 'Yesterday', 'Monday 1 June', 'Tuesday, 29 April 2025']);
});
