import type messages from '../../public/_locales/en/messages.json';
import { browser } from '../browser.ts';
import type { FieldProblem } from '../core/account.ts';

/** A message that exists in `_locales`: a key that is missing there does not compile. */
export type MessageKey = keyof typeof messages;

/** A message and what is put into its `$1`, `$2`, … */
export type Phrase = readonly [key: MessageKey, ...values: readonly string[]];

/** The message in the user's language. */
export function say(...[key, ...values]: Phrase): string {
  return browser.i18n.getMessage(key, [...values]);
}

/** A message whose key comes from an adapter (field labels); the key itself where there is no such message. */
export function sayByKey(key: string, ...values: readonly string[]): string {
  return browser.i18n.getMessage(key, [...values]) || key;
}

/** What is wrong with a field, in sentences; none when nothing is. */
export function problemWords(problem: FieldProblem | undefined): readonly string[] {
  if (problem === undefined) return [];
  return typeof problem === 'string' ? [sayByKey(problem)] : problem.map((sentence) => sayByKey(...sentence));
}
