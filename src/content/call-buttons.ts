import type { PageDoubt } from '../core/risk.ts';
import { LAYER_WIDTH } from './button-styles.ts';
import type { Look } from './colors.ts';
import type { CallView } from './dial.ts';
import { words } from './extension-api.ts';
import { createHost, type Host, part } from './host.ts';
import { createSight } from './page-doubts.ts';
import { type Placed, SIZE } from './placement.ts';
import { nextTurn } from './slices.ts';
import type { Target } from './targets.ts';

/** One number in view with the place of its button. */
export interface Shown {
  readonly target: Target;
  readonly placed: Placed;
  readonly look: Look;
  readonly isFixed: boolean;
  readonly call: CallView | undefined;
  /** How long the PBX takes no more calls. */
  readonly pausedSeconds: number;
}

/** The call buttons in one host. */
export interface CallButtons {
  readonly host: Host;
  /** Exactly these are there from now on, in this order. */
  show(shown: readonly Shown[]): void;
  /** These are there no more. */
  drop(targets: Iterable<Target>): void;
  /** Takes all out of sight while the page scrolls; a focused one stays. */
  hideWhileMoving(isMoving: boolean): void;
  reveal(target: Target | undefined): void;
  /** The box of a target's button while it is drawn. */
  boxOf(target: Target): DOMRect | undefined;
  /** True once the button has been under the user's eyes long enough for a click to be meant for it. */
  isReady(target: Target): boolean;
  targetOf(origin: EventTarget | null): { readonly target: Target; readonly placed: Placed } | undefined;
  /** The pointer is here: what it comes close to may be pressed soon. */
  near(x: number, y: number): void;
  /** What speaks against taking a press on the target's button at this moment for the user's wish. */
  doubtsOf(target: Target): readonly PageDoubt[];
  /** Moves the keyboard to the target's button; false when there is none. */
  focus(target: Target): boolean;
  say(text: string, at: DOMRect | Placed): void;
  remove(): void;
}

interface Button {
  readonly element: HTMLButtonElement;
  shown: Shown;
  /** When it came under the user's eyes at this place. */
  since: number;
}

const SVG = 'http://www.w3.org/2000/svg';
const SAY_MS = 6_000;
/** CSS pixels between the bubble and any button: as far as its shadow reaches. */
const BUBBLE_GAP = 6;
/** A button that just came under the pointer does not dial: the click was meant for what was there before. */
const INERT_MS = 350;
/** CSS pixels. Nobody's pointer comes from farther away and presses before the browser has told what lies over the button. */
const CLOSE = 160;
const LOOK_EVERY_MS = 100;

export interface CallButtonsParts {
  readonly highlightNames: readonly string[];
  /** An E.164 number in groups, for reading. */
  format(number: string): string;
  /** What time it is where an E.164 number is, in words, while it is night there; empty otherwise. */
  nightHint(e164: string): string;
  onPress(event: MouseEvent): void;
  /** The view has another size, or the system went from light to dark or back. */
  onResized(): void;
}

/** Makes a host at the end of `parent`, or undefined where there can be none. */
export function createCallButtons(parent: Element, parts: CallButtonsParts): CallButtons | undefined {
  const made = createHost(parent, parts.highlightNames);
  if (!made) return undefined;
  const host = made;
  const buttons = new Map<Target, Button>();
  const targets = new WeakMap<Element, Target>();
  let revealed: Target | undefined;
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let ignoresHeldKey = false;
  host.root.addEventListener('click', (event) => {
    if ((event as MouseEvent).detail === 0) ignoreHeldKey();
    parts.onPress(event as MouseEvent);
  });
  host.root.addEventListener('focusin', ({ target }) => {
    const button = target instanceof Element ? buttonAt(target) : undefined;
    if (button) lookSoon(button);
  });
  const stopSizes = watchView(host.root, parts.onResized);
  const sight = createSight(host.element);
  let lastNear = 0;
  let pointedAt: Button | undefined;
  const toLookAt = new Set<Button>();

  function update(button: Button, shown: Shown, origin: Origin): void {
    const { element } = button;
    const before = button.shown;
    const { placed, look, call } = shown;
    button.shown = shown;
    if (Math.abs(before.placed.x - placed.x) > 8 || Math.abs(before.placed.y - placed.y) > 8)
      button.since = performance.now();
    const style = element.style;
    // No transform: Chromium calls nothing seen that is scaled down. Lengths in what is zoomed are, too.
    style.setProperty('zoom', Math.abs(origin.scale - 1) > 0.001 ? String(1 / origin.scale) : '');
    style.transform = `translate(${placed.x - origin.x}px, ${placed.y - origin.y}px)`;
    style.setProperty('--h', `${placed.height}px`);
    style.setProperty('--accent', look.accent);
    style.setProperty('--ground', look.ground);
    style.setProperty('--full', look.isDark ? '#2fbf71' : '#0b7a3b');
    style.setProperty('--on-full', look.isDark ? '#06210f' : '#fff');
    style.setProperty('--warn', look.isDark ? '#ffb84d' : '#9a5b00');
    set(element, 'data-mode', placed.mode);
    set(element, 'data-state', call?.state ?? 'idle');
    set(element, 'data-cancel', call?.canCancel ? 'yes' : undefined);
    const isPaused = shown.pausedSeconds > 0 && !call?.canCancel;
    set(element, 'aria-disabled', isPaused ? 'true' : undefined);
    const name = nameOf(shown, parts.format);
    set(element, 'aria-label', name);
    set(element, 'title', titleOf(shown, name, parts.nightHint));
    element.classList.toggle('shown', revealed === shown.target);
  }

  function add(shown: Shown): Button {
    const element = part('button', '') as HTMLButtonElement;
    element.type = 'button';
    const disc = part('span', 'disc');
    disc.append(phoneIcon());
    element.append(disc);
    const button = { element, shown, since: performance.now() };
    buttons.set(shown.target, button);
    targets.set(element, shown.target);
    return button;
  }

  function drop(target: Target): void {
    const button = buttons.get(target);
    if (!button) return;
    sight.forget(button.element);
    button.element.remove();
    buttons.delete(target);
  }

  function buttonAt(origin: Element): Button | undefined {
    const element = origin.closest('button');
    const target = element ? targets.get(element) : undefined;
    return target && buttons.get(target);
  }

  /** A key that is held down would hang up what it has called. Not listened to before a key presses: at most ten listeners are ours. */
  function ignoreHeldKey(): void {
    if (ignoresHeldKey) return;
    ignoresHeldKey = true;
    host.root.addEventListener('keydown', (event) => {
      if ((event as KeyboardEvent).repeat && /^(?:Enter| )$/.test((event as KeyboardEvent).key)) event.preventDefault();
    });
  }

  /** After what happens in this moment: a press must not wait for it, and looks by itself. */
  function lookSoon(button: Button): void {
    sight.watch(button.element);
    if (toLookAt.size === 0) void nextTurn().then(lookNow);
    toLookAt.add(button);
  }

  function lookNow(): void {
    const due = [...toLookAt];
    toLookAt.clear();
    for (const button of due) {
      const { element, shown } = button;
      if (buttons.get(shown.target)?.element === element && isDrawn(button)) sight.look(element, shown.target);
    }
  }

  /** One that is drawn only while its number is pointed at or focused is out of sight for no fault of the page. */
  function isDrawn({ element, shown }: Button): boolean {
    return shown.placed.mode === 'beside' || shown.target === revealed || element.matches(':focus-visible');
  }

  return {
    host,
    show(shown) {
      const wanted = new Set(shown.map(({ target }) => target));
      for (const target of buttons.keys()) if (!wanted.has(target)) drop(target);
      const origins = { moving: originOf(host.layer), fixed: originOf(host.fixedLayer) };
      const last = new Map<Element, Element | undefined>();
      for (const one of shown) {
        const button = buttons.get(one.target) ?? add(one);
        const layer = one.isFixed ? host.fixedLayer : host.layer;
        const before = last.get(layer);
        const next = before ? before.nextElementSibling : layer.firstElementChild;
        // Document order among themselves; a button at its place is not moved, since that would take the focus from it.
        if (next !== button.element) layer.insertBefore(button.element, next);
        last.set(layer, button.element);
        update(button, one, one.isFixed ? origins.fixed : origins.moving);
        if (!isDrawn(button)) sight.forget(button.element);
        else if (sight.hasRoom()) sight.watch(button.element);
      }
    },
    drop(targets) {
      for (const target of targets) drop(target);
    },
    hideWhileMoving(isMoving) {
      sight.rest(isMoving);
      host.layer.classList.toggle('away', isMoving);
      host.fixedLayer.classList.toggle('away', isMoving);
    },
    reveal(target) {
      if (revealed === target) return;
      const before = revealed && buttons.get(revealed);
      before?.element.classList.remove('shown');
      revealed = target;
      if (before && !isDrawn(before)) sight.forget(before.element);
      const button = target && buttons.get(target);
      if (!button) return;
      if (button.shown.placed.mode === 'hover') button.since = performance.now();
      button.element.classList.add('shown');
      sight.watch(button.element);
    },
    boxOf(target) {
      const button = buttons.get(target);
      if (!button?.element.isConnected) return undefined;
      if (getComputedStyle(button.element).opacity === '0' && button.shown.placed.mode === 'hover') return undefined;
      return button.element.getBoundingClientRect();
    },
    isReady(target) {
      const button = buttons.get(target);
      return button !== undefined && performance.now() - button.since >= INERT_MS;
    },
    targetOf(origin) {
      const button = origin instanceof Element ? buttonAt(origin) : undefined;
      return button && { target: button.shown.target, placed: button.shown.placed };
    },
    near(x, y) {
      const now = performance.now();
      const before = pointedAt;
      pointedAt = [...buttons.values()].find((button) => isOver(button, x, y));
      if (pointedAt && pointedAt !== before) lookSoon(pointedAt);
      if (now - lastNear < LOOK_EVERY_MS) return;
      lastNear = now;
      for (const button of buttons.values()) {
        const { placed } = button.shown;
        const [dx, dy] = [placed.x + placed.width / 2 - x, placed.y + placed.height / 2 - y];
        if (Math.abs(dx) > CLOSE || Math.abs(dy) > CLOSE || !isDrawn(button)) continue;
        if (Math.abs(dx) < SIZE && Math.abs(dy) < SIZE) lookSoon(button);
        else sight.watch(button.element);
      }
    },
    doubtsOf(target) {
      const button = buttons.get(target);
      // Asked about a button that is no longer there: nobody can have seen it.
      return button ? sight.doubts(button.element, target) : ['page-doubtful'];
    },
    focus(target) {
      const button = buttons.get(target);
      if (!button?.element.isConnected) return false;
      button.element.focus({ preventScroll: true });
      return true;
    },
    say(text, at) {
      if (quiet !== undefined) clearTimeout(quiet);
      const { bubble } = host;
      bubble.textContent = text;
      bubble.classList.add('shown');
      const { scale } = originOf(host.fixedLayer);
      bubble.style.left = '0px';
      bubble.style.top = '0px';
      const box = bubble.getBoundingClientRect();
      const { x, y } = placeBubble(
        box,
        at,
        [...buttons.values()].map(({ shown }) => shown.placed),
      );
      bubble.style.left = `${(x - box.x) / scale}px`;
      bubble.style.top = `${(y - box.y) / scale}px`;
      quiet = setTimeout(() => bubble.classList.remove('shown'), SAY_MS);
    },
    remove() {
      if (quiet !== undefined) clearTimeout(quiet);
      stopSizes();
      sight.stop();
      buttons.clear();
      host.remove();
    },
  };
}

function isOver({ shown: { placed } }: Button, x: number, y: number): boolean {
  return x >= placed.x && y >= placed.y && x <= placed.x + placed.width && y <= placed.y + placed.height;
}

/** Below what it is about, or else above or beside: nobody can press a button that lies under it. */
function placeBubble({ width, height }: DOMRect, at: DOMRect | Placed, buttons: readonly Placed[]): Point {
  const centre = Math.min(Math.max(8, at.x + at.width / 2 - width / 2), innerWidth - width - 8);
  const middle = Math.min(Math.max(4, at.y + at.height / 2 - height / 2), innerHeight - height - 4);
  const places: readonly Point[] = [
    { x: centre, y: at.y + at.height + BUBBLE_GAP },
    { x: centre, y: at.y - height - BUBBLE_GAP },
    { x: at.x + at.width + BUBBLE_GAP, y: middle },
    { x: at.x - width - BUBBLE_GAP, y: middle },
  ];
  const inView = places.filter(
    ({ x, y }) => x >= 4 && y >= 4 && x + width <= innerWidth - 4 && y + height <= innerHeight - 4,
  );
  // With its shadow, which to Chromium covers as well.
  const isFree = ({ x, y }: Point) =>
    !buttons.some(
      (one) =>
        one.x < x + width + BUBBLE_GAP &&
        one.x + one.width > x - BUBBLE_GAP &&
        one.y < y + height + BUBBLE_GAP &&
        one.y + one.height > y - BUBBLE_GAP,
    );
  return inView.find(isFree) ?? inView[0] ?? { x: Math.max(4, centre), y: 4 };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box of ours as large as the view, whose width the style sheet also takes from the system's colours: no listener in the page is needed. */
function watchView(root: ShadowRoot, onResized: () => void): () => void {
  const probe = part('div', 'probe');
  root.append(probe);
  let isFirst = true;
  const observer = new ResizeObserver(() => {
    if (!isFirst) onResized();
    isFirst = false;
  });
  observer.observe(probe);
  return () => observer.disconnect();
}

function nameOf({ target, call }: Shown, format: CallButtonsParts['format']): string {
  const number = shownNumber(target, format);
  if (call?.canCancel) return words('content_cancel', number);
  return target.refused === undefined ? words('content_call', number) : words('content_not_dialled', number);
}

function titleOf({ target, call, pausedSeconds }: Shown, name: string, hint: CallButtonsParts['nightHint']): string {
  if (call) return call.words || name;
  if (pausedSeconds > 0) return words('content_paused', String(pausedSeconds));
  if (target.refused !== undefined) return words(`content_refused_${target.refused.replaceAll('-', '_')}`);
  const night = target.e164 === undefined ? '' : hint(target.e164);
  return night === '' ? name : `${name}. ${night}`;
}

/** The number as it will be dialled, grouped for reading, kept left to right in any language. */
function shownNumber(target: Target, format: CallButtonsParts['format']): string {
  const number = target.e164 === undefined ? (target.dial ?? target.text) : format(target.e164);
  const whole = target.ext === undefined ? number : `${number} ext. ${target.ext}`;
  return `\u2066${whole}\u2069`;
}

/** Where a layer begins in the viewport, and how much the page enlarges it (`zoom` or a transform on its root). */
interface Origin {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

function originOf(layer: Element): Origin {
  const { x, y, width } = layer.getBoundingClientRect();
  return { x, y, scale: width > 0 ? width / LAYER_WIDTH : 1 };
}

function set(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** A handset: a thin bow with a thick end for the ear and one for the mouth. */
function phoneIcon(): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  for (const [d, width] of [
    ['M5.6 7.4C6.9 12.6 11.4 17.1 16.6 18.4', '3.2'],
    ['M5.4 5.2L7.4 9', '5.6'],
    ['M18.8 18.6L15 16.6', '5.6'],
  ] as const) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    path.setAttribute('stroke-width', width);
    svg.append(path);
  }
  return svg;
}
