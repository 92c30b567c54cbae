import type { JSX } from 'preact';
import type { Trouble } from '../core/trouble.ts';
import { troubleItem } from '../storage/state-item.ts';
import { Notice } from '../ui/controls.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { useStored } from '../ui/use-app-state.ts';

const WORDS: Readonly<Record<Trouble, readonly [what: MessageKey, todo: MessageKey]>> = {
  'state-not-saved': ['trouble_state_not_saved', 'trouble_state_not_saved_do'],
  'secrets-not-kept': ['trouble_secrets_not_kept', 'trouble_secrets_not_kept_do'],
  'settings-not-read': ['trouble_settings_not_read', 'trouble_settings_not_read_do'],
  'settings-not-saved': ['trouble_settings_not_saved', 'trouble_settings_not_saved_do'],
  'lists-not-kept': ['trouble_lists_not_kept', 'trouble_lists_not_kept_do'],
};

/** What the browser does not do for us, since calls depend on it. */
export function OwnTroubles(): JSX.Element {
  const troubles = useStored(troubleItem, []);
  return (
    <>
      {troubles.map((trouble) => (
        <Notice key={trouble} mood="warn" title={say(WORDS[trouble][0])}>
          <p>{say(WORDS[trouble][1])}</p>
        </Notice>
      ))}
    </>
  );
}
