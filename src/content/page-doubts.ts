import type { PageDoubt } from '../core/risk.ts';
import { blend, contrast, parseColor } from './colors.ts';
import { isUncovered, painterOf, rangeOf } from './geometry.ts';
import { matches } from './nodes.ts';
import { containsAcross, parentAcross } from './roots.ts';
import type { Target } from './targets.ts';

/** Below this a button of ours, or the number, is too faint for a press on it to be meant. A page may well draw its own text faintly. */
const FAINT_BUTTON = 0.7;
const FAINT_NUMBER = 0.4;
/** CSS pixels a digit takes at least, where it is meant to be read. */
const NARROWEST_DIGIT = 1.5;
const LOWEST_DIGIT = 4;
/** Fewer are no number that a link could show. */
const FEWEST_DIGITS = 5;
/** Text nodes of one number that are looked at, and digits of each. */
const MOST_PARTS = 40;
const MOST_DIGITS = 30;
/** Contrast, 1 to 21, below which ink is not seen on its ground. */
const FAINTEST_INK = 1.25;
/** CSS pixels. Ours are 24 wide; a page that enlarges one makes the whole screen a call button. */
const LARGEST_BUTTON = 48;
const SMALLEST_BUTTON = 9;
/** Square CSS pixels, and a part of the view: a link that is larger than both takes presses that were meant for other things. */
const VAST_LINK = 90_000;
const VAST_PART = 1 / 4;
/** Elements of a link in which something is looked for that can be seen. */
const MOST_IN_LINK = 60;
const PICTURES = 'img,svg,canvas,video,object,embed,iframe,input,button,progress,meter';
/** Characters. */
const LONGEST_FILTER = 300;
/** Half of the part of a button that must be free to be seen, in CSS pixels. */
const CORE = 4;
/** What was hidden so shortly before the press was not seen by whoever pressed: a page can take its cover away as the press comes. */
const SEEN_FOR_MS = 500;
/** The browser hit-tests every watched button anew whenever something is painted. */
const MOST_WATCHED = 24;
/** The shortest time the browsers allow between two answers. */
const ANSWER_EVERY_MS = 100;

/**
 * Watches the buttons of one host before they are pressed, so that nothing has to be waited for at the press: what a page does to them is
 * looked at when the pointer or the focus comes near, and asked of the browser all the time where it tells (Chromium).
 */
export interface Sight {
  /** Begins to ask the browser about this button; the one watched longest makes room. */
  watch(button: Element): void;
  /** True while another button can be watched without giving one up. */
  hasRoom(): boolean;
  /** It is out of sight for reasons of our own. */
  forget(button: Element): void;
  /** All of them are for a while. Who was hidden by the page stays so until the browser says otherwise. */
  rest(isResting: boolean): void;
  /** Looks once more what the page does to the button and its number. */
  look(button: Element, target: Target): void;
  /** What speaks against taking a press on the button at this moment for the user's wish. */
  doubts(button: Element, target: Target): readonly PageDoubt[];
  stop(): void;
}

interface VisibilityEntry {
  /** Absent where the browser does not look (Firefox). */
  readonly isVisible?: boolean;
  readonly target: Element;
  readonly time: number;
}

/** What the browser has told of one button. */
interface Seen {
  /** `unknown` until it has told; a press is then judged by what can be looked up at once. */
  last: 'unknown' | 'seen' | 'hidden';
  /** When it was hidden last, in the time of `performance.now()`. */
  hiddenAt: number;
  /** Answers about the time before this are about something else. */
  from: number;
}

const DOUBTFUL: readonly PageDoubt[] = ['page-doubtful'];

/**
 * What makes it doubtful that the user saw the link that was pressed, though the press itself was real: something that hides, covers or
 * fades it, or digits that are there for us and not for the eye. It cannot find every trick, so it only adds questions; it never refuses.
 */
export function linkDoubts(link: Element, target: Target): readonly PageDoubt[] {
  const text = document.createRange();
  text.selectNodeContents(link);
  const isDoubtful = isHidden(link) || isVast(link) || !showsSomething(link) || isOtherNumber(readSeen(text), target);
  return isDoubtful ? DOUBTFUL : [];
}

/** The same for a number in a text. */
export function numberDoubts(target: Target): readonly PageDoubt[] {
  const text = rangeOf(target);
  const seen = text && readSeen(text);
  const isUnclear = isHidden(painterOf(target) ?? target.holder) || seen?.hasUnseen || seen?.isJumbled;
  return isUnclear ? DOUBTFUL : [];
}

/** The same for the buttons of ours in a host, which can be enlarged, clipped and covered as well. */
export function createSight(host: Element): Sight {
  const seen = new Map<Element, Seen>();
  const lookedHiddenAt = new WeakMap<Element, number>();
  let isResting = false;
  const options: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
    trackVisibility: true,
    delay: ANSWER_EVERY_MS,
  };
  const observer = new IntersectionObserver((entries) => {
    if (isResting) return;
    for (const { target, isVisible, time } of entries as readonly VisibilityEntry[]) {
      const one = seen.get(target);
      if (!one || isVisible === undefined || time < one.from) continue;
      if (one.last === 'hidden') one.hiddenAt = performance.now();
      one.last = isVisible ? 'seen' : 'hidden';
    }
  }, options);

  function forget(button: Element): void {
    if (seen.delete(button)) observer.unobserve(button);
  }

  function askAnew(button: Element, last: Seen['last'], hiddenAt: number): void {
    observer.unobserve(button);
    seen.set(button, { last, hiddenAt, from: performance.now() });
    observer.observe(button);
  }

  function look(button: Element, target: Target): void {
    const isDoubtful = numberDoubts(target).length > 0 || isVeiled(host, FAINT_BUTTON) || isCut(button, host);
    if (isDoubtful) lookedHiddenAt.set(button, performance.now());
  }

  /** False as well where the browser does not tell: in Firefox, and on pages whose root has a filter (dark modes), which it never calls visible. */
  function isToldHidden(button: Element, now: number): boolean {
    const one = seen.get(button);
    if (!one || hasEntry(getComputedStyle(document.documentElement).filter)) return false;
    return one.last === 'hidden' || now - one.hiddenAt < SEEN_FOR_MS;
  }

  return {
    watch(button) {
      if (seen.has(button)) return;
      const [oldest] = seen.keys();
      if (seen.size >= MOST_WATCHED && oldest) forget(oldest);
      askAnew(button, 'unknown', Number.NEGATIVE_INFINITY);
    },
    hasRoom: () => seen.size < MOST_WATCHED,
    forget,
    rest(next) {
      if (isResting === next) return;
      isResting = next;
      if (isResting) return;
      for (const [button, { last, hiddenAt }] of [...seen]) {
        askAnew(button, last === 'hidden' ? last : 'unknown', hiddenAt);
      }
    },
    look,
    doubts(button, target) {
      look(button, target);
      const now = performance.now();
      const wasHidden = now - (lookedHiddenAt.get(button) ?? Number.NEGATIVE_INFINITY) < SEEN_FOR_MS;
      return wasHidden || isToldHidden(button, now) ? DOUBTFUL : [];
    },
    stop() {
      observer.disconnect();
      seen.clear();
    },
  };
}

/** @param number - the element that paints the number */
function isHidden(number: Element): boolean {
  return isVeiled(number, FAINT_NUMBER) || isUnderTopLayer(number);
}

/** What the eye sees of a text. */
interface SeenText {
  readonly digits: string;
  /** Digits of it cannot be read: not drawn, tiny, see-through, cut off or out of view. */
  readonly hasUnseen: boolean;
  /** The eye reads them in another order, or others between them. */
  readonly isJumbled: boolean;
}

/** Words for screen readers may repeat the number unseen: only what is seen and says otherwise is doubtful. */
function isOtherNumber({ digits, hasUnseen, isJumbled }: SeenText, { e164, dial, ext = '' }: Target): boolean {
  const called = (e164 ?? dial ?? '').replace(/\D/g, '');
  const plain = digits.replace(/^0+/, '');
  if (plain.length < FEWEST_DIGITS) return false;
  return isJumbled || (hasUnseen && !called.endsWith(plain) && !(called + ext).endsWith(plain));
}

/** A text node's part of a number. */
interface Part {
  readonly node: Text;
  readonly from: number;
  readonly to: number;
}

function readSeen(text: Range): SeenText {
  let digits = '';
  let hasUnseen = false;
  const boxes: DigitBox[] = [];
  const inks = new Map<Element, string>();
  let hasMore = false;
  for (const part of partsOf(text)) {
    const painter = part.node.parentElement;
    const [own, seen] = [digitsOf(part), painter ? digitBoxes(part, painter) : []];
    if (own === '') continue;
    if (isUnseen(part, painter, own.length) || seen.some(isOutOfSight)) hasUnseen = true;
    else {
      digits += own;
      boxes.push(...seen);
      if (painter) inks.set(painter, inkOf(getComputedStyle(painter)));
    }
    if (painter && hasMoreDigits(painter)) hasMore = true;
  }
  // All of one colour is seen or not: that deceives nobody. Some in the colour of the ground read as fewer.
  if (new Set(inks.values()).size > 1 && [...inks].some(([painter, ink]) => isLikeGround(ink, painter)))
    hasUnseen = true;
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

/** True when one could not tell the ink from what is painted behind it; false where a picture may be there. */
function isLikeGround(ink: string, painter: Element): boolean {
  for (let node: Element | undefined = painter; node; node = parentAcross(node)) {
    const { backgroundImage, backgroundColor } = getComputedStyle(node);
    if (hasEntry(backgroundImage)) return false;
    if (!isClear(backgroundColor)) return isAlike(ink, backgroundColor);
  }
  return isAlike(ink, 'rgb(255, 255, 255)');
}

function isAlike(ink: string, ground: string): boolean {
  const [over, under] = [parseColor(ink), parseColor(ground)];
  return over !== undefined && under !== undefined && contrast(blend(over, under), under) < FAINTEST_INK;
}

/** Text may be see-through where a picture is painted in its place. */
function isSeeThrough(painter: Element): boolean {
  const style = getComputedStyle(painter);
  // Dots in place of letters, as in a password field.
  if (hasEntry(style.getPropertyValue('-webkit-text-security'))) return true;
  return isClear(inkOf(style)) && !style.backgroundClip.includes('text');
}

function inkOf(style: CSSStyleDeclaration): string {
  return style.getPropertyValue('-webkit-text-fill-color') || style.color;
}

function isClear(color: string): boolean {
  return color === 'transparent' || /^rgba\(.*,\s*0(?:\.0\d*)?\)$|\/\s*0(?:\.0\d*)?\)$/.test(color);
}

/** True when the element, or what it stands in, is painted so that one cannot see it well. */
function isVeiled(element: Element, faint: number): boolean {
  let opacity = 1;
  for (let node: Element | undefined = element; node; node = parentAcross(node)) {
    const style = getComputedStyle(node);
    opacity *= Number(style.opacity);
    const isHidden = hasEntry(style.maskImage) || style.mixBlendMode !== 'normal' || isBlurring(style.filter);
    if (opacity < faint || isHidden) return true;
  }
  return false;
}

function hasEntry(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'none';
}

/** Dark modes invert and turn hues, and shadows hide nothing: these filters alone say nothing. */
function isBlurring(filter: string): boolean {
  if (!hasEntry(filter)) return false;
  // One that is drawn by an image may do anything; nobody honest needs so long a list.
  if (filter.includes('url(') || filter.length > LONGEST_FILTER) return true;
  return [...filter.matchAll(/([a-z-]+)\(([^)]*)\)/g)].some(([, name, value = '']) => {
    const amount = Number.parseFloat(value);
    switch (name) {
      case 'opacity':
      case 'brightness':
      case 'contrast':
        return !(amount >= 0.5);
      case 'blur':
        return !(amount <= 1);
      default:
        return false;
    }
  });
}

function isVast(link: Element): boolean {
  if (link.localName !== 'a') return false;
  const { width, height } = link.getBoundingClientRect();
  return width * height > Math.max(VAST_LINK, innerWidth * innerHeight * VAST_PART);
}

/** False for a link that nobody sees: text, a picture, a ground, a line or an icon is what one presses on. */
function showsSomething(link: Element): boolean {
  // What a map or a drawing shows lies elsewhere.
  if (!(link instanceof HTMLElement) || link.localName === 'area') return true;
  const parts = [link, ...link.querySelectorAll('*')].slice(0, MOST_IN_LINK);
  return parts.some((part) => {
    const style = getComputedStyle(part);
    if (style.visibility !== 'visible') return false;
    if (matches(part, PICTURES) || isPainted(style)) return true;
    if (['::before', '::after'].some((name) => !['none', 'normal'].includes(getComputedStyle(part, name).content)))
      return true;
    return hasText(part) && !isSeeThrough(part) && Number.parseFloat(style.fontSize) >= LOWEST_DIGIT;
  });
}

function isPainted(style: CSSStyleDeclaration): boolean {
  const hasGround = hasEntry(style.backgroundImage) || !isClear(style.backgroundColor);
  return hasGround || Number.parseFloat(style.borderTopWidth) > 0 || Number.parseFloat(style.borderBottomWidth) > 0;
}

function hasText(element: Element): boolean {
  return [...element.childNodes].some((node) => node instanceof Text && /\S/.test(node.data.replace(/\u00a0/g, ' ')));
}

/**
 * A popover lies above all else, and one that lets the pointer through is not found where the pointer is. The same holds for the picture of
 * what was there before, while a page passes over to something else (view transition).
 */
function isUnderTopLayer(number: Element): boolean {
  const isPassing =
    CSS.supports('selector(:active-view-transition)') && document.querySelector(':active-view-transition');
  if (isPassing) return true;
  return [...document.querySelectorAll(':popover-open')].some((popover) => !containsAcross(popover, number));
}

/** True when the button is not whole: made larger or smaller, clipped, or with something over its middle. */
function isCut(button: Element, host: Element): boolean {
  const { x, y, width, height } = button.getBoundingClientRect();
  if (Math.max(width, height) > LARGEST_BUTTON || Math.min(width, height) < SMALLEST_BUTTON) return true;
  for (let node: Element | undefined = host; node; node = parentAcross(node)) {
    if (hasEntry(getComputedStyle(node).clipPath)) return true;
  }
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  const points = [
    [middleX, middleY],
    [middleX - CORE, middleY],
    [middleX + CORE, middleY],
  ] as const;
  return points.some(([px, py]) => isInView(px, py) && !isHit(host, px, py));
}

function isInView(x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
}

function isHit(host: Element, x: number, y: number): boolean {
  const root = host.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.elementFromPoint(x, y) === host : true;
}
