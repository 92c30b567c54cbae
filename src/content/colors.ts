import { parentAcross } from './roots.ts';

/** Colours of a button that fit where it stands, as CSS colours. */
export interface Look {
  /** What is behind the number. */
  readonly ground: string;
  /** The number's own colour, made readable where it is not. */
  readonly ink: string;
  readonly isDark: boolean;
  /** The colour of an idle button: green where it reads well, else the ink. */
  readonly accent: string;
}

const GREEN_ON_LIGHT: Rgba = [11, 122, 59, 1];
const GREEN_ON_DARK: Rgba = [74, 214, 134, 1];
const READS_WELL = 4;
const LITTLE_COLOUR = 60;

/** Red, green, blue 0 to 255, alpha 0 to 1. */
export type Rgba = readonly [number, number, number, number];

/** Reads looks, remembering each element's ground; make a new one when styles may have changed. */
export function createLookReader(): (element: Element) => Look {
  const grounds = new Map<Element, Rgba>();
  return (element) => {
    const ground = groundOf(element, grounds);
    const own = parseColor(getComputedStyle(element).color) ?? [0, 0, 0, 1];
    const isDark = luminance(ground) < 0.3;
    const ink = contrast(own, ground) >= 3 ? own : isDark ? ([255, 255, 255, 1] as const) : ([34, 34, 34, 1] as const);
    return { ground: toCss(ground), ink: toCss(ink), isDark, accent: toCss(accentFor(ground, ink, isDark)) };
  };
}

/** On a ground with a colour of its own a green would shout: there the button takes the text's colour. */
export function accentFor(ground: Rgba, ink: Rgba, isDark: boolean): Rgba {
  const [r, g, b] = ground;
  const green = isDark ? GREEN_ON_DARK : GREEN_ON_LIGHT;
  const isNeutral = Math.max(r, g, b) - Math.min(r, g, b) <= LITTLE_COLOUR;
  return isNeutral && contrast(green, ground) >= READS_WELL ? green : ink;
}

/** A computed colour as numbers, or undefined for what is no plain colour. */
export function parseColor(text: string): Rgba | undefined {
  const match = /^(?:rgba?\(|color\(srgb )([^)]+)\)$/.exec(text);
  if (!match?.[1]) return undefined;
  const scale = text.startsWith('color(') ? 255 : 1;
  const [r = 0, g = 0, b = 0, a = 1] = match[1].split(/[\s,/]+/).map(Number);
  return [r * scale, g * scale, b * scale, a];
}

/** `over` painted on `under`. */
export function blend(over: Rgba, under: Rgba): Rgba {
  const a = over[3];
  return [over[0] * a + under[0] * (1 - a), over[1] * a + under[1] * (1 - a), over[2] * a + under[2] * (1 - a), 1];
}

/** Relative luminance, 0 to 1. Source: WCAG 2.2. */
export function luminance([r, g, b]: Rgba): number {
  const [x, y, z] = [r, g, b].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (x ?? 0) + 0.7152 * (y ?? 0) + 0.0722 * (z ?? 0);
}

/** Contrast of two colours, 1 to 21. Source: WCAG 2.2. */
export function contrast(a: Rgba, b: Rgba): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

function groundOf(element: Element, known: Map<Element, Rgba>): Rgba {
  const before = known.get(element);
  if (before) return before;
  const ground = readGround(element, known);
  known.set(element, ground);
  return ground;
}

function readGround(element: Element, known: Map<Element, Rgba>): Rgba {
  const style = getComputedStyle(element);
  const own = parseColor(style.backgroundColor) ?? [0, 0, 0, 0];
  if (own[3] >= 0.99) return own;
  // A picture or gradient cannot be read: the text's own colour tells whether it is light or dark.
  if (style.backgroundImage !== 'none') {
    const ink = parseColor(style.color) ?? [0, 0, 0, 1];
    return luminance(ink) > 0.4 ? [40, 40, 40, 1] : [250, 250, 250, 1];
  }
  const parent = parentAcross(element);
  const under = parent ? groundOf(parent, known) : canvas(element);
  return own[3] === 0 ? under : blend(own, under);
}

/** What lies behind a page that paints no ground: white, or dark where the page says it is made for dark. */
function canvas(element: Element): Rgba {
  const scheme = getComputedStyle(element).colorScheme;
  const isDark =
    scheme.includes('dark') && (!scheme.includes('light') || matchMedia('(prefers-color-scheme: dark)').matches);
  return isDark ? [18, 18, 18, 1] : [255, 255, 255, 1];
}

function toCss([r, g, b]: Rgba): string {
  return `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;
}
