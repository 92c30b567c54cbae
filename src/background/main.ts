import { browser } from '../browser.ts';
import { type AccountNeeds, needsAt } from '../core/account.ts';
import type { CallOrigin } from '../core/calls.ts';
import type { PbxError } from '../core/connection.ts';
import { type Keepsake, keepsakeOf, restore } from '../core/keepsake.ts';
import type { Proposal } from '../core/proposal.ts';
import { fail, ok } from '../core/result.ts';
import { withSiteCountry } from '../core/taught.ts';
import { type AppEvent, type AppState, dialPauseEnd, INITIAL } from '../core/update.ts';
import type { DialRefusal, PageCall, SettingsChange } from '../messaging/protocol.ts';
import { findAdapter } from '../pbx/registry.ts';
import { toDialString } from '../phone/dial-string.ts';
import { createAtlasFile } from '../storage/atlas-file.ts';
import { inMemory } from '../storage/in-memory.ts';
import { createKeepsakeItem } from '../storage/keepsake-item.ts';
import {
  frameName,
  knownCountriesItem,
  knownFramesItem,
  MOST_KNOWN_FRAMES,
  presetItem,
  refusedLoginItem,
} from '../storage/local-items.ts';
import { policyItem, readManaged } from '../storage/policy-item.ts';
import { createVault } from '../storage/secrets.ts';
import { DEFAULT_SETTINGS, type Settings } from '../storage/settings.ts';
import { createSettingsStore } from '../storage/settings-store.ts';
import {
  accountTestItem,
  framesItem,
  journalItem,
  proposalItem,
  stateItem,
  troubleItem,
} from '../storage/state-item.ts';
import { indexedDbStore, sessionSecrets } from '../storage/vault-store.ts';
import { testAccount } from './account-test.ts';
import { createAccounts, findMissing } from './accounts.ts';
import { badgeOf, drawBadge } from './badge.ts';
import { createCallEndpoints } from './call-endpoints.ts';
import { callWords } from './call-words.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import { closeConfirmWindow, focusConfirmWindow, onWindowClosed, openConfirmWindow } from './confirm-window.ts';
import { injectIntoOpenTabs, registerContent } from './content-registration.ts';
import { createDialing } from './dialing.ts';
import { createFrames } from './frames.ts';
import { useFreshConnections } from './fresh-connections.ts';
import { handOver } from './hand-over.ts';
import { createHandlers, settingsFor } from './handlers.ts';
import { hasHostAccess } from './host-access.ts';
import { createJournal } from './journal.ts';
import { createKeeper } from './keeper.ts';
import { createNetworkWatch } from './network.ts';
import { dropOwnCookies, ownCookie } from './own-cookie.ts';
import { createPageNews } from './page-news.ts';
import { createPbxPorts } from './pbx-ports.ts';
import { createPolicyKeeper } from './policy.ts';
import { createProposals } from './proposals.ts';
import { createRouter } from './router.ts';
import { createSupervisor } from './supervisor.ts';
import { createSurfaces } from './surfaces.ts';
import { createTroubles } from './troubles.ts';
import { createUpdates } from './updates.ts';

type LockableArea = typeof browser.storage.local & {
  setAccessLevel?(level: { readonly accessLevel: 'TRUSTED_CONTEXTS' }): Promise<void>;
};

/** Chrome only. */
interface RuntimeWithContexts {
  getContexts?(filter: { readonly contextTypes: readonly string[] }): Promise<readonly unknown[]>;
}

// The composition root. Everything down to the listeners runs on the first tick: a background that is woken by an event gets that event
// only if the listener is there by then. What needs stored state waits for `started`.

const ALARM = 'tick';
/** Nothing that is only a precaution keeps calls waiting for longer than this. */
const PREPARE_WITHIN_MS = 1_000;
/** The shortest period the browsers allow; it restarts a background that died with work to do. */
const ALARM_MINUTES = 0.5;

const readAtlas = createAtlasFile();
// Begun at once: whatever woke us, a click most of all, may want it.
void readAtlas();

const troubles = createTroubles(async (list) => {
  draw(keeper.current());
  await troubleItem.write(list);
});

// Before anything is sent: what is already on its way has a connection that may be used again.
const prepared = Promise.race([
  useFreshConnections(),
  new Promise((resolve) => setTimeout(resolve, PREPARE_WITHIN_MS)),
]);

const ports = createPbxPorts({
  async mayReach(url) {
    const [isAllowed] = await Promise.all([hasHostAccess(url), prepared]);
    return isAllowed;
  },
  ownCookie,
  handOver,
  repeatsGets: browser.runtime.getURL('').startsWith('moz-extension:'),
  async toNational(number) {
    const [{ country }, plans] = await Promise.all([readSettings(), readAtlas()]);
    if (!plans) return fail({ kind: 'unsupported', detail: 'the number plans could not be read' });
    return ok(toDialString(number, { numberFormat: 'national', outsideLine: '' }, country, plans));
  },
});

const supervisor = createSupervisor({
  clock: SYSTEM_CLOCK,
  ports,
  account: () => accounts.ready(),
  findMissing: findUngranted,
  remember: (account, found, secrets) => void accounts.remember(account, found, secrets).catch(() => {}),
  random: () => Math.random(),
  dispatch: (event, isStill = () => true) =>
    void keeper
      .decide(() => ({ answer: undefined, ...(isStill() ? { event } : {}) }))
      .catch((error: unknown) => console.error('PageDial: news dropped', error instanceof Error ? error.name : '')),
  stayAwake: () => void browser.runtime.getPlatformInfo().catch(() => {}),
});

const keepsake = createKeepsakeItem(isKeepsake);

const listsNotKept = new Set<'calls' | 'taught'>();
function onListKept(list: 'calls' | 'taught', isKept: boolean): void {
  if (isKept) listsNotKept.delete(list);
  else listsNotKept.add(list);
  troubles.set('lists-not-kept', listsNotKept.size > 0);
}

const settingsStore = createSettingsStore((isRead) => onListKept('taught', isRead));
// Every call from a page waits for them.
const knownCountries = inMemory(knownCountriesItem);
const knownFrames = inMemory(knownFramesItem);

const network = createNetworkWatch({
  clock: SYSTEM_CLOCK,
  isOnline: () => navigator.onLine,
  onChange(isOnline) {
    if (isOnline) onBack();
    // Found dead before anything is dialled into it.
    else supervisor.probe('always');
  },
});

const updates = createUpdates({
  async isPageOpen() {
    const { runtime } = browser as unknown as { readonly runtime: RuntimeWithContexts };
    const open = await runtime.getContexts?.({ contextTypes: ['POPUP', 'TAB', 'SIDE_PANEL'] });
    return (open ?? []).length > 0;
  },
  apply: () => browser.runtime.reload(),
});

const keeper = createKeeper({
  clock: SYSTEM_CLOCK,
  async load() {
    const state = await loadState();
    surfaces.begin(state);
    return state;
  },
  save: (state) => stateItem.write(state),
  run: (effect) => supervisor.run(effect),
  onState: show,
  onSaving: (works) => troubles.set('state-not-saved', !works),
  onEvent: (event) => journal.note(event),
});

const accounts = createAccounts({
  vault: createVault(indexedDbStore(), sessionSecrets),
  findAdapter,
  readSettings: () => settingsStore.read(),
  writeSettings,
  async onAccount(hasAccount, isElsewhere) {
    await keepAlarm(hasAccount);
    await proposals.forgetAll();
    await keeper.dispatch({ type: 'account-changed', hasAccount, isElsewhere });
    // Without an account links behave as without us.
    void tellSettings().catch(() => {});
  },
  onSecretsKept: (where) => troubles.set('secrets-not-kept', where === 'memory'),
  async dropTraces() {
    await dropOwnCookies();
    await knownCountries.write([]);
    await knownFrames.write([]);
    await surfaces.recent.forget();
    await accountTestItem.write(undefined);
  },
});

const policy = createPolicyKeeper({
  readManaged,
  publish: (decided) => policyItem.write(decided),
  findAdapter,
  exportFile: () => accounts.exportFile(),
  importFile: (text) => accounts.importFile(text),
  lastPreset: () => presetItem.read(),
  rememberPreset: (text) => presetItem.write(text),
});

const journal = createJournal({
  clock: SYSTEM_CLOCK,
  load: () => journalItem.read(),
  save: (entries) => journalItem.write(entries),
});

const frames = createFrames({
  load: () => framesItem.read(),
  save: (known) => framesItem.write(known),
  send: ({ tabId, frameId }, message) => browser.tabs.sendMessage(tabId, message, { frameId }),
});

const tellPages = createPageNews({
  words: (call) => browser.i18n.getMessage(callWords(call)),
  send: tellFrame,
});

const proposals = createProposals({
  clock: SYSTEM_CLOCK,
  newId: () => crypto.randomUUID(),
  load: async () => (await proposalItem.read()) ?? undefined,
  save: (proposal) => proposalItem.write(proposal ?? null),
  openWindow: openConfirmWindow,
  focusWindow: focusConfirmWindow,
  closeWindow: closeConfirmWindow,
  onDropped: (proposal) => tellRefused(proposal, 'not-confirmed'),
});

const dialing = createDialing({
  keeper,
  proposals,
  tellRefused,
  settings: readSettings,
  atlas: readAtlas,
  knownCountries: () => knownCountries.read(),
  async rememberCountry(country) {
    const known = await knownCountries.read();
    // The popup over a private window is a page like any other: only the window tells.
    if (await isPrivateInFront()) return;
    if (!known.includes(country)) await knownCountries.write([...known, country]);
  },
  isKnownFrame: async (host, top) => (await knownFrames.read()).includes(frameName(host, top)),
  async rememberFrame(host, top) {
    const name = frameName(host, top);
    const others = (await knownFrames.read()).filter((known) => known !== name);
    await knownFrames.write([...others.slice(1 - MOST_KNOWN_FRAMES), name]);
  },
  async rememberSiteCountry(host, country) {
    const { taught } = await readSettings();
    await changeSettings({ taught: withSiteCountry(taught, host, country) });
  },
  privateTab: async () => (await tabInFront(true))?.id,
  isOnline: () => navigator.onLine,
  wantsPage: ({ account }) => (account && findAdapter(account.vendor)?.wantsPage?.(account.values)) ?? false,
  ownsLink: ({ account }, pbx) => (account && findAdapter(account.vendor)?.ownsLink?.(pbx, account.values)) ?? false,
  newId: () => crypto.randomUUID(),
});

let remembered: PbxError | undefined;
let toldPause: number | undefined;
let markStarted = () => {};
const started = new Promise<void>((resolve) => {
  markStarted = resolve;
});

const surfaces = createSurfaces({
  clock: SYSTEM_CLOCK,
  keeper,
  dialing,
  started,
  settings: readSettings,
  atlas: readAtlas,
  changeSettings,
  newId: () => crypto.randomUUID(),
  onCallsKept: (isKept) => onListKept('calls', isKept),
});

const answer = createRouter(
  { id: browser.runtime.id, origin: browser.runtime.getURL('').replace(/\/$/, '') },
  createHandlers({
    keeper,
    dialing,
    proposals,
    accounts,
    frames,
    started,
    surfaces,
    policy,
    settings: readSettings,
    atlas: readAtlas,
    pausedUntil: () => dialPauseEnd(keeper.current(), SYSTEM_CLOCK.now()),
    changeSettings,
    endpoints: createCallEndpoints(SYSTEM_CLOCK, ports, () => supervisor.renew()),
    async nudge() {
      supervisor.probe('ifSilent');
      await keeper.dispatch({ type: 'nudge' });
    },
    async test({ adapter, values }) {
      const test = await testAccount(adapter, values, {
        clock: SYSTEM_CLOCK,
        ports,
        findMissing: findUngranted,
        publish: (progress) => accountTestItem.write(progress),
      });
      // Where both share one login at the PBX, the end of the test may have ended the live session as well.
      supervisor.beatNow();
      return test;
    },
  }),
);

// `as`: the polyfill's types allow no listener that answers some messages only, which is what one must be.
browser.runtime.onMessage.addListener(answer as Parameters<typeof browser.runtime.onMessage.addListener>[0]);
browser.runtime.onStartup.addListener(() => {});
browser.runtime.onInstalled.addListener(({ reason }) => {
  if (reason === 'install') void browser.runtime.openOptionsPage().catch(() => {});
  if (reason === 'install' || reason === 'update') {
    void registerContent()
      .catch(() => {})
      .then(() => injectIntoOpenTabs())
      .catch(() => {});
  }
});
browser.alarms.onAlarm.addListener(({ name }) => {
  if (name !== ALARM) return;
  later({ type: 'tick' });
  supervisor.probe('ifSilent');
});
browser.runtime.onUpdateAvailable.addListener(() => updates.onAvailable());
browser.idle.onStateChanged.addListener((idle) => {
  // After a sleep somebody unlocks the machine or moves the mouse.
  if (idle === 'active') onBack();
});
browser.permissions.onAdded.addListener(({ origins = [] }) => void onGranted(origins).catch(() => {}));
browser.permissions.onRemoved.addListener(() => void onTakenAway().catch(() => {}));
browser.tabs.onRemoved.addListener((tabId) => {
  void frames.forgetTab(tabId);
  void proposals.forgetTab(tabId);
  if (keeper.current().calls.some(({ origin }) => origin?.isPrivate)) later({ type: 'tab-closed', tabId });
});
onWindowClosed((windowId) => void proposals.onWindowClosed(windowId));
surfaces.listen();
browser.storage.onChanged.addListener((_changes, area) => {
  if (area === 'managed')
    void started
      .then(() => policy.apply())
      .then(tellSettings)
      .catch(() => {});
});
self.addEventListener('online', () => network.look());
self.addEventListener('offline', () => network.look());

void start().finally(markStarted);

async function start(): Promise<void> {
  // Chrome only; Firefox has no such lock, which is why secrets are not in this area at all.
  const local = browser.storage.local as LockableArea;
  void local.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' }).catch(() => {});
  void registerContent().catch(() => {});
  const [settings, blockedBy] = await Promise.all([readSettings(), refusedLoginItem.read().catch(() => undefined)]);
  const hasAccount = settings.account !== undefined;
  remembered = blockedBy;
  await Promise.all([
    keeper.dispatch({ type: 'woke', hasAccount, ...(blockedBy === undefined ? {} : { blockedBy }) }),
    keepAlarm(hasAccount).catch(() => {}),
  ]);
  // After `woke`: an account that the organisation gives is connected to like one that the user gives. A click need not wait for it
  // where there is an account already.
  const applied = policy.apply().then((isChange) => (isChange ? tellSettings() : undefined));
  if (!hasAccount) await applied.catch(() => {});
  void surfaces.recent.tidy().catch(() => {});
}

/** The network or the machine is back: a wait is over, and a line that looks alive has to show that it is. */
function onBack(): void {
  supervisor.probe('always');
  later({ type: 'nudge' });
}

/** After an update or a crash of the browser the session's state is gone, and its keepsake is what there is. */
async function loadState(): Promise<AppState> {
  const state = await stateItem.read();
  const kept = state === INITIAL ? await keepsake.read().catch(() => undefined) : undefined;
  return kept ? restore(kept, SYSTEM_CLOCK.now()) : state;
}

function isKeepsake(stored: unknown): stored is Keepsake {
  // Ours alone: only this file writes it. A version that kept it otherwise would have to be told apart here.
  return typeof stored === 'object' && stored !== null && 'calls' in stored && Array.isArray(stored.calls);
}

/** After `started`, so that nothing overtakes `woke`. */
function later(event: AppEvent): void {
  void started.then(() => keeper.dispatch(event));
}

async function readSettings(): Promise<Settings> {
  try {
    const settings = await settingsStore.read();
    troubles.set('settings-not-read', false);
    return settings;
  } catch {
    troubles.set('settings-not-read', true);
    return DEFAULT_SETTINGS;
  }
}

async function isPrivateInFront(): Promise<boolean> {
  return (await tabInFront(true)) !== undefined;
}

async function tabInFront(isPrivate: boolean): Promise<{ readonly id?: number | undefined } | undefined> {
  const tabs = await browser.tabs.query({ active: true, lastFocusedWindow: true });
  return tabs.find(({ incognito }) => incognito === isPrivate);
}

/** Rejects when the browser does not keep them, as on a full disk; the user is told, and the settings stay as they were. */
async function writeSettings(settings: Settings): Promise<void> {
  try {
    await settingsStore.write(settings);
    troubles.set('settings-not-saved', false);
  } catch (error) {
    troubles.set('settings-not-saved', true);
    throw error;
  }
}

async function changeSettings(change: SettingsChange): Promise<void> {
  if (Object.keys(change).length > 0) await writeSettings({ ...(await settingsStore.read()), ...change });
  await tellSettings();
  await surfaces.recent.tidy();
}

/** Every frame gets the settings of its own site; where access was taken away, that is the end of it. */
async function tellSettings(): Promise<void> {
  const [settings, plans] = await Promise.all([readSettings(), readAtlas()]);
  await frames.tell(async ({ host, url }) => {
    const address = new URL(url);
    const mayStay = address.protocol === 'file:' || (await hasHostAccess(address));
    const own = settingsFor(settings, host, toldPause, plans);
    return { type: 'page/settings-changed', payload: { ...own, decorate: mayStay && own.decorate } };
  });
}

function tellFrame({ tabId, frameId }: CallOrigin, payload: PageCall): void {
  // The page may be gone; the call is not.
  void browser.tabs.sendMessage(tabId, { type: 'page/call', payload }, { frameId }).catch(() => {});
}

function tellRefused({ origin, requestId }: Proposal, reason: DialRefusal['reason']): void {
  const words = browser.i18n.getMessage(`refused_${reason.replaceAll('-', '_')}`);
  tellFrame(origin, { requestId, phase: 'ended', words, canCancel: false });
}

async function onGranted(origins: readonly string[]): Promise<void> {
  await registerContent();
  await injectIntoOpenTabs(origins);
  await started;
  const { connection } = keeper.current();
  if (connection.status === 'blocked' && connection.error.kind === 'permission-missing') {
    later({ type: 'retry', hasAccount: (await readSettings()).account !== undefined });
  }
}

async function onTakenAway(): Promise<void> {
  await registerContent();
  await tellSettings();
  supervisor.beatNow();
}

function findUngranted(needs: AccountNeeds): Promise<PbxError | undefined> {
  return findMissing(needsAt(browser.runtime.getURL(''), needs), (asked) => browser.permissions.contains(asked));
}

async function keepAlarm(isWanted: boolean): Promise<void> {
  const there = await browser.alarms.get(ALARM);
  // Creating it anew at each start would put its next time off, for ever if starts come often enough.
  if (isWanted && !there) browser.alarms.create(ALARM, { periodInMinutes: ALARM_MINUTES });
  if (!isWanted && there) await browser.alarms.clear(ALARM);
}

function show(state: AppState): void {
  // Here and not where the state is saved: a call does not wait for what only an update or a crash needs.
  void keepsake.write(keepsakeOf(state, SYSTEM_CLOCK.now()));
  updates.onState(state);
  network.onState(state);
  supervisor.onState(state);
  tellPages(state);
  surfaces.onState(state);
  tellPause(state);
  draw(state);
  rememberRefusal(state);
}

/** Call buttons say how long the PBX wants a pause. They see its end by themselves. */
function tellPause(state: AppState): void {
  const end = dialPauseEnd(state, SYSTEM_CLOCK.now());
  if (end === toldPause) return;
  toldPause = end;
  if (end !== undefined) void tellSettings().catch(() => {});
}

function draw(state: AppState): void {
  void drawBadge(badgeOf(state, troubles.list(), SYSTEM_CLOCK.now()));
}

/** A refusal outlives the browser, so that a new start is not a new try. */
function rememberRefusal({ connection }: AppState): void {
  const refusal = connection.status === 'blocked' ? connection.error : undefined;
  if (refusal?.kind === remembered?.kind) return;
  remembered = refusal;
  void refusedLoginItem.write(refusal).catch(() => {});
}
