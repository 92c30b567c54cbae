import type { PageDoubt } from '../core/risk.ts';
import { containsAcross, parentAcross } from './roots.ts';

/** Below this a button of ours, or the number, is too faint for a press on it to be meant. A page may well draw its own text faintly. */
const FAINT_BUTTON = 0.7;
const FAINT_NUMBER = 0.4;
/** CSS pixels. Ours are 24; a page that enlarges one makes the whole screen a call button. */
const LARGEST_BUTTON = 48;
const ANSWER_WITHIN_MS = 2_000;
/** What was hidden so shortly before the press was not seen by whoever pressed: a page can take its cover away as the press comes. */
const SEEN_FOR_MS = 500;

/** Follows one of our buttons from when the pointer or the focus comes to it until it is pressed. */
export interface Watch {
  readonly button: Element;
  /** Looks once more; called when the pointer or the focus comes to it again. */
  look(): void;
  /** What speaks against taking a press at this moment for the user's wish. */
  doubts(): Promise<readonly PageDoubt[]>;
  stop(): void;
}

interface VisibilityEntry {
  /** Absent where the browser does not look (Firefox). */
  readonly isVisible?: boolean;
}

/**
 * What makes it doubtful that the user saw the link that was pressed, though the press itself was real: something that hides, covers or
 * fades it. It cannot find every trick, so it only adds questions; it never refuses.
 * @param number - the element that paints the number
 */
export function linkDoubts(number: Element): readonly PageDoubt[] {
  return isVeiled(number, FAINT_NUMBER) || isBesidePopover(number) ? DOUBTFUL : [];
}

/** The same for a button of ours in its host, which can be enlarged and covered as well. */
export function watchButton(number: Element, button: Element, host: Element): Watch {
  let hiddenAt = -SEEN_FOR_MS;
  const look = () => {
    const isHidden = linkDoubts(number).length > 0 || isVeiled(host, FAINT_BUTTON) || isEnlarged(button);
    if (isHidden) hiddenAt = performance.now();
  };
  const painted = watchPaint(button);
  look();
  return {
    button,
    look,
    async doubts() {
      look();
      const wasHidden = performance.now() - hiddenAt < SEEN_FOR_MS;
      return wasHidden || !(await painted.isSeen()) ? DOUBTFUL : [];
    },
    stop: painted.stop,
  };
}

const DOUBTFUL: readonly PageDoubt[] = ['page-doubtful'];

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
  return [...filter.matchAll(/([a-z-]+)\(([^)]*)\)/g)].some(([, name, value = '']) => {
    const amount = Number.parseFloat(value);
    switch (name) {
      case 'opacity':
      case 'brightness':
      case 'contrast':
        return !(amount >= 0.5);
      case 'blur':
        return !(amount <= 1);
      case 'url':
        return true;
      default:
        return false;
    }
  });
}

/** A popover lies above all else, and one that lets the pointer through is not found where the pointer is. */
function isBesidePopover(number: Element): boolean {
  return [...document.querySelectorAll(':popover-open')].some((popover) => !containsAcross(popover, number));
}

function isEnlarged(button: Element): boolean {
  const { width, height } = button.getBoundingClientRect();
  return width > LARGEST_BUTTON || height > LARGEST_BUTTON;
}

/**
 * Asks the browser, all the time, whether anything lies over the button or changes its looks. `isSeen` is true as well where it does not
 * say: in Firefox, and on pages whose root has a filter (dark modes), which it never calls visible.
 */
function watchPaint(button: Element): { isSeen(): Promise<boolean>; stop(): void } {
  let isHidden: boolean | undefined;
  let hiddenUntil = -SEEN_FOR_MS;
  let tellFirst = () => {};
  const first = new Promise<void>((resolve) => {
    tellFirst = resolve;
  });
  const options: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
    trackVisibility: true,
    delay: 100,
  };
  const observer = new IntersectionObserver((entries) => {
    const last = entries.at(-1) as VisibilityEntry | undefined;
    if (isHidden) hiddenUntil = performance.now();
    isHidden = last?.isVisible === false;
    tellFirst();
  }, options);
  observer.observe(button);
  return {
    async isSeen() {
      if (hasEntry(getComputedStyle(document.documentElement).filter)) return true;
      const pressedAt = performance.now();
      if (isHidden === undefined) await Promise.race([first, after(ANSWER_WITHIN_MS)]);
      // A page that keeps the browser from looking is doubtful as well.
      return isHidden === false && pressedAt - hiddenUntil >= SEEN_FOR_MS;
    },
    stop: () => observer.disconnect(),
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
