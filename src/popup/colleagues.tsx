import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Presence } from '../core/presence.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Button } from '../ui/controls.tsx';
import { say } from '../ui/say.ts';
import { colleaguesOf, howIs, MOOD_OF, presenceWords } from './presence-view.ts';

interface ColleaguesProps {
  readonly people: readonly Presence[];
  /** True while the PBX takes no call. */
  readonly isPaused: boolean;
  readonly onCall: (extension: string) => void;
}

const MOST_SHOWN = 50;
/** From here on there is a field to search with. */
const MANY = 8;

/** The colleagues the PBX has told of, how they are, and one click to call each. Folded up until it is asked for. */
export function Colleagues({ people, isPaused, onCall }: ColleaguesProps): JSX.Element | null {
  const [wanted, setWanted] = useState('');
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const all = colleaguesOf(people, '');
  if (all.length === 0) return null;
  const found = colleaguesOf(people, wanted);
  return (
    <details class="section colleagues" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="section-title">
        {say('popup_colleagues')} <span class="count">{all.length}</span>
      </summary>
      {isOpen && (
        <>
          {all.length > MANY && (
            <div class="colleague-search">
              <label class="visually-hidden" for={id}>
                {say('popup_colleagues_search')}
              </label>
              <input
                id={id}
                type="text"
                value={wanted}
                maxLength={40}
                autocomplete="off"
                spellcheck={false}
                placeholder={say('popup_colleagues_search')}
                onInput={(event) => setWanted(event.currentTarget.value)}
              />
            </div>
          )}
          {found.length > 0 && (
            <ul class="numbers">
              {found.slice(0, MOST_SHOWN).map((person) => (
                <ColleagueRow key={person.extension} person={person} isPaused={isPaused} onCall={onCall} />
              ))}
            </ul>
          )}
          <p class="quiet" role="status">
            {found.length === 0 && say('popup_colleagues_none')}
            {found.length > MOST_SHOWN && say('popup_numbers_more', String(found.length - MOST_SHOWN))}
          </p>
        </>
      )}
    </details>
  );
}

interface ColleagueRowProps extends Omit<ColleaguesProps, 'people'> {
  readonly person: Presence;
}

function ColleagueRow({ person, isPaused, onCall }: ColleagueRowProps): JSX.Element {
  const name = cleanText(person.name ?? '') || undefined;
  const extension = cleanText(person.extension, 12);
  const words = presenceWords(person).map((key) => say(key));
  return (
    <li class="number-row">
      <div class="number-text">
        <span class="colleague-name">
          <span class={`person-dot person-${MOOD_OF[howIs(person)]}`} />
          <bdi class="number-shown">{name ?? extension}</bdi>
        </span>
        <span class="quiet colleague-how">{[...(name ? [extension] : []), ...words].join(' · ')}</span>
      </div>
      <Button
        kind="quiet"
        icon="phone"
        isBusy={isPaused}
        name={say('popup_numbers_call', name ? `${name} (${extension})` : extension)}
        onPress={() => onCall(person.extension)}
      >
        {say('popup_dial_button')}
      </Button>
    </li>
  );
}
