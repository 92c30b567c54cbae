/** How long a browser may take for something that happens within a fraction of a second on an idle machine. */
const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 40;

/**
 * Waits until `probe` answers with something truthy and passes it on.
 * @param what - what is waited for, in plain words; it is the error's text
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  withinMs: number = PATIENCE_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + withinMs;
  let last: unknown;
  do {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, false | null | undefined>;
      last = value;
    } catch (error) {
      last = error;
    }
    await rest(LOOK_EVERY_MS);
  } while (Date.now() < deadline);
  throw new Error(`Waited ${withinMs} ms in vain until ${what}${last instanceof Error ? ` (${last.message})` : ''}`);
}

/** For real time only: what a browser does by itself cannot be moved forward like a clock. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
