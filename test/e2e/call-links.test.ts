import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { untilAsked, untilNothingAsked } from './harness/confirm.ts';
import { clickButton, numbersOn, saidOn } from './harness/numbers.ts';
import { type Office, openOffice, settingsFor } from './harness/office.ts';
import { openPopup, textOf, untilShown } from './harness/popup.ts';
import { importSettings } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

describe.each(BROWSER_KINDS)('call links in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(() => office?.tidy());

  afterAll(() => office?.close());

  test('what links ask for is what the page is said to hold', async () => {
    const page = await office.show(
      [
        'tel:+1-617-555-0123;ext=45',
        'tel:(617)%20555-0124,,1234',
        'tel:20%207946%200123;phone-context=+44',
        'callto:+16175550125',
        'sip:+16175550126@pbx.example',
        'tel:45',
        'sip:ann@pbx.example',
        'tel:*21*6175550127%23',
        'tel:+1617555%E2%80%AE0128',
        'callto:echo123',
        'tel:7042;phone-context=pbx.example',
      ]
        .map((href) => `<p><a href="${href}">Call</a></p>`)
        .join(''),
    );

    expect(await listed(page, 7)).toEqual([
      '+16175550123 x45',
      '+16175550124',
      '+442079460123',
      '+16175550125',
      '+16175550126',
      '45',
      'sip:ann@pbx.example',
    ]);
  });

  test('an element that names a number without showing it has a call button, one that shows digits is taken at its text', async () => {
    const page = await office.show(
      `<p><span data-phone="+1 617 555 0141">Call Ann</span></p>
      <p><button data-tel="tel:+16175550142" onclick="document.title = 'own'">Show number</button></p>
      <p itemscope><span itemprop="telephone" content="+1-617-555-0143">Front desk</span></p>
      <p><span data-phone="+1 617 555 0144">617-555-0145</span></p>
      <div data-phone="+1 617 555 0146"><p>A card about somebody who has a long story to tell</p></div>
      <p><a href="tel:+16175550147" data-phone="+16175550148">Support</a></p><p id="late"></p>`,
    );
    const known = ['+16175550141', '+16175550142', '+16175550143', '+16175550145', '+16175550147'];
    expect(await listed(page, 5)).toEqual(known);

    await page.evaluate(() => {
      const late = document.querySelector('#late');
      if (late) late.innerHTML = '<span data-phone-number="6175550149">Call Bea</span>';
    });
    expect(await listed(page, 6)).toEqual([...known, '+16175550149']);
    await page.bringToFront();
    await page.click('button');
    expect(await page.title()).toBe('own');
    await clickButton(office.browser, page, '+16175550141');
    await until('the number is called', () => office.pbx.places().some(({ number }) => number === '+16175550141'));
  });

  test('a link with a code is refused, one with an internet address asked about, one with a number called', async () => {
    const page = await office.show(
      '<p><a id="code" href="tel:*21*6175550127%23">Support</a></p>' +
        '<p><a id="sip" href="sip:ann@pbx.example">Ann</a></p>' +
        '<p><a id="number" href="tel:+16175550128,,99">Sales</a></p>',
    );
    await listed(page, 2);
    const before = office.pbx.places().length;
    await page.bringToFront();

    await page.click('#code');
    await until('the code is refused', async () =>
      words('content_refused_feature_code').test(await saidOn(office.browser, page)),
    );
    await page.click('#sip');
    const question = await untilAsked(office.browser);
    expect(await textOf(question)).toMatch(words('confirm_reason_sip_uri'));
    await question.keyboard.press('Escape');
    await untilNothingAsked(office.browser);
    await page.click('#number');

    await until('the number is called', () => office.pbx.places().some(({ number }) => number === '+16175550128'));
    expect(office.pbx.places().length - before).toBe(1);
    const popup = await openPopup(office.browser);
    // In groups, though the plans that say how come after the first paint.
    await untilShown(popup, /\+1 617 555 0128/);
    await popup.close();
  });

  test('a number that comes late is found, and a site switched off and on again shows its numbers', async () => {
    const page = await office.show('<p id="place">Nothing to call here yet.</p>');
    const good = settingsFor(office.pbx);
    expect(await listed(page, 0)).toEqual([]);

    await page.evaluate(() => {
      const place = document.querySelector('#place');
      if (place) place.textContent = 'Call (617) 555-0129 now';
    });
    expect(await listed(page, 1)).toEqual(['+16175550129']);

    await importSettings(office.browser, { ...good, sites: { mode: 'except', hosts: ['127.0.0.1'] } });
    expect(await listed(page, 0)).toEqual([]);
    await importSettings(office.browser, good);
    expect(await listed(page, 1)).toEqual(['+16175550129']);
    await clickButton(office.browser, page, '+16175550129');
    await until('the number is called', () => office.pbx.places().some(({ number }) => number === '+16175550129'));
  });

  /** The page's numbers as the popup is told them, once there are so many. */
  async function listed(page: Page, count: number): Promise<readonly string[]> {
    return until(`${count} numbers are told`, async () => {
      const numbers = (await numbersOn(office.browser, page)).flatMap((frame) => frame.numbers);
      return numbers.length === count && numbers.map(({ e164, dial, ext }) => (e164 ?? dial) + (ext ? ` x${ext}` : ''));
    });
  }
});
