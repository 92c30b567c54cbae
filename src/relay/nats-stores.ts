import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { asObject, readJson } from '../core/json.ts';
import type { AgentKey } from './agent.ts';
import type { AgentBook } from './book.ts';
import { FIRST_WITHIN_MS } from './bus.ts';

const BOOKS = 'pagedial_books';
const USED = 'pagedial_used';
/** A book nobody has written to for this long holds nothing that lives. */
const BOOK_LIFE_MS = 13 * 60 * 60_000;
/** An operation that takes longer than this counts as failed: the server is away. */
const WITHIN_MS = 2_000;
const OPEN_AGAIN_MS = 50;
/** JetStream: "wrong last sequence", another relay has written in between. */
const OVERTAKEN = 10071;

/** An agent's book as it lies at the server. */
export interface StoredBook {
  readonly book: AgentBook | undefined;
  /** By this it is known whether somebody has written meanwhile; 0: nobody ever has. */
  readonly revision: number;
}

/** What the relays keep together at the NATS server, in its memory. Everything here throws when the server does not answer in time. */
export class NatsStores {
  readonly #books: KV;
  readonly #used: KV;
  readonly #stream: JetStreamClient;

  private constructor(books: KV, used: KV, stream: JetStreamClient) {
    this.#books = books;
    this.#used = used;
    this.#stream = stream;
  }

  /** Opens them, and makes them where they are not there. */
  static open(connection: NatsConnection): Promise<NatsStores> {
    return within(NatsStores.#open(connection, 5));
  }

  async read(agent: AgentKey): Promise<StoredBook> {
    const entry = await within(this.#books.get(agent));
    return { book: entry ? readBook(readJson(entry.string())) : undefined, revision: entry?.revision ?? 0 };
  }

  /**
   * Writes a book where nobody has written since `revision`; false where somebody has.
   * @param msgID - the server takes each once within two minutes; a repeated one counts as overtaken, so that the next look shows what it wrote
   */
  async save(agent: AgentKey, book: AgentBook, revision: number, msgID?: string): Promise<boolean> {
    const options = { expect: { lastSubjectSequence: revision }, ...(msgID === undefined ? {} : { msgID }) };
    try {
      const { duplicate } = await within(this.#stream.publish(`$KV.${BOOKS}.${agent}`, JSON.stringify(book), options));
      return !duplicate;
    } catch (error) {
      if (isOvertaken(error)) return false;
      throw error;
    }
  }

  /** True for the first who uses this id. */
  async use(id: string): Promise<boolean> {
    try {
      await within(this.#used.create(id, ''));
      return true;
    } catch (error) {
      if (isOvertaken(error)) return false;
      throw error;
    }
  }

  /** Two relays that start together may be in each other's way for a moment, which the server calls an overlap. */
  static async #open(connection: NatsConnection, triesLeft: number): Promise<NatsStores> {
    try {
      const manager = new Kvm(connection);
      // In the server's memory: nothing about calls is ever on a disk.
      const memory = { storage: 'memory', history: 1 } as const;
      const books = await manager.create(BOOKS, { ...memory, ttl: BOOK_LIFE_MS, allow_direct: false });
      const used = await manager.create(USED, { ...memory, ttl: 2 * FIRST_WITHIN_MS });
      return new NatsStores(books, used, jetstream(connection, { timeout: WITHIN_MS }));
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || triesLeft === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, OPEN_AGAIN_MS));
      return NatsStores.#open(connection, triesLeft - 1);
    }
  }
}

/** A book as another relay has written it; undefined for what is none. */
export function readBook(value: unknown): AgentBook | undefined {
  const book = asObject(value);
  return book && Array.isArray(book.calls) && Array.isArray(book.past) ? (book as unknown as AgentBook) : undefined;
}

/** The promise, or a failure when it takes too long: a server that is gone answers never. */
export function within<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), WITHIN_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function isOvertaken(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === OVERTAKEN;
}
