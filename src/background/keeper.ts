import type { CallId } from '../core/calls.ts';
import { type AppEvent, type AppState, type Effect, INITIAL, nextDeadline, update } from '../core/update.ts';
import type { Clock } from './clock.ts';

export interface KeeperParts {
  readonly clock: Clock;
  load(): Promise<AppState>;
  save(state: AppState): Promise<void>;
  /** Does what the core asked for; called only once the state that says so is saved. */
  run(effect: Effect): void;
  /** The state was saved (or not) and is what everybody may show. */
  onState(state: AppState): void;
  /** Saving does not work, or works again. */
  onSaving(works: boolean): void;
  /** Told of every event as it is taken. */
  onEvent?(event: AppEvent): void;
}

/** The single writer of the app's state. */
export interface Keeper {
  /** Takes an event; resolves once its outcome is saved. Never rejects. */
  dispatch(event: AppEvent): Promise<void>;
  /** Looks at the state and answers, with or without an event, and nothing else happens in between. */
  decide<T>(choose: (state: AppState, now: number) => Decision<T>): Promise<T>;
  /** The latest state; `INITIAL` until the saved one is loaded. */
  current(): AppState;
}

export interface Decision<T> {
  readonly answer: T;
  readonly event?: AppEvent;
}

/** A deadline that has passed and is still there must not keep us busy. */
const SHORTEST_WAIT_MS = 250;

/**
 * Takes events one after the other: update, save, and only then effects. A crash can lose a try, never repeat one. When the browser does
 * not save, the state lives on in memory, nothing new is dialled, and `onSaving` says so.
 */
export function createKeeper(parts: KeeperParts): Keeper {
  const { clock } = parts;
  let state = INITIAL;
  let cancelDeadline = () => {};
  let isSaved = true;
  let queue: Promise<void> = load();

  async function load(): Promise<void> {
    try {
      state = await parts.load();
    } catch {
      parts.onSaving(false);
    }
  }

  async function take(event: AppEvent): Promise<void> {
    const before = state;
    parts.onEvent?.(event);
    const step = update(before, event, clock.now());
    state = step.state;
    const works = step.state === before && isSaved ? true : await save();
    for (const effect of step.effects) {
      if (effect.type === 'dial' && !works) await refuse(effect.intent.id);
      else parts.run(effect);
    }
    armDeadline();
    parts.onState(state);
  }

  async function save(): Promise<boolean> {
    const works = (await trySave()) || (await trySave());
    if (works !== isSaved) parts.onSaving(works);
    isSaved = works;
    return works;
  }

  async function trySave(): Promise<boolean> {
    try {
      await parts.save(state);
      return true;
    } catch {
      return false;
    }
  }

  /** What is not written down is not dialled: after a crash nobody would know that the call exists. */
  async function refuse(id: CallId): Promise<void> {
    const error = { kind: 'not-saved', detail: '' } as const;
    const step = update(
      state,
      { type: 'dialled', id, result: { ok: false, error: { error, placed: 'no' } } },
      clock.now(),
    );
    state = step.state;
    await save();
  }

  function armDeadline(): void {
    cancelDeadline();
    const at = nextDeadline(state);
    if (at === undefined) return;
    cancelDeadline = clock.after(Math.max(at - clock.now(), SHORTEST_WAIT_MS), () => void dispatch({ type: 'tick' }));
  }

  function enqueue<T>(job: () => Promise<T>): Promise<T> {
    const done = queue.then(job);
    queue = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  function dispatch(event: AppEvent): Promise<void> {
    return enqueue(() => take(event)).catch((error: unknown) => report(error));
  }

  return {
    dispatch,
    decide: (choose) =>
      enqueue(async () => {
        const { answer, event } = choose(state, clock.now());
        if (event) await take(event);
        return answer;
      }),
    current: () => state,
  };
}

/** A bug of ours: the worker lives on with the state it had. Only the kind of error is said, its text may hold anything. */
function report(error: unknown): void {
  console.error('PageDial: an event was dropped:', error instanceof Error ? error.name : 'error');
}
