import { contains, matches } from './nodes.ts';
import { rootOf } from './roots.ts';
import { isInView, LOWEST_DIGIT } from './veils.ts';

/** Nobody presses a key so soon after another one has moved the focus. */
const TOO_SOON_MS = 40;
const MOST_PARTS = 20;
const WRITTEN_IN = 'input,textarea,select,[contenteditable]';

/** How the keyboard came to an element of the page. */
export interface FocusMove {
  readonly to: Element;
  readonly from: EventTarget | null;
  /** As `Event.timeStamp`. */
  readonly at: number;
}

/**
 * True when a click that is real was perhaps meant for something else than the link or button it arrived at: the key was pressed in a field,
 * or a label, a form or an access key has passed it on, or it cannot be seen what was pressed.
 */
export function isPassedOn(click: MouseEvent, control: Element, focus: FocusMove | undefined): boolean {
  const isButton = control.localName === 'button';
  if (click.detail > 0) return isButton && !isAt(control, click.clientX, click.clientY);
  if (control.hasAttribute('accesskey') || !isPointable(control)) return true;
  const cameNow = focus && contains(control, focus.to as Node) && click.timeStamp - focus.at < TOO_SOON_MS;
  const cameFromText = focus?.from instanceof Element && matches(focus.from, WRITTEN_IN);
  if (cameNow && (isButton || cameFromText)) return true;
  // Screen readers press links without the focus.
  return isButton && !contains(control, rootOf(control)?.activeElement ?? null);
}

function isPointable(control: Element): boolean {
  const parts = [control, ...control.querySelectorAll('*')].slice(0, MOST_PARTS);
  return parts.some((part) =>
    [...part.getClientRects()].some(({ left, top, width, height }) => {
      const [x, y] = [left + width / 2, top + height / 2];
      return width >= LOWEST_DIGIT && height >= LOWEST_DIGIT && isInView(x, y) && isAt(control, x, y);
    }),
  );
}

function isAt(control: Element, x: number, y: number): boolean {
  return contains(control, rootOf(control)?.elementFromPoint(x, y) ?? null);
}
