import { corpusPages, hasCorpus, readCorpus, scoreCorpus } from '../e2e/harness/corpus.ts';
import { BROWSER_KINDS, ensureBrowsers } from '../tools/browsers.ts';
import { build } from '../tools/build.ts';
import { TARGETS } from '../tools/project.ts';
import { measureCalls } from './calls.ts';
import { measureForeign } from './foreign.ts';
import { measureOwnPages } from './own-pages.ts';
import { measureRecovery } from './recovery.ts';
import { measureScan } from './scan.ts';
import { measureSizes } from './sizes.ts';
import { measureStrain } from './strain.ts';

/**
 * `npm run bench`: one JSON object with what is promised to be fast, small and right. Progress goes to the error stream.
 * `--full` reads all pages of the corpus, `--skip accuracy,calls,foreign,ownPages,recovery,scan,strain` leaves parts out.
 */
export async function main(args: readonly string[]): Promise<number> {
  const skipped = new Set((args[args.indexOf('--skip') + 1] ?? '').split(','));
  if (!ensureBrowsers()) return 1;
  for (const target of TARGETS) {
    if ((await build(target, 'warn')) !== 0) return 1;
  }
  const result: Record<string, unknown> = { sizes: measureSizes('chrome') };
  const measure = async (name: string, job: () => Promise<unknown>) => {
    if (skipped.has(name.split('.')[0] ?? '')) return;
    console.error(`measuring ${name} …`);
    try {
      result[name] = await job();
    } catch (error) {
      result[name] = { failed: error instanceof Error ? error.message : String(error) };
    }
  };
  await measure('scan', measureScan);
  await measure('strain', measureStrain);
  for (const kind of BROWSER_KINDS) await measure(`calls.${kind}`, () => measureCalls(kind));
  for (const kind of BROWSER_KINDS) await measure(`ownPages.${kind}`, () => measureOwnPages(kind));
  for (const kind of BROWSER_KINDS) await measure(`recovery.${kind}`, () => measureRecovery(kind));
  for (const kind of BROWSER_KINDS) await measure(`foreign.${kind}`, () => measureForeign(kind));
  await measure('accuracy', () => measureAccuracy(args.includes('--full')));
  console.log(JSON.stringify(result, null, 2));
  return Object.values(result).some((part) => typeof part === 'object' && part !== null && 'failed' in part) ? 1 : 0;
}

async function measureAccuracy(isFull: boolean): Promise<object> {
  if (!hasCorpus()) return { skipped: '../shared absent' };
  const pages = corpusPages(isFull ? 'all' : 'sample');
  const run = await readCorpus(pages);
  const rows = await scoreCorpus(run, 'bench', true);
  return { pages: pages.length, sample: isFull ? 'all' : 'seed 1', problems: run.problems.length, rows };
}
