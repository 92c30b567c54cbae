import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_VARIANTS } from '../simulators/vodia-variants.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { clickButton } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { hasButton, openPopup, placeOfButton, pressButton, untilShown } from './harness/popup.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const OPENS = '.call-more [aria-expanded]';
const FIELD = '.transfer input';

describe.each(BROWSER_KINDS)('hold and transfer in %s', (kind) => {
  let office: Office;
  let popup: Page;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await popup?.close();
    Object.assign(office.pbx.variants, DEFAULT_VARIANTS);
    await office?.tidy();
    expect(office?.pbx.violations).toEqual([]);
  });

  afterAll(() => office?.close());

  test('a call is held and taken back, and "Hang up" stays where it is', async () => {
    popup = await talkTo('+16175550161');
    const before = await placeOfButton(popup, 'Hang up');

    await pressButton(popup, 'Hold');
    await untilShown(popup, words('state_held'));
    const held = await placeOfButton(popup, 'Hang up');
    expect(office.pbx.calls().at(-1)).toMatchObject({ phase: 'held', heldBy: 'agent' });

    await pressButton(popup, 'Resume');
    await untilShown(popup, words('state_talking'));
    await until('Hold is no try any more', async () => await hasButton(popup, 'Hold'));
    expect(await hasButton(popup, 'Hold (try)')).toBe(false);
    await pressButton(popup, 'Transfer');
    await until('the field is there', () => popup.$(FIELD));

    expect(before).toBeDefined();
    expect([held, await placeOfButton(popup, 'Hang up')]).toEqual([before, before]);
    expect(office.pbx.holds().length).toBe(2);
  });

  test('by the keyboard alone a call is handed over to a colleague; Escape gives it up first', async () => {
    popup = await talkTo('+16175550162');
    const sent = office.pbx.transfers().length;
    await until('Transfer is offered', () => popup.$(OPENS));
    await popup.focus(OPENS);
    await popup.keyboard.press('Enter');
    await until('the field has the focus', () => popup.$(`${FIELD}:focus`));
    await popup.keyboard.type('Dan');
    await popup.keyboard.press('Escape');
    await until('the button has the focus again', () => popup.$(`${OPENS}:focus`));
    expect(await popup.$(FIELD)).toBeNull();

    await popup.keyboard.press('Enter');
    await until('the field has the focus', () => popup.$(`${FIELD}:focus`));
    await popup.keyboard.type('Dan');
    await until('the one colleague is offered', async () => (await popup.$$('.transfer-people button')).length === 1);
    await popup.keyboard.press('Tab');
    await popup.keyboard.press('Tab');
    await popup.keyboard.press('Enter');
    await until('the extension is in the field', () =>
      popup.$eval(FIELD, (field) => (field as HTMLInputElement).value === '48'),
    );
    expect(office.pbx.transfers().length).toBe(sent);
    await popup.keyboard.press('Enter');

    await untilShown(popup, words('end_transferred_to'));
    expect(office.pbx.transfers().slice(sent)).toMatchObject([{ to: '48' }]);
    expect(office.pbx.calls().at(-1)).toMatchObject({ transferredTo: '48' });
  });

  test('a premium-rate number is warned of, and only a second, different press sends it', async () => {
    popup = await talkTo('+16175550163');
    const sent = office.pbx.transfers().length;
    await pressButton(popup, 'Transfer');
    await until('the field has the focus', () => popup.$(`${FIELD}:focus`));
    await popup.keyboard.type('+1 900 555 0100');
    await popup.keyboard.press('Enter');

    await untilShown(popup, words('confirm_reason_premium'));
    expect(office.pbx.transfers().length).toBe(sent);
    await pressButton(popup, 'Transfer all the same');

    await until('the PBX has it', () => office.pbx.transfers().length === sent + 1);
    await untilShown(popup, words('end_transferred_to'));
  });

  test('where the PBX does not know the word, Hold goes with a plain word and is sent once', async () => {
    office.pbx.variants.hold = 'unknown';
    popup = await talkTo('+16175550164');
    const sent = office.pbx.holds().length;
    const before = await placeOfButton(popup, 'Hang up');

    await pressButton(popup, 'Hold');

    await untilShown(popup, words('hold_unknown'), 15_000);
    expect(await hasButton(popup, 'Hold')).toBe(false);
    expect(await hasButton(popup, 'Transfer')).toBe(true);
    expect(await placeOfButton(popup, 'Hang up')).toEqual(before);
    expect(office.pbx.holds().length - sent).toBe(1);
  });

  async function talkTo(number: string): Promise<Page> {
    const page = await office.show(`<p>Office: ${number}</p>`);
    const count = office.pbx.places().length;
    await clickButton(office.browser, page, number);
    await until('the PBX has the call', () => office.pbx.places().length === count + 1);
    expect(office.pbx.phone(AGENT.extension).answer()).toBe(true);
    await until('the other end rings', () => office.pbx.farEnd().answer());
    const opened = await openPopup(office.browser);
    await untilShown(opened, words('state_talking'));
    return opened;
  }
});
