import { type Contacts, noteHtml, piecesOf, type Row, windowRows, written } from './contacts.ts';

type Props = Readonly<Record<string, unknown>> | null;
/** `createElement` of React and of Preact. */
export type CreateElement<Node> = (name: string, props: Props, ...children: readonly unknown[]) => Node;

/** The contacts as elements of React or Preact, with many text nodes side by side, as JSX makes them. */
export function contactsView<Node>(h: CreateElement<Node>, contacts: Contacts): Node {
  const [first] = contacts.rows;
  return h(
    'main',
    null,
    h('h1', null, 'Contacts'),
    h('p', null, contacts.rows.length, ' people, first ', first ? written(first.number) : 'none', '.'),
    h('ul', null, ...[contacts.rows.map((row) => h('li', { key: row.id }, ...rowView(h, row)))]),
    h('div', { dangerouslySetInnerHTML: { __html: noteHtml(contacts.note) } }),
    h(
      'table',
      null,
      h(
        'tbody',
        null,
        // Keyed by slot: rows are reused for other entries while the list scrolls.
        ...[
          windowRows(contacts).map(({ label, number }, slot) =>
            h('tr', { key: slot }, h('td', null, label), h('td', null, written(number))),
          ),
        ],
      ),
    ),
    deskView(h, contacts),
  );
}

function rowView<Node>(h: CreateElement<Node>, { form, name, number }: Row): readonly unknown[] {
  switch (form) {
    case 'text':
      return [name, ': ', written(number)];
    case 'split': {
      const [area, middle, last] = piecesOf(number);
      return [name, ' ', h('span', null, area), h('b', null, middle), last];
    }
    case 'link':
      return [name, ' ', h('a', { href: `tel:${written(number).replace(/[^\d+]/g, '')}` }, written(number))];
    case 'field':
      return [h('label', null, name, ' ', h('input', { value: written(number), readOnly: true, size: 20 }))];
    case 'two':
      return [name, ': ', written(number), ' or ', written(number + 1)];
    case 'none':
      return [name, ', no phone'];
  }
}

function deskView<Node>(h: CreateElement<Node>, { desk, deskNumber }: Contacts): Node | null {
  if (desk === 'absent') return null;
  return h('p', null, 'Desk ', h(desk === 'bold' ? 'b' : 'span', null, written(deskNumber)));
}
