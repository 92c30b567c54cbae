import type { PageDoubt } from '../core/risk.ts';
import { taughtTextOf } from '../core/taught.ts';
import type { PageCall, PageNumbers, PageSettings, PageStart } from '../messaging/protocol.ts';
import { askBackground } from './ask-background.ts';
import { createDialler, isOver, keyOf } from './dial.ts';
import { isAlive, words } from './extension-api.ts';
import { isShown, painterOf, spotOf } from './geometry.ts';
import type { HeadStart } from './head-start.ts';
import { type FocusMove, focusMove, isPassedOn } from './key-press.ts';
import { readPress } from './links.ts';
import { linkDoubts } from './page-doubts.ts';
import { readPageNumbers } from './page-numbers.ts';
import { createPlainClicks } from './plain-click.ts';
import type { Pointing } from './pointing.ts';
import type { Preview } from './preview.ts';
import { readerMaker, type Tools } from './reader.ts';
import { reread } from './reread.ts';
import { rootOf } from './roots.ts';
import { createScanner, type Reader, type Scanner } from './scanner.ts';
import { afterFrame, TURN_MS } from './slices.ts';
import { isSameDial, readEmbed, readLink, type Target } from './targets.ts';
import type { View } from './view.ts';

/** Everything of ours in one frame, from its start to its end. */
export interface PageSession {
  numbers(): Promise<PageNumbers>;
  onSettings(settings: PageSettings): void;
  onCall(call: PageCall): void;
  /** Moves the keyboard to the next number of this frame, if this is the frame the user is in. */
  goToNext(): Promise<void>;
  stop(): void;
}

const ASK_AGAIN_MS = 3_000;
const COUNT_EVERY_MS = 1_000;
/** How often a page that shows buttons looks whether the extension behind them is still there. */
const LOOK_EVERY_MS = 2_000;
/** The browser tells what is in view within some frames of the end of the first reading. */
const PREVIEWED_MS = 500;

/**
 * Starts finding numbers in this frame. `onOrphaned` is told when the extension is gone.
 * @param headStart - what was asked for while the page was parsed
 */
export function startPageSession(page: Document, onOrphaned: () => void, headStart?: HeadStart): PageSession {
  const stop = new AbortController();
  const early = headStart?.take();
  let settings: PageSettings | undefined;
  let tools: Tools | undefined;
  let asking: Promise<void> | undefined;
  let scanner: Scanner | undefined;
  let view: View | undefined;
  let reader: Reader | undefined;
  let stopListening: (() => void) | undefined;
  let listenedIn: Element | undefined;
  let pointing: Pointing | undefined;
  let gone: Target | undefined;
  let lastFocus: FocusMove | undefined;
  let nightHint: ((e164: string) => string) | undefined;
  let counting: ReturnType<typeof setTimeout> | undefined;
  const keyTargets = new Map<string, Target>();
  let isDrawn = false;
  void afterFrame().then(() => {
    isDrawn = true;
  });

  const dialler = createDialler((key, say) => {
    const target = keyTargets.get(key);
    view?.refresh(say && target ? { text: say, target } : undefined);
  });

  const plainClicks = createPlainClicks({
    numberAt: (x, y, clicked) => view?.numberAt(x, y, clicked),
    press: onPress,
  });

  function startScanner(): void {
    scanner = createScanner(page, { onCandidate, onChanged, onMoved });
    scanner.start();
  }

  /** Tools and atlas come with the first candidate: a page without numbers costs neither the time nor the memory. */
  function onCandidate(): void {
    if (tools || asking) return;
    asking = askSettings().finally(() => {
      asking = undefined;
    });
  }

  async function askSettings(): Promise<void> {
    const earlier = settings;
    const told = () => (settings === earlier ? undefined : settings);
    let answer = await (early?.answer ?? askBackground('page/settings', {}));
    // The answer got lost, or says "off" without an atlas where the site was switched on meanwhile.
    const hasAtlas = answer.got === 'reply' && answer.reply.atlas !== undefined;
    if ((answer.got === 'lost' || (told()?.decorate && !hasAtlas)) && isAlive()) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      answer = await askBackground('page/settings', {});
    }
    const code = await import('./number-tools.ts');
    if (stop.signal.aborted) return;
    if (!isAlive()) {
      onOrphaned();
      return;
    }
    const start: PageStart = answer.got === 'reply' ? answer.reply : { decorate: false, country: 'US' };
    if (start.atlas) tools = { ...code, atlas: start.atlas };
    // What was told since the question is newer than the answer.
    use(told() ?? start);
  }

  function use(next: PageSettings): void {
    const before = settings;
    settings = next;
    countDown();
    if (before?.pausedUntil !== next.pausedUntil) view?.refresh();
    if (!next.decorate) {
      clear();
      return;
    }
    if (!scanner) startScanner();
    if (!tools || (reader && before && isReadAlike(before, next))) return;
    const newReader = readerMaker(page, next, tools);
    reader = newReader();
    scanner?.use(reader);
    // What was told since is not what the early ones were read by.
    const first = before ? undefined : early?.preview();
    if (!isDrawn && scanner) preview(scanner, tools, first ?? tools.createPreview(page, newReader()));
  }

  /** Marks what the page begins with before it is laid out, so that it is marked when it is first seen. */
  function preview(current: Scanner, all: Tools, first: Preview): void {
    first.readOn(TURN_MS);
    const found = first.targets();
    if (found.length === 0) return;
    listen();
    viewOf(current, all).preview(found);
    void current.whenSettled().then(() => setTimeout(() => view?.preview([]), PREVIEWED_MS));
  }

  /** Nothing of ours is left, but for the ear for new settings. */
  function clear(): void {
    scanner?.stop();
    scanner = undefined;
    reader = undefined;
    view?.remove();
    view = undefined;
    plainClicks.stop();
    dialler.clear();
    stopListening?.();
    stopListening = undefined;
  }

  // ── the page's events: listened to only once there is a number ────────────────────────

  function listen(): void {
    const root = page.documentElement;
    // `document.open` takes every listener off the document and its window; what was written then has another root.
    if (stopListening && root === listenedIn) return;
    stopListening?.();
    listenedIn = root;
    const hearing = new AbortController();
    const { signal } = hearing;
    // After an update or removal no button may stay that does nothing: no event tells us of it.
    const timer = setInterval(lookAfterOurselves, LOOK_EVERY_MS);
    // Not the window's `resize`: at most ten listeners are ours. What is higher, not wider, the overlay tells.
    const sizes = new ResizeObserver(onMoved);
    sizes.observe(root);
    stopListening = () => {
      hearing.abort();
      clearInterval(timer);
      sizes.disconnect();
    };
    const quiet = { capture: true, passive: true, signal } as const;
    page.addEventListener('click', onClick, { capture: true, signal });
    page.addEventListener('scroll', onScroll, quiet);
    page.addEventListener('pointermove', onPointer, quiet);
    page.addEventListener('contextmenu', (event) => pointing?.pressed(event.clientX, event.clientY), quiet);
    page.addEventListener('focusin', onFocus, quiet);
    page.addEventListener('input', onInput, quiet);
    page.fonts?.addEventListener('loadingdone', onMoved, { signal });
  }

  function lookAfterOurselves(): void {
    if (leaveIfOrphaned()) view?.tidy();
  }

  function onChanged(holders: ReadonlySet<Element>): void {
    if (!settings?.decorate || !scanner || !tools) return;
    if (!isAlive()) {
      onOrphaned();
      return;
    }
    listen();
    viewOf(scanner, tools);
    pointing ??= tools.createPointing(
      {
        targetAt: (x, y) => view?.targetAt(x, y),
        isKnown: (text) => [...(view?.targets() ?? [])].some((target) => taughtTextOf(target.text) === text),
        selection: () => String(page.getSelection() ?? ''),
      },
      stop.signal,
    );
    view?.changed(holders);
  }

  function viewOf(current: Scanner, { createView, createNightTeller, formatNumber, atlas }: Tools): View {
    nightHint ??= createNightTeller(atlas, () => view?.refresh());
    view ??= createView(page, {
      targetsOf: current.targetsOf,
      recheckFields: current.recheckFields,
      onRestyled: current.restyled,
      onWaiting: current.giveWay,
      callsOnClick: () => settings?.callsOnClick === true,
      dialler,
      mayDraw: leaveIfOrphaned,
      format: (number) => formatNumber(number, atlas),
      nightHint,
      pausedSeconds,
      onPress,
    });
    return view;
  }

  function onPointer({ clientX, clientY, buttons }: PointerEvent): void {
    view?.pointed(clientX, clientY);
    if (buttons === 0) pointing?.moved(clientX, clientY);
  }

  function leaveIfOrphaned(): boolean {
    if (isAlive()) return true;
    onOrphaned();
    return false;
  }

  function onMoved(): void {
    view?.moved();
  }

  function onScroll(): void {
    if (leaveIfOrphaned()) view?.scrolled();
  }

  function onFocus(event: FocusEvent): void {
    const [to] = event.composedPath();
    if (!(to instanceof Element)) return;
    // A page that takes the focus on from within is told of first.
    if (rootOf(to)?.activeElement === to) lastFocus = focusMove(event, to, lastFocus);
    view?.focused(to);
  }

  function onInput(event: Event): void {
    const field = event.composedPath()[0];
    if (field instanceof Element && field.matches('input,textarea')) scanner?.recheckFields([field]);
  }

  // ── dialling ──────────────────────────────────────────────────────────────────────────

  /** A trusted press on our own button: the number is read from the page again before anything else. */
  function onPress(target: Target, doubts: readonly PageDoubt[]): void {
    if (!isAlive()) {
      onOrphaned();
      return;
    }
    keyTargets.set(keyOf(target), target);
    const call = dialler.viewOf(target);
    if (call?.canCancel) {
      dialler.cancel(target);
      return;
    }
    if (call && call.state !== 'waiting' && !isOver(call)) return;
    const now = reader && reread(target, reader);
    if (!now || !isSameDial(now, target)) {
      dialler.refuse(target, words('content_changed'));
      return;
    }
    dialOrRefuse(target, doubts);
  }

  /** How long the PBX takes no more calls. */
  function pausedSeconds(): number {
    return Math.max(0, Math.ceil(((settings?.pausedUntil ?? 0) - Date.now()) / 1000));
  }

  /** While the PBX wants a pause the buttons count it down, and look as usual afterwards. */
  function countDown(): void {
    if (counting !== undefined) clearTimeout(counting);
    counting = undefined;
    if (stop.signal.aborted || (settings?.pausedUntil ?? 0) <= Date.now()) return;
    counting = setTimeout(() => {
      if (!page.hidden) view?.refresh();
      countDown();
    }, COUNT_EVERY_MS);
  }

  function onClick(event: MouseEvent): void {
    if (!settings?.decorate || settings.hasAccount === false || !reader) return;
    const pressed = readPress(event);
    if (!pressed && !settings.callsOnClick) return;
    if (!isAlive()) {
      onOrphaned();
      return;
    }
    if (!pressed) {
      plainClicks.onClick(event);
      return;
    }
    if (pressed.what !== 'link' && settings.leavesOwnButtons) return;
    const read = pressed.what === 'link' ? readLink : readEmbed;
    const target = read(pressed.element, reader.finder);
    if (!target) return;
    keyTargets.set(keyOf(target), target);
    event.preventDefault();
    // The page's own script behind an embedded button would place the same call once more.
    if (pressed.what !== 'link') event.stopImmediatePropagation();
    if (pressed.what === 'embed-cancel') dialler.cancel(target);
    else {
      const doubts = linkDoubts(pressed.element, target);
      dialOrRefuse(target, isPassedOn(event, pressed.control, lastFocus) ? [...doubts, 'page-doubtful'] : doubts);
    }
  }

  function dialOrRefuse(target: Target, doubts: readonly PageDoubt[]): void {
    const seconds = pausedSeconds();
    if (seconds > 0) dialler.refuse(target, words('content_paused', String(seconds)));
    else if (target.refused) dialler.refuse(target, words(`content_refused_${target.refused.replaceAll('-', '_')}`));
    else dialler.dial(target, doubts);
  }

  /** Back from where browsers keep pages as they were: what was said meanwhile has not been heard. */
  async function onShown({ persisted }: PageTransitionEvent): Promise<void> {
    if (!persisted || !settings) return;
    dialler.clear();
    view?.refresh();
    const answer = await askBackground('page/settings', {});
    if (stop.signal.aborted) return;
    if (answer.got === 'reply') use(answer.reply);
    else leaveIfOrphaned();
  }

  startScanner();
  addEventListener('pageshow', (event) => void onShown(event), { signal: stop.signal });

  return {
    async numbers() {
      const current = scanner;
      if (!current) return { complete: true, numbers: [] };
      const numbers = await readPageNumbers({
        async whenSettled() {
          await current.whenSettled();
          await asking;
          await current.whenSettled();
        },
        all: current.all,
        buttonBox: (target) => view?.buttonBox(target),
        isRestless: () => current.isRestless() || view?.isRestless() === true,
      });
      return settings?.decorate === false ? { complete: true, numbers: [] } : numbers;
    },
    async goToNext() {
      if (!scanner || !view || !isInUse(page)) return;
      const all = (await scanner.all()).filter((target) => target.kind === 'phone' && isSeen(target));
      const at = gone ? all.indexOf(gone) : -1;
      gone = at >= 0 ? (all[at + 1] ?? all[0]) : (all.find(isAheadOfView) ?? all[0]);
      if (!gone) return;
      painterOf(gone)?.scrollIntoView({ block: 'nearest' });
      view.focus(gone);
    },
    onSettings: use,
    onCall: dialler.onPageCall,
    stop() {
      stop.abort();
      clear();
    },
  };
}

/** True when both sets of settings find the same numbers. */
function isReadAlike(a: PageSettings, b: PageSettings): boolean {
  const rules = ({ country, siteCountry, lessons }: PageSettings) => JSON.stringify([country, siteCountry, lessons]);
  return rules(a) === rules(b);
}

/** The frame the keyboard is in; the top one while it is in none of the page's. */
function isInUse(page: Document): boolean {
  if (page.hasFocus()) return !(page.activeElement instanceof HTMLIFrameElement);
  return window === window.top;
}

function isSeen(target: Target): boolean {
  const painter = painterOf(target);
  return painter?.isConnected === true && isShown(painter) && spotOf(target) !== undefined;
}

function isAheadOfView(target: Target): boolean {
  return (spotOf(target)?.last.bottom ?? 0) > 0;
}
