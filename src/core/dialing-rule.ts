import type { DialingRule, Replacement } from './account.ts';

/** The rule until the user says otherwise. */
export const PLAIN_RULE: DialingRule = { numberFormat: 'e164', outsideLine: '' };

const FORMATS = ['e164', 'digits', 'national'] as const;
const OUTSIDE_LINE = /^[0-9*#]{0,6}$/;
const BEGINS = /^\+\d{1,15}$/;
const WITH = /^\+?[0-9*#]{0,15}$/;
const MOST_REPLACEMENTS = 50;

/** True for what can stand before a number: the digits that get an outside line. */
export function isOutsideLine(text: string): boolean {
  return OUTSIDE_LINE.test(text);
}

/** The first part of a replacement that is wrong, or undefined. */
export function faultOfReplacement({ begins, with: instead }: Replacement): keyof Replacement | undefined {
  if (!BEGINS.test(begins)) return 'begins';
  return WITH.test(instead) ? undefined : 'with';
}

/** A stored rule of any age: what cannot be used becomes its default, or is left out. Pure; never throws. */
export function readDialingRule(value: unknown): DialingRule {
  const { numberFormat, outsideLine, replacements } = recordOf(value);
  const isKnown = numberFormat === 'e164' || numberFormat === 'digits' || numberFormat === 'national';
  const list: readonly unknown[] = Array.isArray(replacements) ? replacements : [];
  const good = list.map(readReplacement).filter((one) => one !== undefined && faultOfReplacement(one) === undefined);
  return {
    numberFormat: isKnown ? numberFormat : PLAIN_RULE.numberFormat,
    outsideLine: typeof outsideLine === 'string' && isOutsideLine(outsideLine) ? outsideLine : '',
    ...(good.length === 0 ? {} : { replacements: good.slice(0, MOST_REPLACEMENTS) as readonly Replacement[] }),
  };
}

/** Where a rule in a file is wrong, as a path inside it; undefined when all of it can be used. */
export function faultOfRule(value: unknown): string | undefined {
  const { numberFormat, outsideLine, replacements = [] } = recordOf(value);
  if (numberFormat !== undefined && !FORMATS.some((format) => format === numberFormat)) return 'numberFormat';
  if (outsideLine !== undefined && (typeof outsideLine !== 'string' || !isOutsideLine(outsideLine)))
    return 'outsideLine';
  if (!Array.isArray(replacements) || replacements.length > MOST_REPLACEMENTS) return 'replacements';
  const faults = replacements.map((one: unknown) => {
    const read = readReplacement(one);
    return read ? faultOfReplacement(read) : '';
  });
  const index = faults.findIndex((fault) => fault !== undefined);
  return index < 0 ? undefined : `replacements.${index}${faults[index] ? `.${faults[index]}` : ''}`;
}

function readReplacement(value: unknown): Replacement | undefined {
  const { begins, with: instead } = recordOf(value);
  return typeof begins === 'string' && typeof instead === 'string' ? { begins, with: instead } : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
