import { browser } from '../browser.ts';
import type { Atlas } from '../phone/atlas.ts';
import { once } from './once.ts';

/** Answers with the atlas; undefined while it cannot be read. */
export type ReadAtlas = () => Promise<Atlas | undefined>;

const READ_WITHIN_MS = 5_000;

/**
 * Reads the atlas out of our own package, where the build has put it: as code it would be most of what a service worker has to load, which
 * cannot load code later. It is read once; what failed is tried anew when it is next wanted.
 */
export function createAtlasFile(): ReadAtlas {
  const readOnce = once(read);
  return () => readOnce().catch(() => undefined);
}

async function read(): Promise<Atlas> {
  const signal = AbortSignal.timeout(READ_WITHIN_MS);
  const answer = await fetch(browser.runtime.getURL('atlas.json'), { signal });
  const atlas: unknown = await answer.json();
  if (!isAtlas(atlas)) throw new TypeError('no atlas');
  return atlas;
}

/** Our own file, as the build wrote it: it is whole or of no use. */
function isAtlas(value: unknown): value is Atlas {
  return typeof value === 'object' && value !== null && 'countries' in value && 'labels' in value;
}
