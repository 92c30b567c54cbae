import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './tools/project.ts';

/** Everything in a browser by which something can leave it, but for messages among our own parts. */
const WAYS: Readonly<Record<string, RegExp>> = {
  // Reading a file of our own package is none: it is on the disk, and its address is the package's, whatever the name.
  fetch: /(?<![\w.])fetch\((?!browser\.runtime\.getURL\('[\w-]+\.json'\)[,)])/g,
  WebSocket: /new WebSocket\(/g,
  XMLHttpRequest: /XMLHttpRequest/g,
  EventSource: /new EventSource\(/g,
  sendBeacon: /sendBeacon\(/g,
  RTCPeerConnection: /RTCPeerConnection/g,
  WebTransport: /new WebTransport\(/g,
  'windows.create': /\bwindows\.create\(/g,
  'tabs.update': /\btabs\.update\(/g,
  'tabs.create': /\btabs\.create\(/g,
  'downloads.download': /\bdownloads\./g,
  'location change': /\blocation\.(?:assign|replace)\(|\blocation(?:\.href)?\s*=[^=]/g,
  'window.open': /\bwindow\.open\(|(?<![\w.])open\(['"`]http/g,
  'storage.sync': /\bstorage\.sync\b/g,
  'image address': /\.src\s*=[^=]/g,
};

test('PRIVACY.md names every way out of the browser, and no other', () => {
  const page = readFileSync(join(ROOT, 'PRIVACY.md'), 'utf8');
  const named = new Set(
    [...page.matchAll(/`([\w/-]+\.tsx?)` (\w+(?:\.\w+)?)/g)].map(([, file, way]) => `${file} ${way}`),
  );

  expect([...new Set(waysInCode())].sort()).toEqual([...named].sort());
});

test('nothing is logged but our own words and the names of faults', () => {
  const said = sources().flatMap(({ file, code }) =>
    [...code.matchAll(/console\.\w+\(([^;]*?)\)[;,]/g)].map(([, what = '']) => `${file} ${what}`),
  );

  expect(said).toEqual([
    "background/keeper.ts 'PageDial: an event was dropped:', error instanceof Error ? error.name : 'error'",
    "background/main.ts 'PageDial: news dropped', error instanceof Error ? error.name : '')",
  ]);
});

function waysInCode(): readonly string[] {
  return sources().flatMap(({ file, code }) => {
    const found = Object.entries(WAYS).filter(([, pattern]) => code.search(pattern) >= 0);
    return found.map(([way]) => `${file} ${way}`);
  });
}

/** The code of the extension, without comments. */
function sources(): readonly { readonly file: string; readonly code: string }[] {
  const folder = join(ROOT, 'src');
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      // The relay is a server of the company, not a part of the extension.
      .filter((path) => !path.startsWith(join(folder, 'relay')))
      .sort()
      .map((path) => ({
        file: path.slice(folder.length + 1),
        code: readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, ''),
      }))
  );
}
