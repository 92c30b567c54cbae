import type { Trouble } from '../core/trouble.ts';

/** What is wrong with our own house right now. */
export interface Troubles {
  set(trouble: Trouble, isThere: boolean): void;
  list(): readonly Trouble[];
}

/** @param onChange - publishes the list; may fail, since storage may be the very trouble */
export function createTroubles(onChange: (troubles: readonly Trouble[]) => Promise<void>): Troubles {
  const present = new Set<Trouble>();
  return {
    set(trouble, isThere) {
      if (present.has(trouble) === isThere) return;
      if (isThere) present.add(trouble);
      else present.delete(trouble);
      void onChange([...present]).catch(() => {});
    },
    list: () => [...present],
  };
}
