import type { JSX } from 'preact';
import type { EpochMs } from '../core/calls.ts';
import type { Connection } from '../core/connection.ts';
import { cleanText } from '../ui/clean-text.ts';
import { connectionView, retryWords } from '../ui/connection-view.ts';
import { Button, Notice } from '../ui/controls.tsx';
import { Icon } from '../ui/icons.tsx';
import { say } from '../ui/say.ts';

interface PopupHeaderProps {
  /** Absent while no account is set up. */
  readonly connection: Connection | undefined;
  readonly onOptions: () => void;
}

/** Name, state of the connection in words, way to the settings. */
export function PopupHeader({ connection, onOptions }: PopupHeaderProps): JSX.Element {
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

interface TroubleProps {
  readonly connection: Connection;
  readonly now: EpochMs;
  readonly onRetry: () => void;
  readonly onGrant: (origin: string) => void;
  readonly onOptions: () => void;
}

/** Why the connection is not well, and the one button that helps. */
export function Trouble({ connection, now, onRetry, onGrant, onOptions }: TroubleProps): JSX.Element | null {
  const { trouble, mood } = connectionView(connection);
  if (connection.status === 'off') {
    return (
      <Notice
        mood="warn"
        title={say('connection_off')}
        actions={<Button onPress={onRetry}>{say('common_try_again')}</Button>}
      />
    );
  }
  if (!trouble) return null;
  const { error, action } = trouble;
  return (
    <Notice
      mood={mood === 'limited' ? 'warn' : 'bad'}
      title={say(...trouble.what)}
      actions={
        <>
          {action === 'grant' && error.kind === 'permission-missing' && (
            <Button kind="primary" onPress={() => onGrant(error.origin)}>
              {say('common_grant_access')}
            </Button>
          )}
          {action === 'sign-in' && (
            <Button kind="primary" onPress={onOptions}>
              {say('common_sign_in')}
            </Button>
          )}
          {action === 'settings' && (
            <Button kind="primary" onPress={onOptions}>
              {say('common_open_settings')}
            </Button>
          )}
          {(action === 'retry' || action === 'settings') && (
            <Button onPress={onRetry}>{say('common_try_again')}</Button>
          )}
        </>
      }
    >
      <p>{say(...trouble.todo)}</p>
      {trouble.retryAt !== undefined && <p>{say(...retryWords(trouble.retryAt, now))}</p>}
      {'detail' in error && error.detail !== '' && (
        <p class="notice-detail">
          <bdi>{say('common_details', cleanText(error.detail, 120))}</bdi>
        </p>
      )}
    </Notice>
  );
}
