import type { JSX } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import { browser } from '../browser.ts';
import { listCountries, searchCountries } from '../ui/countries.ts';
import { say } from '../ui/say.ts';

interface CountrySelectProps {
  /** ISO 3166-1 alpha-2. */
  readonly value: string;
  readonly onChange: (code: string) => void;
}

/** One of all countries, found by typing a part of its name or its code (a combobox as the ARIA practices have it). */
export function CountrySelect({ value, onChange }: CountrySelectProps): JSX.Element {
  const id = useId();
  const countries = useMemo(() => listCountries(browser.i18n.getUILanguage()), []);
  const chosen = countries.find(({ code }) => code === value);
  const [typed, setTyped] = useState<string>();
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const found = searchCountries(countries, typed ?? '');
  const activeCountry = found[active];

  useEffect(() => {
    if (isOpen) list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [isOpen, active, typed]);

  const open = () => {
    setIsOpen(true);
    setActive(
      typed === undefined
        ? Math.max(
            0,
            countries.findIndex(({ code }) => code === value),
          )
        : 0,
    );
  };
  const close = () => {
    setIsOpen(false);
    setTyped(undefined);
  };
  const choose = (code: string | undefined) => {
    close();
    if (code !== undefined && code !== value) onChange(code);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        event.preventDefault();
        if (!isOpen) return open();
        const step = event.key === 'ArrowDown' ? 1 : -1;
        return setActive(Math.min(found.length - 1, Math.max(0, active + step)));
      }
      case 'Enter':
        if (!isOpen) return;
        event.preventDefault();
        return choose(activeCountry?.code);
      case 'Escape':
        return close();
      default:
        return;
    }
  };

  return (
    <div class="field combobox">
      <label for={id}>{say('options_country_label')}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && activeCountry ? `${id}-${activeCountry.code}` : undefined}
        placeholder={say('options_country_search')}
        value={typed ?? (chosen ? `${chosen.name} (${chosen.code})` : value)}
        onFocus={(event) => event.currentTarget.select()}
        onClick={open}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
          setIsOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <div
        class="combobox-list"
        id={`${id}-list`}
        role="listbox"
        aria-label={say('options_country')}
        ref={list}
        hidden={!isOpen}
      >
        {isOpen &&
          found.map(({ code, name }, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the input, which keeps the focus
            // biome-ignore lint/a11y/useFocusableInteractive: options of a combobox are pointed at, never focused
            <div
              key={code}
              id={`${id}-${code}`}
              role="option"
              aria-selected={index === active}
              class={index === active ? 'combobox-option combobox-active' : 'combobox-option'}
              // Before the input's blur, which closes the list.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(code)}
            >
              <span>{name}</span> <span class="quiet">{code}</span>
            </div>
          ))}
      </div>
      <p class="quiet" role="status">
        {isOpen && found.length === 0 && say('options_country_none')}
      </p>
    </div>
  );
}
