import { mayHoldNumber, mayTellCountry } from '../../src/phone/candidates.ts';
import { countryNamedBy } from '../../src/phone/country-names.ts';
import { createFinder, type TextBlock } from '../../src/phone/find-numbers.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';

/** What the scorer tells about a page. */
export interface ScoredPage {
  readonly lang: string | null;
  readonly url: string | null;
  readonly region: string | null;
  readonly texts: readonly string[];
}

export const name = 'PageDial';

/** Our finder as the scorer calls it: blocks as the content script would build them, as far as plain texts allow. */
export function prepare(page: ScoredPage): (text: string, region: string | null) => readonly unknown[] {
  const evidence = { lang: page.lang ?? '', host: hostOf(page.url), userCountry: page.region ?? 'US' };
  const finder = createFinder(evidence, WHOLE_ATLAS);
  const blocks = page.texts.map((text, at) => asBlock(text, page.texts, at));
  for (const block of blocks)
    if (mayHoldNumber(block.text, block.label) || mayTellCountry(block.text)) finder.learn(block);
  let next = 0;
  return (text) => {
    const at = page.texts.indexOf(text, next);
    if (at >= 0) next = at;
    const block = blocks[at] ?? asBlock(text, [text], 0);
    if (!mayHoldNumber(block.text, block.label)) return [];
    return finder
      .find(block)
      .filter((number) => number.kind === 'phone' && number.e164 !== undefined)
      .map((number) => ({ e164: number.e164, start: number.start, end: number.end, ext: number.ext }));
  };
}

/** The text before serves as label; a cell before that is nothing but a country's name is the record's country. */
function asBlock(text: string, texts: readonly string[], at: number): TextBlock {
  const label = at > 0 ? (texts[at - 1] ?? '') : '';
  const named = [1, 2, 3]
    .map((back) => countryNamedBy(texts[at - back] ?? '', WHOLE_ATLAS))
    .find((country) => country !== undefined);
  return { text, nodeStarts: [0], label, ...(named === undefined ? {} : { recordCountry: named }) };
}

function hostOf(url: string | null): string {
  try {
    return url === null ? '' : new URL(url).hostname;
  } catch {
    return '';
  }
}
