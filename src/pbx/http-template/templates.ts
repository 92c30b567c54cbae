import { hmac } from '@noble/hashes/hmac.js';
import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fail, ok, type Result } from '../../core/result.ts';

/** What can stand in braces. */
export const PLACEHOLDERS = [
  /** As the number rule writes it. */
  'number',
  /** E.164 where there is one, else as `raw`. */
  'e164',
  /** Without `+`. */
  'digits',
  /** As dialled inside the user's country. */
  'national',
  /** As it was read on the page, before any rule. */
  'raw',
  'extension',
  'user',
  'secret',
  /** The name found beside the number; may be empty. */
  'name',
  /** A fresh id per click. */
  'uuid',
  /** Seconds since 1970. */
  'timestamp',
  /** The call's id, once it is known. */
  'callId',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

const ENCODERS = ['url', 'json', 'base64', 'md5', 'sha256', 'hmac256'] as const;
type Encoder = (typeof ENCODERS)[number];

/** Text with placeholders, read. */
export type Template = readonly (string | { readonly name: Placeholder; readonly encoders: readonly Encoder[] })[];

/** What the placeholders stand for in one request; what is missing is empty. */
export type Values = Readonly<Partial<Record<Placeholder, string>>>;

/** Where a text ends up; each place has its own way to keep what is filled in from becoming something else. */
export type Position = 'url' | 'header' | 'form' | 'json' | 'text';

const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g;

/**
 * Reads `…{number|url}…`. Braces that stand for themselves are doubled.
 * @returns in a failure what is wrong, as it is written
 */
export function parseTemplate(text: string): Result<Template, string> {
  const pieces: (string | { name: Placeholder; encoders: readonly Encoder[] })[] = [];
  let from = 0;
  for (const match of text.matchAll(PIECE)) {
    const [written, inside] = match;
    pieces.push(text.slice(from, match.index));
    from = match.index + written.length;
    if (written === '{{' || written === '}}') pieces.push(written.charAt(0));
    else if (inside === undefined) return fail(written);
    else {
      const [name, ...encoders] = inside.split('|');
      const placeholder = PLACEHOLDERS.find((one) => one === name);
      const known = encoders.map((encoder) => ENCODERS.find((one) => one === encoder));
      if (!placeholder || known.includes(undefined)) return fail(written);
      pieces.push({ name: placeholder, encoders: known.filter((one) => one !== undefined) });
    }
  }
  pieces.push(text.slice(from));
  return ok(pieces.filter((piece) => piece !== ''));
}

/** The names that are used, with the encoders of each use. */
export function usesOf(
  template: Template,
): readonly { readonly name: Placeholder; readonly encoders: readonly Encoder[] }[] {
  return template.filter((piece) => typeof piece !== 'string');
}

/** The text with everything filled in, each value encoded for where it stands. */
export function fill(template: Template, values: Values, position: Position): string {
  return template
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      const key = values.secret ?? '';
      const encoded = piece.encoders.reduce((text, encoder) => encode(text, encoder, key), values[piece.name] ?? '');
      // What was encoded for an address on purpose is not encoded twice.
      return position === 'url' && piece.encoders.at(-1) !== 'url' ? encodeURIComponent(encoded) : encoded;
    })
    .join('');
}

function encode(text: string, encoder: Encoder, key: string): string {
  switch (encoder) {
    case 'url':
      return encodeURIComponent(text);
    case 'json':
      return JSON.stringify(text).slice(1, -1);
    case 'base64':
      return base64(text);
    case 'md5':
      return hex(md5(bytes(text)));
    case 'sha256':
      return hex(sha256(bytes(text)));
    case 'hmac256':
      return hex(hmac(sha256, bytes(key), bytes(text)));
  }
}

/** Base64 of the text's UTF-8 bytes. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...bytes(text)));
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
