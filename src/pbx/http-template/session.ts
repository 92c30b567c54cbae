import { type CallId, type EndReason, isSameNumber, type PbxCall, type PbxCallId } from '../../core/calls.ts';
import { type Capabilities, type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure, OpenCall } from '../../core/update.ts';
import type { DialRequest, PbxNews, PbxPorts, PbxResponse, PbxSession, PbxSocket } from '../adapter.ts';
import { asWord, isWebPage, neverLeft, readJson, refusalOf } from '../frames.ts';
import { plainWord, readPath } from './json-path.ts';
import { isAllowed, replaceIn } from './number-rule.ts';
import type { Profile, SocketTemplate, StateReading, StatusTemplate } from './profile.ts';
import { judge, TemplateRequests, writeFrame } from './requests.ts';
import type { Values } from './templates.ts';

const UNSUPPORTED: PbxError = { kind: 'unsupported', detail: '' };
const ANSWER_WITHIN_MS = 8_000;
/** One question that goes unanswered can be chance. */
const MOST_FAILED_POLLS = 2;
const MOST_EARLY = 100;
/** What is longer is no id, and not cut: that would name another call. */
const LONGEST_ID = 200;

interface Tracked {
  readonly ref: CallId;
  readonly number: string;
  readonly last: PbxCall['change'] | undefined;
  readonly hasTalked: boolean;
  readonly isCleared: boolean;
}

export interface TemplateContext {
  readonly profile: Profile;
  /** Extension, user and secret as the account has them. */
  readonly own: Values;
  readonly ports: PbxPorts;
  tell(news: PbxNews): void;
}

/** What a profile makes possible: only what it describes. */
export function capabilitiesOf(profile: Profile): Capabilities {
  const reading = profile.socket ?? profile.status;
  const changes = [...(reading?.stateMap.values() ?? [])];
  const tells = (leg: 'own-phone' | 'far-end') =>
    changes.some((change) => change.to === 'ringing' && change.leg === leg);
  return {
    ...PLACE_ONLY,
    liveState: reading !== undefined,
    seesFarEnd: tells('own-phone') && tells('far-end'),
    hangUp: profile.hangup !== undefined,
    ...(profile.rateLimit ? { placeLimit: profile.rateLimit } : {}),
  };
}

/** A PBX as a profile describes it. */
export class TemplateSession implements PbxSession {
  readonly capabilities: Capabilities;
  limit?: PbxError;
  readonly #context: TemplateContext;
  readonly #requests: TemplateRequests;
  readonly #calls = new Map<PbxCallId, Tracked>();
  readonly #polls = new Map<PbxCallId, () => void>();
  readonly #waiters = new Set<(isHeard: boolean) => void>();
  /** Frames that named no call of ours while a request was under way: the news may be faster than the answer. */
  #early: string[] = [];
  #dialling = 0;
  #socket: PbxSocket | undefined;
  #cancelKeepalive = () => {};
  #failedPolls = 0;
  #isOver = false;
  #closedBy: PbxError = { kind: 'closed', detail: '' };

  constructor(context: TemplateContext) {
    this.#context = context;
    this.#requests = new TemplateRequests(context.profile, context.ports);
    this.capabilities = capabilitiesOf(context.profile);
  }

  /** Opens the event socket, where the profile has one. */
  async listen(): Promise<Result<void, PbxError>> {
    const { profile, own, ports } = this.#context;
    const { socket } = profile;
    if (!socket) return ok(undefined);
    const opened = await ports.openSocket(
      this.#requests.socketUrl(socket.path, own),
      {
        message: (text) => this.#hear(text, socket),
        closed: (code) => this.#lose({ kind: 'closed', detail: `code ${code}` }),
      },
      socket.subprotocol,
    );
    if (!opened.ok) return opened;
    this.#socket = opened.value;
    for (const frame of socket.firstFrames) opened.value.send(writeFrame(frame, own));
    this.#keepAlive(socket.keepalive);
    return ok(undefined);
  }

  async dial(request: DialRequest): Promise<Result<DialAccepted, DialFailure>> {
    if (this.#isOver) return fail({ error: this.#closedBy, placed: 'no' });
    const { profile, own } = this.#context;
    const { number, ref, name = '', canonical = number } = request;
    const national = await this.#national(canonical);
    if (!national.ok) return fail({ error: national.error, placed: 'no' });
    const written = this.#write(request, national.value);
    if (!isAllowed(written, profile.numberRule)) {
      return fail({
        error: { kind: 'number-refused', detail: `${written}: the profile does not allow it` },
        placed: 'no',
      });
    }
    const values: Values = {
      ...own,
      number: written,
      e164: canonical,
      digits: canonical.replace(/^\+/, ''),
      national: national.value,
      raw: canonical,
      name,
      uuid: ref,
      timestamp: String(Math.floor(this.#context.ports.now() / 1000)),
    };
    this.#dialling += 1;
    const placed = this.#readPlaced(ref, await this.#requests.send(profile.place, values));
    this.#dialling -= 1;
    if (placed.ok && placed.value.pbxId !== undefined) this.#track(placed.value.pbxId, ref, written);
    const early = this.#early;
    this.#early = [];
    for (const text of early) if (profile.socket) this.#hear(text, profile.socket);
    return placed;
  }

  async hangUp(pbxId: PbxCallId): Promise<Result<void, PbxError>> {
    const { profile, own } = this.#context;
    if (!profile.hangup) return fail(UNSUPPORTED);
    if (this.#isOver) return fail(this.#closedBy);
    const call = this.#calls.get(pbxId);
    // Only what was placed from here is ever named; what is not known any more is over.
    if (!call) return ok(undefined);
    this.#calls.set(pbxId, { ...call, isCleared: true });
    const answer = await this.#requests.send(profile.hangup, {
      ...own,
      callId: pbxId,
      number: call.number,
      uuid: call.ref,
    });
    if (!answer.ok) return answer;
    const response = answer.value;
    if (judge(profile.hangup, response) === 'yes' || this.#isGone(response)) {
      if (this.capabilities.liveState) this.#pollSoon(pbxId);
      else this.#calls.delete(pbxId);
      return ok(undefined);
    }
    return fail(this.#refused(response));
  }

  async listCalls(): Promise<Result<readonly PbxCall[], PbxError>> {
    return fail(UNSUPPORTED);
  }

  follow(calls: readonly OpenCall[]): void {
    for (const { pbxId, ref, number } of calls) this.#track(pbxId, ref, number);
  }

  async beat(): Promise<Result<void, PbxError>> {
    if (this.#isOver) return fail(this.#closedBy);
    const { profile, own } = this.#context;
    const keepalive = profile.socket?.keepalive;
    if (this.#socket && keepalive) {
      const heard = this.#heardWithin(ANSWER_WITHIN_MS);
      if (!this.#socket.send(writeFrame(keepalive.frame, own))) return fail({ kind: 'closed', detail: '' });
      if (!keepalive.isAnswered) return ok(undefined);
      return (await heard)
        ? ok(undefined)
        : fail(this.#isOver ? this.#closedBy : { kind: 'timeout', afterMs: ANSWER_WITHIN_MS });
    }
    const [pbxId] = this.#calls.keys();
    // A call is the only thing this PBX can be asked about.
    if (!profile.status || pbxId === undefined) return ok(undefined);
    const asked = this.#ask(pbxId, profile.status);
    return this.#within(asked, ANSWER_WITHIN_MS);
  }

  close(): void {
    if (!this.#isOver) this.#finish();
  }

  /** The number as the profile's rule writes it. */
  #write({ number, canonical = number }: DialRequest, national: string): string {
    const { numberRule } = this.#context.profile;
    const { form } = numberRule;
    const formed =
      form === undefined
        ? number
        : form === 'national'
          ? national
          : form === 'digits'
            ? canonical.replace(/^\+/, '')
            : canonical;
    return replaceIn(formed, numberRule);
  }

  /** As dialled inside the country where the profile asks for that, the number itself elsewhere. */
  async #national(canonical: string): Promise<Result<string, PbxError>> {
    const { uses, numberRule } = this.#context.profile;
    const isNeeded = uses.has('national') || numberRule.form === 'national';
    return isNeeded ? this.#context.ports.toNational(canonical) : ok(canonical);
  }

  #readPlaced(ref: CallId, answer: Result<PbxResponse, PbxError>): Result<DialAccepted, DialFailure> {
    if (!answer.ok) {
      const isUnsent = neverLeft(answer.error) || answer.error.kind === 'rejected';
      return fail({ error: answer.error, placed: isUnsent ? 'no' : 'unknown' });
    }
    const { place, hangup, status, socket } = this.#context.profile;
    const response = answer.value;
    switch (judge(place, response)) {
      case 'yes': {
        const told = place.callIdPath ? asWord(readPath(readJson(response.body), place.callIdPath)) : undefined;
        // Where the PBX names no id of its own, the one we have sent stands for the call, as far as one is needed at all.
        const needsId = hangup !== undefined || status !== undefined || socket !== undefined;
        const named = (told?.length ?? 0) > LONGEST_ID ? undefined : told;
        const pbxId = place.callIdPath ? named : needsId ? ref : undefined;
        return ok(pbxId === undefined ? {} : { pbxId });
      }
      case 'unclear':
        return fail({
          error: isWebPage(response)
            ? { kind: 'not-a-pbx', detail: 'a web page' }
            : { kind: 'rejected', detail: 'not the answer the profile expects' },
          placed: 'unknown',
        });
      case 'no': {
        const isOk = response.status >= 200 && response.status <= 299;
        if (isOk) return fail({ error: { kind: 'rejected', detail: 'the answer says no' }, placed: 'no' });
        return fail({ error: this.#refused(response), placed: response.status >= 500 ? 'unknown' : 'no' });
      }
    }
  }

  #refused(response: PbxResponse): PbxError {
    const { status } = response;
    const detail = `HTTP ${status}`;
    if (status === 404) return { kind: 'not-a-pbx', detail };
    if (status === 422) return { kind: 'number-refused', detail };
    if (status >= 200 && status <= 299) return { kind: 'rejected', detail: 'not the answer the profile expects' };
    const error = refusalOf(response, this.#context.ports.now());
    if (error.kind === 'login-refused') this.#lose(error);
    return error;
  }

  #track(pbxId: PbxCallId, ref: CallId, number: string): void {
    if (this.#isOver) return;
    this.#calls.set(pbxId, { ref, number, last: undefined, hasTalked: false, isCleared: false });
    this.#pollLater(pbxId);
  }

  #pollLater(pbxId: PbxCallId, afterMs?: number): void {
    const { profile, ports } = this.#context;
    const { status } = profile;
    this.#polls.get(pbxId)?.();
    if (!status || this.#isOver || !this.#calls.has(pbxId)) return;
    this.#polls.set(
      pbxId,
      ports.after(
        afterMs ?? status.intervalMs,
        () => void this.#ask(pbxId, status).then((asked) => this.#pollLater(pbxId, pauseIn(asked))),
      ),
    );
  }

  #pollSoon(pbxId: PbxCallId): void {
    this.#pollLater(pbxId, 0);
  }

  /** Asks how one call stands. The second question in a row that is not answered ends the line. */
  async #ask(pbxId: PbxCallId, status: StatusTemplate): Promise<Result<void, PbxError>> {
    const call = this.#calls.get(pbxId);
    if (!call) return ok(undefined);
    const answer = await this.#requests.send(status, {
      ...this.#context.own,
      callId: pbxId,
      uuid: call.ref,
      number: call.number,
    });
    if (this.#isOver) return fail(this.#closedBy);
    const error = this.#readStatus(pbxId, answer, status);
    if (!error) {
      this.#failedPolls = 0;
      return ok(undefined);
    }
    this.#failedPolls += 1;
    const isSure = error.kind === 'login-refused' || error.kind === 'permission-missing';
    if ((isSure || this.#failedPolls >= MOST_FAILED_POLLS) && error.kind !== 'rate-limited') this.#lose(error);
    return fail(error);
  }

  #readStatus(pbxId: PbxCallId, answer: Result<PbxResponse, PbxError>, status: StatusTemplate): PbxError | undefined {
    if (!answer.ok) return answer.error;
    const response = answer.value;
    if (status.goneStatus.includes(response.status)) {
      this.#report(pbxId, { to: 'ended', reason: 'unknown' });
      return undefined;
    }
    if (judge(status, response) !== 'yes') return this.#refused(response);
    const said = readJson(response.body);
    // Half an answer says nothing of the call, not even that it lives.
    if (said === undefined) return { kind: 'protocol', detail: 'no JSON' };
    this.#report(pbxId, changeIn(said, status));
    return undefined;
  }

  #isGone(response: PbxResponse): boolean {
    return (this.#context.profile.status?.goneStatus ?? [404]).includes(response.status);
  }

  #hear(text: string, socket: SocketTemplate): void {
    if (this.#isOver) return;
    for (const waiter of [...this.#waiters]) waiter(true);
    const frame = readJson(text);
    const named = asWord(readPath(frame, socket.match));
    if (named === undefined) return;
    const found =
      [...this.#calls].find(([id]) => id === named) ??
      [...this.#calls].find(([, call]) => isSameNumber(named, call.number));
    if (found) this.#report(found[0], changeIn(frame, socket));
    else if (this.#dialling > 0 && this.#early.length < MOST_EARLY) this.#early.push(text);
  }

  #report(pbxId: PbxCallId, change: PbxCall['change']): void {
    const call = this.#calls.get(pbxId);
    if (!call || JSON.stringify(call.last) === JSON.stringify(change)) return;
    const hasTalked = call.hasTalked || change.to === 'talking' || change.to === 'held';
    this.#calls.set(pbxId, { ...call, last: change, hasTalked });
    if (change.to === 'ended') {
      this.#polls.get(pbxId)?.();
      this.#calls.delete(pbxId);
    }
    const told: PbxCall['change'] =
      change.to === 'ended' ? { ...change, reason: reasonOf(change.reason, call) } : change;
    const report: PbxCall = { pbxId, ref: call.ref, number: call.number, direction: 'outgoing', change: told };
    this.#context.tell({ type: 'report', report });
  }

  #keepAlive(keepalive: SocketTemplate['keepalive']): void {
    if (!keepalive || this.#isOver) return;
    const { own, ports } = this.#context;
    this.#cancelKeepalive = ports.after(keepalive.everyMs, () => {
      this.#socket?.send(writeFrame(keepalive.frame, own));
      this.#keepAlive(keepalive);
    });
  }

  #heardWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isHeard: boolean) => {
        cancel();
        this.#waiters.delete(done);
        resolve(isHeard);
      };
      const cancel = this.#context.ports.after(ms, () => done(false));
      this.#waiters.add(done);
    });
  }

  #within(answer: Promise<Result<void, PbxError>>, ms: number): Promise<Result<void, PbxError>> {
    return new Promise((resolve) => {
      const cancel = this.#context.ports.after(ms, () => resolve(fail({ kind: 'timeout', afterMs: ms })));
      void answer.then((result) => {
        cancel();
        resolve(result);
      });
    });
  }

  #lose(error: PbxError): void {
    if (this.#isOver) return;
    this.#closedBy = error;
    this.#finish();
    this.#context.tell({ type: 'lost', error });
  }

  #finish(): void {
    this.#isOver = true;
    this.#cancelKeepalive();
    for (const cancel of this.#polls.values()) cancel();
    for (const waiter of [...this.#waiters]) waiter(false);
    this.#socket?.close();
  }
}

/** How long to leave the PBX alone, where it asks for that. */
function pauseIn(asked: Result<void, PbxError>): number | undefined {
  return asked.ok || asked.error.kind !== 'rate-limited' ? undefined : asked.error.retryAfterMs;
}

/** What the PBX's word means; a word the profile does not know says only that the call lives. */
function changeIn(value: unknown, { statePath, stateMap }: StateReading): PbxCall['change'] {
  const word = plainWord(readPath(value, statePath));
  return (word === undefined ? undefined : stateMap.get(word)) ?? { to: 'alive' };
}

function reasonOf(reason: EndReason, { isCleared, hasTalked }: Tracked): EndReason {
  if (reason !== 'unknown' || !isCleared) return reason;
  return hasTalked ? 'completed' : 'cancelled';
}
