import type { Page } from 'puppeteer-core';
import { startVodia, type VodiaOptions, type VodiaSimulator } from '../../simulators/vodia.ts';
import type { BrowserKind } from '../../tools/browsers.ts';
import { type LaunchOptions, launch, type TestBrowser } from './launch.ts';
import { strayIn, watchNumber } from './leaks.ts';
import { type PageServer, startPageServer } from './page-server.ts';
import { forgetCalls, importSettings, readState, type SettingsFile, untilOnline } from './set-up.ts';
import { until } from './until.ts';

/** Extension and password of the agent in the simulator. */
export const AGENT = { extension: '45', password: 's3cret-45' };

/** The only request with the password in its body. */
const LOGIN_PATH = '/rest/system/session';

/** A desk as an agent has it: a browser with PageDial set up, a PBX, and pages to call from. */
export interface Office {
  readonly browser: TestBrowser;
  readonly pbx: VodiaSimulator;
  readonly pages: PageServer;
  /** Opens a page that holds this HTML in its body. */
  show(body: string, head?: string): Promise<Page>;
  /** Ends what is left of a test: calls at the PBX and open tabs. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

export interface OfficeOptions {
  readonly pbx?: VodiaOptions;
  /** Last touches to the simulator, before PageDial knows of it. */
  readonly prepare?: (pbx: VodiaSimulator) => void;
  readonly launch?: LaunchOptions;
  /** Changes to the settings, e.g. another password. */
  readonly settings?: (good: SettingsFile, pbx: VodiaSimulator) => SettingsFile;
  /** False where the connection is meant to fail. */
  readonly isOnline?: boolean;
}

/** Opens an office; close it when done. */
export async function openOffice(kind: BrowserKind, options: OfficeOptions = {}): Promise<Office> {
  const pbx = await startVodia(options.pbx);
  const pages = await startPageServer();
  const browser = await launch(kind, options.launch);
  let pageCount = 0;
  const tabs = new Set<Page>();
  const office: Office = {
    browser,
    pbx,
    pages,
    async show(body, head = '') {
      const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>${head}</head><body>${body}</body></html>`;
      const page = await browser.open(pages.add(`/page-${++pageCount}`, html));
      tabs.add(page);
      return page;
    },
    async tidy() {
      for (const { number } of pbx.places()) watchNumber(number);
      await browser.lookForLeaks();
      await Promise.all([...tabs].map((tab) => tab.close().catch(() => undefined)));
      tabs.clear();
      for (const call of pbx.engine.live()) pbx.engine.end(call, 'completed', 'system');
      await until('the extension has seen every call end', async () =>
        ((await readState(browser))?.calls ?? []).every((call) => call.state.phase === 'ended'),
      );
      const calls = (await readState(browser))?.calls ?? [];
      if (calls.length > 0) await forgetCalls(browser);
    },
    async close() {
      for (const { number } of pbx.places()) watchNumber(number);
      try {
        await browser.close();
      } finally {
        await Promise.all([pages.close(), pbx.close()]);
      }
      const stray = strayIn(pbx.journal, (_method, path) => path === LOGIN_PATH);
      if (stray.length > 0) throw new Error(`A secret was sent outside a login: ${stray.join(', ')}`);
    },
  };
  try {
    const good = settingsFor(pbx);
    options.prepare?.(pbx);
    await importSettings(browser, options.settings?.(good, pbx) ?? good);
    if (options.isOnline !== false) await untilOnline(browser);
    return office;
  } catch (error) {
    await office.close();
    throw error;
  }
}

/** The settings file of an agent of this PBX. */
export function settingsFor(pbx: VodiaSimulator): SettingsFile {
  return {
    pagedial: 1,
    account: {
      vendor: 'vodia',
      values: { server: pbx.origin, domain: pbx.tenant, user: AGENT.extension, password: AGENT.password },
    },
    country: 'US',
    sites: { mode: 'everywhere', hosts: [] },
    dialing: { numberFormat: 'e164', outsideLine: '' },
  };
}
