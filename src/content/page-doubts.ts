import type { PageDoubt } from '../core/risk.ts';
import { isUnderLater } from './covers.ts';
import { isFramedByOthers } from './framed.ts';
import { painterOf, rangeOf } from './geometry.ts';
import { containsAcross, knownTrees, meetAllTrees, parentAcross } from './roots.ts';
import { isVast, MOST_IN_LINK, showsSomething } from './seen-link.ts';
import { readSeen, type SeenText } from './seen-text.ts';
import type { Target } from './targets.ts';
import { FAINT_NUMBER, hasEntry, hidesPointer, isInView, isVeiled } from './veils.ts';

/** Below this a button of ours is too faint for a press on it to be meant. */
const FAINT_BUTTON = 0.7;
/** Fewer are no number that a link could show. */
const FEWEST_DIGITS = 5;
/** CSS pixels. Ours are 24 wide; a page that enlarges one makes the whole screen a call button. */
const LARGEST_BUTTON = 48;
const SMALLEST_BUTTON = 9;
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
const FRAMED: readonly PageDoubt[] = ['in-frame'];

/**
 * What makes it doubtful that the user saw the link that was pressed, though the press itself was real: something that hides, covers or
 * fades it, or digits that are there for us and not for the eye. It cannot find every trick, so it only adds questions; it never refuses.
 */
export function linkDoubts(link: Element, target: Target): readonly PageDoubt[] {
  meetAllTrees();
  const text = document.createRange();
  text.selectNodeContents(link);
  const isDoubtful =
    isHidden(link) ||
    hasFalsePointer(link) ||
    isVast(link) ||
    !showsSomething(link) ||
    isOtherNumber(readSeen(text), target);
  return [...(isDoubtful ? DOUBTFUL : []), ...frameDoubts()];
}

/** The same for a number in a text that is pressed itself. */
export function textDoubts(target: Target): readonly PageDoubt[] {
  meetAllTrees();
  const isAstray = hidesPointer(painterOf(target) ?? target.holder);
  return [...(isAstray ? DOUBTFUL : []), ...numberDoubts(target), ...frameDoubts()];
}

function hasFalsePointer(link: Element): boolean {
  return [link, ...link.querySelectorAll('*')].slice(0, MOST_IN_LINK).some(hidesPointer);
}

/** What speaks against a number in a text, wherever it is pressed. */
function numberDoubts(target: Target): readonly PageDoubt[] {
  const text = rangeOf(target);
  const seen = text && readSeen(text);
  const isUnclear = isHidden(painterOf(target) ?? target.holder) || seen?.hasUnseen || seen?.isJumbled;
  return isUnclear ? DOUBTFUL : [];
}

/** The same for the buttons of ours in a host, which can be enlarged, clipped and covered as well. */
export function createSight(host: Element): Sight {
  const seen = new Map<Element, Seen>();
  const looked = new WeakMap<Element, { readonly isHidden: boolean; readonly hiddenAt: number }>();
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
    const isHidden = numberDoubts(target).length > 0 || isVeiled(host, FAINT_BUTTON) || isCut(button, host);
    const before = looked.get(button);
    // What hid it last time may have gone just now, however long ago that was.
    const hiddenAt = isHidden || before?.isHidden ? performance.now() : before?.hiddenAt;
    looked.set(button, { isHidden, hiddenAt: hiddenAt ?? Number.NEGATIVE_INFINITY });
  }

  /** False as well where the browser does not tell: in Firefox, and on pages whose root has a filter (dark modes), which it never calls visible. */
  function isToldHidden(button: Element, now: number): boolean {
    const one = seen.get(button);
    if (!one || hasEntry(getComputedStyle(document.documentElement).filter)) return false;
    return one.last === 'hidden' || now - one.hiddenAt < SEEN_FOR_MS;
  }

  /** Through all frames around, as only Chromium tells. */
  function isToldSeen(button: Element): boolean {
    return seen.get(button)?.last === 'seen';
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
      meetAllTrees();
      look(button, target);
      const now = performance.now();
      const wasHidden = now - (looked.get(button)?.hiddenAt ?? Number.NEGATIVE_INFINITY) < SEEN_FOR_MS;
      const isDoubtful = wasHidden || isToldHidden(button, now);
      return [...(isDoubtful ? DOUBTFUL : []), ...(isToldSeen(button) ? [] : frameDoubts())];
    },
    stop() {
      observer.disconnect();
      seen.clear();
    },
  };
}

/** Nothing tells a link or a text from within whether the page around the frame lets it be seen. */
function frameDoubts(): readonly PageDoubt[] {
  return isFramedByOthers() ? FRAMED : [];
}

/** @param number - the element that paints the number */
function isHidden(number: Element): boolean {
  return isVeiled(number, FAINT_NUMBER) || isUnderTopLayer(number);
}

/** Words for screen readers may repeat the number unseen: only what is seen and says otherwise is doubtful. */
function isOtherNumber({ digits, hasUnseen, isJumbled }: SeenText, { e164, dial, ext = '' }: Target): boolean {
  const called = (e164 ?? dial ?? '').replace(/\D/g, '');
  const plain = digits.replace(/^0+/, '');
  if (plain.length < FEWEST_DIGITS) return false;
  return isJumbled || (hasUnseen && !called.endsWith(plain) && !(called + ext).endsWith(plain));
}

/**
 * A popover lies above all else, and one that lets the pointer through is not found where the pointer is. The same holds for the picture of
 * what was there before, while a page passes over to something else (view transition).
 */
function isUnderTopLayer(number: Element): boolean {
  const isPassing =
    CSS.supports('selector(:active-view-transition)') && document.querySelector(':active-view-transition');
  if (isPassing) return true;
  return [document, ...knownTrees()].some((tree) =>
    [...tree.querySelectorAll(':popover-open')].some((popover) => !containsAcross(popover, number)),
  );
}

/** True when the button is not whole: made larger or smaller, clipped, or with something over its middle. */
function isCut(button: Element, host: Element): boolean {
  const { x, y, width, height } = button.getBoundingClientRect();
  if (Math.max(width, height) > LARGEST_BUTTON || Math.min(width, height) < SMALLEST_BUTTON) return true;
  for (let node: Element | undefined = host; node; node = parentAcross(node)) {
    if (hasEntry(getComputedStyle(node).clipPath)) return true;
  }
  const [middleX, middleY] = [x + width / 2, y + height / 2];
  if (isUnderLater(host, middleX, middleY)) return true;
  const points = [
    [middleX, middleY],
    [middleX - CORE, middleY],
    [middleX + CORE, middleY],
  ] as const;
  return points.some(([px, py]) => isInView(px, py) && !isHit(host, px, py));
}

function isHit(host: Element, x: number, y: number): boolean {
  const root = host.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.elementFromPoint(x, y) === host : true;
}
