import type { PageNumber, PageNumbers } from '../messaging/protocol.ts';

/** What all frames of a page have told so far. */
export interface NumbersFound {
  /** False while a frame is still at its first pass. */
  readonly isComplete: boolean;
  readonly numbers: readonly PageNumber[];
  /** The page brings call buttons of its own (`<pbxcall number>`). */
  readonly hasOwnButtons?: true;
  /** A frame changes so much that it is looked at less often. */
  readonly isRestless?: true;
}

export const NONE_YET: NumbersFound = { isComplete: true, numbers: [] };

/** Adds one frame's answer. A number that stands in several places (or frames) is listed once, a fax never hides a phone. */
export function addFrame(found: NumbersFound, frame: PageNumbers): NumbersFound {
  const known = new Set(found.numbers.map(keyOf));
  const fresh = frame.numbers.filter((number) => {
    const key = keyOf(number);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
  const hasOwnButtons = found.hasOwnButtons ?? frame.numbers.some(({ source }) => source === 'embed');
  return {
    isComplete: found.isComplete && frame.complete,
    numbers: [...found.numbers, ...fresh],
    ...(hasOwnButtons ? { hasOwnButtons } : {}),
    ...(found.isRestless || frame.restless ? { isRestless: true } : {}),
  };
}

/** What the background is asked to dial for a number on the page. */
export function dialText(number: PageNumber, reading = number.e164 ?? number.dial ?? ''): string {
  return number.ext === undefined ? reading : `${reading} x${number.ext}`;
}

/** A frame's post on the `page/numbers` port, or undefined when it is none. */
export function readFramePost(message: unknown): PageNumbers | undefined {
  const frame = (message as { frame?: PageNumbers } | null)?.frame;
  return frame && Array.isArray(frame.numbers) ? frame : undefined;
}

function keyOf(number: PageNumber): string {
  return JSON.stringify([number.kind, number.e164 ?? number.dial ?? number.text, number.ext ?? '']);
}
