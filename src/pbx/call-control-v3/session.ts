import type { CallId, PbxCall, PbxCallId } from '../../core/calls.ts';
import { type Capabilities, type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure } from '../../core/update.ts';
import type { DialRequest, PbxNews, PbxPorts, PbxResponse, PbxSession } from '../adapter.ts';
import type { EventLine } from '../event-source.ts';
import { isWebPage, neverLeft } from '../frames.ts';
import type { ServiceCommands } from './commands.ts';
import { OwnLegs, readLegEvent } from './own-legs.ts';

/** With events: legs are known by id and can be hung up. `ACTIVE` only says that our own phone was picked up. */
export const FOLLOWED: Capabilities = {
  ...PLACE_ONLY,
  liveState: true,
  seesAnswer: false,
  hangUp: true,
  listCalls: true,
};

/** How long a leg is waited for after the service took a request, before that alone is the answer. */
const LEG_WITHIN_MS = 3_000;
/** A leg that cannot be hung up has ended by itself, and its event is on the way. */
const END_WITHIN_MS = 3_000;
/** The documents show extensions and E.164 and give no pattern. */
export const DIALABLE = /^\+?\d{2,20}$/;
const UNSUPPORTED: PbxError = { kind: 'unsupported', detail: '' };

export interface ServiceContext {
  readonly commands: ServiceCommands;
  readonly tenantId: string;
  readonly extension: string;
  readonly ports: PbxPorts;
  tell(news: PbxNews): void;
}

/** Call Control v3 as a session: places calls, and follows and hangs them up where events come in. */
export class ServiceSession implements PbxSession {
  readonly extension: string;
  limit?: PbxError;
  readonly #context: ServiceContext;
  readonly #legs: OwnLegs;
  readonly #waiters = new Set<(report: PbxCall) => void>();
  #line: EventLine | undefined;
  #isOver = false;
  #closedBy: PbxError = { kind: 'closed', detail: '' };

  constructor(context: ServiceContext) {
    this.#context = context;
    this.extension = context.extension;
    this.#legs = new OwnLegs(context.extension);
  }

  get capabilities(): Capabilities {
    return this.#line ? FOLLOWED : PLACE_ONLY;
  }

  /** For the source of events: its line is open, or why it is not. */
  follows(line: Result<EventLine, PbxError>): void {
    if (line.ok) this.#line = line.value;
    else this.limit = { kind: 'live-refused', detail: 'detail' in line.error ? line.error.detail : line.error.kind };
  }

  /** For the source of events. */
  heard(event: unknown): void {
    if (this.#isOver) return;
    const read = readLegEvent(event, this.#context);
    const report = read && this.#legs.take(read, this.#context.ports.now());
    if (!report) return;
    this.#context.tell({ type: 'report', report });
    for (const waiter of [...this.#waiters]) waiter(report);
  }

  /** The line of events or the login is gone. */
  lost(error: PbxError): void {
    if (this.#isOver) return;
    this.#closedBy = error;
    this.#finish();
    this.#context.tell({ type: 'lost', error });
  }

  async dial({ number, ref }: DialRequest): Promise<Result<DialAccepted, DialFailure>> {
    if (this.#isOver) return fail({ error: this.#closedBy, placed: 'no' });
    if (!DIALABLE.test(number)) {
      return fail({ error: { kind: 'number-refused', detail: 'an extension, or + and digits' }, placed: 'no' });
    }
    const { commands, ports } = this.#context;
    this.#legs.expect(ref, number, ports.now());
    const leg = this.#legOf(ref);
    const placed = this.#readPlaced(await commands.send('click-to-dial', { destination: number }));
    if (!placed.ok && placed.error.placed === 'no') this.#legs.forget(ref);
    if (!placed.ok || !this.#line) return placed;
    const pbxId = await leg;
    return ok(pbxId === undefined ? {} : { pbxId });
  }

  async hangUp(pbxId: PbxCallId): Promise<Result<void, PbxError>> {
    if (!this.#line) return fail(UNSUPPORTED);
    if (this.#isOver) return fail(this.#closedBy);
    // Only a leg of our own extension is ever named; one we have no live event of is over.
    if (!this.#legs.has(pbxId)) return ok(undefined);
    const ended = this.#endOf(pbxId);
    this.#legs.cleared(pbxId);
    const answer = await this.#context.commands.send('hangup', { call_leg_id: pbxId });
    if (!answer.ok) return answer;
    const { status } = answer.value;
    if (status >= 200 && status <= 299) return ok(undefined);
    // Refused since we take no part in it any more: the other side was faster, and its event tells so.
    if ((status === 403 || status === 404) && (await ended)) return ok(undefined);
    if (status === 403 || status === 404)
      return fail({ kind: 'not-allowed', detail: 'not, or no longer, part of this call' });
    return fail(this.#refused(answer.value));
  }

  async listCalls(): Promise<Result<readonly PbxCall[], PbxError>> {
    if (!this.#line) return fail(UNSUPPORTED);
    return this.#isOver ? fail(this.#closedBy) : ok(this.#legs.list());
  }

  async beat(): Promise<Result<void, PbxError>> {
    if (this.#isOver) return fail(this.#closedBy);
    // Without events there is no line that could be dead, and every request counts against the service's limit.
    return this.#line ? this.#line.beat() : ok(undefined);
  }

  close(): void {
    if (!this.#isOver) this.#finish();
  }

  #readPlaced(answer: Result<PbxResponse, PbxError>): Result<DialAccepted, DialFailure> {
    if (!answer.ok) {
      const isUnsent = neverLeft(answer.error) || answer.error.kind === 'rate-limited';
      return fail({ error: answer.error, placed: isUnsent ? 'no' : 'unknown' });
    }
    const response = answer.value;
    const { status } = response;
    if (status >= 200 && status <= 299) {
      return isWebPage(response)
        ? fail({ error: { kind: 'not-a-pbx', detail: 'a web page' }, placed: 'unknown' })
        : ok({});
    }
    if (status === 403) {
      const detail = `extension ${this.extension} does not belong to this login`;
      return fail({ error: { kind: 'not-allowed', detail }, placed: 'no' });
    }
    const error = this.#refused(response);
    if (status === 422) return fail({ error: { kind: 'number-refused', detail: detailOf(error) }, placed: 'no' });
    return fail({ error, placed: status >= 500 ? 'unknown' : 'no' });
  }

  #refused(response: PbxResponse): PbxError {
    const error = this.#context.commands.refusal(response);
    // A token that has run out cannot be renewed from here: somebody has to give a new one.
    if (error.kind === 'login-refused') this.lost(error);
    return error;
  }

  #legOf(ref: CallId): Promise<PbxCallId | undefined> {
    return this.#wait((report) => (report.ref === ref ? report.pbxId : undefined), LEG_WITHIN_MS);
  }

  #endOf(pbxId: PbxCallId): Promise<true | undefined> {
    return this.#wait((report) => (report.pbxId === pbxId && report.change.to === 'ended') || undefined, END_WITHIN_MS);
  }

  /** The first thing that is found in a report; undefined when none comes in time. */
  #wait<T>(find: (report: PbxCall) => T | undefined, limitMs: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const settle = (found: T | undefined) => {
        cancel();
        this.#waiters.delete(look);
        resolve(found);
      };
      const look = (report: PbxCall) => {
        const found = find(report);
        if (found !== undefined) settle(found);
      };
      const cancel = this.#context.ports.after(limitMs, () => settle(undefined));
      this.#waiters.add(look);
    });
  }

  #finish(): void {
    this.#isOver = true;
    this.#line?.close();
  }
}

function detailOf(error: PbxError): string {
  return 'detail' in error ? error.detail : '';
}
