import { type Answer, askBackground } from './ask-background.ts';
import { api, isAlive } from './extension-api.ts';
import { beginsWithNumber } from './peek.ts';
import type { Preview } from './preview.ts';
import { readerMaker } from './reader.ts';
import { nextTurn, TURN_MS } from './slices.ts';

/** What finding takes, asked for while a long page is still parsed. */
export interface HeadStart {
  /**
   * Ends it, and gives what there is: undefined when nothing was asked, or when the settings have changed since. To be called when whoever
   * takes it hears of such changes by itself.
   */
  take(): Early | undefined;
}

export interface Early {
  readonly answer: Promise<Answer<'page/settings'>>;
  /** What was read so far. */
  preview(): Preview | undefined;
}

/** Short pages are parsed by then. Later looks wait twice as long each. */
const FIRST_LOOK_MS = 20;

/**
 * Looks at the page now and then while it is parsed, and asks the background once it shows what may be a number: the answer is then there
 * before the browser lays the page out, and so are the first marks.
 */
export function createHeadStart(page: Document): HeadStart {
  let early: Early | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  lookAfter(FIRST_LOOK_MS);

  function lookAfter(ms: number): void {
    timer = setTimeout(() => {
      if (page.readyState !== 'loading' || !isAlive()) return;
      if (beginsWithNumber(page)) ask();
      else lookAfter(ms * 2);
    }, ms);
  }

  function ask(): void {
    api.runtime.onMessage.addListener(onMessage);
    let preview: Preview | undefined;
    const answer = askBackground('page/settings', {});
    early = { answer, preview: () => preview };
    void answer.then(async (given) => {
      const code = await import('./number-tools.ts');
      if (isOver || given.got === 'lost' || !given.reply.decorate || !given.reply.atlas) return;
      preview = code.createPreview(page, readerMaker(page, given.reply, { ...code, atlas: given.reply.atlas })());
      // What is done for the first time takes the browser several times as long: better now than between parsing and layout.
      while (!isOver && !preview.readOn(TURN_MS)) await nextTurn();
    });
  }

  function onMessage(message: unknown): boolean {
    const { type } = (message ?? {}) as { readonly type?: unknown };
    if (type === 'page/settings-changed') early = undefined;
    return false;
  }

  return {
    take() {
      isOver = true;
      clearTimeout(timer);
      if (isAlive()) api.runtime.onMessage.removeListener(onMessage);
      return early;
    },
  };
}
