/** A pattern longer than this, or with more open ends, is refused: it comes in a file from somebody else and runs at every call. */
const LONGEST = 200;
const MOST_OPEN_ENDS = 4;

/**
 * Reads a regular expression that cannot be made to run for ever on a number: no group that is repeated and holds a choice or another
 * repetition, nothing that looks back.
 * @returns undefined for what is no such expression
 */
export function readPattern(source: string): RegExp | undefined {
  if (source.length > LONGEST || /\\[1-9k]|\(\?<?[=!<]/.test(source)) return undefined;
  if (!isBounded(source)) return undefined;
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

function isBounded(source: string): boolean {
  const groups: { isRisky: boolean }[] = [];
  let openEnds = 0;
  // Escapes and character classes are one character each as far as time goes.
  const plain = source.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  for (let at = 0; at < plain.length; at += 1) {
    const char = plain[at];
    const inside = groups.at(-1);
    if (char === '(') groups.push({ isRisky: false });
    if (char === '|' && inside) inside.isRisky = true;
    if (char === ')') {
      const closed = groups.pop();
      const isRepeated = /^(?:[*+]|\{\d)/.test(plain.slice(at + 1));
      if (!closed || (isRepeated && closed.isRisky)) return false;
      const outer = groups.at(-1);
      if (outer && (closed.isRisky || isRepeated)) outer.isRisky = true;
    }
    if (char === '*' || char === '+' || (char === '{' && /^\{\d/.test(plain.slice(at)))) {
      openEnds += 1;
      if (inside) inside.isRisky = true;
    }
  }
  return groups.length === 0 && openEnds <= MOST_OPEN_ENDS;
}
