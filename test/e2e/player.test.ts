import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startVodia, type VodiaSimulator } from '../simulators/vodia.ts';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { until } from './harness/until.ts';

/** The page on which people play both phones, in the demo and with `npm run sim`. */
describe.each(BROWSER_KINDS)('the phones to play in %s', (kind) => {
  let browser: TestBrowser;
  let pbx: VodiaSimulator;
  let page: Page;
  const mishaps: string[] = [];

  beforeAll(async () => {
    pbx = await startVodia({ variants: { askFirst: true } });
    browser = await launch(kind, { extension: 'none' });
    page = await browser.puppeteer.newPage();
    page.on('pageerror', (error) => mishaps.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && mishaps.push(message.text()));
    await page.goto(`${pbx.origin}/_sim/`);
  });

  afterAll(async () => {
    await browser?.close();
    await pbx?.close();
  });

  test('take a call from the agent to the customer, hold it, and end it', async () => {
    pbx.engine.place({ tenant: pbx.tenant, agent: '45', number: '+16175550142', name: 'Maya', askFirst: true });

    await shows('agent', '+16175550142 (Maya)', 'Ringing');
    await shows('far-end', 'Ready', 'Not called yet');
    await press('agent', 'answer');
    await shows('agent', '+16175550142 (Maya)', 'Press 1 to go on');
    await press('agent', 'press');
    await shows('far-end', 'Ann Agent (45)', 'Ringing');
    await press('far-end', 'answer');
    await shows('agent', '+16175550142 (Maya)', 'Talking');
    await press('far-end', 'hold');
    await shows('agent', '+16175550142 (Maya)', 'Put on hold by the other');
    await press('far-end', 'resume');
    await press('agent', 'hangUp');
    await shows('far-end', 'Ready', 'No call');

    expect(pbx.calls().at(-1)).toMatchObject({ cause: 'completed', endedBy: 'agent' });
    expect(mishaps).toEqual([]);
  });

  test('let the customer call the agent', async () => {
    await page.click('#call-in button');

    await shows('agent', '+16175550188', 'Ringing');
    await shows('far-end', 'Ann Agent (45)', 'Calling');
    await press('agent', 'reject');
    await shows('agent', 'Ready', 'No call');
    expect(pbx.calls().at(-1)).toMatchObject({ direction: 'incoming', endedBy: 'agent' });
  });

  test('fit a narrow window', async () => {
    await page.setViewport({ width: 380, height: 800 });

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(380);
  });

  async function shows(phone: 'agent' | 'far-end', who: string, state: string): Promise<void> {
    await until(`the phone of ${phone} shows ${who}, ${state}`, () =>
      page.evaluate(
        (id, wanted) =>
          ['[data-who]', '[data-state]'].map((part) => document.querySelector(`#${id} ${part}`)?.textContent).join() ===
          wanted,
        phone,
        [who, state].join(),
      ),
    );
  }

  /** Presses a key that is to be pressed now. */
  async function press(phone: 'agent' | 'far-end', key: string): Promise<void> {
    const button = await page.waitForSelector(`#${phone} [data-act=${key}]:enabled`);
    await button?.click();
  }
});
