import { shadowOf } from './roots.ts';
import { hasText, showsAnything } from './seen-link.ts';
import { hasEntry } from './veils.ts';

/** The highest there is, which our host has. */
const TOP = '2147483647';
/** Elements after our host that are looked through. Who has more there is doubted. */
const MOST_LATER = 1_500;
/** Of them. */
let left = 0;

/**
 * True when something is painted over this point of our host. It lies on top of the page by its place and its `z-index`: only what comes
 * after it among its siblings and is as high can lie over it, and pseudo-elements. Asked where no browser tells: what lets the pointer
 * through is not found where the pointer is.
 */
export function isUnderLater(host: Element, x: number, y: number): boolean {
  left = MOST_LATER;
  for (let later = host.nextElementSibling; later; later = later.nextElementSibling) {
    if (coversAt(later, x, y, false)) return true;
  }
  return host.parentElement !== null && hasHighPseudo(host.parentElement, false);
}

function coversAt(element: Element, x: number, y: number, isAbove: boolean): boolean {
  left -= 1;
  if (left < 0) return true;
  const style = getComputedStyle(element);
  if (style.display === 'none') return false;
  const isHigh = isAbove || style.zIndex === TOP;
  if (isHigh && isSeenAt(element, style, x, y)) return true;
  if (hasHighPseudo(element, isHigh)) return true;
  const inside = [...element.children, ...(shadowOf(element)?.children ?? [])];
  return inside.some((child) => coversAt(child, x, y, isHigh));
}

function isSeenAt(element: Element, style: CSSStyleDeclaration, x: number, y: number): boolean {
  if (style.visibility !== 'visible' || style.opacity === '0') return false;
  const around = reach(element, style);
  const box = element.getBoundingClientRect();
  if (x < box.left - around || x > box.right + around || y < box.top - around || y > box.bottom + around) return false;
  return around > 0 || showsAnything(element, style) || element instanceof SVGElement || hasEntry(style.backdropFilter);
}

/** How far outside its box an element paints at most, in CSS pixels. */
function reach(element: Element, style: CSSStyleDeclaration): number {
  const isAnywhere =
    /drop-shadow|url/.test(style.filter) ||
    (hasEntry(style.borderImageSource) && lengthsOf(style.borderImageOutset) > 0) ||
    (style.display === 'list-item' && hasEntry(style.listStyleImage));
  if (isAnywhere) return Number.POSITIVE_INFINITY;
  const line = style.outlineStyle === 'none' ? 0 : lengthsOf(`${style.outlineWidth} ${style.outlineOffset}`);
  return Math.max(lengthsOf(style.boxShadow), line, inkReach(element, style));
}

/** Letters are as high as their font, however low their line is, and have lines and shadows of their own. */
function inkReach(element: Element, style: CSSStyleDeclaration): number {
  const isItem = style.display === 'list-item';
  if (!isItem && !hasText(element)) return 0;
  const fonts = ['', '::first-letter', '::first-line', ...(isItem ? ['::marker'] : [])];
  const sizes = fonts.map((name) => Number.parseFloat(getComputedStyle(element, name).fontSize) || 0);
  const around = [style.textShadow, style.getPropertyValue('-webkit-text-stroke-width'), style.textDecorationThickness];
  return 2 * Math.max(...sizes) + lengthsOf(around.join(' '));
}

/** All lengths of a computed style together, in CSS pixels; bare numbers count as such. */
function lengthsOf(value: string): number {
  const words = value.replace(/\([^()]*\)/g, '').split(/[\s,]/);
  const lengths = words.filter((word) => /^-?[\d.]+(?:px)?$/.test(word));
  return lengths.reduce((sum, length) => sum + Math.abs(Number.parseFloat(length)), 0);
}

/** Where a pseudo-element lies is told by nobody. */
function hasHighPseudo(element: Element, isAbove: boolean): boolean {
  return ['::before', '::after'].some((name) => {
    const { content, position, zIndex } = getComputedStyle(element, name);
    return !['none', 'normal'].includes(content) && position !== 'static' && (isAbove || zIndex === TOP);
  });
}
