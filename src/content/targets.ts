import type { FoundNumber, NumberFinder, TextBlock } from '../phone/find-numbers.ts';
import { isPbxAddress, type LinkedPbx, PBX_LINK_HREFS, type PbxLink, parsePbxLink } from '../phone/pbx-link.ts';
import { parseCallNumber, parseTelUri, type UriRefusal } from '../phone/tel-uri.ts';
import { partsOf, placeAt, type Run } from './blocks.ts';
import type { ContextReader } from './context.ts';
import { closest, matches } from './nodes.ts';

/** Why a number is shown but never dialled on a click in the page. */
export type Refused = NonNullable<FoundNumber['refused']> | 'feature-code' | 'look-alike';

/** What a target would dial, as far as it is compared again at the click. */
export interface Dialled {
  readonly e164?: string;
  readonly dial?: string;
  readonly ext?: string;
  readonly kind: 'phone' | 'fax';
  readonly refused?: Refused;
  readonly alternatives?: readonly string[];
  /** A link that shows one number and would call another; `e164` is what is shown, where that is a whole number. */
  readonly differs?: { readonly e164?: string };
  /** A link that makes this PBX call. */
  readonly pbx?: LinkedPbx;
}

/** One number of the page, with where it stands. */
export interface Target extends Dialled {
  readonly source: 'text' | 'link' | 'field' | 'embed';
  /** As it stands on the page. */
  readonly text: string;
  /** Whose number it is, where a link says so. */
  readonly name?: string;
  /** The element whose box tells whether the number can be near the view. */
  readonly holder: Element;
  readonly place: TextPlace | ElementPlace;
}

export interface TextPlace {
  readonly in: 'text';
  readonly start: Text;
  readonly startOffset: number;
  readonly end: Text;
  readonly endOffset: number;
}

/** True for a number that stands in the page's text, not in a link, a field or an embedded element. */
export function isInText(target: Target): target is Target & { readonly place: TextPlace } {
  return target.place.in === 'text';
}

export interface ElementPlace {
  readonly in: 'element';
  readonly element: Element;
}

const CALL_HREFS = ['^="tel:"', '^="callto:"', '^="sip:"', '^="sips:"', ...PBX_LINK_HREFS];
export const CALL_LINKS = `:is(a,area)[href]:is(${CALL_HREFS.map((href) => `[href${href} i]`).join(',')})`;
/** The embedded form of some PBXs; the tag name may be anything. */
export const EMBEDS = '[number]';
/** Elements whose author names a number that they may not show: `<span data-phone="+1…">Call us</span>`. */
export const NAMING = '[data-phone],[data-tel],[data-phone-number],[itemprop="telephone" i][content]';
export const NAMING_ATTRIBUTES = ['data-phone', 'data-tel', 'data-phone-number'] as const;
export const FIELDS = 'input,textarea';
/** Longer text belongs to a card or a row that carries a number, not to something to press. */
const MAX_NAMING_TEXT = 40;
const FIELD_TYPES = new Set(['', 'text', 'tel', 'search', 'number']);
const MAX_FIELD_TEXT = 4_000;

/** The block a finder reads for a run. */
export function blockOf(run: Run, context: ContextReader): TextBlock {
  return { text: run.text, nodeStarts: partsOf(run).map((part) => part.at), ...context.ofRun(run) };
}

/** The numbers of a run, without those that belong to a call link or an embedded call element. */
export function readRunTargets(run: Run, block: TextBlock, finder: NumberFinder): readonly Target[] {
  const targets: Target[] = [];
  for (const found of finder.find(block)) {
    const start = placeAt(run, found.start, 'start');
    const end = placeAt(run, found.end, 'end');
    if (!start || !end || ownerOf(start.node)) continue;
    targets.push({
      ...dialledOf(found),
      source: 'text',
      text: run.text.slice(found.start, found.end).replace(/\u200b/g, ''),
      holder: run.container,
      place: { in: 'text', start: start.node, startOffset: start.offset, end: end.node, endOffset: end.offset },
    });
  }
  // A list that was grown has room for many more; a copy has none.
  return targets.slice();
}

/** The target of a call link, or undefined when it names no number that could be dialled. */
export function readLink(link: Element, finder: NumberFinder): Target | undefined {
  const href = link.getAttribute('href') ?? link.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
  if (href === null || link.closest(EMBEDS)?.querySelector('button[name="call"]')) return undefined;
  const asked = parsePbxLink(href, link.baseURI);
  const number = resolve(asked ? parseCallNumber(asked.dest) : parseTelUri(href), finder);
  if (!number) return undefined;
  const text = asked ? withoutAddress((link.textContent ?? '').trim(), asked, link.baseURI) : link.textContent?.trim();
  const differs = number.refused === undefined ? textDiffers(text ?? '', number, finder) : undefined;
  return {
    ...number,
    ...(differs === undefined ? {} : { differs }),
    ...(asked ? { pbx: { host: asked.host, ...(asked.user === undefined ? {} : { user: asked.user }) } } : {}),
    ...(asked?.name === undefined ? {} : { name: asked.name }),
    source: 'link',
    text: text || (number.e164 ?? number.dial ?? asked?.dest ?? href),
    holder: link,
    place: { in: 'element', element: link },
  };
}

/** A link that shows its own address shows the number in it, and perhaps credentials, which are to go nowhere. */
function withoutAddress(text: string, asked: PbxLink, base: string): string {
  if (!isPbxAddress(text)) return text;
  return parsePbxLink(text, base)?.dest ?? asked.dest;
}

/** The target of an embedded call element (`number` attribute, a `button[name=call]` inside), or undefined. */
export function readEmbed(element: Element, finder: NumberFinder): Target | undefined {
  const written = element.getAttribute('number');
  if (written === null || !element.querySelector('button[name="call"]')) return undefined;
  const number = resolve(parseCallNumber(written), finder);
  if (!number) return undefined;
  const differs = number.refused === undefined ? textDiffers(textBesideButtons(element), number, finder) : undefined;
  return {
    ...number,
    ...(differs === undefined ? {} : { differs }),
    source: 'embed',
    text: written,
    holder: element,
    place: { in: 'element', element },
  };
}

/** The target of an element that names a number without showing any, or undefined. Where it shows digits, these speak for themselves. */
export function readNaming(element: Element, finder: NumberFinder): Target | undefined {
  const written =
    NAMING_ATTRIBUTES.map((name) => element.getAttribute(name)).find(Boolean) ?? element.getAttribute('content');
  const text = (element.textContent ?? '').trim();
  if (!written || written.length > MAX_NAMING_TEXT || text.length > MAX_NAMING_TEXT) return undefined;
  if ((text.match(/\p{Nd}/gu) ?? []).length >= 5 || matches(element, `${CALL_LINKS},${EMBEDS},${FIELDS}`))
    return undefined;
  if (ownerOf(element) || element.querySelector(`${CALL_LINKS},${EMBEDS},${FIELDS}`)) return undefined;
  const number = /^(?:tel|callto|sips?):/i.test(written)
    ? resolve(parseTelUri(written), finder)
    : findWhole(written, finder);
  if (!number || (number.e164 === undefined && number.dial === undefined)) return undefined;
  return {
    ...('start' in number ? dialledOf(number) : number),
    kind: 'phone',
    source: 'link',
    text: text || written,
    holder: element,
    place: { in: 'element', element },
  };
}

/** What an embedded element shows beside its buttons: the number the user sees. */
function textBesideButtons(element: Element): string {
  const parts: string[] = [];
  for (const node of element.childNodes) {
    if (node instanceof Text) parts.push(node.data);
    else if (node instanceof Element && node.tagName !== 'BUTTON' && node.tagName !== 'SCRIPT') {
      parts.push(textBesideButtons(node));
    }
  }
  return parts.join('').trim();
}

/** The numbers in a field's value. */
export function readField(element: Element, context: ContextReader, finder: NumberFinder): readonly Target[] {
  const block = fieldBlock(element, context);
  if (!block) return [];
  return finder.find(block).map((found) => ({
    ...dialledOf(found),
    source: 'field',
    text: block.text.slice(found.start, found.end),
    holder: element,
    place: { in: 'element', element },
  }));
}

/** The block of a field's value, or undefined where none may be read: passwords, hidden fields, nothing like a number. */
export function fieldBlock(element: Element, context: ContextReader): TextBlock | undefined {
  if (!isReadableField(element)) return undefined;
  const text = element.value;
  if (text === '' || text.length > MAX_FIELD_TEXT || !/\p{Nd}/u.test(text)) return undefined;
  return { text, nodeStarts: [0], ...context.ofField(element) };
}

/** True for the kinds of fields people keep numbers in. Never passwords, codes or card numbers. */
export function isReadableField(element: Element): element is HTMLInputElement | HTMLTextAreaElement {
  if (element instanceof HTMLTextAreaElement) return true;
  if (!(element instanceof HTMLInputElement)) return false;
  if (!FIELD_TYPES.has((element.getAttribute('type') ?? '').toLowerCase())) return false;
  return !/password|one-time-code|cc-/i.test(element.autocomplete);
}

/** True when both would dial the same. */
export function isSameDial(a: Dialled, b: Dialled): boolean {
  const isSameNumber = a.e164 === b.e164 && a.dial === b.dial && a.ext === b.ext && a.kind === b.kind;
  const isSamePbx = a.pbx?.host === b.pbx?.host && a.pbx?.user === b.pbx?.user;
  return (
    isSameNumber && isSamePbx && a.refused === b.refused && (a.differs === undefined) === (b.differs === undefined)
  );
}

/**
 * What was read again, with the targets of before in place of those that are the same, so that their buttons and all that is known of
 * them stay; `before` itself when nothing is different.
 */
export function keepSame(before: readonly Target[], now: readonly Target[]): readonly Target[] {
  if (before.length === 0) return now;
  const kept = now.map((target, i) => {
    const old = before[i];
    return old && isSameTarget(old, target) ? old : target;
  });
  return kept.length === before.length && kept.every((target, i) => target === before[i]) ? before : kept;
}

function isSameTarget(a: Target, b: Target): boolean {
  const isSame = isSameDial(a, b) && a.source === b.source && a.text === b.text && a.holder === b.holder;
  return isSame && isSamePlace(a.place, b.place) && a.alternatives?.join() === b.alternatives?.join();
}

function isSamePlace(a: Target['place'], b: Target['place']): boolean {
  if (a.in === 'element') return b.in === 'element' && a.element === b.element;
  if (b.in === 'element') return false;
  return a.start === b.start && a.startOffset === b.startOffset && a.end === b.end && a.endOffset === b.endOffset;
}

/** The call link or embedded call element around a node: the number inside is theirs. */
export function ownerOf(node: Node): Element | undefined {
  const parent = node.parentElement;
  const owner = parent && closest(parent, `${CALL_LINKS},${EMBEDS}`);
  if (!owner) return undefined;
  if (matches(owner, CALL_LINKS)) return owner;
  return owner.querySelector('button[name="call"]') ? owner : undefined;
}

function dialledOf(found: FoundNumber): Dialled {
  const { start: _start, end: _end, ...dialled } = found;
  return dialled;
}

/** Tricks and codes are shown as not dialled; what is only no number (a name, a broken address) is left to the browser. */
function resolve(asked: ReturnType<typeof parseTelUri>, finder: NumberFinder): Dialled | undefined {
  if (!asked.ok) return isShownRefusal(asked.error) ? { kind: 'phone', refused: asked.error } : undefined;
  if (asked.value.kind === 'sip') return { dial: asked.value.uri, kind: 'phone' };
  const { number, ext, context } = asked.value;
  const more = ext === undefined ? {} : { ext };
  if (/^\d{2,6}$/.test(number) && context === undefined) return { dial: number, kind: 'phone', ...more };
  const found = findWhole((context ?? '') + number, finder);
  if (found?.e164) return { ...dialledOf(found), kind: 'phone', ...more };
  // An author's `tel:+…` is taken at its word; whether it may be dialled is the background's to say.
  return /^\+\d{7,15}$/.test(number) ? { e164: number, kind: 'phone', ...more } : undefined;
}

function isShownRefusal(reason: UriRefusal): reason is UriRefusal & Refused {
  return ['feature-code', 'look-alike', 'order-controls', 'private-use'].includes(reason);
}

function findWhole(text: string, finder: NumberFinder): FoundNumber | undefined {
  return finder.find({ text, nodeStarts: [0], label: '', markup: 'telephone' })[0];
}

/** What a link shows, when that is another number than it would call. Text without a number's worth of digits never differs. */
function textDiffers(text: string, target: Dialled, finder: NumberFinder): Dialled['differs'] {
  const digits = toAsciiDigits(text).replace(/\D/g, '');
  if (digits.length < 5) return undefined;
  const found = text.length <= 200 ? finder.find({ text, nodeStarts: [0], label: '', markup: 'telephone' }) : [];
  const shown = found.filter(({ refused }) => refused === undefined).flatMap(({ e164 }) => e164 ?? []);
  if (target.e164 !== undefined && shown.includes(target.e164)) return undefined;
  const called = (target.e164 ?? target.dial ?? '').replace(/\D/g, '');
  const plain = digits.replace(/^0+/, '');
  // National form, perhaps with the extension behind it.
  const withExt = called + (target.ext ?? '');
  if (plain.length >= 5 && (called.endsWith(plain) || withExt.endsWith(plain))) return undefined;
  return shown[0] === undefined ? {} : { e164: shown[0] };
}

/** Decimal digits of any script as 0 to 9. */
function toAsciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    let zero = digit.codePointAt(0) ?? 0;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) {
      zero -= 1;
      value += 1;
    }
    return String(value);
  });
}
