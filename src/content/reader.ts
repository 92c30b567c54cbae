import type { PageSettings } from '../messaging/protocol.ts';
import type { Atlas } from '../phone/atlas.ts';
import { readEvidence } from './page-evidence.ts';
import type { Reader } from './scanner.ts';

/** What finding and showing numbers takes. */
export type Tools = typeof import('./number-tools.ts') & { readonly atlas: Atlas };

/** Makes readers for the page as it says itself to be now, and as the settings want it read. Each learns for itself. */
export function readerMaker(page: Document, settings: PageSettings, tools: Tools): () => Reader {
  const { country: userCountry, siteCountry, lessons = [] } = settings;
  const { withLessons, createFinder, createContextReader, atlas } = tools;
  const evidence = { ...readEvidence(page), userCountry, ...(siteCountry === undefined ? {} : { siteCountry }) };
  return () => ({
    finder: withLessons(createFinder(evidence, atlas), lessons),
    context: createContextReader(page.documentElement?.getAttribute('lang') ?? ''),
  });
}
