import type { EpochMs } from '../core/calls.ts';
import type { Connection, PbxError } from '../core/connection.ts';
import { unreachable } from '../core/result.ts';
import { cleanText } from './clean-text.ts';
import type { Phrase } from './say.ts';
import { type ErrorAction, errorWords } from './words.ts';

/** What the popup's head says about the connection. */
export interface ConnectionView {
  readonly status: Phrase;
  readonly mood: 'good' | 'busy' | 'limited' | 'bad';
  /** Absent when all is well. */
  readonly trouble?: {
    readonly error: PbxError;
    readonly what: Phrase;
    readonly todo: Phrase;
    readonly action: ErrorAction;
    readonly retryAt?: EpochMs;
  };
}

const LONGEST_EXTENSION = 16;

/** The connection in words, with what is wrong and the one thing that helps. */
export function connectionView(connection: Connection): ConnectionView {
  switch (connection.status) {
    case 'off':
      return { status: ['connection_off'], mood: 'bad' };
    case 'connecting':
      return { status: [connection.attempt > 1 ? 'connection_again' : 'connection_connecting'], mood: 'busy' };
    case 'online': {
      const { limit, extension } = connection;
      if (limit) return { status: ['connection_limited'], mood: 'limited', trouble: troubleOf(limit) };
      return {
        status:
          extension === undefined
            ? ['connection_online']
            : ['connection_online_extension', cleanText(extension, LONGEST_EXTENSION)],
        mood: 'good',
      };
    }
    case 'waiting':
      return {
        status: ['connection_waiting'],
        mood: 'bad',
        trouble: {
          ...troubleOf(connection.error),
          // A PBX that asked for patience is not asked again before its time, whoever presses.
          action: connection.error.kind === 'rate-limited' ? 'none' : 'retry',
          retryAt: connection.retryAt,
        },
      };
    case 'blocked':
      return { status: ['connection_blocked'], mood: 'bad', trouble: troubleOf(connection.error) };
    default:
      return unreachable(connection);
  }
}

/** When the next attempt comes, as a sentence. */
export function retryWords(retryAt: EpochMs, now: EpochMs): Phrase {
  const seconds = Math.ceil((retryAt - now) / 1000);
  return seconds > 0 ? ['connection_retry_in', String(seconds)] : ['connection_retry_now'];
}

function troubleOf(error: PbxError): NonNullable<ConnectionView['trouble']> {
  return { error, ...errorWords(error) };
}
