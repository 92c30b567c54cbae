import type { AccountValues } from '../../core/account.ts';
import type { PbxError } from '../../core/connection.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { DialRequest } from '../adapter.ts';
import { asObject, asWord, readJson } from '../frames.ts';
import { fill, isPattern, placeholdersOf, plainAddress, readPatterns, recordIdOf } from '../page-values.ts';

const EXTENSION = /^\d{3,10}$/;
/** The vendor's rule allows `+` anywhere; a number has one at its front, if any. */
const NUMBER = /^\+?\d+$/;
const LONGEST_NUMBER = 32;
const SHORTEST_NUMBER = 3;
const LONGEST_TRUNK_NAME = 100;
const HEADER_NAME = /^[A-Za-z0-9_-]{1,100}$/;
const LONGEST_HEADER = 200;
const PLACEHOLDERS = ['pageUrl', 'recordId'];

type Headers = Readonly<Record<string, string>>;

/**
 * The body of a click-to-call request, with every optional field the account has. A header whose page value is missing, too long or
 * holds control characters is left out: the call does not depend on it.
 * @returns `number-refused` for what the PBX would not take; nothing is sent then
 * Source: vendor's page "Click-to-Call", request body fields
 */
export function callBody(account: AccountValues, { number, pageUrl }: DialRequest): Result<string, PbxError> {
  if (!isDialable(number)) {
    return fail({ kind: 'number-refused', detail: number.slice(0, LONGEST_NUMBER) });
  }
  const callerId = typed(account, 'callerId');
  const trunkId = typed(account, 'trunkId');
  const trunkName = typed(account, 'trunkName');
  const headers = filledHeaders(account, pageUrl);
  return ok(
    JSON.stringify({
      from_extension: typed(account, 'extension'),
      to_phone: number,
      ...(callerId === '' ? {} : { caller_id: callerId }),
      // The id takes priority over the name at the PBX, too.
      ...(trunkId === '' ? {} : { trunk_id: Number(trunkId) }),
      ...(trunkId !== '' || trunkName === '' ? {} : { trunk_name: trunkName }),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
    }),
  );
}

/** Whether the documents let a number be dialled as it is written. */
export function isDialable(number: string): boolean {
  return NUMBER.test(number) && number.length >= SHORTEST_NUMBER && number.length <= LONGEST_NUMBER;
}

/** What is wrong with the fields of the call, by field key, as message keys. */
export function callProblems(account: AccountValues): Readonly<Record<string, string | undefined>> {
  const extension = typed(account, 'extension');
  const wrongExtension = EXTENSION.test(extension) ? undefined : 'pbx_zorio_extension_bad';
  const headers = readHeaders(typed(account, 'headers'));
  return {
    extension: extension === '' ? 'pbx_needed' : wrongExtension,
    trunkId: /^\d{0,15}$/.test(typed(account, 'trunkId')) ? undefined : 'pbx_zorio_trunkId_bad',
    trunkName: typed(account, 'trunkName').length <= LONGEST_TRUNK_NAME ? undefined : 'pbx_zorio_trunkName_bad',
    headers: headers !== undefined && Object.entries(headers).every(isHeader) ? undefined : 'pbx_zorio_headers_bad',
    recordPatterns: patternsOf(account).every(isPattern) ? undefined : 'pbx_zorio_recordPatterns_bad',
  };
}

/** True when a header is to say something about the page. */
export function usesPage(account: AccountValues): boolean {
  return Object.values(readHeaders(typed(account, 'headers')) ?? {}).some((value) => placeholdersOf(value).length > 0);
}

function filledHeaders(account: AccountValues, pageUrl: string | undefined): Headers {
  const values = {
    pageUrl: pageUrl === undefined ? undefined : plainAddress(pageUrl),
    recordId: pageUrl === undefined ? undefined : recordIdOf(pageUrl, patternsOf(account)),
  };
  const filled = Object.entries(readHeaders(typed(account, 'headers')) ?? {}).flatMap(([name, template]) => {
    const value = fill(template, values)?.trim() ?? '';
    return value === '' || !isSendable(value) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(filled);
}

/** Headers as a JSON object, or as `Name: value` separated by `;` or line breaks; undefined when it is neither. */
function readHeaders(text: string): Headers | undefined {
  if (text === '') return {};
  const pairs = /^\{\s*["}]/.test(text) ? jsonPairs(text) : linePairs(text);
  return pairs?.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : undefined;
}

type Pair = readonly [string, string] | undefined;

function jsonPairs(text: string): readonly Pair[] | undefined {
  const object = asObject(readJson(text));
  if (!object) return undefined;
  return Object.entries(object).map(([name, value]) => {
    const word = asWord(value);
    return word === undefined ? undefined : [name, word];
  });
}

function linePairs(text: string): readonly Pair[] {
  const lines = text.split(/[;\r\n]+/).filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return colon < 1 ? undefined : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
}

function isHeader([name, value]: readonly [string, string]): boolean {
  const isKnown = placeholdersOf(value).every((placeholder) => PLACEHOLDERS.includes(placeholder));
  return HEADER_NAME.test(name) && value !== '' && isKnown && isSendable(value);
}

function isSendable(value: string): boolean {
  return value.length <= LONGEST_HEADER && !/\p{Cc}/u.test(value);
}

function patternsOf(account: AccountValues): readonly string[] {
  return readPatterns(account.recordPatterns ?? '');
}

function typed(account: AccountValues, key: string): string {
  return (account[key] ?? '').trim();
}
