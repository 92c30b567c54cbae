import { taughtTextOf } from '../core/taught.ts';
import type { PointedPlace } from '../messaging/protocol.ts';
import { askBackground } from './ask-background.ts';
import type { Target } from './targets.ts';

/** Tells the background what the right-click menu would be about. */
export interface Pointing {
  /** The pointer is here. */
  moved(x: number, y: number): void;
  /** A menu is about to open: no time to wait. */
  pressed(x: number, y: number): void;
}

export interface PointingParts {
  targetAt(x: number, y: number): Target | undefined;
  /** True for a text that is found as a number already. */
  isKnown(taughtText: string): boolean;
  selection(): string;
}

/** The browser builds its menu while the page hears of the click, so what is under a resting pointer is told before. */
const REST_MS = 120;
const LONGEST = 64;
/** Shorter ones are extensions, which need a label to be found. */
const FEWEST_DIGITS = 6;

/** Says only what is news, and nothing while the pointer is over no number. */
export function createPointing(parts: PointingParts, signal: AbortSignal): Pointing {
  let told = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function tell(x: number, y: number): void {
    const place = placeOf(parts.targetAt(x, y), parts.selection().trim());
    const text = JSON.stringify(place);
    if (text === told || (told === '' && place.offers === 'neither' && place.text === undefined)) return;
    told = text;
    void askBackground('page/pointed', place);
  }

  function placeOf(target: Target | undefined, selected: string): PointedPlace {
    const taught = selected.length > LONGEST ? undefined : taughtTextOf(selected);
    if (taught !== undefined && taught.length >= FEWEST_DIGITS && !parts.isKnown(taught)) {
      return { offers: 'teach-phone' };
    }
    if (!target || target.refused !== undefined) return { offers: 'neither' };
    // Never a part of it: what is left out could make it another number.
    const text = target.text.length > LONGEST ? '' : target.text;
    // A link says by itself that it is a number; so does a button of the page.
    return { text, offers: target.source === 'text' || target.source === 'field' ? 'teach-none' : 'neither' };
  }

  return {
    moved(x, y) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!signal.aborted) tell(x, y);
      }, REST_MS);
    },
    pressed(x, y) {
      clearTimeout(timer);
      tell(x, y);
    },
  };
}
