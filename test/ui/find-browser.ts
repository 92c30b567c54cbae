import { existsSync } from 'node:fs';
import puppeteer, { type Browser } from 'puppeteer-core';

const PLACES = {
  chrome: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome'],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
} as const;

export type BrowserKind = keyof typeof PLACES;

/** Where the browser is installed; undefined when it is not. `CHROME_PATH` and `FIREFOX_PATH` win. */
export function findBrowser(kind: BrowserKind): string | undefined {
  const told = process.env[kind === 'chrome' ? 'CHROME_PATH' : 'FIREFOX_PATH'];
  return [...(told ? [told] : []), ...PLACES[kind]].find((path) => existsSync(path));
}

/** A fresh browser without a window, light or dark. */
export function launch(kind: BrowserKind, executablePath: string, isDark: boolean): Promise<Browser> {
  return kind === 'chrome'
    ? puppeteer.launch({
        executablePath,
        headless: true,
        args: [
          // Chromium refuses its sandbox to root.
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          ...(isDark ? ['--force-dark-mode', '--blink-settings=preferredColorScheme=0'] : []),
        ],
      })
    : puppeteer.launch({
        browser: 'firefox',
        executablePath,
        headless: true,
        extraPrefsFirefox: { 'layout.css.prefers-color-scheme.content-override': isDark ? 0 : 1 },
      });
}
