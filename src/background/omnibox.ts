import { browser } from '../browser.ts';
import { cleanText } from '../core/clean-text.ts';
import type { RecentCall } from '../core/recent-call.ts';

export interface OmniboxParts {
  dial(text: string): void;
  /** A number as people read it; undefined when the text holds none. */
  write(text: string): Promise<string | undefined>;
  recent(): Promise<readonly RecentCall[]>;
}

/** The address bar after our keyword. */
export interface Omnibox {
  onInput(text: string): Promise<readonly Suggestion[]>;
  onEntered(text: string): void;
}

export interface Suggestion {
  readonly content: string;
  readonly description: string;
}

const MOST = 5;
const LONGEST = 64;
const LONGEST_SHOWN = 120;

/** Says before Enter what it will call, and offers numbers that were called before. */
export function createOmnibox(parts: OmniboxParts): Omnibox {
  const say = (key: string, ...values: string[]) => browser.i18n.getMessage(key, values);
  return {
    async onInput(text) {
      const number = text.length > LONGEST ? undefined : await parts.write(text);
      browser.omnibox.setDefaultSuggestion({
        description: plain(number === undefined ? say('omnibox_hint') : say('menu_call', number)),
      });
      const fitting = (await parts.recent()).filter((call) => fits(call, text));
      const numbers = new Map(fitting.map((call) => [call.number, call] as const).reverse());
      return [...numbers.values()]
        .reverse()
        .slice(0, MOST)
        .map(({ number: content, name }) => ({
          content,
          description: plain(
            say('menu_call', cleanText(name === undefined ? content : `${content} · ${name}`, LONGEST_SHOWN)),
          ),
        }));
    },
    onEntered(text) {
      parts.dial(text);
    },
  };
}

function fits({ number, name = '' }: RecentCall, text: string): boolean {
  const typed = text.trim().toLowerCase();
  if (typed === '') return true;
  const digits = typed.replaceAll(/\D/g, '');
  if (name.toLowerCase().includes(typed)) return true;
  return digits !== '' && number.replaceAll(/\D/g, '').includes(digits.replace(/^0+/, ''));
}

/** Chrome reads descriptions as XML: what could be markup is left out. */
function plain(text: string): string {
  return text.replaceAll(/[<>&"'\p{Cc}]/gu, ' ');
}
