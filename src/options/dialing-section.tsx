import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { browser } from '../browser.ts';
import type { DialingRule } from '../core/account.ts';
import { toDialString } from '../phone/dial-string.ts';
import { Choice, Field } from '../ui/controls.tsx';
import { dialPreview } from '../ui/dial-preview.ts';
import { useNumberPlans } from '../ui/number-format.tsx';
import { say } from '../ui/say.ts';
import { exampleNumber } from './example-number.ts';
import { Replacements } from './replacements.tsx';
import { useChange } from './use-change.ts';

interface DialingSectionProps {
  readonly dialing: DialingRule;
  readonly country: string;
  /** Whether the PBX takes a number written like this; absent while none is set. */
  readonly accepts?: ((dialled: string) => boolean) | undefined;
}

const OUTSIDE_LINE = /^[0-9*#]{0,6}$/;

/** How numbers are written for the PBX, with what comes out for a number of one's own choice. */
export function DialingSection({ dialing, country, accepts }: DialingSectionProps): JSX.Element {
  const [message, change] = useChange();
  const [outsideLine, setOutsideLine] = useState(dialing.outsideLine);
  const [typed, setTyped] = useState(() => exampleNumber(country));
  useEffect(() => setOutsideLine(dialing.outsideLine), [dialing.outsideLine]);
  const isGood = OUTSIDE_LINE.test(outsideLine);
  const shownRule = isGood ? { ...dialing, outsideLine } : dialing;
  const example = exampleNumber(country);
  const plans = useNumberPlans();
  const written = (numberFormat: DialingRule['numberFormat']) => ({
    ...(plans && {
      note: say('options_dialing_example', toDialString(example, { numberFormat, outsideLine: '' }, country, plans)),
    }),
  });
  const preview =
    typed.trim() === '' || !plans ? undefined : dialPreview(typed, { dialing: shownRule, country }, plans, accepts);

  return (
    <>
      <p class="intro">{say('options_dialing_intro')}</p>
      <Choice
        legend={say('options_dialing_format')}
        value={dialing.numberFormat}
        options={[
          { value: 'e164', label: say('options_dialing_e164'), ...written('e164') },
          { value: 'digits', label: say('options_dialing_digits'), ...written('digits') },
          {
            value: 'national',
            label: say('options_dialing_national', countryName(country)),
            ...written('national'),
          },
        ]}
        onChange={(numberFormat) => change({ dialing: { ...dialing, numberFormat } })}
      />
      <Field
        label={say('options_dialing_outside')}
        note={`(${say('options_account_optional')})`}
        value={outsideLine}
        type="tel"
        maxLength={6}
        help={say('options_dialing_outside_help')}
        error={isGood ? undefined : say('options_dialing_outside_bad')}
        onInput={setOutsideLine}
        onCommit={(value) => {
          if (OUTSIDE_LINE.test(value)) change({ dialing: { ...dialing, outsideLine: value } });
        }}
      />
      <Replacements
        replacements={dialing.replacements ?? []}
        onChange={(replacements) => change({ dialing: { ...dialing, replacements } })}
      />
      <div class="preview">
        <Field label={say('options_dialing_preview')} value={typed} type="tel" onInput={setTyped} />
        <p class="preview-result" aria-live="polite">
          {(preview?.type === 'dials' || preview?.type === 'refused') && (
            <>
              <span>{say('options_dialing_preview_result')}</span>{' '}
              <bdi dir="ltr" class="preview-number">
                {preview.dialled}
              </bdi>
            </>
          )}
          {preview?.type === 'refused' && (
            <span class="preview-refused"> {say('options_dialing_preview_refused')}</span>
          )}
          {preview?.type === 'not-a-number' && say('options_dialing_preview_none')}
        </p>
      </div>
      <p class="saved" role="status">
        {message && say(message)}
      </p>
    </>
  );
}

function countryName(code: string): string {
  return new Intl.DisplayNames([browser.i18n.getUILanguage()], { type: 'region' }).of(code) ?? code;
}
