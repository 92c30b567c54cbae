import type { RelayCall } from '../core/relay-frames.ts';
import type { AgentKey } from './agent.ts';
import type { CallEvent, Outcome } from './book.ts';

/** Told about one agent's calls: first a snapshot, then each change, in order; a snapshot again after a gap. */
export interface Follower {
  snapshot(calls: readonly RelayCall[]): void;
  change(call: RelayCall): void;
}

/** What became of an event. `queued`: it is safe here, and is taken as soon as the other relays can be reached. */
export type Took = Outcome | 'queued';

/** What all relays of a company know together. One of them alone keeps it in its own memory. Nothing here throws. */
export interface CallBus {
  /** Resolves once the event is taken: a change has been told to every follower of this relay and sent to those of the others. */
  take(agent: AgentKey, event: CallEvent): Promise<Took>;
  /** Resolves once the snapshot was told; `down` where it cannot be had. */
  follow(agent: AgentKey, follower: Follower): Promise<'down' | (() => void)>;
  /** True for the first who asks with this id within a minute, among all relays; `down` where they cannot be asked. */
  first(id: string): Promise<boolean | 'down'>;
  /** Asks the relay that answers questions of this name; undefined where none does. */
  ask(name: string, question: string): Promise<string | undefined>;
  /** This relay answers questions of this name. Resolves once the others know. */
  answer(name: string, reply: (question: string) => Promise<string>): Promise<void>;
  /** False while other relays cannot be reached. */
  readonly isUp: boolean;
  /** Events that wait for the other relays. */
  readonly queued: number;
  /** Takes what is queued where that is possible, then ends. */
  close(): Promise<void>;
}

/** How often calls are looked for that nobody has heard of for too long. */
export const SWEEP_EVERY_MS = 60_000;
/** An id that was used is remembered at least this long. */
export const FIRST_WITHIN_MS = 60_000;
