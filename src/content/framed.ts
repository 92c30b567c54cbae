/**
 * True where this frame stands in a page of another site, as far as the browser lets us look. Such a page can make the whole frame faint, or
 * put it under the pointer, and nothing in the frame tells of it. A site alone, or in frames of its own, can be looked at.
 */
export function isFramedByOthers(): boolean {
  try {
    for (let view: Window = window; view !== view.parent; view = view.parent) {
      if (!view.frameElement) return true;
    }
    return false;
  } catch {
    // Only what is of another origin may not be read.
    return true;
  }
}

/** The element this document stands in, where it is of the same origin. */
export function frameAround(page: Document): Element | undefined {
  try {
    return page.defaultView?.frameElement ?? undefined;
  } catch {
    return undefined;
  }
}
