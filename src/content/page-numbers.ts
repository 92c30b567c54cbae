import type { PageNumber, PageNumbers } from '../messaging/protocol.ts';
import { isPageHeldBack, isShown, isShownWithinPage, painterOf, spotOf } from './geometry.ts';
import { nextTurn, TURN_MS } from './slices.ts';
import type { Target } from './targets.ts';

const WAIT_MS = 5_000;

/** What the answer is made from. */
export interface NumberSource {
  /** Resolves when the first pass, and the work at hand, is done. */
  whenSettled(): Promise<void>;
  /** All targets in document order. */
  all(): Promise<readonly Target[]>;
  buttonBox(target: Target): DOMRect | undefined;
  /** True while the page is looked at less often. */
  isRestless(): boolean;
}

/**
 * The numbers of this frame in document order, after the first pass, or 5 s at the latest. Hidden ones are left out, but for those of a
 * page that has not shown itself yet.
 */
export async function readPageNumbers(source: NumberSource): Promise<PageNumbers> {
  const complete = await isWithin(source.whenSettled(), WAIT_MS);
  const numbers: PageNumber[] = [];
  let since = performance.now();
  const all = await source.all();
  const isHeldBack = isPageHeldBack(document);
  for (const target of all) {
    const number = toPageNumber(target, source, isHeldBack);
    if (number) numbers.push(number);
    if (performance.now() - since > TURN_MS) {
      await nextTurn();
      since = performance.now();
    }
  }
  return { complete, numbers, ...(source.isRestless() ? { restless: true } : {}) };
}

function toPageNumber(target: Target, source: NumberSource, isHeldBack: boolean): PageNumber | undefined {
  // A refused link may name nothing that could be dialled.
  if (target.e164 === undefined && target.dial === undefined) return undefined;
  const painter = painterOf(target);
  if (!painter || !(isHeldBack ? isShownWithinPage(painter) : isShown(painter))) return undefined;
  const hasLayout = !isHeldBack || painter.getClientRects().length > 0;
  const spot = hasLayout ? spotOf(target)?.box : new DOMRect();
  if (!spot) return undefined;
  const button = source.buttonBox(target);
  return {
    ...(target.e164 === undefined ? {} : { e164: target.e164 }),
    ...(target.e164 === undefined && target.dial !== undefined ? { dial: target.dial } : {}),
    ...(target.ext === undefined ? {} : { ext: target.ext }),
    text: target.text,
    source: target.source,
    kind: target.kind,
    ...(target.alternatives === undefined ? {} : { alternatives: target.alternatives }),
    rect: toBox(spot),
    ...(button ? { button: toBox(button) } : {}),
  };
}

function toBox({ x, y, width, height }: DOMRect): PageNumber['rect'] {
  return { x, y, width, height };
}

/** True when the promise resolved in time. */
async function isWithin(done: Promise<void>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isDone = await Promise.race([done.then(() => true as const), late]);
  clearTimeout(timer);
  return isDone;
}
