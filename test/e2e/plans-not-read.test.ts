import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { openPopup, untilShown } from './harness/popup.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

describe.each(BROWSER_KINDS)('a broken file of number plans in %s', (kind) => {
  let office: Office;
  let file: string;
  let whole: Buffer;

  beforeAll(async () => {
    office = await openOffice(kind);
    file = join(office.browser.folder, 'atlas.json');
    whole = readFileSync(file);
  });

  afterEach(() => writeFileSync(file, whole));

  afterAll(() => office?.close());

  test('lets nothing be dialled, the popup says why, and a whole one helps at once', async () => {
    writeFileSync(file, whole.subarray(0, 1_000));
    await office.browser.stopBackground();
    const popup = await openPopup(office.browser);
    await popup.bringToFront();
    await popup.focus('#dial-number');
    await popup.keyboard.type('617 555 0142');

    await popup.keyboard.press('Enter');
    await untilShown(popup, words('refused_plans_not_read'));
    expect(office.pbx.places()).toEqual([]);

    writeFileSync(file, whole);
    await popup.focus('#dial-number');
    await popup.keyboard.press('Enter');
    await until('it is placed', () => office.pbx.places().length === 1);
  });
});
