import { mayHoldNumber, mayTellCountry } from '../phone/candidates.ts';
import type { NumberFinder, TextBlock } from '../phone/find-numbers.ts';
import {
  asDrawn,
  createFlow,
  type Flow,
  isAloneInCell,
  isBlockName,
  isExcluded,
  LONG_TEXT,
  partsOf,
  type Run,
  readRun,
  stretchOf,
  windowEnd,
} from './blocks.ts';
import type { ContextReader } from './context.ts';
import { createFew } from './few.ts';
import { matches, parentElementOf } from './nodes.ts';
import { beginsWithNumber } from './peek.ts';
import { containsAcross, LIKELY_HOSTS, type Root, shadowOf } from './roots.ts';
import { createSlices, nextTurn } from './slices.ts';
import {
  blockOf,
  CALL_LINKS,
  EMBEDS,
  FIELDS,
  fieldBlock,
  keepSame,
  NAMING,
  NAMING_ATTRIBUTES,
  ownerOf,
  readEmbed,
  readField,
  readLink,
  readNaming,
  readRunTargets,
  type Target,
} from './targets.ts';

/** What the numbers are found with; there is none until the background has said whether and for which country. */
export interface Reader {
  readonly finder: NumberFinder;
  readonly context: ContextReader;
}

export interface ScannerEvents {
  /** Something that may be a number was seen for the first time: the settings are needed now. */
  onCandidate(): void;
  /** The targets of these elements are new or other ones. */
  onChanged(holders: ReadonlySet<Element>): void;
  /** The page changed in a way that may have moved things. */
  onMoved(): void;
}

/** Finds the numbers of a page and keeps up with its changes. */
export interface Scanner {
  start(): void;
  /** From here on candidates are read; earlier ones are read now. */
  use(reader: Reader): void;
  /** The targets whose place is told by this element. */
  targetsOf(holder: Element): readonly Target[];
  /** All targets in document order. Reads the page once more, in turns. */
  all(): Promise<readonly Target[]>;
  /** Looks at these fields again: scripts change values without a trace in the page. */
  recheckFields(fields: Iterable<Element>): void;
  /** Something of ours changed the page's styles: the reading goes on once the browser has drawn it, and does not pay for it. */
  restyled(): void;
  /** While somebody waits for the page to be idle, the reading leaves it the time to be so. */
  giveWay(gives: boolean): void;
  /** True while the page changes so much that it is looked at less often. */
  isRestless(): boolean;
  /** Resolves after the first pass over the page, or after the work at hand. */
  whenSettled(): Promise<void>;
  stop(): void;
}

const DIGIT = /\p{Nd}/u;
const NODES_PER_STEP = 120;
const BATCH = 60;
const WATCHED = [
  'href',
  'number',
  'type',
  'class',
  'style',
  'hidden',
  'open',
  'value',
  'contenteditable',
  'dir',
  'lang',
  ...NAMING_ATTRIBUTES,
];
/** So many texts without a number are kept to learn the page's country from. */
const MAX_TELLING = 3_000;
const TELLING = new Set<string>(['href', 'number', 'type', 'value', 'contenteditable', ...NAMING_ATTRIBUTES]);
const RESTARTS = 3;

/** One run with what was found in it. */
interface TextEntry {
  readonly run: Run;
  targets: readonly Target[];
  /** Version of the finder at that time; -1: not looked at yet. */
  version: number;
  isDropped: boolean;
}

/** Makes a scanner for this frame's document. Nothing happens before `start`. */
export function createScanner(page: Document, events: ScannerEvents): Scanner {
  const slices = createSlices();
  const entriesOf = createFew<Text, TextEntry>();
  const ownTargets = new WeakMap<Element, readonly Target[]>();
  const runsAt = createFew<Element, TextEntry>();
  const live = new Set<TextEntry>();
  /**
   * Texts in which no number was found, with the finder's version at that time. Only those that stand by themselves in their element: a
   * change of such a text, or beside it, is told, so that its run need not be kept to see one. Most cells of digits are such.
   */
  const numberless = new Map<Text, number>();
  /** All of these were looked at with this version, or with one since. */
  let numberlessAt = -1;
  const elements = new Set<Element>();
  const seenRoots = new WeakSet<Root>();
  /** `reread`: what stands there has changed. `check`: only where no run holds it any more. */
  const dirty = new Map<Node, 'reread' | 'check'>();
  const observer = new MutationObserver(onRecords);
  /** Texts that may name a country, in the order of the page; the first `told` of them are learnt. Forgotten when there are enough. */
  const telling: string[] = [];
  const kept = new Set<string>();
  let told = 0;
  let waiting: TextEntry[] = [];
  let waitingElements: Element[] = [];
  let changed = new Set<Element>();
  let reader: Reader | undefined;
  let flow: Flow = createFlow();
  /** Runs that were found to read as they did, in the job at hand: a run of many nodes is looked at once, not once for each of them. */
  let verified = new Set<TextEntry>();
  let isQueued = false;
  let hasCandidate = false;
  let mustSweep = false;
  /** The page's texts were not walked, for want of a digit. */
  let isUnread = false;

  // ── what changed ──────────────────────────────────────────────────────────────────────

  function onRecords(records: readonly MutationRecord[]): void {
    for (const record of records) {
      if (record.type === 'childList') {
        for (const node of record.addedNodes) dirty.set(node, 'reread');
        if (record.removedNodes.length > 0) mustSweep = true;
        addNeighbour(record.previousSibling, 'lastChild');
        addNeighbour(record.nextSibling, 'firstChild');
      } else if (record.type === 'characterData') dirty.set(record.target, 'reread');
      else if (record.attributeName !== null && TELLING.has(record.attributeName)) dirty.set(record.target, 'reread');
    }
    events.onMoved();
    if (dirty.size > 0 || mustSweep) queueDirty();
  }

  /** What stands beside an added or removed node may now read on in another way. Blocks never do. */
  function addNeighbour(node: Node | null, child: 'firstChild' | 'lastChild'): void {
    let leaf = node;
    for (let depth = 0; leaf && depth < 8; depth += 1) {
      if (leaf instanceof Text) {
        if (entriesOf.has(leaf) || DIGIT.test(leaf.data)) dirty.set(leaf, 'reread');
        return;
      }
      if (leaf instanceof Element && isBlockName(leaf)) return;
      leaf = leaf[child];
    }
  }

  function queueDirty(): void {
    if (isQueued) return;
    isQueued = true;
    slices.run(function* () {
      isQueued = false;
      flow = createFlow();
      verified = new Set();
      const nodes = [...dirty];
      dirty.clear();
      for (const [node, how] of nodes) {
        if (!node.isConnected) continue;
        yield* scan(node, how);
        yield;
      }
      yield* settle();
    });
  }

  // ── reading the page ──────────────────────────────────────────────────────────────────

  function* scan(node: Node, how: 'reread' | 'check'): Generator<void, void, void> {
    if (node instanceof Text) {
      if (how === 'reread') {
        dropRunsOf(node);
        const owner = ownerOf(node);
        if (owner) waitingElements.push(owner);
      }
      if (DIGIT.test(node.data)) yield* readText(node);
    } else if (node instanceof Element || node instanceof Document || node instanceof ShadowRoot) {
      yield* scanTree(node);
    }
  }

  function* scanTree(top: Element | Root): Generator<void, void, void> {
    if (top instanceof Element) {
      readElement(top);
      const owner = ownerOf(top);
      if (owner) waitingElements.push(owner);
    }
    // On the whole page, those that name a number are looked for when all else is done.
    const naming = top === page ? '' : `${NAMING},`;
    const found = top.querySelectorAll(`${naming}${CALL_LINKS},${EMBEDS},${FIELDS},${LIKELY_HOSTS}`);
    let seen = 0;
    for (const element of found) {
      readElement(element);
      seen += 1;
      if (seen % 40 === 0) yield;
    }
    // What such a page says about its country is of no use until there is something to call.
    if (top === page && !hasCandidate && !hasDigits(page)) isUnread = true;
    else yield* readTexts(top);
  }

  function* readTexts(top: Element | Root): Generator<void, void, void> {
    for (let tries = 0; tries < RESTARTS; tries += 1) {
      const isWhole = yield* walkTexts(top);
      if (isWhole || !top.isConnected) return;
    }
  }

  /** False when the page took the walker's place away, so that the rest was not seen. */
  function* walkTexts(top: Node): Generator<void, boolean, void> {
    const walker = page.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    let count = 0;
    for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
      count += 1;
      const mayRead = DIGIT.test(node.data) && !isPlainCell(node);
      if (mayRead) yield* readText(node);
      else {
        keepTelling(node.data, node.parentElement);
        if (count % NODES_PER_STEP > 0) continue;
      }
      yield;
      if (!node.isConnected) return false;
    }
    return true;
  }

  /** Most cells of tables hold digits, and few hold a number. */
  function isPlainCell(node: Text): boolean {
    return !mayHoldNumber(node.data) && isAloneInCell(node) && !entriesOf.has(node);
  }

  function* readText(node: Text): Generator<void, void, void> {
    if (numberless.has(node)) return;
    if (entriesOf.has(node)) {
      const current = entriesOf.of(node).filter((entry) => isCurrent(entry));
      if (current.length > 0) {
        // It reads as before, but the page may have moved it.
        for (const entry of current) if (entry.targets.length > 0) changed.add(entry.run.container);
        return;
      }
      dropRunsOf(node);
    }
    if (isPlainCell(node)) {
      keepTelling(node.data, node.parentElement);
      return;
    }
    if (node.length > LONG_TEXT) {
      const { length } = node;
      for (let from = 0; from < length && node.isConnected && node.length === length; ) {
        addRun(readRun(node, flow, () => true, from));
        from = windowEnd(node, from);
        yield;
        if (waiting.length >= BATCH) yield* find();
      }
      return;
    }
    // Runs that this one joins are read again as one.
    const joined = new Set<TextEntry>();
    const run = readRun(node, flow, (other) => {
      for (const entry of entriesOf.of(other)) {
        if (entry.run.isCut && isCurrent(entry)) return true;
        joined.add(entry);
      }
      return false;
    });
    for (const entry of joined) drop(entry);
    addRun(run);
    if (waiting.length >= BATCH) yield* find();
  }

  /** True while the run still reads as it did. */
  function isCurrent(entry: TextEntry): boolean {
    if (entry.isDropped) return false;
    if (verified.has(entry)) return true;
    const isSame = readsAsBefore(entry);
    if (isSame) verified.add(entry);
    return isSame;
  }

  function readsAsBefore(entry: TextEntry): boolean {
    const { container, text, isPreformatted } = entry.run;
    const parts = partsOf(entry.run);
    return parts.every(
      (part, i) =>
        part.node.isConnected &&
        isBehind(part.node, parts[i - 1]?.node, container) &&
        (part.length === part.node.length || part.node.length > LONG_TEXT) &&
        text.startsWith(asDrawn(stretchOf(part.node, part.from, part.length), isPreformatted), part.at),
    );
  }

  function keepTelling(text: string, parent: Element | null): void {
    if (Math.max(told, telling.length) >= MAX_TELLING || !mayTellCountry(text) || kept.has(text)) return;
    if (parent && flow.isExcluded(parent)) return;
    kept.add(text);
    telling.push(text);
  }

  function addRun(run: Run | undefined): void {
    if (!run) return;
    if (!mayHoldNumber(run.text)) {
      keepTelling(run.text, null);
      return;
    }
    announce();
    waiting.push(keep(run));
  }

  function keep(run: Run): TextEntry {
    const entry: TextEntry = { run, targets: [], version: -1, isDropped: false };
    for (const { node } of partsOf(run)) {
      entriesOf.add(node, entry);
      numberless.delete(node);
    }
    live.add(entry);
    return entry;
  }

  function dropRunsOf(node: Text): void {
    numberless.delete(node);
    for (const entry of entriesOf.of(node)) drop(entry);
  }

  function drop(entry: TextEntry): void {
    if (entry.isDropped) return;
    entry.isDropped = true;
    live.delete(entry);
    const holder = entry.run.container;
    runsAt.delete(holder, entry);
    if (entry.targets.length > 0) changed.add(holder);
    // The other nodes of the run are read again.
    for (const { node } of partsOf(entry.run)) {
      entriesOf.delete(node, entry);
      if (!entriesOf.has(node) && node.isConnected && DIGIT.test(node.data)) dirty.set(node, 'check');
    }
    if (dirty.size > 0) queueDirty();
  }

  function readElement(element: Element): void {
    if (matches(element, `${CALL_LINKS},${EMBEDS},${NAMING}`)) {
      if (isExcluded(element)) return;
      announce();
      waitingElements.push(element);
    } else if (matches(element, FIELDS)) waitingElements.push(element);
    else if (ownTargets.has(element)) waitingElements.push(element);
    const shadow = shadowOf(element);
    if (shadow) enter(shadow);
  }

  function enter(root: Root): void {
    if (seenRoots.has(root)) return;
    seenRoots.add(root);
    observer.observe(root, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: WATCHED,
    });
    slices.run(function* () {
      if (root.isConnected) yield* scanTree(root);
      yield* settle();
    });
  }

  function announce(): void {
    if (hasCandidate) return;
    hasCandidate = true;
    events.onCandidate();
  }

  // ── finding ───────────────────────────────────────────────────────────────────────────

  function* find(): Generator<void, void, void> {
    if (!reader) return;
    for (; told < telling.length; told += 1) {
      reader.finder.learn({ text: telling[told] ?? '', nodeStarts: [0], label: '' });
      yield;
    }
    if (told === MAX_TELLING) {
      telling.length = 0;
      kept.clear();
    }
    const entries = waiting;
    waiting = [];
    const learnt: { readonly entry: TextEntry; readonly block: TextBlock }[] = [];
    for (const entry of entries) {
      if (entry.isDropped) continue;
      const block = blockOf(entry.run, reader.context);
      reader.finder.learn(block);
      learnt.push({ entry, block });
      yield;
    }
    for (const { entry, block } of learnt) {
      if (entry.isDropped) continue;
      fill(entry, block, reader);
      yield;
    }
    const fields = waitingElements;
    waitingElements = [];
    for (const element of fields) {
      readOwn(element, reader);
      yield;
    }
    tell();
  }

  function fill(entry: TextEntry, block: TextBlock, { finder }: Reader): void {
    entry.version = finder.version;
    const before = entry.targets;
    entry.targets = keepSame(before, readRunTargets(entry.run, block, finder));
    if (entry.targets.length + before.length === 0) {
      if (isByItself(entry.run)) letGo(entry, entry.run.nodes);
      return;
    }
    if (entry.targets === before) return;
    const holder = entry.run.container;
    runsAt.add(holder, entry);
    changed.add(holder);
  }

  /** Nothing is kept of the run but that it holds no number. */
  function letGo(entry: TextEntry, node: Text): void {
    entry.isDropped = true;
    live.delete(entry);
    entriesOf.delete(node, entry);
    numberless.set(node, entry.version);
  }

  /** For a finder that has learnt better; what these texts tell it, it knows. */
  function* lookAgain(current: Reader): Generator<void, void, void> {
    const { version } = current.finder;
    if (numberlessAt === version) return;
    for (const [node, seen] of [...numberless]) {
      if (seen === version || !numberless.delete(node) || !node.isConnected) continue;
      const run = readRun(node, flow, (other) => entriesOf.has(other));
      if (run) fill(keep(run), blockOf(run, current.context), current);
      yield;
      if (current !== reader) return;
    }
    numberlessAt = version;
  }

  /** For a finder that has learnt nothing yet. */
  function* readAnew(nodes: readonly Text[]): Generator<void, void, void> {
    for (const node of nodes) {
      if (node.isConnected) yield* readText(node);
      yield;
    }
  }

  function readOwn(element: Element, { finder, context }: Reader): void {
    const before = ownTargets.get(element) ?? [];
    const now = element.isConnected ? keepSame(before, targetsOfElement(element, finder, context)) : [];
    if (now === before || now.length + before.length === 0) return;
    ownTargets.set(element, now);
    if (now.length > 0) elements.add(element);
    else elements.delete(element);
    changed.add(element);
  }

  function targetsOfElement(element: Element, finder: NumberFinder, context: ContextReader): readonly Target[] {
    if (matches(element, FIELDS)) {
      const block = fieldBlock(element, context);
      if (!block || !mayHoldNumber(block.text)) return [];
      announce();
      finder.learn(block);
      return readField(element, context, finder);
    }
    if (isExcluded(element)) return [];
    const read = matches(element, CALL_LINKS) ? readLink : matches(element, EMBEDS) ? readEmbed : readNaming;
    const target = read(element, finder);
    return target ? [target] : [];
  }

  /** After a batch: finds what waits, then reads earlier runs again where the finder has learnt better. */
  function* settle(): Generator<void, void, void> {
    if (!reader) {
      // A field's value is looked at before the settings are known, only to see whether they are needed.
      const context = emptyContext;
      if (!hasCandidate && waitingElements.some((field) => mayHoldNumber(fieldBlock(field, context)?.text ?? '')))
        announce();
      return;
    }
    if (isUnread && hasCandidate) {
      isUnread = false;
      yield* readTexts(page);
    }
    yield* find();
    for (let round = 0; round < 2; round += 1) {
      const version = reader.finder.version;
      for (const entry of live) {
        if (entry.version === version || entry.version < 0) continue;
        fill(entry, blockOf(entry.run, reader.context), reader);
        yield;
      }
      yield* lookAgain(reader);
      if (reader.finder.version === version) break;
    }
    if (mustSweep) yield* sweep();
    tell();
  }

  /** Forgets what the page has removed. */
  function* sweep(): Generator<void, void, void> {
    mustSweep = false;
    let count = 0;
    for (const entry of live) {
      count += 1;
      if (count % 500 === 0) yield;
      if (!partsOf(entry.run).some((part) => part.node.isConnected)) drop(entry);
      else if (!readsAsBefore(entry)) drop(entry);
    }
    for (const node of numberless.keys()) {
      count += 1;
      if (count % 500 === 0) yield;
      if (!node.isConnected) numberless.delete(node);
    }
    for (const element of elements) {
      if (element.isConnected) continue;
      elements.delete(element);
      ownTargets.delete(element);
      changed.add(element);
    }
  }

  function tell(): void {
    if (changed.size === 0) return;
    const holders = changed;
    changed = new Set();
    events.onChanged(holders);
  }

  // ── the numbers as a list ─────────────────────────────────────────────────────────────

  async function all(): Promise<readonly Target[]> {
    const found: Target[] = [];
    const list = createSlices(undefined, nextTurn);
    list.run(() => collect(page, found));
    await list.whenIdle();
    tell();
    return found;
  }

  function* collect(root: Root, found: Target[]): Generator<void, void, void> {
    const walker = page.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    let count = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      count += 1;
      if (count % NODES_PER_STEP === 0) yield;
      if (node instanceof Text) {
        for (const entry of entriesOf.of(node)) {
          for (const target of entry.targets)
            if (target.place.in === 'text' && target.place.start === node) found.push(target);
        }
        continue;
      }
      // Scripts change values without a trace in the page.
      if (reader && (node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement)) readOwn(node, reader);
      found.push(...(ownTargets.get(node as Element) ?? []));
      const shadow = shadowWithin(node as Element);
      if (shadow) yield* collect(shadow, found);
    }
  }

  function shadowWithin(element: Element): ShadowRoot | undefined {
    const isHostable =
      element.localName.includes('-') ||
      /^(div|span|p|section|article|main|header|footer|nav|aside|h[1-6]|blockquote|body)$/.test(element.localName);
    const shadow = isHostable ? shadowOf(element) : undefined;
    return shadow && seenRoots.has(shadow) ? shadow : undefined;
  }

  function* firstPass(): Generator<void, void, void> {
    // Where the browser has to lay out a long page to say what is in view, there must be something to look for.
    const first = hasCandidate || hasDigits(page) ? inView(page) : [];
    for (const top of first) {
      if (top.isConnected) yield* scanTree(top);
    }
    yield* find();
    yield* scanTree(page);
    yield* settle();
    // All that was remembered of the page's elements; it may change before they are asked for again.
    flow = createFlow();
    slices.rest();
  }

  /** Hosts that have content of their own look like any element, and few name a number: looked for when all else is done. */
  function* theUnlikely(): Generator<void, void, void> {
    for (const element of page.querySelectorAll(NAMING)) readElement(element);
    if (waitingElements.length > 0) yield* settle();
    for (let tries = 0; tries < RESTARTS; tries += 1) if (yield* walkHosts()) return;
  }

  /** Open trees only: to ask for closed ones takes many times as long. False as {@link walkTexts}. */
  function* walkHosts(): Generator<void, boolean, void> {
    // A walker takes a third of the time that a list takes.
    const walker = page.createTreeWalker(page, NodeFilter.SHOW_ELEMENT);
    let count = 0;
    for (let node = walker.nextNode() as Element | null; node; node = walker.nextNode() as Element | null) {
      const shadow = node.shadowRoot && shadowOf(node);
      if (shadow) enter(shadow);
      count += 1;
      if (count % NODES_PER_STEP > 0) continue;
      yield;
      if (!node.isConnected) return false;
    }
    return true;
  }

  return {
    start() {
      seenRoots.add(page);
      observer.observe(page, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
        attributeFilter: WATCHED,
      });
      // The settings take a moment to come: they are asked for before the page's first layout.
      if (beginsWithNumber(page)) announce();
      slices.run(firstPass);
      slices.run(theUnlikely);
    },
    use(next) {
      if (reader)
        waitingElements.push(...elements, ...page.querySelectorAll(`${NAMING},${CALL_LINKS},${EMBEDS},${FIELDS}`));
      reader = next;
      if (told === MAX_TELLING) slices.run(() => readTexts(page));
      told = 0;
      for (const entry of live) entry.version = -1;
      waiting = [...live];
      const unkept = [...numberless.keys()];
      numberless.clear();
      numberlessAt = -1;
      slices.run(() => readAnew(unkept));
      slices.run(settle);
    },
    targetsOf(holder) {
      const own = ownTargets.get(holder) ?? [];
      const texts = runsAt.of(holder).flatMap((entry) => entry.targets);
      return own.length === 0 ? texts : [...own, ...texts];
    },
    all,
    recheckFields(fields) {
      const list = [...fields];
      if (list.length === 0) return;
      for (const field of list) waitingElements.push(field);
      slices.run(settle);
    },
    restyled: slices.waitForFrame,
    giveWay: slices.giveWay,
    isRestless: slices.isRestless,
    whenSettled: slices.whenIdle,
    stop() {
      observer.disconnect();
      slices.stop();
      dirty.clear();
      live.clear();
      numberless.clear();
      elements.clear();
      waiting = [];
      waitingElements = [];
    },
  };
}

const emptyContext: ContextReader = { ofRun: () => ({ label: '' }), ofField: () => ({ label: '' }) };
/** True for a run of one whole text, right in the element it is read as a part of. */
function isByItself(run: Run): run is Run & { readonly nodes: Text } {
  return run.nodes instanceof Text && !run.isCut && run.nodes.parentElement === run.container;
}

/** True while a node of a run comes after the one before it, in the same container: a page may take the pieces of a line apart. */
function isBehind(node: Text, before: Text | undefined, container: Element): boolean {
  if (!before || node === before) return containsAcross(container, node);
  return (before.compareDocumentPosition(node) & PLACED_BEHIND) === Node.DOCUMENT_POSITION_FOLLOWING;
}

const PLACED_BEHIND = Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_DISCONNECTED;
const SMALL = 400;
const STEPS_ACROSS = 3;
const STEPS_DOWN = 5;
const MAX_LOOKING_MS = 6;

function hasDigits(page: Document): boolean {
  return DIGIT.test(page.body?.textContent ?? '0');
}

function isSmall(element: Element): boolean {
  return element.getElementsByTagName('*').length < SMALL;
}

/** Elements that hold what is seen now, so that the numbers before the user's eyes come first. */
function inView(page: Document): ReadonlySet<Element> {
  const found = new Set<Element>();
  const until = performance.now() + MAX_LOOKING_MS;
  // In a long flat page the browser takes milliseconds to say what stands where.
  for (let row = 1; row <= STEPS_DOWN && performance.now() < until; row += 1) {
    for (let column = 1; column <= STEPS_ACROSS; column += 1) {
      const x = (innerWidth * column) / (STEPS_ACROSS + 1);
      const y = (innerHeight * row) / (STEPS_DOWN + 1);
      let element = page.elementFromPoint(x, y) ?? undefined;
      // A little up, to take the neighbours in; never as far as the page's large containers.
      for (
        let parent = element && parentElementOf(element);
        parent && isSmall(parent);
        parent = parentElementOf(parent)
      ) {
        element = parent;
      }
      if (element && isSmall(element)) found.add(element);
    }
  }
  return found;
}
