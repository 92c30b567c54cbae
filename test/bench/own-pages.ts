import type { Page } from 'puppeteer-core';
import { type Office, openOffice } from '../e2e/harness/office.ts';
import { until } from '../e2e/harness/until.ts';
import type { BrowserKind } from '../tools/browsers.ts';
import { recentCalls } from '../ui/states.ts';
import { type Figure, figureOf, round } from './median.ts';

const RUNS = 7;
const CALLS = 500;

export interface OwnPageFigures {
  /**
   * From the start of the navigation to the first content on the screen. The popup draws the head of its HTML first; of the others nothing
   * is drawn before what is saved, and what is drawn has its handlers: so long it also takes until the page can be used.
   */
  readonly firstPaintMs: {
    /** A file of ours without script or style: what the browser itself takes for a new tab on this machine, at this hour. */
    readonly bareFile: Figure;
    readonly popup: Figure;
    readonly panel: Figure;
    readonly options: Figure;
  };
  /** Until all of the popup is there, with its handlers, drawn from saved state. */
  readonly popupUsableMs: Figure;
  /** Scrolling through 500 recent calls in the side panel: tasks above 50 ms, and the longest of them. Chromium only. */
  readonly panelScroll?: { readonly rows: number; readonly longTasks: number; readonly longestMs: number };
}

/** Times our own pages in one browser, with a full list of recent calls. */
export async function measureOwnPages(kind: BrowserKind): Promise<OwnPageFigures> {
  const office = await openOffice(kind);
  try {
    await office.browser.inExtension(
      async (list) => chrome.storage.session.set({ 'recent-calls': list }),
      recentCalls(CALLS),
    );
    const popup = await measurePopup(office);
    return {
      popupUsableMs: figureOf(popup.map(({ drawn }) => drawn)),
      firstPaintMs: {
        bareFile: figureOf(await paints(office, 'icons/48.png')),
        popup: figureOf(popup.map(({ painted }) => painted)),
        panel: figureOf(await paints(office, 'src/panel/panel.html')),
        options: figureOf(await paints(office, 'src/options/options.html')),
      },
      ...(kind === 'chromium' ? { panelScroll: await scrollPanel(office) } : {}),
    };
  } finally {
    await office.close();
  }
}

async function paints(office: Office, path: string): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const page = await openPage(office, path);
    times.push(await until('the page is painted', () => page.evaluate(firstPaint)));
    await page.close();
  }
  return times;
}

async function measurePopup(office: Office): Promise<readonly { readonly painted: number; readonly drawn: number }[]> {
  const times: { readonly painted: number; readonly drawn: number }[] = [];
  for (let run = 0; run < RUNS; run++) {
    const page = await openPage(office, 'src/popup/popup.html');
    const drawn = await until('the popup is drawn', () =>
      page.evaluate(() => performance.getEntriesByName('drawn')[0]?.startTime),
    );
    times.push({ drawn, painted: await until('the page is painted', () => page.evaluate(firstPaint)) });
    await page.close();
  }
  return times;
}

async function scrollPanel(office: Office): Promise<NonNullable<OwnPageFigures['panelScroll']>> {
  const page = await openPage(office, 'src/panel/panel.html');
  await page.bringToFront();
  await until('the list is there', () => page.$('.recent-row'));
  const { longTasks, longestMs } = await page.evaluate(scrollToEnd);
  const rows = await page.evaluate(() => document.querySelectorAll('.recent-row').length);
  await page.close();
  return { rows, longTasks, longestMs: round(longestMs) };
}

/** A new tab in front. In Firefox one that was closed a moment ago, or stands behind, still answers to the same address and never paints. */
async function openPage(office: Office, path: string): Promise<Page> {
  const url = `${office.browser.extensionOrigin}/${path}`;
  const before = new Set(await office.browser.puppeteer.pages());
  await office.browser.inExtension((address) => void chrome.tabs.create({ url: address, active: true }), url);
  return until(`${path} is open`, async () => {
    for (const page of await office.browser.puppeteer.pages()) {
      if (!before.has(page) && (await page.evaluate(visibleAddress).catch(() => '')) === url) return page;
    }
    return undefined;
  });
}

/** Runs in the page. */
function visibleAddress(): string {
  return document.visibilityState === 'visible' ? location.href : '';
}

/** Runs in the page. */
function firstPaint(): number | undefined {
  return performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
}

/** Runs in the page: scrolls as a hand does, until there is nothing more below. */
async function scrollToEnd(): Promise<{ longTasks: number; longestMs: number }> {
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  });
  observer.observe({ type: 'longtask' });
  const root = document.documentElement;
  for (let still = 0; still < 20; ) {
    const before = root.scrollTop;
    root.scrollTop += 240;
    await new Promise((done) => requestAnimationFrame(done));
    still = root.scrollTop === before ? still + 1 : 0;
  }
  await new Promise((done) => setTimeout(done, 200));
  observer.disconnect();
  return { longTasks: tasks.length, longestMs: Math.max(0, ...tasks) };
}
