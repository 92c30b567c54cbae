import { useEffect, useMemo, useState } from 'preact/hooks';
import { createGuard, type Guard } from './guard.ts';

/** What the browser tells a window when it comes before the user's eyes, or changes there. */
const DISTURBANCES = ['focus', 'resize', 'pageshow', 'visibilitychange'] as const;

/** The guard of this window, and whether presses count by now. */
export function useGuard(): { readonly guard: Guard; readonly isReady: boolean } {
  const guard = useMemo(() => createGuard(performance.now()), []);
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      const wait = guard.waitFor(performance.now());
      setReady(wait === 0);
      if (wait > 0) timer = setTimeout(look, Math.ceil(wait));
    };
    const disturbed = () => {
      guard.disturb(performance.now());
      clearTimeout(timer);
      look();
    };
    for (const type of DISTURBANCES) addEventListener(type, disturbed, { signal: stop.signal });
    disturbed();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [guard]);
  return { guard, isReady };
}
