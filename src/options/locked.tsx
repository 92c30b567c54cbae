import type { ComponentChildren, JSX } from 'preact';
import type { PolicyKey } from '../core/policy.ts';
import { Notice } from '../ui/controls.tsx';
import { say } from '../ui/say.ts';
import { useLocked } from './policy-context.ts';

interface LockedProps {
  /** The setting that is changed by what is inside. */
  readonly by: PolicyKey;
  /** More of what has said so already. */
  readonly isContinued?: boolean;
  readonly children: ComponentChildren;
}

/** Controls of one setting: to be looked at only where the organisation has locked it, and then it says so. */
export function Locked({ by, isContinued = false, children }: LockedProps): JSX.Element {
  if (!useLocked(by)) return <>{children}</>;
  return (
    <>
      {!isContinued && <LockedNotice />}
      <fieldset class="locked" disabled>
        {children}
      </fieldset>
    </>
  );
}

/** Says who has decided. */
export function LockedNotice(): JSX.Element {
  return <Notice mood="info" title={say('options_locked')} />;
}
