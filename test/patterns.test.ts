import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { ROOT } from './tools/project.ts';

// Pages and PBXs choose the texts that our patterns read. A pattern that is not linear lets them stop the browser with one long line.

const SHORT = 20_000;
const LONG = 1_000_000;
/** Many times what a linear pattern takes for so many characters, and a small part of what a quadratic one does. */
const SHORT_WITHIN_MS = 60;
const LONG_WITHIN_MS = 1_000;

/** Pieces that are repeated: what numbers, dates, names and addresses are made of. */
const PIECES = [
  ...['0', '12', '1 ', ' 1', '1-', '1.', '1/', '1,', '(1', '1)', '(0)', '+1', '+', '1x', 'x1', '1p', '01:', '1e', '19'],
  ...['a', 'A', 'a ', ' a', 'a.', 'a-', 'a@', '@a', 'a:', 'Aa', 'é', '\u0661', '\uff11', '\u4e00', '\ud83d\ude00'],
  ...[
    ' ',
    '\t',
    '\n',
    ' \n',
    '\u00a0',
    '\u200b',
    '-',
    '--',
    '.',
    '..',
    ',',
    ';',
    ':',
    '/',
    '//',
    '\\',
    '"',
    "'",
    '<',
    '>',
    '&',
  ],
  ...['=', '?', '#', '*', '%', '%2', '%20', '(', ')', '[', ']', '{', '}', '{a', '{a}', '_', '|', '~', '$', '\u202e'],
];
const ENDS = ['', '!', '\u0000'];

/** Patterns that see short texts only, each with the reason. */
const ON_SHORT_TEXTS: Readonly<Record<string, string>> = {
  '^\\s*\\.?\\s*(?:[/&+|]|and|und|et|y|e|i|og|och|en|и)\\s*$': 'what stands between two words, within 60 characters',
  '([a-z-]+)\\(([^)]*)\\)': 'a filter of 300 characters',
  '\\/+$': 'an address the user has typed',
  '=+$': 'name and password of the user, in base64',
  '\\[[^\\]]*\\]': 'a pattern of 200 characters, in a profile',
  '^[ )(]*[-/·]?[ (]*\\+\\(?$': 'the gap between two runs of digits, 10 characters',
  '(?:^|[^\\p{L}\\p{N}])(?:([tmf])\\s?[.:)\\]|]|([pohwcd])\\s?[:)\\]])\\s*[([+]*$|(?:^|[\\n|•·])\\s*(?:([tmf])|([pohwcd])) [([+]*$':
    'the 60 characters in front of a number',
  '[\\d/]\\S*\\p{L}\\.$': 'the 80 characters in front of a number',
  '[\\s)\\]]+$': 'the 40 characters behind a number',
  '(\\d)\\s*[pw][\\s\\dpw*#.-]*$': 'a link of 500 characters',
};

interface Pattern {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

const patterns = readPatterns();

describe('no text takes long to read', { timeout: 60_000 }, () => {
  test('the patterns are found', () => {
    expect(patterns.length).toBeGreaterThan(150);
    expect(Object.keys(ON_SHORT_TEXTS).filter((source) => !patterns.some((one) => one.source === source))).toEqual([]);
  });

  test.each(filesOf(patterns))('%s', (_file, own) => {
    for (const { source, flags } of own) {
      if (Object.hasOwn(ON_SHORT_TEXTS, source)) continue;
      const words = source.match(/[a-z]{2,}/gi) ?? [];
      let slowest = { took: 0, piece: '' };
      for (const piece of [...PIECES, ...new Set(words.slice(0, 20))]) {
        for (const end of ENDS) {
          const took = timeOf(source, flags, piece.repeat(SHORT / piece.length) + end);
          if (
            took > SHORT_WITHIN_MS &&
            timeOf(source, flags, piece.repeat(SHORT / piece.length) + end) > SHORT_WITHIN_MS
          ) {
            throw new Error(`/${source}/${flags} takes ${Math.round(took)} ms for 20 kB of ${JSON.stringify(piece)}`);
          }
          if (took > slowest.took) slowest = { took, piece };
        }
      }
      const { piece } = slowest;
      if (piece !== '')
        expect(timeOf(source, flags, `${piece.repeat(LONG / piece.length)}!`)).toBeLessThan(LONG_WITHIN_MS);
    }
  });
});

/** Milliseconds of this process, whatever else the machine does. */
function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Milliseconds for one search through the whole text. */
function timeOf(source: string, flags: string, text: string): number {
  const pattern = new RegExp(source, flags.replace(/[gy]/g, ''));
  const before = process.cpuUsage();
  pattern.test(text);
  return cpuMs(before);
}

function readPatterns(): readonly Pattern[] {
  const folder = join(ROOT, 'src');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { program } = parseSync(path, readFileSync(path, 'utf8'));
      return regexesIn(program).map(({ pattern, flags }) => ({
        file: path.slice(folder.length + 1),
        source: pattern,
        flags,
      }));
    });
}

function regexesIn(node: unknown): readonly { readonly pattern: string; readonly flags: string }[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('regex' in node && typeof node.regex === 'object' && node.regex !== null) {
    return [node.regex as { pattern: string; flags: string }];
  }
  return Object.values(node).flatMap(regexesIn);
}

function filesOf(all: readonly Pattern[]): readonly (readonly [string, readonly Pattern[]])[] {
  const files = [...new Set(all.map(({ file }) => file))].sort();
  return files.map((file) => [file, all.filter((one) => one.file === file)]);
}
