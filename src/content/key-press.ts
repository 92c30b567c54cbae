import { contains, matches } from './nodes.ts';
import { containsAcross, parentAcross, rootOf } from './roots.ts';
import { isInView, LOWEST_DIGIT } from './veils.ts';

/** Nobody presses a key so soon after another one has moved the focus. */
const TOO_SOON_MS = 40;
/** Nor does a key that is held down move it on so soon. */
const AT_ONCE_MS = 12;
/** As `MouseEvent.mozInputSource`. */
const KEYBOARD = 6;
/** CSS pixels: of a link that can be seen at least so much. */
const NARROWEST = 12;
const MAY_DRIFT = 8;
const WRITTEN_IN = 'input,textarea,select,[contenteditable]';

/** How the keyboard came to an element of the page. */
export interface FocusMove {
  readonly to: Element;
  readonly from: EventTarget | null;
  /** As `Event.timeStamp`. */
  readonly at: number;
  /** It was taken on from where it had just come: not by the user. */
  readonly isRedirected: boolean;
}

/**
 * The next move of the focus, after the one before. A page takes it on from where it has just come, or from where it came and was taken
 * away before that was told.
 */
export function focusMove(event: FocusEvent, to: Element, before: FocusMove | undefined): FocusMove {
  const { relatedTarget: from, timeStamp: at } = event;
  const isQuick = before !== undefined && at - before.at < AT_ONCE_MS;
  const isRedirected = before !== undefined && from instanceof Element && (isQuick || !containsAcross(from, before.to));
  return { to, from, at, isRedirected };
}

/**
 * True when a click that is real was perhaps meant for something else than the link or button it arrived at: the key was pressed in a field,
 * or a label, a form or an access key has passed it on, or it cannot be seen what was pressed.
 */
export function isPassedOn(click: MouseEvent, control: Element, focus: FocusMove | undefined): boolean {
  const isButton = control.localName === 'button';
  // Firefox counts a key on a link as one click.
  const isByKey = click.detail === 0 || (click as { mozInputSource?: number }).mozInputSource === KEYBOARD;
  if (!isByKey) return isTakenElsewhere(click, control);
  if (control.hasAttribute('accesskey') || !isPointable(control)) return true;
  if (focus?.isRedirected && contains(control, focus.to)) return true;
  const cameNow = focus && contains(control, focus.to) && click.timeStamp - focus.at < TOO_SOON_MS;
  const cameFromText = focus?.from instanceof Element && matches(focus.from, WRITTEN_IN);
  if (cameNow && (isButton || cameFromText)) return true;
  // Screen readers press links without the focus.
  return isButton && !contains(control, rootOf(control)?.activeElement ?? null);
}

/** A page can have all presses of the pointer sent to an element, wherever they are made. */
function isTakenElsewhere({ clientX: x, clientY: y }: MouseEvent, control: Element): boolean {
  if (rootOf(control)?.pointerLockElement) return true;
  if (isAt(control, x, y)) return false;
  // A link may move a little under the press.
  const boxes = control.localName === 'button' ? [] : boxesOf(control);
  return !boxes.some(
    ({ left, top, right, bottom }) =>
      x >= left - MAY_DRIFT && x <= right + MAY_DRIFT && y >= top - MAY_DRIFT && y <= bottom + MAY_DRIFT,
  );
}

function boxesOf(control: Element): readonly DOMRect[] {
  return [control, ...control.querySelectorAll('*')].flatMap((part) => [...part.getClientRects()]);
}

function isPointable(control: Element): boolean {
  return [control, ...control.querySelectorAll('*')].some((part) =>
    [...part.getClientRects()].some((rect) => {
      const { left, top, right, bottom } = uncut(part, rect);
      const [width, y] = [right - left, (top + bottom) / 2];
      const points = [0.25, 0.5, 0.75].map((share) => left + width * share);
      const isLarge = width >= Math.min(rect.width, NARROWEST) && width >= LOWEST_DIGIT && bottom - top >= LOWEST_DIGIT;
      return isLarge && points.every((x) => isInView(x, y) && isAt(control, x, y));
    }),
  );
}

interface Edges {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What is left of a box where those around it cut off what sticks out. Firefox hits what is cut off as well. */
function uncut(part: Element, rect: DOMRect): Edges {
  let edges: Edges = rect;
  for (let node = parentAcross(part); node && parentAcross(node); node = parentAcross(node)) {
    const { overflowX, overflowY, clip } = getComputedStyle(node);
    if (overflowX === 'visible' && overflowY === 'visible' && clip === 'auto') continue;
    const { left, top, right, bottom } = node.getBoundingClientRect();
    edges = {
      left: Math.max(edges.left, left),
      top: Math.max(edges.top, top),
      right: Math.min(edges.right, right),
      bottom: Math.min(edges.bottom, bottom),
    };
  }
  return edges;
}

function isAt(control: Element, x: number, y: number): boolean {
  return contains(control, rootOf(control)?.elementFromPoint(x, y) ?? null);
}
