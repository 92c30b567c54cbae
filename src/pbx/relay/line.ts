import type { AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { RELAY_VERSION, type RelayAsk, type RelayCall } from '../../core/relay-frames.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { PbxPorts, PbxResponse, PbxSocket } from '../adapter.ts';
import { asObject, asWord, isWebPage, readJson, refusalOf } from '../frames.ts';
import { relayAddress } from './account.ts';
import { readRelayFrame } from './read-frame.ts';

/** Told by a line that is open; nothing after `close`. */
export interface RelayListener {
  /** Every call there is; what is not in it has ended. Said before `openRelayLine` resolves, and again after a gap. */
  snapshot(calls: readonly RelayCall[]): void;
  change(call: RelayCall): void;
  /** The line is gone; said once. */
  lost(error: PbxError): void;
}

export interface RelayLine {
  /** A question that is answered while the line is good. */
  beat(): Promise<Result<void, PbxError>>;
  /** Safe to call twice. */
  close(): void;
}

const ANSWER_WITHIN_MS = 8_000;

/**
 * Opens the line to the company's relay: a ticket of one use for the token, then the socket. Resolves once the first snapshot was told.
 * `relay-failed`, with why, or `permission-missing`.
 * @param extension - whose calls are expected; the token of somebody else is refused here
 */
export async function openRelayLine(
  account: AccountValues,
  extension: string,
  ports: PbxPorts,
  on: RelayListener,
): Promise<Result<RelayLine, PbxError>> {
  const address = relayAddress(account);
  if (!address) return fail({ kind: 'bad-address', detail: 'relay' });
  const answer = await askRelay('/ticket', account, ports);
  if (!answer.ok) return fail(relayTrouble(answer.error));
  const ticket = asWord(asObject(readJson(answer.value.body))?.ticket);
  if (ticket === undefined) return fail({ kind: 'relay-failed', detail: 'relay: no ticket' });
  const line = new Line(extension, ports, on);
  const url = `${address.socketOrigin}${address.path}/agent?ticket=${encodeURIComponent(ticket)}`;
  const socket = await ports.openSocket(url, line);
  const greeted = socket.ok ? await line.greeted(socket.value) : socket;
  return greeted.ok ? greeted : fail(relayTrouble(greeted.error));
}

/** Whatever is wrong with the relay is told as that: the PBX has no part in it. Only access to it is for the user to give. */
function relayTrouble(error: PbxError): PbxError {
  if (error.kind === 'permission-missing') return error;
  return { kind: 'relay-failed', detail: ('detail' in error && error.detail) || error.kind };
}

/** One POST to the relay with the account's relay token. Whatever is no 200 with data is an error. */
export async function askRelay(
  path: string,
  account: AccountValues,
  ports: PbxPorts,
  body?: object,
): Promise<Result<PbxResponse, PbxError>> {
  const address = relayAddress(account);
  if (!address) return fail({ kind: 'bad-address', detail: 'relay' });
  const answer = await ports.request({
    method: 'POST',
    url: `${address.origin}${address.path}${path}`,
    headers: {
      Authorization: `Bearer ${(account.relayToken ?? '').trim()}`,
      Accept: 'application/json',
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) return answer;
  if (isWebPage(answer.value)) return fail({ kind: 'not-a-pbx', detail: 'relay: a web page' });
  if (answer.value.status === 200) return answer;
  const error = refusalOf(answer.value, ports.now());
  return fail('detail' in error ? { ...error, detail: `relay: ${error.detail}` } : error);
}

class Line implements RelayLine {
  readonly #extension: string;
  readonly #ports: PbxPorts;
  readonly #on: RelayListener;
  readonly #waiters = new Set<() => void>();
  #phase: 'greeting' | 'open' | 'over' = 'greeting';
  #isGreeted = false;
  #socket: PbxSocket | undefined;
  #settle: (result: Result<RelayLine, PbxError>) => void = () => {};
  readonly #opened: Promise<Result<RelayLine, PbxError>>;

  constructor(extension: string, ports: PbxPorts, on: RelayListener) {
    this.#extension = extension;
    this.#ports = ports;
    this.#on = on;
    this.#opened = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** The line, once the relay has said whose calls these are and which there are. */
  async greeted(socket: PbxSocket): Promise<Result<RelayLine, PbxError>> {
    this.#socket = socket;
    const cancel = this.#ports.after(ANSWER_WITHIN_MS, () =>
      this.#settle(fail({ kind: 'timeout', afterMs: ANSWER_WITHIN_MS })),
    );
    const result = await this.#opened;
    cancel();
    if (!result.ok) this.close();
    return result;
  }

  /** For the socket. */
  message(text: string): void {
    if (this.#phase === 'over') return;
    const frame = readRelayFrame(text);
    if (!frame) return;
    if (frame.type === 'hello') this.#greet(frame.v, frame.extension);
    else if (frame.type === 'pong') for (const wake of [...this.#waiters]) wake();
    else if (this.#isGreeted) this.#tell(frame);
  }

  /** For the socket. */
  closed(code: number): void {
    const error: PbxError = { kind: 'closed', detail: `relay: code ${code}` };
    const wasOpen = this.#phase === 'open';
    const isOver = this.#phase === 'over';
    this.#phase = 'over';
    this.#settle(fail(error));
    if (wasOpen && !isOver) this.#on.lost(error);
  }

  beat(): Promise<Result<void, PbxError>> {
    const ask: RelayAsk = { type: 'ping' };
    if (this.#phase !== 'open' || !this.#socket?.send(JSON.stringify(ask))) {
      return Promise.resolve(fail({ kind: 'closed', detail: 'relay' }));
    }
    return new Promise((resolve) => {
      const end = (result: Result<void, PbxError>) => {
        this.#waiters.delete(wake);
        cancel();
        resolve(result);
      };
      const wake = () => end(ok(undefined));
      const cancel = this.#ports.after(ANSWER_WITHIN_MS, () =>
        end(fail({ kind: 'timeout', afterMs: ANSWER_WITHIN_MS })),
      );
      this.#waiters.add(wake);
    });
  }

  close(): void {
    this.#phase = 'over';
    this.#socket?.close();
  }

  #greet(version: number, extension: string): void {
    if (version !== RELAY_VERSION) {
      this.#settle(fail({ kind: 'unsupported', detail: `relay: version ${version}` }));
    } else if (extension !== this.#extension) {
      this.#settle(fail({ kind: 'not-allowed', detail: 'relay: the token is for another extension' }));
    } else {
      this.#isGreeted = true;
    }
  }

  #tell(
    frame:
      | { readonly type: 'snapshot'; readonly calls: readonly RelayCall[] }
      | ({ readonly type: 'call' } & RelayCall),
  ): void {
    if (frame.type === 'call') {
      this.#on.change(frame);
      return;
    }
    this.#on.snapshot(frame.calls);
    if (this.#phase !== 'greeting') return;
    this.#phase = 'open';
    this.#settle(ok(this));
  }
}
