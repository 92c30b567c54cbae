/** A JSON object of a stranger: nothing is known about what is in it. */
export type Json = Readonly<Record<string, unknown>>;

/** The text as JSON; undefined when it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value, if it is a JSON object (no list, not null). */
export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The JSON objects in a list; a single object stands for a list of one, anything else for none. */
export function asObjects(value: unknown): readonly Json[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map(asObject).filter((item) => item !== undefined);
}

/** Text, or a number as text; undefined for anything else and for blank text. */
export function asWord(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const word = value.trim();
  return word === '' ? undefined : word;
}

/** A claim as PBXs write it: `true`, `"true"`, `1`; undefined when it is none. */
export function asFlag(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return undefined;
}

/** The entry of one of our tables for a stranger's word; not what every object has, such as `constructor`. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string | undefined): T | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}
