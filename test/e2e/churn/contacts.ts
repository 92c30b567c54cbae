/** How one contact shows its number. */
export type Form = 'text' | 'split' | 'link' | 'field' | 'two' | 'none';

export interface Row {
  readonly id: number;
  readonly name: string;
  /** Which number of `nationalOf`; `two` shows the next one as well. */
  readonly number: number;
  readonly form: Form;
}

/** All that a churn page shows: a heading line, a keyed list, a note of raw HTML, a window of a long list, a line that comes and goes. */
export interface Contacts {
  readonly rows: readonly Row[];
  readonly note: number;
  readonly windowFrom: number;
  readonly desk: 'bold' | 'plain' | 'absent';
  readonly deskNumber: number;
  readonly nextId: number;
}

export interface Change {
  readonly contacts: Contacts;
  /** In words, for the report of a failure. */
  readonly what: string;
}

export const WINDOW_ROWS = 8;
const LONG_LIST = 300;
const MOST_ROWS = 14;
const AREAS = ['617', '212', '415', '312', '202', '305', '206', '404'];
const NAMES = ['Ada', 'Grace & Co', 'Linus', 'Margaret', 'Ken <ken>', 'Barbara', 'Zoë', 'Олег'];
const FORMS: readonly Form[] = ['text', 'split', 'link', 'field', 'two', 'none'];

export type Random = () => number;

/** The same numbers between 0 and 1 for one seed, everywhere (a 32-bit xorshift). */
export function randomFrom(seed: number): Random {
  let state = (seed * 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export function firstContacts(random: Random): Contacts {
  const rows = Array.from({ length: 8 }, (_, id) => newRow(id, random));
  return { rows, note: 0, windowFrom: 0, desk: 'bold', deskNumber: 5, nextId: rows.length };
}

/** One random update, as an application's state changes. */
export function change(contacts: Contacts, random: Random): Change {
  const { rows } = contacts;
  const at = pick(random, rows.length);
  const put = (what: string, part: Partial<Contacts>): Change => ({ contacts: { ...contacts, ...part }, what });
  const editRow = (what: string, part: Partial<Row>) =>
    put(`${what} of row ${at}`, { rows: rows.map((row, i) => (i === at ? { ...row, ...part } : row)) });
  switch (pick(random, 13)) {
    case 0:
    case 1:
      return editRow('number', { number: pick(random, 400) });
    case 2:
      return editRow('name', { name: nameFrom(random) });
    case 3:
      return editRow('form', { form: formFrom(random) });
    case 4:
      if (rows.length >= MOST_ROWS) return put('rows cut', { rows: rows.slice(0, 4) });
      return put(`row before ${at}`, {
        rows: [...rows.slice(0, at), newRow(contacts.nextId, random), ...rows.slice(at)],
        nextId: contacts.nextId + 1,
      });
    case 5:
      return put(`row ${at} gone`, { rows: rows.filter((_, i) => i !== at) });
    case 6:
      return put('rows reversed', { rows: [...rows].reverse() });
    case 7:
      return put('rows sorted', { rows: [...rows].sort((a, b) => a.number - b.number) });
    case 8:
      return put('rows turned', { rows: [...rows.slice(at), ...rows.slice(0, at)] });
    case 9:
      return put('note', { note: pick(random, 1_000) });
    case 10:
      return put('window scrolled', { windowFrom: pick(random, LONG_LIST) });
    case 11:
      return put('desk', { desk: (['bold', 'plain', 'absent'] as const)[pick(random, 3)] ?? 'absent' });
    default:
      if (random() < 0.8) return put('desk number', { deskNumber: pick(random, 400) });
      return put('all rows new', {
        rows: Array.from({ length: 6 }, (_, i) => newRow(contacts.nextId + i, random)),
        nextId: contacts.nextId + 6,
      });
  }
}

/** What PageDial must know, in document order. */
export function numbersOf(contacts: Contacts): readonly string[] {
  return shownNumbers(contacts).map(({ number }) => e164Of(number));
}

/** What must be marked as text, in document order: links and fields have a look of their own. */
export function markedTextsOf(contacts: Contacts): readonly string[] {
  return shownNumbers(contacts).flatMap(({ number, inText }) => (inText ? [written(number)] : []));
}

interface ShownNumber {
  readonly number: number;
  readonly inText: boolean;
}

function shownNumbers(contacts: Contacts): readonly ShownNumber[] {
  const text = (number: number): ShownNumber => ({ number, inText: true });
  const [first] = contacts.rows;
  return [
    ...(first ? [text(first.number)] : []),
    ...contacts.rows.flatMap(({ form, number }) => {
      if (form === 'none') return [];
      if (form === 'two') return [text(number), text(number + 1)];
      return [{ number, inText: form !== 'link' && form !== 'field' }];
    }),
    ...noteNumbers(contacts.note).map(text),
    ...windowRows(contacts).map(({ number }) => text(number)),
    ...(contacts.desk === 'absent' ? [] : [text(contacts.deskNumber)]),
  ];
}

/** The rows of the long list that are in its window. */
export function windowRows({ windowFrom }: Contacts): readonly { readonly label: string; readonly number: number }[] {
  return Array.from({ length: WINDOW_ROWS }, (_, slot) => ({
    label: `Entry ${letters(windowFrom + slot)}`,
    number: (windowFrom + slot) * 3,
  }));
}

/** A note as a rich-text field stores it. Which one, and its numbers, follow from `note`. */
export function noteHtml(note: number): string {
  const [a, b] = noteNumbers(note);
  if (a === undefined) return '<em>No notes yet.</em>';
  if (b === undefined) return `Reach us<br>at <strong>${written(a)}</strong>, any time`;
  return `<p>Front <i>desk</i>: ${written(a)}</p><p>Warehouse: ${written(b)}</p>`;
}

function noteNumbers(note: number): readonly number[] {
  if (note % 3 === 0) return [];
  return note % 3 === 1 ? [note] : [note, note + 7];
}

export function e164Of(number: number): string {
  return `+1${areaOf(number)}55501${lastOf(number)}`;
}

/** A number as people write it, in three ways. */
export function written(number: number): string {
  const [area, last] = [areaOf(number), lastOf(number)];
  if (number % 3 === 0) return `(${area}) 555-01${last}`;
  return number % 3 === 1 ? `+1 ${area} 555 01${last}` : `${area}-555-01${last}`;
}

/** The pieces of a number that is split over elements; together they are `written`. */
export function piecesOf(number: number): readonly [string, string, string] {
  const whole = written(number);
  const middle = whole.indexOf('555');
  return [whole.slice(0, middle), '555', whole.slice(middle + 3)];
}

function areaOf(number: number): string {
  return AREAS[number % AREAS.length] ?? '617';
}

function lastOf(number: number): string {
  return String(Math.floor(number / AREAS.length) % 100).padStart(2, '0');
}

function newRow(id: number, random: Random): Row {
  return { id, name: nameFrom(random), number: pick(random, 400), form: formFrom(random) };
}

function nameFrom(random: Random): string {
  return NAMES[pick(random, NAMES.length)] ?? 'Ada';
}

function formFrom(random: Random): Form {
  return FORMS[pick(random, FORMS.length)] ?? 'text';
}

/** A whole number from 0 to below `count`. */
export function pick(random: Random, count: number): number {
  return Math.floor(random() * count);
}

function letters(n: number): string {
  return String.fromCharCode(65 + (n % 26), 65 + (Math.floor(n / 26) % 26));
}
