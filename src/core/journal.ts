import type { EpochMs } from './calls.ts';
import type { PbxError } from './connection.ts';
import type { AppEvent } from './update.ts';

/** One thing that happened, without anything that is nobody's business: no names, of numbers the last two digits, of errors the kind. */
export interface JournalEntry {
  readonly at: EpochMs;
  /** The kind of event, in the code's own words. */
  readonly what: string;
  readonly detail?: string;
  /** How long the PBX took to answer. */
  readonly tookMs?: number;
}

export const MOST_ENTRIES = 200;

/** The entry for an event; undefined for what happens all the time and says nothing. */
export function entryOf(event: AppEvent, at: EpochMs): JournalEntry | undefined {
  const detail = detailOf(event);
  if (detail === undefined) return undefined;
  return detail === '' ? { at, what: event.type } : { at, what: event.type, detail };
}

/** The journal with one more entry; the oldest goes. */
export function withEntry(journal: readonly JournalEntry[], entry: JournalEntry): readonly JournalEntry[] {
  return [...journal, entry].slice(-MOST_ENTRIES);
}

/** All digits of a number but the last two are hidden: `+16175550142` is `+…42`. */
export function redactNumber(number: string): string {
  const digits = number.replaceAll(/\D/g, '');
  return `${number.startsWith('+') ? '+' : ''}…${digits.length > 4 ? digits.slice(-2) : ''}`;
}

function detailOf(event: AppEvent): string | undefined {
  switch (event.type) {
    case 'woke':
    case 'account-changed':
    case 'retry':
      return event.hasAccount ? 'account' : 'no account';
    case 'opened':
      return [event.limit ? `limited: ${event.limit.kind}` : '', event.alive ? `${event.alive.length} live` : '']
        .filter(Boolean)
        .join(', ');
    case 'lost':
      return kindOf(event.error);
    case 'report': {
      const { change, direction } = event.report;
      const more = change.to === 'ringing' ? ` ${change.leg}` : change.to === 'ended' ? ` ${change.reason}` : '';
      return `${direction ?? ''} ${change.to}${more}`.trim();
    }
    case 'dial':
      return redactNumber(event.number);
    case 'dialled':
      return event.result.ok ? 'accepted' : `${event.result.error.placed}: ${kindOf(event.result.error.error)}`;
    case 'hung-up':
      return event.result.ok ? 'accepted' : kindOf(event.result.error);
    case 'hang-up':
      return '';
    case 'hold':
      return event.want;
    case 'transfer':
      return redactNumber(event.number);
    case 'hold-answered':
    case 'transfer-answered':
      return event.result.ok ? 'accepted' : `${event.result.error.placed}: ${kindOf(event.result.error.error)}`;
    default:
      return undefined;
  }
}

function kindOf(error: PbxError): string {
  return error.kind;
}
