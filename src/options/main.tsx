import { type JSX, render } from 'preact';
import { policyItem } from '../storage/policy-item.ts';
import { NumberFormat } from '../ui/number-format.tsx';
import { setPageLanguage } from '../ui/page-language.ts';
import { say } from '../ui/say.ts';
import { readSaved, useStored } from '../ui/use-app-state.ts';
import { Options } from './options.tsx';
import { PolicyContext } from './policy-context.ts';

setPageLanguage();
document.title = say('options_title');
const [saved, policy] = await Promise.all([readSaved(), policyItem.read()]);
render(<Page />, document.body);

function Page(): JSX.Element {
  return (
    // At the first start of all the page may be here before the background has read the policy.
    <PolicyContext.Provider value={useStored(policyItem, policy)}>
      <NumberFormat>
        <Options saved={saved} />
      </NumberFormat>
    </PolicyContext.Provider>
  );
}
