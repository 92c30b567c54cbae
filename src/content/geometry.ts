import { contains } from './nodes.ts';
import { containsAcross, parentAcross, rootOf } from './roots.ts';
import type { Target } from './targets.ts';

/** What is seen of a number: where it stands and what lies around it. Boxes in CSS pixels of the viewport. */
export interface Spot {
  /** The whole number, all its lines. */
  readonly box: DOMRect;
  /** Its last line: a button stands beside this. */
  readonly last: DOMRect;
  /** Its first line. */
  readonly first: DOMRect;
}

const LONGEST_MARKED_LINK = 60;

/** A live range over a text target, or undefined once its nodes are gone. */
export function rangeOf(target: Target): Range | undefined {
  const { place } = target;
  if (place.in !== 'text' || !place.start.isConnected || !place.end.isConnected) return undefined;
  try {
    const range = document.createRange();
    range.setStart(place.start, place.startOffset);
    range.setEnd(place.end, place.endOffset);
    return range.collapsed ? undefined : range;
  } catch {
    return undefined;
  }
}

/**
 * A live range over what is to be marked of a target: its text, or that of a link whose author took away the line under it. Undefined
 * where a mark would add nothing: fields, buttons, links that look like links.
 */
export function markRangeOf(target: Target): Range | undefined {
  const { place } = target;
  if (place.in === 'text') return rangeOf(target);
  const { element } = place;
  if (target.source !== 'link' || !element.isConnected || !showsNumber(element) || isUnderlined(element))
    return undefined;
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.collapsed ? undefined : range;
}

/** Where the target is, or undefined while it takes no room (hidden, removed). */
export function spotOf(target: Target): Spot | undefined {
  const { place } = target;
  const rects = place.in === 'text' ? rangeOf(target)?.getClientRects() : linkRects(place.element);
  if (!rects) return undefined;
  let [first, last]: [DOMRect | undefined, DOMRect | undefined] = [undefined, undefined];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const rect of rects) {
    if (rect.width < 1 || rect.height < 1) continue;
    first ??= rect;
    last = rect;
    left = Math.min(left, rect.left);
    top = Math.min(top, rect.top);
    right = Math.max(right, rect.right);
    bottom = Math.max(bottom, rect.bottom);
  }
  if (!first || !last) return undefined;
  return { first, last, box: new DOMRect(left, top, right - left, bottom - top) };
}

/** The element that paints the number. */
export function painterOf(target: Target): Element | undefined {
  if (target.place.in === 'element') return target.place.element;
  return target.place.end.parentElement ?? rootHost(target.place.end);
}

/** True when styles let the number be seen: not hidden by visibility, display or a see-through ancestor. */
export function isShown(element: Element): boolean {
  return element.checkVisibility({
    checkOpacity: true,
    checkVisibilityCSS: true,
    opacityProperty: true,
    visibilityProperty: true,
    contentVisibilityAuto: true,
  });
}

/**
 * True while the page hides all of itself, as many do for seconds until their styles, fonts or tests have arrived. What it is about to
 * show can be read already. Other frames may stay hidden for good.
 */
export function isPageHeldBack(page: Document): boolean {
  const root: Element | null = page.documentElement;
  if (window !== window.top || !root) return false;
  const body = bodyOf(root);
  return hides(root) || (body !== undefined && (hides(body) || isUnseen(body)));
}

/** True when nothing below the page's body hides the element: it is seen once the page shows itself. */
export function isShownWithinPage(element: Element): boolean {
  const body = bodyOf(element.ownerDocument.documentElement);
  if (isUnseen(element) && !(body && isUnseen(body))) return false;
  for (let node: Element | undefined = element; node && node !== body; node = parentAcross(node)) {
    if (hides(node)) return false;
  }
  return true;
}

function hides(element: Element): boolean {
  const { display, opacity } = getComputedStyle(element);
  return display === 'none' || opacity === '0';
}

function isUnseen(element: Element): boolean {
  return getComputedStyle(element).visibility !== 'visible';
}

/** The body as the page's tree has it: a page may have an element named `body`. */
function bodyOf(root: Element): Element | undefined {
  return [...root.children].find((child) => child.localName === 'body');
}

/** True when nothing the eye would notice lies over this point of the painter. `ours` is never in the way. */
export function isUncovered(painter: Element, x: number, y: number, ours: (element: Element) => boolean): boolean {
  const root = rootOf(painter);
  if (!root) return false;
  const top = root.elementFromPoint(x, y);
  if (top && contains(painter, top)) return true;
  for (const element of root.elementsFromPoint(x, y)) {
    if (ours(element)) continue;
    if (contains(painter, element)) return true;
    // Text that lets the pointer through is hit as what lies behind it.
    if (contains(element, painter)) return isPointerThrough(painter);
    if (!isClear(element)) return false;
  }
  return isPointerThrough(painter);
}

/** True when the number contains the point of the page the element covers, across shadow trees. */
export function isWithin(outer: Element, target: Target): boolean {
  const painter = painterOf(target);
  return painter !== undefined && containsAcross(outer, painter);
}

/** True when the element is fixed to the view, by itself or through an ancestor. */
export function isFixed(element: Element): boolean {
  for (let node: Element | undefined = element; node; node = parentAcross(node)) {
    if (getComputedStyle(node).position === 'fixed') return true;
  }
  return false;
}

function linkRects(element: Element): readonly DOMRect[] | DOMRectList {
  if (element.localName !== 'a') return element.getClientRects();
  // A link's text, not its padding; a link without text (an icon, an image) by its box.
  const range = document.createRange();
  range.selectNodeContents(element);
  const rects = [...range.getClientRects()].filter((rect) => rect.width >= 1 && rect.height >= 1);
  return rects.length > 0 ? rects : element.getClientRects();
}

function showsNumber(link: Element): boolean {
  const text = link.textContent ?? '';
  return text.length <= LONGEST_MARKED_LINK && (text.match(/\p{Nd}/gu) ?? []).length >= 5;
}

function isUnderlined(link: Element): boolean {
  const { textDecorationLine, borderBottomWidth, borderBottomStyle } = getComputedStyle(link);
  return textDecorationLine.includes('underline') || (borderBottomStyle !== 'none' && borderBottomWidth !== '0px');
}

function rootHost(node: Node): Element | undefined {
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : undefined;
}

function isPointerThrough(painter: Element): boolean {
  return getComputedStyle(painter).pointerEvents === 'none';
}

/** A link stretched over a card has no paint of its own; what has any hides the number. */
function isClear(element: Element): boolean {
  return [undefined, '::before', '::after'].every((pseudo) => {
    const style = getComputedStyle(element, pseudo);
    if (pseudo !== undefined && style.content === 'none') return true;
    return isTransparent(style.backgroundColor) && style.backgroundImage === 'none' && style.backdropFilter !== 'blur';
  });
}

function isTransparent(color: string): boolean {
  return color === 'transparent' || /^rgba\(.*,\s*0\)$|\/\s*0\)$/.test(color);
}
