import { browser } from '../browser.ts';
import type { CallNews } from '../core/call-news.ts';
import { type Call, isLive } from '../core/calls.ts';
import { cleanText } from '../core/clean-text.ts';
import type { Preferences } from '../core/preferences.ts';
import type { DialRefusal } from '../messaging/protocol.ts';
import { callWords } from './call-words.ts';

export interface NotificationsParts {
  preferences(): Promise<Preferences>;
  /** True while the user's own extension is on "do not disturb". */
  isDisturbed(): boolean;
  /** True where the PBX can end this call now. */
  canHangUp(call: Call): boolean;
  hangUp(id: string): void;
  /** Shows where calls are seen: the notification was clicked. */
  open(call: Call | undefined): void;
  calls(): readonly Call[];
  /** A number as people read it. */
  format(number: string): Promise<string>;
}

/** Tells the user what happens to calls while nobody looks at the popup. */
export interface Notifications {
  tell(news: readonly CallNews[]): void;
  /** Something picked in the browser's own menus was not dialled. */
  tellRefused(reason: DialRefusal['reason']): void;
  onClicked(id: string): void;
  onButton(id: string): void;
}

const PREFIX = 'call:';
const REFUSED = 'refused';
const LONGEST_NUMBER = 40;

/** A browser or system that shows no notifications harms no call: nothing here rejects. */
export function createNotifications(parts: NotificationsParts): Notifications {
  async function show(what: 'incoming' | 'failed', call: Call): Promise<void> {
    const { alerts } = await parts.preferences();
    if (!alerts[what] || (what === 'incoming' && parts.isDisturbed())) return;
    const who = await whoOf(call);
    // Settings are read meanwhile: what has stopped ringing is not announced any more.
    const now = parts.calls().find(({ id }) => id === call.id);
    if (what === 'incoming' && now?.state.phase !== 'ringing') return;
    const say = (key: string, ...values: string[]) => browser.i18n.getMessage(key, values);
    const basic = {
      type: 'basic' as const,
      iconUrl: browser.runtime.getURL('icons/128.png'),
      title: what === 'incoming' ? say('alert_incoming') : say('alert_failed', who),
      message: what === 'incoming' ? who : say(callWords(call)),
    };
    const buttons = what === 'incoming' && parts.canHangUp(call) ? [{ title: say('hang_up') }] : [];
    await create(PREFIX + call.id, basic, buttons, what === 'incoming');
  }

  async function whoOf({ name, number }: Call): Promise<string> {
    const shown =
      number === '' ? browser.i18n.getMessage('alert_unknown') : await parts.format(cleanText(number, LONGEST_NUMBER));
    return name === undefined ? shown : `${cleanText(name)} · ${shown}`;
  }

  function callOf(id: string): Call | undefined {
    return id.startsWith(PREFIX) ? parts.calls().find((call) => call.id === id.slice(PREFIX.length)) : undefined;
  }

  return {
    tellRefused(reason) {
      const say = (key: string) => browser.i18n.getMessage(key);
      const iconUrl = browser.runtime.getURL('icons/128.png');
      const message = say(`refused_${reason.replaceAll('-', '_')}`);
      void create(REFUSED, { type: 'basic', iconUrl, title: say('alert_not_dialled'), message }, [], false).catch(
        () => {},
      );
    },
    tell(news) {
      for (const { what, call } of news) {
        if (what === 'incoming' || what === 'failed') void show(what, call).catch(() => {});
        if (what === 'over' || (what === 'gone' && isLive(call))) void clear(PREFIX + call.id);
      }
    },
    onClicked(id) {
      if (!id.startsWith(PREFIX)) return;
      void clear(id);
      parts.open(callOf(id));
    },
    onButton(id) {
      const call = callOf(id);
      void clear(id);
      if (call) parts.hangUp(call.id);
    },
  };
}

type Basic = Exclude<Parameters<typeof browser.notifications.create>[0], string | undefined>;

/** Chrome shows buttons and keeps the note until it is answered; Firefox refuses a note that asks for either. */
async function create(
  id: string,
  basic: Basic,
  buttons: readonly { readonly title: string }[],
  stays: boolean,
): Promise<void> {
  try {
    await browser.notifications.create(id, { ...basic, buttons, requireInteraction: stays } as Basic);
  } catch {
    await browser.notifications.create(id, basic);
  }
}

async function clear(id: string): Promise<void> {
  try {
    await browser.notifications.clear(id);
  } catch {
    // It is gone already.
  }
}
