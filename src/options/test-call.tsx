import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { type Call, isLive } from '../core/calls.ts';
import type { Connection } from '../core/connection.ts';
import { ask } from '../messaging/ask.ts';
import { callView } from '../ui/call-view.ts';
import { Button } from '../ui/controls.tsx';
import { createDialer } from '../ui/dialer.ts';
import { useNumberText } from '../ui/phone-number.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { REFUSAL_WORDS } from '../ui/words.ts';

interface TestCallProps {
  readonly connection: Connection;
  readonly calls: readonly Call[];
}

/** What can be dialled as an extension, see `typed-number.ts`. */
const EXTENSION = /^\d{2,6}$/;

/** A call from oneself to oneself: the own phone rings, and nobody else. Only where the PBX has said which extension that is. */
export function TestCall({ connection, calls }: TestCallProps): JSX.Element | null {
  const [problem, setProblem] = useState<MessageKey>();
  const [isAsking, setIsAsking] = useState(false);
  const [hasAsked, setHasAsked] = useState(false);
  const numberText = useNumberText();
  const dialer = useMemo(
    () =>
      createDialer({
        send: (request) => ask('ui/dial', request),
        newId: () => crypto.randomUUID(),
        now: () => Date.now(),
      }),
    [],
  );
  const extension = connection.status === 'online' ? connection.extension : undefined;
  const call = hasAsked ? newestTo(extension, calls) : undefined;
  if (!call && (extension === undefined || !EXTENSION.test(extension))) return null;
  const view = call && callView(call, connection, numberText);

  const ring = async () => {
    if (extension === undefined) return;
    setIsAsking(true);
    setProblem(undefined);
    const outcome = await dialer(extension);
    setIsAsking(false);
    if (outcome.type === 'accepted') setHasAsked(true);
    if (outcome.type === 'refused') setProblem(REFUSAL_WORDS[outcome.refusal.reason]);
    if (outcome.type === 'lost') setProblem('popup_dial_lost');
  };
  const hangUp = () => {
    if (call) void ask('call/hang-up', { id: call.id }).catch(() => setProblem('common_failed'));
  };
  const isUnderWay = isAsking || (call !== undefined && isLive(call));

  return (
    <section class="test" aria-labelledby="test-call-title">
      <h3 id="test-call-title">{say('test_call_title')}</h3>
      <p>{say('test_call_text')}</p>
      <div class="actions">
        <Button icon="phone" isBusy={isUnderWay} onPress={() => void ring()}>
          {say('test_call_button')}
        </Button>
        {view && view.hangUp !== 'absent' && (
          <Button kind="danger" icon="hangUp" isBusy={view.hangUp === 'pressed'} onPress={hangUp}>
            {say('hang_up')}
          </Button>
        )}
      </div>
      <div class="test-result" role="status">
        {problem && <p class="test-error">{say(problem)}</p>}
        {view && !problem && (
          <>
            <p>{say(...view.state)}</p>
            {view.notes.map((note) => (
              <p class="quiet" key={note[0]}>
                {say(...note)}
              </p>
            ))}
          </>
        )}
      </div>
    </section>
  );
}

function newestTo(extension: string | undefined, calls: readonly Call[]): Call | undefined {
  const ours = calls.filter(({ direction, number }) => direction === 'outgoing' && number === extension);
  return ours.sort((a, b) => b.startedAt - a.startedAt)[0];
}
