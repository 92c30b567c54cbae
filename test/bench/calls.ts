import type { Page } from 'puppeteer-core';
import { clickButton, findButton } from '../e2e/harness/numbers.ts';
import { AGENT, type Office, openOffice } from '../e2e/harness/office.ts';
import { openPopup, untilShown } from '../e2e/harness/popup.ts';
import { untilOnline } from '../e2e/harness/set-up.ts';
import { until } from '../e2e/harness/until.ts';
import { words } from '../e2e/harness/words.ts';
import type { BrowserKind } from '../tools/browsers.ts';
import { type Figure, figureOf, round } from './median.ts';

const WARM_RUNS = 11;
const STOPPED_RUNS = 7;
const NEWS_RUNS = 9;

export interface CallFigures {
  /** From the mouse click's own time stamp to the place request at the PBX. */
  readonly clickToWireMs: { readonly warm: Figure; readonly stoppedBackground: Figure };
  /** From the PBX sending the news to the popup's text being changed. */
  readonly frameToPopupMs: Figure;
  /** Used JS heap of the background with a session open, after garbage collection. Chromium only. */
  readonly backgroundHeapMb?: number;
}

/** Times real clicks and real news in one browser. */
export async function measureCalls(kind: BrowserKind): Promise<CallFigures> {
  const office = await openOffice(kind);
  try {
    let next = 10;
    const warm: number[] = [];
    for (let run = 0; run < WARM_RUNS; run++) warm.push(await clickToWire(office, next++));
    const stopped: number[] = [];
    for (let run = 0; run < STOPPED_RUNS; run++) {
      stopped.push(await clickToWire(office, next++, () => office.browser.stopBackground()));
      await untilOnline(office.browser);
    }
    const news: number[] = [];
    for (let run = 0; run < NEWS_RUNS; run++) news.push(await frameToPopup(office, next++));
    return {
      clickToWireMs: { warm: figureOf(warm), stoppedBackground: figureOf(stopped) },
      frameToPopupMs: figureOf(news),
      ...(kind === 'chromium' ? { backgroundHeapMb: await backgroundHeap(office) } : {}),
    };
  } finally {
    await office.close();
  }
}

async function clickToWire(office: Office, n: number, before: () => Promise<void> = async () => {}): Promise<number> {
  const page = await showNumber(office, n);
  const places = office.pbx.places().length;
  await findButton(office.browser, page, numberOf(n));
  await before();
  await clickButton(office.browser, page, numberOf(n));
  const place = await until('the PBX is asked', () => office.pbx.places()[places]);
  const clickedAt = await page.evaluate(() => (window as unknown as { clickedAt: number }).clickedAt);
  await office.tidy();
  return place.at - clickedAt;
}

async function frameToPopup(office: Office, n: number): Promise<number> {
  const page = await showNumber(office, n);
  const places = office.pbx.places().length;
  await clickButton(office.browser, page, numberOf(n));
  await until('the PBX is asked', () => office.pbx.places().length > places);
  const popup = await openPopup(office.browser);
  await untilShown(popup, words('state_ringing_pick_up'));
  office.pbx.phone(AGENT.extension).answer();
  await until('the other end rings', () => office.pbx.calls().at(-1)?.phase === 'far-end-ringing');
  await watchText(popup, words('state_talking').source);
  const sentAt = Date.now();
  office.pbx.farEnd().answer();
  await untilShown(popup, words('state_talking'));
  const seenAt = await popup.evaluate(() => (window as unknown as { seenAt: number }).seenAt);
  await popup.close();
  await office.tidy();
  return seenAt - sentAt;
}

/** Has the popup note the time, as `window.seenAt`, when its text comes to match. */
export async function watchText(popup: Page, pattern: string): Promise<void> {
  await popup.evaluate((source) => {
    const wanted = new RegExp(source, 'i');
    const observer = new MutationObserver(() => {
      if (!wanted.test(document.body.innerText)) return;
      observer.disconnect();
      (window as unknown as { seenAt: number }).seenAt = Date.now();
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  }, pattern);
}

async function backgroundHeap(office: Office): Promise<number> {
  const target = office.browser.puppeteer
    .targets()
    .find(
      (candidate) =>
        candidate.type() === 'service_worker' && candidate.url().startsWith(office.browser.extensionOrigin),
    );
  const worker = await target?.worker();
  if (!worker) return Number.NaN;
  await worker.client.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await worker.client.send('Runtime.getHeapUsage')) as { usedSize: number };
  return round(usedSize / 1e6);
}

function showNumber(office: Office, n: number): Promise<Page> {
  const stamp = `<script>addEventListener('click', (event) => { window.clickedAt = performance.timeOrigin + event.timeStamp; }, true);</script>`;
  return office.show(`<p>Office: +1 617 555 01${n}</p>`, stamp);
}

function numberOf(n: number): string {
  return `+161755501${n}`;
}
