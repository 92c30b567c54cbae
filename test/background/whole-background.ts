import { createAccounts } from '../../src/background/accounts.ts';
import { createDialing } from '../../src/background/dialing.ts';
import { createFrames } from '../../src/background/frames.ts';
import { createHandlers } from '../../src/background/handlers.ts';
import { createKeeper } from '../../src/background/keeper.ts';
import { createProposals } from '../../src/background/proposals.ts';
import { createRouter, type MessageSender } from '../../src/background/router.ts';
import type { AccountValues } from '../../src/core/account.ts';
import type { AccountTest } from '../../src/core/account-test.ts';
import type { Proposal } from '../../src/core/proposal.ts';
import { type AppState, type Effect, INITIAL } from '../../src/core/update.ts';
import type { Atlas } from '../../src/phone/atlas.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { createVault } from '../../src/storage/secrets.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/storage/settings.ts';
import type { KnownFrame } from '../../src/storage/state-item.ts';
import { createFakeClock } from '../fake-clock.ts';
import { ALL, createFakePbx } from '../fake-pbx.ts';

const OWN = 'chrome-extension://abc';
export const POPUP: MessageSender = { id: 'abc', url: `${OWN}/src/popup/popup.html`, origin: OWN };
export const PAGE = pageIn('https://crm.example.com/deals');
export const TEST: AccountTest = { steps: [], outcome: 'ok' };

/** A content script's sender record. */
export function pageIn(url: string, tabId = 7, frameId = 0): MessageSender {
  return { id: 'abc', url, origin: new URL(url).origin, frameId, tab: { id: tabId, url } };
}

/** What a page or our own page is told when nothing is dialled. */
export const refused = (reason: string) => ({ ok: false, error: { reason } });

/** What a browser keeps while the background sleeps or is killed. */
export function createMemory() {
  return {
    clock: createFakeClock(),
    state: INITIAL as AppState,
    proposal: undefined as Proposal | undefined,
    /** Our open windows by their ids; undefined where a browser has no windows. */
    windows: undefined as Map<number, string> | undefined,
    focused: [] as number[],
    saves: true,
    /** False: the disk takes no change of the settings. */
    keepsSettings: true,
    /** `full`: the vault on the disk takes nothing; `blocked`: it does not even let us look. */
    vault: 'works' as 'works' | 'full' | 'blocked',
    /** Secrets that are kept until the browser closes. */
    secrets: {} as Readonly<Record<string, AccountValues>>,
    ids: 0,
  };
}

/** The background behind its router, with all its parts but the browser and the PBX; `memory` outlives it. */
export async function startBackground(settings: Partial<Settings> = {}, memory = createMemory()) {
  const { clock } = memory;
  const pbx = createFakePbx();
  const effects: Effect[] = [];
  const told: { readonly requestId: string; readonly reason: string }[] = [];
  const world = {
    settings: { ...DEFAULT_SETTINGS, account: { vendor: 'fake', values: {} }, ...settings } as Settings,
    countries: [] as string[],
    siteCountries: [] as [string, string][],
    knownFrames: [] as string[],
    pointed: [] as unknown[],
    privateTab: undefined as number | undefined,
    isOnline: true,
    /** What the package's file of plans and words holds; undefined while it cannot be read. */
    atlas: WHOLE_ATLAS as Atlas | undefined,
    wantsPage: false,
    tested: [] as unknown[],
    cleared: 0,
    nudges: 0,
  };
  const keeper = createKeeper({
    clock,
    load: async () => memory.state,
    save: async (state) => {
      memory.state = state;
    },
    run: (effect) => void effects.push(effect),
    onState: () => {},
    onSaving: () => {},
  });
  const tellRefused = ({ requestId }: Proposal, reason: string) => void told.push({ requestId, reason });
  const proposals = createProposals({
    clock,
    newId: () => `secret-${++memory.ids}`,
    load: async () => structuredClone(memory.proposal),
    async save(proposal) {
      if (!memory.saves) throw new Error('disk full');
      memory.proposal = structuredClone(proposal);
    },
    async openWindow({ id }) {
      if (!memory.windows) return undefined;
      const windowId = 100 + ++memory.ids;
      memory.windows.set(windowId, id);
      return windowId;
    },
    async focusWindow(windowId) {
      if (!memory.windows?.has(windowId)) return false;
      memory.focused.push(windowId);
      return true;
    },
    async closeWindow(windowId) {
      if (!memory.windows?.delete(windowId)) throw new Error('no such window');
    },
    onDropped: (proposal) => tellRefused(proposal, 'not-confirmed'),
  });
  let frames: readonly KnownFrame[] = [];
  const boxes = new Map<string, unknown>();
  const accounts = createAccounts({
    vault: createVault(
      {
        async get(key) {
          if (memory.vault === 'blocked') throw new Error('blocked');
          return boxes.get(key);
        },
        async set(key, value) {
          if (memory.vault !== 'works') throw new DOMException('', 'QuotaExceededError');
          boxes.set(key, value);
        },
        async delete(key) {
          if (memory.vault === 'blocked') throw new Error('blocked');
          boxes.delete(key);
        },
        clear: async () => boxes.clear(),
      },
      {
        read: async () => memory.secrets,
        write: async (secrets) => {
          memory.secrets = secrets;
        },
      },
    ),
    findAdapter: (id) => (id === 'fake' ? pbx.adapter : undefined),
    readSettings: async () => world.settings,
    writeSettings: async (next) => {
      if (!memory.keepsSettings) throw new Error('quota');
      world.settings = next;
    },
    async onAccount(hasAccount, isElsewhere) {
      await proposals.forgetAll();
      await keeper.dispatch({ type: 'account-changed', hasAccount, isElsewhere });
    },
    onSecretsKept: () => {},
    dropTraces: async () => {
      world.cleared += 1;
    },
  });
  const dialing = createDialing({
    keeper,
    proposals,
    tellRefused,
    settings: async () => world.settings,
    atlas: async () => world.atlas,
    knownCountries: async () => world.countries,
    rememberCountry: async (country) => void world.countries.push(country),
    isKnownFrame: async (host, top) => world.knownFrames.includes(`${host} in ${top}`),
    rememberFrame: async (host, top) => void world.knownFrames.push(`${host} in ${top}`),
    rememberSiteCountry: async (host, country) => void world.siteCountries.push([host, country]),
    privateTab: async () => world.privateTab,
    isOnline: () => world.isOnline,
    wantsPage: () => world.wantsPage,
    ownsLink: (_settings, { host }) => host === 'pbx.example.com',
    newId: () => `call-${memory.state.calls.length + 1}`,
  });
  const answer = createRouter(
    { id: 'abc', origin: OWN },
    createHandlers({
      keeper,
      accounts,
      proposals,
      frames: createFrames({
        load: async () => [],
        save: async (next) => {
          frames = next;
        },
        send: async () => {},
      }),
      dialing,
      started: Promise.resolve(),
      policy: {
        apply: async () => false,
        allowed: async (change) => change,
        allowedAccount: async (_vendor, values) => values,
      },
      surfaces: {
        point: async (pointed) => void world.pointed.push(pointed),
        recent: { tell: () => {}, forget: async () => {}, tidy: async () => {} },
      },
      settings: async () => world.settings,
      atlas: async () => world.atlas,
      pausedUntil: () => undefined,
      endpoints: async (account, wish) => {
        world.tested.push(account.values);
        return { ok: true, value: wish.wish === 'list' ? { list: [] } : {} };
      },
      changeSettings: async (change) => {
        if (!memory.keepsSettings) throw new Error('quota');
        world.settings = { ...world.settings, ...change };
      },
      nudge: async () => {
        world.nudges += 1;
      },
      test: async (account) => {
        world.tested.push(account.values);
        return TEST;
      },
    }),
  );
  await keeper.dispatch({ type: 'woke', hasAccount: true });
  await keeper.dispatch({ type: 'opened', capabilities: ALL });
  let requests = 0;
  const dial = (number: unknown, sender = PAGE, requestId: unknown = `request-${++requests}`, more: object = {}) =>
    answer({ type: 'call/dial', payload: { number, requestId, ...more } }, sender);
  const type = (text: unknown) =>
    answer({ type: 'ui/dial', payload: { text, requestId: `typed-${++requests}` } }, POPUP);
  const dials = () => effects.filter((effect) => effect.type === 'dial').map((effect) => effect.intent);
  return {
    world,
    memory,
    clock,
    pbx,
    keeper,
    accounts,
    proposals,
    dialing,
    answer,
    dial,
    type,
    dials,
    effects,
    told,
    frames: () => frames,
    /** What lies in the vault on the disk. */
    boxes,
  };
}
