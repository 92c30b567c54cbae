import { createElement, type ReactElement, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import type { App } from './app.ts';
import type { Contacts } from './contacts.ts';
import { contactsView } from './element-view.ts';
import { pageTitle } from './page.ts';

let root: Root;
let isWholeDocument = false;

export const app: App = {
  async render(element, contacts) {
    root = createRoot(element);
    flushSync(() => root.render(contactsElement(contacts)));
  },
  async hydrate(element, contacts) {
    root = hydrateRoot(element, contactsElement(contacts));
    await settled();
  },
  async hydrateDocument(contacts) {
    isWholeDocument = true;
    root = hydrateRoot(document, documentElement(contacts));
    await settled();
  },
  async update(contacts) {
    flushSync(() => root.render(isWholeDocument ? documentElement(contacts) : contactsElement(contacts)));
  },
};

export function contactsElement(contacts: Contacts): ReactElement {
  return contactsView<ReactElement>(
    (name, props, ...children) => createElement(name, props, ...(children as ReactNode[])),
    contacts,
  );
}

/** A page whose every element is React's, `<html>` included. The server has written it without scripts of its own. */
export function documentElement(contacts: Contacts): ReactElement {
  return createElement(
    'html',
    { lang: 'en' },
    createElement('head', null, createElement('title', null, pageTitle)),
    createElement('body', null, createElement('div', { id: 'root' }, contactsElement(contacts))),
  );
}

/** Hydration runs in tasks of its own, and says nothing when it is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
}
