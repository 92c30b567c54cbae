import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { isPopAddress } from '../core/preferences.ts';
import { learnPopAddress, popAddress } from '../phone/screen-pop.ts';
import type { Settings } from '../storage/settings.ts';
import { Choice, Field } from '../ui/controls.tsx';
import { useNumberPlans } from '../ui/number-format.tsx';
import { say } from '../ui/say.ts';
import { exampleNumber } from './example-number.ts';
import { useChange } from './use-change.ts';

type ScreenPopSectionProps = Pick<Settings, 'screenPop' | 'country'>;

/** When the caller's record opens, and where it is: an address with a place for the number, learnt from a search in the CRM. */
export function ScreenPopSection({ screenPop, country }: ScreenPopSectionProps): JSX.Element {
  const [message, change] = useChange();
  const [address, setAddress] = useState(screenPop.address);
  useEffect(() => setAddress(screenPop.address), [screenPop.address]);
  const typed = address.trim();
  const isGood = typed === '' || isPopAddress(typed);
  const plans = useNumberPlans();
  const shown = plans && isGood && typed !== '' ? popAddress(typed, exampleNumber(country), country, plans) : undefined;

  const commit = (text: string) => {
    const learnt = isPopAddress(text.trim())
      ? text.trim()
      : ((plans && learnPopAddress(text, country, plans)) ?? text.trim());
    setAddress(learnt);
    if (learnt === '' || isPopAddress(learnt)) {
      const on = learnt === '' ? 'never' : screenPop.on === 'never' ? 'ring' : screenPop.on;
      change({ screenPop: { on, address: learnt } });
    }
  };

  return (
    <>
      <p class="intro">{say('options_pop_intro')}</p>
      <Field
        label={say('options_pop_address')}
        value={address}
        type="url"
        maxLength={2000}
        placeholder="https://crm.example.com/search?phone={digits}"
        help={say('options_pop_address_help')}
        error={isGood ? undefined : say('options_pop_address_bad')}
        onInput={setAddress}
        onCommit={commit}
      />
      {shown && (
        <p class="preview-result">
          <span>{say('options_pop_example')}</span> <bdi dir="ltr">{shown}</bdi>
        </p>
      )}
      <Choice
        legend={say('options_pop_when')}
        value={screenPop.on}
        options={[
          { value: 'never', label: say('options_pop_never') },
          { value: 'ring', label: say('options_pop_ring') },
          { value: 'answer', label: say('options_pop_answer') },
        ]}
        onChange={(on) => change({ screenPop: { ...screenPop, on } })}
      />
      <p class="saved" role="status">
        {message && say(message)}
      </p>
    </>
  );
}
