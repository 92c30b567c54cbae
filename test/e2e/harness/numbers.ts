import type { Frame, Page } from 'puppeteer-core';
import type { Box, PageNumber, PageNumbers } from '../../../src/messaging/protocol.ts';
import type { TestBrowser } from './launch.ts';
import { watchNumber } from './leaks.ts';
import { until } from './until.ts';

/** What one frame of a page answered to `page/numbers`. */
export interface FrameNumbers extends PageNumbers {
  readonly frameId: number;
  readonly url: string;
}

/** Asks every frame of the tab for its numbers, as the popup does. Frames without our content script are left out. */
export async function numbersOn(browser: TestBrowser, page: Page): Promise<readonly FrameNumbers[]> {
  return browser.inExtension(async (url: string) => {
    const tabs = await chrome.tabs.query({});
    const tabId = tabs.filter((tab) => tab.url === url).at(-1)?.id;
    if (tabId === undefined) throw new Error(`no tab shows ${url}`);
    const frames = await chrome.scripting.executeScript({
      target: { tabId, allFrames: true },
      // A frame that never finishes loading must not hold up the others.
      injectImmediately: true,
      func: () => location.href,
    });
    const answers = await Promise.all(
      frames.map(async ({ frameId, result }) => {
        try {
          const answer = await chrome.tabs.sendMessage(tabId, { type: 'page/numbers', payload: {} }, { frameId });
          return answer ? { ...answer, frameId, url: String(result) } : undefined;
        } catch {
          return undefined;
        }
      }),
    );
    return answers.filter((answer) => answer !== undefined).sort((a, b) => a.frameId - b.frameId);
  }, page.url());
}

/** The first number of the page with this E.164, in whatever frame; waits until it is found. */
export async function findNumber(
  browser: TestBrowser,
  page: Page,
  e164: string,
): Promise<PageNumber & { frame: FrameNumbers }> {
  return until(`${e164} is found on ${page.url()}`, async () => {
    for (const frame of await numbersOn(browser, page)) {
      const number = frame.numbers.find((found) => found.e164 === e164);
      if (number) return { ...number, frame };
    }
    return undefined;
  });
}

/** Where the middle of the number's call button is in the page's viewport. Hovers the number when its button only shows on hover. */
export async function findButton(browser: TestBrowser, page: Page, e164: string): Promise<{ x: number; y: number }> {
  return until(`a call button is drawn beside ${e164}`, async () => {
    // Nothing is drawn in a tab behind another, and the page that opens after the installation takes the front when it likes.
    if (await page.evaluate(() => document.hidden)) await page.bringToFront();
    const { button, rect, frame } = await findNumber(browser, page, e164);
    const offset = await offsetOf(page, frame);
    if (button) return middle(button, offset);
    const { x, y } = middle(rect, offset);
    // From beside it: a pointer that rests where it is has not moved, and the button comes with a move.
    await page.mouse.move(x - 2, y);
    await page.mouse.move(x, y);
    return undefined;
  });
}

/** Clicks the number's call button with the real mouse. */
export async function clickButton(browser: TestBrowser, page: Page, e164: string, clicks = 1): Promise<void> {
  watchNumber(e164);
  const { x, y } = await findButton(browser, page, e164);
  await page.mouse.click(x, y, { count: clicks });
}

/** What our overlay in the page says: its bubble, and the tooltips of its buttons. Its tree is closed to all but extensions. */
export async function saidOn(browser: TestBrowser, page: Page): Promise<string> {
  return browser.inExtension(async (url: string) => {
    const tabs = await chrome.tabs.query({});
    const tabId = tabs.filter((tab) => tab.url === url).at(-1)?.id;
    if (tabId === undefined) throw new Error(`no tab shows ${url}`);
    const [said] = await chrome.scripting.executeScript({
      target: { tabId },
      func: () => {
        type Opener = (element: Element) => ShadowRoot | null;
        const { dom } = chrome as unknown as { readonly dom?: { readonly openOrClosedShadowRoot: Opener } };
        const open: Opener = (element) =>
          dom?.openOrClosedShadowRoot(element) ??
          (element as Element & { readonly openOrClosedShadowRoot?: ShadowRoot }).openOrClosedShadowRoot ??
          null;
        const trees = [...document.documentElement.children].flatMap((element) => open(element) ?? []);
        const tips = trees.flatMap((tree) =>
          [...tree.querySelectorAll('[title]')].map((part) => part.getAttribute('title')),
        );
        return [...trees.map((tree) => tree.textContent), ...tips].join('\n');
      },
    });
    return String(said?.result ?? '');
  }, page.url());
}

function middle(box: Box, offset: { x: number; y: number }): { x: number; y: number } {
  return { x: offset.x + box.x + box.width / 2, y: offset.y + box.y + box.height / 2 };
}

async function offsetOf(page: Page, { frameId, url }: FrameNumbers): Promise<{ x: number; y: number }> {
  if (frameId === 0) return { x: 0, y: 0 };
  const frame = page.frames().find((candidate: Frame) => candidate.url() === url && candidate !== page.mainFrame());
  const element = await frame?.frameElement();
  const box = await element?.boundingBox();
  if (!box) throw new Error(`the frame ${url} is not shown`);
  return { x: box.x, y: box.y };
}
