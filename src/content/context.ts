import type { TextBlock } from '../phone/find-numbers.ts';
import { partsOf, type Run } from './blocks.ts';
import { closest, contains, matches } from './nodes.ts';
import { parentAcross } from './roots.ts';

/** What stands around a run or a field and tells what its digits mean. */
export type BlockContext = Omit<TextBlock, 'text' | 'nodeStarts'>;

const MAX_LABEL = 60;
const MAX_COUNTRY_TEXT = 40;
const HEADER_ROWS_LOOKED_AT = 3;
const UNSEEN = new Set(['script', 'style', 'noscript', 'template', 'head']);

interface Column {
  readonly key: object;
  readonly header: string;
}

interface TableFacts {
  readonly columns: Map<number, Column>;
  readonly headers: readonly string[];
  /** Index of the column that names a country, or -1. */
  readonly countryAt: number;
}

/** Reads the context of runs and fields, remembering what it learnt of tables. Tables change: make a new one now and then. */
export function createContextReader(lang: string): ContextReader {
  const tables = new WeakMap<Element, TableFacts>();
  const countries = createCountryNames(lang);
  return {
    ofRun(run) {
      const cell = closest(run.container, 'td,th,[role="cell" i],[role="gridcell" i],[role="columnheader" i]');
      const column = cell ? columnOf(cell, tables) : undefined;
      const recordCountry = countryOf(run.container, cell, tables, countries);
      const markup = markupOf(run.container, partsOf(run)[0]?.node.parentElement);
      return {
        label: labelOfRun(run, cell, column?.header ?? ''),
        ...(column ? { column } : {}),
        ...(recordCountry ? { recordCountry } : {}),
        ...(markup ? { markup } : {}),
      };
    },
    ofField(field) {
      const type = field.getAttribute('type')?.toLowerCase();
      const isTel = type === 'tel' || /(^|\s)tel/i.test(field.getAttribute('autocomplete') ?? '');
      const label = labelOfField(field);
      return { label, ...(isTel ? { markup: 'telephone' as const } : {}) };
    },
  };
}

export interface ContextReader {
  ofRun(run: Run): BlockContext;
  ofField(field: HTMLInputElement | HTMLTextAreaElement): BlockContext;
}

function labelOfField(field: HTMLInputElement | HTMLTextAreaElement): string {
  const named = ariaLabel(field) || tidy(field.labels?.[0]?.textContent);
  if (named) return named;
  return tidy(field.placeholder) || textBefore(field) || tidy(field.name);
}

function labelOfRun(run: Run, cell: Element | null, header: string): string {
  const own = ariaLabel(run.container);
  if (own && !/\d{3}/.test(own)) return own;
  const term = closest(run.container, 'dd');
  if (term) {
    const dt = previousMatching(term, 'dt');
    if (dt) return tidy(dt.textContent);
  }
  if (cell) {
    const rowHeader = cell.parentElement?.querySelector(':scope > th, :scope > [role="rowheader" i]');
    if (rowHeader && rowHeader !== cell) {
      const text = tidy(rowHeader.textContent);
      if (text && !/\d{3}/.test(text)) return text;
    }
    if (header) return lineBefore(run);
    const before = cell.previousElementSibling;
    const text = before ? tidy(before.textContent) : '';
    // `Phone | 617 …`: a table of two columns without a header row holds its labels in the first.
    if (text && !/\d/.test(text)) return text;
  }
  return lineBefore(run) || textBefore(run.container);
}

/** The text on the line before the run, where that line is short and ends like a label. */
function lineBefore(run: Run): string {
  const first = partsOf(run)[0]?.node;
  let node: Node | null = first?.previousSibling ?? null;
  let steps = 0;
  while (node && steps < 4) {
    const text = tidy(node.textContent);
    if (text) return text.length <= MAX_LABEL && !/\d/.test(text) ? text : '';
    node = node.previousSibling;
    steps += 1;
  }
  return '';
}

/** Short text just before an element: its previous sibling, or its parent's when it is the first child. */
function textBefore(element: Element): string {
  let node: Element | undefined = element;
  for (let level = 0; node && node.localName !== 'body' && level < 3; level += 1) {
    let before: ChildNode | null = node.previousSibling;
    for (let steps = 0; before && steps < 4; steps += 1) {
      if (before instanceof Element && UNSEEN.has(before.localName)) {
        before = before.previousSibling;
        continue;
      }
      const length = before.textContent?.length ?? 0;
      if (length > 4 * MAX_LABEL) return '';
      const text = tidy(before.textContent);
      if (text && !isTwin(text, element)) return /\d/.test(text) ? '' : text;
      before = before.previousSibling;
    }
    node = parentAcross(node);
  }
  return '';
}

/** A number of as many digits in a line of its own: both stand under what is in front of them. */
function isTwin(text: string, element: Element): boolean {
  if (!/^[+\d][\d ().-]{6,}$/.test(text)) return false;
  const own = element.textContent ?? '';
  return own.length <= MAX_LABEL && own.replace(/\D/g, '').length === text.replace(/\D/g, '').length;
}

function ariaLabel(element: Element): string {
  const label = element.getAttribute('aria-label');
  if (label) return tidy(label);
  const id = element.getAttribute('aria-labelledby')?.trim().split(/\s+/)[0];
  if (!id) return '';
  const root = element.getRootNode();
  const named = root instanceof Document || root instanceof ShadowRoot ? root.getElementById(id) : null;
  return tidy(named?.textContent);
}

function markupOf(container: Element, parent: Element | null | undefined): TextBlock['markup'] {
  const marked = closest(parent ?? container, '[itemprop],[property],.p-tel,.tel,.p-tel-fax');
  if (!marked || !(contains(container, marked) || contains(marked, container))) return undefined;
  // An `itemprop` far outside speaks of the whole record, not of this text.
  if (!contains(container, marked) && marked.textContent !== container.textContent) {
    return undefined;
  }
  const words = `${marked.getAttribute('itemprop') ?? ''} ${marked.getAttribute('property') ?? ''} ${marked.getAttribute('class') ?? ''}`;
  if (/fax/i.test(words)) return 'fax';
  return /telephone|(^|\s)(p-)?tel(\s|$)/i.test(words) ? 'telephone' : undefined;
}

function columnOf(cell: Element, tables: WeakMap<Element, TableFacts>): Column | undefined {
  const table = cell.closest('table,[role="grid" i],[role="table" i],[role="treegrid" i]');
  if (!table) return undefined;
  const index = indexOfCell(cell);
  if (index < 0) return undefined;
  const facts = factsOf(table, tables);
  const known = facts.columns.get(index);
  if (known) return known;
  const column = { key: {}, header: facts.headers[index] ?? '' };
  facts.columns.set(index, column);
  return column;
}

function factsOf(table: Element, tables: WeakMap<Element, TableFacts>): TableFacts {
  const known = tables.get(table);
  // Headers often come after the first rows: looked for again until there are some.
  if (known && known.headers.length > 0) return known;
  const headers = headersOf(table);
  if (known && headers.length === 0) return known;
  const facts = {
    columns: new Map<number, Column>(),
    headers,
    countryAt: headers.findIndex((header) =>
      /^(country|land|pays|pa[ií]s|paese|kraj|country code|страна)$/i.test(header),
    ),
  };
  tables.set(table, facts);
  return facts;
}

function headersOf(table: Element): readonly string[] {
  const headers: string[] = [];
  const cells =
    table instanceof HTMLTableElement
      ? headerRow(table)
      : [...table.querySelectorAll('[role="columnheader" i]')].slice(0, 200);
  for (const cell of cells) {
    const at = cell.hasAttribute('aria-colindex') ? indexOfCell(cell) : headers.length;
    const span = cell instanceof HTMLTableCellElement ? Math.min(cell.colSpan, 50) : 1;
    for (let i = 0; i < span; i += 1) headers[at + i] = tidy(cell.textContent);
  }
  return Array.from(headers, (header) => header ?? '');
}

function headerRow(table: HTMLTableElement): readonly Element[] {
  const head = table.tHead?.rows;
  if (head && head.length > 0) return [...(head[head.length - 1]?.cells ?? [])];
  for (let i = 0; i < Math.min(HEADER_ROWS_LOOKED_AT, table.rows.length); i += 1) {
    const cells = [...(table.rows[i]?.cells ?? [])];
    if (cells.length > 1 && cells.every((cell) => cell.localName === 'th')) return cells;
  }
  return [];
}

function indexOfCell(cell: Element): number {
  const stated = Number(cell.getAttribute('aria-colindex'));
  if (stated > 0) return stated - 1;
  if (cell instanceof HTMLTableCellElement) return cell.cellIndex;
  let index = 0;
  for (let before = cell.previousElementSibling; before && index < 200; before = before.previousElementSibling)
    index += 1;
  return index;
}

function countryOf(
  container: Element,
  cell: Element | null,
  tables: WeakMap<Element, TableFacts>,
  countries: (text: string) => string | undefined,
): string | undefined {
  const table = cell && closest(cell, 'table');
  const countryAt = table ? factsOf(table, tables).countryAt : -1;
  if (countryAt >= 0 && cell instanceof HTMLTableCellElement) {
    const row = cell.parentElement;
    const named = row instanceof HTMLTableRowElement ? row.cells[countryAt]?.textContent : undefined;
    if (named && named.length <= MAX_COUNTRY_TEXT) return countries(named);
  }
  const record = closest(container, '[itemscope],.vcard,.h-card,.adr,address');
  const marked = record?.querySelector('[itemprop="addressCountry"],.country-name,.p-country-name');
  const named = marked?.getAttribute('content') ?? marked?.textContent ?? '';
  return named && named.length <= MAX_COUNTRY_TEXT ? countries(named) : undefined;
}

/** Country names in English and the page's language, and ISO codes. The list is made when the first is asked for. */
function createCountryNames(lang: string): (text: string) => string | undefined {
  let names: Map<string, string> | undefined;
  return (text) => {
    names ??= countryNames(lang);
    return names.get(tidy(text).toLowerCase());
  };
}

function countryNames(lang: string): Map<string, string> {
  const names = new Map<string, string>([
    ['usa', 'US'],
    ['u.s.', 'US'],
    ['u.s.a.', 'US'],
    ['uk', 'GB'],
    ['uae', 'AE'],
  ]);
  for (const locale of new Set(['en', lang || 'en'])) {
    const display = displayNames(locale);
    if (!display) continue;
    for (let a = 65; a <= 90; a += 1) {
      for (let b = 65; b <= 90; b += 1) {
        const code = String.fromCharCode(a, b);
        const name = display.of(code);
        if (!name || name === code) continue;
        names.set(name.toLowerCase(), code);
        names.set(code.toLowerCase(), code);
      }
    }
  }
  return names;
}

function displayNames(locale: string): Intl.DisplayNames | undefined {
  try {
    return new Intl.DisplayNames([locale], { type: 'region' });
  } catch {
    return undefined;
  }
}

function previousMatching(element: Element, selector: string): Element | undefined {
  let before = element.previousElementSibling;
  for (let steps = 0; before && steps < 6; steps += 1) {
    if (matches(before, selector)) return before;
    before = before.previousElementSibling;
  }
  return undefined;
}

function tidy(text: string | null | undefined): string {
  if (!text) return '';
  const short = text.length > 4 * MAX_LABEL ? text.slice(0, 4 * MAX_LABEL) : text;
  const line = short.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_LABEL ? line : '';
}
