import { asObject, asWord } from '../frames.ts';

/** Keys and indexes with dots between them: `data.calls.0.id`. Nothing is evaluated. */
export type JsonPath = readonly string[];

/** Reads a path; undefined for what is none. */
export function parsePath(text: string): JsonPath | undefined {
  const parts = text.replace(/^\$\.?/, '').split('.');
  return parts.every((part) => /^[\w -]{1,64}$/.test(part)) ? parts : undefined;
}

/** What stands at the path; undefined where there is nothing. */
export function readPath(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return /^\d+$/.test(key) ? at[Number(key)] : undefined;
    const object = asObject(at);
    return object && Object.hasOwn(object, key) ? object[key] : undefined;
  }, value);
}

/** A text, a number or a claim as text; undefined for anything else. */
export function plainWord(value: unknown): string | undefined {
  return typeof value === 'boolean' ? String(value) : asWord(value);
}
