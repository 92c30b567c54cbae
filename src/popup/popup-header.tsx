import type { JSX } from 'preact';
import type { Connection } from '../core/connection.ts';
import { connectionView } from '../ui/connection-view.ts';
import { Icon } from '../ui/icons.tsx';
import { say } from '../ui/say.ts';

interface PopupHeaderProps {
  /** Absent while no account is set up. */
  readonly connection: Connection | undefined;
  readonly onOptions: () => void;
  /** Absent where there is no side panel, and in it. */
  readonly onPanel?: (() => void) | undefined;
}

/** Name, state of the connection in words, way to the settings. */
export function PopupHeader({ connection, onOptions, onPanel }: PopupHeaderProps): JSX.Element {
  const view = connection && connectionView(connection);
  return (
    <header class="header">
      <img class="header-mark" src="/icons/32.png" alt="" width="24" height="24" />
      <h1 class="header-title">{say('popup_title')}</h1>
      {view && (
        <p class={`status status-${view.mood}`} role="status">
          <span class="status-dot" />
          <span>{say(...view.status)}</span>
        </p>
      )}
      {onPanel && (
        <button
          type="button"
          class="icon-button"
          aria-label={say('popup_open_panel')}
          title={say('popup_open_panel')}
          onClick={onPanel}
        >
          <Icon name="panel" />
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={say('common_options')}
        title={say('common_options')}
        onClick={onOptions}
      >
        <Icon name="settings" />
      </button>
    </header>
  );
}
