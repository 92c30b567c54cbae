import type { Page } from 'puppeteer-core';
import type { TestBrowser } from './launch.ts';
import { until } from './until.ts';
import { words } from './words.ts';

/** The popup, opened as a page in a tab: the same document, but it stays open while other tabs are used. */
export async function openPopup(browser: TestBrowser): Promise<Page> {
  const popup = await browser.openOwnPage('popup');
  await until('the popup is drawn', () => popup.$('main'));
  return popup;
}

/** The popup as the toolbar opens it over this page: the page is the active tab when the popup asks for it. */
export async function openPopupOver(browser: TestBrowser, page: Page): Promise<Page> {
  await until('the page is the active tab', async () => {
    await page.bringToFront();
    return browser.inExtension(async (url) => {
      const active = await chrome.tabs.query({ active: true, currentWindow: true });
      return active.some((tab) => tab.url === url);
    }, page.url());
  });
  await browser.inExtension(async () => {
    await chrome.tabs.create({ url: chrome.runtime.getURL('src/popup/popup.html'), active: false });
  });
  const popup = await browser.findOwnPage('popup');
  await until('the popup knows its page', () => popup.$('footer'));
  return popup;
}

/** All a person can read in the page. */
export function textOf(page: Page): Promise<string> {
  return page.evaluate(() => document.body.innerText);
}

/** Waits until the page's text matches, and answers with the whole text. */
export async function untilShown(page: Page, wanted: RegExp, withinMs?: number): Promise<string> {
  let last = '';
  try {
    return await until(
      `the page shows ${wanted}`,
      async () => {
        last = await textOf(page);
        return wanted.test(last) && last;
      },
      withinMs,
    );
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}; it shows: ${last}`);
  }
}

/** Waits until the popup says this of a call, and says it as certain: not as what was known last. Answers with the whole text. */
export function untilCertain(popup: Page, messageKey: string, withinMs?: number): Promise<string> {
  const [wanted, lastKnown] = [words(messageKey), words('state_last_known')];
  return until(
    `the popup says "${messageKey}" for certain`,
    async () => {
      const text = await textOf(popup);
      return wanted.test(text) && !lastKnown.test(text) && text;
    },
    withinMs,
  );
}

/** Clicks the button with this accessible name with the real mouse. */
export async function pressButton(page: Page, name: string): Promise<void> {
  await page.bringToFront();
  // A person sees it stand still before pressing.
  let last: { readonly x: number; readonly y: number } | undefined;
  const { x, y } = await until(`there is a button "${name}" that stands still`, async () => {
    const [before, now] = [last, await placeOfButton(page, name)];
    last = now;
    return now && before?.x === now.x && before.y === now.y ? now : undefined;
  });
  await page.mouse.click(x, y);
}

/** True while a button with this accessible name can be pressed. */
export async function hasButton(page: Page, name: string): Promise<boolean> {
  return (await placeOfButton(page, name)) !== undefined;
}

/** The middle of the button with this accessible name, in view; undefined while there is none to press. */
export function placeOfButton(page: Page, name: string): Promise<{ x: number; y: number } | undefined> {
  return page.evaluate((wanted) => {
    const nameOf = (button: HTMLButtonElement) => (button.getAttribute('aria-label') ?? button.innerText).trim();
    const enabled = [...document.querySelectorAll('button')].filter((candidate) => !candidate.disabled);
    const button =
      enabled.find((candidate) => nameOf(candidate) === wanted) ??
      enabled.find((candidate) => nameOf(candidate).startsWith(wanted));
    if (!button) return undefined;
    button.scrollIntoView({ block: 'nearest' });
    const { x, y, width, height } = button.getBoundingClientRect();
    return width > 0 ? { x: x + width / 2, y: y + height / 2 } : undefined;
  }, name);
}
