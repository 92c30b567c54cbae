import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AccountNeeds } from '../core/account.ts';
import type { SiteRule } from '../core/site-rule.ts';
import { Button, Choice, Field } from '../ui/controls.tsx';
import { Icon } from '../ui/icons.tsx';
import { ALL_SITES, isGranted, missingOf, requestAccess, siteNeeds } from '../ui/permissions.ts';
import { type MessageKey, say } from '../ui/say.ts';
import { siteOfPattern } from '../ui/words.ts';
import { readHost } from './host.ts';
import { Locked } from './locked.tsx';
import { useChange } from './use-change.ts';

interface SitesSectionProps {
  readonly rule: SiteRule;
  readonly granted: AccountNeeds | undefined;
  /** What is said above; its own words where absent. */
  readonly intro?: MessageKey;
  /** Whether it is also asked who handles call buttons that sites bring along. */
  readonly withOwnButtons?: boolean;
}

/** Where PageDial works: the user's rule, and what the browser has granted for it. */
export function SitesSection(props: SitesSectionProps): JSX.Element {
  const { rule, granted, intro = 'options_sites_intro', withOwnButtons = false } = props;
  const [message, change] = useChange();
  const setRule = (sites: SiteRule) => change({ sites });
  return (
    <>
      <p class="intro">{say(intro)}</p>
      <Locked by="sites">
        <Choice
          legend={say('options_sites_legend')}
          value={rule.mode}
          options={[
            { value: 'everywhere', label: say('options_sites_everywhere') },
            { value: 'only', label: say('options_sites_only') },
            { value: 'except', label: say('options_sites_except') },
          ]}
          onChange={(mode) => setRule({ ...rule, mode })}
        />
        {rule.mode !== 'everywhere' && (
          <HostList
            label={say('options_sites_list')}
            hosts={rule.hosts}
            onChange={(hosts) => setRule({ ...rule, hosts })}
          />
        )}
      </Locked>
      <p class="saved" role="status">
        {message && say(message)}
      </p>
      {/* Never locked: what the browser grants only the user can say. */}
      {granted && <Access rule={rule} granted={granted} />}
      <Locked by="sites" isContinued>
        {withOwnButtons && rule.clickHosts !== undefined && rule.clickHosts.length > 0 && (
          <div class="access">
            <h3>{say('options_click_sites')}</h3>
            <p class="help">{say('options_click_sites_help')}</p>
            <HostList
              label={say('options_click_sites')}
              hosts={rule.clickHosts}
              canAdd={false}
              onChange={(clickHosts) => setRule({ ...rule, clickHosts })}
            />
          </div>
        )}
        {withOwnButtons && (
          <div class="access">
            <h3>{say('options_own_buttons')}</h3>
            <p class="help">{say('options_own_buttons_help')}</p>
            <HostList
              label={say('options_own_buttons_list')}
              hosts={rule.ownButtons ?? []}
              onChange={(ownButtons) => setRule({ ...rule, ownButtons })}
            />
          </div>
        )}
      </Locked>
    </>
  );
}

interface HostListProps {
  readonly label: string;
  readonly hosts: readonly string[];
  readonly canAdd?: boolean;
  readonly onChange: (hosts: readonly string[]) => void;
}

function HostList({ label, hosts, canAdd = true, onChange }: HostListProps): JSX.Element {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<MessageKey>();
  const add = () => {
    const host = readHost(typed);
    if (host === undefined) return setProblem('options_sites_bad_host');
    if (hosts.includes(host)) return setProblem('options_sites_twice');
    setTyped('');
    setProblem(undefined);
    onChange([...hosts, host]);
  };
  return (
    <div class="hosts">
      {hosts.length === 0 ? (
        <p class="quiet">{say('options_sites_empty')}</p>
      ) : (
        <ul class="host-list" aria-label={label}>
          {hosts.map((host) => (
            <li key={host}>
              <bdi dir="ltr">{host}</bdi>
              <button
                type="button"
                class="icon-button"
                aria-label={say('options_sites_remove', host)}
                title={say('options_sites_remove', host)}
                onClick={() => onChange(hosts.filter((other) => other !== host))}
              >
                <Icon name="cross" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {canAdd && (
        <form
          class="host-add"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <Field
            label={say('options_sites_add_label')}
            value={typed}
            type="url"
            placeholder={say('options_sites_add_placeholder')}
            error={problem && say(problem)}
            onInput={(value) => {
              setTyped(value);
              setProblem(undefined);
            }}
          />
          <Button isSubmit>{say('options_sites_add')}</Button>
        </form>
      )}
    </div>
  );
}

function Access({ rule, granted }: { readonly rule: SiteRule; readonly granted: AccountNeeds }): JSX.Element {
  const [message, setMessage] = useState<MessageKey>();
  const needs = siteNeeds(rule);
  const missing = missingOf(needs, granted);
  const hasAll = ALL_SITES.every((pattern) => isGranted(granted.origins, pattern));
  const sites = [...new Set(granted.origins.map(siteOfPattern))];
  const isMissing = missing.origins.length > 0;
  const grant = () => {
    void requestAccess(needs, granted).then((isYes) =>
      setMessage(isYes ? 'options_sites_granted' : 'options_sites_denied'),
    );
  };
  return (
    <div class="access">
      <h3>{say('options_sites_access')}</h3>
      {hasAll && (
        <p class="access-line access-good">
          <Icon name="check" /> <span>{say('options_sites_access_all')}</span>
        </p>
      )}
      {!hasAll && sites.length === 0 && <p>{say('options_sites_access_none')}</p>}
      {!hasAll && sites.length > 0 && (
        <>
          <p>{say('options_sites_access_some')}</p>
          <SiteTags sites={sites} />
        </>
      )}
      {isMissing && (
        <>
          <p>{say('options_sites_missing')}</p>
          <SiteTags sites={wantedSites(missing)} />
          <div class="actions">
            <Button kind="primary" onPress={grant}>
              {say(rule.mode === 'only' ? 'options_sites_grant_listed' : 'options_sites_grant_all')}
            </Button>
          </div>
        </>
      )}
      <p class="saved" role="status">
        {message && say(message)}
      </p>
    </div>
  );
}

/** Names of sites in a row. */
export function SiteTags({ sites }: { readonly sites: readonly string[] }): JSX.Element {
  return (
    <ul class="tags">
      {sites.map((site) => (
        <li class="tag" key={site}>
          <bdi dir="ltr">{site}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** The sites of match patterns as a person would say them. */
export function wantedSites(needs: AccountNeeds): readonly string[] {
  const names = needs.origins.map((origin) =>
    ALL_SITES.includes(origin) ? say('options_sites_all_sites') : siteOfPattern(origin),
  );
  return [...new Set([...names, ...needs.permissions.map(() => say('options_file_cookies'))])];
}
