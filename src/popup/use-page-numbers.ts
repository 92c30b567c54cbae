import { useEffect, useState } from 'preact/hooks';
import { browser } from '../browser.ts';
import { addFrame, NONE_YET, type NumbersFound, readFramePost } from './page-numbers.ts';

/** `absent`: no frame of the page has our content script. */
export type PageNumbersState =
  | { readonly status: 'asking' }
  | { readonly status: 'absent' }
  | { readonly status: 'found'; readonly found: NumbersFound };

/** A page whose frames say nothing for this long has no content script of ours (or one from before an update). */
const SILENT_AFTER_MS = 6_000;

/** Asks every frame of the tab for its numbers, and shows them as they come. */
export function usePageNumbers(tabId: number | undefined): PageNumbersState {
  const [state, setState] = useState<PageNumbersState>({ status: 'asking' });
  useEffect(() => {
    if (tabId === undefined) return;
    let found = NONE_YET;
    let hasAnswer = false;
    const giveUp = () => {
      if (!hasAnswer) setState({ status: 'absent' });
    };
    const port = browser.tabs.connect(tabId, { name: 'page/numbers' });
    port.onMessage.addListener((message: unknown) => {
      const frame = readFramePost(message);
      if (!frame) return;
      hasAnswer = true;
      found = addFrame(found, frame);
      setState({ status: 'found', found });
    });
    port.onDisconnect.addListener(() => {
      // Reading it tells the browser that we know: nobody is listening there.
      void browser.runtime.lastError;
      giveUp();
    });
    const timer = setTimeout(giveUp, SILENT_AFTER_MS);
    return () => {
      clearTimeout(timer);
      port.disconnect();
    };
  }, [tabId]);
  return state;
}
