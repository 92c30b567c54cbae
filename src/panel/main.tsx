import { render } from 'preact';
import { Popup } from '../popup/popup.tsx';
import { NumberFormat } from '../ui/number-format.tsx';
import { setPageLanguage } from '../ui/page-language.ts';
import { readSaved } from '../ui/use-app-state.ts';

setPageLanguage();
const saved = await readSaved();
render(
  <NumberFormat>
    <Popup saved={saved} place="panel" />
  </NumberFormat>,
  document.body,
);
