import { render } from 'preact';
import { ask } from '../messaging/ask.ts';
import { NumberFormat } from '../ui/number-format.tsx';
import { setPageLanguage } from '../ui/page-language.ts';
import { readSaved } from '../ui/use-app-state.ts';
import { Popup } from './popup.tsx';

setPageLanguage();
const saved = await readSaved();
render(
  <NumberFormat>
    <Popup saved={saved} />
  </NumberFormat>,
  document.body,
);
// For the benchmark: from here on everything is there and can be used.
performance.mark('drawn');
// Whoever opens the popup wants the line now.
void ask('connection/nudge', {}).catch(() => {});
