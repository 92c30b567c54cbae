import type { Page } from 'puppeteer-core';
import { launch, type TestBrowser } from '../e2e/harness/launch.ts';
import { numbersOn } from '../e2e/harness/numbers.ts';
import { type PageServer, startPageServer } from '../e2e/harness/page-server.ts';
import { importSettings } from '../e2e/harness/set-up.ts';
import { rest, until } from '../e2e/harness/until.ts';
import { type Figure, figureOf } from './median.ts';
import { page, rowsOf, tablePage } from './pages.ts';
import { traceAllScript, traceScript } from './trace.ts';

const RUNS = 3;
const DIGITLESS_NODES = 50_000;
const NUMBERS = 5_000;
const APPENDED_ROWS = 3_000;
const KEYS = 60;
/** By then the first pass over the largest page is over, also on a busy machine. */
const SETTLED_MS = 6_000;
const CHANGE_SECONDS = 10;
/** Nobody asks the page meanwhile: asking costs time on it too. */
const READ_WITHIN_MS = 4_000;
const GROWTH = [1_000, 10_000, 100_000] as const;

/** What large and restless pages pay for us in Chromium. Script times are what the same page needs more than without the extension. */
export interface StrainFigures {
  readonly textWithoutDigits: {
    readonly scriptMs: Figure;
    readonly bareWalkMs: Figure;
    readonly ratioToBareWalk: number;
  };
  readonly table: {
    /** From DOMContentLoaded, with the browser's own layout of the table. */
    readonly firstMarkedMs: Figure;
    readonly allKnownMs: Figure;
    readonly heapMb: number;
  };
  readonly heapWithoutCandidateMb: number;
  readonly appended: { readonly rows: number; readonly longestTaskMs: Figure; readonly withoutLayoutMs: Figure };
  readonly typing: { readonly keys: number; readonly scriptMsPerKey: number };
  readonly restless: { readonly changesPerSecond: number; readonly shareOfOneCore: number };
  /** Script milliseconds by number of text nodes, a tenth of them with a phone number. */
  readonly growth: Readonly<Record<string, number>>;
}

interface Studio {
  readonly server: PageServer;
  readonly own: TestBrowser;
  readonly bare: TestBrowser;
}

/** Measures in two Chromiums, with and without the extension. */
export async function measureStrain(): Promise<StrainFigures> {
  const server = await startPageServer();
  const own = await launch('chromium');
  const bare = await launch('chromium', { extension: 'none' });
  const studio: Studio = { server, own, bare };
  try {
    await importSettings(own, { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } });
    return {
      textWithoutDigits: await measureDigitless(studio),
      table: await measureTable(studio),
      heapWithoutCandidateMb: await heapOf(studio, server.add('/no-candidate', page('Plain', '<p>Nothing here.</p>'))),
      appended: await measureAppending(studio),
      typing: await measureTyping(studio),
      restless: await measureRestless(studio),
      growth: await measureGrowth(studio),
    };
  } finally {
    await Promise.all([own.close(), bare.close(), server.close()]);
  }
}

async function measureDigitless(studio: Studio): Promise<StrainFigures['textWithoutDigits']> {
  const url = studio.server.add('/digitless', page('Digitless', '<p>a quiet word</p>'.repeat(DIGITLESS_NODES)));
  const scripts: number[] = [];
  const walks: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    scripts.push(await extraScript(studio, url));
    const shown = await studio.own.open(url);
    walks.push(...(await walkBarely(shown)));
    await shown.close();
  }
  const scriptMs = figureOf(scripts);
  const bareWalkMs = figureOf(walks);
  return { scriptMs, bareWalkMs, ratioToBareWalk: round(scriptMs.median / bareWalkMs.median) };
}

async function measureTable(studio: Studio): Promise<StrainFigures['table']> {
  const clock = `<script>
    addEventListener('DOMContentLoaded', () => {
      const since = performance.now();
      const look = () => CSS.highlights.size > 0 ? (window.firstMarked = performance.now() - since) : setTimeout(look, 4);
      look();
    });
  </script>`;
  const url = studio.server.add('/strain-table', tablePage(NUMBERS, clock));
  const first: number[] = [];
  const all: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const shown = await studio.own.puppeteer.newPage();
    const trace = await traceScript(shown, studio.own.extensionOrigin, async () => {
      await shown.goto(url);
      await rest(READ_WITHIN_MS);
    });
    await expectCount(studio.own, shown, NUMBERS);
    all.push(trace.settledAfterMs);
    first.push(
      await until('a number is marked', () => shown.evaluate(() => (window as { firstMarked?: number }).firstMarked)),
    );
    await shown.close();
  }
  return {
    firstMarkedMs: figureOf(first),
    allKnownMs: figureOf(all),
    heapMb: await heapOf(studio, studio.server.add('/heap-table', tablePage(NUMBERS))),
  };
}

async function measureAppending({ server, own }: Studio): Promise<StrainFigures['appended']> {
  const append = `<script>
    function append() { document.querySelector('tbody').insertAdjacentHTML('beforeend', document.querySelector('template').innerHTML); }
  </script><template>${rowsOf(APPENDED_ROWS)}</template>`;
  const url = server.add('/append', tablePage(20, append));
  const longest: number[] = [];
  const withoutLayout: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const shown = await own.puppeteer.newPage();
    const trace = await traceScript(shown, own.extensionOrigin, async () => {
      await shown.goto(url);
      await rest(500);
      await shown.evaluate(() => setTimeout('append()', 0));
      await rest(READ_WITHIN_MS);
    });
    await expectCount(own, shown, APPENDED_ROWS + 20);
    longest.push(trace.longestTaskMs);
    withoutLayout.push(trace.longestOwnTaskMs);
    await shown.close();
  }
  return { rows: APPENDED_ROWS, longestTaskMs: figureOf(longest), withoutLayoutMs: figureOf(withoutLayout) };
}

async function measureTyping(studio: Studio): Promise<StrainFigures['typing']> {
  const url = studio.server.add('/typing', tablePage(NUMBERS, '<input id="note" autofocus>'));
  const extra = await extraScript(studio, url, async (shown) => {
    await shown.focus('#note');
    for (let key = 0; key < KEYS; key++) await shown.keyboard.press('KeyA');
  });
  return { keys: KEYS, scriptMsPerKey: round(extra / KEYS) };
}

async function measureRestless(studio: Studio): Promise<StrainFigures['restless']> {
  const ticker = `<script>
    function tick(seconds) {
      const cells = [...document.querySelectorAll('td')];
      const until = performance.now() + seconds * 1000;
      let count = 0;
      const timer = setInterval(() => {
        for (let i = 0; i < 10; i++) cells[(count * 7919) % cells.length].firstChild.data = 'Order ' + count++;
        if (performance.now() > until) { clearInterval(timer); window.isOver = true; }
      }, 10);
    }
  </script>`;
  const url = studio.server.add('/restless', tablePage(1_000, ticker));
  const extra = await extraScript(studio, url, async (shown) => {
    await shown.evaluate((seconds) => (window as unknown as { tick(s: number): void }).tick(seconds), CHANGE_SECONDS);
    await until('the page is still', () => shown.evaluate(() => (window as { isOver?: boolean }).isOver), 60_000);
  });
  return { changesPerSecond: 1_000, shareOfOneCore: round(extra / (CHANGE_SECONDS * 1_000)) };
}

async function measureGrowth(studio: Studio): Promise<Readonly<Record<string, number>>> {
  const growth: Record<string, number> = {};
  for (const nodes of GROWTH) {
    const lines = Array.from({ length: nodes }, (_, at) =>
      at % 10 === 0 ? `<p>(617) 555-01${String(at % 100).padStart(2, '0')}</p>` : '<p>a quiet word</p>',
    );
    const url = studio.server.add(`/growth-${nodes}`, page('Growth', lines.join('')));
    const before = await extraScript(studio, url, undefined, true);
    growth[String(nodes)] = round(before);
  }
  return growth;
}

/** Script milliseconds that a page needs more with us: for `job` after it is settled, or for all of its life. */
async function extraScript(
  { own, bare }: Studio,
  url: string,
  job?: (shown: Page) => Promise<void>,
  isWhole = job === undefined,
): Promise<number> {
  const [withUs, without] = [await scriptOf(own, url, isWhole, job), await scriptOf(bare, url, isWhole, job)];
  return Math.max(0, withUs - without);
}

async function scriptOf(
  browser: TestBrowser,
  url: string,
  isWhole: boolean,
  job?: (shown: Page) => Promise<void>,
): Promise<number> {
  const shown = await browser.puppeteer.newPage();
  const load = async () => {
    await shown.goto(url);
    // Asking for the numbers of a page costs a walk of its own: not asked where all of its life is measured.
    if (browser.extensionOrigin && !isWhole) await untilComplete(browser, shown);
    await rest(isWhole ? SETTLED_MS : 1_000);
  };
  if (!isWhole) await load();
  const spent = await traceAllScript(shown, async () => {
    if (isWhole) await load();
    await job?.(shown);
    await rest(500);
  });
  await shown.close();
  return spent;
}

/** Megabytes that the page's process keeps more with us, after garbage was collected. */
async function heapOf({ own, bare }: Studio, url: string): Promise<number> {
  const used = async (browser: TestBrowser) => {
    const shown = await browser.puppeteer.newPage();
    await shown.goto(url);
    if (browser.extensionOrigin) await untilComplete(browser, shown);
    await rest(1_000);
    const session = await shown.createCDPSession();
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    await shown.close();
    return usedSize;
  };
  return round(((await used(own)) - (await used(bare))) / 2 ** 20);
}

async function untilComplete(browser: TestBrowser, shown: Page): Promise<void> {
  await until('the first pass is done', async () => (await numbersOn(browser, shown))[0]?.complete, 60_000);
}

async function expectCount(browser: TestBrowser, shown: Page, count: number): Promise<void> {
  const [frame] = await numbersOn(browser, shown);
  if (frame?.numbers.length !== count) throw new Error(`${frame?.numbers.length} of ${count} numbers were known`);
}

/** Reading every text node's data and testing it for a digit. */
export function walkBarely(shown: Page, runs = 9): Promise<number[]> {
  return shown.evaluate((times) => {
    const took: number[] = [];
    for (let run = 0; run < times; run++) {
      const from = performance.now();
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      let withDigit = 0;
      while (walker.nextNode()) if (/\d/.test((walker.currentNode as Text).data)) withDigit++;
      took.push(performance.now() - from + withDigit * 0);
    }
    return took;
  }, runs);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
