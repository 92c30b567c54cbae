const LONGEST_NAME = 64;

/** More than four on one letter only grow over the lines above and below: no language needs so many. */
const ACCENTS = /(\p{Mn}{4})\p{Mn}+/gu;
/** Letters and signs that look like nothing. */
const BLANK = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\u115f\u1160\u2800\u3164\uffa0]+/gu;

/**
 * A name or an answer of the PBX as it may be shown: one line, no control or direction-changing characters, cut to a bearable length.
 * Names come from strangers (the caller chooses the name), so they must not be able to reorder or hide what stands beside them. Empty when
 * there is nothing to be seen in it.
 */
export function cleanText(text: string, longest = LONGEST_NAME): string {
  const plain = text
    .slice(0, longest * 8)
    .replace(BLANK, ' ')
    .replace(/\p{Me}+/gu, '')
    .replace(ACCENTS, '$1')
    .replace(/\s+/g, ' ')
    // An accent without a letter would stand on what is beside it.
    .replace(/(^| )\p{M}+/gu, '$1')
    .trim();
  const letters = [...plain];
  return letters.length <= longest ? plain : `${letters.slice(0, longest - 1).join('')}…`;
}
