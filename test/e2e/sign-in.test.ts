import { afterEach, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { clickButton } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { hasButton, openPopup, untilShown } from './harness/popup.ts';
import { untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';

describe.each(BROWSER_KINDS)('signing in at Vodia in %s', (kind) => {
  let office: Office | undefined;

  afterEach(async () => {
    expect(office?.pbx.violations ?? []).toEqual([]);
    await office?.close();
    office = undefined;
  });

  test("the company's login helper is enough: no password, and calls are followed", async () => {
    office = await openOffice(kind, {
      settings: (good, pbx) => ({ ...good, account: { vendor: 'vodia', values: { loginHelper: pbx.helperUrl } } }),
    });

    await call(office, '+16175550171');

    expect(office.pbx.places().map(({ via, extension }) => `${via} ${extension}`)).toEqual([
      `socket ${AGENT.extension}`,
    ]);
  });

  test('the login of the user in the portal of the PBX outlives ours', async () => {
    office = await openOffice(kind);
    const portal = await office.browser.open(`${office.pbx.origin}/_sim/`);
    await portal.evaluate(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: the portal's own way
      document.cookie = 'session=of-the-user; path=/';
    });
    const socketsBefore = office.pbx.socketsOpened;

    office.pbx.expireSessions();
    office.pbx.dropSockets();
    await until('PageDial is back at the PBX', () => (office?.pbx.socketsOpened ?? 0) > socketsBefore);
    await untilOnline(office.browser);

    const cookie = await portal.evaluate(() => document.cookie);
    // Firefox has one jar for everybody and no way round it; its page about signing out says so.
    if (kind === 'chromium') expect(cookie).toBe('session=of-the-user');
    await call(office, '+16175550172');
  });

  test('a PBX that refuses the socket still places calls, and the popup claims no more than that', async () => {
    office = await openOffice(kind, {
      prepare: (pbx) => pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true }),
    });

    const page = await office.show('<p>Office: +1 617 555 0173</p>');
    await clickButton(office.browser, page, '+16175550173');
    await until('the PBX is asked', () => (office?.pbx.places().length ?? 0) > 0);

    expect(office.pbx.places().map(({ via, number }) => `${via} ${number}`)).toEqual(['rest +16175550173']);
    const popup = await openPopup(office.browser);
    await untilShown(popup, /617.*555.*0173/);
    expect(await hasButton(popup, 'Hang up')).toBe(false);
  });
});

async function call(office: Office, number: string): Promise<void> {
  const page = await office.show(`<p>Office: ${number}</p>`);
  await clickButton(office.browser, page, number);
  const popup = await openPopup(office.browser);
  await untilShown(popup, /pick up your phone/i);
  office.pbx.phone(AGENT.extension).answer();
  await until('the other end rings', () => office.pbx.farEnd().answer());
  await untilShown(popup, /connected/i);
}
