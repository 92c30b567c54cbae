import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { pressByKey, tabTo, typeByKey } from './harness/keyboard.ts';
import { findNumber } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { hasButton, openPopupOver, pressButton, untilShown } from './harness/popup.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const CONTACT = `<h1>Kestrel Energy</h1>
<p>Phone: <b>(617) 555-0171</b> ext. 45</p>
<p>Again: 617-555-0171 ext. 45</p>
<p>Fax: (617) 555-0172</p>
<iframe src="/frame" title="Notes"></iframe>`;
const FRAME = '<!doctype html><meta charset="utf-8"><title>Notes</title><p>London: +44 20 7946 0173</p>';

describe.each(BROWSER_KINDS)('the popup over a page in %s', (kind) => {
  let office: Office;
  let popup: Page | undefined;

  beforeAll(async () => {
    office = await openOffice(kind);
    office.pages.add('/frame', FRAME);
  });

  afterEach(async () => {
    await popup?.close();
    popup = undefined;
    await office?.tidy();
    expect(office?.pbx.violations).toEqual([]);
  });

  afterAll(() => office?.close());

  test('the numbers of all frames are listed once, a fax is not called', async () => {
    popup = await openOver(CONTACT, '+442079460173');

    const shown = await untilShown(popup, new RegExp(`${words('popup_numbers').source} 3\\b`));
    await untilShown(popup, /\+1 617 555 0171/);
    expect(shown.match(/617\) 555-0171/g)).toHaveLength(1);
    expect(shown).toMatch(words('popup_fax'));
    expect(await hasButton(popup, 'Call +1 617 555 0171 ext. 45')).toBe(true);
    expect(await hasButton(popup, 'Call +1 617 555 0172')).toBe(false);
  });

  test('a number of the list is called by keyboard', async () => {
    popup = await openOver(CONTACT, '+442079460173');
    await untilShown(popup, /\+44 20 7946 0173/);
    await popup.bringToFront();

    await pressByKey(popup, 'Call +44 20 7946 0173');

    await placed('+442079460173');
    await untilShown(popup, words('state_ringing_pick_up'));
  });

  test('what is typed is shown as it will be dialled; Enter twice places one call', async () => {
    popup = await openOver('<p>No numbers here.</p>');
    const before = office.pbx.places().length;
    await popup.bringToFront();
    await typeByKey(popup, 'Call a number', '617 555 0174');
    await untilShown(popup, /\+16175550174/);

    await popup.keyboard.press('Enter');
    await popup.keyboard.press('Enter');

    await placed('+16175550174');
    await untilShown(popup, words('state_ringing_pick_up'));
    expect(office.pbx.places().length - before).toBe(1);
    expect(await fieldValue(popup)).toBe('');
  });

  test('typing begins in the dial field when the popup opens', async () => {
    popup = await openOver('<p>No numbers here.</p>');
    await popup.bringToFront();

    await popup.keyboard.type('617 555 0177');

    expect(await fieldValue(popup)).toBe('617 555 0177');
  });

  test('what cannot be dialled is said, with what helps, and stays to be corrected', async () => {
    popup = await openOver('<p>No numbers here.</p>');
    const before = office.pbx.places().length;
    await popup.bringToFront();
    await typeByKey(popup, 'Call a number', 'call Maya');

    await popup.keyboard.press('Enter');

    await untilShown(popup, words('refused_not_a_number'));
    expect(await fieldValue(popup)).toBe('call Maya');
    expect(office.pbx.places().length).toBe(before);
  });

  test('a short extension is dialled as it is', async () => {
    popup = await openOver('<p>No numbers here.</p>');
    await popup.bringToFront();
    await typeByKey(popup, 'Call a number', '47');

    await popup.keyboard.press('Enter');

    await placed('47');
  });

  test('an ended call is called again, and taken off the list', async () => {
    popup = await openOver('<p>No numbers here.</p>');
    await popup.bringToFront();
    await typeByKey(popup, 'Call a number', '+1 617 555 0175');
    await popup.keyboard.press('Enter');
    await placed('+16175550175');
    await untilShown(popup, words('state_ringing_pick_up'));
    await pressButton(popup, 'Hang up');
    await until('the popup offers no "Hang up" any more', async () => popup && !(await hasButton(popup, 'Hang up')));

    expect(await hasButton(popup, 'Call again: +1 617 555 0175')).toBe(true);
    await pressButton(popup, 'Remove from the list');

    const isListed = () => popup && hasButton(popup, 'Remove from the list');
    await until('the call is off the list', async () => !(await isListed()));
  });

  test('the switch takes the buttons off this site and puts them back', async () => {
    const page = await office.show('<p>Office: (617) 555-0176</p>');
    await findNumber(office.browser, page, '+16175550176');
    popup = await openPopupOver(office.browser, page);
    await untilShown(popup, words('popup_site_on'));
    await popup.bringToFront();
    await tabTo(popup, `Call buttons on 127.0.0.1:${office.pages.port}`);

    await popup.keyboard.press(' ');
    await until('the page is without buttons', async () => !(await hasHost(page)));
    await popup.keyboard.press(' ');
    // Nothing is drawn in a tab that nobody sees.
    await page.bringToFront();
    await until('the page has its buttons again', () => hasHost(page));
  });

  async function openOver(body: string, last?: string): Promise<Page> {
    const page = await office.show(body);
    if (last) await findNumber(office.browser, page, last);
    return openPopupOver(office.browser, page);
  }

  async function placed(number: string): Promise<void> {
    await until(`the PBX is asked to call ${number}`, () =>
      office.pbx.places().some((place) => place.number === number),
    );
    expect(office.pbx.places().filter((place) => place.number === number)).toHaveLength(1);
  }
});

function fieldValue(popup: Page): Promise<string | undefined> {
  return popup.evaluate(() => document.querySelector<HTMLInputElement>('#dial-number')?.value);
}

/** Our overlay is the one element beside head and body. */
function hasHost(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.children.length > 2);
}
