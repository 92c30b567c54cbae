import { expect, test } from 'vitest';
import { corpusPages, hasCorpus, readCorpus, scoreCorpus } from './harness/corpus.ts';

/** While working on the detector: read only these groups or pages, all of each (`PAGEDIAL_CORPUS=page,crm`). */
const only = process.env.PAGEDIAL_CORPUS?.split(',') ?? [];
const isFull = process.env.PAGEDIAL_FULL === '1' || only.length > 0;

test('every page of the corpus is read without an error', { timeout: isFull ? 30 * 60_000 : 6 * 60_000 }, async () => {
  if (!hasCorpus()) {
    console.log('skipped: ../shared absent');
    return;
  }
  const pages = corpusPages(isFull ? 'all' : 'sample', only);

  const run = await readCorpus(pages, (done) => {
    if (done % 50 === 0) console.log(`${done} of ${pages.length} pages read`);
  });

  await scoreCorpus(run, isFull ? 'all' : 'sample');
  expect(run.problems).toEqual([]);
  expect(run.results).toHaveLength(pages.length);
});
