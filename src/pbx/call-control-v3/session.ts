import type { CallId, PbxCall, PbxCallId } from '../../core/calls.ts';
import { type Capabilities, type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import type { RelayCall } from '../../core/relay-frames.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure } from '../../core/update.ts';
import type { DialRequest, PbxNews, PbxPorts, PbxResponse, PbxSession } from '../adapter.ts';
import { isWebPage, neverLeft, saysNo } from '../frames.ts';
import type { RelayLine, RelayListener } from '../relay/line.ts';
import type { ServiceCommands } from './commands.ts';
import { OwnLegs } from './own-legs.ts';

/** With a relay: legs are known by id and can be hung up. `ACTIVE` only says that our own phone was picked up. */
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
  readonly extension: string;
  readonly ports: PbxPorts;
  tell(news: PbxNews): void;
}

/** Call Control v3 as a session: places calls, and follows and hangs them up where a relay passes events on. */
export class ServiceSession implements PbxSession, RelayListener {
  readonly extension: string;
  limit?: PbxError;
  readonly #context: ServiceContext;
  readonly #legs: OwnLegs;
  readonly #waiters = new Set<(report: PbxCall) => void>();
  #line: RelayLine | undefined;
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

  /** The relay's line is open, or why it is not. */
  follows(line: Result<RelayLine, PbxError>): void {
    if (line.ok) this.#line = line.value;
    else this.limit = line.error;
  }

  /** For the relay's line. */
  snapshot(calls: readonly RelayCall[]): void {
    const there = new Set(calls.map(({ legId }) => legId));
    for (const report of this.#legs.endAllBut(there)) this.#tell(report);
    for (const call of calls) this.change(call);
  }

  /** For the relay's line. */
  change(call: RelayCall): void {
    if (this.#isOver) return;
    const report = this.#legs.take(call, this.#context.ports.now());
    if (report) this.#tell(report);
  }

  /** The relay's line or the login is gone. */
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
    const ready = await commands.ready();
    if (!ready.ok) return fail({ error: ready.error, placed: 'no' });
    this.#legs.expect(ref, number, ports.now());
    const leg = this.#legOf(ref);
    const answer = await commands.send('click-to-dial', { destination: number });
    const placed =
      answer.ok && answer.value.status === 401
        ? fail<DialFailure>({ error: await this.#tokenRefused(answer.value), placed: 'no' })
        : this.#readPlaced(answer);
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
    const { commands } = this.#context;
    let answer = await commands.send('hangup', { call_leg_id: pbxId });
    // To end what has ended does no harm, so a hang-up may be sent again; a call never is.
    if (answer.ok && answer.value.status === 401 && (await commands.renewToken())) {
      answer = await commands.send('hangup', { call_leg_id: pbxId });
    }
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
      // Refused by its own words, but taken by its status: which of them is true nobody knows.
      if (saysNo(response)) return fail({ error: this.#context.commands.refusal(response), placed: 'unknown' });
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
    if (error.kind === 'login-refused') this.lost(error);
    return error;
  }

  /** The token was refused: the relay may have a newer one, one that was typed somebody has to replace. */
  async #tokenRefused(response: PbxResponse): Promise<PbxError> {
    return (await this.#context.commands.renewToken())
      ? { kind: 'closed', detail: 'HTTP 401' }
      : this.#refused(response);
  }

  #tell(report: PbxCall): void {
    this.#context.tell({ type: 'report', report });
    for (const waiter of [...this.#waiters]) waiter(report);
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
