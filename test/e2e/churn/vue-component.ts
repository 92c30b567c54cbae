import type { Component } from 'vue';
import { type Contacts, noteHtml, piecesOf, windowRows, written } from './contacts.ts';

/** The contacts as a Vue template, compiled when the page starts, so that Vue's own optimisations are in it. */
export function vueComponent(contacts: () => Contacts | undefined): Component {
  return {
    setup: () => ({
      contacts,
      noteHtml,
      piecesOf,
      windowRows,
      written,
      telOf: (number: number) => `tel:${written(number).replace(/[^\d+]/g, '')}`,
    }),
    template: `
      <main>
        <h1>Contacts</h1>
        <p>{{ contacts().rows.length }} people, first {{ contacts().rows[0] ? written(contacts().rows[0].number) : 'none' }}.</p>
        <ul>
          <li v-for="row in contacts().rows" :key="row.id">
            <template v-if="row.form === 'text'">{{ row.name }}: {{ written(row.number) }}</template>
            <template v-else-if="row.form === 'split'">
              {{ row.name }} <span>{{ piecesOf(row.number)[0] }}</span><b>{{ piecesOf(row.number)[1] }}</b>{{ piecesOf(row.number)[2] }}
            </template>
            <template v-else-if="row.form === 'link'">{{ row.name }} <a :href="telOf(row.number)">{{ written(row.number) }}</a></template>
            <label v-else-if="row.form === 'field'">{{ row.name }} <input size="20" :value="written(row.number)"></label>
            <template v-else-if="row.form === 'two'">{{ row.name }}: {{ written(row.number) }} or {{ written(row.number + 1) }}</template>
            <template v-else>{{ row.name }}, no phone</template>
          </li>
        </ul>
        <div v-html="noteHtml(contacts().note)"></div>
        <table><tbody>
          <tr v-for="(entry, slot) in windowRows(contacts())" :key="slot"><td>{{ entry.label }}</td><td>{{ written(entry.number) }}</td></tr>
        </tbody></table>
        <p v-if="contacts().desk === 'bold'">Desk <b>{{ written(contacts().deskNumber) }}</b></p>
        <p v-else-if="contacts().desk === 'plain'">Desk <span>{{ written(contacts().deskNumber) }}</span></p>
      </main>`,
  };
}
