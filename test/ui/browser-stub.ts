import type { AccountTest } from '../../src/core/account-test.ts';
import type { JournalEntry } from '../../src/core/journal.ts';
import type { Policy } from '../../src/core/policy.ts';
import type { RecentCall } from '../../src/core/recent-call.ts';
import type { Trouble } from '../../src/core/trouble.ts';
import type { AppState } from '../../src/core/update.ts';
import type { PageNumbers } from '../../src/messaging/protocol.ts';
import type { Settings } from '../../src/storage/settings.ts';

/** What the pretended browser holds and answers. Plain JSON: it travels into the page. */
export interface StageSetting {
  readonly messages: Readonly<Record<string, { readonly message: string }>>;
  readonly state: AppState;
  readonly settings: Settings;
  readonly test?: AccountTest;
  readonly recent?: readonly RecentCall[];
  readonly troubles?: readonly Trouble[];
  readonly policy?: Policy;
  readonly journal?: readonly JournalEntry[];
  /** Buttons to be pressed, one after the other, before anybody looks. */
  readonly press?: readonly string[];
  readonly tabUrl?: string;
  readonly granted: readonly string[];
  readonly frames: readonly PageNumbers[];
  /** Answers by message type; a type without one gets no answer at all. */
  readonly replies: Readonly<Record<string, unknown>>;
  readonly language: string;
  readonly isRtl: boolean;
  /** What the user says when the browser asks for access. */
  readonly grants: boolean;
}

/** What a test may see and do from outside; lives as `globalThis.stage` in the page. */
export interface Stage {
  readonly sent: { type: string; payload: unknown }[];
  readonly requests: { origins: string[]; permissions: string[]; hadActivation: boolean }[];
  readonly problems: string[];
  optionsOpened: number;
  /** Ids of the tabs the page has closed. */
  readonly closed: number[];
  write(area: 'session' | 'local', key: string, value: unknown): void;
}

/**
 * Runs inside the page, before its own scripts: just enough of `browser` for our own pages. It must stand alone, since it is sent as
 * text.
 */
export function installStub(setting: StageSetting): void {
  type Listener = (value: unknown) => void;
  const events = () => {
    const listeners = new Set<Listener>();
    return {
      addListener: (listener: Listener) => void listeners.add(listener),
      removeListener: (listener: Listener) => void listeners.delete(listener),
      tell: (value: unknown) => {
        for (const listener of listeners) listener(value);
      },
    };
  };
  const areas = {
    session: {
      values: {
        state: setting.state,
        'account-test': setting.test,
        policy: setting.policy,
        journal: setting.journal,
        'recent-calls': setting.recent,
        trouble: setting.troubles,
      } as Record<string, unknown>,
      on: events(),
    },
    local: {
      values: { settings: setting.settings } as Record<string, unknown>,
      on: events(),
    },
  };
  const granted = new Set(setting.granted);
  const onAdded = events();
  const onRemoved = events();
  const stage: Stage = {
    sent: [],
    requests: [],
    problems: [],
    optionsOpened: 0,
    closed: [],
    write(area, key, value) {
      areas[area].values[key] = value;
      areas[area].on.tell({ [key]: { newValue: value } });
    },
  };
  const area = (name: 'session' | 'local') => ({
    get: async (key: string) => ({ [key]: areas[name].values[key] }),
    set: async (entries: Record<string, unknown>) => {
      for (const [key, value] of Object.entries(entries)) stage.write(name, key, value);
    },
    onChanged: areas[name].on,
  });
  const stub = {
    runtime: {
      id: 'stage',
      lastError: undefined,
      getURL: (path: string) => `/${path}`,
      getManifest: () => ({ version: '0.1.0' }),
      openOptionsPage: async () => {
        stage.optionsOpened++;
      },
      sendMessage: async (message: { type: string; payload: unknown }) => {
        stage.sent.push(message);
        if (message.type in setting.replies) return setting.replies[message.type];
        throw new Error('Could not establish connection. Receiving end does not exist.');
      },
    },
    storage: { session: area('session'), local: area('local') },
    i18n: {
      getUILanguage: () => setting.language,
      getMessage: (key: string, values: string[] = []) => {
        if (key === '@@bidi_dir') return setting.isRtl ? 'rtl' : 'ltr';
        const text = setting.messages[key]?.message ?? '';
        return text.replace(/\$(\d)/g, (_all, place) => values[Number(place) - 1] ?? '');
      },
    },
    permissions: {
      onAdded,
      onRemoved,
      getAll: async () => ({ origins: [...granted], permissions: ['storage'] }),
      contains: async ({ origins = [] }: { origins?: string[] }) => origins.every((origin) => granted.has(origin)),
      request: async ({ origins = [], permissions = [] }: { origins?: string[]; permissions?: string[] }) => {
        const hadActivation = navigator.userActivation?.isActive ?? true;
        stage.requests.push({ origins, permissions, hadActivation });
        if (!setting.grants) return false;
        for (const origin of origins) granted.add(origin);
        onAdded.tell({ origins });
        return true;
      },
    },
    tabs: {
      query: async () => [{ id: 7, url: setting.tabUrl }],
      getCurrent: async () => ({ id: 9 }),
      onActivated: events(),
      onUpdated: events(),
      remove: async (tabId: number) => void stage.closed.push(tabId),
      connect: () => {
        const onMessage = events();
        const onDisconnect = events();
        setTimeout(() => {
          if (setting.frames.length === 0) onDisconnect.tell({});
          for (const frame of setting.frames) onMessage.tell({ frame });
        }, 5);
        return { onMessage, onDisconnect, disconnect: () => {} };
      },
    },
  };
  addEventListener('error', (event) => stage.problems.push(String(event.message)));
  addEventListener('unhandledrejection', (event) => stage.problems.push(String(event.reason)));
  document.addEventListener('securitypolicyviolation', (event) => {
    // Drivers put their own scripts into the page; ours come from files.
    if (event.violatedDirective !== 'script-src-elem') stage.problems.push(`CSP: ${event.violatedDirective}`);
  });
  Object.assign(globalThis, { stage, browser: stub });
  Object.defineProperty(globalThis, 'chrome', { value: stub, configurable: true, writable: true });
}
