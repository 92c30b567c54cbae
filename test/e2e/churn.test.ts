import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROWSER_KINDS } from '../tools/browsers.ts';
import { type BuiltPages, buildPages } from './churn/build-pages.ts';
import { firstContacts, randomFrom } from './churn/contacts.ts';
import { churnBarely, churnWatched, type WatchedStep } from './churn/drive.ts';
import { SEED, type Start, type Step } from './churn/page.ts';
import { launch, type TestBrowser } from './harness/launch.ts';
import { type PageServer, startPageServer } from './harness/page-server.ts';
import { importSettings } from './harness/set-up.ts';

const STEPS = Number(process.env.CHURN_STEPS ?? (process.env.PAGEDIAL_FULL ? 2_000 : 60));
const STEPS_AFTER_HYDRATION = process.env.PAGEDIAL_FULL ? 500 : 10;
const PROMISED_MS = 100;
/** A busy machine may be late with one step in ten; an idle one hardly ever is. */
const LATE_SHARE = 0.1;

/** Pages of each framework, going through the same seeded updates with and without PageDial. */
const PAGES: readonly (readonly [string, Start, number])[] = [
  ['plain', 'rendered', STEPS],
  ['react', 'rendered', STEPS],
  ['preact', 'rendered', STEPS],
  ['vue', 'rendered', STEPS],
  ['svelte', 'rendered', STEPS],
  ['lit', 'rendered', STEPS],
  ['react', 'hydrated', STEPS_AFTER_HYDRATION],
  ['preact', 'hydrated', STEPS_AFTER_HYDRATION],
  ['vue', 'hydrated', STEPS_AFTER_HYDRATION],
  ['svelte', 'hydrated', STEPS_AFTER_HYDRATION],
  ['react', 'hydrated-document', STEPS_AFTER_HYDRATION],
];

let pages: BuiltPages;
let server: PageServer;
beforeAll(async () => {
  pages = await buildPages();
  server = await startPageServer(pages.folder);
});
afterAll(() => server?.close());

describe.each(BROWSER_KINDS)('in %s, a page notices nothing of PageDial', (kind) => {
  let browser: TestBrowser;
  let bare: TestBrowser;
  beforeAll(async () => {
    browser = await launch(kind);
    bare = await launch(kind, { extension: 'none' });
    await importSettings(browser, { pagedial: 1, country: 'US', sites: { mode: 'everywhere', hosts: [] } });
  });
  afterAll(async () => {
    await browser?.close();
    await bare?.close();
  });

  test.each(PAGES)('%s, %s, through %i updates', { timeout: 60_000 + STEPS * 400 }, async (framework, how, steps) => {
    const url = await addPage(framework, how);
    const alone = await onPage(bare, url, (page) => churnBarely(page, how, steps));
    const watched = await onPage(browser, url, (page) => churnWatched(browser, page, how, steps));

    expect(differences(alone, watched).slice(0, 5)).toEqual([]);
    expect(unmarked(watched).slice(0, 5)).toEqual([]);
    // The first step waits for the page's first numbers, and for what finds them.
    expectSoon(watched.slice(1).map((step) => step.markedAfterMs));
    expectSoon(watched.slice(1).map((step) => step.knownAfterMs));
    if (process.env.CHURN_TIMES) console.log(kind, framework, how, steps, timesOf(watched.slice(1)));
  });
});

async function addPage(framework: string, how: Start): Promise<string> {
  const contacts = firstContacts(randomFrom(SEED));
  const path = `/${how}?framework=${framework}`;
  const html =
    how === 'hydrated-document'
      ? pages.server.documentOnServer(contacts)
      : `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contacts</title></head><body><div id="root">${
          how === 'hydrated' ? await pages.server.onServer[framework]?.(contacts) : ''
        }</div></body></html>`;
  server.add(`/${how}`, html);
  return `${server.origin}${path}`;
}

async function onPage<T>(browser: TestBrowser, url: string, job: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.open(url);
  try {
    return await job(page);
  } finally {
    await page.close();
  }
}

/** Where the page with PageDial was not what it is without, in words. */
function differences(alone: readonly Step[], watched: readonly Step[]): readonly string[] {
  return watched.flatMap((step, i) => {
    const other = alone[i];
    const previous = watched[i - 1];
    const name = `step ${i} (${step.what})`;
    return [
      ...differs(`${name}: html`, other?.after.html, step.after.html),
      ...differs(`${name}: text`, other?.after.text, step.after.text),
      ...(previous
        ? differs(`after ${name.replace(`${i}`, `${i - 1}`)}: html`, previous.after.html, step.before.html)
        : []),
      ...(previous ? differs(`after step ${i - 1}: text`, previous.after.text, step.before.text) : []),
      ...differs(`${name}: problems`, other?.problems.join('\n'), step.problems.join('\n')),
    ];
  });
}

function differs(what: string, wanted: string | undefined, got: string): readonly string[] {
  if (wanted === got) return [];
  const at = [...got].findIndex((letter, i) => letter !== wanted?.[i]);
  const around = (text: string | undefined) => text?.slice(Math.max(0, at - 40), at + 80);
  return [`${what} at ${at}: ${around(got)}, without PageDial ${around(wanted)}`];
}

function unmarked(steps: readonly WatchedStep[]): readonly string[] {
  return steps.flatMap(({ what, markedAfterMs, marked, knownAfterMs, known, numbers }, i) => [
    ...(markedAfterMs === undefined ? [`step ${i} (${what}): marked ${marked.join(' | ')}`] : []),
    ...(knownAfterMs === undefined ? [`step ${i} (${what}): known ${known.join()}, shown ${numbers.join()}`] : []),
  ]);
}

/** At most one step in ten later than promised. */
function expectSoon(times: readonly (number | undefined)[]): void {
  const late = times.filter((ms) => ms === undefined || ms > PROMISED_MS);
  expect(late.length, `later than ${PROMISED_MS} ms: ${late.join()}`).toBeLessThanOrEqual(times.length * LATE_SHARE);
}

function timesOf(steps: readonly WatchedStep[]): string {
  const of = (times: readonly (number | undefined)[]) => {
    const sorted = times.map((ms) => ms ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
    return `median ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
  };
  return `marked ${of(steps.map((step) => step.markedAfterMs))}; known ${of(steps.map((step) => step.knownAfterMs))} ms`;
}
