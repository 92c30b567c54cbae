import { useState } from 'preact/hooks';
import { ask } from '../messaging/ask.ts';
import type { SettingsChange, Stored } from '../messaging/protocol.ts';
import type { MessageKey } from '../ui/say.ts';

/** Sends a change of the settings, and says in words how it went. */
export function useChange(): readonly [message: MessageKey | undefined, change: (change: SettingsChange) => void] {
  const [message, setMessage] = useState<MessageKey>();
  const change = (wanted: SettingsChange) => {
    setMessage(undefined);
    void storedWords(ask('settings/change', wanted)).then(setMessage);
  };
  return [message, change];
}

/** How it went, in words; the background may not answer at all. */
export function storedWords(change: Promise<Stored>): Promise<MessageKey> {
  return change.then(
    ({ ok }) => (ok ? 'options_saved' : 'options_not_stored'),
    () => 'options_not_saved',
  );
}
