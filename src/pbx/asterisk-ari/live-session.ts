import type { PbxCall, PbxCallId } from '../../core/calls.ts';
import { type Capabilities, type PbxError, PLACE_ONLY } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialAccepted, DialFailure, OpenCall } from '../../core/update.ts';
import type { DialRequest, PbxNews, PbxPorts, PbxResponse, PbxSession, PbxSocket } from '../adapter.ts';
import { asObjects, neverLeft, readJson } from '../frames.ts';
import type { AriEndpointName } from './endpoint.ts';
import { legIdOf, OwnLegs } from './own-legs.ts';
import { type AriEndpoint, EVENT_TYPES, readChannel, readEndpoint, readEvent } from './read-event.ts';
import { type AriRest, wordsOf } from './rest.ts';

/** What ARI gives. Hold and transfer need the call inside an application of ours, which would then have to stay up: left to the phone. */
export const LIVE: Capabilities = {
  liveState: true,
  seesFarEnd: true,
  hangUp: true,
  hold: false,
  transfer: false,
  listCalls: true,
};

/** What is left where the event socket is refused: the id of a leg is ours, so it can be hung up though nothing is heard of it. */
export const UNHEARD: Capabilities = { ...PLACE_ONLY, hangUp: true };

const ANSWER_WITHIN_MS = 8_000;
const RING_FOR_S = 30;
/** An event of our own making, which Asterisk sends back through the event socket. */
const BEAT = 'pagedial-beat';
/** Nothing else gets into the dialplan: what a context does with other characters nobody knows. */
export const DIALABLE = /^[0-9+*#]{1,40}$/;
const MOST_NAME = 64;

/** What a session needs to know of its surroundings. */
export interface AriContext {
  readonly rest: AriRest;
  readonly endpoint: AriEndpointName;
  /** The dialplan's door for the agent's calls, e.g. `from-internal`. */
  readonly dialplanContext: string;
  /** Name of our application, ours alone. */
  readonly app: string;
  readonly ports: PbxPorts;
  tell(news: PbxNews): void;
  /** Another browser has our application's name: the next session must take a new one. */
  replaced(): void;
}

/**
 * Asterisk's REST interface with its event socket as a session. The call itself lives in the dialplan, so it goes on when the browser
 * does not.
 */
export class LiveSession implements PbxSession {
  readonly capabilities: Capabilities;
  readonly extension: string;
  readonly limit?: PbxError;
  readonly #context: AriContext;
  readonly #legs: OwnLegs;
  readonly #waiters = new Set<(isHeard: boolean) => void>();
  #socket: PbxSocket | undefined;
  #isOver = false;
  #isReady = false;
  #closedBy: PbxError = { kind: 'closed', detail: '' };

  /** @param limit - why there is no event socket, where there is none */
  constructor(context: AriContext, limit?: PbxError) {
    this.#context = context;
    this.capabilities = limit ? UNHEARD : LIVE;
    if (limit) this.limit = limit;
    this.extension = context.endpoint.extension;
    this.#legs = new OwnLegs(context.endpoint.name);
  }

  /** Asks for the events of our own phone and waits until one came through. */
  async start(socket: PbxSocket): Promise<Result<void, PbxError>> {
    this.#socket = socket;
    const { endpoint, rest, app } = this.#context;
    if (!endpoint.isLocal) {
      const subscribed = await this.#subscribe(`endpoint:${endpoint.name}`);
      if (!subscribed.ok) return subscribed;
    }
    // Spares both sides a flood of variables. A version that does not know filters sends everything, which is dropped here.
    await rest.request(
      'PUT',
      ['applications', app, 'eventFilter'],
      {},
      { allowed: EVENT_TYPES.map((type) => ({ type })) },
    );
    const beat = await this.beat();
    if (!beat.ok) return beat;
    this.#isReady = true;
    return ok(undefined);
  }

  /** For the socket's listener: one frame has come. */
  heard(text: string): void {
    if (this.#isOver) return;
    const event = readEvent(text);
    for (const waiter of [...this.#waiters]) waiter(true);
    if (event.type === 'replaced') {
      this.#context.replaced();
      this.#lose({ kind: 'closed', detail: 'another browser listens under the same name' });
    } else if (event.type === 'endpoint') this.#takeEndpoint(event.endpoint);
    else this.#tell(this.#legs.take(event));
  }

  /** For the socket's listener: it is closed. */
  lost(code: number): void {
    if (!this.#isOver) this.#lose({ kind: 'closed', detail: `code ${code}` });
  }

  async dial({ number, ref, name }: DialRequest): Promise<Result<DialAccepted, DialFailure>> {
    if (this.#isOver) return fail({ error: this.#closedBy, placed: 'no' });
    if (!DIALABLE.test(number)) {
      return fail({ error: { kind: 'number-refused', detail: 'digits, +, * and # only' }, placed: 'no' });
    }
    const { rest, endpoint, dialplanContext } = this.#context;
    const id = legIdOf(ref);
    this.#legs.expect(id, number);
    const answer = await rest.request(
      'POST',
      ['channels', id],
      {
        endpoint: endpoint.dialled,
        extension: number,
        context: dialplanContext,
        priority: '1',
        callerId: callerId(number, name),
        timeout: String(RING_FOR_S),
      },
      // The caller id is what our own phone shows, and goes on to the far end unless it is set back: the customer would be called by
      // the customer (seen with 16).
      { variables: { 'CALLERID(num)': this.extension, 'CALLERID(name)': '' } },
    );
    const placed = await this.#readPlaced(id, answer);
    if (!placed.ok && placed.error.placed === 'no') this.#legs.forget(id);
    if (placed.ok && !this.#isOver) await this.#followLeg(id);
    return placed;
  }

  async hangUp(pbxId: PbxCallId): Promise<Result<void, PbxError>> {
    if (this.#isOver) return fail(this.#closedBy);
    // Only a leg of our own phone is ever named; one that Asterisk does not list for it is over.
    if (!this.#legs.ids().includes(pbxId)) {
      const listed = await this.#refresh();
      if (!listed.ok) return listed;
      if (!this.#legs.has(pbxId)) return ok(undefined);
    }
    this.#legs.cleared(pbxId);
    const { rest } = this.#context;
    const answer = await rest.request('DELETE', ['channels', pbxId], { reason: 'normal' });
    if (!answer.ok) return answer;
    const { status } = answer.value;
    if (status === 404 && wordsOf(answer.value) !== undefined) {
      this.#tell(this.#legs.end(pbxId));
      return ok(undefined);
    }
    return status >= 200 && status <= 299 ? ok(undefined) : fail(this.#refused(answer.value));
  }

  async listCalls(): Promise<Result<readonly PbxCall[], PbxError>> {
    if (this.limit) return fail({ kind: 'unsupported', detail: '' });
    const refreshed = await this.#refresh();
    return refreshed.ok ? ok(this.#legs.list()) : refreshed;
  }

  follow(calls: readonly OpenCall[]): void {
    for (const { pbxId, number } of calls) {
      this.#legs.expect(pbxId, number);
      void this.#followLeg(pbxId);
    }
  }

  async beat(): Promise<Result<void, PbxError>> {
    if (this.#isOver) return fail(this.#closedBy);
    const { rest, app } = this.#context;
    if (this.limit) {
      const there = await rest.request('GET', ['asterisk', 'info'], { only: 'status' });
      return there.ok && there.value.status > 299 ? fail(this.#refused(there.value)) : ignoreValue(there);
    }
    const heard = this.#hear();
    const answer = await rest.request('POST', ['events', 'user', BEAT], { application: app });
    if (!answer.ok) return answer;
    if (answer.value.status > 299) return fail(this.#refused(answer.value));
    if (await heard) return ok(undefined);
    return fail(this.#isOver ? this.#closedBy : { kind: 'timeout', afterMs: ANSWER_WITHIN_MS });
  }

  close(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#socket?.close();
  }

  /** Brings every leg of our phone to what Asterisk says now. */
  async #refresh(): Promise<Result<void, PbxError>> {
    if (this.#isOver) return fail(this.#closedBy);
    const before = this.#legs.ids();
    const ids = await this.#askIds();
    if (!ids.ok) return ids;
    const channels = await Promise.all([...new Set([...ids.value, ...before])].map((id) => this.#askChannel(id)));
    const failed = channels.find((channel) => !channel.ok);
    if (failed && !failed.ok) return failed;
    const found = channels.flatMap((channel) => (channel.ok && channel.value ? [channel.value] : []));
    const bridged = found.some(({ state }) => state === 'Up') ? await this.#askBridged() : new Set<string>();
    if (this.#isOver) return fail(this.#closedBy);
    for (const channel of found) this.#tell(this.#legs.seen(channel, bridged.has(channel.id)));
    const alive = new Set(found.map(({ id }) => id));
    for (const id of before) if (!alive.has(id)) this.#tell(this.#legs.end(id));
    return ok(undefined);
  }

  async #subscribe(eventSource: string): Promise<Result<void, PbxError>> {
    const { rest, app } = this.#context;
    const answer = await rest.request('POST', ['applications', app, 'subscription'], { eventSource });
    if (!answer.ok) return answer;
    return answer.value.status <= 299 ? ok(undefined) : fail(rest.refusal(answer.value));
  }

  /** A `Local` leg belongs to no endpoint: its events come only to who asks for them, and what happened before is asked for. */
  async #followLeg(id: PbxCallId): Promise<void> {
    if (!this.#context.endpoint.isLocal || this.limit) return;
    await this.#subscribe(`channel:${id}`);
    const channel = await this.#askChannel(id);
    if (channel.ok) this.#tell(channel.value ? this.#legs.seen(channel.value, false) : this.#legs.end(id));
  }

  /** Whether the leg was made. A lost answer is asked for by the leg's id, once: nothing is ever sent again. */
  async #readPlaced(id: PbxCallId, answer: Result<PbxResponse, PbxError>): Promise<Result<DialAccepted, DialFailure>> {
    if (!answer.ok) {
      if (neverLeft(answer.error)) return fail({ error: answer.error, placed: 'no' });
      return this.#lookUp(id, answer.error);
    }
    const response = answer.value;
    const { status } = response;
    if (status >= 200 && status <= 299) {
      return readChannel(readJson(response.body))?.id === id
        ? ok({ pbxId: id })
        : this.#lookUp(id, { kind: 'protocol', detail: `HTTP ${status}` });
    }
    // The id is taken, and nobody else makes such ids: the request has come before (browsers repeat one on a line that broke).
    if (status === 409 && wordsOf(response) !== undefined) return ok({ pbxId: id });
    if (status === 500 && /allocation failed/i.test(wordsOf(response) ?? '')) {
      return fail({ error: await this.#whyNoLeg(), placed: 'no' });
    }
    const error = this.#refused(response);
    return status >= 500 && status !== 503 ? this.#lookUp(id, error) : fail({ error, placed: 'no' });
  }

  async #lookUp(id: PbxCallId, error: PbxError): Promise<Result<DialAccepted, DialFailure>> {
    const channel = await this.#askChannel(id);
    // Not there: never made, or over already.
    return channel.ok && channel.value ? ok({ pbxId: id }) : fail({ error, placed: 'unknown' });
  }

  /** Asterisk does not say why it could not ring our phone. */
  async #whyNoLeg(): Promise<PbxError> {
    const { endpoint } = this.#context;
    const state = endpoint.isLocal ? undefined : await this.#askEndpoint();
    const isOffline = state?.ok && state.value.isOnline === false;
    return isOffline
      ? { kind: 'phone-not-registered', detail: endpoint.name }
      : { kind: 'rejected', detail: `Asterisk could not ring ${endpoint.dialled}` };
  }

  async #askEndpoint(): Promise<Result<AriEndpoint, PbxError>> {
    const { rest, endpoint } = this.#context;
    return readEndpointAnswer(await rest.request('GET', ['endpoints', ...endpoint.parts]), rest);
  }

  async #askIds(): Promise<Result<readonly PbxCallId[], PbxError>> {
    if (this.#context.endpoint.isLocal) return ok([]);
    const endpoint = await this.#askEndpoint();
    return endpoint.ok ? ok(endpoint.value.channelIds) : endpoint;
  }

  /** Undefined when there is no such leg, or none of ours. */
  async #askChannel(id: PbxCallId): Promise<Result<ReturnType<typeof readChannel>, PbxError>> {
    const { rest } = this.#context;
    const answer = await rest.request('GET', ['channels', id]);
    if (!answer.ok) return answer;
    if (answer.value.status === 404 && wordsOf(answer.value) !== undefined) return ok(undefined);
    if (answer.value.status > 299) return fail(rest.refusal(answer.value));
    const channel = readChannel(readJson(answer.value.body));
    if (!channel) return fail({ kind: 'protocol', detail: 'no channel in the answer' });
    return ok(this.#legs.owns(channel) ? channel : undefined);
  }

  /** Legs that are connected with another. The list is everybody's; nothing of it is kept. */
  async #askBridged(): Promise<ReadonlySet<string>> {
    const answer = await this.#context.rest.request('GET', ['bridges']);
    if (!answer.ok || answer.value.status > 299) return new Set();
    const lists = asObjects(readJson(answer.value.body)).map(({ channels }) => channels);
    return new Set(
      lists
        .filter((ids): ids is unknown[] => Array.isArray(ids) && ids.length > 1)
        .flat()
        .filter((id): id is string => typeof id === 'string'),
    );
  }

  #takeEndpoint({ name, isOnline, channelIds }: AriEndpoint): void {
    if (name.toLowerCase() !== this.#context.endpoint.name.toLowerCase()) return;
    const registered = isOnline === undefined ? {} : { registered: isOnline };
    const own = { extension: this.extension, isOwn: true, inCall: channelIds.length > 0, ...registered };
    this.#context.tell({ type: 'presence', people: [own] });
  }

  #refused(response: PbxResponse): PbxError {
    const error = this.#context.rest.refusal(response);
    // The password was changed meanwhile: the socket lives on, but nothing can be asked any more.
    if (error.kind === 'login-refused') this.#lose(error);
    return error;
  }

  #tell(report: PbxCall | undefined): void {
    if (report && !this.#isOver && !this.limit) this.#context.tell({ type: 'report', report });
  }

  #hear(): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isHeard: boolean) => {
        cancel();
        this.#waiters.delete(done);
        resolve(isHeard);
      };
      const cancel = this.#context.ports.after(ANSWER_WITHIN_MS, () => done(false));
      this.#waiters.add(done);
    });
  }

  #lose(error: PbxError): void {
    this.#closedBy = error;
    this.#finish();
    this.#socket?.close();
    if (this.#isReady || this.limit) this.#context.tell({ type: 'lost', error });
  }

  #finish(): void {
    this.#isOver = true;
    for (const waiter of [...this.#waiters]) waiter(false);
  }
}

/** An endpoint as `GET /endpoints/…` answers it. */
export function readEndpointAnswer(
  answer: Result<PbxResponse, PbxError>,
  rest: AriRest,
): Result<AriEndpoint, PbxError> {
  if (!answer.ok) return answer;
  if (answer.value.status > 299) return fail(rest.refusal(answer.value));
  const endpoint = readEndpoint(readJson(answer.value.body));
  return endpoint ? ok(endpoint) : fail({ kind: 'not-a-pbx', detail: 'no endpoint in the answer' });
}

/** `"Jane Doe" <16175550142>`: what our own phone shows while it rings. */
function callerId(number: string, name: string | undefined): string {
  const plain = [...(name ?? '')].filter((char) => char >= ' ' && !'"\\<>'.includes(char)).join('');
  const shown = plain.trim().slice(0, MOST_NAME);
  return shown === '' ? number : `"${shown}" <${number}>`;
}

function ignoreValue(answer: Result<unknown, PbxError>): Result<void, PbxError> {
  return answer.ok ? ok(undefined) : answer;
}
