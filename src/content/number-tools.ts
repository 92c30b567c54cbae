// What a page needs only once it shows what may be a number. In the same file as the rest, but run when first imported: the word lists
// and patterns below take longer to set up than all that pages without numbers need.
export { createFinder } from '../phone/find-numbers.ts';
export { formatNumber } from '../phone/format-number.ts';
export { withLessons } from '../phone/taught-finder.ts';
export { createContextReader } from './context.ts';
export { createNightTeller } from './night.ts';
export { createPointing } from './pointing.ts';
export { createPreview } from './preview.ts';
export { createView } from './view.ts';
