/**
 * What is asked of nodes that may be forms. A form answers with its field of that name first (`<input name="contains">`), so the
 * question goes to the prototype, which is ours in this world.
 */
const parentGetter = Object.getOwnPropertyDescriptor(Node.prototype, 'parentNode')?.get;

/** The node's parent. */
export function parentOf(node: Node): ParentNode | null {
  return parentGetter ? (parentGetter.call(node) as ParentNode | null) : node.parentNode;
}

/** The node's parent where that is an element. */
export function parentElementOf(node: Node): Element | undefined {
  const parent = parentOf(node);
  return parent instanceof Element ? parent : undefined;
}

/** True when `inner` is `outer` or below it in the same tree. */
export function contains(outer: Node, inner: Node | null): boolean {
  return Node.prototype.contains.call(outer, inner);
}

/** The element, or the nearest around it, that the selector matches. */
export function closest(element: Element, selector: string): Element | null {
  return Element.prototype.closest.call(element, selector);
}

/** True when the selector matches the element. */
export function matches(element: Element, selector: string): boolean {
  return Element.prototype.matches.call(element, selector);
}
