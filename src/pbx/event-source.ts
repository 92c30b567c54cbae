import type { AccountField, AccountValues } from '../core/account.ts';
import type { PbxError } from '../core/connection.ts';
import type { Result } from '../core/result.ts';
import type { PbxPorts } from './adapter.ts';

/**
 * Where the events of a PBX come from that sends them to a server of the company and not to browsers. An adapter is given one; without it
 * calls are placed and not followed.
 */
export interface EventSource {
  /** What the account form asks for besides. */
  readonly fields: readonly AccountField[];
  /** Match patterns of the addresses it talks to; none: this account has no such source. */
  origins(account: AccountValues): readonly string[];
  /** Opens the line. Resolves once the last event of every live call was told. Never throws. */
  open(account: AccountValues, ports: PbxPorts, on: EventListener): Promise<Result<EventLine, PbxError>>;
}

/** Told by a line that is open; nothing after `close`. */
export interface EventListener {
  /** One event as the PBX wrote it, JSON read: a stranger's data. */
  event(event: unknown): void;
  /** The line is gone; said once. */
  lost(error: PbxError): void;
}

export interface EventLine {
  /** A question that is answered while events flow. */
  beat(): Promise<Result<void, PbxError>>;
  /** Safe to call twice. */
  close(): void;
}
