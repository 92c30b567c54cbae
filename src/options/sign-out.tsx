import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ask } from '../messaging/ask.ts';
import { Button } from '../ui/controls.tsx';
import { say } from '../ui/say.ts';

/** Signing out, asked twice: the saved password is gone with it. */
export function SignOut({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const [isAsking, setIsAsking] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);
  const signOut = () => {
    void ask('account/remove', {}).then(onDone, () => setHasFailed(true));
    setIsAsking(false);
  };
  return (
    <div class="sign-out">
      {isAsking ? (
        <>
          <p>{say('options_account_sign_out_ask')}</p>
          <p class="quiet">{say('options_account_sign_out_note')}</p>
          <div class="actions">
            <Button kind="danger" onPress={signOut}>
              {say('options_account_sign_out')}
            </Button>
            <Button onPress={() => setIsAsking(false)}>{say('common_back')}</Button>
          </div>
        </>
      ) : (
        <Button kind="quiet" onPress={() => setIsAsking(true)}>
          {say('options_account_sign_out')}
        </Button>
      )}
      <p class="field-error" role="status">
        {hasFailed && say('common_failed')}
      </p>
    </div>
  );
}
