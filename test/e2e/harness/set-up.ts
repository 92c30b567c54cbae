import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer-core';
import type { AppState } from '../../../src/core/update.ts';
import { CACHE } from '../../tools/project.ts';
import type { TestBrowser } from './launch.ts';
import { watchValues } from './leaks.ts';
import { until } from './until.ts';

/** A settings file, as described in architecture.md under "What must stay stable". */
export interface SettingsFile {
  readonly pagedial: 1;
  readonly account?: { readonly vendor: string; readonly values: Readonly<Record<string, string>> };
  readonly country?: string;
  readonly sites?: { readonly mode: 'everywhere' | 'only' | 'except'; readonly hosts: readonly string[] };
  readonly dialing?: { readonly numberFormat: 'e164' | 'digits' | 'national'; readonly outsideLine: string };
}

/** Configures the extension the way an administrator's roll-out does: a settings file through the options page's own input. */
export async function importSettings(browser: TestBrowser, settings: SettingsFile): Promise<void> {
  watchValues(settings.account?.values);
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'settings-'));
  const file = join(folder, 'pagedial-settings.json');
  writeFileSync(file, JSON.stringify(settings));
  const page = await browser.openOwnPage('options');
  try {
    const input = await until('the options page has its file input', () => fileInput(page));
    await input.uploadFile(file);
    await until('the settings are taken', () => hasTaken(browser, settings));
  } finally {
    await page.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until the background says it is connected to the PBX. */
export async function untilOnline(browser: TestBrowser): Promise<void> {
  await until('the PBX connection is up', async () => (await readState(browser))?.connection.status === 'online');
}

/** The saved state, as the popup reads it. For waiting; what users see is asserted in the popup itself. */
export function readState(browser: TestBrowser): Promise<AppState | undefined> {
  return browser.inExtension(async () => (await chrome.storage.session.get('state')).state as AppState | undefined);
}

/** Empties the extension's memory of calls, so that what it limits per minute starts anew. */
export async function forgetCalls(browser: TestBrowser): Promise<void> {
  await browser.stopBackground();
  await browser.inExtension(async () => {
    const { state } = await chrome.storage.session.get('state');
    await chrome.storage.session.set({ state: { ...(state as object), calls: [] } });
    await chrome.runtime.sendMessage({ type: 'page/settings', payload: {} });
  });
  await untilOnline(browser);
}

async function fileInput(page: Page): Promise<ElementHandle<HTMLInputElement> | null> {
  return (await page.$('input[type=file]')) as ElementHandle<HTMLInputElement> | null;
}

function hasTaken(browser: TestBrowser, wanted: SettingsFile): Promise<boolean> {
  return browser.inExtension(
    async (vendor, at, country) => {
      const { settings } = (await chrome.storage.local.get('settings')) as {
        settings?: { account?: { vendor: string; values: { server?: string; profile?: string } }; country: string };
      };
      if (!settings) return false;
      const { account } = settings;
      const place = account?.values.server ?? account?.values.profile ?? '';
      const isThere = vendor === '' || (account?.vendor === vendor && place === at);
      return isThere && (country === '' || settings.country === country);
    },
    wanted.account?.vendor ?? '',
    wanted.account?.values.server ?? wanted.account?.values.profile ?? '',
    wanted.country ?? '',
  );
}
