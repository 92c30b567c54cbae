import { createElement, hydrate, render, type VNode } from 'preact';
import type { App } from './app.ts';
import type { Contacts } from './contacts.ts';
import { contactsView } from './element-view.ts';

let parent: HTMLElement;

/** Preact's `render` is synchronous. */
export const app: App = {
  async render(root, contacts) {
    parent = root;
    render(contactsElement(contacts), parent);
  },
  async hydrate(root, contacts) {
    parent = root;
    hydrate(contactsElement(contacts), parent);
  },
  async update(contacts) {
    render(contactsElement(contacts), parent);
  },
};

export function contactsElement(contacts: Contacts): VNode {
  return contactsView<VNode>(
    (name, props, ...children) => createElement(name, props, ...(children as string[])),
    contacts,
  );
}
