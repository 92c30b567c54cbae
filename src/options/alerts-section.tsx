import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ask } from '../messaging/ask.ts';
import type { Settings } from '../storage/settings.ts';
import { Button, Switch } from '../ui/controls.tsx';
import { say } from '../ui/say.ts';
import { Locked } from './locked.tsx';
import { useChange } from './use-change.ts';

type AlertsSectionProps = Pick<Settings, 'alerts' | 'recentCalls'>;

/** What the user is told while nobody looks at the popup, and what is kept of calls. */
export function AlertsSection({ alerts, recentCalls }: AlertsSectionProps): JSX.Element {
  const [message, change] = useChange();
  const [isCleared, setIsCleared] = useState(false);
  const clear = () => {
    void ask('recent/forget', {}).then(
      () => setIsCleared(true),
      () => setIsCleared(false),
    );
  };
  return (
    <>
      <Locked by="alerts">
        <Switch
          label={say('options_alerts_incoming')}
          isOn={alerts.incoming}
          onChange={(incoming) => change({ alerts: { ...alerts, incoming } })}
        />
        <Switch
          label={say('options_alerts_failed')}
          isOn={alerts.failed}
          onChange={(failed) => change({ alerts: { ...alerts, failed } })}
        />
      </Locked>
      <Locked by="recentCalls">
        <Switch
          label={say('options_recent_keep')}
          help={say('options_recent_keep_help')}
          isOn={recentCalls.keep}
          onChange={(keep) => change({ recentCalls: { keep } })}
        />
      </Locked>
      <div class="actions">
        <Button onPress={clear}>{say('options_recent_clear')}</Button>
      </div>
      <p class="saved" role="status">
        {isCleared ? say('options_recent_cleared') : message && say(message)}
      </p>
    </>
  );
}
