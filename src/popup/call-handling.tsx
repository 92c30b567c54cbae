import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Call } from '../core/calls.ts';
import type { Presence } from '../core/presence.ts';
import type { Result } from '../core/result.ts';
import type { DialRefusal } from '../messaging/protocol.ts';
import type { Settings } from '../storage/settings.ts';
import type { CallView } from '../ui/call-view.ts';
import { Button } from '../ui/controls.tsx';
import { say } from '../ui/say.ts';
import { TransferField } from './transfer-field.tsx';

interface CallHandlingProps {
  readonly call: Call;
  readonly view: CallView;
  /** The line is there before its buttons, so that nothing below it moves when they come. */
  readonly keepsRoom: boolean;
  readonly settings: Settings;
  readonly people: readonly Presence[];
  readonly onHold: (want: 'hold' | 'resume') => void;
  readonly onTransfer: (text: string, isSure: boolean) => Promise<Result<void, DialRefusal>>;
}

const HOLD_WORDS = { hold: 'hold_button', 'try-hold': 'hold_try_button', resume: 'resume_button' } as const;

/** Hold, Resume and Transfer below a call, where the PBX can and while they mean something. */
export function CallHandling(props: CallHandlingProps): JSX.Element | null {
  const { call, view, keepsRoom, settings, people, onHold, onTransfer } = props;
  const { hold, transfer } = view;
  const [isOpen, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const isGone = transfer !== 'offered';

  useEffect(() => {
    if (isGone) setOpen(false);
  }, [isGone]);

  if (!hold && !transfer) return keepsRoom ? <div class="call-more" /> : null;
  const close = () => {
    setOpen(false);
    place.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
  };
  return (
    <div class="call-more" ref={place}>
      {hold && (
        <Button
          icon={hold.want === 'resume' ? 'phone' : 'pause'}
          isBusy={hold.is === 'pressed'}
          onPress={() => onHold(hold.want === 'resume' ? 'resume' : 'hold')}
        >
          {say(HOLD_WORDS[hold.want])}
        </Button>
      )}
      {transfer && (
        <Button icon="transfer" isBusy={isGone} isExpanded={isOpen} onPress={() => setOpen(!isOpen)}>
          {say('transfer_button')}
        </Button>
      )}
      {isOpen && !isGone && (
        <TransferField
          id={`transfer-${call.id}`}
          settings={settings}
          people={people}
          onClose={close}
          onTransfer={async (text, isSure) => {
            const answer = await onTransfer(text, isSure);
            if (answer.ok) close();
            return answer;
          }}
        />
      )}
    </div>
  );
}
