import { matches } from './nodes.ts';
import { CALL_LINKS, EMBEDS } from './targets.ts';

/** What of the page was pressed: a call link, or a button of an embedded call element. */
export type Pressed =
  | { readonly what: 'link'; readonly element: Element; readonly control: Element }
  | { readonly what: 'embed-call' | 'embed-cancel'; readonly element: Element; readonly control: Element };

/** Reads a click of the page. Undefined for all we leave alone: made by scripts, other buttons, with modifier keys. */
export function readPress(event: MouseEvent): Pressed | undefined {
  if (!event.isTrusted || event.button !== 0) return undefined;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return undefined;
  for (const node of event.composedPath()) {
    if (!(node instanceof Element)) continue;
    if (matches(node, CALL_LINKS)) return { what: 'link', element: node, control: node };
    if (matches(node, 'button[name="call"],button[name="cancel"]')) {
      const element = node.closest(EMBEDS);
      if (!element) continue;
      return { what: node.getAttribute('name') === 'call' ? 'embed-call' : 'embed-cancel', element, control: node };
    }
  }
  return undefined;
}
