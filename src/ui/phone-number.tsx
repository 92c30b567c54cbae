import type { JSX } from 'preact';
import { cleanText } from './clean-text.ts';
import { useNumberFormat } from './number-format.tsx';
import { say } from './say.ts';

interface PhoneNumberProps {
  readonly number: string;
  readonly ext?: string | undefined;
}

const LONGEST_NUMBER = 64;

/** A number, always left to right whatever the language around it, with its extension. */
export function PhoneNumber({ number, ext }: PhoneNumberProps): JSX.Element {
  const format = useNumberFormat();
  return (
    <span class="phone-number">
      <bdi dir="ltr">{format(cleanText(number, LONGEST_NUMBER))}</bdi>
      {ext && <span class="phone-ext"> {say('popup_extension_short', cleanText(ext, 12))}</span>}
    </span>
  );
}

/** The same as text, for accessible names. */
export function useNumberText(): (number: string, ext?: string) => string {
  const format = useNumberFormat();
  return (number, ext) => {
    const written = format(cleanText(number, LONGEST_NUMBER));
    return ext ? `${written} ${say('popup_extension_short', cleanText(ext, 12))}` : written;
  };
}
