import { ClassicEditor } from '@ckeditor/ckeditor5-editor-classic';
import { Essentials } from '@ckeditor/ckeditor5-essentials';
import { Paragraph } from '@ckeditor/ckeditor5-paragraph';
import { defaultKeymap } from '@codemirror/commands';
import { EditorState as CodeState } from '@codemirror/state';
import { EditorView as CodeView, keymap as codeKeymap } from '@codemirror/view';
import { baseKeymap } from 'prosemirror-commands';
import { keymap } from 'prosemirror-keymap';
import { schema } from 'prosemirror-schema-basic';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import Quill from 'quill';

/** What an editor would send to its server. */
export interface Saved {
  readonly text: string;
  readonly html: string;
}

/** Starts an editor in `#editor`, puts the focus in it, and leaves the way to save as `save` in the window. */
export async function startEditor(name: string): Promise<void> {
  const place = document.querySelector<HTMLElement>('#editor');
  const start = EDITORS[name];
  if (!place || !start) throw new Error(`no editor ${name}`);
  (window as { save?: () => Saved }).save = await start(place);
  document.querySelector<HTMLElement>('[contenteditable=true]')?.focus();
}

const EDITORS: Readonly<Record<string, (place: HTMLElement) => (() => Saved) | Promise<() => Saved>>> = {
  bare(place) {
    place.contentEditable = 'true';
    return () => ({ text: place.innerText, html: place.innerHTML });
  },
  async ckeditor(place) {
    const editor = await ClassicEditor.create(place, { licenseKey: 'GPL', plugins: [Essentials, Paragraph] });
    return () => ({ text: editor.getData().replace(/<[^>]+>/g, '\n'), html: editor.getData() });
  },
  codemirror(place) {
    const view = new CodeView({
      state: CodeState.create({ extensions: [codeKeymap.of(defaultKeymap)] }),
      parent: place,
    });
    return () => ({ text: view.state.doc.toString(), html: view.contentDOM.innerHTML });
  },
  quill(place) {
    const quill = new Quill(place, { modules: { history: { delay: 200 } } });
    return () => ({ text: quill.getText(), html: quill.root.innerHTML });
  },
  prosemirror(place) {
    const view = new EditorView(place, { state: EditorState.create({ schema, plugins: [keymap(baseKeymap)] }) });
    return () => ({ text: view.state.doc.textBetween(0, view.state.doc.content.size, '\n'), html: view.dom.innerHTML });
  },
};
