/** What the user has said about one number on one site. */
export interface Lesson {
  /** As in `isSiteEnabled`: with the port if there is one. */
  readonly host: string;
  /** The number's digits, with a leading `+` where the page has one: how it is grouped does not matter. */
  readonly text: string;
  /** True: this is a phone number. False: it is none. */
  readonly isPhone: boolean;
}

/** All that the user has taught. */
export interface Taught {
  /** Oldest first. */
  readonly numbers: readonly Lesson[];
  /** The country of numbers without `+`, by host. */
  readonly countries: Readonly<Record<string, string>>;
}

/** A lesson as a page needs it. */
export interface PageLesson {
  /** Digits, with `+` in front where the page has one. */
  readonly text: string;
  /** What is dialled; absent: it is no phone number. */
  readonly number?: string;
}

/** True for digits that can be taught: 2 to 20, with or without `+` in front. */
export function isTaughtText(text: string): boolean {
  return /^\+?\d{2,20}$/.test(text);
}

/** What of a text can be taught: its digits, or undefined when there are too few or too many, or too much else around them. */
export function taughtTextOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 64) return undefined;
  const digits = trimmed.replaceAll(/\D/g, '');
  const plain = trimmed.startsWith('+') ? `+${digits}` : digits;
  return isTaughtText(plain) ? plain : undefined;
}

/** With one more lesson; the same number on the same site is taught anew, not twice. */
export function withLesson(taught: Taught, lesson: Lesson): Taught {
  return { ...taught, numbers: [...withoutLesson(taught, lesson).numbers, lesson] };
}

/** Without what was said about this number on this site. */
export function withoutLesson(taught: Taught, { host, text }: Pick<Lesson, 'host' | 'text'>): Taught {
  return { ...taught, numbers: taught.numbers.filter((one) => one.host !== host || one.text !== text) };
}

/** With the country of a site's numbers, or without one. */
export function withSiteCountry(taught: Taught, host: string, country: string | undefined): Taught {
  const { [host]: _before, ...rest } = taught.countries;
  return { ...taught, countries: country === undefined ? rest : { ...rest, [host]: country } };
}

/** What a page of this host needs to know. */
export function lessonsFor(taught: Taught, host: string): readonly Lesson[] {
  return taught.numbers.filter((lesson) => lesson.host === host);
}
