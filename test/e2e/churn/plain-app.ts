import type { App } from './app.ts';
import {
  type Contacts,
  noteHtml,
  pick,
  piecesOf,
  type Random,
  type Row,
  randomFrom,
  windowRows,
  written,
} from './contacts.ts';

let main: HTMLElement;
let shown: Contacts | undefined;
// Which way an update takes is random as well, the same with and without PageDial.
const random: Random = randomFrom(7);

/** A page without a framework, which reaches each state in one of the many ways hand-written scripts use. */
export const app: App = {
  async render(root, contacts) {
    main = document.createElement('main');
    root.append(main);
    rewrite(contacts);
    shown = contacts;
  },
  async update(contacts) {
    const ways = [rewrite, replaceInDetached, patch, patch, patch, patchWithFragments];
    const before = shown;
    shown = contacts;
    const way = ways[pick(random, ways.length)] ?? rewrite;
    if (before) way(contacts);
    disturb();
  },
};

/** `innerHTML` over all. */
function rewrite(contacts: Contacts): void {
  main.innerHTML = contactsHtml(contacts);
}

/** A new tree in place of the old one. */
function replaceInDetached(contacts: Contacts): void {
  const next = document.createElement('main');
  next.innerHTML = contactsHtml(contacts);
  main.replaceWith(next);
  main = next;
}

/** As little as possible: moves, removals, new text in old nodes. */
function patch(contacts: Contacts): void {
  const wanted = document.createElement('main');
  wanted.innerHTML = contactsHtml(contacts);
  patchChildren(main, wanted);
}

/** Taken out, changed outside the document, put back in one piece. */
function patchWithFragments(contacts: Contacts): void {
  const range = document.createRange();
  range.selectNodeContents(main);
  const fragment = range.extractContents();
  const holder = document.createElement('main');
  holder.append(fragment);
  const wanted = document.createElement('main');
  wanted.innerHTML = contactsHtml(contacts);
  patchChildren(holder, wanted);
  main.append(...holder.childNodes);
}

/** Changes of the tree that no one sees: text nodes cut in two, or joined. */
function disturb(): void {
  const texts = textsIn(main);
  const text = texts[pick(random, texts.length)];
  if (random() < 0.3) main.normalize();
  else if (text && text.data.length > 4) text.splitText(1 + pick(random, text.data.length - 2));
}

function textsIn(top: Node): readonly Text[] {
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  return texts;
}

function patchChildren(now: Element, wanted: Element): void {
  now.normalize();
  const keyed = new Map([...now.children].map((child) => [child.id, child]));
  const list = [...wanted.childNodes];
  for (const [i, next] of list.entries()) {
    const there = now.childNodes[i] ?? null;
    const old = next instanceof Element && next.id ? keyed.get(next.id) : there;
    if (old instanceof Text && next instanceof Text) {
      if (old.data !== next.data) old.data = next.data;
    } else if (old instanceof Element && next instanceof Element && old.localName === next.localName) {
      if (there !== old) now.insertBefore(old, there);
      patchAttributes(old, next);
      patchChildren(old, next);
    } else now.insertBefore(next, there);
  }
  while (now.childNodes.length > list.length) now.lastChild?.remove();
}

function patchAttributes(old: Element, next: Element): void {
  for (const { name, value } of [...next.attributes])
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
}

function contactsHtml(contacts: Contacts): string {
  const [first] = contacts.rows;
  const rows = contacts.rows.map((row) => `<li id="row-${row.id}">${rowHtml(row)}</li>`);
  const entries = windowRows(contacts).map(
    ({ label, number }) => `<tr><td>${label}</td><td>${written(number)}</td></tr>`,
  );
  return `<h1>Contacts</h1>
    <p>${contacts.rows.length} people, first ${first ? written(first.number) : 'none'}.</p>
    <ul>${rows.join('')}</ul>
    <div>${noteHtml(contacts.note)}</div>
    <table><tbody>${entries.join('')}</tbody></table>
    ${deskHtml(contacts)}`;
}

function rowHtml({ form, name, number }: Row): string {
  const safe = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  switch (form) {
    case 'text':
      return `${safe}: ${written(number)}`;
    case 'split': {
      const [area, middle, last] = piecesOf(number);
      return `${safe} <span>${area}</span><b>${middle}</b>${last}`;
    }
    case 'link':
      return `${safe} <a href="tel:${written(number).replace(/[^\d+]/g, '')}">${written(number)}</a>`;
    case 'field':
      return `<label>${safe} <input size="20" value="${written(number)}"></label>`;
    case 'two':
      return `${safe}: ${written(number)} or ${written(number + 1)}`;
    case 'none':
      return `${safe}, no phone`;
  }
}

function deskHtml({ desk, deskNumber }: Contacts): string {
  if (desk === 'absent') return '';
  const name = desk === 'bold' ? 'b' : 'span';
  return `<p>Desk <${name}>${written(deskNumber)}</${name}></p>`;
}
