import { entryOf, type JournalEntry, withEntry } from '../core/journal.ts';
import type { AppEvent } from '../core/update.ts';
import type { Clock } from './clock.ts';

export interface JournalParts {
  readonly clock: Clock;
  load(): Promise<readonly JournalEntry[]>;
  save(journal: readonly JournalEntry[]): Promise<void>;
}

/** What happened last, for the diagnostics page. In memory only. */
export interface Journal {
  note(event: AppEvent): void;
}

const SAVE_AFTER_MS = 500;

/** Notes every event with the time its answer took. A journal that cannot be kept harms nothing. */
export function createJournal({ clock, load, save }: JournalParts): Journal {
  const askedAt = new Map<string, number>();
  const before = load().catch((): readonly JournalEntry[] => []);
  let fresh: readonly JournalEntry[] = [];
  let isWaiting = false;

  /** How long ago the event's question was asked, where it is an answer. */
  function measure(event: AppEvent, now: number): number | undefined {
    if (event.type === 'dial' || event.type === 'hang-up') askedAt.set(`${event.type} ${event.id}`, now);
    if (event.type !== 'dialled' && event.type !== 'hung-up') return undefined;
    const key = `${event.type === 'dialled' ? 'dial' : 'hang-up'} ${event.id}`;
    const at = askedAt.get(key);
    askedAt.delete(key);
    return at === undefined ? undefined : now - at;
  }

  async function write(): Promise<void> {
    isWaiting = false;
    const all = fresh.reduce(withEntry, await before);
    await save(all);
  }

  return {
    note(event) {
      const now = clock.now();
      const tookMs = measure(event, now);
      const entry = entryOf(event, now);
      if (!entry) return;
      fresh = withEntry(fresh, tookMs === undefined ? entry : { ...entry, tookMs });
      if (isWaiting) return;
      isWaiting = true;
      clock.after(SAVE_AFTER_MS, () => void write().catch(() => {}));
    },
  };
}
