import { render } from 'preact';
import { setPageLanguage } from '../ui/page-language.ts';
import { say } from '../ui/say.ts';
import { readSaved } from '../ui/use-app-state.ts';
import { Options } from './options.tsx';

setPageLanguage();
document.title = say('options_title');
const saved = await readSaved();
render(<Options saved={saved} />, document.body);
