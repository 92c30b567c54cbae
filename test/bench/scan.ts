import type { Page } from 'puppeteer-core';
import { launch, type TestBrowser } from '../e2e/harness/launch.ts';
import { numbersOn } from '../e2e/harness/numbers.ts';
import { startPageServer } from '../e2e/harness/page-server.ts';
import { importSettings } from '../e2e/harness/set-up.ts';
import { rest } from '../e2e/harness/until.ts';
import { type Figure, figureOf } from './median.ts';
import { page, tablePage } from './pages.ts';
import { walkBarely } from './strain.ts';
import { traceScript } from './trace.ts';

const ROWS = 5_000;
const TABLE_RUNS = 5;
const PLAIN_RUNS = 9;
const WALK_RUNS = 9;
/** Nobody asks the page meanwhile: asking costs time on it too. */
const READ_WITHIN_MS = 3_000;

export interface ScanFigures {
  readonly table: {
    readonly cells: number;
    readonly numbersFound: number;
    /** Until every number is known, with the layouts our script forced. */
    readonly scriptMs: Figure;
    readonly longestTaskMs: Figure;
    /** Reading every text node's data and testing it for a digit, in the same page. */
    readonly bareWalkMs: Figure;
    readonly ratioToBareWalk: number;
    readonly addedElements: number;
    /** Listeners in the page's process, compared with the same page without the extension. */
    readonly addedListeners: number;
  };
  readonly pageWithoutNumbers: {
    readonly readyAfterDomContentLoadedMs: Figure;
    readonly scriptMs: Figure;
    readonly addedElements: number;
    readonly addedListeners: number;
  };
}

/** Measures the content script in Chromium: a large table, and a page that holds no number. */
export async function measureScan(): Promise<ScanFigures> {
  const server = await startPageServer();
  const tableUrl = server.add('/table', tablePage(ROWS));
  const plainUrl = server.add('/plain', plainPage());
  const browser = await launch('chromium');
  const bare = await launch('chromium', { extension: 'none' });
  try {
    await importSettings(browser, { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } });
    const table = await measurePage(browser, tableUrl, TABLE_RUNS);
    const plain = await measurePage(browser, plainUrl, PLAIN_RUNS);
    const bareTable = await countListeners(bare, tableUrl);
    const barePlain = await countListeners(bare, plainUrl);
    const walk = figureOf(table.walks);
    const script = figureOf(table.traces.map((trace) => trace.scriptMs));
    return {
      table: {
        cells: ROWS * 6,
        numbersFound: table.numbers,
        scriptMs: script,
        longestTaskMs: figureOf(table.traces.map((trace) => trace.longestTaskMs)),
        bareWalkMs: walk,
        ratioToBareWalk: Math.round((script.median / walk.median) * 10) / 10,
        addedElements: table.addedElements,
        addedListeners: table.listeners - bareTable,
      },
      pageWithoutNumbers: {
        readyAfterDomContentLoadedMs: figureOf(plain.traces.map((trace) => trace.readyAfterMs)),
        scriptMs: figureOf(plain.traces.map((trace) => trace.scriptMs)),
        addedElements: plain.addedElements,
        addedListeners: plain.listeners - barePlain,
      },
    };
  } finally {
    await Promise.all([browser.close(), bare.close(), server.close()]);
  }
}

async function measurePage(browser: TestBrowser, url: string, runs: number) {
  const traces = [];
  const walks: number[] = [];
  let last = { numbers: 0, addedElements: 0, listeners: 0 };
  for (let run = 0; run < runs; run++) {
    const page = await browser.puppeteer.newPage();
    const trace = await traceScript(page, browser.extensionOrigin, async () => {
      await page.goto(url);
      await rest(READ_WITHIN_MS);
    });
    const [frame] = await numbersOn(browser, page);
    if (!frame?.complete) throw new Error(`${url} was not read within ${READ_WITHIN_MS} ms`);
    const numbers = frame.numbers.length;
    traces.push(trace);
    walks.push(...(await walkBarely(page, WALK_RUNS)));
    last = { numbers, addedElements: await countAdded(page), listeners: await listenersOf(page) };
    await page.close();
  }
  return { traces, walks, ...last };
}

/** Elements we put into the document: all that is neither head nor body nor in them, with what their shadow roots hold. */
async function countAdded(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  const { result } = await session.send('Runtime.evaluate', {
    expression:
      '[...document.documentElement.children].filter((child) => child !== document.head && child !== document.body)',
  });
  const { result: properties } = await session.send('Runtime.getProperties', {
    objectId: result.objectId ?? '',
    ownProperties: true,
  });
  let count = 0;
  for (const { name, value } of properties) {
    if (!/^\d+$/.test(name) || !value?.objectId) continue;
    const { node } = await session.send('DOM.describeNode', { objectId: value.objectId, depth: -1, pierce: true });
    count += countElements(node as DomNode);
  }
  await session.detach();
  return count;
}

interface DomNode {
  readonly nodeType: number;
  readonly children?: readonly DomNode[];
  readonly shadowRoots?: readonly DomNode[];
}

function countElements(node: DomNode): number {
  const inside = [...(node.children ?? []), ...(node.shadowRoots ?? [])].map(countElements);
  return (node.nodeType === 1 ? 1 : 0) + inside.reduce((total, count) => total + count, 0);
}

async function countListeners(browser: TestBrowser, url: string): Promise<number> {
  const page = await browser.open(url);
  const listeners = await listenersOf(page);
  await page.close();
  return listeners;
}

async function listenersOf(page: Page): Promise<number> {
  return (await page.metrics()).JSEventListeners ?? Number.NaN;
}

function plainPage(): string {
  const paragraph = '<p>The harbour master keeps a quiet book of tides, and nobody has ever found a mistake in it.</p>';
  return page('Plain', paragraph.repeat(200));
}
