import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tools/project.ts';
import type { StageSetting } from './browser-stub.ts';

type Messages = Record<string, { readonly message: string }>;

const FOLDER = join(ROOT, 'public', '_locales');
const ENGLISH = readLanguage('en');

/** The messages of one language. */
export function readLanguage(language: string): Messages {
  return JSON.parse(readFileSync(join(FOLDER, language, 'messages.json'), 'utf8')) as Messages;
}

/** Of each message the longest there is in any language: what fits with these fits in all of them. */
export function longestMessages(): Messages {
  const all = readdirSync(FOLDER).map(readLanguage);
  return Object.fromEntries(
    Object.keys(ENGLISH).map((key) => {
      const lengths = all.map((messages) => messages[key]?.message ?? '');
      return [key, { message: lengths.reduce((longest, one) => (one.length > longest.length ? one : longest), '') }];
    }),
  );
}

/** The same state in other words, with the buttons that are to be pressed by their names in these. */
export function inWords(setting: Partial<StageSetting>, messages: Messages): Partial<StageSetting> {
  if (setting.messages) return setting;
  return {
    ...setting,
    messages,
    ...(setting.press ? { press: setting.press.map((label) => translate(label, messages)) } : {}),
  };
}

function translate(label: string, messages: Messages): string {
  for (const [key, { message }] of Object.entries(ENGLISH)) {
    const [before = '', after] = message.split('$1');
    const isWhole = after === undefined && message === label;
    const isAround = after !== undefined && label.startsWith(before) && label.endsWith(after) && before !== '';
    if (isWhole) return messages[key]?.message ?? label;
    if (isAround)
      return (messages[key]?.message ?? '').replace('$1', label.slice(before.length, label.length - after.length));
  }
  return label;
}
