/** An extension behind a number, and where it ends. */
export interface Extension {
  readonly digits: string;
  readonly end: number;
}

const BEHIND =
  /^(?:;\s?ext=|\s{0,3}[,;]?\s{0,2}[([]?\s?(?:(?:extension|extn|ext|durchwahl|dw|nebenstelle|nst|poste|interno|int|anexo|ramal|toestel|dahili|доб(?:авочный)?|внутр|wewn|wew|klapka|linka|app|apparat|lokal|anknytning|内线|内線|分机|내선)\.?\s?(?:no|nr)?\.?\s?[:#-]?\s{0,2}|x\.?\s?|#\s?))(\d{1,7})(?![\d\p{L}]|[.,:]\d|\s?[-/]\s?\d)\s?[)\]]?/iu;

/** The extension written right behind a number, in the ways people write it. */
export function extensionBehind(text: string, from: number): Extension | undefined {
  const match = BEHIND.exec(text.slice(from, from + 40));
  const digits = match?.[1];
  if (match === null || digits === undefined) return undefined;
  const isBracketed = /[([]/.test(match[0].slice(0, 8));
  const length = isBracketed ? match[0].trimEnd().length : match[0].replace(/[\s)\]]+$/, '').length;
  return { digits, end: from + length };
}

const SHORT =
  /(?:^|[\s(,;|])(?:internal extension|extension|extn|ext|durchwahl|nebenstelle|nst|poste|interno|anexo|ramal|toestel|dahili|доб|внутр|klapka|linka|内线|内線|분机|분機|내선)\.?\s?(?:no|nr|number)?\.?\s?[:#]?\s{0,2}(\d{2,6})(?=$|[\s),;|.](?!\d))/giu;
const SHORT_LABEL =
  /(?:^|[\s(])(?:internal extension|extension|extn|ext|durchwahl|nebenstelle|nst|poste|interno|anexo|ramal|toestel|dahili|доб|внутр|klapka|linka|内线|内線|内线|내선)\.?\s?(?:no|nr|number)?\.?\s?:?$/iu;

/** A short internal extension: what the PBX dials as it stands. */
export interface ShortExtension {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

/** Internal extensions that stand alone, where a label says that they are such: `Ext. 45`, or `45` under "Extension". */
export function shortExtensions(text: string, label: string): readonly ShortExtension[] {
  if (SHORT_LABEL.test(label.trimEnd().slice(-40)) && /^\s*\d{2,6}\s*$/.test(text)) {
    const digits = text.trim();
    const start = text.indexOf(digits);
    return [{ digits, start, end: start + digits.length }];
  }
  const found: ShortExtension[] = [];
  for (const match of text.matchAll(SHORT)) {
    const digits = match[1] ?? '';
    const end = match.index + match[0].length;
    found.push({ digits, start: end - digits.length, end });
  }
  return found;
}
