import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS, type BrowserKind } from '../tools/browsers.ts';
import { pressCall, questions, untilAsked, untilNothingAsked } from './harness/confirm.ts';
import { clickButton, findButton, findNumber } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { textOf } from './harness/popup.ts';
import { rest, until } from './harness/until.ts';
import { words } from './harness/words.ts';

const FIRST = '+16175550150';
const SECOND = '+16175550151';
/** How long a pointer rests before it presses: nobody reacts faster. */
const SEE_MS = 300;

const FRAME = 'position:absolute;top:0;left:0;width:400px;height:200px;border:0';

/** An office of its own for each part: pages may begin only so many calls a minute. */
function useOffice(kind: BrowserKind) {
  let office: Office;
  let count = 0;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await office?.tidy();
    await untilNothingAsked(office.browser);
  });

  afterAll(() => office?.close());

  return {
    browser: () => office.browser,
    placed: () => office.pbx.places().map(({ number }) => number),
    /** Shows a page of `top` with a frame of `site` that holds this. */
    async frame(top: string, site: string, body: string): Promise<Page> {
      count += 1;
      const inner = office.pages.add(`/inner-${count}`, `<!doctype html><meta charset="utf-8">${body}`, site);
      const outer = `<!doctype html><meta charset="utf-8"><title>Outer</title><iframe src="${inner}" style="${FRAME}"></iframe>`;
      return office.browser.open(office.pages.add(`/outer-${count}`, outer, top));
    },
  };
}

/** A page may show the site of another in a frame, and do with the frame what it likes. */
describe.each(BROWSER_KINDS)('a number in a frame in %s', (kind) => {
  const { browser, placed, frame } = useOffice(kind);

  const NUMBERS = `<p>Desk: ${FIRST}</p><p>Shop: ${SECOND}</p>`;

  async function press(page: Page, number: string): Promise<void> {
    const { x, y } = await findButton(browser(), page, number);
    await page.mouse.move(x, y + 100);
    await page.mouse.move(x, y);
    await rest(SEE_MS);
    await page.mouse.click(x, y);
  }

  test('of another site that was made faint asks', async () => {
    const page = await frame('other.test', 'crm.test', NUMBERS);
    await findButton(browser(), page, FIRST);
    const before = placed();
    await page.$eval('iframe', (one) => one.style.setProperty('opacity', '.01'));

    await press(page, FIRST);

    const question = await untilAsked(browser());
    expect(await textOf(question)).toMatch(words('confirm_reason_in_frame'));
    expect(placed()).toEqual(before);
    await page.close();
  });

  test('of another site is called on one press, in Firefox once the user has said so', async () => {
    const page = await frame('shop.test', 'pbx.test', NUMBERS);
    const before = placed();
    await press(page, FIRST);
    if (kind === 'firefox') {
      const question = await untilAsked(browser());
      expect(await textOf(question)).toMatch(words('confirm_reason_in_frame'));
      expect(placed()).toEqual(before);
      await pressCall(question);
    }
    await until('the first is called', () => placed().includes(FIRST));
    await untilNothingAsked(browser());

    await press(page, SECOND);

    await until('the second is called', () => placed().includes(SECOND));
    expect(await questions(browser())).toEqual([]);
    await page.close();
  });

  test('of the same site is called on one press', async () => {
    const page = await frame('crm.test', 'crm.test', '<p>Desk: +1 617 555 0154</p>');

    await clickButton(browser(), page, '+16175550154');

    await until('it is called', () => placed().includes('+16175550154'));
    await page.close();
  });

  test('of the same site that was made faint asks', async () => {
    const page = await frame('crm.test', 'crm.test', '<p>Desk: +1 617 555 0155</p>');
    await findButton(browser(), page, '+16175550155');
    const before = placed();
    await page.$eval('iframe', (one) => one.style.setProperty('opacity', '.01'));

    await press(page, '+16175550155');

    expect(await textOf(await untilAsked(browser()))).toMatch(words('confirm_reason_page_doubtful'));
    expect(placed()).toEqual(before);
    await page.close();
  });
});

describe.each(BROWSER_KINDS)('a number in a frame, in an office of its own, in %s', (kind) => {
  const { browser, placed, frame } = useOffice(kind);

  test('of another site, in a link, is asked about once', async () => {
    const link = (number: string, name: string) => `<p><a id="${name}" href="tel:${number}">${name}</a></p>`;
    const page = await frame('crm.test', 'shop.test', link('+16175550152', 'ann') + link('+16175550153', 'bob'));
    await findNumber(browser(), page, '+16175550152');
    const before = placed();

    await page.frames()[1]?.click('#ann');
    const question = await untilAsked(browser());
    expect(await textOf(question)).toMatch(words('confirm_reason_in_frame'));
    expect(placed()).toEqual(before);
    await pressCall(question);
    await until('the first is called', () => placed().includes('+16175550152'));
    await untilNothingAsked(browser());

    await page.frames()[1]?.click('#bob');
    await until('the second is called', () => placed().includes('+16175550153'));
    await page.close();
  });
});
