import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Stage } from '../ui/browser-stub.ts';
import { type BrowserKind, findBrowser, launch } from '../ui/find-browser.ts';
import { type PageStage, startPageStage } from '../ui/page-stage.ts';
import { CONFIRM_STATES, OPTIONS_STATES, POPUP_STATES } from '../ui/states.ts';

/** A folder for pictures of every state, for people who want to look; none are taken without it. */
const SHOTS = process.env.PAGE_SHOTS;
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly string[];
}

let stage: PageStage;
beforeAll(async () => {
  stage = await startPageStage();
});
afterAll(() => stage?.close());

for (const kind of ['chrome', 'firefox'] as const satisfies readonly BrowserKind[]) {
  const path = findBrowser(kind);
  for (const isDark of [false, true]) {
    describe.skipIf(path === undefined)(`${kind}, ${isDark ? 'dark' : 'light'}`, () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await launch(kind, path ?? '', isDark);
      });
      afterAll(() => browser?.close());

      for (const [name, setting] of Object.entries(POPUP_STATES)) {
        test.each([320, 360])(`the popup is readable and fits when ${name}, %i px wide`, async (width) => {
          const page = await stage.open(browser, 'popup', setting, width);
          await expectSound(page, `${kind}-popup-${name}-${width}-${isDark ? 'dark' : 'light'}`, width === 360);
        });
      }
      for (const [name, setting] of Object.entries(CONFIRM_STATES)) {
        test.each([320, 440])(`the question is readable and fits when ${name}, %i px wide`, async (width) => {
          const page = await stage.open(browser, 'confirm', setting, width);
          await expectSound(page, `${kind}-confirm-${name}-${width}-${isDark ? 'dark' : 'light'}`, width === 440);
        });
      }
      for (const [name, setting] of Object.entries(OPTIONS_STATES)) {
        test.each([320, 1280])(`the options are readable and fit when ${name}, %i px wide`, async (width) => {
          const page = await stage.open(browser, 'options', setting, width);
          if (name === 'failing-test') {
            await page.evaluate(() => {
              for (const button of document.querySelectorAll('button'))
                if (button.textContent === 'Test connection') button.click();
            });
            await page.waitForSelector('.test-failed');
          }
          await expectSound(page, `${kind}-options-${name}-${width}-${isDark ? 'dark' : 'light'}`, width === 1280);
        });
      }
    });
  }
}

/** Nothing sticks out, nothing is unreadable or unnamed, nothing went wrong. */
async function expectSound(page: Page, name: string, withAxe: boolean): Promise<void> {
  await page.evaluate(() => new Promise((done) => setTimeout(done, 30)));
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`) as `${string}.png`, fullPage: true });
  expect(await page.evaluate(listOverflows)).toEqual([]);
  expect(await page.evaluate(() => (globalThis as unknown as { stage: Stage }).stage.problems)).toEqual([]);
  if (withAxe) expect(await runAxe(page)).toEqual([]);
  await page.close();
}

function listOverflows(): string[] {
  const root = document.documentElement;
  const sideways = root.scrollWidth > root.clientWidth ? [`page ${root.scrollWidth} > ${root.clientWidth}`] : [];
  const parts = [...document.body.querySelectorAll('*')].filter((part) => {
    const { overflowX, display } = getComputedStyle(part);
    const isInput = part instanceof HTMLInputElement || part instanceof HTMLSelectElement;
    return (
      display !== 'inline' &&
      overflowX !== 'auto' &&
      !isInput &&
      part.clientWidth > 0 &&
      part.scrollWidth > part.clientWidth + 1
    );
  });
  return [...sideways, ...parts.map((part) => `${part.tagName}.${part.getAttribute('class')}`)];
}

async function runAxe(page: Page): Promise<readonly Finding[]> {
  const source = await import('node:fs/promises').then(({ readFile }) => readFile(AXE, 'utf8'));
  await page.evaluate(source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string | null; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 160)) }));
  });
}
