import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import type { TestBrowser } from './harness/launch.ts';
import { type Office, openOffice, settingsFor } from './harness/office.ts';
import { openPopup, textOf, untilShown } from './harness/popup.ts';
import { isSampled } from './harness/sample.ts';
import { importSettings, untilOnline } from './harness/set-up.ts';
import { until } from './harness/until.ts';
import { words } from './harness/words.ts';

const FAULTS = {
  'does not open': "IDBFactory.prototype.open = () => { throw new DOMException('full', 'QuotaExceededError'); };",
  'never answers': 'IDBFactory.prototype.open = () => new EventTarget();',
} as const;
const FORMER = '+16175550180';
const NEXT = '+16175550181';

describe.each(BROWSER_KINDS)('in %s', (kind) => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice(kind);
  });

  afterAll(() => office?.close());

  test.each(Object.entries(FAULTS).filter((_fault, at) => isSampled(kind, at, 2)))(
    'a database that %s loses nothing: it is said, calls are placed once, and in the end all is there again',
    async (_what, fault) => {
      const { browser, pbx } = office;
      await callOnce(office, FORMER);
      expect(await teach(browser, 'crm.example.com')).toMatchObject({ ok: true });

      await withFault(browser, fault);
      let popup = await openPopup(browser);
      await untilShown(popup, words('error_secrets_not_read'));
      await untilShown(popup, words('trouble_lists_not_kept'));
      expect(await teach(browser, 'other.example.com')).toEqual({ ok: false, error: 'not-stored' });
      await popup.close();

      await importSettings(browser, settingsFor(pbx));
      await untilOnline(browser);
      await callOnce(office, NEXT);
      popup = await openPopup(browser);
      await untilShown(popup, words('trouble_secrets_not_kept'));
      await popup.close();

      await withFault(browser, '');
      await untilOnline(browser);
      popup = await openPopup(browser);
      await untilShown(popup, /617.555.0180/);
      expect(await textOf(popup)).not.toMatch(words('trouble_lists_not_kept'));
      await popup.close();
      expect(await lessons(browser)).toEqual(['crm.example.com']);
    },
    120_000,
  );

  test.runIf(kind === 'chromium')(
    'a database without room for the password uses it all the same, and says so',
    async () => {
      const { browser, pbx } = office;
      const popup = await openPopup(browser);
      const session = await popup.createCDPSession();
      await session.send('Storage.overrideQuotaForOrigin', { origin: browser.extensionOrigin, quotaSize: 1 });

      await importSettings(browser, { ...settingsFor(pbx), country: 'FR' });

      await untilShown(popup, words('trouble_secrets_not_kept'));
      await untilOnline(browser);
      await callOnce(office, NEXT);
      await popup.bringToFront();
      await untilShown(popup, words('trouble_lists_not_kept'));
      await untilShown(popup, /617.555.0181/);

      await session.send('Storage.overrideQuotaForOrigin', { origin: browser.extensionOrigin });
      await importSettings(browser, { ...settingsFor(pbx), country: 'GB' });
      await until('it is kept', async () => !words('trouble_secrets_not_kept').test(await textOf(popup)));
      await callOnce(office, FORMER);
      await until('they are kept', async () => !words('trouble_lists_not_kept').test(await textOf(popup)));
      await popup.close();
    },
  );
});

/** Types the number in the popup, and has the PBX end the call. */
async function callOnce({ browser, pbx }: Office, number: string): Promise<void> {
  const before = pbx.places().length;
  const popup = await openPopup(browser);
  await popup.bringToFront();
  await popup.focus('#dial-number');
  await popup.keyboard.type(number);
  await popup.keyboard.press('Enter');
  await until('it is placed', () => pbx.places().length > before);
  await untilShown(popup, words('state_ringing_pick_up'));
  for (const call of pbx.engine.live()) pbx.engine.end(call, 'completed', 'system');
  await until('it is among the recent calls', () => isListed(popup, number));
  expect(pbx.places().slice(before)).toMatchObject([{ number }]);
  await popup.close();
}

function isListed(popup: Page, number: string): Promise<boolean> {
  return popup.evaluate(async (wanted) => {
    const { 'recent-calls': list = [] } = await chrome.storage.session.get('recent-calls');
    return (list as { number: string }[]).some((call) => call.number === wanted);
  }, number);
}

function teach(browser: TestBrowser, host: string): Promise<unknown> {
  return browser.inExtension(
    (where) => chrome.runtime.sendMessage({ type: 'taught/change', payload: { host: where, number: '+442079460123' } }),
    host,
  );
}

function lessons(browser: TestBrowser): Promise<readonly string[]> {
  return browser.inExtension(async () => {
    const { taught } = (await chrome.storage.session.get('taught')) as { taught?: { countries: object } };
    return Object.keys(taught?.countries ?? {});
  });
}

/** The same build with a browser's fault before its background; the browser takes it for an update. */
async function withFault(browser: TestBrowser, fault: string): Promise<void> {
  const loader = join(browser.folder, 'service-worker-loader.js');
  const own = readFileSync(loader, 'utf8').replace("import './fault.js';\n", '');
  writeFileSync(join(browser.folder, 'fault.js'), fault);
  writeFileSync(loader, `import './fault.js';\n${own}`);
  await browser.update();
}
