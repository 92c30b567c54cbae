import type { JSX } from 'preact';
import type { AccountNeeds } from '../core/account.ts';
import type { EpochMs } from '../core/calls.ts';
import type { Connection, PbxError } from '../core/connection.ts';
import { cleanText } from './clean-text.ts';
import { connectionView, retryWords } from './connection-view.ts';
import { Button, Notice } from './controls.tsx';
import { say } from './say.ts';

/** Their detail is keys of fields, which the settings page turns into words. */
const NAMES_FIELDS: ReadonlySet<PbxError['kind']> = new Set(['no-account', 'not-remembered']);

interface TroubleProps {
  readonly connection: Connection;
  readonly now: EpochMs;
  readonly onRetry: () => void;
  readonly onGrant: (missing: AccountNeeds) => void;
  /** Absent on the settings page itself: the way there is no help. */
  readonly onOptions?: () => void;
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
  const helps = onOptions && (action === 'sign-in' || action === 'settings');
  return (
    <Notice
      mood={mood === 'limited' ? 'warn' : 'bad'}
      title={say(...trouble.what)}
      actions={
        <>
          {error.kind === 'permission-missing' && (
            <Button
              kind="primary"
              onPress={() => onGrant(error.missing ?? { origins: [error.origin], permissions: [] })}
            >
              {say('common_grant_access')}
            </Button>
          )}
          {helps && (
            <Button kind="primary" onPress={onOptions}>
              {say(action === 'sign-in' ? 'common_sign_in' : 'common_open_settings')}
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
      {'detail' in error && error.detail !== '' && !NAMES_FIELDS.has(error.kind) && (
        <p class="notice-detail">
          <bdi>{say('common_details', cleanText(error.detail, 120))}</bdi>
        </p>
      )}
    </Notice>
  );
}
