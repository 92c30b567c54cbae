import type { Page } from 'puppeteer-core';
import { inFirefoxItself, type TestBrowser } from './launch.ts';
import { until } from './until.ts';

/** Collects what our own scripts throw. */
export interface OurErrors {
  /** From before the page is opened. */
  watch(page: Page): Promise<void>;
  /** The background as well, until the answer is called: one that is watched does not start again after a stop. In Firefox it always is. */
  watchBackground(): Promise<() => Promise<void>>;
  /** Those since the last time. */
  list(): Promise<readonly string[]>;
}

/** Watches the pages of a browser for faults of ours; those of the pages themselves are left out. */
export function watchOurErrors(browser: TestBrowser): OurErrors {
  const seen: string[] = [];
  return {
    async watch(page) {
      if (browser.kind === 'firefox') return;
      const session = await page.createCDPSession();
      session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
        const { url, stackTrace, exception, text } = exceptionDetails;
        const urls = [url, ...(stackTrace?.callFrames ?? []).map((frame) => frame.url)];
        if (urls.some((one) => one?.startsWith(browser.extensionOrigin))) seen.push(exception?.description ?? text);
      });
      await session.send('Runtime.enable');
    },
    async watchBackground() {
      if (browser.kind === 'firefox') return async () => {};
      const target = await until('the background runs', () =>
        browser.puppeteer
          .targets()
          .find((one) => one.type() === 'service_worker' && one.url().startsWith(browser.extensionOrigin)),
      );
      const session = await target.createCDPSession();
      session.on('Runtime.exceptionThrown', ({ exceptionDetails: { exception, text } }) => {
        seen.push(exception?.description ?? text);
      });
      await session.send('Runtime.enable');
      return () => session.detach();
    },
    async list() {
      if (browser.kind !== 'firefox') return seen.splice(0);
      const origin = JSON.stringify(`${browser.extensionOrigin}/`);
      const found = await inFirefoxItself(
        browser.puppeteer,
        `{
          const all = Services.console.getMessageArray();
          Services.console.reset();
          JSON.stringify(all
            .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
            .filter((one) => (one.sourceName ?? '').startsWith(${origin}))
            .map((one) => one.errorMessage + ' ' + one.sourceName + ':' + one.lineNumber))
        }`,
      );
      // The browser's own note about a frame that is gone before its question was answered: nobody can do anything about it.
      return (JSON.parse(found) as readonly string[]).filter((text) => !/after context unloaded/.test(text));
    },
  };
}
