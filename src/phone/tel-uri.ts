import { fail, ok, type Result } from '../core/result.ts';
import { type Doubt, fold } from './normalise.ts';
import { vanityDigits } from './vanity.ts';

/** What a call link asks for. */
export type CallTarget =
  | {
      readonly kind: 'number';
      /** `^\+?\d{2,15}$`: what separates the digits, what is dialled after the call is answered, and other parameters are left out. */
      readonly number: string;
      /** One to eight digits. */
      readonly ext?: string;
      /** Leading digits of the numbers among which this one is meant (`+44`); they need not be part of it. */
      readonly context?: string;
    }
  /** An internet address: no number, so nothing a PBX dials on one click. */
  | { readonly kind: 'sip'; readonly uri: string };

/** Why a link is not dialled. */
export type UriRefusal =
  | Doubt
  /** Another scheme. */
  | 'not-a-call-link'
  | 'too-long'
  /** A broken escape or parameter. */
  | 'malformed'
  /** `*` or `#`: such codes divert calls and change settings. */
  | 'feature-code'
  /** A few letters among digits, as somebody writes who wants another number dialled than is read. */
  | 'look-alike'
  /** Words: the name of somebody, not a number. */
  | 'letters'
  /** A number that is valid at somebody else's only. */
  | 'foreign-context'
  | 'not-a-number';

type Asked = Result<CallTarget, UriRefusal>;

const LONGEST = 500;
const NUMBER = /^\+?\d{2,15}$/;
const EXTENSION = /^\d{1,8}$/;
const FEATURE_KEYS = /[*#\uff0a\uff03]/;
const SEPARATORS = /[\s().\-/·~]/g;
/** From here on the digits before an `@` are a number of the public network, whoever's host stands behind. */
const PUBLIC_DIGITS = 7;
const SIP_USER = /^[A-Za-z0-9._+-]{1,64}$/;
const SIP_HOST = /^(?!-)[A-Za-z0-9.-]{1,253}(?::\d{1,5})?$/;

/**
 * Reads a `tel:`, `callto:`, `sip:` or `sips:` address. Never throws; what is not plainly a number to call is refused with the reason.
 * Source: RFC 3966 (tel), RFC 3261 section 19 (sip), and how authors write them.
 */
export function parseTelUri(uri: string): Asked {
  if (uri.length > LONGEST) return fail('too-long');
  const [, scheme = '', rest = ''] = /^\s*(tel|callto|sips?):(?:\/\/)?(.*)$/is.exec(uri) ?? [];
  if (scheme === '') return fail('not-a-call-link');
  return /^sip/i.test(scheme) ? readSip(scheme.toLowerCase(), rest) : readSubscriber(rest.split('?')[0] ?? '');
}

/** Reads a number as an author writes it for a machine, without scheme: `(617) 555-0123 x45`. */
export function parseCallNumber(text: string): Asked {
  return text.length > LONGEST ? fail('too-long') : readNumber(text, {});
}

function readSip(scheme: string, rest: string): Asked {
  const [, user = '', host = ''] = /^([^@]*)@([^;?]*)/s.exec(rest) ?? [undefined, rest.split('?')[0]];
  const read = readSubscriber(user.split(':')[0] ?? '');
  if (read.ok && read.value.kind === 'number' && isPublic(read.value.number, host)) return read;
  if (!read.ok && ['order-controls', 'private-use', 'feature-code'].includes(read.error)) return read;
  if (host === '') return read;
  const name = decode(user.split(/[:;]/)[0] ?? '');
  if (name === undefined || !SIP_USER.test(name) || !SIP_HOST.test(host)) return fail('malformed');
  return ok({ kind: 'sip', uri: `${scheme}:${name}@${host}` });
}

/** `45@pbx.example` is somebody at that host: our own extension 45 may be somebody else. */
function isPublic(number: string, host: string): boolean {
  return host === '' || number.startsWith('+') || number.length >= PUBLIC_DIGITS;
}

/** The `telephone-subscriber` of RFC 3966: digits, then parameters. */
function readSubscriber(text: string): Asked {
  const [digits, ...parts] = text.split(';').map(decode);
  const parameters: { ext?: string; context?: string } = {};
  if (digits === undefined) return fail('malformed');
  for (const part of parts) {
    if (part === undefined) return fail('malformed');
    const [, name = '', value = ''] = /^\s*([a-z-]+)\s*=(.*)$/is.exec(part) ?? [];
    const key = name.toLowerCase() === 'phone-context' ? 'context' : name.toLowerCase();
    if (key !== 'ext' && key !== 'context') continue;
    if (parameters[key] !== undefined) return fail('malformed');
    parameters[key] = value.trim();
  }
  return readNumber(digits, parameters);
}

function readNumber(text: string, parameters: { readonly ext?: string; readonly context?: string }): Asked {
  const folded = fold(`${text} ${parameters.ext ?? ''}`);
  const doubt = folded.doubtAbout(0, folded.text.length);
  if (doubt) return fail(doubt);
  const { digits, ext: written } = withoutExtension(withoutPostDial(fold(text).text.trim()));
  const ext = parameters.ext ? fold(parameters.ext).text.replace(SEPARATORS, '') : written;
  if (ext !== undefined && !EXTENSION.test(ext)) return fail(FEATURE_KEYS.test(ext) ? 'feature-code' : 'malformed');
  if (FEATURE_KEYS.test(digits)) return fail('feature-code');
  const plain = withoutTrunkInBrackets(digits).replace(SEPARATORS, '');
  const number = /\p{L}/u.test(plain) ? vanityDigits(plain) : plain;
  if (number === undefined) return fail(isSpeltWithLetters(plain) ? 'look-alike' : 'letters');
  if (!NUMBER.test(number)) return fail('not-a-number');
  return inContext({ kind: 'number', number, ...(ext === undefined ? {} : { ext }) }, parameters.context);
}

/** A context in front of a local number does not make it a global one (RFC 3966, 5.1.5), so it is told apart from it. */
function inContext(target: CallTarget & { readonly kind: 'number' }, context: string | undefined): Asked {
  if (context === undefined || context === '' || target.number.startsWith('+')) return ok(target);
  const plain = context.replace(SEPARATORS, '');
  return /^\+\d{1,15}$/.test(plain) ? ok({ ...target, context: plain }) : fail('foreign-context');
}

/** Pauses (`p` `w` `,` `;`) and what is dialled behind them are for after the call is answered: nobody has asked for that yet. */
function withoutPostDial(text: string): string {
  const [first = ''] = text.split(/[,;]/);
  return first.replace(/(\d)\s*[pw][\s\dpw*#.-]*$/i, '$1');
}

function withoutExtension(text: string): { readonly digits: string; readonly ext?: string } {
  const match = /(?:ext\.?|x)\s*(\d{1,8})$/i.exec(text);
  const before = text.slice(0, match?.index);
  if (!match?.[1] || !/^[^a-z]*\d[^a-z]*$/i.test(before)) return { digits: withoutFurtherLines(text) };
  return { digits: withoutFurtherLines(before), ext: match[1] };
}

/** `2490085/86`: a short tail behind a slash names further lines; the number in front of it is whole. */
function withoutFurtherLines(text: string): string {
  const at = text.lastIndexOf('/');
  const isTail = at > 0 && /^\s*\d{1,4}\s*$/.test(text.slice(at + 1));
  return isTail && text.slice(0, at).replace(/\D/g, '').length >= PUBLIC_DIGITS ? text.slice(0, at) : text;
}

/** `+49 (0)30`: the zero is for callers inside the country. */
function withoutTrunkInBrackets(digits: string): string {
  return digits.includes('+') ? digits.replace(/\(\s*0\s*\)/, '') : digits;
}

function isSpeltWithLetters(plain: string): boolean {
  const letters = plain.match(/\p{L}/gu)?.length ?? 0;
  return letters <= 2 && (plain.match(/\d/g)?.length ?? 0) >= 4;
}

/** Undefined for broken escapes; decoded once, so that nothing hides behind a second layer. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
