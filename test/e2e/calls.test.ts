import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { clickButton, findButton, findNumber, numbersOn } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { hasButton, openPopup, placeOfButton, pressButton, textOf, untilShown } from './harness/popup.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

describe.each(BROWSER_KINDS)('calls in %s', (kind) => {
  let office: Office;
  let popup: Page | undefined;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await popup?.close();
    popup = undefined;
    await office?.tidy();
    expect(office?.pbx.violations).toEqual([]);
  });

  afterAll(() => office?.close());

  test('one click rings the own phone, then the customer, and the popup hangs up', async () => {
    const page = await office.show('<p>Call Maya at (617) 555-0142 today.</p>');

    await clickButton(office.browser, page, '+16175550142');
    await placed('+16175550142');
    popup = await openPopup(office.browser);
    const shown = await untilShown(popup, words('state_ringing_pick_up'));
    expect(shown.replace(/\D/g, '')).toContain('6175550142');

    expect(office.pbx.phone(AGENT.extension).answer()).toBe(true);
    await until('the other end rings', () => office.pbx.farEnd().answer());
    await untilShown(popup, words('state_talking'));

    await pressButton(popup, 'Hang up');
    await gone();
    await until('the popup offers no "Hang up" any more', async () => popup && !(await hasButton(popup, 'Hang up')));
    expect(office.pbx.calls().at(-1)?.endedBy).toBe('api');
  });

  test('a call that is not answered yet is hung up from the popup', async () => {
    const page = await office.show('<p>Office: +1 617 555 0143</p>');
    await clickButton(office.browser, page, '+16175550143');
    await placed('+16175550143');
    popup = await openPopup(office.browser);
    await untilShown(popup, words('state_ringing_pick_up'));

    await pressButton(popup, 'Hang up');

    await gone();
  });

  test('a call that the other end hangs up ends in the popup', async () => {
    const page = await office.show('<p>Office: +1 617 555 0144</p>');
    popup = await talkTo(page, '+16175550144');

    expect(office.pbx.farEnd().hangUp()).toBe(true);

    await untilShown(popup, words('end_completed'));
    expect(await hasButton(popup, 'Hang up')).toBe(false);
  });

  test('a background that was stopped in mid-call still shows the call and hangs it up', async () => {
    const page = await office.show('<p>Office: +1 617 555 0145</p>');
    const before = await talkTo(page, '+16175550145');
    await before.close();
    const placesBefore = office.pbx.places().length;

    await office.browser.stopBackground();
    popup = await openPopup(office.browser);

    const shown = await untilShown(popup, words('state_talking'));
    expect(shown.replace(/\D/g, '')).toContain('6175550145');
    await pressButton(popup, 'Hang up');
    await gone();
    expect(office.pbx.places().length).toBe(placesBefore);
  });

  test('"Hang up" stays where it is while the connection is lost and comes back', async () => {
    const page = await office.show('<p>Office: +1 617 555 0154</p>');
    popup = await talkTo(page, '+16175550154');
    const before = await placeOfButton(popup, 'Hang up');

    for (const point of ['session', 'login']) {
      office.pbx.faults.set(point, { kind: 'answer', status: 502, body: '' }, { always: true });
    }
    office.pbx.dropSockets();
    await untilShown(popup, words('state_reconnecting_since'));
    const during = await placeOfButton(popup, 'Hang up');
    office.pbx.faults.clear();
    await pressButton(popup, 'Try again');
    await untilShown(popup, words('state_talking'));
    const after = await placeOfButton(popup, 'Hang up');

    expect(before).toBeDefined();
    expect([during, after]).toEqual([before, before]);
  });

  test('a double click places one call', async () => {
    const page = await office.show('<p>Office: +1 617 555 0146</p>');
    const placesBefore = office.pbx.places().length;

    await clickButton(office.browser, page, '+16175550146', 2);
    await placed('+16175550146');
    // The second half of a slow one, as only Chromium lets a driver press it.
    if (kind === 'chromium') {
      await page.mouse.down({ clickCount: 2 });
      await page.mouse.up({ clickCount: 2 });
    }

    popup = await openPopup(office.browser);
    await untilShown(popup, words('state_ringing_pick_up'));
    expect(office.pbx.places().length - placesBefore).toBe(1);
  });

  test('clicks made by the page place nothing', async () => {
    const page = await office.show('<p>Office: +1 617 555 0147</p><a id="link" href="tel:+16175550148">Call us</a>');
    const placesBefore = office.pbx.places().length;
    const { x, y } = await findButton(office.browser, page, '+16175550147');

    await page.evaluate(
      (left, top) => {
        addEventListener('click', (event) => event.preventDefault());
        const targets = [document.elementFromPoint(left, top), document.documentElement.lastElementChild];
        for (const target of [...targets, document.querySelector('#link')]) {
          for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
            const init = { bubbles: true, composed: true, cancelable: true, clientX: left, clientY: top };
            target?.dispatchEvent(new MouseEvent(type, init));
          }
          if (target instanceof HTMLElement) target.click();
        }
        const message = { type: 'call/dial', payload: { number: '+16175550147', requestId: 'forged' } };
        postMessage(message, '*');
      },
      x,
      y,
    );

    // A real click afterwards shows that the way to the PBX was open all the time.
    await page.mouse.click(x, y);
    await placed('+16175550147');
    expect(office.pbx.places().length - placesBefore).toBe(1);
  });

  test('a plain click on a tel: link goes through the PBX', async () => {
    const page = await office.show('<a id="link" href="tel:+1-617-555-0149">Reception</a>');
    await findNumber(office.browser, page, '+16175550149');

    await page.click('#link');

    await placed('+16175550149');
    expect(page.url()).toMatch(/^http:/);
  });

  test('Enter on the call button places the call', async () => {
    const page = await office.show('<p>Office: +1 617 555 0150</p>');
    await findButton(office.browser, page, '+16175550150');

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');

    await placed('+16175550150');
  });

  test('a number in text that comes later gets its button', async () => {
    const page = await office.show('<p id="status">Loading…</p>');
    await numbersOn(office.browser, page);

    await page.evaluate(() => {
      const status = document.querySelector('#status');
      if (status) status.textContent = 'Ring us: (617) 555-0151';
    });

    await clickButton(office.browser, page, '+16175550151');
    await placed('+16175550151');
  });

  test('the document of the page stays as it is', async () => {
    const body = '<ul><li>Sales <b>+1 617</b> 555 <i>0152</i></li><li><a href="tel:+16175550153">Call</a></li></ul>';
    const remember = `<script>addEventListener('DOMContentLoaded', () => { window.before = [document.body.innerHTML, document.body.innerText, document.body.querySelectorAll('*').length]; });</script>`;
    const page = await office.show(body, remember);

    await findButton(office.browser, page, '+16175550152');

    const [before, after] = await page.evaluate(() => [
      (window as unknown as { before: unknown }).before,
      [document.body.innerHTML, document.body.innerText, document.body.querySelectorAll('*').length],
    ]);
    expect(after).toEqual(before);
  });

  async function placed(number: string): Promise<void> {
    await until(`the PBX is asked to call ${number}`, () =>
      office.pbx.places().some((place) => place.number === number),
    );
    expect(office.pbx.places().filter((place) => place.number === number)).toHaveLength(1);
  }

  async function gone(): Promise<void> {
    await until('the PBX has no live call', () => office.pbx.engine.live().length === 0);
  }

  async function talkTo(page: Page, number: string): Promise<Page> {
    await clickButton(office.browser, page, number);
    await placed(number);
    const opened = await openPopup(office.browser);
    office.pbx.phone(AGENT.extension).answer();
    await until('the other end rings', () => office.pbx.farEnd().answer());
    await untilShown(opened, words('state_talking'));
    expect((await textOf(opened)).replace(/\D/g, '')).toContain(number.slice(2));
    return opened;
  }
});
