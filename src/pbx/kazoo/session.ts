import type { FieldChoices } from '../../core/account.ts';
import { isSameNumber, type PbxCall, type PbxCallId } from '../../core/calls.ts';
import type { Capabilities, PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure, OpenCall } from '../../core/update.ts';
import type { CallEndpoints, DialRequest, PbxNews, PbxPorts, PbxSession } from '../adapter.ts';
import { reasonOf } from '../hangup-causes.ts';
import { type KazooApi, type KazooFailure, part } from './api.ts';
import type { EventSocket } from './event-socket.ts';
import { type LegEvent, readChannels } from './events.ts';
import type { KazooLogin } from './login.ts';
import { OwnCalls } from './own-calls.ts';
import { isWhitelisted, type PlaceWay, placeRequest, readPlaced, sendFailure } from './place.ts';

const POLL_RINGING_MS = 2_000;
const POLL_TALKING_MS = 5_000;
/** Something has just changed, or a list lacked a call: the next look decides. */
const POLL_SOON_MS = 500;
/** A call that no event has shown by then is looked for. */
const LOOK_FOR_UNSEEN_MS = 3_000;
/** A phone of several that was not rung by then will not ring. */
const SETTLE_MS = 3_000;
/** When the history is asked whether a call that nothing was heard of has failed: soon, and when it has rung long enough. */
const HISTORY_AFTER_MS = 5_000;
/** Clocks may differ a little. */
const CLOCKS_DIFFER_MS = 2_000;
/** Words of the PBX for a call that failed; others only say that its own patience was at its end while the phone rings on. */
const FAILED = /^[A-Z][A-Z_]+$/;

/** What a session needs to know of its surroundings. */
export interface KazooContext {
  readonly login: KazooLogin;
  readonly api: KazooApi;
  readonly way: PlaceWay;
  readonly ports: PbxPorts;
  readonly capabilities: Capabilities;
  /** The agent's extension, where the PBX has told it. */
  readonly extension?: string;
  readonly limit?: PbxError;
  /** Where live legs are listed; absent: not for this user. */
  readonly channels?: string;
  /** The account's event socket, open; absent: there is none. */
  readonly socket?: EventSocket;
  /** To choose one from, in the account form. */
  readonly endpoints: CallEndpoints;
  tell(news: PbxNews): void;
}

/** Kazoo's REST API as a session, with events by socket or by looking again and again, as far as the PBX lets us. */
export class KazooSession implements PbxSession {
  readonly capabilities: Capabilities;
  readonly extension?: string;
  readonly limit?: PbxError;
  readonly #context: KazooContext;
  readonly #calls: OwnCalls;
  readonly #cancels = new Set<() => void>();
  #cancelPoll = () => {};
  #polling: Promise<Result<void, PbxError>> | undefined;
  #failures = 0;
  #isOver = false;
  /** Items of the history that an earlier call has accounted for. */
  readonly #known = new Set<string>();

  constructor(context: KazooContext) {
    const { way, capabilities, extension, limit } = context;
    this.#context = context;
    this.capabilities = capabilities;
    if (extension !== undefined) this.extension = extension;
    if (limit !== undefined) this.limit = limit;
    const own = way.by === 'endpoint' ? way.id : way.userId;
    this.#calls = new OwnCalls({
      isContactFirst: capabilities.contactFirst === true,
      isOurs: ({ authorizingId }) => authorizingId === own,
    });
  }

  /** For the socket: one event of the account. */
  heard(event: LegEvent): void {
    if (this.#isOver) return;
    this.#report(this.#calls.hear(event, this.#context.ports.now()));
    if (event.what === 'gone') this.#later(SETTLE_MS, () => this.#report(this.#calls.settle()));
  }

  /** For the socket: it is closed. */
  lost(error: PbxError): void {
    this.#lose(error);
  }

  async dial({ number, ref }: DialRequest): Promise<Result<DialAccepted, DialFailure>> {
    const { login, api, way, ports } = this.#context;
    if (this.#isOver) return fail({ error: { kind: 'closed', detail: '' }, placed: 'no' });
    const request = placeRequest(login.accountId, await this.#wayFor(number), number, ports.repeatsGets === true);
    if (!request.ok) return fail({ error: request.error, placed: 'no' });
    const { method, path } = request.value;
    const answer = await api.send(method, path);
    if (!answer.ok && answer.error.status === 401) return fail({ error: await this.#refused(), placed: 'no' });
    const placed = readPlaced(answer, way);
    if (!placed.ok) return placed;
    const { legs, told, ringsForMs } = placed.value;
    const [pbxId] = legs;
    if (pbxId === undefined || this.#isOver) return ok({ told, ringsForMs });
    if (this.capabilities.liveState) {
      this.#report(this.#calls.expect({ pbxId, legs, ref, number }, ports.now()));
      this.#plan(this.#context.socket ? LOOK_FOR_UNSEEN_MS : POLL_SOON_MS);
    }
    const placedAt = ports.now();
    for (const wait of [HISTORY_AFTER_MS, ringsForMs + HISTORY_AFTER_MS]) {
      this.#later(wait, () => void this.#lookIntoHistory(pbxId, number, placedAt));
    }
    return ok({ pbxId, told, ringsForMs });
  }

  async hangUp(pbxId: PbxCallId): Promise<Result<void, PbxError>> {
    if (!this.capabilities.hangUp || this.#isOver) return this.#cannot();
    // Only legs that the PBX has named for our own calls are ever ended.
    if (!this.#calls.has(pbxId)) return ok(undefined);
    const { api, login } = this.#context;
    const wasUnseen = this.#calls.isUnseen(pbxId);
    for (const leg of this.#calls.legsToHangUp(pbxId)) {
      const path = `accounts/${part(login.accountId)}/channels/${part(leg)}`;
      const answer = await api.ask('POST', path, { action: 'hangup' });
      if (answer.ok) continue;
      if (answer.error.status !== 404) return this.#failed(answer.error);
      if (wasUnseen) return fail({ kind: 'rejected', detail: 'no such channel' });
    }
    // The PBX has only taken the wish; that the leg is gone is what counts.
    this.#calls.cleared(pbxId);
    this.#plan(POLL_SOON_MS);
    return ok(undefined);
  }

  async transfer(pbxId: PbxCallId, to: string): Promise<Result<void, DialFailure>> {
    const { api, login } = this.#context;
    if (this.#isOver) return fail({ error: { kind: 'closed', detail: '' }, placed: 'no' });
    const [leg, ...others] = this.#calls.legsToHangUp(pbxId);
    // Before our own phone was picked up nobody knows which leg is ours to hand over by.
    if (leg === undefined || others.length > 0 || !this.#calls.isConnected(pbxId)) {
      return fail({ error: { kind: 'rejected', detail: 'no such call' }, placed: 'no' });
    }
    const path = `accounts/${part(login.accountId)}/channels/${part(leg)}`;
    const answer = await api.send('POST', path, { action: 'transfer', target: to });
    if (!answer.ok && answer.error.status === 401) return fail({ error: await this.#refused(), placed: 'no' });
    // That it was taken proves nothing: the services that do it need not be there. That our leg is gone does.
    this.#plan(POLL_SOON_MS);
    return answer.ok ? ok(undefined) : fail(sendFailure(answer.error));
  }

  async listCalls(): Promise<Result<readonly PbxCall[], PbxError>> {
    if (!this.capabilities.listCalls || this.#isOver) return this.#cannot();
    const polled = await this.#poll();
    return polled.ok ? ok(this.#calls.list()) : polled;
  }

  follow(calls: readonly OpenCall[]): void {
    if (!this.capabilities.liveState) return;
    for (const call of calls) this.#calls.follow(call);
    this.#plan(POLL_SOON_MS);
  }

  async choices(): Promise<Result<FieldChoices, PbxError>> {
    const listed = await this.#context.endpoints.list();
    if (!listed.ok) return listed;
    const labelled = listed.value.map(({ id, name, extension }) => ({ value: id, label: `${name} (${extension})` }));
    return ok({ clickToCallId: labelled });
  }

  async beat(): Promise<Result<void, PbxError>> {
    if (this.#isOver) return fail({ kind: 'closed', detail: '' });
    const { login, socket } = this.#context;
    if (login.isOld) await login.refresh();
    if (!socket) return this.#context.channels === undefined ? this.#ask() : this.#poll();
    const alive = await socket.beat();
    // Events get lost; a look now and then finds what they did not say.
    if (alive.ok && this.#calls.size > 0 && this.#context.channels !== undefined) return this.#poll();
    return alive;
  }

  /** Source: public documents of Kazoo on token authentication */
  async signOut(): Promise<void> {
    const { login, api } = this.#context;
    // A token of the user's own is not ours to end.
    if (login.way === 'name' && login.token !== '') await api.send('DELETE', 'token_auth');
  }

  close(): void {
    this.#isOver = true;
    this.#cancelPoll();
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    this.#context.socket?.close();
  }

  /** Whether the PBX is there, where nothing else is asked of it. */
  async #ask(): Promise<Result<void, PbxError>> {
    const { login, api, way } = this.#context;
    const account = `accounts/${part(login.accountId)}`;
    const path =
      way.by === 'endpoint' ? `${account}/clicktocall/${part(way.id)}` : `${account}/users/${part(way.userId)}`;
    const answer = await api.ask('GET', path);
    if (answer.ok) return ok(undefined);
    const { status = 0 } = answer.error;
    // Without a token every answer is a refusal, and a sign of life.
    const isLife = status >= 400 && status < 500 && (status !== 401 || login.way === 'open');
    return isLife && answer.error.error.kind !== 'rate-limited' ? ok(undefined) : this.#failed(answer.error);
  }

  /** Looks at the live legs; two looks that fail one after the other mean the line is lost. */
  #poll(): Promise<Result<void, PbxError>> {
    this.#polling ??= this.#look().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #look(): Promise<Result<void, PbxError>> {
    const { api, channels, ports } = this.#context;
    if (channels === undefined) return this.#cannot();
    const answer = await api.ask('GET', channels);
    if (this.#isOver) return fail({ kind: 'closed', detail: '' });
    if (answer.ok) {
      this.#failures = 0;
      this.#report(this.#calls.see(readChannels(answer.value.data), ports.now()));
      this.#plan(this.#nextLook());
      return ok(undefined);
    }
    const { error } = answer.error;
    if (error.kind === 'rate-limited') {
      this.#plan(error.retryAfterMs);
      return fail(error);
    }
    this.#failures += 1;
    this.#plan(POLL_RINGING_MS);
    const failed = this.#failed(answer.error);
    if (this.#failures >= 2) this.#lose(error);
    return failed;
  }

  #nextLook(): number {
    if (this.#calls.isInDoubt) return POLL_SOON_MS;
    if (this.#context.socket) return Number.POSITIVE_INFINITY;
    return this.#calls.isTalking ? POLL_TALKING_MS : POLL_RINGING_MS;
  }

  /** The next look, while there is a call to look for. */
  #plan(wait: number): void {
    this.#cancelPoll();
    if (this.#isOver || this.#calls.size === 0 || this.#context.channels === undefined) return;
    if (Number.isFinite(wait)) this.#cancelPoll = this.#context.ports.after(wait, () => void this.#poll());
  }

  /** Where nothing was seen of a call, its endpoint's history may say that it failed. */
  async #lookIntoHistory(pbxId: PbxCallId, number: string, placedAt: number): Promise<void> {
    const { way, ports } = this.#context;
    const isOpen = !this.capabilities.liveState || this.#calls.isUnseen(pbxId);
    if (way.by !== 'endpoint' || this.#context.login.way === 'open' || !isOpen) return;
    const history = await this.#context.endpoints.history(way.id);
    if (!history.ok || this.#isOver) return;
    const item = history.value.find(
      ({ at, number: contact, isPlaced, cause = '' }) =>
        !isPlaced &&
        FAILED.test(cause) &&
        at >= placedAt - CLOCKS_DIFFER_MS &&
        isSameNumber(contact, number) &&
        !this.#known.has(`${at} ${contact}`),
    );
    if (item?.cause === undefined || item.at > ports.now() + 10 * 60_000) return;
    this.#known.add(`${item.at} ${item.number}`);
    // What failed is the first leg: nobody else was called.
    const cause = reasonOf(item.cause);
    const isOwnPhone = !this.capabilities.contactFirst;
    const reason = cause === 'no-answer' && isOwnPhone ? 'own-phone-no-answer' : cause;
    if (this.capabilities.liveState) this.#report(this.#calls.end(pbxId, reason));
    else this.#report([{ pbxId, change: { to: 'ended', reason } }]);
  }

  #report(reports: readonly PbxCall[]): void {
    if (this.#isOver) return;
    for (const report of reports) this.#context.tell({ type: 'report', report });
    if (this.#calls.size === 0) this.#cancelPoll();
  }

  /** The way as it is today: a number that the endpoint's list did not allow may be in it by now. */
  async #wayFor(number: string): Promise<PlaceWay> {
    const { way, login, endpoints } = this.#context;
    const isEndpoint = way.by === 'endpoint' && login.way !== 'open';
    if (!isEndpoint || isWhitelisted(number, way.endpoint.whitelist ?? [])) return way;
    const read = await endpoints.read(way.id);
    return read.ok ? { ...way, endpoint: read.value } : way;
  }

  /** The token was refused with a call: it is renewed for the next one, this one is not repeated. */
  async #refused(): Promise<PbxError> {
    const renewed = await this.#context.login.renew();
    if (renewed.ok) return { kind: 'closed', detail: 'HTTP 401' };
    this.#lose(renewed.error);
    return renewed.error;
  }

  #failed({ error }: KazooFailure): { readonly ok: false; readonly error: PbxError } {
    if (error.kind === 'login-refused') this.#lose(error);
    return fail(error);
  }

  #lose(error: PbxError): void {
    if (this.#isOver) return;
    this.close();
    this.#context.tell({ type: 'lost', error });
  }

  #cannot(): { readonly ok: false; readonly error: PbxError } {
    return fail({ kind: this.#isOver ? 'closed' : 'unsupported', detail: '' });
  }

  #later(wait: number, job: () => void): void {
    const cancel = this.#context.ports.after(wait, () => {
      this.#cancels.delete(cancel);
      job();
    });
    this.#cancels.add(cancel);
  }
}
