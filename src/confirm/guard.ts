/** How long a press counts for nothing after the window came, got the focus or changed its size: it may have been meant for what was there before. */
export const INERT_MS = 700;

/** Tells a deliberate press from one that the window came in the way of: the second half of a double click, a key that is held down. */
export interface Guard {
  /** The window came, or changed under the user's eyes. */
  disturb(now: number): void;
  /** A button or key went down on what is guarded. */
  begin(now: number): void;
  /** The press is over; true when all of it was after the wait. */
  end(now: number): boolean;
  /** How long to wait until presses count. */
  waitFor(now: number): number;
}

/** Times are milliseconds of one and the same clock. */
export function createGuard(now: number): Guard {
  let readyAt = now + INERT_MS;
  let begunAt: number | undefined;
  return {
    disturb(at) {
      readyAt = at + INERT_MS;
    },
    begin(at) {
      begunAt = at;
    },
    end(at) {
      // Screen readers press without a button or key going down.
      const begun = begunAt ?? at;
      begunAt = undefined;
      return begun >= readyAt && at >= readyAt;
    },
    waitFor: (at) => Math.max(0, readyAt - at),
  };
}
