import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { isClickToCall, isSiteEnabled, type SiteRule, withClickToCall, withSite } from '../core/site-rule.ts';
import { ask } from '../messaging/ask.ts';
import { shortHost } from '../ui/clean-text.ts';
import { Button, Switch } from '../ui/controls.tsx';
import { ALL_SITES, requestAccess } from '../ui/permissions.ts';
import { type MessageKey, say } from '../ui/say.ts';
import type { ActiveSite } from './active-tab.ts';

interface SitePanelProps {
  readonly site: ActiveSite;
  readonly rule: SiteRule;
  readonly hasAccess: boolean;
}

/** The switch for the page one is on; or, while the browser has not granted access, the two ways to grant it. */
export function SitePanel({ site, rule, hasAccess }: SitePanelProps): JSX.Element {
  const [message, setMessage] = useState<MessageKey>();
  const host = site.host;
  const shown = shortHost(host);

  const change = (sites: SiteRule) => {
    void ask('settings/change', { sites }).then(
      ({ ok }) => setMessage(ok ? undefined : 'options_not_stored'),
      () => setMessage('common_failed'),
    );
  };
  const switchTo = (isOn: boolean) => change(withSite(rule, host, isOn));
  const isOn = isSiteEnabled(rule, host);
  const enable = (origins: readonly string[]) => {
    // The browser asks only while it handles the click, so nothing may be awaited before.
    const asked = requestAccess({ origins, permissions: [] });
    void asked.then((isGranted) => {
      setMessage(isGranted ? 'popup_site_reload' : 'popup_site_denied');
      if (isGranted && !isSiteEnabled(rule, host)) switchTo(true);
    });
  };

  return (
    <section class="section site" aria-label={say('popup_site_page')}>
      {hasAccess ? (
        <>
          <Switch label={<SiteLabel host={shown} />} isOn={isOn} onChange={switchTo} />
          {isOn && (
            <Switch
              label={say('popup_site_click')}
              help={say('popup_site_click_help')}
              isOn={isClickToCall(rule, host)}
              onChange={(calls) => change(withClickToCall(rule, host, calls))}
            />
          )}
        </>
      ) : (
        <>
          <p class="site-text">{say('popup_site_no_access', shown)}</p>
          <div class="actions">
            <Button kind="primary" onPress={() => enable([site.pattern])}>
              {say('popup_site_enable_one')}
            </Button>
            <Button onPress={() => enable(ALL_SITES)}>{say('popup_site_enable_all')}</Button>
          </div>
        </>
      )}
      <p class="quiet" role="status">
        {message && say(message)}
      </p>
    </section>
  );
}

function SiteLabel({ host }: { readonly host: string }): JSX.Element {
  return <span class="site-host">{say('popup_site_on', host)}</span>;
}
