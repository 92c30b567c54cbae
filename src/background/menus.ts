import { browser } from '../browser.ts';
import type { PointedPlace } from '../messaging/protocol.ts';
import type { Clock } from './clock.ts';
import type { Picked } from './dialing.ts';

export interface MenusParts {
  readonly clock: Clock;
  dial(picked: Picked): void;
  /** The user says that this text of a page is a phone number, or none. */
  teach(text: string, isPhone: boolean, pageUrl: string): void;
  /** A number as the menu shows it; undefined when the text holds none. */
  write(text: string): Promise<string | undefined>;
  newId(): string;
}

/** The entries of the browser's right-click menu. */
export interface Menus {
  /** Makes the entries; the browser keeps them. */
  install(): Promise<void>;
  /** What the next right-click menu of this tab is about. */
  point(pointed: PointedPlace, tabId: number): Promise<void>;
  /** The menu is about nothing any more: another tab, another page. */
  forget(): Promise<void>;
  onClicked(info: Info, tab: Tab | undefined): void;
  /** Firefox only: the menu is about to be seen, and its words can still change. */
  onShown(info: Omit<Info, 'menuItemId'>): Promise<void>;
}

interface Info {
  readonly menuItemId: number | string;
  readonly selectionText?: string | undefined;
  readonly linkUrl?: string | undefined;
  readonly pageUrl?: string | undefined;
  readonly frameUrl?: string | undefined;
  readonly frameId?: number | undefined;
}

interface Tab {
  readonly id?: number | undefined;
  readonly incognito: boolean;
}

const CALL_LINKS = ['tel:*', 'callto:*', 'sip:*', 'sips:*'];
const LONGEST_TEXT = 64;
const LONGEST_TITLE = 40;

/** What was pointed at is forgotten after this: the menu that was opened then is closed by now. */
const FORGET_AFTER_MS = 20_000;

/** One entry at a time is to be seen as a rule: of two the browsers make a menu of their own. */
export function createMenus(parts: MenusParts): Menus {
  const say = (key: string, ...values: string[]) => browser.i18n.getMessage(key, values);
  let pointed: { readonly text: string; readonly tabId: number } | undefined;
  let cancelForget = () => {};

  async function callTitle(text: string): Promise<string | undefined> {
    const number = await parts.write(text);
    return number === undefined ? undefined : say('menu_call', escaped(number));
  }

  async function show(title: string | undefined, offers: PointedPlace['offers']): Promise<void> {
    const update = (id: string, change: { readonly visible?: boolean; readonly title?: string }) =>
      browser.contextMenus.update(id, change);
    await Promise.all([
      update('call-number', { visible: title !== undefined, ...(title === undefined ? {} : { title }) }),
      update('teach-phone', { visible: offers === 'teach-phone' }),
      update('teach-none', { visible: offers === 'teach-none' }),
    ]);
  }

  async function forget(): Promise<void> {
    cancelForget();
    if (pointed === undefined) return;
    pointed = undefined;
    await show(undefined, 'neither');
  }

  return {
    async install() {
      await browser.contextMenus.removeAll();
      const create = browser.contextMenus.create.bind(browser.contextMenus);
      // `%s` is what is selected: the entry says it also where we may not read the page.
      create({ id: 'call-selection', contexts: ['selection'], title: say('menu_call', '%s') });
      create({ id: 'call-link', contexts: ['link'], targetUrlPatterns: CALL_LINKS, title: say('menu_call_link') });
      create({ id: 'call-number', contexts: ['page', 'editable'], visible: false, title: say('menu_call_link') });
      create({ id: 'teach-phone', contexts: ['selection'], visible: false, title: say('menu_is_phone') });
      create({ id: 'teach-none', contexts: ['all'], visible: false, title: say('menu_is_none') });
    },
    async point({ text = '', offers }, tabId) {
      cancelForget();
      // Never a part of it: what is left out could make it another number.
      const whole = text.length > LONGEST_TEXT ? '' : text;
      pointed = { text: whole, tabId };
      await show(whole === '' ? undefined : await callTitle(whole), offers);
      cancelForget = parts.clock.after(FORGET_AFTER_MS, () => void forget().catch(() => {}));
    },
    forget,
    onClicked(info, tab) {
      if (tab?.id === undefined) return;
      const pageUrl = info.frameUrl ?? info.pageUrl ?? '';
      const there = pointed?.tabId === tab.id ? pointed.text : '';
      const text = (info.menuItemId === 'call-link' ? info.linkUrl : info.selectionText) ?? there;
      if (info.menuItemId === 'teach-phone' || info.menuItemId === 'teach-none') {
        const isPhone = info.menuItemId === 'teach-phone';
        if (!tab.incognito) parts.teach(isPhone ? text : there, isPhone, pageUrl);
        return;
      }
      const origin = { tabId: tab.id, frameId: info.frameId ?? 0 };
      parts.dial({
        text: info.menuItemId === 'call-number' ? there : text,
        requestId: parts.newId(),
        origin: tab.incognito ? { ...origin, isPrivate: true } : origin,
        ...(pageUrl === '' ? {} : { pageUrl }),
      });
    },
    async onShown({ selectionText, linkUrl }) {
      const text = selectionText ?? linkUrl;
      if (text === undefined) return;
      const usual = selectionText === undefined ? say('menu_call_link') : say('menu_call', '%s');
      const title = (await callTitle(text.slice(0, LONGEST_TEXT * 4))) ?? usual;
      await browser.contextMenus.update(selectionText === undefined ? 'call-link' : 'call-selection', { title });
      await browser.contextMenus.refresh?.();
    },
  };
}

/** `&` marks a letter to press, `%s` the selection: a number holds neither, a hostile text may. */
function escaped(text: string): string {
  return text.replaceAll('&', '&&').replaceAll('%', '').slice(0, LONGEST_TITLE);
}
