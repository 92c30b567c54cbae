import type { Page } from 'puppeteer-core';
import type { PageNumbers } from '../../../src/messaging/protocol.ts';
import type { TestBrowser } from '../harness/launch.ts';
import type { Churn, Start, Step } from './page.ts';

/** How long a mark or a number may be missing before the step counts as failed: far more than promised, for busy machines. */
const PATIENCE_MS = 2_000;
const STEPS_PER_CALL = 5;
const ENOUGH_MISSED = 3;

/** A step with what PageDial knew after it. */
export interface WatchedStep extends Step {
  readonly known: readonly string[];
  /** From the moment the page showed the numbers to the answer that holds exactly these; undefined when none did. */
  readonly knownAfterMs: number | undefined;
}

/** Drives a page through its updates without PageDial. */
export async function churnBarely(page: Page, how: Start, steps: number): Promise<readonly Step[]> {
  await loadApp(page);
  return page.evaluate(
    async (how, steps) => {
      const { churn } = window as unknown as { readonly churn: Churn };
      const done = [await churn.start(how)];
      while (done.length <= steps) done.push(await churn.step());
      return done;
    },
    how,
    steps,
  );
}

/** Drives the same updates with PageDial in the page, and asks it for its numbers after each. */
export async function churnWatched(
  browser: TestBrowser,
  page: Page,
  how: Start,
  steps: number,
): Promise<readonly WatchedStep[]> {
  await loadApp(page);
  const done: WatchedStep[] = [];
  for (let from = 0; from <= steps; from += STEPS_PER_CALL) {
    const count = Math.min(STEPS_PER_CALL, steps + 1 - from);
    const more = await browser.inExtension(stepAndAsk, page.url(), how, from === 0, count, PATIENCE_MS);
    done.push(...(more as readonly WatchedStep[]));
    // A page that is not understood costs the whole patience at each step.
    if (done.filter(isMissed).length >= ENOUGH_MISSED) break;
  }
  return done;
}

function isMissed({ markedAfterMs, knownAfterMs }: WatchedStep): boolean {
  return markedAfterMs === undefined || knownAfterMs === undefined;
}

async function loadApp(page: Page): Promise<void> {
  await page.bringToFront();
  // No script element: a document hydrated as a whole would find it in its way. As text, since Vitest rewrites imports in functions.
  await page.evaluate("import('/start.js').then(() => undefined)");
}

/** Runs in a page of the extension: updates the page in its own world and asks the content script, without a way through the test. */
async function stepAndAsk(
  url: string,
  how: Start,
  isFirst: boolean,
  count: number,
  patienceMs: number,
): Promise<object[]> {
  const tabId = (await chrome.tabs.query({})).filter((tab) => tab.url === url).at(-1)?.id;
  if (tabId === undefined) throw new Error(`no tab shows ${url}`);
  // Nothing is drawn in a tab behind another, and the page that opens after the installation takes the front when it likes.
  await chrome.tabs.update(tabId, { active: true });
  const done: object[] = [];
  for (let i = 0; i < count; i += 1) {
    const [answer] = await chrome.scripting.executeScript({
      target: { tabId },
      world: 'MAIN',
      func: async (how: Start, mustStart: boolean, withinMs: number) => {
        const { churn } = window as unknown as { readonly churn: Churn };
        return mustStart ? churn.start(how, withinMs) : churn.step(withinMs);
      },
      args: [how, isFirst && i === 0, patienceMs],
    });
    const step = answer?.result as unknown as Step | undefined;
    if (!step) throw new Error('the page did not answer');
    const wanted = step.numbers.join();
    let known: readonly string[] = [];
    let knownAfterMs: number | undefined;
    do {
      const { numbers } = (await chrome.tabs.sendMessage(tabId, { type: 'page/numbers', payload: {} })) as PageNumbers;
      known = numbers.map(({ e164 }) => e164 ?? '');
      if (known.join() === wanted) knownAfterMs = Date.now() - step.shownAt;
    } while (knownAfterMs === undefined && Date.now() - step.shownAt < patienceMs * 2);
    done.push({ ...step, known, knownAfterMs });
  }
  return done;
}
