import { html, LitElement, nothing, render, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { App } from './app.ts';
import { type Contacts, noteHtml, piecesOf, type Row, windowRows, written } from './contacts.ts';

/** The rows of the long list in a shadow tree, as Lit's components have them. */
class LongList extends LitElement {
  static override properties = { contacts: { attribute: false } };
  declare contacts: Contacts | undefined;

  protected override render() {
    return html`<table><tbody>${windowRows(this.contacts ?? EMPTY).map(
      ({ label, number }) => html`<tr><td>${label}</td><td>${written(number)}</td></tr>`,
    )}</tbody></table>`;
  }
}
customElements.define('long-list', LongList);

const EMPTY: Contacts = { rows: [], note: 0, windowFrom: 0, desk: 'absent', deskNumber: 0, nextId: 0 };
let parent: HTMLElement;

export const app: App = {
  async render(root, contacts) {
    parent = root;
    await show(contacts);
  },
  update: show,
};

async function show(contacts: Contacts): Promise<void> {
  render(contactsView(contacts), parent);
  await parent.querySelector<LongList>('long-list')?.updateComplete;
}

function contactsView(contacts: Contacts): TemplateResult {
  const [first] = contacts.rows;
  return html`<main>
    <h1>Contacts</h1>
    <p>${contacts.rows.length} people, first ${first ? written(first.number) : 'none'}.</p>
    <ul>${repeat(
      contacts.rows,
      ({ id }) => id,
      (row) => html`<li>${rowView(row)}</li>`,
    )}</ul>
    <div>${unsafeHTML(noteHtml(contacts.note))}</div>
    <long-list .contacts=${contacts}></long-list>
    ${deskView(contacts)}
  </main>`;
}

function rowView({ form, name, number }: Row): TemplateResult {
  switch (form) {
    case 'text':
      return html`${name}: ${written(number)}`;
    case 'split': {
      const [area, middle, last] = piecesOf(number);
      return html`${name} <span>${area}</span><b>${middle}</b>${last}`;
    }
    case 'link':
      return html`${name} <a href=${`tel:${written(number).replace(/[^\d+]/g, '')}`}>${written(number)}</a>`;
    case 'field':
      return html`<label>${name} <input size="20" .value=${written(number)}></label>`;
    case 'two':
      return html`${name}: ${written(number)} or ${written(number + 1)}`;
    case 'none':
      return html`${name}, no phone`;
  }
}

function deskView({ desk, deskNumber }: Contacts) {
  if (desk === 'absent') return nothing;
  return desk === 'bold'
    ? html`<p>Desk <b>${written(deskNumber)}</b></p>`
    : html`<p>Desk <span>${written(deskNumber)}</span></p>`;
}
