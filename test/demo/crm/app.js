import './account-card.js';
import { activities, contacts, notesFor } from './data.js';

const PAGE_SIZE = 12;
const COLUMNS = [
  ['name', 'Name'],
  ['company', 'Company'],
  ['countryName', 'Country'],
  ['phone', 'Phone'],
  ['stage', 'Stage'],
  ['value', 'Value'],
];
const FEED_EVERY_MS = 6000;
const FEED_LENGTH = 9;

const state = { query: '', sortBy: 'id', isDescending: false, page: 0 };
const main = document.querySelector('#main');
const dialog = document.querySelector('#dialog');
const feed = document.querySelector('#feed');

addEventListener('hashchange', show);
document.querySelector('#search').addEventListener('input', (event) => {
  Object.assign(state, { query: event.target.value, page: 0 });
  if (location.hash.length > 2) location.hash = '#/';
  else show();
});
document.querySelector('#new-contact').addEventListener('click', openNewContact);
startFeed();
show();

/** Draws the view the address names, from scratch, as a simple single-page app does. */
function show() {
  const [, place = ''] = location.hash.match(/^#\/([\w-]*)/) ?? [];
  const contact = contacts.find((candidate) => String(candidate.id) === place);
  const views = { deals: dealsView, tickets: ticketsView };
  const section = place === 'deals' || place === 'tickets' ? place : 'contacts';
  for (const link of document.querySelectorAll('[data-nav]')) {
    if (link.dataset.nav === section) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${contact ? contact.name : section[0].toUpperCase() + section.slice(1)} · Harbor CRM`;
  main.replaceChildren(contact ? detailView(contact) : (views[section]?.() ?? listView()));
}

function listView() {
  const found = search();
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const shown = found.slice(state.page * PAGE_SIZE, (state.page + 1) * PAGE_SIZE);
  const turn = (by) => () => {
    state.page += by;
    show();
  };
  return h(
    'section',
    {},
    h('div', { class: 'head' }, h('h1', {}, 'Contacts'), h('span', { class: 'count' }, `${found.length} records`)),
    h(
      'div',
      { class: 'sheet' },
      h('table', {}, h('thead', {}, h('tr', {}, COLUMNS.map(headerCell))), h('tbody', {}, shown.map(row))),
    ),
    h(
      'div',
      { class: 'pager' },
      h('button', { type: 'button', disabled: state.page === 0, onclick: turn(-1) }, 'Previous'),
      h('span', {}, `Page ${state.page + 1} of ${pages}`),
      h('button', { type: 'button', disabled: state.page >= pages - 1, onclick: turn(1) }, 'Next'),
    ),
  );
}

function headerCell([key, label]) {
  const isSorted = state.sortBy === key;
  const sort = () => {
    Object.assign(state, { sortBy: key, isDescending: isSorted && !state.isDescending, page: 0 });
    show();
  };
  const order = isSorted ? (state.isDescending ? 'descending' : 'ascending') : 'none';
  return h('th', { 'aria-sort': order }, h('button', { type: 'button', class: 'sort', onclick: sort }, label));
}

function row(contact) {
  return h(
    'tr',
    {},
    h('td', {}, h('a', { href: `#/${contact.id}`, class: 'strong' }, contact.name)),
    h('td', {}, contact.company),
    h('td', {}, contact.countryName),
    h('td', { class: 'number' }, contact.phone),
    h('td', {}, h('span', { class: `pill ${contact.stage.toLowerCase()}` }, contact.stage)),
    h('td', { class: 'amount' }, `$${contact.value.toLocaleString('en-US')}`),
  );
}

function search() {
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  const digits = state.query.replace(/\D/g, '');
  const found = contacts.filter((contact) => {
    const text = `${contact.name} ${contact.company} ${contact.countryName} ${contact.stage}`.toLowerCase();
    const hasDigits = digits.length > 2 && contact.phone.replace(/\D/g, '').includes(digits);
    return hasDigits || words.every((word) => text.includes(word));
  });
  const compare = (a, b) => (typeof a === 'number' ? a - b : String(a).localeCompare(String(b)));
  return found.sort((a, b) => (state.isDescending ? -1 : 1) * compare(a[state.sortBy], b[state.sortBy]));
}

function detailView(contact) {
  return h(
    'section',
    { class: 'detail' },
    h('a', { href: '#/', class: 'back' }, 'All contacts'),
    h(
      'div',
      { class: 'head' },
      h('h1', {}, contact.name),
      h('span', { class: `pill ${contact.stage.toLowerCase()}` }, contact.stage),
      h('button', { type: 'button', onclick: () => openLogCall(contact) }, 'Log a call'),
    ),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        {},
        h('div', { class: 'sheet' }, h('dl', {}, fields(contact))),
        h('account-card', { manager: 'Sol Okafor, Boston office', phone: '+1 617 555 0164' }),
      ),
      h(
        'div',
        {},
        h('h2', {}, 'Notes'),
        notesFor(contact).map((note) =>
          h('article', { class: 'note' }, h('header', {}, `${note.by}, ${note.when}`), h('p', {}, note.text)),
        ),
        h('h2', {}, 'Tickets'),
        h('iframe', { src: 'tickets.html', title: 'Tickets of this contact', class: 'frame' }),
      ),
    ),
  );
}

function fields(contact) {
  const link = h('a', { href: `tel:${contact.phone.replace(/\(0\)|[^\d+]/g, '')}` }, contact.phone);
  return [
    field('Company', contact.company),
    field('Email', h('a', { href: `mailto:${contact.email}` }, contact.email)),
    field('Phone', link),
    editable(contact, 'mobile', 'Mobile'),
    contact.fax ? field('Fax', contact.fax) : [],
    contact.extension ? field('Extension', contact.extension) : [],
    field('Country', contact.countryName),
    field('Customer no.', `C-${100_000 + contact.id * 317}`),
    field('Last seen', contact.lastSeen),
  ].flat();
}

function field(label, value) {
  return [h('dt', {}, label), h('dd', {}, value)];
}

/** A value that turns into an input when its pencil is pressed, and back when it is left. */
function editable(contact, key, label) {
  const cell = h('dd', {});
  const read = () =>
    cell.replaceChildren(
      h('span', {}, contact[key] || 'not set'),
      h('button', { type: 'button', class: 'edit', onclick: edit, 'aria-label': `Edit ${label}` }, 'Edit'),
    );
  const edit = () => {
    const input = h('input', { type: 'tel', value: contact[key], 'aria-label': label });
    input.addEventListener('keydown', (event) => event.key === 'Enter' && input.blur());
    input.addEventListener('blur', () => {
      contact[key] = input.value.trim();
      read();
    });
    cell.replaceChildren(input);
    input.focus();
  };
  read();
  return [h('dt', {}, label), cell];
}

function dealsView() {
  const stages = ['New', 'Contacted', 'Negotiation'];
  const card = (contact) =>
    h(
      'article',
      { class: 'deal' },
      h('a', { href: `#/${contact.id}`, class: 'strong' }, contact.company),
      h('p', {}, `${contact.name}, ${contact.phone}`),
      h('p', { class: 'amount' }, `$${contact.value.toLocaleString('en-US')}`),
    );
  const column = (stage) =>
    h(
      'div',
      {},
      h('h2', {}, stage),
      contacts
        .filter((contact) => contact.stage === stage)
        .slice(0, 5)
        .map(card),
    );
  return h(
    'section',
    {},
    h('div', { class: 'head' }, h('h1', {}, 'Deals')),
    h('div', { class: 'board' }, stages.map(column)),
  );
}

function ticketsView() {
  return h(
    'section',
    {},
    h('div', { class: 'head' }, h('h1', {}, 'Tickets')),
    h('iframe', { src: 'tickets.html', title: 'Open tickets', class: 'frame tall' }),
  );
}

function openNewContact() {
  openDialog('New contact', [
    h('label', {}, 'Name', h('input', { name: 'name', required: true })),
    h('label', {}, 'Phone', h('input', { name: 'phone', type: 'tel', placeholder: '(617) 555-0100' })),
    h('p', { class: 'hint' }, 'Questions about importing lists? The help desk answers at +1 617 555 0101.'),
  ]);
}

function openLogCall(contact) {
  openDialog(`Call with ${contact.name}`, [
    h('p', {}, `Number on file: ${contact.phone}`),
    h('label', {}, 'What was said', h('textarea', { rows: '4', name: 'notes' })),
  ]);
}

function openDialog(title, content) {
  const actions = h(
    'div',
    { class: 'actions' },
    h('button', { type: 'submit', value: 'cancel', formnovalidate: true }, 'Cancel'),
    h('button', { type: 'submit', class: 'primary', value: 'save' }, 'Save'),
  );
  const form = h('form', { method: 'dialog' }, h('h2', { id: 'dialog-title' }, title), content, actions);
  dialog.replaceChildren(form);
  dialog.showModal();
}

/** Adds an entry every few seconds, newest first, and drops the oldest. */
function startFeed() {
  let next = 0;
  const add = () => {
    const { who, what, number } = activities[next++ % activities.length];
    feed.prepend(h('li', {}, h('strong', {}, who), ` ${what} `, number && h('span', { class: 'number' }, number)));
    while (feed.children.length > FEED_LENGTH) feed.lastElementChild.remove();
  };
  for (let i = 0; i < 4; i++) add();
  setInterval(add, FEED_EVERY_MS);
}

/** An element with attributes, listeners (`on…`) and children; text is always text. */
function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Number.POSITIVE_INFINITY));
  return element;
}
