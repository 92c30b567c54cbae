import { type DestinationStream, type Logger, pino } from 'pino';

/** What the relay writes: one JSON object a line. Only words of our own and counts go in: never a number, name, token or address line. */
export type RelayLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** @param to - where lines go; standard output unless told otherwise */
export function createLog(level: string, to?: DestinationStream): RelayLog {
  // Host name and process id say nothing that the service manager does not add.
  const options = { level, base: { service: 'pagedial-relay' } };
  return to ? pino(options, to) : pino(options);
}
