/** How long one turn of ours may take. */
export const TURN_MS = 6;
/** Of the time, at most about a tenth is ours while a page keeps changing: so long after each millisecond of work. */
const REST_FACTOR = 8;
/** Work in hand before the resting begins, so that a page that changes now and then is read at once. */
const ADVANCE_MS = 60;
const LONGEST_REST_MS = 1_000;
const LASTING_MS = 3_000;
/** After each rest a page is looked at once more: only who needs none for so long has come to rest. */
const FREE_FOR_MS = 1_000;

/** How long to rest from work that a page causes again and again. */
export interface Debt {
  /** So many milliseconds were worked. */
  add(ms: number): void;
  /** Milliseconds still to rest before more is done; 0: none. */
  restMs(): number;
  /** True once the page has asked for more than it is given for some seconds on end. */
  isLasting(): boolean;
}

/**
 * A debt that grows with the work done and wears off with time.
 * @param factor - how long to rest after each millisecond of work
 */
export function createDebt(now: () => number = () => performance.now(), factor = REST_FACTOR): Debt {
  const advance = ADVANCE_MS * factor;
  /** When all work so far, with the rests it asks for, would have been done. */
  let paidUntil = 0;
  let owingSince = 0;
  /** How long ago there was nothing to rest for any more; below 0 while there is. */
  const freeMs = () => now() - (paidUntil - advance);
  return {
    add(ms) {
      if (freeMs() > FREE_FOR_MS) owingSince = now();
      paidUntil = Math.min(Math.max(paidUntil, now()) + ms * factor, now() + advance + 3 * LONGEST_REST_MS);
    },
    restMs: () => Math.min(LONGEST_REST_MS, Math.max(0, -freeMs())),
    isLasting: () => freeMs() < FREE_FOR_MS && now() - owingSince > LASTING_MS,
  };
}

/** A frame that has not come by then is not waited for; a tab in the background draws none. */
const LONGEST_FRAME_MS = 50;
/** A large page's first frame takes longer. */
const LONGEST_FIRST_FRAME_MS = 200;

interface Scheduling {
  readonly scheduler?: {
    postTask?(job: () => void, options: { readonly priority: 'user-visible' | 'background' }): Promise<unknown>;
  };
}

/** Work cut into turns of a few milliseconds. */
export interface Slices {
  /** Runs a job to its end, turn by turn, after those given before. Each `yield` is a place where a turn may end. */
  run(job: () => Generator<void, void, void>): void;
  /** From now on rests between jobs, the longer the more they cost, once a page keeps changing. */
  rest(): void;
  /** The next turn waits until the browser has drawn what changed. */
  waitForFrame(): void;
  /** See {@link Debt.isLasting}. */
  isRestless(): boolean;
  /** Until told otherwise, each turn waits for the browser to have nothing else to do, though not for long. */
  giveWay(gives: boolean): void;
  /** Resolves when nothing is left to do. */
  whenIdle(): Promise<void>;
  stop(): void;
}

/**
 * Makes a queue of sliced work.
 * @param begin - what is waited for before jobs that come to an empty queue: by default until the browser has drawn what changed, so that
 * no layout is asked for before it is made
 */
export function createSlices(
  now = () => performance.now(),
  begin: (longestMs: number) => Promise<void> = afterFrame,
): Slices {
  const jobs: (() => Generator<void, void, void>)[] = [];
  const waiting: (() => void)[] = [];
  let isBusy = false;
  let isStopped = false;
  let isResting = false;
  let mustWait = false;
  let givesWay = false;
  const debt = createDebt(now);

  async function pump(): Promise<void> {
    isBusy = true;
    await pause(debt.restMs());
    await begin(isResting ? LONGEST_FRAME_MS : LONGEST_FIRST_FRAME_MS);
    let worked = 0;
    for (let job = jobs.shift(); job && !isStopped; job = jobs.shift()) {
      const steps = job();
      for (let isDone = false; !isDone && !isStopped; ) {
        const since = now();
        isDone = turnOrReport(steps, since + TURN_MS);
        worked += now() - since;
        if (!isDone || jobs.length > 0) await (givesWay ? whenUnused() : mustWait ? afterFrame() : nextTurn());
        mustWait = false;
      }
    }
    isBusy = false;
    if (isResting) debt.add(worked);
    for (const done of waiting.splice(0)) done();
  }

  /** A fault of ours ends its job, and is seen in the console; the jobs after it are done. */
  function turnOrReport(steps: Generator<void, void, void>, until: number): boolean {
    try {
      return turn(steps, until);
    } catch (error) {
      reportError(error);
      return true;
    }
  }

  function turn(steps: Generator<void, void, void>, until: number): boolean {
    do {
      if (steps.next().done) return true;
    } while (now() < until);
    return false;
  }

  return {
    run(job) {
      if (isStopped) return;
      jobs.push(job);
      if (!isBusy) void pump();
    },
    rest() {
      isResting = true;
    },
    waitForFrame() {
      mustWait = true;
    },
    giveWay(gives) {
      givesWay = gives;
    },
    isRestless: debt.isLasting,
    whenIdle() {
      return isBusy ? new Promise((done) => waiting.push(done)) : Promise.resolve();
    },
    stop() {
      isStopped = true;
      jobs.length = 0;
    },
  };
}

/** Lets the page have its turn; comes back soon, also in a hidden tab. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { scheduler } = globalThis as Scheduling;
    if (scheduler?.postTask) void scheduler.postTask(() => resolve(), { priority: 'user-visible' });
    else setTimeout(resolve, 0);
  });
}

/** Comes back when the browser has nothing else to do, at the latest soon. */
function whenUnused(): Promise<void> {
  if (typeof requestIdleCallback !== 'function') return nextTurn();
  return new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: LONGEST_FRAME_MS }));
}

/** Comes back once the browser has drawn its next frame; in a tab that is not drawn, soon. */
export function afterFrame(longestMs = LONGEST_FRAME_MS): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, document.hidden ? Math.min(longestMs, LONGEST_FRAME_MS) : longestMs);
    requestAnimationFrame(() => {
      clearTimeout(late);
      void nextTurn().then(resolve);
    });
  });
}

function pause(ms: number): Promise<void> {
  return ms < 4 ? nextTurn() : new Promise((resolve) => setTimeout(resolve, ms));
}
