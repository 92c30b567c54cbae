import { createApp, createSSRApp, nextTick, shallowRef, type App as VueApp } from 'vue';
import type { App } from './app.ts';
import type { Contacts } from './contacts.ts';
import { vueComponent } from './vue-component.ts';

const contacts = shallowRef<Contacts>();
const component = vueComponent(() => contacts.value);

export const app: App = {
  async render(root, first) {
    contacts.value = first;
    mount(createApp(component), root);
  },
  async hydrate(root, first) {
    contacts.value = first;
    mount(createSSRApp(component), root);
    await nextTick();
  },
  async update(next) {
    contacts.value = next;
    await nextTick();
  },
};

function mount(vue: VueApp, root: HTMLElement): void {
  vue.mount(root);
}
