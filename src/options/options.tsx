import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { findAdapter } from '../pbx/registry.ts';
import type { Settings } from '../storage/settings.ts';
import { useGranted } from '../ui/permissions.ts';
import { type MessageKey, say } from '../ui/say.ts';
import { type Saved, useAppState, useSettings } from '../ui/use-app-state.ts';
import { missingFields } from './account-form.ts';
import { AccountSection } from './account-section.tsx';
import { AlertsSection } from './alerts-section.tsx';
import { CountrySection } from './country-section.tsx';
import { DialingSection } from './dialing-section.tsx';
import { FirstRun } from './first-run.tsx';
import { Locked } from './locked.tsx';
import { usePresetAccount } from './policy-context.ts';
import { ScreenPopSection } from './screen-pop-section.tsx';
import { SettingsFileSection } from './settings-file-section.tsx';
import { SitesSection } from './sites-section.tsx';
import { TaughtSection } from './taught-section.tsx';
import { TestCall } from './test-call.tsx';

/** The settings page; until there is a whole account it leads through the first steps. */
export function Options({ saved }: { readonly saved: Saved }): JSX.Element {
  const { connection, calls } = useAppState(saved.state);
  const settings = useSettings(saved.settings);
  const granted = useGranted();
  const isGivenInPart = usePresetAccount() !== undefined && missingFields(connection).length > 0;
  const [isFirstRun, setIsFirstRun] = useState(saved.settings.account === undefined || isGivenInPart);
  const { account } = settings;

  return (
    <div class="page">
      <header class="page-head">
        <img src="/icons/48.png" alt="" width="40" height="40" />
        <div>
          <h1>{say(isFirstRun ? 'options_first_title' : 'options_title')}</h1>
          <p>{say(isFirstRun ? 'options_first_intro' : 'options_intro')}</p>
        </div>
      </header>
      <main class="sections">
        {isFirstRun ? (
          <FirstRun
            settings={settings}
            connection={connection}
            calls={calls}
            granted={granted}
            onDone={() => setIsFirstRun(false)}
          />
        ) : (
          <>
            <Card id="account" title="options_account">
              <AccountSection account={account} connection={connection} granted={granted} />
              <TestCall connection={connection} calls={calls} />
            </Card>
            <Card id="sites" title="options_sites">
              <SitesSection rule={settings.sites} granted={granted} withOwnButtons />
            </Card>
            <Card id="country" title="options_country">
              <Locked by="country">
                <CountrySection country={settings.country} />
              </Locked>
            </Card>
            <Card id="dialing" title="options_dialing">
              <Locked by="dialing">
                <DialingSection
                  key={settings.country}
                  dialing={settings.dialing}
                  country={settings.country}
                  accepts={acceptsOf(settings)}
                />
              </Locked>
            </Card>
            <Card id="alerts" title="options_alerts">
              <AlertsSection alerts={settings.alerts} recentCalls={settings.recentCalls} />
            </Card>
            <Card id="screen-pop" title="options_pop">
              <Locked by="screenPop">
                <ScreenPopSection screenPop={settings.screenPop} country={settings.country} />
              </Locked>
            </Card>
            <Card id="taught" title="options_taught">
              <Locked by="taught">
                <TaughtSection taught={settings.taught} />
              </Locked>
            </Card>
          </>
        )}
        <Card id="file" title="options_file">
          <SettingsFileSection settings={settings} granted={granted} onImported={() => setIsFirstRun(false)} />
        </Card>
        <p class="page-foot">
          <a href="/src/diagnostics/diagnostics.html">{say('diagnostics_title')}</a>
        </p>
      </main>
    </div>
  );
}

interface CardProps {
  readonly id: string;
  readonly title: MessageKey;
  readonly children: ComponentChildren;
}

function Card({ id, title, children }: CardProps): JSX.Element {
  return (
    <section class="card" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{say(title)}</h2>
      {children}
    </section>
  );
}

/** What the account's PBX takes as a number, where there is one and it says so. */
function acceptsOf({ account }: Settings): ((dialled: string) => boolean) | undefined {
  const adapter = account && findAdapter(account.vendor);
  return adapter?.accepts && ((dialled) => adapter.accepts?.(dialled, account?.values ?? {}) ?? true);
}
