/** What the user typed for one PBX, by field key (`server`, `user`, …). Secrets are merged in by the background only. */
export type AccountValues = Readonly<Record<string, string>>;

/** One field of a PBX's account form. The options page draws itself from these. */
export interface AccountField {
  readonly key: string;
  /** Message key of the visible label, in `_locales`. */
  readonly label: string;
  /** `secret` never leaves the background once saved; `url` is an address on the company's network; `switch` holds `'yes'` or `''`. */
  readonly kind: 'text' | 'secret' | 'url' | 'switch' | 'choice' | 'document';
  /** What there is to choose from, for kind `choice`. Labels are message keys. */
  readonly choices?: readonly FieldChoice[];
  readonly required: boolean;
  /** Message key of a sentence that helps to fill the field in. */
  readonly help?: string;
  /** Texts to start from, for kind `document` (many lines). Labels are message keys. */
  readonly examples?: readonly FieldChoice[];
  /** Filled in already in a new form. */
  readonly initial?: string;
  /** An example, shown while the field is empty. */
  readonly placeholder?: string;
  /** Fields with the same group are alternatives: filling one group in is enough (e.g. `password` or `helper`). */
  readonly group?: string;
  /** Shown, and sent, only while another field of the form holds one of these values. */
  readonly when?: { readonly key: string; readonly is: readonly string[] };
}

/** Values a PBX offers for fields of the account form, by field key. */
export type FieldChoices = Readonly<Record<string, readonly FieldChoice[]>>;

export interface FieldChoice {
  readonly value: string;
  readonly label: string;
}

/**
 * What is wrong with one field: a message key, or, for a document, sentences: a message key and what goes into its $1, $2, …, of which $1
 * is the place inside the document (`place.url`).
 */
export type FieldProblem = string | readonly (readonly [key: string, ...values: readonly string[]])[];

/** By field key; empty when all is well. */
export type FieldProblems = Readonly<Record<string, FieldProblem>>;

/** Something to know before an account is filled in or saved. */
export interface AccountNote {
  readonly mood: 'info' | 'warn';
  /** Message key. */
  readonly text: string;
}

/** What must be granted before an account can be used. Origins are match patterns, e.g. `https://pbx.example.com/*`. */
export interface AccountNeeds {
  readonly origins: readonly string[];
  readonly permissions: readonly 'cookies'[];
}

/** What of it this browser has to be asked for. `ownUrl` is any address of the extension: Firefox gives its sockets a site's cookies unasked. */
export function needsAt(ownUrl: string, { origins, permissions }: AccountNeeds): AccountNeeds {
  return { origins, permissions: ownUrl.startsWith('chrome-extension:') ? permissions : [] };
}

/** How a number is written for the PBX. `outsideLine` is put before the result, not before short extensions. */
export interface DialingRule {
  /** `e164` `+16173998147`, `digits` `16173998147`, `national` `6173998147` (other countries: digits with the international prefix). */
  readonly numberFormat: 'e164' | 'digits' | 'national';
  readonly outsideLine: string;
  /** What is dialled in a way of its own; the longest beginning that fits counts, and nothing else of the rule then. */
  readonly replacements?: readonly Replacement[];
}

/** Numbers that begin with `begins` (`+161755501`) are dialled as `with` (`2`) and the rest of their digits. */
export interface Replacement {
  readonly begins: string;
  readonly with: string;
}
