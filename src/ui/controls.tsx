import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { Icon, type IconName } from './icons.tsx';

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress?: () => void;
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'call' | 'danger';
  readonly icon?: IconName;
  /** The accessible name, where the visible words alone do not say what is meant. */
  readonly name?: string;
  /** Under way already: it stays in place and keeps the focus, a press does nothing. */
  readonly isBusy?: boolean;
  readonly isSubmit?: boolean;
  /** It opens and closes something that follows it. */
  readonly isExpanded?: boolean;
}

/** A button. A busy one is not `disabled`, since that would throw the keyboard focus away. */
export function Button(props: ButtonProps): JSX.Element {
  const { children, onPress, kind = 'plain', icon, name, isBusy, isSubmit, isExpanded } = props;
  return (
    <button
      type={isSubmit ? 'submit' : 'button'}
      class={`button button-${kind}`}
      aria-label={name}
      aria-disabled={isBusy ? 'true' : undefined}
      aria-expanded={isExpanded}
      onClick={isBusy ? undefined : onPress}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface SwitchProps {
  readonly label: ComponentChildren;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly help?: string | undefined;
  /** Shown, and not to be changed. */
  readonly isLocked?: boolean;
}

/** An on/off choice that takes effect at once (or with its form). */
export function Switch({ label, isOn, onChange, help, isLocked = false }: SwitchProps): JSX.Element {
  const id = useId();
  return (
    <div class="switch-row">
      <label class="switch" for={id}>
        <span class="switch-label">{label}</span>
        <input
          id={id}
          type="checkbox"
          role="switch"
          checked={isOn}
          aria-checked={isOn}
          disabled={isLocked}
          aria-describedby={help ? `${id}-help` : undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      </label>
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: 'text' | 'password' | 'url' | 'tel';
  readonly name?: string;
  readonly note?: string;
  readonly help?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
  /** Shown, and not to be changed. */
  readonly isLocked?: boolean;
  readonly maxLength?: number;
  /** When the field is left or Enter is pressed after a change. */
  readonly onCommit?: (value: string) => void;
}

/** A labelled line of text with its help and its error, both told to screen readers. */
export function Field(props: FieldProps): JSX.Element {
  const id = useId();
  const {
    label,
    value,
    onInput,
    type = 'text',
    name,
    note,
    help,
    placeholder,
    error,
    isRequired,
    isLocked,
    maxLength,
    onCommit,
  } = props;
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>
        {label}
        {note && <span class="field-note"> {note}</span>}
      </label>
      <input
        id={id}
        // Preact's types want a literal here; all four are plain lines of text.
        type={type as 'text'}
        name={name}
        value={value}
        placeholder={placeholder}
        maxLength={maxLength}
        autocomplete={type === 'password' ? 'new-password' : 'off'}
        autocapitalize="off"
        spellcheck={false}
        readOnly={isLocked}
        dir={type === 'text' ? 'auto' : 'ltr'}
        aria-required={isRequired ? 'true' : undefined}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described || undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
        onChange={(event) => onCommit?.(event.currentTarget.value)}
      />
      {error && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="alert" /> <span>{error}</span>
        </p>
      )}
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly note?: ComponentChildren }[];
  readonly onChange: (value: T) => void;
}

/** One of a few. */
export function Choice<T extends string>({ legend, value, options, onChange }: ChoiceProps<T>): JSX.Element {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label class="choice-option" key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {option.note && <span class="choice-note"> {option.note}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface NoticeProps {
  readonly mood: 'good' | 'info' | 'warn' | 'bad';
  readonly title: ComponentChildren;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

const NOTICE_ICONS: Readonly<Record<NoticeProps['mood'], IconName>> = {
  good: 'check',
  info: 'info',
  warn: 'alert',
  bad: 'alert',
};

/** Something the user should know, with what to do about it. Mood is told by mark and words, not by colour alone. */
export function Notice({ mood, title, children, actions }: NoticeProps): JSX.Element {
  return (
    <div class={`notice notice-${mood}`}>
      <Icon name={NOTICE_ICONS[mood]} />
      <div class="notice-body">
        <p class="notice-title">{title}</p>
        {children && <div class="notice-text">{children}</div>}
        {actions && <div class="actions">{actions}</div>}
      </div>
    </div>
  );
}
