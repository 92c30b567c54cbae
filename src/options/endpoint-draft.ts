import type { CallEndpoint, EndpointKey } from '../core/call-endpoint.ts';

/** An endpoint as its form holds it, all in text; blank leaves it to the PBX. */
export type EndpointDraft = Readonly<Record<DraftKey, string>>;
export type DraftKey = EndpointKey;

/** How each parameter is written: one line, a number, yes or no, one of two words, a list of lines, or `name: value` lines. */
export const DRAFT_KINDS: Readonly<Record<DraftKey, 'text' | 'number' | 'flag' | 'order' | 'lines' | 'pairs'>> = {
  name: 'text',
  extension: 'text',
  dialFirst: 'order',
  timeout: 'number',
  whitelist: 'lines',
  callerIdNumber: 'text',
  authRequired: 'flag',
  throttle: 'number',
  calleeIdName: 'text',
  calleeIdNumber: 'text',
  presenceId: 'text',
  ringback: 'text',
  holdMusic: 'text',
  bypassMedia: 'flag',
  ignoreEarlyMedia: 'flag',
  variables: 'pairs',
  sipHeadersIn: 'pairs',
  sipHeadersOut: 'pairs',
};
export const DRAFT_KEYS = Object.keys(DRAFT_KINDS) as readonly DraftKey[];

/** The endpoint as text; of a new one nothing is filled in. */
export function toDraft(endpoint: Partial<CallEndpoint> = {}): EndpointDraft {
  const written = DRAFT_KEYS.map((key) => [key, write(endpoint[key])] as const);
  return Object.fromEntries(written) as EndpointDraft;
}

/** What the form says, without what is blank. A number that is none is `NaN`, for the limits to find. */
export function fromDraft(draft: EndpointDraft): CallEndpoint {
  const read = DRAFT_KEYS.flatMap((key) => {
    const text = draft[key].trim();
    return text === '' ? [] : [[key, readValue(key, text)] as const];
  });
  return { name: '', extension: '', ...Object.fromEntries(read) };
}

/** Only what is other than before: a change sends nothing else. What was emptied is no value to send, see {@link emptiedOf}. */
export function changesOf(before: EndpointDraft, after: EndpointDraft): Partial<CallEndpoint> {
  const all = fromDraft(after);
  const changed = DRAFT_KEYS.filter((key) => after[key].trim() !== '' && after[key].trim() !== before[key].trim());
  return Object.fromEntries(changed.map((key) => [key, all[key]]));
}

/** What held something before and is blank now. */
export function emptiedOf(before: EndpointDraft, after: EndpointDraft): readonly DraftKey[] {
  return DRAFT_KEYS.filter((key) => before[key].trim() !== '' && after[key].trim() === '');
}

function write(value: CallEndpoint[DraftKey]): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, word]) => `${name}: ${word}`)
      .join('\n');
  }
  return String(value);
}

function readValue(key: DraftKey, text: string): CallEndpoint[DraftKey] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  switch (DRAFT_KINDS[key]) {
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : Number.NaN;
    case 'flag':
      return text === 'yes';
    case 'lines':
      return lines;
    case 'pairs':
      return Object.fromEntries(lines.map(pairOf));
    default:
      return text;
  }
}

function pairOf(line: string): readonly [string, string] {
  const at = line.indexOf(':');
  // Without a colon it is no name, which the limits find.
  return at < 0 ? [`${line}:`, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
