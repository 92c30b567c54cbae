import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPages } from './churn/build-pages.ts';
import type { Saved } from './churn/editors.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { findButton, findNumber, numbersOn } from './harness/numbers.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
import { SAMPLED_KINDS } from './harness/sample.ts';
import { importSettings } from './harness/set-up.ts';
import { until } from './harness/until.ts';

const EDITORS = ['bare', 'ckeditor', 'codemirror', 'prosemirror', 'quill'] as const;
const isFull = process.env.PAGEDIAL_FULL === '1';
const EVERYWHERE = { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } } as const;
const NUMBER = '+16175550101';
/** The document's own listeners and those of the overlay. */
const MOST_LISTENERS = 10;

/** Numbers of every kind, with all that a page measures of itself. */
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contacts</title>
<style>html { height: 100% } body { min-height: 100%; margin: 0; padding: 8px } .box { height: 60px; overflow: auto } td { padding: 0 6px }</style></head>
<body><h1>Contacts</h1><p>Ann: +1 617 555 0101, or <b>(617)</b> 555-0102</p>
<table><tr><th>Name</th><th>Phone</th></tr>${Array.from({ length: 30 }, (_, i) => `<tr><td>Row ${i}</td><td>617-555-01${i + 10}</td></tr>`).join('')}</table>
<p><a href="tel:+16175550103">Call us</a> <input value="+1 617 555 0104"> Fax 617-555-0105</p>
<div class="box"><p>Notes</p><p>Back desk 617-555-0106</p><p>More</p><p>More</p></div>
<textarea id="paste"></textarea><div id="rich" contenteditable="true"></div></body></html>`;

let server: PageServer;
beforeAll(async () => {
  const { folder } = await buildPages();
  server = await startPageServer(folder);
});
afterAll(() => server?.close());

describe.each(SAMPLED_KINDS)('in %s with PageDial and without', (kind) => {
  let browser: TestBrowser;
  let bare: TestBrowser;
  beforeAll(async () => {
    browser = await launch(kind);
    bare = await launch(kind, { extension: 'none' });
    await importSettings(browser, EVERYWHERE);
  });
  afterAll(async () => {
    await browser?.close();
    await bare?.close();
  });

  test('a page is, measures, selects, copies, finds and prints the same', { timeout: 60_000 }, async () => {
    const url = server.add('/contacts', PAGE);
    const page = await browser.open(url);
    await findButton(browser, page, NUMBER);
    await until('the numbers are marked', () => page.evaluate(() => CSS.highlights.size > 0));
    const alone = await bare.open(url);

    for (const ask of [readPage, findInPage]) expect(await page.evaluate(ask)).toEqual(await alone.evaluate(ask));
    expect(await copyAll(page)).toEqual(await copyAll(alone));
    await expectSamePrint(page, alone);
    if (kind === 'chromium')
      expect((await listenersOf(page)) - (await listenersOf(alone))).toBeLessThanOrEqual(MOST_LISTENERS);

    const outside = () => page.evaluate(() => document.documentElement.childElementCount);
    expect(await outside()).toBe(3);
    await importSettings(browser, { ...EVERYWHERE, sites: { mode: 'except', hosts: ['127.0.0.1'] } });
    await until('nothing of ours is left', async () => (await outside()) === 2);
    expect(await page.evaluate(() => CSS.highlights.size + document.adoptedStyleSheets.length)).toBe(0);
    await importSettings(browser, EVERYWHERE);
    await Promise.all([page.close(), alone.close()]);
  });

  const editors = EDITORS.filter((name) => isFull || kind === 'chromium' || name === 'bare' || name === 'ckeditor');
  test.each(editors)('an editor saves exactly what the user wrote: %s', { timeout: 60_000 }, async (editor) => {
    const url = server.add(`/edit-${editor}`, pageFor(editor));
    const [page, alone] = await Promise.all([browser.open(url), bare.open(url)]);
    await findNumber(browser, page, '+16175550100');

    const [saved, wanted] = await Promise.all([write(page, editor), write(alone, editor)]);

    const known = (await numbersOn(browser, page)).flatMap((frame) => frame.numbers.map(({ e164 }) => e164));
    expect(wanted.text).toContain('+1 617 555 0191');
    expect(saved).toEqual(wanted);
    // What is being written is left alone; the text around it is not.
    expect(known).toEqual(['+16175550100']);
    await Promise.all([page.close(), alone.close()]);
  });
});

/** All a script of the page can read of its body, of the selection, and of what scrolls. */
function readPage(): object {
  const shape = (node: Node): unknown => [node.nodeName, [...node.childNodes].map(shape)];
  const selection = getSelection();
  selection?.selectAllChildren(document.body);
  const selected = String(selection);
  selection?.removeAllRanges();
  const { scrollWidth, scrollHeight } = document.documentElement;
  return {
    html: document.body.innerHTML,
    text: document.body.innerText,
    content: document.body.textContent,
    shape: JSON.stringify(shape(document.body)),
    attributes: [...document.documentElement.attributes, ...document.body.attributes].map(({ name }) => name),
    selected,
    size: [scrollWidth, scrollHeight, document.body.scrollHeight],
    focused: document.activeElement?.localName,
  };
}

/** Every place the browser's own search finds. */
function findInPage(): readonly string[] {
  const { find } = window as unknown as { find(text: string): boolean };
  const places: string[] = [];
  getSelection()?.removeAllRanges();
  for (const text of ['617', 'Call', '0101, or (617)']) {
    while (places.length < 200 && find(text)) {
      const range = getSelection()?.getRangeAt(0);
      places.push(`${range?.startContainer.parentElement?.localName} ${range?.startOffset} ${range?.toString()}`);
    }
    getSelection()?.removeAllRanges();
  }
  return places;
}

/** The whole page through the clipboard, as text and as rich text. */
async function copyAll(page: Page): Promise<object> {
  await page.bringToFront();
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    getSelection()?.selectAllChildren(document.body);
  });
  await withKey(page, 'Control', 'c');
  for (const place of ['#paste', '#rich']) {
    await page.focus(place);
    await withKey(page, 'Control', 'v');
  }
  return page.evaluate(() => {
    const text = document.querySelector<HTMLTextAreaElement>('#paste');
    const rich = document.querySelector('#rich');
    const copied = { text: text?.value, html: rich?.innerHTML };
    if (text) text.value = '';
    rich?.replaceChildren();
    return copied;
  });
}

/**
 * The pages on paper, drawn where the browser draws highlighted text in pieces (Chromium, at the same places), else as files. Firefox
 * prints the minute as well, so two prints may fall on both sides of it.
 */
async function expectSamePrint(page: Page, alone: Page): Promise<void> {
  let both: readonly string[] = [];
  for (let tries = 0; tries < 3 && (both.length === 0 || both[0] !== both[1]); tries += 1) {
    both = await Promise.all([page, alone].map(printed));
  }
  expect(both[0] === both[1], 'prints are the same').toBe(true);
}

async function printed(page: Page): Promise<string> {
  const kind = await page.browser().version();
  if (/firefox/i.test(kind)) {
    const pdf = Buffer.from(await page.pdf()).toString('latin1');
    return pdf.replace(/\/(?:CreationDate|ModDate) ?\([^)]*\)|\/ID ?\[[^\]]*\]/g, '');
  }
  await page.bringToFront();
  await page.emulateMediaType('print');
  const picture = await page.screenshot({ encoding: 'base64', fullPage: true });
  await page.emulateMediaType(undefined);
  return picture;
}

async function listenersOf(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  // The browser counts those that were taken away until it collects them.
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
  return (await page.metrics()).JSEventListeners ?? Number.NaN;
}

function pageFor(editor: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${editor}</title></head>
    <body><p>Ticket of +1 617 555 0100</p><div id="editor"></div></body></html>`;
}

/** Writes as people do: lines, corrections, a part cut out and put back elsewhere, a step taken back. */
async function write(page: Page, editor: string): Promise<Saved> {
  // As text, since Vitest rewrites imports in functions.
  await page.evaluate(`import('/editors.js').then(({ startEditor }) => startEditor('${editor}'))`);
  const { keyboard } = page;
  await keyboard.type('Call Ann at (617) 555-0190');
  await keyboard.press('Enter');
  await keyboard.type('or +1 617 555 0192');
  await keyboard.press('Backspace');
  await keyboard.type('1');
  // Time for whoever marks numbers in editors.
  await new Promise((resolve) => setTimeout(resolve, 300));
  await keyboard.type(' today');
  for (let i = 0; i < 5; i += 1) await withKey(page, 'Shift', 'ArrowLeft');
  // Some editors learn of a selection a little later.
  await new Promise((resolve) => setTimeout(resolve, 200));
  await withKey(page, 'Control', 'x');
  await keyboard.type('tomorrow ');
  await withKey(page, 'Control', 'v');
  await keyboard.press('Enter');
  await keyboard.type('Fax 617-555-0193');
  await new Promise((resolve) => setTimeout(resolve, 300));
  // What one step back takes is a matter of time: there and back again must lead to the same.
  for (const redo of [false, false, true, true]) {
    if (redo) await page.keyboard.down('Shift');
    await withKey(page, 'Control', 'z');
    if (redo) await page.keyboard.up('Shift');
  }
  return page.evaluate(() => (window as unknown as { readonly save: () => Saved }).save());
}

async function withKey(page: Page, held: 'Shift' | 'Control', key: 'ArrowLeft' | 'c' | 'x' | 'v' | 'z'): Promise<void> {
  await page.keyboard.down(held);
  await page.keyboard.press(key);
  await page.keyboard.up(held);
}
