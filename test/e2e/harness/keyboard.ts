import type { Page } from 'puppeteer-core';
import { watchValues } from './leaks.ts';

const MOST_STOPS = 80;
const FOCUS_WITHIN_MS = 2_000;

/**
 * Presses Tab until the focus is on the control whose accessible name begins with this; `back` goes the other way, with Shift. Fails when
 * the page's last control is reached: from there Firefox goes on to its own toolbars, where no driver follows.
 */
export async function tabTo(page: Page, name: string, direction: 'on' | 'back' = 'on'): Promise<void> {
  const seen: string[] = [];
  // A page that has just come to the front gets the keyboard a moment later, and may have put the focus somewhere already.
  await page.waitForFunction(() => document.hasFocus(), { timeout: FOCUS_WITHIN_MS }).catch(() => {});
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    const focused = await page.evaluate(nameOfFocused);
    if (focused.startsWith(name)) return;
    if (focused === '' && seen.at(-1)) break;
    seen.push(focused);
    if (direction === 'back') await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    if (direction === 'back') await page.keyboard.up('Shift');
  }
  throw new Error(`Tab does not reach "${name}", only: ${seen.join(' | ')}`);
}

/** Goes to a control by Tab and presses Enter on it. */
export async function pressByKey(page: Page, name: string, direction: 'on' | 'back' = 'on'): Promise<void> {
  await tabTo(page, name, direction);
  await page.keyboard.press('Enter');
}

/** Goes to a field by Tab and writes over what is in it. */
export async function typeByKey(
  page: Page,
  name: string,
  text: string,
  direction: 'on' | 'back' = 'on',
): Promise<void> {
  if (/^(?:password|token)/i.test(name)) watchValues({ password: text });
  await tabTo(page, name, direction);
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.type(text);
}

/** Empty while nothing has the focus. */
function nameOfFocused(): string {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body || !document.hasFocus()) return '';
  const label = 'labels' in element ? (element as HTMLInputElement).labels?.[0] : undefined;
  const name = element.getAttribute('aria-label') ?? label?.innerText ?? element.innerText;
  // Marks that keep a part left to right; Firefox leaves them out of texts by itself.
  return name.replace(/[\u2066-\u2069]/g, '').trim();
}
