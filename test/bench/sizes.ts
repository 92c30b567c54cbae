import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { distOf, type Target } from '../tools/project.ts';

/** Bytes of one build: what is loaded into every page, all scripts, everything. */
export function measureSizes(target: Target): object {
  const dist = distOf(target);
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const content = readFileSync(join(dist, 'content.js'));
  return {
    contentScript: { bytes: content.length, gzipped: gzipSync(content).length },
    scripts: sum(files.filter((file) => file.endsWith('.js'))),
    everything: sum(files),
  };
}

function sum(files: readonly string[]): { readonly bytes: number; readonly gzipped: number } {
  const contents = files.map((file) => readFileSync(file));
  return {
    bytes: contents.reduce((total, content) => total + content.length, 0),
    gzipped: contents.reduce((total, content) => total + gzipSync(content).length, 0),
  };
}
