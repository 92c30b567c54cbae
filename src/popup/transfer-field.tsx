import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Presence } from '../core/presence.ts';
import type { Result } from '../core/result.ts';
import type { DialRefusal } from '../messaging/protocol.ts';
import type { Settings } from '../storage/settings.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Button } from '../ui/controls.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { REFUSAL_WORDS, riskWords } from '../ui/words.ts';
import { useDialPreview } from './dial-field.tsx';
import { colleaguesOf, howIs, MOOD_OF } from './presence-view.ts';

interface TransferFieldProps {
  /** Of the input; unique on the page. */
  readonly id: string;
  readonly settings: Settings;
  readonly people: readonly Presence[];
  readonly onTransfer: (text: string, isSure: boolean) => Promise<Result<void, DialRefusal>>;
  readonly onClose: () => void;
}

const MOST_OFFERED = 5;

/** To whom a call is handed over: type or pick, see what the PBX is told, Enter. Escape closes. What speaks against it is read first. */
export function TransferField({ id, settings, people, onTransfer, onClose }: TransferFieldProps): JSX.Element {
  const [text, setText] = useState('');
  const [doubt, setDoubt] = useState<MessageKey>();
  const [problem, setProblem] = useState<MessageKey>();
  const [isSending, setSending] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const typed = text.trim();
  const preview = useDialPreview(typed, settings);
  const isName = /\p{L}/u.test(typed) && preview?.type !== 'dials';
  const isPicked = people.some(({ extension, isOwn }) => !isOwn && extension === typed);
  const offered = isPicked ? [] : colleaguesOf(people, typed).slice(0, MOST_OFFERED);

  useEffect(() => input.current?.focus(), []);

  const change = (next: string) => {
    setText(next);
    setDoubt(undefined);
    setProblem(undefined);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // A second Enter while the first is on its way must not be a second wish.
    if (typed === '' || isSending) return;
    setSending(true);
    setProblem(undefined);
    void onTransfer(typed, doubt !== undefined)
      .then((answer) => {
        if (answer.ok) return;
        const risk = riskWords(answer.error.reason);
        if (risk && doubt === undefined && answer.error.reason !== 'sip-uri') setDoubt(risk);
        else setProblem(REFUSAL_WORDS[answer.error.reason]);
      })
      .catch(() => setProblem('transfer_lost'))
      .finally(() => setSending(false));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    // Else the browser closes the whole popup.
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };

  return (
    <form class="transfer" onSubmit={submit} onKeyDown={onKeyDown}>
      <label class="section-title" for={id}>
        {say('transfer_label')}
      </label>
      <div class="dial-line">
        <input
          id={id}
          ref={input}
          type="text"
          inputMode="tel"
          value={text}
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          placeholder={say('popup_dial_placeholder')}
          aria-describedby={`${id}-preview`}
          onInput={(event) => change(event.currentTarget.value)}
        />
        <Button kind="primary" isSubmit isBusy={isSending}>
          {say(doubt ? 'transfer_send_sure' : 'transfer_send')}
        </Button>
      </div>
      <p class="dial-preview" id={`${id}-preview`} aria-live="polite">
        {preview?.type === 'dials' && say('popup_dial_will', `\u2066${preview.dialled}\u2069`)}
        {preview?.type === 'not-a-number' && !(isName && offered.length > 0) && say('refused_not_a_number')}
      </p>
      <div role="alert">
        {(doubt || problem) && <p class="transfer-doubt">{say(problem ?? doubt ?? 'transfer_lost')}</p>}
      </div>
      {offered.length > 0 && (
        <ul class="transfer-people" aria-label={say('popup_colleagues')}>
          {offered.map((person) => (
            <li key={person.extension}>
              <Button
                kind="quiet"
                onPress={() => {
                  change(person.extension);
                  input.current?.focus();
                }}
              >
                <span class={`person-dot person-${MOOD_OF[howIs(person)]}`} />
                <bdi class="transfer-name">{cleanText(person.name ?? '') || cleanText(person.extension)}</bdi>
                {person.name !== undefined && <bdi class="transfer-extension">{cleanText(person.extension, 12)}</bdi>}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
