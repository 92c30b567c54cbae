import { frameAround } from './framed.ts';
import { parentAcross } from './roots.ts';

/** A page may well draw its own text faintly. */
export const FAINT_NUMBER = 0.4;
/** CSS pixels of height a text takes at least, where it is meant to be read. */
export const LOWEST_DIGIT = 4;
/** Characters. */
const LONGEST_FILTER = 300;

/** Text may be see-through where a picture is painted in its place. */
export function isSeeThrough(painter: Element): boolean {
  const style = getComputedStyle(painter);
  // Dots in place of letters, as in a password field.
  if (hasEntry(style.getPropertyValue('-webkit-text-security'))) return true;
  return isClear(inkOf(style)) && !style.backgroundClip.includes('text');
}

/** The colour text is painted in. */
export function inkOf(style: CSSStyleDeclaration): string {
  return style.getPropertyValue('-webkit-text-fill-color') || style.color;
}

/** True for a computed colour that paints nothing. */
export function isClear(color: string): boolean {
  return color === 'transparent' || /^rgba\(.*,\s*0(?:\.0\d*)?\)$|\/\s*0(?:\.0\d*)?\)$/.test(color);
}

/** True when the element, or what it stands in, is painted so that one cannot see it well. */
export function isVeiled(element: Element, faint: number): boolean {
  let opacity = 1;
  for (let node: Element | undefined = element; node; node = parentAcross(node) ?? frameAround(node.ownerDocument)) {
    const style = getComputedStyle(node);
    opacity *= Number(style.opacity);
    const isHidden = hasEntry(style.maskImage) || style.mixBlendMode !== 'normal' || isBlurring(style.filter);
    if (opacity < faint || isHidden) return true;
  }
  return false;
}

/** True for a computed style that is set. */
export function hasEntry(value: string | undefined): boolean {
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

/** True when the point lies in the viewport. */
export function isInView(x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
}

/** True where the page shows another pointer than the user's, or none: it may lie somewhere else. */
export function hidesPointer(element: Element): boolean {
  const { cursor } = getComputedStyle(element);
  return cursor.includes('url(') || cursor.startsWith('none');
}
