import { browser } from '../browser.ts';
import type { PbxError } from '../core/connection.ts';
import { fail, ok, type Result } from '../core/result.ts';

/** As large as Firefox's question whether the app may be opened. */
const QUESTION_SIZE = { width: 580, height: 380 };
const LOOK_AT_FOCUS_AFTER_MS = 1_500;
const CLOSE_AFTER_MS = 60_000;

/**
 * Gives a link such as `tel:+16175550142` to the system. The browser asks the user first, once or each time, and says nothing of the answer.
 *
 * Chrome asks over the tab in front and leaves its page alone, whether a program has registered or not (measured with Chromium 156).
 * Firefox replaces the page by an error where none has (measured with 153), so it gets a window of its own there, closed again when the
 * user turns to something else.
 */
export async function handOver(link: string): Promise<Result<void, PbxError>> {
  try {
    const windows = browser.windows as typeof browser.windows | undefined;
    if (isFirefox() && windows) {
      const { id } = await windows.create({ url: link, type: 'popup', ...QUESTION_SIZE });
      if (id !== undefined) closeLater(windows, id);
      return ok(undefined);
    }
    const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
    if (tab?.id === undefined) return fail({ kind: 'rejected', detail: 'no tab in front' });
    await browser.tabs.update(tab.id, { url: link });
    return ok(undefined);
  } catch {
    return fail({ kind: 'rejected', detail: 'the browser did not open it' });
  }
}

function closeLater(windows: typeof browser.windows, id: number): void {
  const opened = Date.now();
  const onFocus = (focused: number) => {
    // The new window takes the focus itself, in steps.
    if (focused !== id && Date.now() - opened > LOOK_AT_FOCUS_AFTER_MS) close();
  };
  const timer = setTimeout(() => close(), CLOSE_AFTER_MS);
  const close = () => {
    clearTimeout(timer);
    windows.onFocusChanged.removeListener(onFocus);
    void windows.remove(id).catch(() => {});
  };
  windows.onFocusChanged.addListener(onFocus);
}

function isFirefox(): boolean {
  return browser.runtime.getURL('').startsWith('moz-extension:');
}
