import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { tabTo } from './harness/keyboard.ts';
import { clickButton, findButton, findNumber, numbersOn } from './harness/numbers.ts';
import { type Office, openOffice, settingsFor } from './harness/office.ts';
import { openPopupOver } from './harness/popup.ts';
import { importSettings } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';

/** Where numbers stand in a CRM, and that each can be called there with the mouse. */
describe.each(BROWSER_KINDS)('a number can be called in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await office?.tidy();
    expect(office?.pbx.violations).toEqual([]);
  });

  afterAll(() => office?.close());

  test('in a modal dialog, and nothing of ours stays in it', async () => {
    const page = await office.show(
      '<p>Behind: +1 617 555 0180</p><dialog id="box"><p>Call <span>+1 617 555 0181</span> now</p><button>Close</button></dialog>',
    );
    await findButton(office.browser, page, '+16175550180');
    await page.evaluate(() => document.querySelector('dialog')?.showModal());

    await clickButton(office.browser, page, '+16175550181');

    await placed('+16175550181');
    await page.evaluate(() => document.querySelector('dialog')?.close());
    await until('the dialog is as it was', () =>
      page.evaluate(() => document.querySelector('dialog')?.lastElementChild?.localName === 'button'),
    );
  });

  test('in a frame of the same page, where the frame was scrolled', async () => {
    const inner = office.pages.add(
      '/inner',
      '<!doctype html><meta charset="utf-8"><div style="height:700px">Ticket</div><p>Reporter: (617) 555-0182</p><div style="height:700px"></div>',
    );
    const page = await office.show(`<h1>Tickets</h1><iframe src="${inner}" width="500" height="300"></iframe>`);
    await findNumber(office.browser, page, '+16175550182');
    await page.frames()[1]?.evaluate(() => scrollTo(0, 600));

    await clickButton(office.browser, page, '+16175550182');

    await placed('+16175550182');
  });

  test('but not in a frame of a site that is switched off, whatever page it stands in', async () => {
    const inner = office.pages.add('/off', '<!doctype html><p>Ad: +1 617 555 0193</p>', 'other.test');
    const { host } = new URL(inner);
    const setSites = (mode: string, hosts: readonly string[]) =>
      office.browser.inExtension(
        (sites) => chrome.runtime.sendMessage({ type: 'settings/change', payload: { sites } }),
        { mode, hosts },
      );
    await setSites('except', [host]);
    const page = await office.show(`<p>Office: +1 617 555 0194</p><iframe src="${inner}"></iframe>`);
    await findButton(office.browser, page, '+16175550194');

    const frame = await until('the frame answers', async () =>
      (await numbersOn(office.browser, page)).find(({ url }) => url === inner),
    );
    expect(frame.numbers).toEqual([]);
    await setSites('everywhere', []);
    await findButton(office.browser, page, '+16175550193');
  });

  test('in open and closed shadow roots', async () => {
    const page = await office.show(
      `<x-card id="open"></x-card><x-card id="shut"></x-card>
      <script>
        document.getElementById('open').attachShadow({ mode: 'open' }).innerHTML = '<p>Desk: +1 617 555 0183</p>';
        document.getElementById('shut').attachShadow({ mode: 'closed' }).innerHTML = '<p>Desk: +1 617 555 0184</p>';
      </script>`,
    );

    await clickButton(office.browser, page, '+16175550183');
    await placed('+16175550183');
    await clickButton(office.browser, page, '+16175550184');
    await placed('+16175550184');
  });

  test('in a field, as it stands there at the click', async () => {
    const page = await office.show('<label>Phone <input id="phone" size="40" value="+1 617 555 0185"></label>');
    await findButton(office.browser, page, '+16175550185');
    await page.click('#phone', { count: 3 });
    await page.keyboard.type('+1 617 555 0186');

    await clickButton(office.browser, page, '+16175550186');

    await placed('+16175550186');
  });

  test('in a list under one label, but not where that denies it', async () => {
    const page = await office.show(
      '<h3>Phone numbers:</h3> <p>6175550187</p> <p>6175550188</p> <h3>Order numbers:</h3> <p>6175550189</p> <p>6175550190</p>',
    );
    await findNumber(office.browser, page, '+16175550188');

    const frames = await numbersOn(office.browser, page);

    expect(frames.flatMap(({ numbers }) => numbers.map(({ e164 }) => e164))).toEqual(['+16175550187', '+16175550188']);
  });

  test('in a table that is sorted, paged and scrolled', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `<tr><td>Row ${i}</td><td>+1 617 555 01${pad(i)}</td></tr>`);
    const page = await office.show(
      `<div id="list" style="height:240px;overflow:auto"><table><tbody>${rows.join('')}</tbody></table></div>`,
    );
    await findNumber(office.browser, page, '+16175550100');
    await page.evaluate(() => {
      const body = document.querySelector('tbody');
      body?.append(...[...body.children].reverse());
      document.querySelector('#list')?.scrollTo(0, 400);
    });

    const wanted = await page.evaluate(() => {
      const row = document.elementFromPoint(40, 130)?.closest('tr');
      return row?.cells[1]?.textContent?.replace(/[^\d+]/g, '') ?? '';
    });
    await clickButton(office.browser, page, wanted);

    await placed(wanted);
  });

  test.each([
    ['all of it', 0],
    // The box stays where it was, and every range in the text as well.
    ['one digit in its middle', 'Office: +1 617 555 018'.length - 1],
  ])('but not one whose text was changed under the pointer: %s', async (_what, from) => {
    const page = await office.show('<p id="line">Office: +1 617 555 0178</p>');
    const { x, y } = await findButton(office.browser, page, '+16175550178');
    const before = office.pbx.places().length;
    await page.evaluate((at) => {
      // In the same turn as the click arrives: no time for us to look again.
      addEventListener(
        'mousedown',
        () => {
          const text = document.querySelector('#line')?.firstChild as Text;
          const wanted = 'Office: +1 617 555 0188';
          if (at === 0) text.data = wanted;
          else text.replaceData(at, 1, wanted.charAt(at));
        },
        { once: true, capture: true },
      );
    }, from);

    await page.mouse.click(x, y);

    await findNumber(office.browser, page, '+16175550188');
    expect(office.pbx.places().slice(before)).toEqual([]);
    await clickButton(office.browser, page, '+16175550188');
    await until('one more call is placed', () => office.pbx.places().length > before);
    await placed('+16175550188');
  });

  test("by a plain click on its text, once chosen for the site; selecting and the page's controls stay as they are", async () => {
    const page = await office.show(
      `<p>Office: <span id="one">+1 617 555 0189</span></p>
      <p>Desk: <span id="two">+1 617 555 0190</span></p>
      <p><button id="own" onclick="this.dataset.pressed = 'yes'">Copy 617-555-0191</button></p>`,
    );
    const calls = () => office.pbx.places().map(({ number }) => number);
    const before = calls().length;
    await findButton(office.browser, page, '+16175550190');
    await page.click('#one');
    await rest(600);
    expect(calls().slice(before)).toEqual([]);

    const popup = await openPopupOver(office.browser, page);
    await popup.bringToFront();
    await tabTo(popup, 'Click a number to call it');
    await popup.keyboard.press(' ');
    await until('the choice is kept', () =>
      office.browser.inExtension(async () => {
        const { settings } = (await chrome.storage.local.get('settings')) as {
          settings?: { sites: { clickHosts?: readonly string[] } };
        };
        return settings?.sites.clickHosts?.length === 1;
      }),
    );
    await popup.close();
    await page.bringToFront();
    await findButton(office.browser, page, '+16175550190');
    await rest(500);

    await page.click('#two', { count: 2 });
    await page.evaluate(() => document.querySelector<HTMLElement>('#one')?.click());
    await page.click('#own');
    const { x, y, width, height } = (await findNumber(office.browser, page, '+16175550189')).rect;
    await page.mouse.move(x + 4, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width - 4, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await rest(600);
    expect(calls().slice(before)).toEqual([]);
    expect(await page.evaluate(() => String(getSelection()))).toContain('617 555');
    expect(await page.evaluate(() => document.querySelector<HTMLElement>('#own')?.dataset.pressed)).toBe('yes');

    await page.click('#two');

    await placed('+16175550190');
    expect(calls().slice(before)).toEqual(['+16175550190']);
    await importSettings(office.browser, settingsFor(office.pbx));
  });

  async function placed(number: string): Promise<void> {
    await until(`the PBX is asked to call ${number}`, () =>
      office.pbx.places().some((place) => place.number === number),
    );
  }
});

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
