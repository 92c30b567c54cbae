import { render as renderPreact } from 'preact-render-to-string';
import { renderToString as renderReact } from 'react-dom/server';
import { render as renderSvelte } from 'svelte/server';
import { readable } from 'svelte/store';
import { createSSRApp } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import ContactsView from './Contacts.svelte';
import type { Contacts } from './contacts.ts';
import { contactsElement as preactElement } from './preact-app.ts';
import { documentElement, contactsElement as reactElement } from './react-app.ts';
import { vueComponent } from './vue-component.ts';

/** What each framework's server writes into the page's root. */
export const onServer: Readonly<Record<string, (contacts: Contacts) => string | Promise<string>>> = {
  react: (contacts) => renderReact(reactElement(contacts)),
  preact: (contacts) => renderPreact(preactElement(contacts)),
  vue: (contacts) => renderVue(createSSRApp(vueComponent(() => contacts))),
  svelte: (contacts) => renderSvelte(ContactsView, { props: { contacts: readable(contacts) } }).body,
};

/** A whole document written by React. */
export function documentOnServer(contacts: Contacts): string {
  return `<!doctype html>${renderReact(documentElement(contacts))}`;
}
