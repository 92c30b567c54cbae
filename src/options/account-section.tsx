import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AccountField, AccountNeeds, AccountValues, FieldProblems } from '../core/account.ts';
import type { AccountTest } from '../core/account-test.ts';
import type { EndpointAnswer, EndpointWish } from '../core/call-endpoint.ts';
import type { Connection, PbxError } from '../core/connection.ts';
import type { Result } from '../core/result.ts';
import { ask } from '../messaging/ask.ts';
import { ADAPTERS, findAdapter } from '../pbx/registry.ts';
import type { Account } from '../storage/settings.ts';
import { accountTestItem } from '../storage/state-item.ts';
import { connectionView } from '../ui/connection-view.ts';
import { Button, Choice, Notice, Switch } from '../ui/controls.tsx';
import { requestAccess } from '../ui/permissions.ts';
import { type MessageKey, type Phrase, say, sayByKey } from '../ui/say.ts';
import { Trouble } from '../ui/trouble.tsx';
import { useNow } from '../ui/use-now.ts';
import { siteOfPattern } from '../ui/words.ts';
import { AccountFieldInput } from './account-field.tsx';
import {
  chosenGroup,
  type FormAdapter,
  fieldsOf,
  groupsOf,
  initialValues,
  missingFields,
  problemsOf,
  savedValues,
  valuesToSend,
} from './account-form.ts';
import { EndpointsSection } from './endpoints-section.tsx';
import { LockedNotice } from './locked.tsx';
import { useLocked, usePresetAccount } from './policy-context.ts';
import { SignOut } from './sign-out.tsx';
import { TestSteps } from './test-steps.tsx';

interface AccountSectionProps {
  readonly account: Account | undefined;
  readonly connection: Connection;
  readonly granted: AccountNeeds | undefined;
  readonly saveLabel?: MessageKey;
  readonly onSaved?: () => void;
}

/** Which PBX, and how to sign in there. The form is drawn from what the adapter says it needs. */
export function AccountSection(props: AccountSectionProps): JSX.Element {
  const { account, connection, granted } = props;
  const preset = usePresetAccount();
  const isLocked = useLocked('account');
  const [vendor, setVendor] = useState(account?.vendor ?? preset?.vendor ?? ADAPTERS[0]?.id ?? '');
  const [notice, setNotice] = useState<MessageKey>();
  useEffect(() => {
    // Saved or imported elsewhere: show that account.
    if (account) setVendor(account.vendor);
  }, [account?.vendor]);
  const adapter = findAdapter(vendor);
  const saved = account?.vendor === vendor ? account : undefined;

  return (
    <>
      {isLocked && <LockedNotice />}
      <p class="intro">{say('options_account_intro')}</p>
      {account && <ConnectionNotice connection={connection} granted={granted} />}
      {ADAPTERS.length === 0 && <Notice mood="info" title={say('options_account_none_yet')} />}
      {ADAPTERS.length > 0 && (
        <div class="field">
          <label for="vendor">{say('options_account_vendor')}</label>
          <select
            id="vendor"
            value={vendor}
            disabled={isLocked}
            onChange={(event) => setVendor(event.currentTarget.value)}
          >
            {ADAPTERS.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </div>
      )}
      {adapter && <AccountForm key={vendor} {...props} adapter={adapter} saved={saved} />}
      {account && <SignOut onDone={() => setNotice('options_account_signed_out')} />}
      <div role="status">{notice && !account && <Notice mood="good" title={say(notice)} />}</div>
    </>
  );
}

interface AccountFormProps extends AccountSectionProps {
  readonly adapter: FormAdapter;
  readonly saved: Account | undefined;
}

interface Status {
  readonly mood: 'good' | 'bad';
  readonly words: Phrase;
}

function AccountForm({ adapter, saved, connection, granted, saveLabel, onSaved }: AccountFormProps): JSX.Element {
  const preset = usePresetAccount();
  const isLocked = useLocked('account');
  const given = preset?.vendor === adapter.id ? preset.values : {};
  const [values, setValues] = useState<AccountValues>(
    saved ? savedValues(adapter.fields, saved.values) : { ...initialValues(adapter.fields), ...given },
  );
  const savedText = JSON.stringify([saved?.values ?? {}, saved?.secretsIn ?? 'kept']);
  const shownText = useRef(savedText);
  const [group, setGroup] = useState(() => chosenGroup(adapter.fields, values));
  const [remembers, setRemembers] = useState(saved?.secretsIn !== 'memory');
  const [errors, setErrors] = useState<FieldProblems>({});
  const [status, setStatus] = useState<Status>();
  const [accountTest, setAccountTest] = useState<AccountTest>();
  const form = useRef<HTMLFormElement>(null);
  const fields = fieldsOf(adapter.fields, group, values);
  const groups = groupsOf(adapter.fields);
  const sent = valuesToSend(fields, values);
  const missing = missingFields(connection);
  const isAlternative = (field: AccountField) => groups.length > 0 && field.group !== undefined;
  // Alternatives stand together where the first of them stands.
  const firstAlternative = fields.findIndex(isAlternative);
  const common = fields.filter((field) => !isAlternative(field));
  const before = common.filter((field) => firstAlternative < 0 || fields.indexOf(field) < firstAlternative);
  const after = common.filter((field) => !before.includes(field));

  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  useEffect(() => {
    // Saved, imported or signed out: the form shows what is saved now, secrets blank.
    if (shownText.current === savedText) return;
    shownText.current = savedText;
    setValues(saved ? savedValues(adapter.fields, saved.values) : initialValues(adapter.fields));
    setGroup(chosenGroup(adapter.fields, saved?.values ?? {}));
    setRemembers(saved?.secretsIn !== 'memory');
    setErrors({});
  }, [savedText, saved, adapter]);

  /** Checks, then asks for access in the same click (the browser takes it for the user's wish only before any `await`). */
  const withAccess = async (denied: MessageKey, faulty: MessageKey, job: () => Promise<void>): Promise<void> => {
    const wrong = problemsOf(adapter, fields, sent, saved !== undefined);
    setErrors(wrong);
    setStatus(undefined);
    if (Object.keys(wrong).length > 0) {
      setStatus({ mood: 'bad', words: [faulty] });
      return;
    }
    const needs = adapter.needs(sent);
    if (!(await requestAccess(needs, granted))) return setStatus({ mood: 'bad', words: [denied, sitesOf(needs)] });
    try {
      await job();
    } catch {
      setStatus({ mood: 'bad', words: ['common_failed'] });
    }
  };
  const save = () =>
    void withAccess('options_account_access_denied', 'options_account_not_saved', async () => {
      const answer = await ask('account/save', { vendor: adapter.id, values: sent, remember: remembers });
      if (!answer.ok && answer.error.vendor === 'options_not_stored') {
        return setStatus({ mood: 'bad', words: ['options_not_stored'] });
      }
      if (!answer.ok) {
        setErrors(answer.error);
        return setStatus({ mood: 'bad', words: ['options_account_not_saved'] });
      }
      setValues(withoutSecrets(adapter.fields, values));
      setStatus({ mood: 'good', words: ['options_account_saved'] });
      onSaved?.();
    });
  const test = () =>
    void withAccess('options_account_test_denied', 'options_account_not_tested', async () => {
      // Nothing of an earlier test is shown as if it were of this one.
      setAccountTest({ steps: [], outcome: 'running' });
      const stopWatching = accountTestItem.watch(setAccountTest);
      try {
        setAccountTest(await ask('account/test', { vendor: adapter.id, values: sent }));
      } catch (error) {
        setAccountTest(undefined);
        throw error;
      } finally {
        stopWatching();
      }
    });

  const askEndpoints = (wish: EndpointWish) =>
    new Promise<Result<EndpointAnswer, PbxError> | undefined>((resolve, reject) => {
      let isAsked = false;
      const asked = withAccess('options_account_test_denied', 'options_account_not_tested', async () => {
        isAsked = true;
        await ask('account/endpoints', { vendor: adapter.id, values: sent, wish }).then(resolve, reject);
      });
      void asked.then(() => {
        if (!isAsked) resolve(undefined);
      });
    });

  return (
    <>
      <form
        class="form"
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {adapter.notes?.(sent).map(({ mood, text }) => (
          <Notice key={text} mood={mood} title={sayByKey(text)} />
        ))}
        {before.map(drawField)}
        {groups.length > 0 && (
          <div class="alternatives">
            <Choice
              legend={say('options_account_group')}
              value={group}
              options={groups.map((name) => ({ value: name, label: groupLabel(adapter, name) }))}
              onChange={(name) => {
                setGroup(name);
                setErrors({});
              }}
            />
            {fields.filter(isAlternative).map(drawField)}
          </div>
        )}
        {after.map(drawField)}
        {fields.some((field) => field.kind === 'secret') && (
          <Switch
            label={say('options_account_remember')}
            isOn={remembers}
            onChange={setRemembers}
            help={say('options_account_remember_help')}
          />
        )}
        <div class="actions">
          <Button kind="primary" isSubmit>
            {say(saveLabel ?? 'options_account_save')}
          </Button>
          <Button onPress={test} isBusy={accountTest?.outcome === 'running'}>
            {say(accountTest?.outcome === 'running' ? 'options_account_testing' : 'options_account_test')}
          </Button>
        </div>
        <div role="status">{status && <Notice mood={status.mood} title={say(...status.words)} />}</div>
        {accountTest && <TestSteps test={accountTest} address={addressOf(fields, sent)} />}
      </form>
      {adapter.endpoints?.isFor(sent) && (
        <EndpointsSection
          chosen={values[adapter.endpoints.field] ?? ''}
          check={adapter.endpoints.check}
          ask={askEndpoints}
          onChoose={(id) => setValues((before) => ({ ...before, [adapter.endpoints?.field ?? '']: id }))}
        />
      )}
    </>
  );

  function drawField(field: AccountField): JSX.Element {
    return (
      <AccountFieldInput
        key={field.key}
        field={field}
        value={values[field.key] ?? ''}
        problem={errors[field.key]}
        isKept={field.kind === 'secret' && saved !== undefined && !missing.includes(field.key)}
        isLocked={isLocked && field.key in given}
        offered={accountTest?.choices?.[field.key] ?? []}
        onInput={(value) => setValues((before) => ({ ...before, [field.key]: value }))}
      />
    );
  }
}

interface ConnectionNoticeProps {
  readonly connection: Connection;
  readonly granted: AccountNeeds | undefined;
}

function ConnectionNotice({ connection, granted }: ConnectionNoticeProps): JSX.Element {
  const [message, setMessage] = useState<MessageKey>();
  const now = useNow(connection.status === 'waiting');
  const { status, mood, trouble } = connectionView(connection);
  const retry = () => {
    setMessage(undefined);
    void ask('connection/retry', {}).catch(() => setMessage('common_failed'));
  };
  const grant = (missing: AccountNeeds) => {
    // Nothing before this line may wait: see `requestAccess`.
    void requestAccess(missing, granted).then((isYes) => (isYes ? retry() : setMessage('options_sites_denied')));
  };
  return (
    <>
      {trouble || connection.status === 'off' ? (
        <Trouble connection={connection} now={now} onRetry={retry} onGrant={grant} />
      ) : (
        <div role="status">
          <Notice mood={mood === 'good' ? 'good' : 'info'} title={say(...status)} />
        </div>
      )}
      <p class="field-error" role="status">
        {message && say(message)}
      </p>
    </>
  );
}

/** The alternative's own words where the vendor has them (`pbx_vodia_group_helper`), else the labels of its fields. */
function groupLabel(adapter: FormAdapter, group: string): string {
  const key = `pbx_${adapter.id.replaceAll('-', '_')}_group_${group}`;
  const own = sayByKey(key);
  if (own !== key) return own;
  const labels = adapter.fields.filter((field) => field.group === group).map((field) => sayByKey(field.label));
  return labels.join(', ');
}

function withoutSecrets(fields: readonly AccountField[], values: AccountValues): AccountValues {
  const secret = new Set(fields.filter((field) => field.kind === 'secret').map((field) => field.key));
  return Object.fromEntries(Object.entries(values).filter(([key]) => !secret.has(key)));
}

/** The first address of the form as a tab opens it. */
function addressOf(fields: readonly AccountField[], values: AccountValues): string | undefined {
  const typed = fields.flatMap((field) => (field.kind === 'url' && values[field.key]) || [])[0];
  if (typed === undefined) return undefined;
  const address = /^https?:\/\//i.test(typed) ? typed : `https://${typed}`;
  return URL.canParse(address) ? new URL(address).href : undefined;
}

function sitesOf(needs: AccountNeeds): string {
  return needs.origins.map(siteOfPattern).join(', ');
}
