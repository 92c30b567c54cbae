/** Cheap and linear: false when no phone number can stand in this text, so nothing else needs to look at it. */
export function mayHoldNumber(text: string): boolean {
  return /\d/.test(text);
}
