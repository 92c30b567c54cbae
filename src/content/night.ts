import { nightIn } from '../core/local-time.ts';
import type { Atlas } from '../phone/atlas.ts';
import { readInternational } from '../phone/number-plan.ts';
import { words } from './extension-api.ts';

/** What is said of a country holds for this long: the time in words is one of minutes. */
const KEEP_MS = 60_000;

/** Makes the teller: for an E.164 number what time it is there while people sleep there, in words; empty otherwise. */
export function createNightTeller(atlas: Atlas): (e164: string) => string {
  const known = new Map<string, { readonly text: string; readonly at: number }>();

  function tell(country: string, now: number): string {
    const night = nightIn(country, now);
    if (!night) return '';
    const [first = '', last = ''] = [night.first, night.last].map((timeZone) =>
      new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', timeZone }).format(now),
    );
    return first === last ? words('night_there', first) : words('night_between', first, last);
  }

  return (e164) => {
    const country = readInternational(e164.slice(1), atlas)?.country;
    if (country === undefined) return '';
    const now = Date.now();
    const before = known.get(country);
    if (before && now - before.at < KEEP_MS) return before.text;
    const text = tell(country, now);
    known.set(country, { text, at: now });
    return text;
  };
}
