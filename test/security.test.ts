import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './tools/project.ts';

/** Those of the threat model that must be met by a test of this project. */
const MUST = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 26, 28, 30, 32, 33, 34];
const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| T\d+/.test(line));

describe('SECURITY.md', () => {
  test('names a test for every threat that must be met', () => {
    const met = rows.map((row) => Number(/^\| T(\d+)/.exec(row)?.[1]));

    expect(MUST.filter((threat) => !met.includes(threat))).toEqual([]);
  });

  test.each(rows.map((row) => [/^\| (T\d+)/.exec(row)?.[1] ?? '', row] as const))(
    '%s: its tests exist',
    (_threat, row) => {
      const [, , , , tests = ''] = row.split('|');
      const named = [...tests.matchAll(/`(test\/[^`]+)`((?:,? "[^"]+")+)/g)];
      expect(named.length).toBeGreaterThan(0);

      for (const [, file = '', names = ''] of named) {
        expect(existsSync(join(ROOT, file)), file).toBe(true);
        const code = readFileSync(join(ROOT, file), 'utf8');
        const missing = [...names.matchAll(/"([^"]+)"/g)]
          .map(([, name = '']) => name)
          .filter((name) => !code.includes(name));
        expect(missing, file).toEqual([]);
      }
    },
  );
});
