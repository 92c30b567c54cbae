import { askNight, type Night } from '../core/local-time.ts';
import type { Atlas } from '../phone/atlas.ts';
import { readInternational } from '../phone/number-plan.ts';
import { words } from './extension-api.ts';
import { nextTurn } from './slices.ts';

/** What is said of a country holds for this long: the time in words is one of minutes. */
const KEEP_MS = 60_000;

/**
 * Makes the teller: for an E.164 number what time it is there while people sleep there, in words; empty otherwise, and while that is not
 * known yet.
 * @param onTold - a number's words are others now than they were
 */
export function createNightTeller(atlas: Atlas, onTold: () => void): (e164: string) => string {
  const known = new Map<string, { readonly text: string; readonly at: number }>();

  async function ask(country: string, before: string, now: number): Promise<void> {
    known.set(country, { text: before, at: now });
    const zones = askNight(country, now);
    let step: IteratorResult<void, Night | undefined>;
    do {
      // The first time of all takes the browser dozens of milliseconds.
      await nextTurn();
      step = zones.next();
    } while (!step.done);
    const text = step.value ? tell(step.value, now) : '';
    if (text === before) return;
    known.set(country, { text, at: now });
    onTold();
  }

  return (e164) => {
    const country = readInternational(e164.slice(1), atlas)?.country;
    if (country === undefined) return '';
    const now = Date.now();
    const before = known.get(country);
    if (!before || now - before.at >= KEEP_MS) void ask(country, before?.text ?? '', now);
    return before?.text ?? '';
  };
}

function tell({ first, last }: Night, now: number): string {
  const [from = '', to = ''] = [first, last].map((timeZone) =>
    new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', timeZone }).format(now),
  );
  return from === to ? words('night_there', from) : words('night_between', from, to);
}
