import type { Atlas } from './atlas.ts';
import { createFinder } from './find-numbers.ts';
import { parseTelUri } from './tel-uri.ts';
import { readTypedNumber, type TypedNumber } from './typed-number.ts';

/** A selection longer than this is text, not a number. */
const LONGEST = 200;

/**
 * The number in a text that a person picked on a page (a selection, a link's address, a field): the text itself, or the only number in it.
 * Undefined when there is none, or more than one.
 * @param country - of numbers that do not say theirs, ISO 3166-1 alpha-2
 */
export function readPicked(text: string, country: string, atlas: Atlas): TypedNumber | undefined {
  const picked = text.trim();
  if (picked.length > LONGEST) return undefined;
  if (/^sips?:/i.test(picked)) return readSip(picked);
  return readTypedNumber(picked, country, atlas) ?? readOnlyNumber(picked, country, atlas);
}

function readSip(uri: string): TypedNumber | undefined {
  const asked = parseTelUri(uri);
  if (!asked.ok) return undefined;
  return { number: asked.value.kind === 'sip' ? asked.value.uri : asked.value.number };
}

function readOnlyNumber(text: string, country: string, atlas: Atlas): TypedNumber | undefined {
  const finder = createFinder({ lang: '', host: '', userCountry: country, siteCountry: country }, atlas);
  const found = finder.find({ text: text.replaceAll(/\s+/g, ' '), nodeStarts: [0], label: '' });
  const [first] = found;
  if (!first || found.length > 1 || first.refused !== undefined) return undefined;
  const number = first.e164 ?? first.dial;
  if (number === undefined) return undefined;
  return { number, ...(first.ext === undefined ? {} : { ext: first.ext }) };
}
