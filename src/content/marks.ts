import { markRangeOf } from './geometry.ts';
import { type Root, rootOf } from './roots.ts';
import type { Target } from './targets.ts';

/** Marks numbers by the browser's own highlighting, which leaves no trace in the page's nodes. */
export interface Marks {
  /** Exactly these targets are marked from now on. True when a rule was added for it: the browser brings all styles up to date then. */
  show(targets: ReadonlySet<Target>): boolean;
  /** Names of the highlights, for a later copy of this script to remove. */
  readonly names: readonly string[];
  clear(): void;
}

type Kind = 'phone' | 'fax' | 'refused';

// Colours come from the text itself, so that the mark belongs to any page. Paper keeps the page's own look.
const LOOKS: Readonly<Record<Kind, string>> = {
  phone: 'text-decoration: underline dotted 1px; text-underline-offset: 2px',
  fax: 'text-decoration: underline dashed 1px color-mix(in srgb, currentColor 45%, transparent)',
  refused: 'text-decoration: underline wavy 1px #c77700',
};
const ASK_AGAIN_MS = 3_000;
const KINDS: readonly Kind[] = ['phone', 'fax', 'refused'];

/** Makes marks for this document, or none where the browser cannot highlight. */
export function createMarks(): Marks {
  // An unusual name: the registry is shared with the page, whose own highlights must not meet ours.
  const base = `h${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 36).toString(36)).join('')}`;
  const names = KINDS.map((kind) => `${base}-${kind}`);
  const canMark = typeof Highlight === 'function' && typeof CSS !== 'undefined' && 'highlights' in CSS;
  const highlights = new Map<Kind, Highlight>();
  const ranges = new Map<Target, { readonly range: Range; readonly kind: Kind }>();
  const sheets = new Map<Root, CSSStyleSheet>();
  let hasAdopted = false;
  /** When links and fields were found to need no mark. */
  const bareSince = new WeakMap<Target, number>();

  function add(target: Target): void {
    const range = markRangeOf(target);
    const root = range && rootOf(range.startContainer);
    if (!range || !root) return;
    const kind = kindOf(target);
    const highlight = highlights.get(kind) ?? new Highlight();
    highlights.set(kind, highlight);
    highlight.add(range);
    ranges.set(target, { range, kind });
    adopt(root);
  }

  function remove(target: Target): void {
    const known = ranges.get(target);
    if (!known) return;
    highlights.get(known.kind)?.delete(known.range);
    ranges.delete(target);
  }

  /** A rule reaches one tree of nodes only (in Firefox), so every root with a mark gets it. */
  function adopt(root: Root): void {
    const known = sheets.get(root);
    if (known && root.adoptedStyleSheets.includes(known)) return;
    const sheet = known ?? new CSSStyleSheet();
    if (!known) {
      sheet.replaceSync(
        `@media screen { ${KINDS.map((kind) => `::highlight(${base}-${kind}) { ${LOOKS[kind]} }`).join(' ')} }`,
      );
      sheets.set(root, sheet);
    }
    hasAdopted = true;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }

  function disown(root: Root): void {
    const sheet = sheets.get(root);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets].filter((other) => other !== sheet);
    sheets.delete(root);
  }

  /** A page may have emptied the lists that we share with it. */
  function keep(): void {
    for (const [kind, highlight] of highlights) {
      const name = `${base}-${kind}`;
      if (CSS.highlights.get(name) !== highlight) CSS.highlights.set(name, highlight);
    }
    for (const root of sheets.keys()) {
      if (root.isConnected) adopt(root);
      else disown(root);
    }
  }

  return {
    names,
    show(targets) {
      if (!canMark) return false;
      hasAdopted = false;
      for (const target of ranges.keys()) if (!targets.has(target)) remove(target);
      for (const target of targets) {
        const known = ranges.get(target);
        if (known && isOver(known.range, target)) continue;
        // Whether a link needs a mark is asked of its styles, which seldom change.
        const asked = bareSince.get(target);
        if (asked !== undefined && performance.now() - asked < ASK_AGAIN_MS) continue;
        remove(target);
        add(target);
        if (target.place.in === 'element' && !ranges.has(target)) bareSince.set(target, performance.now());
      }
      keep();
      return hasAdopted;
    },
    clear() {
      if (!canMark) return;
      for (const name of names) CSS.highlights.delete(name);
      for (const root of sheets.keys()) disown(root);
      highlights.clear();
      ranges.clear();
    },
  };
}

/** False once the page has moved the number's nodes: a range stays where they were taken out. */
function isOver(range: Range, { place }: Target): boolean {
  if (place.in !== 'text')
    return range.startContainer === place.element && !range.collapsed && place.element.isConnected;
  return (
    range.startContainer === place.start &&
    range.startOffset === place.startOffset &&
    range.endContainer === place.end &&
    range.endOffset === place.endOffset
  );
}

function kindOf(target: Target): Kind {
  if (target.kind === 'fax') return 'fax';
  return target.refused === undefined && target.differs === undefined ? 'phone' : 'refused';
}
