import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { browser } from '../browser.ts';
import type { Taught } from '../core/taught.ts';
import { ask } from '../messaging/ask.ts';
import { Icon } from '../ui/icons.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { storedWords } from './use-change.ts';

/** What the user has taught PageDial about sites, each to be taken back. */
export function TaughtSection({ taught }: { readonly taught: Taught }): JSX.Element {
  const [message, setMessage] = useState<MessageKey>();
  const countries = Object.entries(taught.countries);
  const undo = (what: { readonly host: string; readonly text?: string }) => {
    setMessage(undefined);
    void storedWords(ask('taught/change', what)).then(setMessage);
  };
  const regions = new Intl.DisplayNames([browser.i18n.getUILanguage()], { type: 'region' });
  return (
    <>
      <p class="intro">{say('options_taught_intro')}</p>
      {taught.numbers.length + countries.length === 0 && <p class="quiet">{say('options_taught_none')}</p>}
      <ul class="host-list" hidden={taught.numbers.length + countries.length === 0} aria-label={say('options_taught')}>
        {taught.numbers.map(({ host, text, isPhone }) => (
          <li key={`${host} ${text}`}>
            <span>{say(isPhone ? 'options_taught_phone' : 'options_taught_not', text, host)}</span>
            <Undo name={say('options_taught_undo', text)} onPress={() => undo({ host, text })} />
          </li>
        ))}
        {countries.map(([host, country]) => (
          <li key={host}>
            <span>{say('options_taught_country', regions.of(country) ?? country, host)}</span>
            <Undo name={say('options_taught_undo', host)} onPress={() => undo({ host })} />
          </li>
        ))}
      </ul>
      <p class="saved" role="status">
        {message && say(message)}
      </p>
    </>
  );
}

function Undo({ name, onPress }: { readonly name: string; readonly onPress: () => void }): JSX.Element {
  return (
    <button type="button" class="icon-button" aria-label={name} title={name} onClick={onPress}>
      <Icon name="cross" />
    </button>
  );
}
