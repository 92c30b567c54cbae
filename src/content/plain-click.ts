import type { PageDoubt } from '../core/risk.ts';
import { matches } from './nodes.ts';
import { rootOf } from './roots.ts';
import type { Target, TextPlace } from './targets.ts';

/** A number in text that a click was meant for, with what speaks against taking it for the user's wish. */
export interface ClickedNumber {
  readonly target: Target & { readonly place: TextPlace };
  readonly doubts: readonly PageDoubt[];
}

export interface PlainClicksParts {
  /** The number under this point of the viewport that the element clicked paints. */
  numberAt(x: number, y: number, clicked: Element): ClickedNumber | undefined;
  press(target: Target, doubts: readonly PageDoubt[]): void;
}

/** Makes a plain click on a marked number act like its button, on sites where the user has chosen that. */
export interface PlainClicks {
  onClick(event: MouseEvent): void;
  stop(): void;
}

/** A second click within this time selects a word: the first one was not meant to call. */
const SECOND_CLICK_MS = 350;
/** What the page itself does something with keeps its meaning. */
const CONTROLS =
  'a[href],area[href],button,input,textarea,select,option,label,summary,audio,video,' +
  '[contenteditable=""],[contenteditable="true" i],[contenteditable="plaintext-only" i],' +
  ['button', 'link', 'menuitem', 'tab', 'option', 'checkbox', 'radio', 'switch', 'textbox', 'slider']
    .map((role) => `[role="${role}" i]`)
    .join();

/** Makes the reader of plain clicks; it adds no listener of its own. */
export function createPlainClicks({ numberAt, press }: PlainClicksParts): PlainClicks {
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    if (waiting !== undefined) clearTimeout(waiting);
    waiting = undefined;
  }

  return {
    onClick(event) {
      stop();
      if (!isPlain(event)) return;
      const path = event.composedPath();
      const [clicked] = path;
      if (!(clicked instanceof Element)) return;
      if (path.some((node) => node instanceof Element && matches(node, CONTROLS))) return;
      const found = numberAt(event.clientX, event.clientY, clicked);
      if (!found || isSelected(found.target.place)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting = setTimeout(() => {
        waiting = undefined;
        if (!isSelected(found.target.place)) press(found.target, found.doubts);
      }, SECOND_CLICK_MS);
    },
    stop,
  };
}

/** One click of the user's main button, by itself. */
function isPlain(event: MouseEvent): boolean {
  const hasModifier = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  return event.isTrusted && event.button === 0 && event.detail === 1 && !hasModifier;
}

/** True while the user has some of the number selected: the click ended a selection. */
function isSelected({ start, end }: TextPlace): boolean {
  const root = rootOf(start) as { getSelection?(): Selection | null } | undefined;
  const selection = root?.getSelection?.() ?? getSelection();
  if (!selection || selection.isCollapsed) return false;
  return selection.containsNode(start, true) || selection.containsNode(end, true);
}
