import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { calledLately, type RecentCall } from '../core/recent-call.ts';
import { leavesOwnButtons, type SiteRule, withOwnButtons } from '../core/site-rule.ts';
import { ask } from '../messaging/ask.ts';
import type { PageNumber } from '../messaging/protocol.ts';
import { recentCallsItem } from '../storage/state-item.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Button, Switch } from '../ui/controls.tsx';
import { PhoneNumber, useNumberText } from '../ui/phone-number.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { formatTime } from '../ui/time.ts';
import { useStored } from '../ui/use-app-state.ts';
import type { ActiveSite } from './active-tab.ts';
import { dialText } from './page-numbers.ts';
import { usePageNumbers } from './use-page-numbers.ts';

interface PageNumbersListProps {
  readonly site: ActiveSite;
  readonly rule: SiteRule;
  /** True while the PBX takes no call. */
  readonly isPaused: boolean;
  readonly onCall: (text: string) => void;
  /** One of several readings was chosen (E.164): this site's other numbers are meant alike. */
  readonly onChosen: (number: string) => void;
}

const MOST_SHOWN = 100;

/** "Numbers on this page": everything found in all frames, to be called without searching for it. */
export function PageNumbersList(props: PageNumbersListProps): JSX.Element | null {
  const { site, rule, isPaused, onCall, onChosen } = props;
  const state = usePageNumbers(site.tabId);
  const recent = useStored(recentCallsItem, []);
  if (state.status === 'absent') return null;
  const numbers = state.status === 'found' ? state.found.numbers : [];
  const isLooking = state.status === 'asking' || !state.found.isComplete;
  return (
    <section class="section" aria-labelledby="numbers-title">
      <h2 class="section-title" id="numbers-title">
        {say('popup_numbers')} {numbers.length > 0 && <span class="count">{numbers.length}</span>}
      </h2>
      {numbers.length > 0 && (
        <ul class="numbers">
          {numbers.slice(0, MOST_SHOWN).map((number) => (
            <NumberRow
              key={dialText(number) + number.kind + number.text}
              number={number}
              recent={recent}
              onCall={onCall}
              onChosen={onChosen}
              isPaused={isPaused}
            />
          ))}
        </ul>
      )}
      {numbers.length > MOST_SHOWN && (
        <p class="quiet">{say('popup_numbers_more', String(numbers.length - MOST_SHOWN))}</p>
      )}
      {isLooking && <p class="quiet">{say('popup_numbers_looking')}</p>}
      {state.status === 'found' && state.found.isRestless && <p class="quiet">{say('popup_numbers_restless')}</p>}
      {!isLooking && numbers.length === 0 && <p class="quiet">{say('popup_numbers_none')}</p>}
      {state.status === 'found' && state.found.hasOwnButtons && <OwnButtons host={site.host} rule={rule} />}
    </section>
  );
}

/** Who handles the call buttons that the page brings along: we, or the page's own script. */
function OwnButtons({ host, rule }: { readonly host: string; readonly rule: SiteRule }): JSX.Element {
  const [message, setMessage] = useState<MessageKey>();
  const areSites = leavesOwnButtons(rule, host);
  const change = (isOurs: boolean) => {
    setMessage(undefined);
    const sites = withOwnButtons(rule, host, !isOurs);
    void ask('settings/change', { sites }).then(
      ({ ok }) => setMessage(ok ? undefined : 'options_not_stored'),
      () => setMessage('common_failed'),
    );
  };
  return (
    <div class="own-buttons">
      <Switch
        label={say('popup_own_buttons')}
        isOn={!areSites}
        onChange={change}
        help={areSites ? say('popup_own_buttons_off') : undefined}
      />
      <p class="quiet" role="status">
        {message && say(message)}
      </p>
    </div>
  );
}

interface NumberRowProps extends Pick<PageNumbersListProps, 'isPaused' | 'onCall' | 'onChosen'> {
  readonly number: PageNumber;
  readonly recent: readonly RecentCall[];
}

function NumberRow({ number, recent, isPaused, onCall, onChosen }: NumberRowProps): JSX.Element {
  const numberText = useNumberText();
  const reading = number.e164 ?? number.dial ?? '';
  const called = calledLately(recent, reading, Date.now());
  return (
    <li class="number-row">
      <div class="number-text">
        <bdi class="number-shown">{cleanText(number.text)}</bdi>
        {numberText(reading, number.ext) !== number.text && (
          <span class="quiet">
            <PhoneNumber number={reading} ext={number.ext} />
          </span>
        )}
        {called && (
          <span class="quiet">
            {say('popup_numbers_called', String(called.times), formatTime(called.last.startedAt))}
          </span>
        )}
      </div>
      {number.kind === 'fax' ? (
        <span class="tag" title={say('popup_fax_hint')}>
          {say('popup_fax')}
        </span>
      ) : (
        <Button
          kind="quiet"
          icon="phone"
          isBusy={isPaused}
          name={say('popup_numbers_call', numberText(reading, number.ext))}
          onPress={() => onCall(dialText(number))}
        >
          {say('popup_dial_button')}
        </Button>
      )}
      {number.kind === 'phone' && number.alternatives && number.alternatives.length > 0 && (
        <p class="number-others">
          {say('popup_numbers_or')}{' '}
          {number.alternatives.slice(0, 3).map((other) => (
            <button
              type="button"
              class="link"
              key={other}
              aria-label={say('popup_numbers_call', numberText(other, number.ext))}
              aria-disabled={isPaused ? 'true' : undefined}
              onClick={() => {
                if (isPaused) return;
                onChosen(other);
                onCall(dialText(number, other));
              }}
            >
              <PhoneNumber number={other} ext={number.ext} />
            </button>
          ))}
        </p>
      )}
    </li>
  );
}
