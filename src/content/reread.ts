import { createFlow, isExcluded, LONG_TEXT, type Run, readRun } from './blocks.ts';
import type { Reader } from './scanner.ts';
import { blockOf, readEmbed, readField, readLink, readNaming, readRunTargets, type Target } from './targets.ts';

/**
 * The same target read from the page as it is now, or undefined when it is no longer there. Whoever dials compares the two: a page may
 * have changed the text since it was found.
 */
export function reread(target: Target, reader: Reader): Target | undefined {
  const { place } = target;
  const { finder, context } = reader;
  if (place.in === 'text') {
    if (!place.start.isConnected || !place.end.isConnected) return undefined;
    const run = runAround(place.start, place.startOffset);
    if (!run || isExcluded(run.container)) return undefined;
    return readRunTargets(run, blockOf(run, context), finder).find(
      (now) =>
        now.place.in === 'text' && now.place.start === place.start && now.place.startOffset === place.startOffset,
    );
  }
  const { element } = place;
  if (!element.isConnected) return undefined;
  switch (target.source) {
    case 'link':
      return readLink(element, finder) ?? readNaming(element, finder);
    case 'embed':
      return readEmbed(element, finder);
    default:
      return readField(element, context, finder).find((now) => now.text === target.text);
  }
}

function runAround(node: Text, offset: number): Run | undefined {
  const from = node.length > LONG_TEXT ? Math.max(0, offset - 40) : 0;
  return readRun(node, createFlow(), () => false, from);
}
