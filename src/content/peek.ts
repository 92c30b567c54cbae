import { mayHoldNumber } from '../phone/candidates.ts';
import { isExcluded } from './blocks.ts';

const PEEKED_TEXTS = 300;
const PEEKED_LENGTH = 200;

/** True where the page, as far as it is parsed, begins with what may be a number. Reads nodes only, no styles. */
export function beginsWithNumber(page: Document): boolean {
  const walker = page.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  for (let count = 0; count < PEEKED_TEXTS; count += 1) {
    const node = walker.nextNode() as Text | null;
    if (!node) return false;
    const parent = node.parentElement;
    if (node.length <= PEEKED_LENGTH && mayHoldNumber(node.data) && parent && !isExcluded(parent)) return true;
  }
  return false;
}
