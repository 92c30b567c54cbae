import { closest, matches, parentElementOf, parentOf } from './nodes.ts';
/** A stretch of one text node inside a block's text. */
export interface Part {
  readonly node: Text;
  /** Where the stretch begins in the node. */
  readonly from: number;
  /** Where it begins in the block's text. */
  readonly at: number;
  readonly length: number;
}

/** What a person reads as one line of text: a run of inline siblings, cut at line breaks and blocks. */
export interface Run {
  /** The nearest element around the run that is not inline; its box tells where the run is. */
  readonly container: Element;
  /** White space as drawn, at its old length: of several in a row all but the first have no width. */
  readonly text: string;
  /** The text node that is the whole run, as most are: for these, lists of parts would be most of what we keep. */
  readonly nodes: Text | readonly Part[];
  /** True where white space, of which there is more than single blanks, is drawn as it is written. */
  readonly isPreformatted: boolean;
  /** True where the run was cut for its length, and more text follows or precedes on the same line. */
  readonly isCut: boolean;
}

/** The stretches of text nodes a run is read from, in the order of the text. */
export function partsOf({ nodes, text }: Run): readonly Part[] {
  return nodes instanceof Text ? [{ node: nodes, from: 0, at: 0, length: text.length }] : nodes;
}

/** A place between two characters of a text node. */
export interface Place {
  readonly node: Text;
  readonly offset: number;
}

/** Text longer than this in one node is read in windows, so that no single step takes long. */
export const LONG_TEXT = 4_000;
const WINDOW = 2_000;
const MAX_RUN_TEXT = 4_000;
const MAX_RUN_NODES = 400;
const CONTEXT_BEFORE = 400;

// Never holds a number to dial: editors, and what is not shown as text. `code` is only a way to draw text: people put numbers in it, and
// what real code holds is told from numbers like everything else.
const EXCLUDED =
  'script,style,noscript,template,head,title,textarea,select,option,datalist,iframe,object,canvas,audio,video,math,' +
  '[contenteditable=""],[contenteditable="true" i],[contenteditable="plaintext-only" i],[role="textbox" i]';
const BLOCK_NAMES = new Set(
  (
    'td th tr table tbody thead tfoot caption p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 section article header footer main nav aside ' +
    'form fieldset address blockquote pre figure figcaption body html hr details summary dialog'
  ).split(' '),
);
const STOPS = new Set(
  'br hr button input select textarea iframe video audio object canvas embed script style noscript template meter progress'.split(
    ' ',
  ),
);
const GAPS = new Set(['img', 'svg', 'picture', 'math']);

/** True when text under this element is never looked at. */
export function isExcluded(element: Element): boolean {
  return closest(element, EXCLUDED) !== null;
}

/** True for elements that are blocks by their name, whatever the page's styles say. */
export function isBlockName(element: Element): boolean {
  return BLOCK_NAMES.has(element.localName);
}

/** True for the only text of a table's cell, which nothing outside ever joins: most cells with digits hold no number. */
export function isAloneInCell(text: Text): boolean {
  const name = text.parentElement?.localName;
  return (name === 'td' || name === 'th') && !text.previousSibling && !text.nextSibling && text.length <= LONG_TEXT;
}

/** Reads how elements flow, remembering each answer; make a new one when the page may have changed. */
export function createFlow(): Flow {
  return createFlowOf(readFlow, keepsSpaces);
}

/** The same by the elements' names alone, as browsers draw them without the page's styles: for a page that is not laid out yet. */
export function createFlowByName(): Flow {
  return createFlowOf(
    (element) => nameFlow(element) ?? flowByName(element),
    (container) => container.localName === 'pre',
  );
}

function createFlowOf(readFlow: (element: Element) => FlowKind, keepsSpaces: (container: Element) => boolean): Flow {
  const kinds = new Map<Element, FlowKind>();
  const excluded = new Map<Element, boolean>();
  const kindOf = (element: Element): FlowKind => {
    const before = kinds.get(element);
    if (before !== undefined) return before;
    const kind = readFlow(element);
    kinds.set(element, kind);
    return kind;
  };
  // Neighbours share their ancestors: each is asked once. No recursion: pages nest deeper than a stack.
  const isExcludedOnce = (element: Element): boolean => {
    const path: Element[] = [];
    let found = false;
    for (let node: Element | undefined = element; node; node = parentElementOf(node)) {
      const before = excluded.get(node);
      found = before ?? matches(node, EXCLUDED);
      if (before !== undefined) break;
      path.push(node);
      if (found) break;
    }
    for (const node of path) excluded.set(node, found);
    return found;
  };
  return Object.assign(kindOf, { isExcluded: isExcludedOnce, keepsSpaces });
}

/** `block` ends a run, `inline` is part of it, `boxed` (inline-block) is part of it with a space around, `stop` and `gone` as they say. */
export type FlowKind = 'block' | 'inline' | 'boxed' | 'gap' | 'stop' | 'gone';
export interface Flow {
  (element: Element): FlowKind;
  /** See the function of this name. */
  isExcluded(element: Element): boolean;
  /** True where spaces and line ends of the source are drawn as they are. */
  keepsSpaces(container: Element): boolean;
}

/** Undefined where styles decide. */
function nameFlow({ localName: name }: Element): FlowKind | undefined {
  if (STOPS.has(name)) return 'stop';
  if (GAPS.has(name)) return 'gap';
  return name === 'td' || name === 'th' || name === 'tr' || name === 'body' ? 'block' : undefined;
}

function readFlow(element: Element): FlowKind {
  const name = element.localName;
  const told = nameFlow(element);
  if (told !== undefined) return told;
  const style = getComputedStyle(element);
  const display = style.display;
  if (display === 'none') return 'gone';
  if (style.visibility !== 'visible' && !BLOCK_NAMES.has(name)) return 'gone';
  if (element.hasAttribute('contenteditable')) return 'stop';
  if (display === 'inline' || display === 'contents' || display.startsWith('ruby')) return 'inline';
  if (display.startsWith('inline')) return 'boxed';
  // Not styled at all (a document that is not HTML, or not in a view): go by the name.
  if (display === '') return flowByName(element);
  return 'block';
}

function flowByName({ localName }: Element): FlowKind {
  return BLOCK_NAMES.has(localName) ? 'block' : 'inline';
}

/**
 * The nearest ancestor that is not inline, crossing out of a shadow tree to its host. Hidden text is read like a block of its own: styles
 * change without a word to us, and what is hidden is neither shown nor offered.
 */
export function containerOf(text: Text, flow: Flow): Element | undefined {
  let node: Node | null = parentOf(text);
  while (node instanceof Element) {
    const kind = flow(node);
    if (kind !== 'inline' && kind !== 'boxed') return node;
    const parent: Node | null = parentOf(node);
    if (!(parent instanceof Element) && !(parent instanceof ShadowRoot)) return node;
    node = parent;
  }
  return node instanceof ShadowRoot ? node.host : undefined;
}

/**
 * The run around a text node that holds a digit, or undefined where no number may be found. A very long node gives the window that
 * begins at `from`.
 * @param isTaken - nodes of other runs, where this one must end
 */
export function readRun(text: Text, flow: Flow, isTaken: (node: Text) => boolean, from = 0): Run | undefined {
  const parent = text.parentElement;
  if (parent && flow.isExcluded(parent)) return undefined;
  const container = containerOf(text, flow);
  if (!container) return undefined;
  if (text.length > LONG_TEXT) return readWindow(text, container, from, flow);
  const before = collect(text, 'previousSibling', 'lastChild', flow, isTaken, CONTEXT_BEFORE);
  const after = collect(text, 'nextSibling', 'firstChild', flow, isTaken, MAX_RUN_TEXT);
  return join(container, [...before.pieces.reverse(), text, ...after.pieces], before.isCut || after.isCut, flow);
}

/** The place of an offset in the run's text. At the border of two nodes `start` is the later node, `end` the earlier. */
export function placeAt(run: Run, offset: number, side: 'start' | 'end'): Place | undefined {
  const parts = partsOf(run);
  let low = 0;
  let high = parts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const at = parts[middle]?.at ?? 0;
    if (side === 'start' ? at <= offset : at < offset) low = middle;
    else high = middle - 1;
  }
  const part = parts[low];
  if (!part) return undefined;
  return { node: part.node, offset: part.from + Math.min(Math.max(offset - part.at, 0), part.length) };
}

/** The end of the window that begins at `from`: cut where a line, or at least a word, ends. */
export function windowEnd(node: Text, from: number): number {
  const latest = Math.min(node.length, from + WINDOW);
  if (latest === node.length) return latest;
  const text = stretchOf(node, from, latest - from);
  const line = text.lastIndexOf('\n');
  if (line > 0) return from + line + 1;
  // No line ends here: a number is shorter than 40 characters, so a cut between two letters, or two blanks, splits none that matters.
  for (let at = text.length; at > text.length - 200 && at > 0; at -= 1) {
    if (/[^\d\s()+./-]/.test(text.charAt(at - 1))) return from + at;
  }
  return latest;
}

/** A stretch of a node's text. Firefox copies the whole text for each look at `data`, which takes milliseconds for a long one. */
export function stretchOf(node: Text, from: number, length: number): string {
  if (node.length <= LONG_TEXT) return node.data.slice(from, from + length);
  return from > node.length ? '' : node.substringData(from, length);
}

function readWindow(text: Text, container: Element, from: number, flow: Flow): Run {
  const end = windowEnd(text, from);
  const isPreformatted = flow.keepsSpaces(container);
  return {
    container,
    text: asDrawn(stretchOf(text, from, end - from), isPreformatted),
    nodes: [{ node: text, from, at: 0, length: end - from }],
    isPreformatted,
    isCut: true,
  };
}

function join(container: Element, pieces: readonly (Text | ' ')[], isCut: boolean, flow: Flow): Run {
  // Styles are asked for only where the answer counts.
  const isPreformatted =
    pieces.some((piece) => piece !== ' ' && SPACES.test(piece.data)) && flow.keepsSpaces(container);
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined && only !== ' ')
    return { container, text: asDrawn(only.data, isPreformatted), nodes: only, isPreformatted, isCut };
  const parts: Part[] = [];
  let text = '';
  for (const piece of pieces) {
    if (piece === ' ') {
      text += ' ';
      continue;
    }
    parts.push({ node: piece, from: 0, at: text.length, length: piece.data.length });
    text += asDrawn(piece.data, isPreformatted);
  }
  return { container, text, nodes: parts, isPreformatted, isCut };
}

const NO_WIDTH = '\u200b';
const SPACES = /[\t\n\r\f]| {2}/;

/** A node's text as it is drawn: line breaks and indents of the source are one space. Offsets stay the same. */
export function asDrawn(text: string, isPreformatted: boolean): string {
  if (isPreformatted || !SPACES.test(text)) return text;
  return text.replace(/[ \t\n\r\f]+/g, (space) => ` ${NO_WIDTH.repeat(space.length - 1)}`);
}

function keepsSpaces(container: Element): boolean {
  return /^(?:pre|break-spaces)/.test(getComputedStyle(container).whiteSpace);
}

/** Text nodes beside `start` on its line, outward in one direction; a space stands for the edge of a box or an image. */
function collect(
  start: Text,
  sibling: 'nextSibling' | 'previousSibling',
  child: 'firstChild' | 'lastChild',
  flow: Flow,
  isTaken: (node: Text) => boolean,
  limit: number,
): { readonly pieces: (Text | ' ')[]; readonly isCut: boolean } {
  const found: (Text | ' ')[] = [];
  let length = 0;
  let node: Node = start;
  for (let steps = 0; steps < MAX_RUN_NODES; steps += 1) {
    let next: Node | null = node[sibling];
    while (!next) {
      const parent: Node | null = parentOf(node);
      if (!(parent instanceof Element)) return { pieces: found, isCut: false };
      const kind = flow(parent);
      if (kind !== 'inline' && kind !== 'boxed') return { pieces: found, isCut: false };
      if (kind === 'boxed') found.push(' ');
      node = parent;
      next = node[sibling];
    }
    node = next;
    // Down into inline elements until a leaf.
    while (node instanceof Element) {
      const kind = flow(node);
      if (kind === 'block' || kind === 'stop') return { pieces: found, isCut: false };
      if (kind === 'boxed' || kind === 'gap') found.push(' ');
      if (kind === 'gone' || kind === 'gap') break;
      const inner: ChildNode | null = node[child];
      if (!inner) break;
      node = inner;
    }
    if (node instanceof Text) {
      length += node.length;
      if (isTaken(node) || length > limit) return { pieces: found, isCut: true };
      found.push(node);
    }
  }
  return { pieces: found, isCut: true };
}
