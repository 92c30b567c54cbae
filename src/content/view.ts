import type { PageDoubt } from '../core/risk.ts';
import { type CallButtons, createCallButtons, type Shown } from './call-buttons.ts';
import { createLookReader } from './colors.ts';
import type { Dialler } from './dial.ts';
import { isFixed, isShown, isWithin, painterOf, rangeOf, type Spot, spotOf } from './geometry.ts';
import { createMarks } from './marks.ts';
import { createNear } from './near.ts';
import { textDoubts } from './page-doubts.ts';
import { isInSight, type Placed, placeButton, SIZE } from './placement.ts';
import type { ClickedNumber } from './plain-click.ts';
import { compareAcross, containsAcross } from './roots.ts';
import { afterFrame, createDebt, nextTurn } from './slices.ts';
import { isInText, type Target } from './targets.ts';

/** What the user sees of us in this frame: marks and buttons. */
export interface View {
  /** Marks these until numbers are seen, or until the next preview: the page is not laid out yet. */
  preview(targets: readonly Target[]): void;
  /** The targets of these holders are other ones. */
  changed(holders: Iterable<Element>): void;
  /** Things may have moved: looks again soon. */
  moved(): void;
  /** Something scrolled: buttons go out of sight until it is over. */
  scrolled(): void;
  /** The pointer is here (CSS pixels of the viewport). */
  pointed(x: number, y: number): void;
  /** The keyboard focus came to this element of the page. */
  focused(element: Element): void;
  /** Draws a number's button anew, and says something beside it. */
  refresh(say?: { readonly text: string; readonly target: Target }): void;
  /** The number at this place, or whose button is there. */
  targetAt(x: number, y: number): Target | undefined;
  /** All numbers that have a button now. */
  targets(): Iterable<Target>;
  /** Moves the keyboard to the target's button, as soon as it is drawn. */
  focus(target: Target): void;
  /** The box of a target's button, once a click on it counts. */
  buttonBox(target: Target): DOMRect | undefined;
  /** The number in text that is seen at this point and painted by the element, once a click on it counts. */
  numberAt(x: number, y: number, clicked: Element): ClickedNumber | undefined;
  /** See `Scanner.isRestless`. */
  isRestless(): boolean;
  /** Now and then: looks whether what we are in is still on top. Leaving full screen tells nothing but a new size, if that. */
  tidy(): void;
  remove(): void;
}

export interface ViewParts {
  targetsOf(holder: Element): readonly Target[];
  recheckFields(fields: Iterable<Element>): void;
  /** See `Scanner.restyled`. */
  onRestyled(): void;
  /** See `Scanner.giveWay`. */
  onWaiting(isWaiting: boolean): void;
  /** True where a plain click on a number acts like its button. */
  callsOnClick(): boolean;
  readonly dialler: Dialler;
  /** False once the extension is gone: what is drawn then would stay for ever, beside what a newer copy draws. */
  mayDraw(): boolean;
  /** An E.164 number in groups, for reading. */
  format(number: string): string;
  /** See `CallButtonsParts.nightHint`. */
  nightHint(e164: string): string;
  /** How long the PBX takes no more calls; 0 when it takes one now. */
  pausedSeconds(): number;
  /** A trusted click or key on a button whose place and number are as they were. */
  onPress(target: Target, doubts: readonly PageDoubt[]): void;
}

const MAX_BUTTONS = 300;
const MAX_MARKS = 3_000;
/** From here on only those of an element's numbers are looked at that are close to the view, this many CSS pixels around it. */
const MANY_IN_ONE = 40;
const NEAR_IN_ONE = 300;
const FRAME_MS = 5;
/** See `createDebt`: looks are dear, and what the user sees first of a change, the marks, does not wait for them. */
const REST_FACTOR = 16;
/** On a page that keeps changing, marks follow this soon. */
const MARK_AGAIN_MS = 30;
const STILL_AFTER_MS = 110;
const LOOK_AGAIN_MS = 60;
const PUT_BACK_MS = 500;
/** Of a page's animations. */
const MOST_AWAITED = 200;
const HOVER_SLACK = 4;
const HIDE_HOVER_MS = 350;
/** Where the page scrolls on for longer than this, the keyboard stays where it is. */
const FOCUS_WITHIN_MS = 3_000;
/** A number that just came under the pointer is not called: the click was meant for what was there before. */
const INERT_MS = 350;
/** CSS pixels a button may be off its number before a click on it counts for nothing. */
const MAY_DRIFT = 8;
/** The slowest double click that systems can be set to take for one. */
const DOUBLE_CLICK_MS = 1_000;
/** A page that loads for longer than this is waiting for something that hangs. */
const LONGEST_LOAD_MS = 8_000;
const LOOK_FOR_LOAD_MS = 50;

/** Makes the view. Nothing is added to the page before the first number is to be shown and the page has loaded and is idle. */
export function createView(page: Document, parts: ViewParts): View {
  const near = createNear(() => soonOrInTime());
  const marks = createMarks();
  const buttonParts = {
    highlightNames: marks.names,
    format: parts.format,
    nightHint: parts.nightHint,
    onPress: press,
    onResized: () => soon(),
  };
  const stop = new AbortController();
  let main: CallButtons | undefined;
  let inModal: { readonly modal: Element; readonly buttons: CallButtons } | undefined;
  let spots: ReadonlyMap<Target, Place> = new Map();
  let previewed: ReadonlySet<Target> = new Set();
  let isLooking = false;
  let mustLookAgain = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerAt = 0;
  let isScrolling = false;
  let scrollTimer: ReturnType<typeof setTimeout> | undefined;
  let hoverTimer: ReturnType<typeof setTimeout> | undefined;
  let hovered: Target | undefined;
  let pointer: { readonly x: number; readonly y: number } | undefined;
  let focusedTarget: Target | undefined;
  let lastPress: { readonly target: Target; readonly at: number } | undefined;
  let isPageIdle = false;
  let isWaiting = false;
  const awaited = new WeakSet<Animation>();
  let lastLook = 0;
  const debt = createDebt(undefined, REST_FACTOR);
  /** When the turn at hand began. */
  let since = 0;
  let marked: ReadonlySet<Target> = new Set();
  let marking: ReturnType<typeof setTimeout> | undefined;
  let mustMarkAgain = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let toFocus: { readonly target: Target; readonly since: number } | undefined;

  function soon(ms = LOOK_AGAIN_MS, begin: () => Promise<void> = afterFrame): void {
    if (stop.signal.aborted) return;
    const at = performance.now() + ms;
    if (timer !== undefined) {
      if (timerAt <= at) return;
      clearTimeout(timer);
    }
    timerAt = at;
    timer = setTimeout(() => {
      timer = undefined;
      void begin().then(look);
    }, ms);
  }

  /** For what the page does: where it does so again and again, only marks follow at once. */
  function soonOrInTime(begin?: () => Promise<void>): void {
    if (!isLooking && debt.restMs() === 0) {
      soon(0, begin);
      return;
    }
    marking ??= setTimeout(() => {
      marking = undefined;
      if (isLooking) mustMarkAgain = true;
      else void nextTurn().then(markAgain);
    }, MARK_AGAIN_MS);
    inTime();
  }

  /** Looks again when what the looks so far have cost is worn off. */
  function inTime(): void {
    if (patience !== undefined || stop.signal.aborted) return;
    patience = setTimeout(
      () => {
        patience = undefined;
        if (isLooking || debt.restMs() > 0) inTime();
        else soon(0);
      },
      Math.max(LOOK_AGAIN_MS, debt.restMs()),
    );
  }

  /** Marks what is new and forgets what is gone, and asks for the place of nothing else. */
  function markAgain(): void {
    if (stop.signal.aborted || isScrolling || !parts.mayDraw()) return;
    const from = performance.now();
    const now = new Set<Target>();
    for (const holder of near.elements) {
      const targets = holder.isConnected ? parts.targetsOf(holder) : [];
      const isMany = targets.length > MANY_IN_ONE;
      for (const target of targets) {
        if (now.size >= MAX_MARKS) break;
        if (marked.has(target) || (!isMany && spotOf(target))) now.add(target);
      }
    }
    const gone = new Set([...spots.keys()].filter((target) => !now.has(target)));
    if (gone.size > 0) {
      spots = new Map([...spots].filter(([target]) => !gone.has(target)));
      (inModal?.buttons ?? main)?.drop(gone);
    }
    mark(now);
    debt.add(performance.now() - from);
  }

  /** True when the browser brings all styles up to date for it. */
  function mark(targets: ReadonlySet<Target>): boolean {
    marked = targets;
    return marks.show(marked.size > 0 ? marked : previewed);
  }

  /**
   * Asked for at each look and not listened to: what begins to move has changed the page or is pointed at, which is a reason to look.
   * What the page's scripts animate tells nobody its end otherwise.
   */
  function lookAgainWhenStill(): void {
    for (const animation of page.getAnimations?.().slice(0, MOST_AWAITED) ?? []) {
      if (awaited.has(animation) || animation.playState !== 'running') continue;
      if (animation.effect?.getComputedTiming().endTime === Infinity) continue;
      awaited.add(animation);
      const again = () => {
        awaited.delete(animation);
        soon();
      };
      void animation.finished.then(again, again);
    }
  }

  async function look(): Promise<void> {
    if (!parts.mayDraw()) return;
    if (isLooking || isScrolling) {
      mustLookAgain = isLooking;
      return;
    }
    isLooking = true;
    since = performance.now();
    try {
      // Before anything of ours changes: the browser brings all styles up to date for the answer.
      lookAgainWhenStill();
      await measureAndShow();
    } finally {
      isLooking = false;
      lastLook = performance.now();
      debt.add(lastLook - since);
    }
    if (mustMarkAgain) {
      mustMarkAgain = false;
      markAgain();
    }
    if (mustLookAgain) {
      mustLookAgain = false;
      soon();
    }
  }

  async function measureAndShow(): Promise<void> {
    const found = new Set<Target>();
    const candidates: { readonly target: Target; readonly spot: Spot }[] = [];
    const rest = async () => {
      const took = performance.now() - since;
      if (took < FRAME_MS) return;
      debt.add(took);
      await nextTurn();
      since = performance.now();
    };
    const fields: Element[] = [];
    for (const holder of near.elements) {
      if (!holder.isConnected) {
        near.unwatch(holder);
        continue;
      }
      const targets = parts.targetsOf(holder);
      for (const target of targets.length > MANY_IN_ONE ? await closeTo(targets, rest) : targets) {
        // In a very long text each look at a place takes milliseconds.
        await rest();
        if (target.source === 'field') fields.push(holder);
        const spot = spotOf(target);
        if (!spot) continue;
        if (found.size < MAX_MARKS) found.add(target);
        if (isInView(spot) && target.kind === 'phone' && wantsButton(target)) candidates.push({ target, spot });
      }
      await rest();
      if (stop.signal.aborted) return;
    }
    if (mark(found)) {
      parts.onRestyled();
      debt.add(performance.now() - since);
      await afterFrame();
      since = performance.now();
    }
    // Switched off while a frame was waited for: nothing of ours comes back.
    if (stop.signal.aborted) return;
    if (candidates.length > 0 && !isPageIdle) return whenPageIdle();
    const modal = topModal(page);
    const buttons = hostFor(modal, candidates.length > 0);
    if (!buttons) return;
    candidates.sort((a, b) => compareAcross(nodeOf(a.target), nodeOf(b.target)));
    await rest();
    const placed: Placed[] = [];
    const shown: Shown[] = [];
    const seen = new Map<Target, Place>();
    const readLook = createLookReader();
    for (const { target, spot } of candidates.slice(0, MAX_BUTTONS)) {
      await rest();
      if (stop.signal.aborted) return;
      const painter = painterOf(target);
      if (!painter?.isConnected || !isShown(painter)) continue;
      if (modal && !isWithin(modal, target)) continue;
      const place = placeButton(target, spot, isOurs, placed);
      if (!place) continue;
      const fitted = fitHeight(place, placed);
      placed.push(fitted);
      const before = spots.get(target);
      const since = before && isSamePoint(before.spot.last, spot.last) ? before.since : performance.now();
      seen.set(target, { spot, placed: fitted, since });
      shown.push({
        target,
        placed: fitted,
        look: readLook(painter),
        isFixed: isFixed(painter),
        call: parts.dialler.viewOf(target),
        pausedSeconds: parts.pausedSeconds(),
      });
    }
    if (isScrolling || stop.signal.aborted) return;
    // Later ones may have made earlier ones lower.
    for (const [at, one] of shown.entries()) {
      const { target } = one;
      const [place, fitted] = [seen.get(target), placed[at]];
      if (!place || !fitted) continue;
      shown[at] = { ...one, placed: fitted };
      seen.set(target, { ...place, placed: fitted });
    }
    spots = seen;
    // A pointer that already rests on a number when it is found does not move again to say so.
    if (pointer && !(hovered && seen.has(hovered))) hovered = findAt(spots, pointer.x, pointer.y, parts.callsOnClick());
    buttons.show(shown);
    buttons.hideWhileMoving(false);
    buttons.reveal(focusedTarget ?? hovered);
    if (toFocus && performance.now() - toFocus.since > FOCUS_WITHIN_MS) toFocus = undefined;
    if (toFocus && seen.has(toFocus.target) && buttons.focus(toFocus.target)) toFocus = undefined;
    // One that came to lie under a pointer that rests.
    if (pointer) buttons.near(pointer.x, pointer.y);
    if (fields.length > 0) parts.recheckFields(fields);
  }

  /** The page's own call button is the button of an embedded number; ours only ends its call. */
  function wantsButton(target: Target): boolean {
    return target.source !== 'embed' || parts.dialler.viewOf(target) !== undefined;
  }

  /** Frameworks that take over the whole document have done so by then: an element of ours would be a mistake in their eyes. */
  function whenPageIdle(): void {
    if (isWaiting) return;
    isWaiting = true;
    const since = performance.now();
    const go = () => {
      parts.onWaiting(false);
      isPageIdle = true;
      soon(0);
    };
    // Not the window's `load`: at most ten listeners are ours, and a picture that never comes must not keep the buttons away.
    const look = () => {
      if (stop.signal.aborted) return;
      if (page.readyState !== 'complete' && performance.now() - since < LONGEST_LOAD_MS)
        setTimeout(look, LOOK_FOR_LOAD_MS);
      else if (typeof requestIdleCallback === 'function') {
        parts.onWaiting(true);
        requestIdleCallback(go, { timeout: 1_500 });
      } else setTimeout(go, 200);
    };
    look();
  }

  function hostFor(modal: Element | undefined, isNeeded: boolean): CallButtons | undefined {
    if (inModal && inModal.modal !== modal) {
      inModal.buttons.remove();
      inModal = undefined;
    }
    if (modal) {
      main?.show([]);
      if (!inModal && isNeeded) {
        const buttons = createCallButtons(modal, buttonParts);
        if (buttons) inModal = { modal, buttons };
      }
      return inModal?.buttons;
    }
    const top = page.documentElement;
    // The page was written anew, or has put another root in place of its own.
    if (main && main.host.parent !== top) {
      main.remove();
      main = undefined;
    }
    if (!main && isNeeded && top) main = createCallButtons(top, buttonParts);
    if (main && !main.host.keep()) {
      main.remove();
      return undefined;
    }
    // Removed by the page a moment ago: it is put back after a while.
    if (main && !main.host.element.isConnected) soon(PUT_BACK_MS);
    return main;
  }

  function press(event: MouseEvent): void {
    if (!event.isTrusted) return;
    const buttons = inModal?.buttons ?? main;
    const pressed = buttons?.targetOf(event.target);
    if (!buttons || !pressed) return;
    const { target, placed } = pressed;
    const isPointer = event.detail > 0;
    if (isPointer && (!buttons.isReady(target) || isSecondHalf(event, target))) return;
    const spot = spotOf(target);
    // The number has moved away from its button, or is no longer seen: what the user meant is not known.
    if (!spot || !isStillBeside(spot, placed, target) || !isInSight(target, spot, isOurs)) {
      soon(0);
      return;
    }
    lastPress = { target, at: event.timeStamp };
    parts.onPress(target, buttons.doubtsOf(target));
  }

  /** The second half of a double click would hang up what the first has begun. Presses on two buttons are two, however fast they come. */
  function isSecondHalf({ detail, timeStamp }: MouseEvent, target: Target): boolean {
    return detail > 1 && lastPress?.target === target && timeStamp - lastPress.at < DOUBLE_CLICK_MS;
  }

  function isOurs(element: Element): boolean {
    return element === main?.host.element || element === inModal?.buttons.host.element;
  }

  /** True while button and number stand to each other as they did when the button was placed. */
  function isStillBeside(spot: Spot, placed: Placed, target: Target): boolean {
    const before = spots.get(target)?.spot.last;
    const box = (inModal?.buttons ?? main)?.boxOf(target);
    if (!before || !box) return false;
    const dx = box.x - spot.last.right - (placed.x - before.right);
    const dy = box.y - spot.last.top - (placed.y - before.top);
    return Math.abs(dx) < MAY_DRIFT && Math.abs(dy) < MAY_DRIFT;
  }

  return {
    preview(targets) {
      previewed = new Set(targets);
      if (targets.length > 0) marks.show(previewed);
      else soon(0);
    },
    changed(holders) {
      let isInSight = false;
      for (const holder of holders) {
        isInSight ||= near.elements.has(holder);
        if (holder.isConnected && parts.targetsOf(holder).length > 0) near.watch(holder);
        else near.unwatch(holder);
        isInSight ||= near.elements.has(holder);
      }
      // Where a new one stands is told by the browser: a large table is not looked at again for every row far below. The reading of the
      // page has waited for its layout already.
      if (isInSight) soonOrInTime(nextTurn);
    },
    moved() {
      if (near.elements.size > 0 || main) inTime();
    },
    scrolled() {
      isScrolling = true;
      (inModal?.buttons ?? main)?.hideWhileMoving(true);
      if (scrollTimer !== undefined) clearTimeout(scrollTimer);
      scrollTimer = setTimeout(() => {
        isScrolling = false;
        soon(0);
      }, STILL_AFTER_MS);
    },
    pointed(x, y) {
      pointer = { x, y };
      if (isScrolling) return;
      (inModal?.buttons ?? main)?.near(x, y);
      if (performance.now() - lastLook > 400 && near.elements.size > 0) soon();
      const hit = findAt(spots, x, y, parts.callsOnClick());
      if (hit === hovered) {
        if (hit && hoverTimer !== undefined) {
          clearTimeout(hoverTimer);
          hoverTimer = undefined;
        }
        return;
      }
      const buttons = inModal?.buttons ?? main;
      if (hit) {
        if (hoverTimer !== undefined) clearTimeout(hoverTimer);
        hoverTimer = undefined;
        hovered = hit;
        buttons?.reveal(hit);
      } else if (hoverTimer === undefined) {
        hoverTimer = setTimeout(() => {
          hoverTimer = undefined;
          hovered = undefined;
          buttons?.reveal(focusedTarget);
        }, HIDE_HOVER_MS);
      }
    },
    focused(element) {
      if (isOurs(element)) return;
      focusedTarget = [...spots.keys()].find(
        (target) => nodeOf(target) === element || element.contains(nodeOf(target)),
      );
      // A focused region with many numbers is not the focus of one number.
      if (focusedTarget && element.getElementsByTagName('*').length > 20) focusedTarget = undefined;
      (inModal?.buttons ?? main)?.reveal(focusedTarget ?? hovered);
    },
    targetAt(x, y) {
      const isAt = (box: Pick<DOMRect, 'x' | 'y' | 'width' | 'height'>) =>
        x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
      for (const [target, { spot, placed }] of spots) if (isAt(spot.box) || isAt(placed)) return target;
      return undefined;
    },
    targets: () => spots.keys(),
    focus(target) {
      toFocus = { target, since: performance.now() };
      focusedTarget = target;
      soon(0);
    },
    refresh(say) {
      soon(0);
      if (!say) return;
      if (!isPageIdle && !main) whenPageIdle();
      const buttons = inModal?.buttons ?? main ?? hostFor(topModal(page), true);
      const at = buttons?.boxOf(say.target) ?? spotOf(say.target)?.last;
      if (at) buttons?.say(say.text, at);
    },
    buttonBox(target) {
      const buttons = inModal?.buttons ?? main;
      return buttons?.isReady(target) ? buttons.boxOf(target) : undefined;
    },
    numberAt(x, y, clicked) {
      if (isScrolling) return undefined;
      for (const [target, { spot, since }] of spots) {
        if (!isInText(target) || !isInside(spot.box, x, y)) continue;
        const painter = painterOf(target);
        const rects = [...(rangeOf(target)?.getClientRects() ?? [])];
        const isOn = containsAcross(target.holder, clicked) || (painter && containsAcross(clicked, painter));
        if (!painter || !isOn || !rects.some((rect) => isInside(rect, x, y))) continue;
        const now = spotOf(target);
        const isStill = now && isSamePoint(now.last, spot.last) && performance.now() - since >= INERT_MS;
        if (!isStill || !isInSight(target, now, isOurs)) return undefined;
        return { target, doubts: textDoubts(target) };
      }
      return undefined;
    },
    isRestless: debt.isLasting,
    tidy() {
      if (inModal && inModal.modal !== topModal(page)) soon(0);
    },
    remove() {
      stop.abort();
      for (const one of [timer, marking, patience, scrollTimer, hoverTimer]) if (one !== undefined) clearTimeout(one);
      near.stop();
      marks.clear();
      main?.remove();
      inModal?.buttons.remove();
    },
  };
}

/** The full-screen element or the modal dialog on top, if there is one: nothing outside gets clicks then. */
function topModal(page: Document): Element | undefined {
  if (page.fullscreenElement && page.fullscreenElement !== page.documentElement) return page.fullscreenElement;
  const modals = page.querySelectorAll('dialog:modal');
  return modals[modals.length - 1];
}

function nodeOf(target: Target): Node {
  return target.place.in === 'text' ? target.place.start : target.place.element;
}

function isInView({ last, first }: Spot): boolean {
  return last.bottom > 0 && first.top < innerHeight && last.right > 0 && first.left < innerWidth;
}

/** Of many targets in one element (a long text), those whose place is near the view: they stand in reading order, from top to bottom. */
async function closeTo(targets: readonly Target[], rest: () => Promise<void>): Promise<readonly Target[]> {
  const ordered = [...targets].sort((a, b) => compareAcross(nodeOf(a), nodeOf(b)) || offsetOf(a) - offsetOf(b));
  const from = await firstBelow(ordered, -NEAR_IN_ONE, rest);
  const to = await firstBelow(ordered, innerHeight + NEAR_IN_ONE, rest);
  return ordered.slice(Math.max(0, from - 1), to + 1);
}

async function firstBelow(ordered: readonly Target[], y: number, rest: () => Promise<void>): Promise<number> {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    await rest();
    const at = (low + high) >> 1;
    const target = ordered[at];
    const bottom = target ? (spotOf(target)?.last.bottom ?? y) : y;
    if (bottom < y) low = at + 1;
    else high = at;
  }
  return low;
}

function offsetOf(target: Target): number {
  return target.place.in === 'text' ? target.place.startOffset : 0;
}

/**
 * In dense tables a button is as high as the rows allow, so that none lies over its neighbour's: to Chromium even a line of two pixels hides
 * the one below.
 */
function fitHeight(place: Placed, before: Placed[]): Placed {
  let height = place.height;
  for (let i = before.length - 1; i >= Math.max(0, before.length - 20); i -= 1) {
    const other = before[i];
    if (!other || Math.abs(other.x - place.x) >= SIZE) continue;
    const pitch = Math.abs(middleOf(place) - middleOf(other));
    if (pitch >= SIZE || pitch < 12) continue;
    before[i] = atMost(other, pitch);
    height = Math.min(height, pitch);
  }
  return atMost(place, height);
}

function atMost(place: Placed, height: number): Placed {
  return height < place.height ? { ...place, y: middleOf(place) - height / 2, height } : place;
}

function middleOf({ y, height }: Placed): number {
  return y + height / 2;
}

/** Where a number was seen and its button put, and since when it stands there. */
interface Place {
  readonly spot: Spot;
  readonly placed: Placed;
  readonly since: number;
}

function isSamePoint(a: DOMRect, b: DOMRect): boolean {
  return Math.abs(a.right - b.right) < MAY_DRIFT && Math.abs(a.top - b.top) < MAY_DRIFT;
}

function isInside({ left, top, right, bottom }: DOMRect, x: number, y: number): boolean {
  return x >= left && x <= right && y >= top && y <= bottom;
}

/** The number at this point that pointing at changes something for: those whose button is not seen otherwise, or all of them. */
function findAt(spots: ReadonlyMap<Target, Place>, x: number, y: number, isForAll: boolean): Target | undefined {
  for (const [target, { spot, placed }] of spots) {
    if (placed.mode !== 'hover' && !isForAll) continue;
    for (const box of [spot.box, placed]) {
      if (
        x >= box.x - HOVER_SLACK &&
        x <= box.x + box.width + HOVER_SLACK &&
        y >= box.y - 1 &&
        y <= box.y + box.height + 1
      )
        return target;
    }
  }
  return undefined;
}
