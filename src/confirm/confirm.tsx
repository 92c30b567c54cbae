import type { JSX } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { browser } from '../browser.ts';
import { ANSWER_WITHIN_MS, type Choice, type Proposal } from '../core/proposal.ts';
import { ask } from '../messaging/ask.ts';
import { proposalItem } from '../storage/state-item.ts';
import { Button, Notice } from '../ui/controls.tsx';
import { Icon } from '../ui/icons.tsx';
import { NightHint } from '../ui/night-hint.tsx';
import { useNumberText } from '../ui/phone-number.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { useNow } from '../ui/use-now.ts';
import { REFUSAL_WORDS } from '../ui/words.ts';
import { ChoiceList, LargeNumber } from './choices.tsx';
import { reasonWords, siteWords } from './line-words.ts';
import { useGuard } from './use-guard.ts';

/** The question's end is only said when it is near: a clock that runs from the beginning would hurry people. */
const SAY_END_MS = 20_000;

/** Asks before a risky number is dialled for a page: the second, deliberate act. Without a proposal the question is over. */
export function Confirm({ proposal }: { readonly proposal: Proposal | undefined }): JSX.Element {
  const [ending, setEnding] = useState<MessageKey | undefined>(proposal ? undefined : 'confirm_over');
  return (
    <>
      <header class="header">
        <img class="header-mark" src="/icons/32.png" alt="" width="24" height="24" />
        <h1 class="header-title" id="title">
          {say('confirm_title')}
        </h1>
      </header>
      {proposal && !ending ? <Question proposal={proposal} onRefused={setEnding} /> : <Over why={ending} />}
    </>
  );
}

interface QuestionProps {
  readonly proposal: Proposal;
  readonly onRefused: (why: MessageKey) => void;
}

function Question({ proposal, onRefused }: QuestionProps): JSX.Element {
  const { id, choices, ext, host } = proposal;
  const [chosen, choose] = useState<Choice>(choices[0]);
  const [isSending, setSending] = useState(false);
  const sent = useRef(false);
  const body = useRef<HTMLDivElement>(null);
  const numberText = useNumberText();

  const answer = (call: boolean) => {
    if (sent.current) return;
    sent.current = true;
    setSending(call);
    ask('confirm/answer', { id, call, number: chosen.number }).then(
      (reply) => {
        if (reply.ok || !call) void closeWindow();
        else onRefused(reply.error.reason === 'unknown-request' ? 'confirm_over' : REFUSAL_WORDS[reply.error.reason]);
      },
      () => (call ? onRefused('confirm_lost') : void closeWindow()),
    );
  };

  useEffect(() => {
    body.current?.focus({ preventScroll: true });
    // The background forgets it when its time is over, its tab is gone, or the account is another one.
    return proposalItem.watch((now) => {
      if (now?.id !== id && !sent.current) void closeWindow();
    });
  }, [id]);
  const onTimeOver = useCallback(() => {
    if (!sent.current) void closeWindow();
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') answer(false);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });

  return (
    <div class="question" role="alertdialog" aria-labelledby="title" aria-describedby="what" tabIndex={-1} ref={body}>
      <main class="main" id="what">
        {choices.length > 1 ? (
          <ChoiceList choices={choices} ext={ext} chosen={chosen} onChoose={choose} />
        ) : (
          <LargeNumber choice={chosen} ext={ext} />
        )}
        <p class="site">
          <span class="quiet">{say('confirm_site')}</span> <bdi>{siteWords(host)}</bdi>
        </p>
        <NightHint country={chosen.country} />
        <Reasons choice={chosen} />
      </main>
      <footer class="footer">
        <Countdown askedAt={proposal.askedAt} onOver={onTimeOver} />
        <div class="buttons">
          <Button onPress={() => answer(false)} isBusy={isSending}>
            {say('confirm_dont_call')}
          </Button>
          <CallButton
            name={say('confirm_call_named', numberText(chosen.number, ext))}
            isSending={isSending}
            onCall={() => answer(true)}
          />
        </div>
      </footer>
    </div>
  );
}

function Reasons({ choice }: { readonly choice: Choice }): JSX.Element {
  if (choice.reasons.length === 0) return <Notice mood="info" title={say('confirm_reason_ordinary')} />;
  return (
    <section class="reasons" aria-label={say('confirm_reasons')}>
      <ul>
        {choice.reasons.map((reason) => (
          <li key={reason}>
            <Icon name="alert" />
            <span>{say(reasonWords(reason, choice.country))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The background closes the window in time; where it was killed meanwhile, nobody else would. */
function Countdown({ askedAt, onOver }: { readonly askedAt: number; readonly onOver: () => void }): JSX.Element {
  const left = askedAt + ANSWER_WITHIN_MS - useNow(true, askedAt);
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) onOver();
  }, [isOver, onOver]);
  const seconds = String(Math.max(0, Math.ceil(left / 1000)));
  return <p class="quiet countdown">{left <= SAY_END_MS && say('confirm_closes_in', seconds)}</p>;
}

interface CallButtonProps {
  readonly name: string;
  readonly isSending: boolean;
  readonly onCall: () => void;
}

/** Counts a press only when all of it, from button down to button up, came after the user had time to see what is asked. */
function CallButton({ name, isSending, onCall }: CallButtonProps): JSX.Element {
  const { guard, isReady } = useGuard();
  return (
    <button
      type="button"
      class="button button-call"
      aria-label={name}
      aria-disabled={isReady && !isSending ? undefined : 'true'}
      onPointerDown={() => guard.begin(performance.now())}
      onKeyDown={(event) => {
        guard.begin(performance.now());
        // A key that is held down since before the window came says nothing about this question.
        if (event.repeat) event.preventDefault();
      }}
      onClick={(event) => {
        if (guard.end(performance.now()) && event.isTrusted && !isSending) onCall();
      }}
    >
      <Icon name="phone" />
      <span>{say(isSending ? 'confirm_calling' : 'confirm_call')}</span>
    </button>
  );
}

function Over({ why = 'confirm_over' }: { readonly why: MessageKey | undefined }): JSX.Element {
  return (
    <div class="question">
      <main class="main">
        <div role="alert">
          <Notice mood={why === 'confirm_over' ? 'info' : 'bad'} title={say(why)} />
        </div>
      </main>
      <footer class="footer">
        <div class="buttons">
          <Button onPress={() => void closeWindow()}>{say('confirm_close')}</Button>
        </div>
      </footer>
    </div>
  );
}

/** Closes this page and, since it is alone in it, its window. A script may not close a window that no script opened. */
async function closeWindow(): Promise<void> {
  const tab = await browser.tabs.getCurrent();
  if (tab?.id !== undefined) await browser.tabs.remove(tab.id);
}
