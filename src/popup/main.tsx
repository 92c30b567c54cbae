import { render } from 'preact';
import { setPageLanguage } from '../ui/page-language.ts';
import { readSaved } from '../ui/use-app-state.ts';
import { Popup } from './popup.tsx';

setPageLanguage();
const saved = await readSaved();
render(<Popup saved={saved} />, document.body);
