import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RecentCall } from '../core/recent-call.ts';
import { recentCallsItem } from '../storage/state-item.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Button } from '../ui/controls.tsx';
import { Icon } from '../ui/icons.tsx';
import { PhoneNumber, useNumberText } from '../ui/phone-number.tsx';
import { type Phrase, say } from '../ui/say.ts';
import { dayWords, formatDuration, formatTime, isoDuration, isSameDay } from '../ui/time.ts';
import { useStored } from '../ui/use-app-state.ts';
import { END_WORDS } from '../ui/words.ts';

interface RecentCallsProps {
  /** Calls that have a card of their own at the moment. */
  readonly shownElsewhere: readonly string[];
  /** All of them, or the last few with a way to the others. */
  readonly isWhole: boolean;
  /** Opens the place where all of them are; absent where there is none. */
  readonly onAll: (() => void) | undefined;
  readonly onCall: (text: string) => void;
  /** Without an id: all of them. */
  readonly onForget: (id?: string) => void;
}

const FEW = 5;
/** Drawn at once; the rest follows as one scrolls there. */
const SLICE = 20;

/** Who was called or called, with result and time, to be called again. */
export function RecentCalls({
  shownElsewhere,
  isWhole,
  onAll,
  onCall,
  onForget,
}: RecentCallsProps): JSX.Element | null {
  const calls = useStored(recentCallsItem, []).filter(({ id }) => !shownElsewhere.includes(id));
  const [sliceCount, setSliceCount] = useState(1);
  const [asksToClear, setAsksToClear] = useState(false);
  if (calls.length === 0) return null;
  const shown = calls.slice(0, isWhole ? sliceCount * SLICE : FEW);
  const slices = Array.from({ length: Math.ceil(shown.length / SLICE) }, (_, at) =>
    shown.slice(at * SLICE, (at + 1) * SLICE),
  );
  return (
    <section class="section" aria-labelledby="recent-title">
      <h2 class="section-title" id="recent-title">
        {say('recent_title')} {isWhole && <span class="count">{calls.length}</span>}
      </h2>
      {slices.map((slice, at) => (
        <Slice key={slice[0]?.id} calls={slice} before={slices[at - 1]?.at(-1)} onCall={onCall} />
      ))}
      {isWhole && shown.length < calls.length && <More onSeen={() => setSliceCount(sliceCount + 1)} />}
      {!isWhole && calls.length > FEW && onAll && (
        <Button kind="quiet" onPress={onAll}>
          {say('recent_all', String(calls.length))}
        </Button>
      )}
      {isWhole && !asksToClear && (
        <Button kind="quiet" icon="trash" onPress={() => setAsksToClear(true)}>
          {say('recent_clear')}
        </Button>
      )}
      {isWhole && asksToClear && (
        <div class="actions" role="alert">
          <p>{say('recent_clear_ask')}</p>
          <Button kind="danger" onPress={() => onForget()}>
            {say('recent_clear')}
          </Button>
          <Button onPress={() => setAsksToClear(false)}>{say('common_cancel')}</Button>
        </div>
      )}
    </section>
  );
}

interface SliceProps {
  readonly calls: readonly RecentCall[];
  /** The call above, whose day needs no second heading. */
  readonly before: RecentCall | undefined;
  readonly onCall: (text: string) => void;
}

/** What has not changed is not drawn again: the list is long. */
function Slice({ calls, before, onCall }: SliceProps): JSX.Element {
  const latest = useRef(onCall);
  latest.current = onCall;
  const ids = calls.map(({ id, confirmed, reason }) => id + confirmed + reason).join(' ');
  return useMemo(
    () => (
      <ul class="recent">
        {calls.map((call, at) => {
          const above = at === 0 ? before : calls[at - 1];
          const isNewDay = above === undefined || !isSameDay(above.startedAt, call.startedAt);
          return (
            <>
              {isNewDay && (
                <li class="recent-day" key={`day ${call.startedAt}`}>
                  {dayWords(call.startedAt)}
                </li>
              )}
              <Row key={call.id} call={call} onCall={(text) => latest.current(text)} />
            </>
          );
        })}
      </ul>
    ),
    [ids, before?.startedAt],
  );
}

function Row({ call, onCall }: { readonly call: RecentCall; readonly onCall: (text: string) => void }): JSX.Element {
  const numberText = useNumberText();
  const { number, ext, name, direction, startedAt, talkedMs } = call;
  const isMissed = direction === 'incoming' && talkedMs === undefined;
  return (
    <li class={isMissed ? 'recent-row recent-missed' : 'recent-row'}>
      <span class="recent-mark">
        <Icon name={direction} />
      </span>
      <div class="recent-who">
        {name && (
          <p class="recent-name">
            <bdi>{cleanText(name)}</bdi>
          </p>
        )}
        <p>
          <PhoneNumber number={number} ext={ext} />
        </p>
        <p class="quiet">
          {say(...resultWords(call))} ·{' '}
          <time dateTime={new Date(startedAt).toISOString()}>{formatTime(startedAt)}</time>
          {talkedMs !== undefined && (
            <>
              {' · '}
              <time dateTime={isoDuration(talkedMs)}>{formatDuration(talkedMs)}</time>
            </>
          )}
        </p>
      </div>
      <button
        type="button"
        class="icon-button call-again"
        aria-label={say('popup_call_again_named', numberText(number, ext))}
        title={say('popup_call_again')}
        onClick={() => onCall(ext === undefined ? number : `${number} x${ext}`)}
      >
        <Icon name="phone" />
      </button>
    </li>
  );
}

function More({ onSeen }: { readonly onSeen: () => void }): JSX.Element {
  const mark = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) onSeen();
      },
      { rootMargin: '600px' },
    );
    if (mark.current) observer.observe(mark.current);
    return () => observer.disconnect();
  });
  return <p class="recent-more" ref={mark} />;
}

/** How a call ended; never more than is known. */
export function resultWords({ direction, talkedMs, placed, confirmed, reason }: RecentCall): Phrase {
  if (placed === 'no') return [reason === 'cancelled' ? 'end_cancelled' : 'state_not_placed'];
  if (direction === 'incoming' && talkedMs === undefined) return ['recent_missed'];
  if (placed === 'unknown' || !confirmed) return ['recent_unknown'];
  if (reason === 'completed' || (reason === 'unknown' && talkedMs !== undefined)) {
    return [direction === 'incoming' ? 'recent_answered' : 'recent_connected'];
  }
  return [END_WORDS[reason]];
}
