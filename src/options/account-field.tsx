import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import type { AccountField, FieldChoice, FieldProblem } from '../core/account.ts';
import { cleanText } from '../ui/clean-text.ts';
import { Button, Field, Switch } from '../ui/controls.tsx';
import { Icon } from '../ui/icons.tsx';
import { problemWords, say, sayByKey } from '../ui/say.ts';

interface AccountFieldInputProps {
  readonly field: AccountField;
  readonly value: string;
  readonly problem: FieldProblem | undefined;
  /** A secret that is saved already: blank keeps it. */
  readonly isKept: boolean;
  /** Given by the organisation. */
  readonly isLocked?: boolean;
  /** What the PBX has for this field, once it was asked. */
  readonly offered?: readonly FieldChoice[];
  readonly onInput: (value: string) => void;
}

/** One field of an account form, drawn as its adapter describes it. */
export function AccountFieldInput(props: AccountFieldInputProps): JSX.Element {
  const { field, value, problem, isKept, isLocked = false, offered = [], onInput } = props;
  const help = field.help === undefined ? undefined : sayByKey(field.help);
  switch (field.kind) {
    case 'switch':
      return (
        <Switch
          label={sayByKey(field.label)}
          isOn={value === 'yes'}
          isLocked={isLocked}
          onChange={(isOn) => onInput(isOn ? 'yes' : '')}
          help={help}
        />
      );
    case 'choice':
      return <ChoiceField {...props} />;
    case 'document':
      return <DocumentField {...props} />;
    default:
      return (
        <>
          <Field
            label={sayByKey(field.label)}
            name={field.key}
            value={value}
            type={field.kind === 'secret' ? 'password' : field.kind}
            placeholder={isKept ? say('options_account_secret_saved') : field.placeholder}
            help={help}
            error={problemWords(problem).join(' ') || undefined}
            isRequired={field.required}
            isLocked={isLocked}
            {...(field.required || field.group !== undefined ? {} : { note: `(${say('options_account_optional')})` })}
            onInput={onInput}
          />
          {offered.length > 0 && !isLocked && (
            <Offered label={sayByKey(field.label)} value={value} offered={offered} onChoose={onInput} />
          )}
        </>
      );
  }
}

interface OfferedProps {
  readonly label: string;
  readonly value: string;
  readonly offered: readonly FieldChoice[];
  readonly onChoose: (value: string) => void;
}

/** What the PBX has: to be picked instead of typed. */
function Offered({ label, value, offered, onChoose }: OfferedProps): JSX.Element {
  const id = useId();
  return (
    <div class="field offered">
      <label for={id}>{say('options_account_offered', label)}</label>
      <select
        id={id}
        value={offered.some((choice) => choice.value === value) ? value : ''}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        <option value="">{say('options_account_offered_none')}</option>
        {offered.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {cleanText(choice.label, 80)}
          </option>
        ))}
      </select>
    </div>
  );
}

function ChoiceField({ field, value, problem, isLocked, onInput }: AccountFieldInputProps): JSX.Element {
  const id = useId();
  // What was saved before there was this choice means what a new form begins with.
  const shown = value === '' ? (field.initial ?? '') : value;
  return (
    <div class="field">
      <label for={id}>{sayByKey(field.label)}</label>
      <select
        id={id}
        name={field.key}
        value={shown}
        disabled={isLocked}
        {...describedBy(id, field, problem)}
        onChange={(event) => onInput(event.currentTarget.value)}
      >
        {shown === '' && <option value="">{say('options_account_choose')}</option>}
        {field.choices?.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {sayByKey(choice.label)}
          </option>
        ))}
      </select>
      <Below id={id} field={field} problem={problem} />
    </div>
  );
}

/** Text of many lines, with ready ones to start from. */
function DocumentField({ field, value, problem, isLocked = false, onInput }: AccountFieldInputProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{sayByKey(field.label)}</label>
      <textarea
        id={id}
        name={field.key}
        class="document"
        value={value}
        rows={14}
        readOnly={isLocked}
        spellcheck={false}
        autocapitalize="off"
        dir="ltr"
        {...describedBy(id, field, problem)}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <Below id={id} field={field} problem={problem} />
      {!isLocked && (
        <div class="actions">
          {field.examples?.map((example) => (
            <Button key={example.label} kind="quiet" onPress={() => onInput(example.value)}>
              {sayByKey(example.label)}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

function Below({
  id,
  field,
  problem,
}: Pick<AccountFieldInputProps, 'field' | 'problem'> & { id: string }): JSX.Element {
  const words = problemWords(problem);
  return (
    <>
      {words.length > 0 && (
        <div class="field-error" id={`${id}-error`}>
          <Icon name="alert" />
          <ul>
            {words.map((sentence) => (
              <li key={sentence}>
                <bdi>{sentence}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
      {field.help && (
        <p class="help" id={`${id}-help`}>
          {sayByKey(field.help)}
        </p>
      )}
    </>
  );
}

function describedBy(id: string, field: AccountField, problem: FieldProblem | undefined) {
  const parts = [problem && `${id}-error`, field.help && `${id}-help`].filter(Boolean);
  return {
    'aria-required': field.required,
    ...(problem === undefined ? {} : { 'aria-invalid': true }),
    ...(parts.length === 0 ? {} : { 'aria-describedby': parts.join(' ') }),
  } as const;
}
