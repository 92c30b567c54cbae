import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pressCall, untilAsked, untilNothingAsked } from './harness/confirm.ts';
import { clickButton, findNumber } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { openPopup, openPopupOver, textOf, untilShown } from './harness/popup.ts';
import { SAMPLED_KINDS } from './harness/sample.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const SECRET = 'NDVAYWNtZS5leGFtcGxlOnMzY3JldC00NQ';
/** As in the vendor's example; the tag's name may be anything. Its script counts what reaches it. */
const BUTTONS = `
  <pbxcall id="maya" number="6175550142">(617) 555-0142
    <button type="button" name="call">Call</button>
    <button type="button" name="cancel" style="display: none">Cancel</button></pbxcall>
  <p><x-phone id="oscar" number="6175550143"><b>(617) 555-0143</b>
    <button type="button" name="call"><i>Call</i></button>
    <button type="button" name="cancel" style="display: none">Cancel</button></x-phone></p>
  <p><pbxcall id="liar" number="6175550144">(617) 555-0199 <button type="button" name="call">Call</button></pbxcall></p>
  <script>document.body.addEventListener('click', () => { document.title += '+'; });</script>`;

describe.each(SAMPLED_KINDS)('what pages bring along for a Vodia PBX, in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await office?.tidy();
    await untilNothingAsked(office.browser);
    expect(office?.pbx.violations).toEqual([]);
  });

  afterAll(() => office?.close());

  test('embedded call buttons dial through us, each with a cancel for its own call, and the page notices nothing', async () => {
    const page = await office.show(BUTTONS);
    await findNumber(office.browser, page, '+16175550142');
    const before = await page.evaluate(() => document.body.innerHTML);

    await page.click('#maya [name=call]');
    await until('the first is called', () => office.pbx.places().length === 1);
    await page.click('#oscar [name=call] i');
    await until('the second is called', () => office.pbx.places().length === 2);
    const cancel = await until('our cancel stands beside the first', async () => {
      const { button } = await findNumber(office.browser, page, '+16175550142');
      return button && { x: button.x + button.width / 2, y: button.y + button.height / 2 };
    });
    await until('a press on it hangs up', async () => {
      await page.mouse.click(cancel.x, cancel.y);
      return office.pbx.calls()[0]?.phase === 'ended';
    });

    expect(office.pbx.places().map(({ number }) => number)).toEqual(['+16175550142', '+16175550143']);
    expect(office.pbx.calls().map(({ phase, endedBy }) => [phase === 'ended', endedBy])).toEqual([
      [true, 'api'],
      [false, undefined],
    ]);
    expect(await page.title()).toBe('Test');
    expect(await page.evaluate(() => document.body.innerHTML)).toBe(before);
  });

  test('a button whose element shows another number is asked about', async () => {
    const page = await office.show(BUTTONS);
    await findNumber(office.browser, page, '+16175550144');
    const before = office.pbx.places().length;

    await page.click('#liar [name=call]');

    expect(await textOf(await untilAsked(office.browser))).toMatch(words('confirm_reason_text_differs'));
    expect(office.pbx.places()).toHaveLength(before);
  });

  test('the site may keep its buttons to itself', async () => {
    const page = await office.show(BUTTONS);
    await findNumber(office.browser, page, '+16175550142');
    const before = office.pbx.places().length;
    const popup = await openPopupOver(office.browser, page);
    await untilShown(popup, words('popup_own_buttons'));

    await popup.bringToFront();
    await popup.click('.own-buttons input');
    await untilShown(popup, words('popup_own_buttons_off'));
    await page.bringToFront();
    await until('the click reaches the site', async () => {
      await page.click('#maya [name=call]');
      return (await page.title()) !== 'Test';
    });
    expect(office.pbx.places()).toHaveLength(before);

    await popup.bringToFront();
    await popup.click('.own-buttons input');
    await page.bringToFront();
    await until('the click is ours again', async () => {
      await page.click('#maya [name=call]');
      return office.pbx.places().length === before + 1;
    });
  });

  test("the vendor's links are dialled through our session, and their credentials go nowhere", async () => {
    const { origin, tenant } = office.pbx;
    const call = `${origin}/remote_call.htm`;
    const links = [
      ['app', `vodia://${new URL(origin).host}?dial=16175550151&name=Maya%20Ortiz`, '+16175550151'],
      ['plain', `${call}?user=45%40${tenant}&dest=16175550152`, '+16175550152'],
      ['secret', `${call}?user=45&dest=16175550153&auth=${SECRET}&connect=true`, '+16175550153'],
    ] as const;
    const page = await office.show(
      links.map(([id, href]) => `<p><a id="${id}" href="${href.replaceAll('&', '&amp;')}">Call</a></p>`).join(''),
    );
    await findNumber(office.browser, page, '+16175550153');
    const before = office.pbx.places().length;

    for (const [at, [id, , number]] of links.entries()) {
      await page.click(`#${id}`);
      await until(`${id} is called`, () => office.pbx.places().length === before + at + 1);
      expect(office.pbx.places().at(-1)).toMatchObject({ via: 'socket', number });
    }

    expect(page.url()).toContain('/page-');
    expect(office.pbx.journal.requests().filter(({ path }) => path.startsWith('/remote_call'))).toEqual([]);
    const popup = await openPopup(office.browser);
    await untilShown(popup, /Maya Ortiz/);
    const kept = await office.browser.inExtension(async () =>
      JSON.stringify([await chrome.storage.session.get(), await chrome.storage.local.get()]),
    );
    expect(kept).not.toContain(SECRET);
    await popup.close();
  });

  test('the name in the row of a number goes with the call', async () => {
    const page = await office.show(
      `<table><tr><th>Ticket</th><th>Customer</th><th>Phone</th></tr>
       <tr><td>4711</td><td>Oscar Lind</td><td>+1 617 555 0171</td></tr></table>`,
    );

    await clickButton(office.browser, page, '+16175550171');

    const popup = await openPopup(office.browser);
    await untilShown(popup, /Oscar Lind/);
    await popup.close();
  });

  test("a link for somebody else's extension, or that shows another number, is asked about first", async () => {
    const call = `${office.pbx.origin}/remote_call.htm`;
    const page = await office.show(
      `<p><a id="other" href="${call}?user=47&amp;dest=16175550161">Call</a></p>
       <p><a id="liar" href="${call}?user=45&amp;dest=16175550162">(617) 555-0100</a></p>`,
    );
    await findNumber(office.browser, page, '+16175550162');
    const before = office.pbx.places().length;

    await page.click('#liar');
    const first = await untilAsked(office.browser);
    expect(await textOf(first)).toMatch(words('confirm_reason_text_differs'));
    await first.keyboard.press('Escape').catch(() => undefined);
    await untilNothingAsked(office.browser);
    await page.bringToFront();
    await page.click('#other');
    const second = await untilAsked(office.browser);
    expect(await textOf(second)).toMatch(words('confirm_reason_other_pbx'));
    await pressCall(second);

    await until('it is called', () => office.pbx.places().length === before + 1);
    expect(office.pbx.places().at(-1)).toMatchObject({ via: 'socket', extension: '45', number: '+16175550161' });
  });
});
