import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { launch } from './harness/launch.ts';
import { watchNumber, watchValues } from './harness/leaks.ts';
import { numbersOn } from './harness/numbers.ts';
import { startPageServer } from './harness/page-server.ts';
import { until } from './harness/until.ts';

const NUMBER = '+16175550161';
const SECRETS = { token: 'canary-console', password: 'canary-storage', relayToken: 'canary-document' };

/** Every other suite relies on it: each browser that closes is searched like this. */
test.each(BROWSER_KINDS)('a build that gives secrets and numbers away is found out in %s', async (kind) => {
  watchValues(SECRETS);
  watchNumber(NUMBER);
  const pages = await startPageServer();
  const browser = await launch(kind);
  try {
    const address = pages.add('/', '<!doctype html><html lang="en"><title>Leaky</title><p>Some page</p></html>');
    add(browser.folder, backgroundOf(browser.folder), [
      `console.log('${SECRETS.token}')`,
      `chrome.storage.local.set({ leaked: '${SECRETS.password}' })`,
    ]);
    const leaks = [
      `document.documentElement.setAttribute('data-dialled', '${NUMBER}')`,
      `document.body.append('${SECRETS.relayToken}')`,
      `fetch('/told?number=' + encodeURIComponent('${NUMBER}'))`,
    ];
    // Our script runs before there is a body, or long after.
    add(browser.folder, 'content.js', [
      `const leak = () => { ${leaks.join(';')} }`,
      `if (document.body) leak(); else addEventListener('DOMContentLoaded', leak)`,
    ]);
    await browser.update();
    const page = await browser.open(address);
    await until('the content script is there', async () => (await numbersOn(browser, page)).length > 0);
    await until('the leak is there', () => page.$('[data-dialled]'));

    const failure = await browser.close().then(
      () => 'nothing',
      (error: Error) => error.message,
    );

    expect(failure).toContain(`the document of ${address}`);
    expect(failure).toContain(`what was added to ${address}`);
    expect(failure).toContain('storage.local');
    expect(failure).toMatch(kind === 'chromium' ? /chrome_debug\.log/ : /the console/);
    expect(failure).toContain('what a page server was asked');
    for (const secret of Object.values(SECRETS)) expect(failure).not.toContain(secret);
  } finally {
    await browser.close();
    await pages.close();
  }
});

function backgroundOf(folder: string): string {
  const { background } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  return background.service_worker ?? background.scripts[0];
}

function add(folder: string, file: string, statements: readonly string[]): void {
  appendFileSync(join(folder, file), `\n;${statements.join(';')};\n`);
}
