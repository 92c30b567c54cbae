import { matches, parentElementOf } from './nodes.ts';
import { rootOf } from './roots.ts';
import { FAINT_NUMBER, hasEntry, isClear, isSeeThrough, isVeiled, LOWEST_DIGIT } from './veils.ts';

/** Square CSS pixels, and a part of the view: a link that is larger than both takes presses that were meant for other things. */
const VAST_LINK = 90_000;
const VAST_PART = 1 / 4;
/** Elements of a link in which something is looked for that can be seen. */
export const MOST_IN_LINK = 120;
const PICTURES = 'canvas,video,object,embed,iframe,input,button,progress,meter,slot';
/** What a drawing is made of, and what only others of its parts use. */
const STROKES = 'path,circle,ellipse,rect,line,polyline,polygon,text';
const COPIES = 'use,image,foreignObject';
const UNDRAWN = 'defs,symbol,clipPath,mask,pattern,marker';

/** True for a link that covers much of what is in view, or lies on a picture that does. */
export function isVast(link: Element): boolean {
  const most = Math.max(VAST_LINK, innerWidth * innerHeight * VAST_PART);
  const boxes = link instanceof HTMLAreaElement ? imagesOf(link) : link.localName === 'a' ? [link] : [];
  return boxes.some((box) => {
    const { width, height } = box.getBoundingClientRect();
    return width * height > most;
  });
}

/** False for a link that nobody sees: text, a picture, a ground, a line or an icon is what one presses on. */
export function showsSomething(link: Element): boolean {
  if (link instanceof HTMLAreaElement) {
    const images = imagesOf(link);
    return images.length > 0 && images.every((image) => isPicture(image) && !isVeiled(image, FAINT_NUMBER));
  }
  const parts = [link, ...link.querySelectorAll('*')].slice(0, MOST_IN_LINK);
  return parts.some((part) => {
    const style = getComputedStyle(part);
    if (style.visibility !== 'visible') return false;
    if (part instanceof SVGElement && part.localName !== 'svg') return isDrawn(part, style, link);
    // What a custom element or a slot shows is in another tree.
    if (part.localName.includes('-') || showsAnything(part, style)) return true;
    // Firefox names words in place of every picture there, drawn or not.
    if (part instanceof HTMLImageElement) return false;
    return ['::before', '::after'].some((name) => !['none', 'normal'].includes(getComputedStyle(part, name).content));
  });
}

/** True for an element that by itself is a picture, text, a ground or a line. */
export function showsAnything(part: Element, style: CSSStyleDeclaration): boolean {
  if (isPicture(part) || isPainted(style)) return true;
  return hasText(part) && !isSeeThrough(part) && Number.parseFloat(style.fontSize) >= LOWEST_DIGIT;
}

/** A picture of one point is drawn at any size, and paints one colour or none. */
function isPicture(part: Element): boolean {
  if (!(part instanceof HTMLImageElement)) return matches(part, PICTURES);
  return !(part.complete && part.naturalWidth === 1 && part.naturalHeight === 1);
}

/** True for a part of a drawing that leaves something on the screen. */
function isDrawn(part: SVGElement, style: CSSStyleDeclaration, link: Element): boolean {
  const isCopy = matches(part, COPIES);
  if (!isCopy && !matches(part, STROKES)) return false;
  if (part.closest(UNDRAWN)) return false;
  for (let node: Element | undefined = part; node && node !== link; node = parentElementOf(node)) {
    if (Number(getComputedStyle(node).opacity) < FAINT_NUMBER || getComputedStyle(node).display === 'none')
      return false;
  }
  const { width, height } = part.getBoundingClientRect();
  if (Math.max(width, height) < LOWEST_DIGIT) return false;
  return isCopy || isInked(style.fill, style.fillOpacity) || hasLine(style);
}

function hasLine({ stroke, strokeOpacity, strokeWidth }: CSSStyleDeclaration): boolean {
  return isInked(stroke, strokeOpacity) && Number.parseFloat(strokeWidth) > 0;
}

function isInked(paint: string, opacity: string): boolean {
  return hasEntry(paint) && !isClear(paint) && Number(opacity) > 0;
}

/** The pictures on which a map's area lies. */
function imagesOf(area: HTMLAreaElement): readonly HTMLImageElement[] {
  const name = area.closest('map')?.name;
  const images = rootOf(area)?.querySelectorAll<HTMLImageElement>('img[usemap]') ?? [];
  return [...images].filter((image) => name !== undefined && image.useMap.replace(/^[^#]*#/, '') === name);
}

function isPainted(style: CSSStyleDeclaration): boolean {
  const hasGround = hasEntry(style.backgroundImage) || !isClear(style.backgroundColor);
  return hasGround || Number.parseFloat(style.borderTopWidth) > 0 || Number.parseFloat(style.borderBottomWidth) > 0;
}

/** True for an element with text of its own. */
export function hasText(element: Element): boolean {
  return [...element.childNodes].some((node) => node instanceof Text && /\S/.test(node.data.replace(/\u00a0/g, ' ')));
}
