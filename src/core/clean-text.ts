const LONGEST_NAME = 64;

/**
 * A name or an answer of the PBX as it may be shown: one line, no control or direction-changing characters, cut to a bearable length.
 * Names come from strangers (the caller chooses the name), so they must not be able to reorder or hide what stands beside them.
 */
export function cleanText(text: string, longest = LONGEST_NAME): string {
  const plain = text
    .slice(0, longest * 8)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const letters = [...plain];
  return letters.length <= longest ? plain : `${letters.slice(0, longest - 1).join('')}…`;
}
