import type { Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Box } from '../../src/messaging/protocol.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { findButton, findNumber, numbersOn } from './harness/numbers.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
import { SAMPLED_KINDS } from './harness/sample.ts';
import { importSettings } from './harness/set-up.ts';
import { rest, until } from './harness/until.ts';

/** In Firefox what it does in a way of its own; the rest in the full run. */
const IN_FIREFOX = /zooms|resized|font|slides|animation/;
const isFull = process.env.PAGEDIAL_FULL === '1';
const NUMBER = '+16175550142';
const LINE = '<p>Office: <span id="n">+1 617 555 0142</span></p>';
const TALL = '<div style="height:900px">Much text</div>';

/** What pages do, after which the button stands beside its number as before. */
const MOVES: readonly (readonly [string, string, (page: Page) => Promise<unknown>])[] = [
  ['the page scrolls', `${LINE}${TALL}${TALL}`, (page) => page.evaluate(() => scrollTo(0, 12))],
  [
    'an inner list scrolls',
    `<div id="list" style="height:200px;overflow:auto">${LINE.repeat(1)}${TALL}</div>`,
    (page) => page.evaluate(() => document.querySelector('#list')?.scrollTo(0, 9)),
  ],
  [
    'the page zooms itself',
    LINE,
    (page) => page.evaluate(() => document.documentElement.style.setProperty('zoom', '1.4')),
  ],
  [
    'the page scales itself',
    LINE,
    (page) =>
      page.evaluate(() => document.documentElement.setAttribute('style', 'transform:scale(0.8);transform-origin:0 0')),
  ],
  [
    'the window is resized',
    `<div style="text-align:center">${LINE}</div>`,
    (page) => page.setViewport({ width: 700, height: 500 }),
  ],
  [
    'a font comes late',
    `<style>#n { font: 20px Late, serif }</style>${LINE}`,
    (page) =>
      page.evaluate(async () => {
        const font = new FontFace('Late', 'local("DejaVu Sans Mono"), local("Liberation Mono")');
        document.fonts.add(font);
        await font.load().catch(() => undefined);
      }),
  ],
  [
    'a panel slides',
    `<div id="panel" style="transition:transform .3s">${LINE}</div>`,
    (page) =>
      page.evaluate(() =>
        document.querySelector<HTMLElement>('#panel')?.style.setProperty('transform', 'translate(150px,60px)'),
      ),
  ],
  [
    'an animation ends',
    `<style>@keyframes in { from { margin-top: 0 } to { margin-top: 90px } } .in { animation: in .3s forwards }</style><div id="panel">${LINE}</div>`,
    (page) => page.evaluate(() => document.querySelector('#panel')?.classList.add('in')),
  ],
  [
    'a section above is opened',
    `<details><summary>More</summary>${'<p>Text</p>'.repeat(5)}</details>${LINE}`,
    (page) => page.evaluate(() => document.querySelector('details')?.setAttribute('open', '')),
  ],
];

/** What hides a number, and with it its button. */
const HIDINGS: readonly (readonly [string, string])[] = [
  ['something over it', 'position:fixed;inset:0;background:#eee'],
  ['a bar over it', 'position:fixed;top:0;left:0;right:0;height:200px;background:#eee'],
];

describe.each(SAMPLED_KINDS)('a call button in %s', (kind) => {
  let browser: TestBrowser;
  let server: PageServer;
  let page: Page;
  let count = 0;

  beforeAll(async () => {
    server = await startPageServer();
    browser = await launch(kind);
    await importSettings(browser, { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } });
  });
  afterEach(() => page?.close());
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const moves = MOVES.filter(([what]) => isFull || kind === 'chromium' || IN_FIREFOX.test(what));
  test.each(moves)('stands beside its number after %s', async (_what, body, move) => {
    await show(body);
    await findButton(browser, page, NUMBER);
    const before = await page.evaluate(() => JSON.stringify(document.querySelector('#n')?.getBoundingClientRect()));
    await move(page);
    await rest(350);

    await untilBeside();
    const after = await page.evaluate(() => JSON.stringify(document.querySelector('#n')?.getBoundingClientRect()));
    expect(after).not.toBe(before);
  });

  test.each(HIDINGS)('goes while there is %s, and comes back', async (_what, style) => {
    await show(LINE);
    await findButton(browser, page, NUMBER);
    await page.evaluate((style) => {
      const cover = document.createElement('div');
      cover.id = 'cover';
      cover.setAttribute('style', style);
      document.body.append(cover);
    }, style);
    await until('the button is gone', async () => !(await buttonOf()));
    await page.evaluate(() => document.querySelector('#cover')?.remove());
    await untilBeside();
  });

  test('goes while its number is clipped by what scrolls around it', async () => {
    await show(`<div id="list" style="height:80px;overflow:auto"><p>Top</p>${LINE}${TALL}</div>`);
    await findButton(browser, page, NUMBER);
    await page.evaluate(() => document.querySelector('#list')?.scrollTo(0, 300));
    await until('the button is gone', async () => !(await buttonOf()));
  });

  test('is not needed to see a call link: it is marked where its author took the line from under it', async () => {
    await show(
      '<p><a href="tel:+16175550143" style="text-decoration:none">617 555 0143</a></p><p><a href="tel:+16175550144">617 555 0144</a></p>' +
        `<p><a href="tel:+16175550145" style="text-decoration:none">Call us</a></p>${LINE}`,
    );
    await findButton(browser, page, NUMBER);
    const marked = () =>
      page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)).sort());
    await until('what needs a mark has one', async () => (await marked()).length >= 2);
    expect(await marked()).toEqual(['+1 617 555 0142', '617 555 0143']);
  });

  test('is there in a full-screen element', async () => {
    await show(
      `<div id="stage" style="background:#fff"><button onclick="stage.requestFullscreen()">Full</button>${LINE}</div>`,
    );
    await findButton(browser, page, NUMBER);
    await page.click('button');
    await until('the stage fills the screen', () => page.evaluate(() => document.fullscreenElement !== null));
    await until('our host is inside', () =>
      page.evaluate(() => document.querySelector('#stage')?.childElementCount === 3),
    );
    await untilBeside();
    await page.evaluate(() => document.exitFullscreen());
    await until('nothing of ours is left in it', () =>
      page.evaluate(() => document.querySelector('#stage')?.childElementCount === 2),
    );
  });

  test('is reached with Tab after the page, and says whom it calls', async () => {
    await show(`<p><a href="#x">First</a></p>${LINE}`);
    await findButton(browser, page, NUMBER);
    await page.focus('a');
    await page.keyboard.press('Tab');

    const focused = await focusedOfOurs();
    expect(focused.name.replace(/[\u2066\u2069]/g, '')).toBe('Call +1 617 555 0142');
    expect(focused.outline).toMatch(/solid/);
  });

  async function show(body: string): Promise<void> {
    count += 1;
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title></head><body>${body}</body></html>`;
    page = await browser.open(server.add(`/page-${count}`, html));
  }

  async function buttonOf(): Promise<Box | undefined> {
    const frames = await numbersOn(browser, page);
    return frames.flatMap(({ numbers }) => numbers).find(({ e164 }) => e164 === NUMBER)?.button;
  }

  async function untilBeside(): Promise<void> {
    await until('the button is beside its number', async () => {
      const { rect, button } = await findNumber(browser, page, NUMBER);
      if (!button) return false;
      const isLevel = Math.abs(button.y + button.height / 2 - (rect.y + rect.height / 2)) <= 3;
      const gap = button.x - (rect.x + rect.width);
      return isLevel && gap > -1 && gap < 8 && Math.abs(button.width - 24) < 1;
    });
  }

  /** Name and outline of the button of ours that has the focus. */
  async function focusedOfOurs(): Promise<{ readonly name: string; readonly outline: string }> {
    return browser.inExtension(async (url: string) => {
      const tabId = (await chrome.tabs.query({})).filter((tab) => tab.url === url).at(-1)?.id ?? -1;
      const [answer] = await chrome.scripting.executeScript({
        target: { tabId },
        func: () => {
          type Opener = (element: Element) => ShadowRoot | null;
          const { dom } = chrome as unknown as { readonly dom?: { readonly openOrClosedShadowRoot: Opener } };
          const host = document.activeElement as Element & { readonly openOrClosedShadowRoot?: ShadowRoot };
          const root = dom?.openOrClosedShadowRoot(host) ?? host.openOrClosedShadowRoot;
          const button = root?.activeElement;
          const disc = button?.firstElementChild;
          return {
            name: button?.getAttribute('aria-label') ?? '',
            outline: disc ? getComputedStyle(disc).outlineStyle : '',
          };
        },
      });
      return answer?.result as { readonly name: string; readonly outline: string };
    }, page.url());
  }
});
