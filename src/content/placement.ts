import { LONG_TEXT } from './blocks.ts';
import { isUncovered, painterOf, type Spot } from './geometry.ts';
import { part } from './host.ts';
import { contains, parentElementOf } from './nodes.ts';
import { rootOf } from './roots.ts';
import type { Target } from './targets.ts';

/** Where a button goes, in CSS pixels of the viewport. `beside`: seen all the time. `hover`: while the number is pointed at or focused. */
export interface Placed {
  readonly mode: 'beside' | 'hover';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const SIZE = 24;
const GAP = 2;
/** Of a punctuation mark, as a share of the line's height. */
const MARK_WIDTH = 0.4;
/** The round part that is painted, which must not touch text. */
const DISC = 20;

interface CaretPoint {
  caretPositionFromPoint?(x: number, y: number, options?: { shadowRoots: ShadowRoot[] }): CaretAt | null;
  caretRangeFromPoint?(x: number, y: number): Range | null;
}
interface CaretAt {
  readonly offsetNode: Node;
  readonly offset: number;
}

/** The place for a target's button, or undefined while the number itself cannot be seen (covered, clipped, outside the view). */
export function placeButton(
  target: Target,
  spot: Spot,
  ours: (element: Element) => boolean,
  taken: readonly Placed[],
): Placed | undefined {
  const painter = painterOf(target);
  if (!painter || !isSeen(target, painter, spot, ours)) return undefined;
  if (target.source === 'field') return besideField(painter, spot, ours, taken);
  const isRtl = getComputedStyle(painter).direction === 'rtl';
  const after = boxAt(spot.last.right + GAP, middle(spot.last));
  // A full stop or a bracket may stand behind the number, and nothing after it.
  const behind = boxAt(spot.last.right + GAP + spot.last.height * MARK_WIDTH, middle(spot.last));
  const before = boxAt(spot.first.left - GAP - SIZE, middle(spot.first));
  for (const box of isRtl ? [before, after] : [after, behind, before]) {
    if (hasRoom(box, painter, ours) && !meets(box, taken)) return { mode: 'beside', ...box };
  }
  const x = isRtl ? Math.max(0, spot.last.left - SIZE) : Math.min(spot.last.right, innerWidth - SIZE);
  return { mode: 'hover', ...boxAt(x, middle(spot.last)) };
}

/** True while the number itself can be seen. */
export function isInSight(target: Target, spot: Spot, ours: (element: Element) => boolean): boolean {
  const painter = painterOf(target);
  return painter !== undefined && isSeen(target, painter, spot, ours);
}

function besideField(
  field: Element,
  spot: Spot,
  ours: (element: Element) => boolean,
  taken: readonly Placed[],
): Placed {
  const y = field instanceof HTMLTextAreaElement ? spot.box.top + SIZE / 2 + 4 : middle(spot.box);
  const inside = boxAt(spot.box.right - SIZE - 4, y);
  if (textEnd(field, spot.box) + 4 < inside.x && !meets(inside, taken) && isUncovered(field, inside.x + 12, y, ours)) {
    return { mode: 'beside', ...inside };
  }
  const outside = boxAt(spot.box.right + GAP, y);
  const parent = parentElementOf(field);
  if (parent && hasRoom(outside, parent, ours) && !meets(outside, taken)) return { mode: 'beside', ...outside };
  return { mode: 'hover', ...inside };
}

/** Where a field's text ends, as far as it can be told; the right edge where it cannot. */
function textEnd(field: Element, box: DOMRect): number {
  if (!(field instanceof HTMLInputElement)) return field instanceof HTMLTextAreaElement ? box.right : box.left;
  const style = getComputedStyle(field);
  if (style.direction === 'rtl' || !/^(start|left|-webkit-auto)$/.test(style.textAlign)) return box.right;
  return box.left + Number.parseFloat(style.paddingLeft) + textWidth(field.value, style.font);
}

let pen: CanvasRenderingContext2D | null | undefined;

function textWidth(text: string, font: string): number {
  pen ??= (part('canvas', '') as HTMLCanvasElement).getContext('2d');
  if (!pen) return Number.POSITIVE_INFINITY;
  pen.font = font;
  return pen.measureText(text).width;
}

function isSeen(target: Target, painter: Element, { first, last }: Spot, ours: (element: Element) => boolean): boolean {
  // A number split over elements is painted by another one at its start than at its end.
  const starter = target.place.in === 'text' ? (target.place.start.parentElement ?? painter) : painter;
  const ends = [{ rect: last, by: painter }];
  if (first !== last || starter !== painter) ends.unshift({ rect: first, by: starter });
  return ends.every(({ rect, by }) => {
    const y = middle(rect);
    if (y < 0 || y > innerHeight || rect.right < 0 || rect.left > innerWidth) return false;
    const x = Math.min(Math.max(rect.left + rect.width / 2, 1), innerWidth - 1);
    if (!isUncovered(by, x, y, ours)) return false;
    return rect !== last || isUncovered(painter, Math.min(rect.right - 2, innerWidth - 1), y, ours);
  });
}

/** True where only the ground around the number lies, without text and without other boxes. */
function hasRoom(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  painter: Element,
  ours: (element: Element) => boolean,
): boolean {
  const inset = (SIZE - DISC) / 2;
  const [left, right] = [box.x + inset, box.x + SIZE - inset];
  const [top, bottom] = [box.y + inset + 3, box.y + SIZE - inset - 3];
  const view = document.documentElement;
  if (left < 1 || right > (view.clientWidth || innerWidth) - 1 || top < 0 || bottom > innerHeight) return false;
  const [x, y] = [box.x + SIZE / 2, box.y + SIZE / 2];
  const aside = DISC / 4;
  const points: readonly (readonly [number, number])[] = [
    [left, y],
    [right, y],
    [x, y],
    [x - aside, top],
    [x + aside, top],
    [x - aside, bottom],
    [x + aside, bottom],
  ];
  return points.every(([px, py]) => isGround(px, py, painter, ours));
}

function isGround(x: number, y: number, painter: Element, ours: (element: Element) => boolean): boolean {
  const root = rootOf(painter);
  if (!root) return false;
  let hit = root.elementFromPoint(x, y);
  if (hit && ours(hit)) hit = root.elementsFromPoint(x, y).find((element) => !ours(element)) ?? null;
  if (!hit) return false;
  if (!contains(hit, painter) && !(root instanceof ShadowRoot && contains(hit, root.host))) return false;
  return !hasText(hit, x, y, root instanceof ShadowRoot ? root : undefined);
}

/** True when a letter of the element's own text is at this point. */
function hasText(element: Element, x: number, y: number, shadow: ShadowRoot | undefined): boolean {
  let hasOwnText = false;
  for (let node = element.firstChild; node && !hasOwnText; node = node.nextSibling) {
    hasOwnText = node instanceof Text && (node.length > LONG_TEXT || /\S/.test(node.data));
  }
  if (!hasOwnText && element.childElementCount === 0) return false;
  const at = caretAt(x, y, shadow);
  if (!at || !(at.offsetNode instanceof Text)) return false;
  const range = document.createRange();
  const { length } = at.offsetNode;
  range.setStart(at.offsetNode, Math.max(0, at.offset - 1));
  range.setEnd(at.offsetNode, Math.min(length, at.offset + 1));
  if (!/\S/.test(range.toString())) return false;
  return [...range.getClientRects()].some(
    (rect) => x >= rect.left - 1 && x <= rect.right + 1 && y >= rect.top && y <= rect.bottom,
  );
}

function caretAt(x: number, y: number, shadow: ShadowRoot | undefined): CaretAt | null {
  const page = document as Document & CaretPoint;
  if (page.caretPositionFromPoint) {
    return page.caretPositionFromPoint(x, y, shadow ? { shadowRoots: [shadow] } : undefined);
  }
  const range = page.caretRangeFromPoint?.(x, y);
  return range ? { offsetNode: range.startContainer, offset: range.startOffset } : null;
}

function boxAt(x: number, y: number) {
  return { x: Math.round(x), y: Math.round(y - SIZE / 2), width: SIZE, height: SIZE };
}

/** Boxes in rows close above one another may touch; side by side they may not. */
function meets(box: { readonly x: number; readonly y: number }, taken: readonly Placed[]): boolean {
  return taken.some((other) => Math.abs(other.x - box.x) < SIZE && Math.abs(other.y - box.y) < 13);
}

function middle(rect: DOMRect): number {
  return rect.top + rect.height / 2;
}
