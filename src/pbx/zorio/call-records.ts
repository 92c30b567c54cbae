import type { EndReason, EpochMs, PbxCall, PbxCallId } from '../../core/calls.ts';
import type { PbxError } from '../../core/connection.ts';
import type { Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse } from '../adapter.ts';
import { asWord } from '../frames.ts';
import { reasonOf } from '../hangup-causes.ts';
import { dataOf } from './api.ts';

/** How long the record of a call is looked for. */
export const RECORD_WITHIN_MS = 4 * 60 * 60_000;
const LOOK_EVERY_MS = 20_000;
/** A call of an earlier session may have ended long ago. */
const FIRST_LOOK_MS = 1_000;
/** A call this old is no busy signal or missed call any more: it is looked at less often. */
const LONG_CALL_MS = 10 * 60_000;
const LOOK_AT_LONG_EVERY_MS = 60_000;
/** The API takes 60 requests a minute, and the line itself needs some. */
const MOST_AT_ONCE = 3;

/** What the records need of their session. */
export interface RecordsContext {
  readonly ports: PbxPorts;
  /** One read; what ends the session is the session's own business. */
  read(path: string): Promise<Result<PbxResponse, PbxError>>;
  tell(report: PbxCall): void;
}

/** Looks at the call records of our own calls until each has ended, and tells how. */
export class CallRecords {
  readonly #context: RecordsContext;
  readonly #open = new Map<PbxCallId, { readonly startedAt: EpochMs; dueAt: EpochMs }>();
  #cancel = () => {};
  #lookedAt: EpochMs = 0;
  #isOver = false;

  constructor(context: RecordsContext) {
    this.#context = context;
  }

  expect(pbxId: PbxCallId, startedAt: EpochMs): void {
    if (this.#isOver || this.#open.has(pbxId)) return;
    const dueAt = Math.max(startedAt + LOOK_EVERY_MS, this.#context.ports.now() + FIRST_LOOK_MS);
    this.#open.set(pbxId, { startedAt, dueAt });
    this.#plan();
  }

  /** Its end is known by other means. */
  forget(pbxId: PbxCallId): void {
    this.#open.delete(pbxId);
    if (!this.#isOver) this.#plan();
  }

  close(): void {
    this.#isOver = true;
    this.#open.clear();
    this.#cancel();
  }

  /** The next look: when a call is due, and never sooner after the last one than the API bears. */
  #plan(): void {
    this.#cancel();
    if (this.#open.size === 0) return;
    const due = Math.min(...[...this.#open.values()].map(({ dueAt }) => dueAt));
    const at = Math.max(due, this.#lookedAt + LOOK_EVERY_MS);
    this.#cancel = this.#context.ports.after(at - this.#context.ports.now(), () => void this.#look());
  }

  async #look(): Promise<void> {
    const now = this.#context.ports.now();
    this.#lookedAt = now;
    for (const [pbxId, { startedAt }] of this.#open) {
      if (now - startedAt >= RECORD_WITHIN_MS) this.#open.delete(pbxId);
    }
    const due = [...this.#open].filter(([, { dueAt }]) => dueAt <= now).sort((a, b) => a[1].dueAt - b[1].dueAt);
    for (const [pbxId, entry] of due.slice(0, MOST_AT_ONCE)) {
      const isLong = now - entry.startedAt >= LONG_CALL_MS;
      entry.dueAt = now + (isLong ? LOOK_AT_LONG_EVERY_MS : LOOK_EVERY_MS);
      await this.#lookAt(pbxId);
    }
    this.#plan();
  }

  async #lookAt(pbxId: PbxCallId): Promise<void> {
    const answer = await this.#context.read(`/api/pbx/cdr/${encodeURIComponent(pbxId)}`);
    if (this.#isOver || !answer.ok) return;
    // Records are not for every user.
    if (answer.value.status === 403) return this.close();
    const ended = answer.value.status === 200 ? readRecord(answer.value) : undefined;
    if (!ended) return;
    this.#open.delete(pbxId);
    this.#context.tell({ pbxId, change: { to: 'ended', ...ended } });
  }
}

/**
 * How a call ended, as its record says; undefined while there is none.
 * Source: the vendor's page on call records; the list of results there is not complete
 */
export function readRecord(
  response: PbxResponse,
): { readonly reason: EndReason; readonly talkedMs?: number } | undefined {
  const record = dataOf(response);
  // A record that is begun before its call has ended says so.
  if (record?.end_time === null) return undefined;
  if (!record || (asWord(record.end_time) === undefined && asWord(record.result) === undefined)) return undefined;
  const seconds = Number(asWord(record.billsec) ?? 0);
  const talkedMs = seconds > 0 ? { talkedMs: seconds * 1000 } : {};
  return { reason: readResult(asWord(record.result), seconds), ...talkedMs };
}

/** A record's result or a cause of hanging up, in our words. @param seconds - how long was talked */
export function readResult(result: string | undefined, seconds: number): EndReason {
  const word = (result ?? '')
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
  if (/^(answer(ed)?|completed|success)$/.test(word) || seconds > 0) return 'completed';
  if (/^(no ?answer(ed)?|not answered|unanswered|missed)$/.test(word)) return 'no-answer';
  if (/^(user )?busy$/.test(word)) return 'busy';
  if (/^cancell?ed$/.test(word)) return 'cancelled';
  if (/^(rejected|declined)$/.test(word)) return 'rejected';
  if (word === '') return 'unknown';
  return reasonOf(word.toUpperCase().replaceAll(' ', '_'));
}
