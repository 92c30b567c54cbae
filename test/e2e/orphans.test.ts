import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { timesPlaced, untilOver } from './harness/desk.ts';
import { clickButton, findButton } from './harness/numbers.ts';
import { type Office, openOffice } from './harness/office.ts';
import { untilOnline } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';

/** Longer than an old content script may take to notice that it is an orphan. */
const NOTICED_MS = 3_000;

interface Watched {
  /** How many of our hosts the page has had at the same time at most. */
  most: number;
  hosts: number;
}

// Both browsers at the same time: most of it is waiting. Within one, one after the other.
describe.concurrent.each(BROWSER_KINDS)('content scripts of an older version in %s', (kind) => {
  let office: Office;
  const alerts: string[] = [];

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterEach(async () => {
    await office.tidy();
    expect(alerts).toEqual([]);
  });

  afterAll(() => office?.close());

  test.sequential('make way for the new ones in open tabs, without a reload: one button at every moment, and it works', async () => {
    const front = await watchedPage('<p>Office: +1 617 555 0110</p>');
    await findButton(office.browser, front, '+16175550110');
    const behind = await watchedPage('<p>Office: +1 617 555 0111</p><dialog open>Desk: +1 617 555 0112</dialog>');
    await findButton(office.browser, behind, '+16175550111');
    await front.bringToFront();

    await office.browser.update();
    await untilOnline(office.browser);
    await office.browser.update();
    await untilOnline(office.browser);

    await rest(NOTICED_MS);
    for (const [page, number] of [
      [front, '+16175550110'],
      [behind, '+16175550111'],
    ] as const) {
      await findButton(office.browser, page, number);
      expect(await watched(page)).toEqual({ most: 1, hosts: 1 });
      await clickButton(office.browser, page, number);
      await until('the PBX is asked', () => timesPlaced(office, number) === 1);
      for (const call of office.pbx.engine.live()) office.pbx.engine.end(call, 'completed', 'system');
      await untilOver(office);
      expect(await page.evaluate(() => performance.getEntriesByType('navigation').length)).toBe(1);
    }
  });

  // Firefox ends the script without a word to it, and nothing of the extension is left that could tidy up: the page keeps our element until
  // it is loaded anew (measured with Firefox 153).
  const whereItCan = kind === 'firefox' ? test.sequential.skip : test.sequential;
  whereItCan('leave nothing behind when the extension is removed', async () => {
    const page = await watchedPage('<p>Office: +1 617 555 0113</p>');
    await findButton(office.browser, page, '+16175550113');

    await office.browser.uninstall();

    await until('our host has left the page', async () => (await watched(page)).hosts === 0);
    await office.close();
    office = await openOffice(kind);
  });

  /** A page that counts our hosts; it must not be reloaded, so the count is the proof. */
  async function watchedPage(body: string): Promise<Page> {
    const watch = `<script>
      window.watched = { most: 0, hosts: 0 };
      const count = () => {
        const hosts = [...document.documentElement.children].filter((it) => it.localName.includes('-')).length;
        window.watched = { most: Math.max(window.watched.most, hosts), hosts };
      };
      new MutationObserver(count).observe(document.documentElement, { childList: true });
    </script>`;
    const page = await office.show(body, watch);
    page.on('dialog', (dialog) => void alerts.push(dialog.message()));
    return page;
  }

  function watched(page: Page): Promise<Watched> {
    return page.evaluate(() => (window as unknown as { watched: Watched }).watched);
  }
});
