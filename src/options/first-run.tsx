import type { ComponentChildren, JSX } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { AccountNeeds } from '../core/account.ts';
import type { Call } from '../core/calls.ts';
import type { Connection } from '../core/connection.ts';
import { ask } from '../messaging/ask.ts';
import { DEFAULT_SETTINGS, type Settings } from '../storage/settings.ts';
import { Button } from '../ui/controls.tsx';
import { guessCountry } from '../ui/countries.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { type MessageKey, say } from '../ui/say.ts';
import { AccountSection } from './account-section.tsx';
import { CountrySection } from './country-section.tsx';
import { Locked } from './locked.tsx';
import { PolicyContext } from './policy-context.ts';
import { SitesSection } from './sites-section.tsx';
import { TestCall } from './test-call.tsx';

interface FirstRunProps {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly calls: readonly Call[];
  readonly granted: AccountNeeds | undefined;
  readonly onDone: () => void;
}

const STEPS: readonly MessageKey[] = ['options_first_account', 'options_first_sites', 'options_first_done'];

/** The first minutes: account, sites, ready. The same sections as later, one at a time. */
export function FirstRun({ settings, connection, calls, granted, onDone }: FirstRunProps): JSX.Element {
  const [step, setStep] = useState(0);
  const title = useRef<HTMLHeadingElement>(null);
  const isCountryGiven = 'country' in useContext(PolicyContext).settings;
  const heading = STEPS[step] ?? 'options_first_account';

  useEffect(() => {
    // Nobody has chosen a country yet: the one of the browser's language is the best guess, shown in the second step.
    if (isCountryGiven) return;
    const guess = guessCountry(navigator.languages);
    if (guess === undefined || guess === settings.country || settings.country !== DEFAULT_SETTINGS.country) return;
    void ask('settings/change', { country: guess }).catch(() => {});
  }, []);

  useEffect(() => {
    // The new step is read out from its top; not at the start, where the page's own title comes first.
    if (step > 0) title.current?.focus();
  }, [step]);

  return (
    <div class="first-run">
      <ol class="steps" aria-label={say('options_first_steps')}>
        {STEPS.map((key, index) => (
          <li
            key={key}
            class={index < step ? 'step step-done' : 'step'}
            aria-current={index === step ? 'step' : undefined}
          >
            <span class="step-mark">{index < step ? <Icon name="check" /> : index + 1}</span>
            <span>{say(key)}</span>
          </li>
        ))}
      </ol>
      <section class="card" aria-labelledby="first-title">
        <h2 id="first-title" ref={title} tabIndex={-1}>
          {say(step === 2 ? 'options_first_done_title' : heading)}
        </h2>
        {step === 0 && (
          <>
            <AccountSection
              account={settings.account}
              connection={connection}
              granted={granted}
              saveLabel="common_continue"
              onSaved={() => setStep(1)}
            />
            <p class="quiet">{say('options_first_have_file')}</p>
          </>
        )}
        {step === 1 && (
          <>
            <SitesSection rule={settings.sites} granted={granted} intro="options_first_sites_text" />
            <h3>{say('options_country')}</h3>
            <Locked by="country">
              <CountrySection country={settings.country} />
            </Locked>
            <div class="actions">
              <Button kind="primary" onPress={() => setStep(2)}>
                {say('common_continue')}
              </Button>
              <Button onPress={() => setStep(0)}>{say('common_back')}</Button>
            </div>
          </>
        )}
        {step === 2 && (
          <Ready hasAccess={(granted?.origins.length ?? 0) > 0} onDone={onDone}>
            <TestCall connection={connection} calls={calls} />
          </Ready>
        )}
      </section>
      {step < 2 && (
        <div class="first-skip">
          <Button kind="quiet" onPress={onDone}>
            {say('options_first_skip')}
          </Button>
        </div>
      )}
    </div>
  );
}

interface ReadyProps {
  readonly hasAccess: boolean;
  readonly children: ComponentChildren;
  readonly onDone: () => void;
}

function Ready({ hasAccess, children, onDone }: ReadyProps): JSX.Element {
  return (
    <>
      <ul class="ready">
        {!hasAccess && <ReadyLine icon="globe" words="options_first_done_access" />}
        <ReadyLine icon="phone" words="options_first_done_click" />
        <ReadyLine icon="check" words="options_first_done_phone" />
        <ReadyLine icon="info" words="options_first_done_popup" />
      </ul>
      {children}
      <div class="actions">
        <Button kind="primary" onPress={onDone}>
          {say('options_first_finish')}
        </Button>
      </div>
    </>
  );
}

function ReadyLine({ icon, words }: { readonly icon: IconName; readonly words: MessageKey }): JSX.Element {
  return (
    <li class="ready-line">
      <Icon name={icon} />
      <span>{say(words)}</span>
    </li>
  );
}
