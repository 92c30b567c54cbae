import { flushSync, hydrate, mount } from 'svelte';
import { writable } from 'svelte/store';
import type { App } from './app.ts';
import ContactsView from './Contacts.svelte';
import { type Contacts, firstContacts, randomFrom } from './contacts.ts';

const contacts = writable<Contacts>(firstContacts(randomFrom(1)));

export const app: App = {
  async render(root, first) {
    contacts.set(first);
    mount(ContactsView, { target: root, props: { contacts } });
    flushSync();
  },
  async hydrate(root, first) {
    contacts.set(first);
    hydrate(ContactsView, { target: root, props: { contacts } });
    flushSync();
  },
  async update(next) {
    contacts.set(next);
    flushSync();
  },
};
