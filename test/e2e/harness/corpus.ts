import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Page } from 'puppeteer-core';
import { CACHE, ROOT, runTool } from '../../tools/project.ts';
import { launch, type TestBrowser } from './launch.ts';
import { numbersOn } from './numbers.ts';
import { type PageServer, startPageServer } from './page-server.ts';
import { importSettings } from './set-up.ts';
import { rest } from './until.ts';

/** Third parties' pages with known numbers, kept beside the repository where there is a copy; never part of it. */
const CORPUS = join(ROOT, '..', 'shared', 'corpus');
const GROUPS = ['page', 'annot', 'sec', 'crm', 'negpage', 'dom'] as const;
type Group = (typeof GROUPS)[number];
/** How many pages of each group a short run opens. */
const SAMPLE: Readonly<Record<Group, number>> = { page: 30, annot: 14, sec: 2, crm: 4, negpage: 14, dom: 110 };
/** Pages whose script changes the text do so within 600 ms; this leaves time to see it. */
const SETTLE_MS = 1_100;
const ASK_WITHIN_MS = 12_000;
const LOAD_WITHIN_MS = 20_000;

export interface CorpusPage {
  readonly id: string;
  readonly group: Group;
  readonly variant: 'unwrapped' | 'asis' | '';
  readonly file: string;
  /** The user's country while this page is read. */
  readonly country: string;
  readonly changesLater: boolean;
}

/** One page's numbers, in the form the scorer reads, with what went wrong. */
export interface CorpusResult {
  readonly page: string;
  readonly variant: CorpusPage['variant'];
  readonly numbers: readonly string[];
  /** Each number as the page shows it: for whoever looks into a wrong one. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface CorpusRun {
  readonly results: readonly CorpusResult[];
  readonly problems: readonly string[];
}

/** One row of the scorer's table. */
export interface Score {
  readonly group: string;
  readonly docs: number;
  readonly expected: number;
  readonly TP: number;
  readonly FN: number;
  readonly FP: number;
  readonly P: number | null;
  readonly R: number | null;
  readonly F1: number | null;
}

export function hasCorpus(): boolean {
  return existsSync(join(CORPUS, 'dev', 'html'));
}

/** The pages to open: all of them, or the same seeded sample of every group each time; `only` these groups or pages. */
export function corpusPages(size: 'all' | 'sample', only: readonly string[] = [], seed = 1): readonly CorpusPage[] {
  const files = new Set(readdirSync(join(CORPUS, 'dev', 'html')));
  const pages = GROUPS.flatMap((group) => {
    const isAsked = only.length === 0 || only.includes(group);
    const records = readRecords(group).filter(({ id }) => isAsked || only.includes(id));
    const order = [...records].sort((a, b) => shuffleKey(a.id, seed) - shuffleKey(b.id, seed));
    const chosen = size === 'all' ? order : order.slice(0, SAMPLE[group]);
    return chosen.flatMap((record) => variantsOf(group, record, files));
  });
  // Pages of one country together: each change of the user's country goes through the settings.
  return pages.sort((a, b) => a.country.localeCompare(b.country));
}

/** Opens every page in a real Chromium with the built extension and asks each frame for its numbers, as the popup does. */
export async function readCorpus(
  pages: readonly CorpusPage[],
  onProgress: (done: number) => void = () => {},
): Promise<CorpusRun> {
  const server = await startPageServer(join(CORPUS, 'dev', 'html'));
  const browser = await launch('chromium', {
    // The pages name scripts and styles of their old homes; nothing is asked of other machines.
    args: ['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
  });
  const results: CorpusResult[] = [];
  const problems: string[] = [];
  try {
    // One tab for all: opening and closing takes longer than reading.
    const tab = await browser.puppeteer.newPage();
    tab.on('dialog', (dialog) => dialog.dismiss().catch(() => undefined));
    let country = '';
    for (const [index, page] of pages.entries()) {
      if (page.country !== country) {
        country = page.country;
        await importSettings(browser, { pagedial: 1, country, sites: { mode: 'everywhere', hosts: [] } });
      }
      const { numbers, texts, trouble } = await readPage(browser, tab, server, page);
      results.push({ page: page.id, variant: page.variant, numbers, texts });
      problems.push(...trouble.map((what) => `${page.file}: ${what}`));
      onProgress(index + 1);
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return { results, problems };
}

/** Runs the corpus's own scorer: prints its table and answers with its rows. `name` tells runs apart in `.cache/`. */
export async function scoreCorpus(run: CorpusRun, name: string, isQuiet = false): Promise<readonly Score[]> {
  mkdirSync(CACHE, { recursive: true });
  const file = join(CACHE, `corpus-${name}.json`);
  const scoreFile = join(CACHE, `corpus-${name}-score.json`);
  writeFileSync(file, JSON.stringify(run.results));
  const scorer = join('..', '..', 'shared', 'corpus', 'score.mjs');
  await runTool(scorer, ['dom', file, '--json', scoreFile, '--sub', ...(isQuiet ? ['--quiet'] : [])]);
  return (JSON.parse(readFileSync(scoreFile, 'utf8')) as { rows: readonly Score[] }).rows;
}

interface PageReading {
  readonly numbers: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
  readonly trouble: readonly string[];
}

async function readPage(browser: TestBrowser, tab: Page, server: PageServer, page: CorpusPage): Promise<PageReading> {
  const trouble: string[] = [];
  try {
    const session = await watchOurErrors(tab, browser.extensionOrigin, trouble);
    await tab.goto(`${server.origin}/${page.file}`, { timeout: LOAD_WITHIN_MS }).catch((error: Error) => {
      // A page that loads for ever (its own frames or pictures) can still be read.
      if (!/timeout/i.test(error.message)) throw error;
    });
    if (page.changesLater) await rest(SETTLE_MS);
    const frames = await withLimit(numbersOn(browser, tab), ASK_WITHIN_MS);
    await session.detach().catch(() => undefined);
    if (frames.length === 0) trouble.push('no frame answered');
    if (frames.some((frame) => !frame.complete)) trouble.push('first pass not done within 5 s');
    const callable = frames.flatMap((frame) => frame.numbers).filter((number) => number.kind === 'phone');
    const texts = Object.fromEntries(callable.flatMap(({ e164, text }) => (e164 ? [[e164, text] as const] : [])));
    return { numbers: Object.keys(texts), texts, trouble };
  } catch (error) {
    return { numbers: [], texts: {}, trouble: [...trouble, error instanceof Error ? error.message : String(error)] };
  }
}

async function watchOurErrors(tab: Page, extensionOrigin: string, trouble: string[]): Promise<CDPSession> {
  const session = await tab.createCDPSession();
  session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
    const urls = [exceptionDetails.url, ...(exceptionDetails.stackTrace?.callFrames ?? []).map((frame) => frame.url)];
    if (!urls.some((url) => url?.startsWith(extensionOrigin))) return;
    trouble.push(`our script threw: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  });
  await session.send('Runtime.enable');
  return session;
}

function withLimit<T>(job: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([job, limit]).finally(() => clearTimeout(timer));
}

interface CorpusRecord {
  readonly id: string;
  readonly region?: string;
}

function readRecords(group: Group): readonly CorpusRecord[] {
  const lines = readFileSync(join(CORPUS, 'dev', `${group}.jsonl`), 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as CorpusRecord);
}

function variantsOf(group: Group, { id, region }: CorpusRecord, files: ReadonlySet<string>): readonly CorpusPage[] {
  // The small cases are written for a user of their country; real pages must be understood by a user in the US.
  const country = group === 'dom' && region ? region : 'US';
  const both = [
    { file: `${id}.unwrapped.html`, variant: 'unwrapped' as const },
    { file: `${id}.html`, variant: group === 'page' ? ('asis' as const) : ('' as const) },
  ];
  return both
    .filter(({ file }) => files.has(file))
    .map((page) => ({ id, group, country, changesLater: changesLater(group, page.file), ...page }));
}

function changesLater(group: Group, file: string): boolean {
  return group === 'dom' && readFileSync(join(CORPUS, 'dev', 'html', file), 'utf8').includes('setTimeout');
}

/** The same order on every machine for one seed, unlike the order of the file. FNV-1a. */
function shuffleKey(id: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
