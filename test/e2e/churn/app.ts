import type { Contacts } from './contacts.ts';

/** One framework's page over the same contacts. */
export interface App {
  /** Shows the contacts in an empty root. */
  render(root: HTMLElement, contacts: Contacts): Promise<void>;
  /** Takes over what a server has written into the root, where the framework can. */
  hydrate?(root: HTMLElement, contacts: Contacts): Promise<void>;
  /** Takes over a document that a server has written as a whole. */
  hydrateDocument?(contacts: Contacts): Promise<void>;
  /** Resolves when the page shows these contacts. */
  update(contacts: Contacts): Promise<void>;
}
