import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { browser } from '../browser.ts';
import type { AccountNeeds } from '../core/account.ts';
import { type Call, isLive } from '../core/calls.ts';
import type { Connection } from '../core/connection.ts';
import { dialPauseEnd } from '../core/update.ts';
import { ask } from '../messaging/ask.ts';
import { CallCard } from '../ui/call-card.tsx';
import { Button, Notice } from '../ui/controls.tsx';
import { createDialer, type DialOutcome } from '../ui/dialer.ts';
import { isGranted, requestAccess, useGranted } from '../ui/permissions.ts';
import { type MessageKey, say } from '../ui/say.ts';
import { Trouble } from '../ui/trouble.tsx';
import { type Saved, useAppState, useSettings } from '../ui/use-app-state.ts';
import { useNow } from '../ui/use-now.ts';
import { REFUSAL_WORDS } from '../ui/words.ts';
import { type ActiveSite, onActivePage, readActiveSite } from './active-tab.ts';
import { CallHandling } from './call-handling.tsx';
import { Colleagues } from './colleagues.tsx';
import { DialField } from './dial-field.tsx';
import { OwnPresence } from './own-presence.tsx';
import { OwnTroubles } from './own-troubles.tsx';
import { PageNumbersList } from './page-numbers-list.tsx';
import { PopupHeader } from './popup-header.tsx';
import { asKnownNow } from './presence-view.ts';
import { RecentCalls } from './recent-calls.tsx';
import { SitePanel } from './site-panel.tsx';
import { useOpenPanel } from './use-open-panel.ts';

/** So many ended calls are shown at once; the dial field below them stays in sight. */
const FEW_ENDED = 3;

interface PopupProps {
  readonly saved: Saved;
  /** The side panel shows the same, stays open, and follows the user from tab to tab. */
  readonly place?: 'popup' | 'panel';
}

/** The toolbar popup: a function of what is saved, plus the page it was opened over. */
export function Popup({ saved, place = 'popup' }: PopupProps): JSX.Element {
  const saidState = useAppState(saved.state);
  const { connection, calls } = saidState;
  const people = asKnownNow(saidState.people, connection);
  const settings = useSettings(saved.settings);
  const granted = useGranted();
  const found = useActiveSite(place === 'panel');
  const openPanel = useOpenPanel();
  const site = found === 'none' ? undefined : found;
  const [problem, setProblem] = useState<MessageKey>();
  const live = calls.filter(isLive).sort(newestFirst);
  const [showsAll, setShowsAll] = useState(false);
  // In the panel the recent calls stand right below; only those that are not kept have a card there.
  const isListed = (call: Call) => place === 'panel' && settings.recentCalls.keep && !call.origin?.isPrivate;
  const ended = calls.filter((call) => !isLive(call) && !isListed(call)).sort(newestFirst);
  const shown = [...live, ...(showsAll ? ended : ended.slice(0, FEW_ENDED))];
  const hiddenCount = live.length + ended.length - shown.length;
  const timed = live.find((call) => call.talkingSince !== undefined);
  const pauseEnd = dialPauseEnd(saidState, Date.now());
  const isTicking = timed !== undefined || connection.status === 'waiting' || pauseEnd !== undefined;
  const now = useNow(isTicking, timed?.talkingSince ?? pauseEnd);
  const waitMs = pauseEnd === undefined ? 0 : Math.max(pauseEnd - now, 0);
  const dialer = useMemo(
    () =>
      createDialer({
        send: (request) => ask('ui/dial', request),
        newId: () => crypto.randomUUID(),
        now: () => Date.now(),
      }),
    [],
  );

  const dial = async (text: string): Promise<DialOutcome> => {
    setProblem(undefined);
    const outcome = await dialer(text);
    if (outcome.type === 'refused') setProblem(REFUSAL_WORDS[outcome.refusal.reason]);
    if (outcome.type === 'lost') setProblem('popup_dial_lost');
    return outcome;
  };
  const tell = (sent: Promise<unknown>) => {
    void sent.catch(() => setProblem('common_failed'));
  };
  const openOptions = () => {
    void browser.runtime.openOptionsPage().then(() => place === 'popup' && window.close());
  };
  const grant = (missing: AccountNeeds) => {
    // Nothing before this line may wait: see `requestAccess`.
    void requestAccess(missing, granted).then((isYes) => {
      if (isYes) tell(ask('connection/retry', {}));
      else setProblem('popup_site_denied');
    });
  };
  const hasAccount = settings.account !== undefined;
  const hasAccess = site !== undefined && granted !== undefined && isGranted(granted.origins, site.pattern);

  // Live calls come first: no news above them moves Hang up away from under the pointer.
  const callList = shown.length > 0 && (
    <section class="section" aria-label={say('popup_calls')}>
      <ul class="calls">
        {shown.map((call) => (
          <CallCard
            key={call.id}
            call={call}
            connection={connection}
            now={now}
            isPaused={waitMs > 0}
            onHangUp={({ id }) => tell(ask('call/hang-up', { id }))}
            onCallAgain={(again) => void dial(textOf(again))}
            onDismiss={({ id }) => tell(ask('call/dismiss', { id }))}
            more={(view) => (
              <CallHandling
                call={call}
                view={view}
                keepsRoom={canEverHandle(connection) && live.indexOf(call) < live.length - 1 && isLive(call)}
                settings={settings}
                people={people}
                onHold={(want) => tell(ask('call/hold', { id: call.id, want }))}
                onTransfer={(text, isSure) =>
                  ask('call/transfer', { id: call.id, text, ...(isSure ? { isSure } : {}) })
                }
              />
            )}
          />
        ))}
        {hiddenCount > 0 && (
          <li class="show-all">
            <Button kind="quiet" onPress={() => setShowsAll(true)}>
              {say('popup_show_more', String(hiddenCount))}
            </Button>
          </li>
        )}
      </ul>
    </section>
  );

  return (
    <>
      <PopupHeader
        connection={hasAccount ? connection : undefined}
        onOptions={openOptions}
        onPanel={place === 'popup' ? openPanel : undefined}
      />
      <main class="main">
        {live.length > 0 && callList}
        <div role="alert">{problem && <Notice mood="bad" title={say(problem)} />}</div>
        <OwnTroubles />
        {hasAccount ? (
          <>
            <Trouble
              connection={connection}
              now={now}
              onRetry={() => tell(ask('connection/retry', {}))}
              onGrant={grant}
              onOptions={openOptions}
            />
            <OwnPresence people={people} />
          </>
        ) : (
          <SetUp onOptions={openOptions} />
        )}
        {live.length === 0 && callList}
        {hasAccount && (
          <DialField
            settings={settings}
            dial={dial}
            waitMs={waitMs}
            takesFocus={live.length === 0 && place === 'popup'}
          />
        )}
        {hasAccount && <Colleagues people={people} isPaused={waitMs > 0} onCall={(ext) => void dial(ext)} />}
        {hasAccess && hasAccount && (
          <PageNumbersList
            key={`${site.tabId} ${site.visit ?? 0}`}
            site={site}
            rule={settings.sites}
            isPaused={waitMs > 0}
            onCall={(text) => void dial(text)}
            onChosen={(number) => tell(ask('taught/change', { host: site.host, number }))}
          />
        )}
        {hasAccount && settings.recentCalls.keep && (
          <RecentCalls
            shownElsewhere={shown.map(({ id }) => id)}
            isWhole={place === 'panel'}
            onAll={openPanel}
            onCall={(text) => void dial(text)}
            onForget={() => tell(ask('recent/forget', {}))}
          />
        )}
      </main>
      {found !== undefined && granted && (
        <footer class="footer">
          {site ? (
            <SitePanel site={site} rule={settings.sites} hasAccess={hasAccess} />
          ) : (
            <p class="quiet">{say('popup_site_none')}</p>
          )}
        </footer>
      )}
    </>
  );
}

function SetUp({ onOptions }: { readonly onOptions: () => void }): JSX.Element {
  return (
    <section class="set-up">
      <img src="/icons/48.png" alt="" width="48" height="48" />
      <h2>{say('popup_set_up_title')}</h2>
      <p>{say('popup_set_up_text')}</p>
      <Button kind="primary" onPress={onOptions}>
        {say('popup_set_up_button')}
      </Button>
    </section>
  );
}

/** Undefined until the browser has answered, `none` where no extension may work. */
function useActiveSite(isFollowing: boolean): ActiveSite | 'none' | undefined {
  const [site, setSite] = useState<ActiveSite | 'none'>();
  useEffect(() => {
    let visit = 0;
    const look = () => {
      visit++;
      void readActiveSite().then((found) => setSite(found ? { ...found, visit } : 'none'));
    };
    look();
    return isFollowing ? onActivePage(look) : undefined;
  }, [isFollowing]);
  return site;
}

function canEverHandle(connection: Connection): boolean {
  return connection.status === 'online' && (connection.capabilities.hold || connection.capabilities.transfer);
}

function newestFirst(a: Call, b: Call): number {
  return b.startedAt - a.startedAt;
}

function textOf(call: Call): string {
  return call.ext === undefined ? call.number : `${call.number} x${call.ext}`;
}
