import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { EpochMs } from '../core/calls.ts';
import { asObject, asWord, readJson } from '../core/json.ts';
import type { AgentKey } from './agent.ts';
import {
  type AgentBook,
  type CallEvent,
  callsOf,
  EMPTY_BOOK,
  isBookOver,
  mergeBooks,
  sweepBook,
  takeEvent,
} from './book.ts';
import { type CallBus, type Follower, SWEEP_EVERY_MS, type Took } from './bus.ts';
import type { RelayClock } from './clock.ts';
import type { RelayConfig } from './config.ts';
import type { RelayLog } from './log.ts';
import { NatsStores, readBook, within } from './nats-stores.ts';

const CHANGES = 'pagedial.calls';
const ASK = 'pagedial.ask';
const MOST_TRIES = 20;
const ANSWER_WITHIN_MS = 12_000;
const MOST_QUEUED = 50_000;
const RETRY_MS = 250;
const AT_ONCE = 32;
interface World {
  readonly clock: RelayClock;
  readonly log: RelayLog;
}

/**
 * What goes out: the whole book, so that whoever follows it could bring it back; and which of its calls was changed in its last version.
 * Without one it is told again, in case that nobody could say so at its time.
 */
interface Change {
  readonly callId?: string;
  readonly book: AgentBook;
}

interface Followed {
  readonly followers: Set<Follower>;
  readonly subscription: Subscription;
  /** The book's version that the followers have seen. */
  v: number;
  /** Changes that came while a snapshot is being read. */
  waiting: Change[] | undefined;
}

/**
 * The bus of many relays, on NATS: each agent's book is one entry of a key-value bucket in the server's memory, changed only by whoever
 * has seen its last state; changes go out as core messages. What this relay has written or shown it also keeps itself, so that a NATS
 * server that was restarted with nothing in it learns again what is going on.
 */
export class NatsBus implements CallBus {
  readonly #connection: NatsConnection;
  readonly #clock: RelayClock;
  readonly #log: RelayLog;
  readonly #own = new Map<AgentKey, AgentBook>();
  readonly #followed = new Map<AgentKey, Followed>();
  #stores: NatsStores | undefined;
  #queue: { readonly agent: AgentKey; readonly event: CallEvent }[] = [];
  #isDraining = false;
  #isClosed = false;
  #stopSweep = () => {};
  #stopRetry = () => {};

  private constructor(connection: NatsConnection, { clock, log }: World) {
    this.#connection = connection;
    this.#clock = clock;
    this.#log = log;
  }

  /** Throws where no server can be reached at the start: a wrong address should be known at once. */
  static async open(nats: NonNullable<RelayConfig['nats']>, world: World): Promise<NatsBus> {
    const connection = await connect({
      servers: [...nats.servers],
      name: 'pagedial-relay',
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      pingInterval: 5_000,
      maxPingOut: 2,
      ...(nats.user === undefined ? {} : { user: nats.user }),
      ...(nats.password === undefined ? {} : { pass: nats.password }),
      ...(nats.token === undefined ? {} : { token: nats.token }),
    });
    const bus = new NatsBus(connection, world);
    bus.#stores = await NatsStores.open(connection);
    void bus.#watch();
    bus.#planSweep();
    return bus;
  }

  get isUp(): boolean {
    return this.#stores !== undefined;
  }

  get queued(): number {
    return this.#queue.length;
  }

  async take(agent: AgentKey, event: CallEvent): Promise<Took> {
    if (this.#queue.length === 0 && this.#stores) {
      try {
        return await this.#write(this.#stores, agent, event);
      } catch (error) {
        this.#trouble(error);
      }
    }
    // The PBX would repeat a refused webhook in half a minute at best, and stop them all after fifty.
    if (this.#queue.length >= MOST_QUEUED) this.#queue.shift();
    this.#queue.push({ agent, event });
    this.#planRetry();
    return 'queued';
  }

  async follow(agent: AgentKey, follower: Follower): Promise<'down' | (() => void)> {
    const stores = this.#stores;
    if (!stores) return 'down';
    const followed = this.#followed.get(agent) ?? this.#subscribe(agent);
    try {
      await this.#show(stores, agent, followed, [follower]);
    } catch (error) {
      this.#trouble(error);
      this.#release(agent, followed);
      return 'down';
    }
    return () => {
      followed.followers.delete(follower);
      this.#release(agent, followed);
    };
  }

  async first(id: string): Promise<boolean | 'down'> {
    if (!this.#stores) return 'down';
    try {
      return await this.#stores.use(id);
    } catch (error) {
      this.#trouble(error);
      return 'down';
    }
  }

  async ask(name: string, question: string): Promise<string | undefined> {
    try {
      return (await this.#connection.request(`${ASK}.${name}`, question, { timeout: ANSWER_WITHIN_MS })).string();
    } catch {
      return undefined;
    }
  }

  async answer(name: string, reply: (question: string) => Promise<string>): Promise<void> {
    this.#connection.subscribe(`${ASK}.${name}`, {
      callback: (error, message) => {
        if (!error) void reply(message.string()).then((text) => message.respond(text));
      },
    });
    await within(this.#connection.flush()).catch((error) => this.#trouble(error));
  }

  async close(): Promise<void> {
    this.#stopRetry();
    this.#stopSweep();
    if (this.#stores) await this.#drainQueue();
    this.#isClosed = true;
    await within(this.#connection.drain()).catch(() => this.#connection.close());
  }

  /** Reads, takes, and writes where nobody has written in between; else from the start. */
  async #write(stores: NatsStores, agent: AgentKey, event: CallEvent): Promise<Took> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { book: known = this.#own.get(agent) ?? EMPTY_BOOK, revision } = await stores.read(agent);
      const { book, outcome, call } = takeEvent(known, event, this.#clock.now());
      // The relay that took it first may have died before it told anyone: telling again does no harm.
      if (outcome === 'duplicate') this.#publish(agent, { book });
      if (outcome === 'duplicate' || outcome === 'unknown') return outcome;
      const msgID = `${agent} ${event.delivery} ${event.byFarEnd ? 'far' : ''}`;
      if (!(await stores.save(agent, book, revision, msgID))) continue;
      this.#own.set(agent, book);
      if (outcome === 'news' && call) this.#publish(agent, { callId: call.callId, book });
      return outcome;
    }
    return 'duplicate';
  }

  #publish(agent: AgentKey, change: Change): void {
    this.#connection.publish(`${CHANGES}.${agent}`, JSON.stringify(change));
    // Our own agents are told at once; what comes back is known by then.
    const followed = this.#followed.get(agent);
    if (followed) this.#changed(agent, followed, change);
  }

  #subscribe(agent: AgentKey): Followed {
    const followed: Followed = {
      followers: new Set(),
      subscription: this.#connection.subscribe(`${CHANGES}.${agent}`, {
        callback: (error, message) => {
          const change = error ? undefined : readChange(message.string());
          if (change) this.#changed(agent, followed, change);
        },
      }),
      v: 0,
      waiting: undefined,
    };
    this.#followed.set(agent, followed);
    return followed;
  }

  #changed(agent: AgentKey, followed: Followed, change: Change): void {
    if (followed.waiting) {
      followed.waiting.push(change);
      return;
    }
    const { callId, book } = change;
    if (book.v <= followed.v) return;
    const call = book.calls.find((one) => one.call.callId === callId)?.call;
    // A message in between was lost, or has not come yet: the book has it all.
    const isNext = book.v === followed.v + 1;
    followed.v = book.v;
    this.#keep(agent, book);
    for (const follower of followed.followers) {
      if (isNext && call) follower.change(call);
      else follower.snapshot(callsOf(book, this.#clock.now()));
    }
  }

  /** Tells the followers all calls, and whatever changed while they were read. */
  async #show(stores: NatsStores, agent: AgentKey, followed: Followed, to: Iterable<Follower>): Promise<void> {
    const waiting: Change[] = followed.waiting ?? [];
    followed.waiting = waiting;
    try {
      const { book = EMPTY_BOOK } = await stores.read(agent);
      this.#keep(agent, book);
      // Whoever was there before has not heard of what is new in the book.
      const isNews = book.v > followed.v;
      for (const follower of new Set([...to, ...(isNews ? followed.followers : [])])) {
        followed.followers.add(follower);
        follower.snapshot(callsOf(book, this.#clock.now()));
      }
      followed.v = Math.max(followed.v, book.v);
    } finally {
      followed.waiting = undefined;
      for (const change of waiting) this.#changed(agent, followed, change);
    }
  }

  #release(agent: AgentKey, followed: Followed): void {
    if (followed.followers.size > 0 || this.#followed.get(agent) !== followed) return;
    this.#followed.delete(agent);
    followed.subscription.unsubscribe();
  }

  #keep(agent: AgentKey, book: AgentBook): void {
    if (book.v > 0) this.#own.set(agent, book);
  }

  /** Notices that the server is away, and that it is back. */
  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'disconnect') {
        this.#stores = undefined;
        this.#log.warn('the other relays cannot be reached');
      }
      if (type === 'reconnect') this.#planRetry();
    }
  }

  #trouble(error: unknown): void {
    const reason = error instanceof Error ? error.name : 'unknown';
    if (this.#stores) this.#log.warn({ reason }, 'the other relays did not answer');
    this.#stores = undefined;
    this.#planRetry();
  }

  #planRetry(): void {
    this.#stopRetry();
    this.#stopRetry = this.#clock.after(RETRY_MS, () => void this.#recover());
  }

  /** Opens the stores anew, brings back what an emptied server has lost, takes what has waited, and shows everybody how it stands. */
  async #recover(): Promise<void> {
    if (this.#isClosed || this.#isDraining) return;
    this.#isDraining = true;
    try {
      const stores = this.#stores ?? (await NatsStores.open(this.#connection));
      const wasAway = this.#stores === undefined;
      if (wasAway) await each([...this.#own.keys()], (agent) => this.#bringBack(stores, agent));
      this.#stores = stores;
      await this.#drainQueue();
      if (wasAway) {
        await each([...this.#followed], async ([agent, followed]) => {
          followed.v = 0;
          await this.#show(stores, agent, followed, [...followed.followers]);
        });
        this.#log.info('the other relays can be reached');
      }
    } catch {
      this.#stores = undefined;
      this.#planRetry();
    } finally {
      this.#isDraining = false;
    }
  }

  async #bringBack(stores: NatsStores, agent: AgentKey): Promise<void> {
    const own = this.#own.get(agent);
    for (let tries = 0; own && tries < MOST_TRIES; tries++) {
      const { book: there = EMPTY_BOOK, revision } = await stores.read(agent);
      const merged = mergeBooks(own, there);
      if (JSON.stringify(merged) === JSON.stringify(there)) return;
      const next = there.v === 0 ? merged : { ...merged, v: merged.v + 1 };
      if (await stores.save(agent, next, revision)) {
        this.#own.set(agent, next);
        this.#publish(agent, { book: next });
        return;
      }
    }
  }

  async #drainQueue(): Promise<void> {
    while (this.#stores && this.#queue.length > 0) {
      const [first] = this.#queue;
      if (!first) return;
      await this.#write(this.#stores, first.agent, first.event);
      this.#queue.shift();
    }
  }

  #planSweep(): void {
    this.#stopSweep = this.#clock.after(SWEEP_EVERY_MS, () => {
      void this.#sweep(this.#clock.now()).catch((error) => this.#trouble(error));
      this.#planSweep();
    });
  }

  async #sweep(now: EpochMs): Promise<void> {
    for (const [agent, book] of this.#own) {
      if (isBookOver(book, now) && !this.#followed.has(agent)) this.#own.delete(agent);
      const stores = this.#stores;
      if (!stores || sweepBook(book, now).ended.length === 0) continue;
      const { book: there = EMPTY_BOOK, revision } = await stores.read(agent);
      const { book: swept, ended } = sweepBook(there, now);
      this.#own.set(agent, swept);
      if (ended.length === 0 || !(await stores.save(agent, swept, revision))) continue;
      const [{ callId } = { callId: undefined }] = ended.length === 1 ? ended : [];
      this.#publish(agent, { book: swept, ...(callId === undefined ? {} : { callId }) });
    }
  }
}

function readChange(text: string): Change | undefined {
  const change = asObject(readJson(text));
  const book = readBook(change?.book);
  const callId = asWord(change?.callId);
  return book && { book, ...(callId === undefined ? {} : { callId }) };
}

async function each<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await job(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
