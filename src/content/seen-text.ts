import { blend, contrast, parseColor } from './colors.ts';
import { isUncovered } from './geometry.ts';
import { containsAcross, parentAcross, rootOf } from './roots.ts';
import { showsAnything } from './seen-link.ts';
import { FAINT_NUMBER, hasEntry, inkOf, isClear, isInView, isSeeThrough, isVeiled, LOWEST_DIGIT } from './veils.ts';

/** CSS pixels a digit takes at least, where it is meant to be read. */
const NARROWEST_DIGIT = 1.5;
/** Text nodes of one number that are looked at, and digits of each. */
const MOST_PARTS = 40;
const MOST_DIGITS = 30;
/** Contrast, 1 to 21, below which ink is not seen on its ground. */
const FAINTEST_INK = 1.25;

/** What the eye sees of a text. */
export interface SeenText {
  readonly digits: string;
  /** Digits of it cannot be read: not drawn, tiny, see-through, cut off or out of view. */
  readonly hasUnseen: boolean;
  /** The eye reads them in another order, or others between them. */
  readonly isJumbled: boolean;
}

/** A text node's part of a number. */
interface Part {
  readonly node: Text;
  readonly from: number;
  readonly to: number;
}

/** Reads a text as the eye does. */
export function readSeen(text: Range): SeenText {
  let digits = '';
  let hasUnseen = false;
  const boxes: DigitBox[] = [];
  let hasMore = false;
  for (const part of partsOf(text)) {
    const painter = part.node.parentElement;
    const [own, seen] = [digitsOf(part), painter ? digitBoxes(part, painter) : []];
    if (own === '') continue;
    if (isUnseen(part, painter, own.length) || seen.some(isOutOfSight)) hasUnseen = true;
    else {
      digits += own;
      boxes.push(...seen);
      if (painter && seen[0] && isLikeGround(painter, seen[0].box)) hasUnseen = true;
    }
    if (painter && hasMoreDigits(painter)) hasMore = true;
  }
  return { digits, hasUnseen, isJumbled: hasMore || isJumbled(boxes) };
}

function partsOf(text: Range): readonly Part[] {
  const found: Part[] = [];
  const root = text.commonAncestorContainer;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let node: Node | null = root instanceof Text ? root : walker.nextNode();
  for (let parts = 0; node && parts < MOST_PARTS; node = walker.nextNode()) {
    if (!(node instanceof Text) || !text.intersectsNode(node)) continue;
    parts += 1;
    const from = node === text.startContainer ? text.startOffset : 0;
    const to = node === text.endContainer ? text.endOffset : node.data.length;
    found.push({ node, from, to });
  }
  return found;
}

function digitsOf({ node, from, to }: Part): string {
  return (node.data.slice(from, to).match(/\p{Nd}/gu) ?? []).join('');
}

/** Where one digit is drawn. */
interface DigitBox {
  readonly box: DOMRect;
  /** Nothing stands between it and the one before. */
  readonly isNext: boolean;
  readonly isRightToLeft: boolean;
}

function digitBoxes({ node, from, to }: Part, painter: Element): readonly DigitBox[] {
  const isRightToLeft = getComputedStyle(painter).direction === 'rtl';
  const boxes: DigitBox[] = [];
  const range = document.createRange();
  let end = -1;
  for (const { 0: digit, index } of node.data.slice(from, to).matchAll(/\p{Nd}/gu)) {
    if (boxes.length === MOST_DIGITS) break;
    range.setStart(node, from + index);
    range.setEnd(node, from + index + digit.length);
    boxes.push({ box: range.getBoundingClientRect(), isNext: index === end, isRightToLeft });
    end = index + digit.length;
  }
  return boxes;
}

function isOutOfSight({ box }: DigitBox): boolean {
  const isSmall = box.width < NARROWEST_DIGIT || box.height < LOWEST_DIGIT;
  return isSmall || !isInView(box.left + box.width / 2, box.top + box.height / 2);
}

/** Between right-to-left letters the groups of a number stand in another order than they are read, each by itself as usual. */
function isJumbled(digits: readonly DigitBox[]): boolean {
  return digits.some(({ box, isNext, isRightToLeft }, at) => {
    const before = digits[at - 1]?.box;
    if (!before || (isRightToLeft && !isNext)) return false;
    return box.left < before.left - 1 && box.top < before.top + before.height / 2;
  });
}

/** Digits of the page's style sheet between those of its text. */
function hasMoreDigits(painter: Element): boolean {
  return ['::before', '::after'].some((name) => /\p{Nd}/u.test(getComputedStyle(painter, name).content));
}

function isUnseen({ node, from, to }: Part, painter: Element | null, digits: number): boolean {
  if (!painter) return false;
  const part = document.createRange();
  part.setStart(node, from);
  part.setEnd(node, to);
  const rects = [...part.getClientRects()];
  const width = rects.reduce((sum, rect) => sum + rect.width, 0);
  const height = Math.max(0, ...rects.map((rect) => rect.height));
  if (width < digits * NARROWEST_DIGIT || height < LOWEST_DIGIT) return true;
  if (isVeiled(painter, FAINT_NUMBER) || isSeeThrough(painter)) return true;
  return rects.some((rect) => {
    const [x, y] = [rect.left + rect.width / 2, rect.top + rect.height / 2];
    return isInView(x, y) && !isUncovered(painter, x, y, () => false);
  });
}

/** True when one could not tell the ink from what is painted behind it; false where a picture or something else may be there. */
function isLikeGround(painter: Element, digit: DOMRect): boolean {
  const ink = inkOf(getComputedStyle(painter));
  for (let node: Element | undefined = painter; node; node = parentAcross(node)) {
    const { backgroundImage, backgroundColor } = getComputedStyle(node);
    if (hasEntry(backgroundImage)) return false;
    if (!isClear(backgroundColor)) return isAlike(ink, backgroundColor) && !isOverOthers(painter, digit);
  }
  return isAlike(ink, 'rgb(255, 255, 255)') && !isOverOthers(painter, digit);
}

/** True where something that the painter does not stand in is painted behind it. */
function isOverOthers(painter: Element, { left, top, width, height }: DOMRect): boolean {
  const [x, y] = [left + width / 2, top + height / 2];
  return (rootOf(painter)?.elementsFromPoint(x, y) ?? []).some(
    (element) => !containsAcross(element, painter) && showsAnything(element, getComputedStyle(element)),
  );
}

function isAlike(ink: string, ground: string): boolean {
  const [over, under] = [parseColor(ink), parseColor(ground)];
  return over !== undefined && under !== undefined && contrast(blend(over, under), under) < FAINTEST_INK;
}
