import { type PageLesson, taughtTextOf } from '../core/taught.ts';
import type { FoundNumber, NumberFinder } from './find-numbers.ts';

/** What may stand between the digits of a number that was taught in another grouping. */
const BETWEEN = '[\\s().\\-/\\u00a0\\u2009\\u202f]{0,3}';

/** Finds what the finder finds, without what the user has said to be no phone number, and with what the user has said to be one. */
export function withLessons(finder: NumberFinder, lessons: readonly PageLesson[]): NumberFinder {
  if (lessons.length === 0) return finder;
  const never = new Set(lessons.flatMap(({ text, number }) => (number === undefined ? [text] : [])));
  const always = lessons.flatMap(({ text, number }) =>
    number === undefined ? [] : [{ number, pattern: patternOf(text) }],
  );

  function taughtIn(text: string, found: readonly FoundNumber[]): readonly FoundNumber[] {
    return always.flatMap(({ number, pattern }) =>
      [...text.matchAll(pattern)].flatMap((match): FoundNumber[] => {
        const [start, end] = [match.index, match.index + match[0].length];
        if (found.some((other) => other.start < end && start < other.end)) return [];
        return [{ start, end, kind: 'phone', ...(number.startsWith('+') ? { e164: number } : { dial: number }) }];
      }),
    );
  }

  return {
    get version() {
      return finder.version;
    },
    learn: (block) => finder.learn(block),
    find(block) {
      const found = finder.find(block).filter(({ start, end }) => {
        const text = taughtTextOf(block.text.slice(start, end));
        return text === undefined || !never.has(text);
      });
      const taught = taughtIn(block.text, found);
      return taught.length === 0 ? found : [...found, ...taught].sort((a, b) => a.start - b.start);
    },
  };
}

/** The digits in any grouping, not as a part of a longer number or word. */
function patternOf(text: string): RegExp {
  const digits = text.replace('+', '').split('').join(BETWEEN);
  const plus = text.startsWith('+') ? '\\+\\s?' : '';
  return new RegExp(`(?<![\\p{L}\\d+])${plus}\\(?${digits}(?![\\p{L}\\d])`, 'gu');
}
