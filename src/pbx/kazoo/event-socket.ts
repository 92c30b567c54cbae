import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts, PbxSocket } from '../adapter.ts';
import { type LegEvent, parseFrame } from './events.ts';

const ANSWER_WITHIN_MS = 8_000;
const SUBSCRIBED_WITHIN_MS = 5_000;
/** Every event of every call of the account: there is no narrower choice. */
const BINDING = 'call.*.*';

/** What the socket needs of its session. */
export interface EventSocketContext {
  readonly url: string;
  readonly accountId: string;
  readonly ports: PbxPorts;
  /** Today's token; it is asked for with every frame. */
  token(): string;
  event(event: LegEvent): void;
  /** The socket is closed, and not by us. Said once, after `open` only. */
  lost(error: PbxError): void;
}

/** Kazoo's event socket (Blackhole). Source: its public documents */
export class EventSocket {
  readonly #context: EventSocketContext;
  readonly #waiters = new Set<(frame: ReturnType<typeof parseFrame> | undefined) => void>();
  #socket: PbxSocket | undefined;
  #count = 0;
  #isOpen = false;
  #closedBy: PbxError | undefined;

  constructor(context: EventSocketContext) {
    this.#context = context;
  }

  /** Connects and subscribes; fails when the PBX refuses either. */
  async open(): Promise<Result<void, PbxError>> {
    const { ports, url, accountId } = this.#context;
    // No subprotocol: the PBX refuses a handshake that asks for one.
    const opened = await ports.openSocket(url, {
      message: (text) => this.#heard(text),
      closed: (code) => this.#closed({ kind: 'closed', detail: `code ${code}` }),
    });
    if (!opened.ok) return opened;
    this.#socket = opened.value;
    const requestId = this.#send('subscribe', { account_id: accountId, binding: BINDING, bindings: [BINDING] });
    const reply = await this.#wait(
      SUBSCRIBED_WITHIN_MS,
      (frame) => frame.type === 'reply' && frame.requestId === requestId,
    );
    const isGood = reply?.type === 'reply' && reply.isGood && !this.#closedBy;
    if (isGood) {
      this.#isOpen = true;
      return ok(undefined);
    }
    this.close();
    const detail = reply?.type === 'reply' ? reply.detail : '';
    return fail(this.#closedBy ?? { kind: 'live-refused', detail: detail || 'no answer to subscribe' });
  }

  /** Asks for a sign of life; any frame is one. */
  async beat(): Promise<Result<void, PbxError>> {
    const heard = this.#wait(ANSWER_WITHIN_MS, () => true);
    if (this.#send('ping') === undefined) return fail(this.#closedBy ?? { kind: 'closed', detail: '' });
    return (await heard) ? ok(undefined) : fail(this.#closedBy ?? { kind: 'timeout', afterMs: ANSWER_WITHIN_MS });
  }

  close(): void {
    this.#isOpen = false;
    this.#socket?.close();
    this.#socket = undefined;
    this.#settle();
  }

  #send(action: string, data?: object): string | undefined {
    this.#count += 1;
    const requestId = String(this.#count);
    const frame = { action, auth_token: this.#context.token(), request_id: requestId, ...(data ? { data } : {}) };
    return this.#socket?.send(JSON.stringify(frame)) ? requestId : undefined;
  }

  #heard(text: string): void {
    const frame = parseFrame(text);
    if (frame.type === 'event') this.#context.event(frame.event);
    for (const waiter of [...this.#waiters]) waiter(frame);
  }

  #closed(error: PbxError): void {
    this.#closedBy = error;
    this.#socket = undefined;
    this.#settle();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#context.lost(error);
  }

  #settle(): void {
    for (const waiter of [...this.#waiters]) waiter(undefined);
  }

  /** The first frame that fits; undefined when none comes in time or the socket is closed. */
  #wait(
    limitMs: number,
    fits: (frame: ReturnType<typeof parseFrame>) => boolean,
  ): Promise<ReturnType<typeof parseFrame> | undefined> {
    return new Promise((resolve) => {
      const waiter = (frame: ReturnType<typeof parseFrame> | undefined) => {
        if (frame && !fits(frame)) return;
        cancel();
        this.#waiters.delete(waiter);
        resolve(frame);
      };
      const cancel = this.#context.ports.after(limitMs, () => waiter(undefined));
      this.#waiters.add(waiter);
    });
  }
}
