import { isLive } from '../core/calls.ts';
import type { AppState } from '../core/update.ts';

export interface UpdatesParts {
  /** True while one of our own pages is open: what is typed there would be lost. */
  isPageOpen(): Promise<boolean>;
  /** Ends this version; the browser starts the new one. */
  apply(): void;
}

/** Lets a newer version in when it disturbs nobody. */
export interface Updates {
  /** The browser has a newer version ready. */
  onAvailable(): void;
  /** The state has changed, or some time has passed. */
  onState(state: AppState): void;
}

/**
 * A newer version waits for the end of every live call. The browser would otherwise wait until we are idle, which a background that stays
 * connected never is. Where it does not ask (a reload by hand), the call goes on at the PBX and the new version finds it there.
 */
export function createUpdates(parts: UpdatesParts): Updates {
  let isAvailable = false;
  let isApplied = false;
  let isLooking = false;
  let isBusy = true;

  async function look(): Promise<void> {
    if (!isAvailable || isApplied || isBusy || isLooking) return;
    isLooking = true;
    const isOpen = await parts.isPageOpen().catch(() => false);
    isLooking = false;
    // A call may have begun meanwhile.
    if (isOpen || isBusy || isApplied) return;
    isApplied = true;
    parts.apply();
  }

  return {
    onAvailable() {
      isAvailable = true;
      void look();
    },
    onState({ calls }) {
      isBusy = calls.some(isLive);
      void look();
    },
  };
}
