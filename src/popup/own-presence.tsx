import type { JSX } from 'preact';
import type { Presence } from '../core/presence.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Notice } from '../ui/controls.tsx';
import { Icon } from '../ui/icons.tsx';
import { say } from '../ui/say.ts';
import { howIs, MOOD_OF, presenceWords } from './presence-view.ts';

/** What the PBX said of our own extension. Silent about what it did not say. */
export function OwnPresence({ people }: { readonly people: readonly Presence[] }): JSX.Element | null {
  const own = people.find((person) => person.isOwn);
  if (!own) return null;
  const words = presenceWords(own).map((key) => say(key));
  return (
    <>
      {own.registered === false && (
        <Notice mood="warn" title={say('popup_not_registered')}>
          {say('popup_not_registered_text', cleanText(own.extension))}
        </Notice>
      )}
      {own.doNotDisturb && (
        <p class="presence">
          <Icon name="moon" />
          <span>{say('popup_dnd')}</span>
        </p>
      )}
      {words.length > 0 && own.registered !== false && !own.doNotDisturb && (
        <p class="presence">
          <span class={`person-dot person-${MOOD_OF[howIs(own)]}`} />
          <span>
            {say('popup_own_extension', cleanText(own.extension, 12))} {words.join(' · ')}
          </span>
        </p>
      )}
    </>
  );
}
