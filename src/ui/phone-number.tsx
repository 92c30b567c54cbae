import type { JSX } from 'preact';
import { formatNumber } from '../phone/format-number.ts';
import { cleanText } from './clean-text.ts';
import { say } from './say.ts';

interface PhoneNumberProps {
  readonly number: string;
  readonly ext?: string | undefined;
}

const LONGEST_NUMBER = 64;

/** A number, always left to right whatever the language around it, with its extension. */
export function PhoneNumber({ number, ext }: PhoneNumberProps): JSX.Element {
  return (
    <span class="phone-number">
      <bdi dir="ltr">{formatNumber(cleanText(number, LONGEST_NUMBER))}</bdi>
      {ext && <span class="phone-ext"> {say('popup_extension_short', cleanText(ext, 12))}</span>}
    </span>
  );
}

/** The same as text, for accessible names. */
export function numberText(number: string, ext?: string): string {
  const written = formatNumber(cleanText(number, LONGEST_NUMBER));
  return ext ? `${written} ${say('popup_extension_short', cleanText(ext, 12))}` : written;
}
