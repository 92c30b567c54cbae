import { contains, parentElementOf } from './nodes.ts';
/** Tells which elements are in or near the view. */
export interface Near {
  watch(element: Element): void;
  unwatch(element: Element): void;
  /** Elements in or near the view, in no order. */
  readonly elements: ReadonlySet<Element>;
  stop(): void;
}

/** A good screen above and below: numbers are marked before they scroll in. */
const MARGIN = '900px 400px';
/** The browser looks at every watched element in every frame that scrolls or changes: 30,000 of them cost 35 ms a frame (measured). */
const WATCH_EACH_UP_TO = 3_000;
const GROUP = 16;
/** Each time new ones are watched the browser makes a frame and looks at all of them: a large page gives many at a time, not one by one. */
const AT_ONCE = 100;
const WINDOW_MS = 250;

/** Neighbours in document order that are watched by their first one. */
interface Group {
  readonly members: Set<Element>;
  sentinel: Element;
  isNear: boolean;
}

/** Watches elements with one observer. Beyond some thousand, neighbours share one watch. */
export function createNear(onChanged: () => void): Near {
  const elements = new Set<Element>();
  /** A group of its own for every element would be a tenth of all that is kept of a number. */
  const groupOf = new Map<Element, Group | 'alone'>();
  const previous = new Map<Group, Group>();
  let open: Group | undefined;
  const later = new Set<Element>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let windowFrom = Number.NEGATIVE_INFINITY;
  let begun = 0;

  const observer = new IntersectionObserver(
    (entries) => {
      let isOther = false;
      for (const { target, isIntersecting } of entries) {
        const group = groupOf.get(target);
        if (group === 'alone') {
          if (elements.has(target) === isIntersecting) continue;
          isOther = true;
          put(target, isIntersecting);
          continue;
        }
        if (group?.sentinel !== target || group.isNear === isIntersecting) continue;
        group.isNear = isIntersecting;
        isOther = true;
        settle(group);
        const before = previous.get(group);
        // A group that begins above the view may reach into it: it counts while the one after it is near.
        if (before) settle(before, group.isNear);
      }
      if (isOther) onChanged();
    },
    { rootMargin: MARGIN },
  );

  function settle(group: Group, isReaching = false): void {
    for (const member of group.members) put(member, group.isNear || isReaching);
  }

  function put(element: Element, isNear: boolean): void {
    if (isNear) elements.add(element);
    else elements.delete(element);
  }

  function observe(element: Element): void {
    const now = performance.now();
    if (now - windowFrom > WINDOW_MS) {
      windowFrom = now;
      begun = 0;
    }
    begun += 1;
    if (begun <= AT_ONCE) {
      observer.observe(element);
      return;
    }
    later.add(element);
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const waiting of later) observer.observe(waiting);
      later.clear();
    }, WINDOW_MS);
  }

  function unobserve(element: Element): void {
    if (!later.delete(element)) observer.unobserve(element);
  }

  return {
    elements,
    watch(element) {
      if (groupOf.has(element)) return;
      if (groupOf.size < WATCH_EACH_UP_TO) {
        open = undefined;
        groupOf.set(element, 'alone');
        observe(element);
        return;
      }
      if (open && open.members.size < GROUP && areClose(open.sentinel, element)) {
        open.members.add(element);
        groupOf.set(element, open);
        if (open.isNear) elements.add(element);
        return;
      }
      const group: Group = { members: new Set([element]), sentinel: element, isNear: false };
      if (open) previous.set(group, open);
      open = group;
      groupOf.set(element, group);
      observe(element);
    },
    unwatch(element) {
      const group = groupOf.get(element);
      if (!group) return;
      groupOf.delete(element);
      elements.delete(element);
      if (group === 'alone') {
        unobserve(element);
        return;
      }
      group.members.delete(element);
      if (group.sentinel !== element) return;
      unobserve(element);
      const next = group.members.values().next().value;
      if (!next) {
        previous.delete(group);
        if (open === group) open = undefined;
        return;
      }
      group.sentinel = next;
      observe(next);
    },
    stop() {
      observer.disconnect();
      clearTimeout(timer);
      later.clear();
      elements.clear();
      groupOf.clear();
      previous.clear();
    },
  };
}

/** True when both stand in the same list, table or column, so that one tells where the other is. */
function areClose(a: Element, b: Element): boolean {
  let top: Element | undefined = a;
  for (let level = 0; top && level < 4; level += 1) {
    if (contains(top, b)) return true;
    top = parentElementOf(top);
  }
  return false;
}
