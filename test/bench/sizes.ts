import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { backgroundOf, type Manifest } from '../tools/check-build.ts';
import { distOf, type Target } from '../tools/project.ts';
import { staticImports } from '../tools/static-imports.ts';

/** Bytes of one build: what is loaded into every page, what the background loads before it runs, all scripts, everything. */
export function measureSizes(target: Target): object {
  const dist = distOf(target);
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const entry = backgroundOf(JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8')) as Manifest);
  const background = entry === undefined ? [] : staticImports(dist, entry);
  return {
    contentScript: sum([join(dist, 'content.js')]),
    backgroundScript: sum(background.map((file) => join(dist, file))),
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
