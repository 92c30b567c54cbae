import { browser } from '../browser.ts';
import { type Call, isLive } from '../core/calls.ts';
import type { Picked } from './dialing.ts';

export interface KeysParts {
  dial(picked: Picked): void;
  hangUp(id: string): void;
  calls(): readonly Call[];
  /** Asks the frames of the tab to go to their next number; resolves when the focus is there, or nowhere. */
  goToNext(tabId: number): Promise<void>;
  newId(): string;
}

/** What a frame has under the keyboard. Runs in the page: it must not use anything from outside itself. */
function readFocus(): { readonly text: string; readonly hasFocus: boolean } {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  // What is cut off must not be hidden behind much space: what is left would look like all of it.
  const brief = (text: string) => text.trim().replace(/\s+/g, ' ').slice(0, 300);
  const selected = brief(String(getSelection() ?? ''));
  const hasFocus = document.hasFocus() && !(element instanceof HTMLIFrameElement);
  const field = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element : undefined;
  if (!field || field.type === 'password') return { text: selected, hasFocus };
  const { value, selectionStart, selectionEnd } = field;
  const part = selectionStart === null ? '' : value.slice(selectionStart, selectionEnd ?? undefined);
  return { text: brief(part) || selected || brief(value), hasFocus };
}

/** Answers to keyboard commands. `activeTab` lets us read the tab in front for the length of the command, and no other. */
export function createKeys(parts: KeysParts): (command: string) => Promise<void> {
  async function callFocus(): Promise<void> {
    const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
    if (tab?.id === undefined) return;
    const frames = await browser.scripting.executeScript({
      target: { tabId: tab.id, allFrames: true },
      func: readFocus,
    });
    const told = frames.flatMap(({ frameId, result }) => {
      const focus = result as ReturnType<typeof readFocus> | undefined;
      return focus && focus.text !== '' ? [{ frameId, ...focus }] : [];
    });
    const focused = told.find(({ hasFocus }) => hasFocus) ?? told[0];
    const origin = { tabId: tab.id, frameId: focused?.frameId ?? 0 };
    parts.dial({
      // Nothing under the keyboard is answered like anything that is no number: with words.
      text: focused?.text ?? '',
      requestId: parts.newId(),
      origin: tab.incognito ? { ...origin, isPrivate: true } : origin,
      ...(tab.url === undefined ? {} : { pageUrl: tab.url }),
    });
  }

  return async (command) => {
    switch (command) {
      case 'call-selection':
        return callFocus();
      case 'hang-up': {
        const call = callToEnd(parts.calls());
        if (call) parts.hangUp(call.id);
        return;
      }
      case 'next-number': {
        const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
        if (tab?.id !== undefined) await parts.goToNext(tab.id);
      }
    }
  };
}

/** The call a person means by "hang up": the one they talk on, else the one they have begun last, else the one that rings. */
export function callToEnd(calls: readonly Call[]): Call | undefined {
  const live = calls.filter((call) => isLive(call) && call.hangUp?.step !== 'sent').sort(newestFirst);
  return (
    live.find(({ state }) => state.phase === 'talking') ??
    live.find(({ direction }) => direction === 'outgoing') ??
    live[0]
  );
}

function newestFirst(a: Call, b: Call): number {
  return b.startedAt - a.startedAt;
}
