import type { EpochMs } from './calls.ts';

/** The time zones of a country in which it is night everywhere. */
export interface Night {
  /** The one that is furthest behind, and the one that is furthest ahead; the same where there is one time only. */
  readonly first: string;
  readonly last: string;
}

/** From nine in the evening to seven in the morning. */
const NIGHT = { from: 21, to: 7 };
const MINUTES_PER_DAY = 1440;

/** The API has had two names, and some browsers have none of them. */
interface WithTimeZones {
  getTimeZones?(): readonly string[] | undefined;
  readonly timeZones?: readonly string[];
}

/**
 * Says when nobody in a country (ISO 3166-1 alpha-2) wants to be called: while it is night in all of its time zones. Undefined otherwise,
 * and where the browser does not know them.
 */
export function nightIn(country: string, now: EpochMs): Night | undefined {
  const zones = askNight(country, now);
  for (;;) {
    const { done, value } = zones.next();
    if (done) return value;
  }
}

/** The same zone by zone, with a pause after each: the browser takes milliseconds for one, and large countries have dozens. */
export function* askNight(country: string, now: EpochMs): Generator<void, Night | undefined, void> {
  const zones: { readonly zone: string; readonly offset: number }[] = [];
  for (const zone of zonesOf(country)) {
    const { hour, offset } = clockIn(zone, now);
    if (hour < NIGHT.from && hour >= NIGHT.to) return undefined;
    zones.push({ zone, offset });
    yield;
  }
  const [first, ...rest] = zones.sort((a, b) => a.offset - b.offset);
  if (!first) return undefined;
  const last = rest.at(-1) ?? first;
  return { first: first.zone, last: last.offset === first.offset ? first.zone : last.zone };
}

function zonesOf(country: string): readonly string[] {
  try {
    const locale = new Intl.Locale(`und-${country}`) as WithTimeZones;
    return locale.getTimeZones?.() ?? locale.timeZones ?? [];
  } catch {
    return [];
  }
}

function clockIn(timeZone: string, now: EpochMs): { readonly hour: number; readonly offset: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = format.formatToParts(now);
  const part = (type: 'hour' | 'minute') => Number(parts.find((piece) => piece.type === type)?.value ?? 0);
  const minutes = part('hour') * 60 + part('minute');
  const utc = Math.floor(now / 60_000) % MINUTES_PER_DAY;
  // The zones of the world reach from 12 hours behind to 14 hours ahead.
  const ahead = (((minutes - utc) % MINUTES_PER_DAY) + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  return { hour: part('hour'), offset: ahead > 14 * 60 ? ahead - MINUTES_PER_DAY : ahead };
}
