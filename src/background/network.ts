import { isLive } from '../core/calls.ts';
import type { AppState } from '../core/update.ts';
import type { Clock } from './clock.ts';

export interface NetworkParts {
  readonly clock: Clock;
  /** What the browser says: false means that there is certainly no network. */
  isOnline(): boolean;
  /** The network has come or gone. */
  onChange(isOnline: boolean): void;
}

/** Tells when the network comes back or goes. */
export interface NetworkWatch {
  /** Looks now: an event of the browser says that something has changed. */
  look(): void;
  onState(state: AppState): void;
}

const LOOK_EVERY_MS = 2_000;

/**
 * Watches the network while it matters: while there is no line, or a call. Looking is needed beside the browser's events, since Chrome's
 * workers are not told of every change.
 */
export function createNetworkWatch({ clock, isOnline, onChange }: NetworkParts): NetworkWatch {
  let wasOnline = isOnline();
  let isWanted = false;
  let isWaiting = false;

  function look(): void {
    const now = isOnline();
    if (now === wasOnline) return;
    wasOnline = now;
    onChange(now);
  }

  function later(): void {
    if (isWaiting || !isWanted) return;
    isWaiting = true;
    clock.after(LOOK_EVERY_MS, () => {
      isWaiting = false;
      look();
      later();
    });
  }

  return {
    look,
    onState({ connection, calls }) {
      isWanted = connection.status === 'waiting' || connection.status === 'connecting' || calls.some(isLive);
      later();
    },
  };
}
