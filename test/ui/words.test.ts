import { describe, expect, test } from 'vitest';
import messages from '../../public/_locales/en/messages.json' with { type: 'json' };
import type { PbxError } from '../../src/core/connection.ts';
import { ADAPTERS } from '../../src/pbx/registry.ts';
import { END_WORDS, ERROR_WORDS, errorWords, importProblemWords, REFUSAL_WORDS } from '../../src/ui/words.ts';

const TEXTS = messages as Readonly<Record<string, { readonly message: string } | undefined>>;

/** What a person reads, with the values put in. */
function said([key, ...values]: readonly string[]): string {
  const text = TEXTS[key ?? '']?.message ?? '';
  return text.replace(/\$(\d)/g, (_all, place) => values[Number(place) - 1] ?? '');
}

describe('every fault has words of its own', () => {
  test.each([
    ['errors of the PBX', Object.values(ERROR_WORDS).map(([what]) => what)],
    ['refusals', Object.values(REFUSAL_WORDS)],
    ['ends of a call', Object.values(END_WORDS)],
  ])('%s', (_name, keys) => {
    const texts = keys.map((key) => said([key]));

    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.filter((text) => text.length < 4)).toEqual([]);
  });

  test.each(Object.entries(ERROR_WORDS))('%s says what helps, in another sentence', (_kind, [what, todo]) => {
    expect(said([todo]).length).toBeGreaterThan(10);
    expect(said([todo])).not.toBe(said([what]));
  });
});

describe('what stands in the words', () => {
  test.each<[PbxError, RegExp]>([
    [{ kind: 'timeout', afterMs: 9_600 }, /within 10 s/],
    [{ kind: 'rate-limited', retryAfterMs: 7_001 }, /pause of 8 s/],
    [{ kind: 'permission-missing', origin: 'https://pbx.example.com/*' }, /no access to pbx\.example\.com\./],
    [{ kind: 'permission-missing', origin: 'cookies' }, /cookies of your PBX/],
  ])('%j', (error, text) => {
    expect(said(errorWords(error).what)).toMatch(text);
  });

  test('a settings file that is no JSON is refused with its line', () => {
    expect(said(importProblemWords({ problem: 'not-json', line: 3 }))).toMatch(/line 3/);
    expect(said(importProblemWords({ problem: 'wrong-type', path: 'sites.mode' }))).toMatch(/“sites\.mode”/);
  });
});

describe('every account form can be read', () => {
  test.each(ADAPTERS.map((adapter) => [adapter.id, adapter] as const))('%s', (id, { fields, check }) => {
    const groups = [...new Set(fields.flatMap(({ group }) => group ?? []))];
    const prefix = `pbx_${id.replaceAll('-', '_')}`;
    const keys = [
      ...fields.flatMap(({ label, help }) => [label, ...(help === undefined ? [] : [help])]),
      ...(groups.length > 1 ? groups.map((group) => `${prefix}_group_${group}`) : []),
      ...Object.values(check({})).flatMap((problem) => (typeof problem === 'string' ? [problem] : [])),
    ];

    expect(keys.filter((key) => TEXTS[key] === undefined)).toEqual([]);
  });
});
