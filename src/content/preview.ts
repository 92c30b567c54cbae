import { mayHoldNumber } from '../phone/candidates.ts';
import { createFlowByName, LONG_TEXT, partsOf, type Run, readRun } from './blocks.ts';
import type { Reader } from './scanner.ts';
import { blockOf, readRunTargets, type Target } from './targets.ts';

/** The numbers in the text a page begins with, as far as elements tell by their names alone. */
export interface Preview {
  /** Reads on for about so many milliseconds; true when there is no more to read now. */
  readOn(ms: number): boolean;
  /** What was found and still stands there. */
  targets(): readonly Target[];
}

/** More than a screen shows. */
const MOST_TEXTS = 400;
const MOST_NUMBERS = 40;

/**
 * Reads a page that the browser has not laid out yet, or not even parsed to its end: by names, since a look at styles would cost the
 * layout. Good for marks only, until the page is read as it is drawn.
 * @param reader - one that nothing else is found with: what it learns here is learnt again later
 */
export function createPreview(page: Document, { finder, context }: Reader): Preview {
  const flow = createFlowByName();
  const taken = new Set<Text>();
  const found: { readonly run: Run; readonly targets: readonly Target[] }[] = [];
  const walker = page.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  let texts = 0;

  function read(node: Text): void {
    if (taken.has(node) || node.length > LONG_TEXT || !/\p{Nd}/u.test(node.data)) return;
    const run = readRun(node, flow, () => false);
    if (!run || !mayHoldNumber(run.text)) return;
    for (const part of partsOf(run)) taken.add(part.node);
    const block = blockOf(run, context);
    finder.learn(block);
    const targets = readRunTargets(run, block, finder).filter(({ kind }) => kind === 'phone');
    if (targets.length > 0) found.push({ run, targets });
  }

  return {
    readOn(ms) {
      const until = performance.now() + ms;
      while (texts < MOST_TEXTS && found.length < MOST_NUMBERS) {
        const node = walker.nextNode() as Text | null;
        if (!node) return true;
        texts += 1;
        read(node);
        if (performance.now() >= until) return false;
      }
      return true;
    },
    targets: () => found.flatMap(({ run, targets }) => (isAsRead(run) ? targets : [])),
  };
}

/** The parser may have added to the last text. */
function isAsRead(run: Run): boolean {
  return partsOf(run).every(({ node, length }) => node.isConnected && node.length === length);
}
