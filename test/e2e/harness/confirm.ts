import type { Page } from 'puppeteer-core';
import type { TestBrowser } from './launch.ts';
import { until } from './until.ts';

/** The window that asks the user, once it is there and shows its question. */
export async function untilAsked(browser: TestBrowser): Promise<Page> {
  const page = await until('a window asks the user', async () => (await questions(browser))[0]);
  await until('the window shows its question', () => page.$('.button-call'));
  return page;
}

/** Our windows that ask; there is never more than one. */
export async function questions(browser: TestBrowser): Promise<readonly Page[]> {
  const pages = await browser.puppeteer.pages();
  // Firefox does not tell the driver the address of an extension's page.
  const addresses = await Promise.all(pages.map((page) => page.evaluate(() => location.href).catch(() => '')));
  return pages.filter((_page, at) => addresses[at]?.startsWith(`${browser.extensionOrigin}/src/confirm/`));
}

/** Waits until no window asks any more. */
export async function untilNothingAsked(browser: TestBrowser): Promise<void> {
  await until('no window asks any more', async () => (await questions(browser)).length === 0);
}

/** True once a press on "Call" counts. */
export function isReady(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const button = document.querySelector('.button-call');
    return button !== null && button.getAttribute('aria-disabled') === null;
  });
}

/** Waits until a press on "Call" counts, and presses it with the real mouse. */
export async function pressCall(page: Page): Promise<void> {
  await until('"Call" can be pressed', () => isReady(page));
  await clickCall(page);
}

/** Presses a key that closes the window: it may be gone before the key is up again, which the driver takes for an error. */
export async function pressLastKey(page: Page, key: 'Enter' | 'Escape'): Promise<void> {
  await page.keyboard.down(key);
  await page.keyboard.up(key).catch(() => undefined);
}

/** Presses "Call" with the real mouse, whether that counts or not. */
export async function clickCall(page: Page): Promise<void> {
  const box = await (await page.$('.button-call'))?.boundingBox();
  if (!box) throw new Error('there is no "Call"');
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}
