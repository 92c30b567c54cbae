import { render } from 'preact';
import { policyItem } from '../storage/policy-item.ts';
import { NumberFormat } from '../ui/number-format.tsx';
import { setPageLanguage } from '../ui/page-language.ts';
import { say } from '../ui/say.ts';
import { readSaved } from '../ui/use-app-state.ts';
import { Options } from './options.tsx';
import { PolicyContext } from './policy-context.ts';

setPageLanguage();
document.title = say('options_title');
const [saved, policy] = await Promise.all([readSaved(), policyItem.read()]);
render(
  <PolicyContext.Provider value={policy}>
    <NumberFormat>
      <Options saved={saved} />
    </NumberFormat>
  </PolicyContext.Provider>,
  document.body,
);
