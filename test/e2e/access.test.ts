import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { pressCall, untilAsked, untilNothingAsked } from './harness/confirm.ts';
import { clickButton } from './harness/numbers.ts';
import { AGENT, type Office, openOffice } from './harness/office.ts';
import { openPopup, pressButton, textOf, untilShown } from './harness/popup.ts';
import { readState, untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const ALL_SITES = ['https://*/*', 'http://*/*'];
/** Nobody reads, aims and presses within this. */
const AT_ONCE_MS = 3_000;

describe.each(BROWSER_KINDS)('what the user allows, in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    // Chromium takes away only what was granted after the install.
    const asInstalled = { launch: { extension: 'as-built' as const }, isOnline: false };
    office = await openOffice(kind, kind === 'chromium' ? asInstalled : {});
    if (kind === 'chromium') await grantAll();
    await untilOnline(office.browser);
  });

  afterAll(() => office?.close());

  test('access taken away in mid-call: buttons go at once, and the call is hung up all the same', async () => {
    const page = await office.show('<p>Office: +1 617 555 0185</p>');
    await clickButton(office.browser, page, '+16175550185');
    await until('the PBX is asked', () => office.pbx.places().some(({ number }) => number === '+16175550185'));
    office.pbx.phone(AGENT.extension).answer();
    await until('the other end rings', () => office.pbx.farEnd().answer());
    const popup = await openPopup(office.browser);
    await untilShown(popup, words('state_talking'));
    expect(await ownElements(page)).toBe(1);

    await office.browser.takeAccessAway();

    await until('nothing of ours is in the page', async () => (await ownElements(page)) === 0, AT_ONCE_MS);
    await until('no page to come gets our script', async () => (await registeredScripts()) === 0, AT_ONCE_MS);
    expect(office.pbx.engine.live()).toHaveLength(1);
    await pressButton(popup, 'Hang up');
    await until('the call is over', () => office.pbx.engine.live().length === 0);
  });

  /** As users do it, who press one button in the settings. */
  async function grantAll(): Promise<void> {
    await office.browser.acceptPrompt(ALL_SITES);
    const options = await office.browser.openOwnPage('options');
    await pressButton(options, 'Allow on all sites');
    await untilShown(options, words('options_sites_access_all'));
    await options.close();
    // What the PBX needs beside sites (`cookies`) is granted without a question.
    const popup = await openPopup(office.browser);
    await pressButton(popup, 'Grant access');
    await untilShown(popup, words('connection_online_extension'));
    await popup.close();
  }

  function registeredScripts(): Promise<number> {
    return office.browser.inExtension(async () => (await chrome.scripting.getRegisteredContentScripts()).length);
  }

  /** Elements beside head and body: our overlay. */
  function ownElements(page: Page): Promise<number> {
    return page.evaluate(() => document.documentElement.children.length - 2);
  }
});

describe.each(BROWSER_KINDS)('a private window in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice(kind);
    await office.browser.allowPrivateWindows();
    await untilOnline(office.browser);
  });

  afterAll(() => office?.close());

  test('a private window is worked in, and nothing of it stays: no country, no call, no page', async () => {
    const page = await privatePage('<p>London: +44 20 7946 0123</p>');
    const before = await onDisk();
    const sealedBefore = await sealed();
    const placesBefore = office.pbx.places().length;

    await clickButton(office.browser, page, '+442079460123');
    await pressCall(await untilAsked(office.browser));
    await until('the PBX is asked', () => office.pbx.places().length > placesBefore);
    expect(office.pbx.places().at(-1)?.number).toBe('+442079460123');
    expect((await readState(office.browser))?.calls.at(-1)).toMatchObject({ origin: { isPrivate: true } });
    expect(await onDisk()).toEqual(before);
    expect(await sealed()).toEqual(sealedBefore);
    for (const call of office.pbx.engine.live()) office.pbx.engine.end(call, 'completed', 'system');
    await until('the call is over', async () =>
      (await readState(office.browser))?.calls.every(({ state }) => state.phase === 'ended'),
    );
    await untilNothingAsked(office.browser);
    await page.close();

    await until('it is forgotten', async () => (await readState(office.browser))?.calls.length === 0);
    await until('the window is forgotten', async () => !(await everything()).includes('/private-'));
    expect(await onDisk()).toEqual(before);
    expect(await everything()).not.toContain('7946');
    expect(await sealed()).toEqual(sealedBefore);
    const popup = await openPopup(office.browser);
    await untilShown(popup, words('connection_online_extension'));
    expect((await textOf(popup)).replace(/\D/g, '')).not.toContain('79460123');
    await popup.close();
  });

  let pages = 0;

  function privatePage(body: string): Promise<Page> {
    const html = `<!doctype html><html lang="en"><title>Private</title><body>${body}</body></html>`;
    return office.browser.openPrivately(office.pages.add(`/private-${++pages}`, html));
  }

  /** What outlives the browser in the open. */
  function onDisk(): Promise<unknown> {
    return office.browser.inExtension(() => chrome.storage.local.get(null));
  }

  function everything(): Promise<string> {
    return office.browser.inExtension(async () =>
      JSON.stringify([await chrome.storage.local.get(null), await chrome.storage.session.get(null)]),
    );
  }

  /** What outlives the browser under a key: all that is sealed of past calls, lessons and calls that are up, as it lies there. */
  function sealed(): Promise<Readonly<Record<string, string>>> {
    return office.browser.inExtension(async () => {
      const bytes = (_key: string, value: unknown) => {
        if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
        return value instanceof Uint8Array ? [...value] : value;
      };
      const all: Record<string, string> = {};
      for (const name of ['keepsake', 'recent-calls', 'taught']) {
        const entry = await new Promise((resolve, reject) => {
          const opening = indexedDB.open(name, 1);
          opening.onerror = () => reject(opening.error);
          opening.onupgradeneeded = () => opening.transaction?.abort();
          opening.onsuccess = () => {
            const reading = opening.result.transaction('entries').objectStore('entries').get('state');
            reading.onsuccess = () => {
              opening.result.close();
              resolve(reading.result);
            };
          };
        }).catch(() => undefined);
        all[name] = JSON.stringify(entry, bytes) ?? 'nothing';
      }
      return all;
    });
  }
});
