/** An address pattern names a host and a path with `{recordId}` in it; `*` stands for anything inside one part of the path. */
const RECORD = '{recordId}';
const LONGEST_PATTERN = 200;
const LONGEST_ADDRESS = 2_000;
/** What ends a part of an address. */
const PART_END = '[/?#&]';

/** The patterns in a field of the account form: one per word. */
export function readPatterns(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((pattern) => pattern !== '');
}

/** True for a pattern that can be used: one `{recordId}`, and at most one unknown in each part of the path. */
export function isPattern(pattern: string): boolean {
  const parts = withoutScheme(pattern).split(/[/?#&]/);
  return (
    pattern.length <= LONGEST_PATTERN &&
    parts.filter((part) => part.includes(RECORD)).length === 1 &&
    parts.every((part) => part.split(/\*|\{recordId\}/).length <= 2) &&
    !/[{}]/.test(pattern.replace(RECORD, ''))
  );
}

/**
 * The record that a page shows, as its address says it: `crm.example.com/leads/{recordId}` finds `42` in
 * `https://crm.example.com/leads/42?tab=notes`.
 * @returns undefined when no pattern fits; the first that fits counts
 */
export function recordIdOf(pageUrl: string, patterns: readonly string[]): string | undefined {
  if (pageUrl.length > LONGEST_ADDRESS || !URL.canParse(pageUrl)) return undefined;
  const { host, pathname, search, hash } = new URL(pageUrl);
  const address = `${host}${pathname}${search}${hash}`;
  for (const pattern of patterns.filter(isPattern)) {
    const found = toRegExp(pattern).exec(address)?.[1];
    if (found !== undefined) return decode(found);
  }
  return undefined;
}

/** The address of a page without user and password. */
export function plainAddress(pageUrl: string): string | undefined {
  if (!URL.canParse(pageUrl)) return undefined;
  const url = new URL(pageUrl);
  url.username = '';
  url.password = '';
  return url.href;
}

/** The names between braces: `lead {recordId}` has `recordId`. */
export function placeholdersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}

/** The template with its placeholders filled; undefined when one of them has no value. */
export function fill(template: string, values: Readonly<Record<string, string | undefined>>): string | undefined {
  if (placeholdersOf(template).some((name) => values[name] === undefined)) return undefined;
  return template.replace(/\{([^{}]*)\}/g, (_whole, name: string) => values[name] ?? '');
}

function toRegExp(pattern: string): RegExp {
  const bare = withoutScheme(pattern);
  const host = bare.split(/[/?#]/, 1)[0] ?? '';
  const source = (host.toLowerCase() + bare.slice(host.length))
    .split(/(\*|\{recordId\})/)
    .map((piece) => {
      if (piece === '*') return '[^/?#&]*';
      return piece === RECORD ? '([^/?#&]+)' : piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}(?=${PART_END}|$)`);
}

function withoutScheme(pattern: string): string {
  return pattern.replace(/^https?:\/\//i, '');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
