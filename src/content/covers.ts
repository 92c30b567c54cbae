import { shadowOf } from './roots.ts';
import { showsAnything } from './seen-link.ts';
import { hasEntry } from './veils.ts';

/** The highest there is, which our host has. */
const TOP = '2147483647';
/** Elements after our host that are looked through. Who has more there is doubted. */
const MOST_LATER = 1_500;

/**
 * True when something is painted over this point of our host. It lies on top of the page by its place and its `z-index`: only what comes
 * after it among its siblings and is as high can lie over it, and pseudo-elements. Asked where no browser tells: what lets the pointer
 * through is not found where the pointer is.
 */
export function isUnderLater(host: Element, x: number, y: number): boolean {
  const budget = { left: MOST_LATER };
  for (let later = host.nextElementSibling; later; later = later.nextElementSibling) {
    if (coversAt(later, x, y, false, budget)) return true;
  }
  const parent = host.parentElement;
  return parent !== null && hasHighPseudo(parent, false);
}

function coversAt(element: Element, x: number, y: number, isAbove: boolean, budget: { left: number }): boolean {
  budget.left -= 1;
  if (budget.left < 0) return true;
  const style = getComputedStyle(element);
  if (style.display === 'none') return false;
  const isHigh = isAbove || style.zIndex === TOP;
  if (isHigh && isSeenAt(element, style, x, y)) return true;
  if (hasHighPseudo(element, isHigh)) return true;
  const inside = [...element.children, ...(shadowOf(element)?.children ?? [])];
  return inside.some((child) => coversAt(child, x, y, isHigh, budget));
}

function isSeenAt(element: Element, style: CSSStyleDeclaration, x: number, y: number): boolean {
  if (style.visibility !== 'visible' || style.opacity === '0') return false;
  const around = reach(style);
  const { left, top, right, bottom } = element.getBoundingClientRect();
  if (x < left - around || x > right + around || y < top - around || y > bottom + around) return false;
  return around > 0 || showsAnything(element, style) || hasEntry(style.backdropFilter);
}

/** How far shadows and outlines reach, in CSS pixels. */
function reach({ boxShadow, outlineStyle, outlineWidth, outlineOffset }: CSSStyleDeclaration): number {
  const shadow = hasEntry(boxShadow) ? boxShadow.split(/[ ,]/).filter((word) => word.endsWith('px')) : [];
  const outline = hasEntry(outlineStyle) ? [outlineWidth, outlineOffset] : [];
  return [...shadow, ...outline].reduce((sum, length) => sum + Math.abs(Number.parseFloat(length) || 0), 0);
}

/** Where a pseudo-element lies is told by nobody. */
function hasHighPseudo(element: Element, isAbove: boolean): boolean {
  return ['::before', '::after'].some((name) => {
    const { content, position, zIndex, display } = getComputedStyle(element, name);
    const isThere = content !== 'none' && content !== 'normal' && display !== 'none';
    return isThere && /^(?:fixed|absolute)$/.test(position) && (isAbove || zIndex === TOP);
  });
}
