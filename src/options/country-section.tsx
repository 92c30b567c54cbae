import type { JSX } from 'preact';
import { say } from '../ui/say.ts';
import { CountrySelect } from './country-select.tsx';
import { useChange } from './use-change.ts';

/** The country of numbers that do not say theirs. */
export function CountrySection({ country }: { readonly country: string }): JSX.Element {
  const [message, change] = useChange();
  return (
    <>
      <p class="intro">{say('options_country_intro')}</p>
      <CountrySelect value={country} onChange={(code) => change({ country: code })} />
      <p class="saved" role="status">
        {message && say(message)}
      </p>
    </>
  );
}
