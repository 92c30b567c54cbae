import type { AccountValues } from '../core/account.ts';
import type { AccountTest } from '../core/account-test.ts';
import type { EndpointAnswer, EndpointWish } from '../core/call-endpoint.ts';
import { type EpochMs, isLive } from '../core/calls.ts';
import type { PbxError } from '../core/connection.ts';
import { readDialingRule } from '../core/dialing-rule.ts';
import { readPreferences } from '../core/preferences.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { isClickToCall, isSiteEnabled, leavesOwnButtons } from '../core/site-rule.ts';
import { lessonsFor, type PageLesson } from '../core/taught.ts';
import { canHandle } from '../core/update.ts';
import type {
  DialRefusal,
  PageSettings,
  PageStart,
  PointedPlace,
  SettingsChange,
  Stored,
} from '../messaging/protocol.ts';
import type { NumberPlans } from '../phone/number-plan.ts';
import { readTypedNumber } from '../phone/typed-number.ts';
import type { ReadAtlas } from '../storage/atlas-file.ts';
import { asRecord, readCountry, readSites, type Settings } from '../storage/settings.ts';
import type { Accounts } from './accounts.ts';
import { readEndpointWish } from './call-endpoints.ts';
import { type Dialing, isRequestId } from './dialing.ts';
import type { Frames } from './frames.ts';
import type { Decision, Keeper } from './keeper.ts';
import { changeTaught } from './lessons.ts';
import type { PolicyKeeper } from './policy.ts';
import type { Proposals } from './proposals.ts';
import type { Asker, Handlers } from './router.ts';
import type { ReadyAccount } from './supervisor.ts';
import type { Surfaces } from './surfaces.ts';

export interface HandlersParts {
  readonly keeper: Keeper;
  readonly dialing: Dialing;
  readonly proposals: Proposals;
  readonly accounts: Accounts;
  readonly frames: Frames;
  /** Resolves when the saved state is loaded and `woke` is done: nothing is answered before. */
  readonly started: Promise<void>;
  readonly surfaces: Pick<Surfaces, 'point' | 'recent'>;
  readonly policy: PolicyKeeper;
  settings(): Promise<Settings>;
  readonly atlas: ReadAtlas;
  /** Until when the PBX takes no call; undefined when it takes one now. */
  pausedUntil(): EpochMs | undefined;
  /** Writes what is changed, and tells the pages. */
  changeSettings(change: SettingsChange): Promise<void>;
  /** Does what is wished with the account's click-to-call endpoints. */
  endpoints(account: ReadyAccount, wish: EndpointWish): Promise<Result<EndpointAnswer, PbxError>>;
  /** See `connection/nudge`. */
  nudge(): Promise<void>;
  /** Runs the connection test; resolves with its end. */
  test(account: ReadyAccount): Promise<AccountTest>;
}

const LONGEST_FILE = 1_000_000;
const LONGEST_VALUE = 100_000;
const MOST_VALUES = 100;

/** The answers to all messages; each reads its payload piece by piece, and a page's answers hold nothing of other pages. */
export function createHandlers(parts: HandlersParts): Handlers {
  const { keeper, dialing, proposals, accounts, started } = parts;
  return {
    page: {
      'page/settings': async (_payload, asker) => {
        await started;
        return pageSettings(await parts.settings(), asker, parts);
      },
      'call/dial': async (payload, asker) => {
        await started;
        return dialing.dial(payload, asker).catch(() => fail({ reason: 'internal' }));
      },
      'call/cancel': async ({ requestId }, asker) => {
        await started;
        if (!isRequestId(requestId)) return fail({ reason: 'unknown-request' });
        if (asker.kind === 'page' && (await proposals.withdraw(requestId, asker.frame))) return ok(undefined);
        return keeper.decide((state): Decision<Result<void, DialRefusal>> => {
          const call = state.calls.find((candidate) => candidate.requestId === requestId);
          if (!call) return { answer: fail({ reason: 'unknown-request' }) };
          if (!isFrom(asker, call.origin)) return { answer: fail({ reason: 'not-our-call' }) };
          return { answer: ok(undefined), event: { type: 'hang-up', id: call.id } };
        });
      },
      'page/pointed': async (payload, asker) => {
        if (asker.kind === 'page') await parts.surfaces.point(readPointed(payload), asker.frame.tabId).catch(() => {});
      },
    },
    ui: {
      'ui/dial': async (payload) => {
        await started;
        return dialing.dialTyped(payload).catch(() => fail({ reason: 'internal' }));
      },
      'confirm/read': async ({ id }) => {
        await started;
        const asked = typeof id === 'string' ? await proposals.read(id) : undefined;
        return asked ? ok(asked) : fail({ reason: 'unknown-request' });
      },
      'confirm/answer': async (payload) => {
        await started;
        return dialing.answer(payload).catch(() => fail({ reason: 'internal' }));
      },
      'call/hang-up': async ({ id }) => {
        await started;
        return keeper.decide((state): Decision<Result<void, PbxError>> => {
          const call = state.calls.find((candidate) => candidate.id === id);
          if (!call || !isLive(call)) return { answer: fail({ kind: 'rejected', detail: 'no such call' }) };
          const cannot = state.connection.status === 'online' && !state.connection.capabilities.hangUp;
          const isUnsent = call.state.phase === 'requested' && call.state.step === 'queued';
          if (cannot && !isUnsent) return { answer: fail({ kind: 'unsupported', detail: '' }) };
          return { answer: ok(undefined), event: { type: 'hang-up', id: call.id } };
        });
      },
      'call/hold': async ({ id, want }) => {
        await started;
        return keeper.decide((state): Decision<Result<void, PbxError>> => {
          const call = state.calls.find((candidate) => candidate.id === id);
          const isWish = want === 'hold' || want === 'resume';
          if (!call || !isWish || !canHandle(call, want, state.connection)) {
            return { answer: fail({ kind: 'rejected', detail: 'not now' }) };
          }
          return { answer: ok(undefined), event: { type: 'hold', id: call.id, want } };
        });
      },
      'call/transfer': async (payload) => {
        await started;
        return dialing.transfer(payload).catch(() => fail({ reason: 'internal' }));
      },
      'call/dismiss': async ({ id }) => {
        await started;
        if (typeof id === 'string') await keeper.dispatch({ type: 'dismiss', id });
      },
      'connection/nudge': async () => {
        await started;
        await parts.nudge();
      },
      'connection/retry': async () => {
        await started;
        const { account } = await parts.settings();
        await keeper.dispatch({ type: 'retry', hasAccount: account !== undefined });
      },
      'account/test': async ({ vendor, values }) => {
        await started;
        const read = readValues(values);
        const account = typeof vendor === 'string' && read ? await accounts.complete(vendor, read) : undefined;
        return account ? parts.test(account) : UNKNOWN_ACCOUNT;
      },
      'account/endpoints': async ({ vendor, values, wish }) => {
        await started;
        const read = readValues(values);
        const asked = readEndpointWish(wish);
        const account = typeof vendor === 'string' && read ? await accounts.complete(vendor, read) : undefined;
        return account && asked ? parts.endpoints(account, asked) : fail({ kind: 'unsupported', detail: '' });
      },
      'account/save': async ({ vendor, values, remember }) => {
        await started;
        const read = readValues(values);
        if (typeof vendor !== 'string' || !read) return fail({ vendor: 'account_unknown_vendor' });
        const allowed = await parts.policy.allowedAccount(vendor, read);
        if (!allowed) return fail({ vendor: 'options_locked' });
        return accounts.save(vendor, allowed, remember !== false).catch(() => fail({ vendor: 'options_not_stored' }));
      },
      'account/remove': async () => {
        await started;
        await accounts.remove();
      },
      'settings/change': async (payload) => {
        await started;
        return stored(parts.changeSettings(await parts.policy.allowed(readChange(payload))));
      },
      'taught/change': async (payload) => {
        await started;
        const atlas = await parts.atlas();
        if (!atlas) return fail('not-stored');
        const taught = changeTaught((await parts.settings()).taught, payload, atlas);
        return stored(parts.changeSettings(await parts.policy.allowed({ taught })));
      },
      'recent/forget': async ({ id }) => {
        await started;
        await parts.surfaces.recent.forget(typeof id === 'string' ? id : undefined);
      },
      'settings/import': async ({ text }) => {
        await started;
        if (typeof text !== 'string') return fail({ problem: 'not-ours' });
        if (text.length > LONGEST_FILE) return fail({ problem: 'too-large' });
        const result = await accounts.importFile(text).catch(() => fail({ problem: 'not-stored' } as const));
        // What is locked stays, whatever the file says.
        await parts.policy.apply();
        if (result.ok) await parts.changeSettings({});
        return result;
      },
      'settings/export': async () => {
        await started;
        return accounts.exportFile();
      },
    },
  };
}

const UNKNOWN_ACCOUNT: AccountTest = {
  steps: [{ step: 'permission', outcome: 'failed', error: { kind: 'no-account', detail: '' } }],
  outcome: 'failed',
};

async function pageSettings(
  settings: Settings,
  asker: Asker,
  parts: Pick<HandlersParts, 'frames' | 'pausedUntil' | 'atlas'>,
): Promise<PageStart> {
  if (asker.kind === 'ui' || !asker.address) return { decorate: false, country: settings.country };
  const { host, href, protocol, pathname } = asker.address;
  // Only where the frame is from is kept, not what it shows.
  const url = protocol === 'file:' ? `file://${pathname}` : href.slice(0, href.indexOf('/', protocol.length + 2) + 1);
  await parts.frames.remember({ ...asker.frame, host, url });
  const atlas = await parts.atlas();
  const own = settingsFor(settings, host, parts.pausedUntil(), atlas);
  return { ...own, ...(own.decorate && atlas ? { atlas } : {}) };
}

/** What a frame of this host may know of the settings. Without plans it marks nothing, and needs no lessons. */
export function settingsFor(
  { sites, country, account, taught }: Settings,
  host: string,
  pausedUntil: EpochMs | undefined,
  plans: NumberPlans | undefined,
): PageSettings {
  const siteCountry = taught.countries[host];
  const lessons = (plans ? lessonsFor(taught, host) : []).flatMap(({ text, isPhone }): PageLesson[] => {
    const number = plans && readTypedNumber(text, siteCountry ?? country, plans)?.number;
    return isPhone ? (number === undefined ? [] : [{ text, number }]) : [{ text }];
  });
  return {
    ...(siteCountry === undefined ? {} : { siteCountry }),
    ...(lessons.length === 0 ? {} : { lessons }),
    decorate: isSiteEnabled(sites, host),
    country,
    hasAccount: account !== undefined,
    ...(leavesOwnButtons(sites, host) ? { leavesOwnButtons: true } : {}),
    ...(isClickToCall(sites, host) ? { callsOnClick: true } : {}),
    ...(pausedUntil === undefined ? {} : { pausedUntil }),
  };
}

function readPointed({ text, offers }: Readonly<Record<string, unknown>>): PointedPlace {
  return {
    ...(typeof text === 'string' ? { text } : {}),
    offers: offers === 'teach-phone' || offers === 'teach-none' ? offers : 'neither',
  };
}

function isFrom(asker: Asker, origin: { readonly tabId: number; readonly frameId: number } | undefined): boolean {
  if (asker.kind === 'ui') return true;
  return origin?.tabId === asker.frame.tabId && origin.frameId === asker.frame.frameId;
}

function readValues(values: unknown): AccountValues | undefined {
  const entries = Object.entries(asRecord(values));
  const isFine = ([, value]: [string, unknown]) => typeof value === 'string' && value.length <= LONGEST_VALUE;
  if (entries.length > MOST_VALUES || !entries.every(isFine)) return undefined;
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function readChange(payload: Readonly<Record<string, unknown>>): SettingsChange {
  const country = readCountry(payload.country);
  const sites = readSites(payload.sites);
  const preferences = readPreferences(payload);
  return {
    ...(country === undefined ? {} : { country }),
    ...(sites === undefined ? {} : { sites }),
    ...(payload.dialing === undefined ? {} : { dialing: readDialingRule(payload.dialing) }),
    ...(payload.alerts === undefined ? {} : { alerts: preferences.alerts }),
    ...(payload.screenPop === undefined ? {} : { screenPop: preferences.screenPop }),
    ...(payload.recentCalls === undefined ? {} : { recentCalls: preferences.recentCalls }),
  };
}

async function stored(change: Promise<void>): Promise<Stored> {
  return change.then(
    () => ok(undefined),
    () => fail('not-stored'),
  );
}
