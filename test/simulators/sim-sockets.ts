import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SimClock } from './clock.ts';
import type { Fault, Faults } from './faults.ts';
import type { Journal } from './journal.ts';

/** One open socket, from the PBX's side. `Who` is what the login told about its owner. */
export interface SimSocket<Who> {
  readonly id: number;
  readonly who: Who;
  /** Frames sent on it so far. */
  readonly sent: number;
  send(frame: string | Buffer): void;
  close(code: number): void;
  /** Cuts the line without a goodbye (the client sees 1006). */
  cut(): void;
}

export interface SocketsOptions<Who> {
  readonly clock: SimClock;
  readonly journal: Journal;
  readonly faults: Faults;
  /** Silence after which a socket is closed; asked anew each time. */
  idleCloseMs(): number;
  /** Name of the point for a frame that came in, e.g. `frame:make-call`. */
  pointOf(frame: string): string;
  opened(socket: SimSocket<Who>): void;
  message(socket: SimSocket<Who>, frame: string): void;
}

interface Line<Who> extends SimSocket<Who> {
  sent: number;
  isHalfOpen: boolean;
  cutAfter: number;
  readonly ws: WebSocket;
  readonly raw: Duplex;
}

/** The event sockets of a simulated PBX, with every way a socket can go wrong. */
export class SimSockets<Who> {
  readonly #options: SocketsOptions<Who>;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024 });
  readonly #lines = new Set<Line<Who>>();
  #count = 0;

  constructor(options: SocketsOptions<Who>) {
    this.#options = options;
  }

  list(): readonly SimSocket<Who>[] {
    return [...this.#lines];
  }

  /** Handshakes that were accepted so far. */
  get opened(): number {
    return this.#count;
  }

  /** Answers a handshake with a status instead of a socket. */
  refuse(raw: Duplex, status: number): void {
    raw.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  accept(message: IncomingMessage, raw: Duplex, head: Buffer, who: Who, fault?: Fault): void {
    this.#server.handleUpgrade(message, raw, head, (ws) => {
      this.#count += 1;
      const line = this.#line(ws, raw, who);
      if (fault?.kind === 'close-at-once') return fault.code === 1006 ? line.cut() : line.close(fault.code);
      if (fault?.kind === 'cut-after') line.cutAfter = fault.frames;
      this.#lines.add(line);
      this.#listen(line);
      this.#options.opened(line);
    });
  }

  /** Closes every socket with this code; 1006 cuts the lines. */
  drop(code = 1006): void {
    for (const line of [...this.#lines]) code === 1006 ? line.cut() : line.close(code);
  }

  /** From now on the open sockets neither hear nor speak, and nobody is told (a dead line without a goodbye). */
  halfOpen(): void {
    for (const line of this.#lines) {
      line.isHalfOpen = true;
      line.ws.pause();
    }
  }

  close(): void {
    this.drop(1006);
    this.#server.close();
  }

  #line(ws: WebSocket, raw: Duplex, who: Who): Line<Who> {
    const { journal } = this.#options;
    const line: Line<Who> = {
      id: this.#count,
      who,
      ws,
      raw,
      sent: 0,
      isHalfOpen: false,
      cutAfter: Number.POSITIVE_INFINITY,
      send: (frame) => {
        if (line.isHalfOpen || ws.readyState !== ws.OPEN) return;
        journal.frame('out', line.id, typeof frame === 'string' ? frame : `<${frame.length} bytes>`);
        ws.send(frame);
        line.sent += 1;
        if (line.sent >= line.cutAfter) line.cut();
      },
      close: (code) => ws.close(code, 'as planned'),
      cut: () => {
        this.#lines.delete(line);
        raw.destroy();
      },
    };
    return line;
  }

  #listen(line: Line<Who>): void {
    const { clock, journal, faults } = this.#options;
    let cancelIdle = () => {};
    const restartIdle = () => {
      cancelIdle();
      cancelIdle = clock.after(this.#options.idleCloseMs(), () => line.close(1000));
    };
    restartIdle();
    line.ws.on('error', () => undefined);
    line.ws.on('close', () => {
      cancelIdle();
      this.#lines.delete(line);
    });
    line.ws.on('message', (data: Buffer, isBinary: boolean) => {
      if (line.isHalfOpen) return;
      restartIdle();
      const frame = data.toString('utf8');
      journal.frame('in', line.id, isBinary ? `<binary> ${frame}` : frame);
      const fault = faults.take(this.#options.pointOf(frame));
      if (fault?.kind === 'swallow') return;
      if (fault?.kind === 'reset-before') return line.cut();
      if (fault?.kind === 'cut') line.isHalfOpen = true;
      this.#options.message(line, frame);
      if (fault?.kind === 'cut') line.cut();
    });
  }
}
