import type { EpochMs } from '../core/calls.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
const NO_BREAK_SPACE = '\u00a0';

/** How long a call has lasted: `0:07`, `12:34`, `1:02:03`. Never negative, whatever the clocks say. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const padded = [minutes, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return hours > 0 ? `${hours}:${padded}` : padded.replace(/^0/, '');
}

/** The duration as a machine and a screen reader read it: `PT1M5S`. */
export function isoDuration(ms: number): string {
  return `PT${Math.max(0, Math.floor(ms / SECOND_MS))}S`;
}

/** Time of day to the second, in the user's own way: `14:03:22`. */
export function formatClock(at: EpochMs, locale?: string, timeZone?: string): string {
  return formatAt(at, locale, {
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
}

/** The day of a call, as people say it: today, yesterday, then weekday and date. */
export function dayWords(at: EpochMs, locale?: string, now: EpochMs = Date.now()): string {
  const days = Math.round((midnightOf(at) - midnightOf(now)) / DAY_MS);
  if (days === 0 || days === -1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day');
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
  }
  const isOld = Math.abs(days) > 300;
  return formatAt(at, locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isOld ? { year: 'numeric' } : {}),
  });
}

/** True when both are on the same day where the user is. */
export function isSameDay(a: EpochMs, b: EpochMs): boolean {
  return midnightOf(a) === midnightOf(b);
}

function midnightOf(at: EpochMs): EpochMs {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Time of day to the minute, for lists: `14:03`. It is never broken over two lines. */
export function formatTime(at: EpochMs, locale?: string, timeZone?: string): string {
  return formatAt(at, locale, {
    hour: 'numeric',
    minute: '2-digit',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).replaceAll(' ', NO_BREAK_SPACE);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** To make a format takes the browser far longer than to write a time with it, and a list has hundreds of times. */
function formatAt(at: EpochMs, locale: string | undefined, options: Intl.DateTimeFormatOptions): string {
  // A format keeps the time zone it was made in; a computer that travels changes its own.
  const key = JSON.stringify([locale, options, new Date(at).getTimezoneOffset()]);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, format);
  return format.format(at);
}
