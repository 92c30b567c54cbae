import type { AccountValues, FieldChoice, FieldChoices } from '../../core/account.ts';
import type { PbxCall } from '../../core/calls.ts';
import { type Capabilities, type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import type { RelayCall } from '../../core/relay-frames.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure, OpenCall } from '../../core/update.ts';
import type { DialRequest, PbxNews, PbxPorts, PbxResponse, PbxSession } from '../adapter.ts';
import { asObject, asWord, isWebPage, type Json, readJson, refusalOf } from '../frames.ts';
import type { RelayLine, RelayListener } from '../relay/line.ts';
import { dataOf, type ZorioApi } from './api.ts';
import { CallRecords, RECORD_WITHIN_MS } from './call-records.ts';
import { callBody } from './call-request.ts';
import { TOKEN } from './login.ts';
import { OwnCalls } from './own-calls.ts';
import { readPlaced } from './placed.ts';

/** What the REST API gives. Events are webhooks, which no browser can receive; there is no way to hang up. */
export const ZORIO: Capabilities = { ...PLACE_ONLY, placeLimit: { count: 10, perMs: 60_000 } };

/** With the company's relay the webhooks are seen: both legs, and calls that come in. There still is no way to hang up. */
export const ZORIO_FOLLOWED: Capabilities = { ...ZORIO, liveState: true, seesFarEnd: true, listCalls: true };

/** A token refused this soon after its login will be refused after the next login, too. */
const RENEW_AFTER_MS = 5 * 60_000;

/** What a session needs to know of its surroundings. */
export interface ZorioContext {
  readonly account: AccountValues;
  readonly api: ZorioApi;
  readonly ports: PbxPorts;
  tell(news: PbxNews): void;
  /** When user name and password got this token: `before` for one kept from an earlier session, undefined for a token of the user's. */
  readonly loggedIn?: number | 'before';
}

/** Zorio's REST API as a session: places calls, and tells from the call records how they ended; with a relay, how they go on. */
export class ZorioSession implements PbxSession, RelayListener {
  readonly extension: string;
  limit?: PbxError;
  readonly #context: ZorioContext;
  readonly #records: CallRecords;
  readonly #calls = new OwnCalls();
  #line: RelayLine | undefined;
  /** The relay's first snapshot, until the calls of earlier sessions are known. */
  #early: readonly RelayCall[] = [];
  #isOver = false;
  #pausedUntil = 0;
  #registered: boolean | undefined;
  /** False once the PBX has said that this user may not ask how an extension stands. */
  #maySeeExtension = true;

  constructor(context: ZorioContext) {
    this.#context = context;
    this.extension = (context.account.extension ?? '').trim();
    this.#records = new CallRecords({
      ports: context.ports,
      read: (path) => this.#read(path),
      tell: (report) => {
        this.#calls.ended(report.pbxId);
        context.tell({ type: 'report', report });
      },
    });
  }

  get capabilities(): Capabilities {
    return this.#line ? ZORIO_FOLLOWED : ZORIO;
  }

  /** The relay's line is open, or why it is not. */
  follows(line: Result<RelayLine, PbxError>): void {
    if (line.ok) this.#line = line.value;
    else this.limit = line.error;
  }

  /** For the relay's line. */
  snapshot(calls: readonly RelayCall[]): void {
    if (!this.#line) this.#early = calls;
    else {
      this.#report(this.#calls.endAllBut(calls));
      for (const call of calls) this.change(call);
    }
  }

  /** For the relay's line. */
  change(call: RelayCall): void {
    if (this.#isOver) return;
    const report = this.#calls.take(call, this.#context.ports.now());
    if (report) this.#report([report]);
  }

  /** For the relay's line. */
  lost(error: PbxError): void {
    if (this.#isOver) return;
    this.close();
    this.#context.tell({ type: 'lost', error });
  }

  async dial(request: DialRequest): Promise<Result<DialAccepted, DialFailure>> {
    if (this.#isOver) return fail({ error: { kind: 'closed', detail: '' }, placed: 'no' });
    const { account, api, ports } = this.#context;
    const body = callBody(account, request);
    if (!body.ok) return fail({ error: body.error, placed: 'no' });
    this.#takeEarly();
    this.#calls.asked();
    const answer = await api.post('/api/pbx/calls/click-to-call', body.value);
    const isRefused = answer.ok && answer.value.status === 401;
    const placed = isRefused
      ? fail<DialFailure>({ error: this.#lose(), placed: 'no' })
      : readPlaced(answer, api, ports.now());
    const accepted = placed.ok ? placed.value : placed.error.placed === 'no' ? 'refused' : 'lost';
    this.#report(this.#calls.answered(request.ref, request.number, accepted, ports.now()));
    if (!placed.ok || placed.value.pbxId === undefined) return placed;
    this.#records.expect(placed.value.pbxId, ports.now());
    return ok({ ...placed.value, recordWithinMs: RECORD_WITHIN_MS });
  }

  hangUp(): Promise<Result<void, PbxError>> {
    return this.#unsupported();
  }

  async listCalls(): Promise<Result<readonly PbxCall[], PbxError>> {
    if (!this.#line || this.#isOver) return this.#unsupported();
    this.#takeEarly();
    return ok(this.#calls.list());
  }

  follow(calls: readonly OpenCall[]): void {
    for (const call of calls) {
      this.#calls.follow(call);
      this.#records.expect(call.pbxId, call.startedAt);
    }
  }

  async choices(): Promise<Result<FieldChoices, PbxError>> {
    const answer = await this.#read('/api/pbx/caller-ids');
    if (!answer.ok) return answer;
    if (answer.value.status !== 200) return fail(refusalOf(answer.value, this.#context.ports.now()));
    return ok({
      callerId: listIn(readJson(answer.value.body))
        .map(readCallerId)
        .filter((choice) => choice !== undefined),
    });
  }

  /** Asks how our own extension stands, which is news and proof of life in one. */
  async beat(): Promise<Result<void, PbxError>> {
    const [line, login] = await Promise.all([this.#line?.beat() ?? ok(undefined), this.#beatLogin()]);
    return line.ok ? login : line;
  }

  async #beatLogin(): Promise<Result<void, PbxError>> {
    if (this.#isOver) return fail({ kind: 'closed', detail: '' });
    if (!this.#maySeeExtension) return this.#alive(await this.#read('/api/auth/me'));
    const answer = await this.#read(extensionPath(this.extension));
    if (answer.ok) this.hearOfPhone(answer.value);
    return this.#alive(answer);
  }

  /** Takes the PBX's answer about our own extension. */
  hearOfPhone(answer: PbxResponse): void {
    if (answer.status === 403) this.#maySeeExtension = false;
    if (answer.status === 200) this.#see(dataOf(answer));
  }

  /** Whether the PBX sees a phone signed in for our extension; undefined when it does not say. */
  get isPhoneRegistered(): boolean | undefined {
    return this.#registered;
  }

  close(): void {
    this.#isOver = true;
    this.#records.close();
    this.#line?.close();
  }

  #takeEarly(): void {
    const early = this.#early;
    this.#early = [];
    for (const call of early) this.change(call);
  }

  #report(reports: readonly PbxCall[]): void {
    if (this.#isOver) return;
    for (const report of reports) {
      if (report.change.to === 'ended') this.#records.forget(report.pbxId);
      this.#context.tell({ type: 'report', report });
    }
  }

  #see(extension: Json | undefined): void {
    const word = asWord(extension?.sip_registration)?.toLowerCase();
    const registered = word === 'registered' ? true : word === 'unregistered' ? false : undefined;
    if (registered === undefined || registered === this.#registered) return;
    this.#registered = registered;
    this.#context.tell({ type: 'presence', people: [{ extension: this.extension, isOwn: true, registered }] });
  }

  /** Every read but those of the login: keeps the pauses the PBX asks for, and notices when the token is refused. */
  async #read(path: string): Promise<Result<PbxResponse, PbxError>> {
    const { api, ports } = this.#context;
    const wait = this.#pausedUntil - ports.now();
    if (wait > 0) return fail({ kind: 'rate-limited', retryAfterMs: wait });
    const answer = await api.get(path);
    if (!answer.ok || this.#isOver) return answer;
    if (answer.value.status === 401) return fail(this.#lose());
    const refusal = refusalOf(answer.value, ports.now());
    if (answer.value.status < 400 || refusal.kind !== 'rate-limited') return answer;
    this.#pausedUntil = ports.now() + refusal.retryAfterMs;
    return fail(refusal);
  }

  #alive(answer: Result<PbxResponse, PbxError>): Result<void, PbxError> {
    if (!answer.ok) return answer;
    if (isWebPage(answer.value)) return fail({ kind: 'not-a-pbx', detail: 'a web page' });
    return answer.value.status < 500 ? ok(undefined) : fail(refusalOf(answer.value, this.#context.ports.now()));
  }

  /** The token is refused. One that a login has got is got anew by connecting again, unless the last login is too young to help. */
  #lose(): PbxError {
    const { loggedIn, ports, tell } = this.#context;
    const isRenewable = loggedIn === 'before' || (loggedIn !== undefined && ports.now() - loggedIn >= RENEW_AFTER_MS);
    const error: PbxError = { kind: isRenewable ? 'closed' : 'login-refused', detail: 'HTTP 401' };
    if (this.#isOver) return error;
    this.close();
    if (loggedIn !== undefined) tell({ type: 'remember', values: {}, secrets: { [TOKEN]: '' } });
    tell({ type: 'lost', error });
    return error;
  }

  #unsupported(): Promise<Result<never, PbxError>> {
    return Promise.resolve(fail({ kind: this.#isOver ? 'closed' : 'unsupported', detail: '' }));
  }
}

/** Where the PBX says how an extension stands. */
export function extensionPath(extension: string): string {
  return `/api/pbx/extensions/${encodeURIComponent(extension)}`;
}

/** The first list in an answer: by itself, under `data`, or a page inside that. */
function listIn(body: unknown, depth = 0): readonly unknown[] {
  if (Array.isArray(body)) return body;
  const object = asObject(body);
  if (!object || depth > 1) return [];
  if (object.data !== undefined) return listIn(object.data, depth + 1);
  return Object.values(object).find((value): value is readonly unknown[] => Array.isArray(value)) ?? [];
}

/** A caller id as text or as an object; the vendor does not print which. */
function readCallerId(entry: unknown): FieldChoice | undefined {
  const object = asObject(entry);
  const named = Object.entries(object ?? {}).filter(([key]) => /number|phone|caller|did|value/i.test(key));
  const values = object ? named.map(([, value]) => value) : [entry];
  const value = values.map(asWord).find((word) => word !== undefined && /^[0-9+]{3,32}$/.test(word));
  if (value === undefined) return undefined;
  const name = asWord(object?.name) ?? asWord(object?.label) ?? asWord(object?.description);
  return { value, label: name === undefined ? value : `${name.slice(0, 60)} (${value})` };
}
