import { useState } from 'preact/hooks';
import { ask } from '../messaging/ask.ts';
import type { SettingsChange } from '../messaging/protocol.ts';
import type { MessageKey } from '../ui/say.ts';

/** Sends a change of the settings, and says in words how it went. */
export function useChange(): readonly [message: MessageKey | undefined, change: (change: SettingsChange) => void] {
  const [message, setMessage] = useState<MessageKey>();
  const change = (wanted: SettingsChange) => {
    setMessage(undefined);
    void ask('settings/change', wanted).then(
      () => setMessage('options_saved'),
      () => setMessage('options_not_saved'),
    );
  };
  return [message, change];
}
