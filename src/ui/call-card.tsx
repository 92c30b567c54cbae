import type { ComponentChildren, JSX } from 'preact';
import type { Call, EpochMs } from '../core/calls.ts';
import type { Connection } from '../core/connection.ts';
import { type CallView, callView } from './call-view.ts';
import { cleanText } from './clean-text.ts';
import { Button } from './controls.tsx';
import { Icon, type IconName } from './icons.tsx';
import { PhoneNumber, useNumberText } from './phone-number.tsx';
import { say } from './say.ts';
import { formatDuration, formatTime, isoDuration } from './time.ts';
import { ToldByPbx } from './told-by-pbx.tsx';

interface CallCardProps {
  readonly call: Call;
  readonly connection: Connection;
  readonly now: EpochMs;
  /** True while the PBX takes no call. */
  readonly isPaused?: boolean;
  readonly onHangUp: (call: Call) => void;
  readonly onCallAgain: (call: Call) => void;
  readonly onDismiss: (call: Call) => void;
  /** What else can be done about it; below everything, so that it moves nothing. */
  readonly more?: (view: CallView) => ComponentChildren;
}

const LONGEST_DETAIL = 120;
const MOOD_ICONS: Readonly<Record<CallView['mood'], IconName>> = {
  calling: 'phone',
  talking: 'phone',
  held: 'pause',
  unsure: 'alert',
  over: 'check',
  failed: 'cross',
};

/** One call: who, how it stands in words, and what can be done about it. */
export function CallCard(props: CallCardProps): JSX.Element {
  const { call, connection, now, isPaused = false, onHangUp, onCallAgain, onDismiss, more } = props;
  const numberText = useNumberText();
  const view = callView(call, connection, numberText);
  const isOver = call.state.phase === 'ended';
  const name = cleanText(call.name ?? '');
  return (
    <li class={`call call-${view.mood}`} data-phase={call.state.phase}>
      <span class="call-mark">
        <Icon name={MOOD_ICONS[view.mood]} />
      </span>
      <div class="call-who">
        {name && (
          <p class="call-name">
            <bdi>{name}</bdi>
          </p>
        )}
        <p class={name ? 'call-number call-number-second' : 'call-number'}>
          <PhoneNumber number={call.number} ext={call.ext} />
        </p>
      </div>
      {isOver && (
        <button
          type="button"
          class="icon-button call-dismiss"
          aria-label={`${say('popup_dismiss')}: ${numberText(call.number, call.ext)}`}
          title={say('popup_dismiss')}
          onClick={() => onDismiss(call)}
        >
          <Icon name="cross" />
        </button>
      )}
      <div class="call-how">
        <p class="call-state" aria-live="polite">
          {say(...view.state)}
          <Timer view={view} now={now} />
          {call.state.phase === 'ended' && (
            <>
              {' '}
              <span class="call-when">{formatTime(call.state.at)}</span>
            </>
          )}
        </p>
        {view.lastKnown && <p class="call-note">{say('state_last_known', say(...view.lastKnown))}</p>}
        {view.notes.map((note) => (
          <p class="call-note" key={note[0]}>
            {say(...note)}
          </p>
        ))}
        <div class="call-handled" aria-live="polite">
          {view.handled.map((words) => (
            <p class="call-note" key={words[0]}>
              {say(...words)}
            </p>
          ))}
        </div>
        {view.detail && (
          <p class="call-note call-detail">
            <bdi>{say('common_details', cleanText(view.detail, LONGEST_DETAIL))}</bdi>
          </p>
        )}
        {call.told && Object.keys(call.told).length > 0 && <ToldByPbx told={call.told} />}
      </div>
      <div class="call-act">
        {view.hangUp !== 'absent' && (
          <Button kind="danger" icon="hangUp" isBusy={view.hangUp === 'pressed'} onPress={() => onHangUp(call)}>
            {say('hang_up')}
          </Button>
        )}
        {isOver && view.mayCallAgain && (
          <button
            type="button"
            class="icon-button call-again"
            aria-label={say('popup_call_again_named', numberText(call.number, call.ext))}
            title={say('popup_call_again')}
            aria-disabled={isPaused ? 'true' : undefined}
            onClick={isPaused ? undefined : () => onCallAgain(call)}
          >
            <Icon name="phone" />
          </button>
        )}
      </div>
      {more?.(view)}
    </li>
  );
}

function Timer({ view, now }: { readonly view: CallView; readonly now: EpochMs }): JSX.Element | null {
  if (!view.timer) return null;
  const ms = 'took' in view.timer ? view.timer.took : now - view.timer.runsFrom;
  return (
    <time class="call-timer" dateTime={isoDuration(ms)} role="timer" aria-live="off">
      {formatDuration(ms)}
    </time>
  );
}
