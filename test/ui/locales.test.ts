import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../tools/project.ts';

interface Message {
  readonly message: string;
  readonly placeholders?: unknown;
}

const FOLDER = join(ROOT, 'public/_locales');
const ENGLISH = readLocale('en');
const LOCALES = readdirSync(FOLDER).filter((name) => name !== 'en');
/** The browsers cut or refuse longer ones; stores do too. */
const LONGEST = { extension_name: 75, extension_description: 132 } as const;

test('the languages that are promised are there', () => {
  expect(LOCALES).toEqual(expect.arrayContaining(['ar', 'de', 'es', 'fr', 'nl', 'pt', 'vi']));
});

describe.each(LOCALES)('in %s', (name) => {
  const locale = readLocale(name);

  test('every message is there, none is left over, all in the order of the English ones', () => {
    const missing = Object.entries(ENGLISH).filter(([key]) => !(key in locale));
    const left = Object.keys(locale).filter((key) => !(key in ENGLISH));

    expect(missing.map(([key, { message }]) => `missing in ${name}: ${key} (${message})`)).toEqual([]);
    expect(left.map((key) => `left over in ${name}: ${key}`)).toEqual([]);
    expect(Object.keys(locale)).toEqual(Object.keys(ENGLISH));
  });

  test('each holds the same placeholders, and says something', () => {
    const wrong = shared(locale).filter(
      ([, there, english]) => there.message.trim() === '' || placeholdersOf(there) !== placeholdersOf(english),
    );

    expect(wrong.map(([key, there, english]) => `${key}: ${placeholdersOf(english)} / ${there.message}`)).toEqual([]);
  });

  test('no sentence is left in English', () => {
    const same = shared(locale).filter(
      ([, { message }, english]) => message === english.message && isSentence(message),
    );

    expect(same.map(([key, { message }]) => `${key}: ${message}`)).toEqual([]);
  });

  test('name and description are not cut', () => {
    for (const [key, longest] of Object.entries(LONGEST)) {
      expect([...(locale[key]?.message ?? '')].length, key).toBeLessThanOrEqual(longest);
    }
  });
});

/** The messages that both have; what is missing is told by a test of its own. */
function shared(locale: Readonly<Record<string, Message>>) {
  return Object.entries(ENGLISH).flatMap(([key, english]) => {
    const there = locale[key];
    return there ? [[key, there, english] as const] : [];
  });
}

/** Of the message itself, of the profile's language, and what stands for them. */
function placeholdersOf({ message, placeholders }: Message): string {
  const used = message.match(/\$\w+\$|\$\d|\{\w+(?:\|\w+)?\}/g) ?? [];
  return JSON.stringify([used.sort(), placeholders ?? {}]);
}

/** Three words in lower case and more: names, addresses and abbreviations are the same in every language. */
function isSentence(message: string): boolean {
  return (message.match(/(?<![\w./$@-])[a-z]{2,}(?![\w./:@])/g) ?? []).length >= 3;
}

function readLocale(name: string): Readonly<Record<string, Message>> {
  return JSON.parse(readFileSync(join(FOLDER, name, 'messages.json'), 'utf8')) as Readonly<Record<string, Message>>;
}
