import { BUTTON_STYLES } from './button-styles.ts';

const XHTML = 'http://www.w3.org/1999/xhtml';
const FIGHTS_BEFORE_GIVING_UP = 5;
const FIRST_WAIT_MS = 200;
/** A page that left us alone this long is not fighting. */
const PEACE_AFTER_MS = 30_000;

/** Tells a later copy of this script (after an update) that a host is ours; only extensions can see into a closed tree. */
const MARKER = 'data-pagedial';

const OWN_STYLE = [
  ['all', 'initial'],
  ['position', 'absolute'],
  ['top', '0'],
  ['left', '0'],
  ['width', '0'],
  ['height', '0'],
  ['display', 'block'],
  ['overflow', 'visible'],
  ['pointer-events', 'none'],
  ['z-index', '2147483647'],
  ['margin', '0'],
  ['opacity', '1'],
] as const;

/** The one element of ours in a page, with a closed tree that holds the buttons. */
export interface Host {
  readonly element: HTMLElement;
  /** Where it belongs. */
  readonly parent: Element;
  /** Moves with the page. */
  readonly layer: HTMLElement;
  /** Stays where it is in the view, for numbers that do. */
  readonly fixedLayer: HTMLElement;
  readonly bubble: HTMLElement;
  readonly root: ShadowRoot;
  /** Puts the host back where the page has removed or changed it. False once given up. */
  keep(): boolean;
  remove(): void;
}

/** Makes the host and puts it at the end of `parent`. Undefined where the document cannot show one (an SVG document). */
export function createHost(parent: Element, highlightNames: readonly string[]): Host | undefined {
  const element = document.createElementNS(XHTML, randomName());
  if (!(element instanceof HTMLElement) || parent.namespaceURI === 'http://www.w3.org/2000/svg') return undefined;
  const root = element.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(BUTTON_STYLES);
  root.adoptedStyleSheets = [sheet];
  const layer = part('div', 'layer');
  const fixedLayer = part('div', 'layer fixed');
  const bubble = part('div', 'bubble');
  bubble.setAttribute('role', 'status');
  bubble.setAttribute(MARKER, highlightNames.join(' '));
  root.append(layer, fixedLayer, bubble);
  const style = dress(element);
  parent.append(element);

  let fights = 0;
  let lastFight = 0;
  let backAt = 0;
  return {
    element,
    parent,
    layer,
    fixedLayer,
    bubble,
    root,
    keep() {
      if (element.parentNode === parent && element.getAttribute('style') === style) return true;
      const now = performance.now();
      if (now - lastFight > PEACE_AFTER_MS) fights = 0;
      if (fights >= FIGHTS_BEFORE_GIVING_UP) return false;
      if (now < backAt) return true;
      fights += 1;
      lastFight = now;
      backAt = now + FIRST_WAIT_MS * 2 ** fights;
      dress(element);
      if (element.parentNode !== parent && parent.isConnected) parent.append(element);
      return true;
    },
    remove() {
      element.remove();
    },
  };
}

/** Removes what an earlier copy of this script, cut off by an update, has left in the page. */
export function removeLeftovers(shadowOf: (element: Element) => ShadowRoot | undefined): void {
  const modals = [...document.querySelectorAll('dialog, :modal, :fullscreen')];
  const inModals = modals.flatMap((modal) => [...modal.children]);
  for (const element of [...(document.documentElement?.children ?? []), ...inModals]) {
    if (!element.localName.includes('-')) continue;
    const left = shadowOf(element)?.querySelector(`[${MARKER}]`);
    if (!left) continue;
    for (const name of (left.getAttribute(MARKER) ?? '').split(' ')) CSS.highlights?.delete(name);
    element.remove();
  }
}

/** An element of ours in the page's language-neutral namespace, also in documents that are not HTML. */
export function part(name: string, className: string): HTMLElement {
  const element = document.createElementNS(XHTML, name) as HTMLElement;
  element.className = className;
  return element;
}

function dress(element: HTMLElement): string {
  element.removeAttribute('style');
  for (const [property, value] of OWN_STYLE) element.style.setProperty(property, value, 'important');
  return element.getAttribute('style') ?? '';
}

/** A name no page knows: nothing tells a page which extension is here. */
function randomName(): string {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) =>
    String.fromCharCode(97 + (byte % 26)),
  );
  return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`;
}
