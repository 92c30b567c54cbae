import { matches } from './nodes.ts';
import { hasEntry, isClear, isSeeThrough, LOWEST_DIGIT } from './veils.ts';

/** Square CSS pixels, and a part of the view: a link that is larger than both takes presses that were meant for other things. */
const VAST_LINK = 90_000;
const VAST_PART = 1 / 4;
/** Elements of a link in which something is looked for that can be seen. */
const MOST_IN_LINK = 60;
const PICTURES = 'img,svg,canvas,video,object,embed,iframe,input,button,progress,meter,slot';

/** True for a link that covers much of what is in view. */
export function isVast(link: Element): boolean {
  if (link.localName !== 'a') return false;
  const { width, height } = link.getBoundingClientRect();
  return width * height > Math.max(VAST_LINK, innerWidth * innerHeight * VAST_PART);
}

/** False for a link that nobody sees: text, a picture, a ground, a line or an icon is what one presses on. */
export function showsSomething(link: Element): boolean {
  // What a map or a drawing shows lies elsewhere.
  if (!(link instanceof HTMLElement) || link.localName === 'area') return true;
  const parts = [link, ...link.querySelectorAll('*')].slice(0, MOST_IN_LINK);
  return parts.some((part) => {
    const style = getComputedStyle(part);
    if (style.visibility !== 'visible') return false;
    // What a custom element or a slot shows is in another tree.
    if (matches(part, PICTURES) || part.localName.includes('-') || isPainted(style)) return true;
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
