import type { EpochMs } from '../core/calls.ts';
import type { AgentKey } from './agent.ts';
import { type AgentBook, type CallEvent, callsOf, EMPTY_BOOK, isBookOver, sweepBook, takeEvent } from './book.ts';
import { type CallBus, FIRST_WITHIN_MS, type Follower, SWEEP_EVERY_MS, type Took } from './bus.ts';
import type { RelayClock } from './clock.ts';

/** The bus of a relay that is alone: everything in its own memory. */
export class MemoryBus implements CallBus {
  readonly isUp = true;
  readonly queued = 0;
  readonly #clock: RelayClock;
  readonly #books = new Map<AgentKey, AgentBook>();
  readonly #followers = new Map<AgentKey, Set<Follower>>();
  readonly #used = new Map<string, EpochMs>();
  readonly #replies = new Map<string, (question: string) => Promise<string>>();
  #stop = () => {};

  constructor(clock: RelayClock) {
    this.#clock = clock;
    this.#plan();
  }

  async take(agent: AgentKey, event: CallEvent): Promise<Took> {
    const { book, outcome, call } = takeEvent(this.#books.get(agent) ?? EMPTY_BOOK, event, this.#clock.now());
    if (outcome === 'unknown') return outcome;
    this.#books.set(agent, book);
    if (outcome === 'news' && call) for (const follower of this.#followers.get(agent) ?? []) follower.change(call);
    return outcome;
  }

  async follow(agent: AgentKey, follower: Follower): Promise<() => void> {
    const followers = this.#followers.get(agent) ?? new Set();
    this.#followers.set(agent, followers.add(follower));
    follower.snapshot(callsOf(this.#books.get(agent) ?? EMPTY_BOOK, this.#clock.now()));
    return () => {
      followers.delete(follower);
      if (followers.size === 0 && this.#followers.get(agent) === followers) this.#followers.delete(agent);
    };
  }

  async first(id: string): Promise<boolean> {
    if (this.#used.has(id)) return false;
    this.#used.set(id, this.#clock.now());
    return true;
  }

  async ask(name: string, question: string): Promise<string | undefined> {
    return this.#replies.get(name)?.(question);
  }

  async answer(name: string, reply: (question: string) => Promise<string>): Promise<void> {
    this.#replies.set(name, reply);
  }

  async close(): Promise<void> {
    this.#stop();
  }

  #plan(): void {
    this.#stop = this.#clock.after(SWEEP_EVERY_MS, () => {
      this.#sweep(this.#clock.now());
      this.#plan();
    });
  }

  #sweep(now: EpochMs): void {
    for (const [id, at] of this.#used) if (now - at > 2 * FIRST_WITHIN_MS) this.#used.delete(id);
    for (const [agent, before] of this.#books) {
      const { book, ended } = sweepBook(before, now);
      for (const call of ended) for (const follower of this.#followers.get(agent) ?? []) follower.change(call);
      if (isBookOver(book, now)) this.#books.delete(agent);
      else this.#books.set(agent, book);
    }
  }
}
