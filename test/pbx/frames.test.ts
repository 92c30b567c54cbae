import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/pbx/frames.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const HERE = 'Thu, 01 Jan 2026 12:00:00 GMT';

test.each([
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['an HTTP date', { 'retry-after': 'Thu, 01 Jan 2026 12:00:09 GMT' }, 9_000],
  ['a day at most', { 'retry-after': '999999' }, 86_400_000],
  ['30 s for a negative time', { 'retry-after': '-5' }, 30_000],
  ['30 s for a date that has passed', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 30_000],
  ['30 s where nothing is said', {}, 30_000],
  ['the time the limit starts anew', { 'x-ratelimit-reset': String(NOW / 1000 + 12) }, 12_000],
  ['seconds before that time', { 'retry-after': '7', 'x-ratelimit-reset': String(NOW / 1000 + 12) }, 7_000],
  ['30 s for nonsense', { 'retry-after': 'soon', 'x-ratelimit-reset': 'later' }, 30_000],
])('a pause is %s', (_name, headers, wait) => {
  expect(retryAfterMs({ status: 429, headers, body: '' }, NOW)).toBe(wait);
});

test.each([
  ['fast', -600_000],
  ['slow', 600_000],
])('a pause until a time of day is right where our own clock runs %s', (_name, skew) => {
  const pause = (headers: Readonly<Record<string, string>>) =>
    retryAfterMs({ status: 429, headers: { date: HERE, ...headers }, body: '' }, NOW - skew);

  expect(pause({ 'retry-after': 'Thu, 01 Jan 2026 12:00:09 GMT' })).toBe(9_000);
  expect(pause({ 'x-ratelimit-reset': String(NOW / 1000 + 12) })).toBe(12_000);
});
