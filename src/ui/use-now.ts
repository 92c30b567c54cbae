import { useEffect, useState } from 'preact/hooks';
import type { EpochMs } from '../core/calls.ts';

const SECOND_MS = 1000;

/** The time, told anew at each full second after `from` while `isRunning`. One timer, and none when nothing runs. */
export function useNow(isRunning: boolean, from: EpochMs = 0): EpochMs {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return;
    let timer: ReturnType<typeof setTimeout>;
    const beat = () => {
      const time = Date.now();
      setNow(time);
      timer = setTimeout(beat, SECOND_MS - ((((time - from) % SECOND_MS) + SECOND_MS) % SECOND_MS));
    };
    beat();
    return () => clearTimeout(timer);
  }, [isRunning, from]);
  return now;
}
