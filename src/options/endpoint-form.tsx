import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { CallEndpoint } from '../core/call-endpoint.ts';
import { Button, Field, Notice } from '../ui/controls.tsx';
import { Icon } from '../ui/icons.tsx';
import { type MessageKey, say, sayByKey } from '../ui/say.ts';
import {
  changesOf,
  DRAFT_KEYS,
  DRAFT_KINDS,
  type DraftKey,
  type EndpointDraft,
  emptiedOf,
  fromDraft,
  toDraft,
} from './endpoint-draft.ts';

interface EndpointFormProps {
  /** The one to be changed; absent for a new one. */
  readonly endpoint: CallEndpoint | undefined;
  readonly check: (endpoint: CallEndpoint) => Readonly<Record<string, string>>;
  readonly isBusy: boolean;
  readonly onSave: (changes: Partial<CallEndpoint>, whole: CallEndpoint, emptied: readonly DraftKey[]) => void;
  readonly onCancel: () => void;
}

/** These are all that most need; the rest is folded up. */
const FEW: readonly DraftKey[] = ['name', 'extension', 'dialFirst', 'timeout', 'whitelist', 'callerIdNumber'];

/** One click-to-call endpoint with all that the PBX knows of it. */
export function EndpointForm({ endpoint, check, isBusy, onSave, onCancel }: EndpointFormProps): JSX.Element {
  const [before] = useState(() => toDraft(endpoint));
  const [draft, setDraft] = useState<EndpointDraft>(before);
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const save = () => {
    const whole = fromDraft(draft);
    const found = check(whole);
    setProblems(found);
    if (Object.keys(found).length === 0) {
      onSave(endpoint ? changesOf(before, draft) : whole, whole, emptiedOf(before, draft));
    }
  };
  const draw = (key: DraftKey) => (
    <DraftField
      key={key}
      name={key}
      value={draft[key]}
      problem={problems[key]}
      onInput={(value) => setDraft((now) => ({ ...now, [key]: value }))}
    />
  );
  const more = DRAFT_KEYS.filter((key) => !FEW.includes(key));
  return (
    <form
      class="endpoint-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h4>{endpoint ? say('endpoints_change_title', endpoint.name) : say('endpoints_new_title')}</h4>
      {FEW.map(draw)}
      <details open={more.some((key) => problems[key] !== undefined) || undefined}>
        <summary>{say('endpoints_more')}</summary>
        <div class="endpoint-more">{more.map(draw)}</div>
      </details>
      {draft.authRequired === 'no' && <Notice mood="warn" title={say('endpoints_open_warning')} />}
      {endpoint && <p class="help">{say('endpoints_blank_help')}</p>}
      <div class="actions">
        <Button kind="primary" isSubmit isBusy={isBusy}>
          {say(endpoint ? 'endpoints_save' : 'endpoints_create')}
        </Button>
        <Button onPress={onCancel}>{say('endpoints_cancel')}</Button>
      </div>
    </form>
  );
}

interface DraftFieldProps {
  readonly name: DraftKey;
  readonly value: string;
  readonly problem: string | undefined;
  readonly onInput: (value: string) => void;
}

function DraftField({ name, value, problem, onInput }: DraftFieldProps): JSX.Element {
  const kind = DRAFT_KINDS[name];
  const label = sayByKey(`endpoints_${name}`);
  const helpKey = `endpoints_${name}_help`;
  const help = sayByKey(helpKey) === helpKey ? undefined : sayByKey(helpKey);
  const error = problem === undefined ? undefined : sayByKey(problem);
  switch (kind) {
    case 'flag':
      return (
        <Pick
          {...{ label, value, onInput, help, error }}
          options={[
            ['yes', 'endpoints_yes'],
            ['no', 'endpoints_no'],
          ]}
        />
      );
    case 'order':
      return (
        <Pick
          {...{ label, value, onInput, help, error }}
          options={[
            ['extension', 'endpoints_extension_first'],
            ['contact', 'endpoints_contact_first'],
          ]}
        />
      );
    case 'lines':
    case 'pairs':
      return <Lines {...{ label, value, onInput, help, error }} />;
    default:
      return (
        <Field
          {...{ label, value, onInput, help, error }}
          maxLength={name === 'name' ? 128 : 2_048}
          isRequired={name === 'name' || name === 'extension'}
        />
      );
  }
}

interface LabelledProps {
  readonly label: string;
  readonly value: string;
  readonly help: string | undefined;
  readonly error: string | undefined;
  readonly onInput: (value: string) => void;
}

interface PickProps extends LabelledProps {
  readonly options: readonly (readonly [value: string, label: MessageKey])[];
}

function Pick({ label, value, help, error, onInput, options }: PickProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onInput(event.currentTarget.value)}>
        <option value="">{say('endpoints_default')}</option>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {say(words)}
          </option>
        ))}
      </select>
      <Below help={help} error={error} />
    </div>
  );
}

function Lines({ label, value, help, error, onInput }: LabelledProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        value={value}
        rows={2}
        spellcheck={false}
        dir="ltr"
        aria-invalid={error ? 'true' : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <Below help={help} error={error} />
    </div>
  );
}

function Below({
  help,
  error,
}: {
  readonly help: string | undefined;
  readonly error: string | undefined;
}): JSX.Element {
  return (
    <>
      {error && (
        <p class="field-error">
          <Icon name="alert" /> <span>{error}</span>
        </p>
      )}
      {help && <p class="help">{help}</p>}
    </>
  );
}
