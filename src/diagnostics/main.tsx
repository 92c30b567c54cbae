import { render } from 'preact';
import { setPageLanguage } from '../ui/page-language.ts';
import { say } from '../ui/say.ts';
import { Diagnostics } from './diagnostics.tsx';
import { readFacts } from './read-facts.ts';

setPageLanguage();
document.title = say('diagnostics_title');
render(<Diagnostics first={await readFacts()} />, document.body);
