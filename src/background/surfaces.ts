import { browser } from '../browser.ts';
import { callNews } from '../core/call-news.ts';
import type { AppState } from '../core/update.ts';
import type { DialRefusal, PointedPlace, SettingsChange } from '../messaging/protocol.ts';
import { formatNumber } from '../phone/format-number.ts';
import { readPicked } from '../phone/picked-number.ts';
import { popAddress } from '../phone/screen-pop.ts';
import type { ReadAtlas } from '../storage/atlas-file.ts';
import { createRecentCallsStore } from '../storage/recent-calls-store.ts';
import type { Settings } from '../storage/settings.ts';
import { popTabItem } from '../storage/state-item.ts';
import { openCallsWindow } from './calls-window.ts';
import type { Clock } from './clock.ts';
import type { Dialing, Picked } from './dialing.ts';
import type { Keeper } from './keeper.ts';
import { createKeys } from './keys.ts';
import { teach } from './lessons.ts';
import { createMenus } from './menus.ts';
import { createNotifications } from './notifications.ts';
import { createOmnibox } from './omnibox.ts';
import { createRecentCalls, type RecentCalls } from './recent-calls.ts';
import { createScreenPop } from './screen-pop.ts';

export interface SurfacesParts {
  readonly clock: Clock;
  readonly keeper: Keeper;
  readonly dialing: Dialing;
  /** Resolves when the saved state is loaded. */
  readonly started: Promise<void>;
  settings(): Promise<Settings>;
  readonly atlas: ReadAtlas;
  changeSettings(change: SettingsChange): Promise<void>;
  newId(): string;
  /** Whether the disk has the recent calls as they are. */
  onCallsKept(isKept: boolean): void;
}

/** All that is ours in the browser beside our own pages: menus, keys, address bar, notifications, records, the list of recent calls. */
export interface Surfaces {
  /** Attaches all listeners; to be called on the first tick. */
  listen(): void;
  /** The state that was saved before this start: what is in it is no news. */
  begin(state: AppState): void;
  onState(state: AppState): void;
  point(pointed: PointedPlace, tabId: number): Promise<void>;
  readonly recent: RecentCalls;
}

/** Puts them together. Where a browser lacks one of them (Firefox for Android has no menus), the others work. */
export function createSurfaces(parts: SurfacesParts): Surfaces {
  const { keeper, dialing, started, clock } = parts;
  let told: AppState | undefined;

  const write = async (text: string): Promise<string | undefined> => {
    const atlas = await parts.atlas();
    const read = atlas && readPicked(text, (await parts.settings()).country, atlas);
    if (!read) return undefined;
    const number = formatNumber(read.number, atlas);
    return read.ext === undefined ? number : browser.i18n.getMessage('alert_with_extension', [number, read.ext]);
  };
  const hangUp = (id: string) => void started.then(() => keeper.dispatch({ type: 'hang-up', id }));
  const tellRefusal = ({ reason }: DialRefusal) => {
    if (reason !== 'waiting') notifications.tellRefused(reason);
  };
  const dialPicked = (picked: Picked) =>
    void started
      .then(() => dialing.dialPicked(picked))
      .then(
        (answer) => answer.ok || tellRefusal(answer.error),
        () => tellRefusal({ reason: 'internal' }),
      );

  const notifications = createNotifications({
    preferences: parts.settings,
    isDisturbed: () => keeper.current().people.some(({ isOwn, doNotDisturb }) => isOwn && doNotDisturb === true),
    canHangUp: () => {
      const { connection } = keeper.current();
      return connection.status === 'online' && connection.capabilities.hangUp;
    },
    hangUp,
    open: () => void openCallsWindow().catch(() => {}),
    calls: () => keeper.current().calls,
    async format(number) {
      const atlas = await parts.atlas();
      return atlas ? formatNumber(number, atlas) : number;
    },
  });
  const calls = createRecentCallsStore(parts.onCallsKept);
  const recent = createRecentCalls({
    isWanted: async () => (await parts.settings()).recentCalls.keep,
    load: () => calls.load(),
    save: (list) => calls.save(list),
  });
  const popRecord = createScreenPop({
    preferences: parts.settings,
    async addressOf(template, number) {
      const atlas = await parts.atlas();
      return atlas && popAddress(template, number, (await parts.settings()).country, atlas);
    },
    lastTab: () => popTabItem.read(),
    rememberTab: (tabId) => popTabItem.write(tabId),
  });
  const menus = createMenus({
    clock,
    dial: dialPicked,
    teach: (text, isPhone, pageUrl) =>
      void started.then(async () => {
        const atlas = await parts.atlas();
        if (!atlas) return notifications.tellRefused('plans-not-read');
        const { taught, country } = await parts.settings();
        const lesson = teach(taught, { text, isPhone, pageUrl }, country, atlas);
        // Where it is not kept, the trouble `settings-not-saved` says so.
        if (lesson.outcome === 'taught') await parts.changeSettings({ taught: lesson.taught }).catch(() => {});
        else notifications.tellRefused('not-a-number');
      }),
    write,
    newId: parts.newId,
  });
  const keys = createKeys({
    dial: dialPicked,
    hangUp,
    calls: () => keeper.current().calls,
    goToNext: (tabId) => browser.tabs.sendMessage(tabId, { type: 'page/next-number', payload: {} }),
    newId: parts.newId,
  });
  const omnibox = createOmnibox({
    dial: (text) =>
      void started
        .then(() => dialing.dialTyped({ text, requestId: parts.newId() }))
        .then(
          (answer) => answer.ok || tellRefusal(answer.error),
          () => tellRefusal({ reason: 'internal' }),
        ),
    write,
    recent: () => calls.load(),
  });

  return {
    listen() {
      browser.contextMenus?.onClicked.addListener((info, tab) => menus.onClicked(info, tab));
      browser.contextMenus?.onShown?.addListener((info) => void menus.onShown(info).catch(() => {}));
      browser.runtime.onInstalled.addListener(() => void menus.install().catch(() => {}));
      browser.tabs.onActivated.addListener(() => void menus.forget().catch(() => {}));
      browser.commands?.onCommand.addListener((command) => void started.then(() => keys(command)).catch(() => {}));
      browser.omnibox?.onInputChanged.addListener((text, suggest) => {
        void omnibox.onInput(text).then(
          (list) => suggest([...list]),
          () => {},
        );
      });
      browser.omnibox?.onInputEntered.addListener((text) => omnibox.onEntered(text));
      browser.notifications?.onClicked.addListener((id) => notifications.onClicked(id));
      browser.notifications?.onButtonClicked?.addListener((id) => notifications.onButton(id));
    },
    begin(state) {
      told = state;
    },
    onState(state) {
      const news = callNews(told?.calls ?? state.calls, state.calls);
      told = state;
      if (news.length === 0) return;
      notifications.tell(news);
      popRecord(news);
      recent.tell(news);
    },
    point: (pointed, tabId) => menus.point(pointed, tabId),
    recent,
  };
}
