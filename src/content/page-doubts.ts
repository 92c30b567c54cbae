import type { PageDoubt } from '../core/risk.ts';
import { containsAcross, parentAcross } from './roots.ts';

/** Below this a button of ours, or the number, is too faint for a press on it to be meant. A page may well draw its own text faintly. */
const FAINT_BUTTON = 0.7;
const FAINT_NUMBER = 0.4;
/** CSS pixels. Ours are 24; a page that enlarges one makes the whole screen a call button. */
const LARGEST_BUTTON = 48;
const SEEN_WITHIN_MS = 2_000;

/** Our own button, where one was pressed. */
export interface PressedButton {
  readonly button: Element;
  readonly host: Element;
}

interface VisibilityEntry {
  /** Absent where the browser does not look (Firefox). */
  readonly isVisible?: boolean;
}

/**
 * What makes it doubtful that the user saw what was pressed: something that hides, covers, fades or enlarges number or button, though the
 * press itself was real. It cannot find every trick, so it only adds questions; it never refuses.
 * @param number - the element that paints the number
 */
export async function pageDoubts(number: Element, pressed: PressedButton | undefined): Promise<readonly PageDoubt[]> {
  const isDoubtful =
    isVeiled(number, FAINT_NUMBER) ||
    isBesidePopover(number) ||
    (pressed !== undefined && (isVeiled(pressed.host, FAINT_BUTTON) || isEnlarged(pressed.button)));
  if (isDoubtful) return ['page-doubtful'];
  return pressed === undefined || (await isPainted(pressed.button)) ? [] : ['page-doubtful'];
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
 * True when the browser says that nothing lies over the button and nothing changes its looks. True as well where it does not say: in
 * Firefox, and on pages whose root has a filter, which it never calls visible.
 */
async function isPainted(button: Element): Promise<boolean> {
  if (hasEntry(getComputedStyle(document.documentElement).filter)) return true;
  return new Promise((resolve) => {
    const done = (isVisible: boolean) => {
      clearTimeout(timer);
      observer.disconnect();
      resolve(isVisible);
    };
    // A page that keeps the browser from looking is doubtful as well.
    const timer = setTimeout(() => done(false), SEEN_WITHIN_MS);
    const options: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
      trackVisibility: true,
      delay: 100,
    };
    const observer = new IntersectionObserver((entries) => {
      const last = entries.at(-1) as VisibilityEntry | undefined;
      done(last?.isVisible !== false);
    }, options);
    observer.observe(button);
  });
}
