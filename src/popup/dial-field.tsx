import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Settings } from '../storage/settings.ts';
import { Button } from '../ui/controls.tsx';
import type { DialPreview } from '../ui/dial-preview.ts';
import type { DialOutcome } from '../ui/dialer.ts';
import { NightHint } from '../ui/night-hint.tsx';
import { useNumberPlans } from '../ui/number-format.tsx';
import { say } from '../ui/say.ts';

interface DialFieldProps {
  readonly settings: Settings;
  readonly dial: (text: string) => Promise<DialOutcome>;
  /** How long the PBX takes no call. */
  readonly waitMs: number;
  /** Whether typing begins here when the popup opens. */
  readonly takesFocus: boolean;
}

/** Type a number, see what will be dialled, Enter. What was placed leaves the field, so a second Enter has nothing to send. */
export function DialField({ settings, dial, waitMs, takesFocus }: DialFieldProps): JSX.Element {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const typed = text.trim();
  const preview = useDialPreview(typed, settings);

  useEffect(() => {
    if (takesFocus) input.current?.focus();
  }, []);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (typed === '' || waitMs > 0) return;
    void dial(typed).then((outcome) => {
      if (outcome.type === 'accepted') setText('');
    });
  };

  return (
    <form class="section dial" onSubmit={submit}>
      <label class="section-title" for="dial-number">
        {say('popup_dial_label')}
      </label>
      <div class="dial-line">
        <input
          id="dial-number"
          ref={input}
          type="tel"
          value={text}
          dir="ltr"
          autocomplete="off"
          spellcheck={false}
          placeholder={say('popup_dial_placeholder')}
          aria-describedby="dial-preview"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Button kind="call" icon="phone" isSubmit isBusy={waitMs > 0}>
          {waitMs > 0 ? say('popup_dial_wait', String(Math.ceil(waitMs / 1000))) : say('popup_dial_button')}
        </Button>
      </div>
      <p class="dial-preview" id="dial-preview" aria-live="polite">
        {preview?.type === 'dials' && say('popup_dial_will', preview.dialled)}
        {preview?.type === 'dials' && (
          <>
            {' '}
            <NightHint country={preview.country} />
          </>
        )}
        {preview?.type === 'not-a-number' && say('refused_not_a_number')}
      </p>
      {waitMs > 0 && <p class="quiet">{say('popup_dial_paused')}</p>}
    </form>
  );
}

/** What reads numbers is large: it is loaded after the first paint, so that the calls are on the screen at once. */
export function useDialPreview(typed: string, settings: Settings): DialPreview | undefined {
  const [read, setRead] = useState<typeof import('../ui/dial-preview.ts')>();
  useEffect(() => {
    void import('../ui/dial-preview.ts').then(setRead);
  }, []);
  const plans = useNumberPlans();
  return typed === '' || !plans ? undefined : read?.dialPreview(typed, settings, plans);
}
