import arabic from '../../public/_locales/ar/messages.json' with { type: 'json' };
import type { AccountTest } from '../../src/core/account-test.ts';
import type { Call } from '../../src/core/calls.ts';
import { type Capabilities, type Connection, PLACE_ONLY } from '../../src/core/connection.ts';
import type { Choice, Proposal } from '../../src/core/proposal.ts';
import type { RecentCall } from '../../src/core/recent-call.ts';
import type { AppState } from '../../src/core/update.ts';
import type { PageNumber, PageNumbers } from '../../src/messaging/protocol.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/storage/settings.ts';
import type { StageSetting } from './browser-stub.ts';

export const FULL: Capabilities = {
  liveState: true,
  seesFarEnd: true,
  hangUp: true,
  hold: false,
  transfer: false,
  listCalls: true,
};
export const ONLINE: Connection = { status: 'online', since: 0, capabilities: FULL, extension: '45' };
export const BLIND: Connection = {
  status: 'online',
  since: 0,
  capabilities: { ...FULL, seesFarEnd: false },
  extension: '45',
};
export const PLACES_ONLY: Connection = { status: 'online', since: 0, capabilities: PLACE_ONLY };
/** Holds and transfers. */
export const HANDLES = {
  status: 'online',
  since: 0,
  capabilities: { ...FULL, hold: true, transfer: true },
  extension: '45',
} as const satisfies Connection;
export const WAITING: Connection = {
  status: 'waiting',
  attempt: 3,
  retryAt: Date.now() + 42_000,
  error: { kind: 'unreachable', detail: '' },
};
export const REFUSED: Connection = { status: 'blocked', error: { kind: 'login-refused', detail: '401 Unauthorized' } };

export const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  account: { vendor: 'fake', values: { server: 'https://pbx.example.com', domain: 'acme.example', user: '45' } },
};

export const HOSTILE = `<img src=x onerror=alert(1)>\u202egnp.exe ${'Wolfeschlegelsteinhausenbergerdorff'.repeat(6)}`;

const NOW = Date.now();
const RESULTS = ['completed', 'busy', 'no-answer', 'own-phone-no-answer', 'failed'] as const;
/** What callers call themselves. */
const HOSTILE_NAMES = [
  'محمد عبد الرحمن بن إبراهيم الخوارزمي '.repeat(20),
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u{1f469}\u{1f3fd}\u200d\u{1f680}'.repeat(40),
  '\u0301\u0302\u0303\u0304\u0306'.repeat(60),
  `Z${'\u0301\u0302\u0303\u0304\u0306'.repeat(9)}algo`,
  'Ann\n\n\nLee\r\n+1 900 555 0100\u2028Hang up\u2029OK',
  'Supercalifragilistic'.repeat(500),
  '\u3164\u115f\u2800',
];

const TO = '+16175550143';
const AT_PBX = { pbxId: 'p1', name: 'Maya Ortiz' } as const;
const HELD = { state: { phase: 'held', since: 0 } } as const;
const TEAM: AppState['people'] = [
  { extension: '47', isOwn: false, name: 'Cole League', registered: true },
  { extension: '48', isOwn: false, name: 'Dana Desk', registered: true, inCall: true },
  { extension: '200', isOwn: false, name: 'Wolfeschlegelsteinhausenbergerdorff, Maximilian', registered: false },
  { extension: '201', isOwn: false },
];

/** A call as it is begun; the test says what differs. */
export function call(change: Partial<Call> = {}): Call {
  return {
    id: 'c1',
    number: '+16175550123',
    direction: 'outgoing',
    startedAt: Date.now() - 20_000,
    state: { phase: 'requested', step: 'sent' },
    placed: 'yes',
    confirmed: true,
    heardAt: Date.now() - 5_000,
    ...change,
  };
}

export function state(connection: Connection, calls: readonly Call[] = [], people: AppState['people'] = []): AppState {
  return { connection, calls, people };
}

export function pageNumber(change: Partial<PageNumber> = {}): PageNumber {
  const box = { x: 0, y: 0, width: 0, height: 0 };
  return { e164: '+16175550147', text: '(617) 555-0147', source: 'text', kind: 'phone', rect: box, ...change };
}

const talking = (since: number): Partial<Call> => ({ talkingSince: since, state: { phase: 'talking', since } });
const ended = (reason: Extract<Call['state'], { phase: 'ended' }>['reason']): Partial<Call> => ({
  state: { phase: 'ended', at: Date.now() - 60_000, reason },
});
const FRAME: PageNumbers = {
  complete: true,
  numbers: [
    pageNumber(),
    pageNumber({ e164: '+442079460123', text: '020 7946 0123', ext: '45', alternatives: ['+12079460123'] }),
    pageNumber({ e164: '+493023125123', text: '030 / 2312 5123', kind: 'fax' }),
    { ...pageNumber({ text: 'ext. 227', dial: '227' }), e164: undefined } as unknown as PageNumber,
  ],
};
const CRM = {
  tabUrl: 'https://crm.example.com/customers/4711',
  granted: ['https://*/*', 'http://*/*'],
  frames: [FRAME],
};

/** What the popup may be opened over: every state an agent can meet. */
export const POPUP_STATES: Readonly<Record<string, Partial<StageSetting>>> = {
  'no-account': { tabUrl: 'https://crm.example.com/' },
  idle: { ...CRM, settings: SETTINGS, state: state(ONLINE) },
  'no-access': { tabUrl: 'https://crm.example.com/', settings: SETTINGS, state: state(ONLINE) },
  connecting: { settings: SETTINGS, state: state({ status: 'connecting', attempt: 1, since: 0 }) },
  offline: { ...CRM, settings: SETTINGS, state: state(WAITING) },
  blocked: { settings: SETTINGS, state: state(REFUSED) },
  'access-missing': {
    settings: SETTINGS,
    state: state({ status: 'blocked', error: { kind: 'permission-missing', origin: 'https://pbx.example.com/*' } }),
  },
  limited: {
    settings: SETTINGS,
    state: state({ ...PLACES_ONLY, limit: { kind: 'live-refused', detail: 'close 1008' } } as Connection),
  },
  ringing: {
    ...CRM,
    settings: SETTINGS,
    state: state(ONLINE, [call({ state: { phase: 'ringing', leg: 'own-phone' } })]),
  },
  'ringing-blind': { settings: SETTINGS, state: state(BLIND, [call({ state: { phase: 'ringing', leg: 'far-end' } })]) },
  talking: {
    settings: SETTINGS,
    state: state(ONLINE, [call({ ...talking(Date.now() - 65_000), name: 'Ann Lee', ext: '45' })]),
  },
  held: {
    settings: SETTINGS,
    state: state(ONLINE, [
      call({ talkingSince: Date.now() - 3_725_000, state: { phase: 'held', since: Date.now() - 3_725_000 } }),
    ]),
  },
  'hanging-up': {
    settings: SETTINGS,
    state: state(ONLINE, [call({ ...talking(Date.now() - 65_000), hangUp: { step: 'sent', at: 0 } })]),
  },
  'to-be-held': {
    settings: SETTINGS,
    state: state(HANDLES, [call({ ...talking(Date.now() - 65_000), ...AT_PBX })], TEAM),
  },
  'transfer-open': {
    settings: SETTINGS,
    state: state(HANDLES, [call({ ...talking(Date.now() - 65_000), ...AT_PBX })], TEAM),
    press: ['Transfer'],
  },
  'transfer-open-arabic': {
    messages: arabic,
    language: 'ar',
    isRtl: true,
    settings: SETTINGS,
    state: state(HANDLES, [call({ ...talking(Date.now() - 65_000), ...AT_PBX })], TEAM),
    press: [arabic.transfer_button.message],
  },
  'transferred-arabic': {
    messages: arabic,
    language: 'ar',
    isRtl: true,
    settings: SETTINGS,
    state: state(HANDLES, [
      call({ ...ended('transferred'), handling: { want: 'transfer', to: TO, step: 'taken', at: 0 } }),
      call({ id: '2', ...ended('unknown'), handling: { want: 'transfer', to: TO, step: 'unknown', at: 0 } }),
    ]),
  },
  'held-here': {
    settings: SETTINGS,
    state: state(HANDLES, [
      call({ ...talking(Date.now() - 65_000), ...AT_PBX, ...HELD, isHeldHere: true }),
      call({ id: '2', number: '+442079460123', name: 'Ann Lee' }),
    ]),
  },
  'hold-unknown': {
    settings: SETTINGS,
    state: state({ ...HANDLES, capabilities: { ...HANDLES.capabilities, hold: false } }, [
      call({ ...talking(Date.now() - 65_000), ...AT_PBX, handling: { want: 'hold', step: 'unknown', at: 0 } }),
    ]),
  },
  transferring: {
    settings: SETTINGS,
    state: state(HANDLES, [
      call({
        ...talking(Date.now() - 65_000),
        ...AT_PBX,
        handling: { want: 'transfer', to: TO, step: 'taken', at: 0 },
      }),
    ]),
  },
  'transfer-refused': {
    settings: SETTINGS,
    state: state(HANDLES, [
      call({
        ...talking(Date.now() - 65_000),
        ...AT_PBX,
        handling: { want: 'transfer', to: TO, step: 'refused', at: 0, error: { kind: 'not-allowed', detail: '' } },
      }),
    ]),
  },
  transferred: {
    settings: SETTINGS,
    state: state(HANDLES, [
      call({
        ...ended('transferred'),
        talkingSince: Date.now() - 160_000,
        handling: { want: 'transfer', to: TO, step: 'taken', at: 0 },
      }),
      call({
        id: '2',
        number: '+442079460123',
        ...ended('unknown'),
        handling: { want: 'transfer', to: '47', step: 'unknown', at: 0 },
      }),
    ]),
  },
  unconfirmed: {
    settings: SETTINGS,
    state: state(WAITING, [call({ ...talking(Date.now() - 65_000), confirmed: false, name: 'Ann Lee' })]),
  },
  ended: {
    settings: SETTINGS,
    state: state(ONLINE, [
      call({ id: '1', ...ended('busy') }),
      call({ id: '2', number: '+442079460123', ...ended('completed'), talkingSince: Date.now() - 160_000 }),
      call({ id: '3', number: '+493023125123', ...ended('own-phone-no-answer') }),
    ]),
  },
  'not-placed': {
    settings: SETTINGS,
    state: state(ONLINE, [
      call({ id: '1', ...ended('failed'), placed: 'no', error: { kind: 'number-refused', detail: '404 Not Found' } }),
      call({
        id: '2',
        ...ended('unknown'),
        placed: 'unknown',
        confirmed: false,
        error: { kind: 'timeout', afterMs: 10_000 },
      }),
    ]),
  },
  many: {
    ...CRM,
    settings: SETTINGS,
    state: state(
      ONLINE,
      Array.from({ length: 12 }, (_, index) =>
        call({
          id: `c${index}`,
          number: `+1617555${String(100 + index).padStart(4, '0')}`,
          name: `Customer ${index + 1}`,
          startedAt: Date.now() - index * 1000,
          ...(index < 4 ? talking(Date.now() - index * 61_000) : ended('completed')),
        }),
      ),
    ),
  },
  hostile: {
    ...CRM,
    frames: [{ complete: true, numbers: [pageNumber({ text: HOSTILE.slice(0, 200) })] }],
    tabUrl: `https://${'a-very-long-name.'.repeat(10)}example.com/`,
    settings: SETTINGS,
    state: state(
      { status: 'online', since: 0, capabilities: FULL, extension: '4'.repeat(40) },
      [
        call({ id: '1', name: HOSTILE.slice(0, 200), ...talking(Date.now() - 65_000) }),
        call({
          id: '2',
          number: `sip:${'x'.repeat(196)}`,
          ...ended('failed'),
          error: { kind: 'rejected', detail: HOSTILE },
        }),
      ],
      [{ extension: '45', isOwn: true, registered: false, doNotDisturb: true }],
    ),
  },
  'hostile-names': {
    settings: SETTINGS,
    state: state(
      ONLINE,
      HOSTILE_NAMES.map((name, index) =>
        call({
          id: String(index),
          name,
          direction: 'incoming',
          ...(index === 2 ? { number: '1'.repeat(200) } : {}),
          ...talking(Date.now() - 65_000),
        }),
      ),
      HOSTILE_NAMES.map((name, index) => ({ extension: String(200 + index), isOwn: false, name })),
    ),
    recent: HOSTILE_NAMES.map((name, index) => ({ ...recentCalls(1)[0], id: `r${index}`, name }) as RecentCall),
  },
  colleagues: {
    ...CRM,
    settings: SETTINGS,
    state: state(
      ONLINE,
      [],
      [
        { extension: '45', isOwn: true, registered: true, inCall: false, chat: 'online' },
        { extension: '47', isOwn: false, name: 'Cole League', registered: true, inCall: true },
        { extension: '48', isOwn: false, name: 'Dana Desk', registered: true, doNotDisturb: true, chat: 'offline' },
        { extension: '49', isOwn: false, name: HOSTILE, registered: false },
        ...Array.from({ length: 26 }, (_, index) => ({
          extension: String(200 + index),
          isOwn: false,
          ...(index % 5 === 0 ? {} : { name: `Colleague ${index + 1}` }),
          ...(index % 3 === 0 ? {} : { registered: true }),
        })),
      ],
    ),
  },
  incoming: {
    settings: SETTINGS,
    state: state(ONLINE, [
      call({ direction: 'incoming', name: 'Ann Lee', state: { phase: 'ringing', leg: 'own-phone' } }),
    ]),
  },
  'own-buttons': {
    ...CRM,
    frames: [{ complete: true, numbers: [pageNumber({ source: 'embed' })] }],
    settings: { ...SETTINGS, sites: { mode: 'everywhere', hosts: [], ownButtons: ['crm.example.com'] } },
    state: state(ONLINE),
  },
  restless: {
    ...CRM,
    frames: [{ ...FRAME, restless: true }],
    settings: SETTINGS,
    state: state(ONLINE),
  },
  'storage-shut': {
    settings: SETTINGS,
    state: state({ ...WAITING, error: { kind: 'secrets-not-read', detail: '' } }),
    troubles: ['state-not-saved', 'secrets-not-kept', 'settings-not-read', 'settings-not-saved', 'lists-not-kept'],
  },
  paused: {
    ...CRM,
    settings: SETTINGS,
    state: {
      ...state(
        { ...PLACES_ONLY, capabilities: { ...PLACE_ONLY, placeLimit: { count: 1, perMs: 3_600_000 } } } as Connection,
        [call({ id: '1', ...ended('busy') })],
      ),
      pace: { placedAt: [Date.now() - 1_000] },
    },
  },
  'press-one': {
    settings: SETTINGS,
    state: state({ ...PLACES_ONLY, capabilities: { ...PLACE_ONLY, pressKey: '1' } } as Connection, [call()]),
  },
  told: {
    settings: SETTINGS,
    state: state(PLACES_ONLY, [
      call({
        told: {
          call_uuid: '5f0c7a52-5a0e-4b6e-9f0b-2c1d7e8f9a10',
          routing_mode: 'dialplan_default',
          [HOSTILE]: HOSTILE,
        },
      }),
      call({ id: '2', ...ended('busy'), told: { call_uuid: 'c-2' } }),
    ]),
  },
  'place-only': { settings: SETTINGS, state: state(PLACES_ONLY, [call()]) },
  'not-registered': {
    settings: SETTINGS,
    state: state(ONLINE, [], [{ extension: '45', isOwn: true, registered: false, doNotDisturb: true }]),
  },
};

const FAILED_TEST: AccountTest = {
  outcome: 'failed',
  steps: [
    { step: 'permission', outcome: 'ok' },
    { step: 'reach', outcome: 'ok' },
    { step: 'login', outcome: 'failed', error: { kind: 'login-refused', detail: '401 Unauthorized' } },
    { step: 'live', outcome: 'skipped' },
    { step: 'phone', outcome: 'skipped' },
  ],
};

const AT_ENDPOINTS: Settings = {
  ...SETTINGS,
  account: { vendor: 'endpoints', values: { server: 'https://pbx.example.com', clickToCallId: 'c1' } },
};
const GOOD_TEST: AccountTest = {
  outcome: 'ok',
  steps: FAILED_TEST.steps.map(({ step }) => ({ step, outcome: 'ok' })),
  choices: { callerId: [{ value: '+16175550142', label: 'Sales (+16175550142)' }] },
};

/** What the options page may be opened with. */
export const OPTIONS_STATES: Readonly<Record<string, Partial<StageSetting>>> = {
  empty: {},
  filled: {
    settings: { ...SETTINGS, sites: { mode: 'only', hosts: ['crm.example.com', '*.tickets.example'] } },
    state: state(ONLINE),
    granted: ['https://crm.example.com/*', 'http://crm.example.com/*'],
  },
  blocked: { settings: SETTINGS, state: state(REFUSED), granted: ['https://*/*', 'http://*/*'] },
  'failing-test': {
    settings: SETTINGS,
    state: state(ONLINE),
    test: FAILED_TEST,
    replies: { 'account/test': FAILED_TEST },
  },
  'good-test': {
    settings: AT_ENDPOINTS,
    state: state(ONLINE),
    granted: ['https://*/*', 'http://*/*'],
    test: GOOD_TEST,
    replies: { 'account/test': GOOD_TEST },
  },
  endpoints: {
    settings: AT_ENDPOINTS,
    state: state(ONLINE),
    granted: ['https://*/*', 'http://*/*'],
    press: ['Show what the PBX has', 'Change Ann (2040)'],
    replies: {
      'account/endpoints': {
        ok: true,
        value: {
          list: [
            { id: 'c1', name: 'Ann', extension: '2040' },
            { id: 'c2', name: HOSTILE, extension: '2041' },
          ],
          endpoint: {
            name: 'Ann',
            extension: '2040',
            authRequired: false,
            whitelist: ['^\\+1'],
            variables: { crm: 'yes' },
          },
        },
      },
    },
  },
  'endpoint-calls': {
    settings: AT_ENDPOINTS,
    state: state(ONLINE),
    granted: ['https://*/*', 'http://*/*'],
    press: ['Show what the PBX has', 'Calls of Ann (2040)'],
    replies: {
      'account/endpoints': {
        ok: true,
        value: {
          list: [{ id: 'c1', name: 'Ann', extension: '2040' }],
          calls: [
            { at: Date.now() - 60_000, number: '+16175550142', isPlaced: true },
            { at: Date.now() - 90_000, number: '+16175550143', isPlaced: false, cause: 'USER_BUSY' },
          ],
        },
      },
    },
  },
};

/** Calls of the last days, newest first. */
export function recentCalls(count: number): readonly RecentCall[] {
  return Array.from({ length: count }, (_, index): RecentCall => {
    const startedAt = NOW - index * 41 * 60_000;
    const isIncoming = index % 4 === 1;
    return {
      id: `r${index}`,
      number: `+1617555${String(100 + (index % 100)).padStart(4, '0')}`,
      ...(index % 3 === 0 ? { name: index === 3 ? HOSTILE.slice(0, 64) : `Customer ${index + 1}` } : {}),
      ...(index % 7 === 0 ? { ext: '45' } : {}),
      direction: isIncoming ? 'incoming' : 'outgoing',
      startedAt,
      endedAt: startedAt + 95_000,
      ...(index % 5 === 0 ? { talkedMs: 75_000 + index * 1_000 } : {}),
      reason: RESULTS[index % 5] ?? 'completed',
      placed: index % 11 === 4 ? 'no' : 'yes',
      confirmed: index % 13 !== 6,
    };
  });
}

const ARABIC = { messages: arabic, language: 'ar', isRtl: true } as const;
const TAUGHT: Settings = {
  ...SETTINGS,
  screenPop: { on: 'ring', address: 'https://crm.example.com/search?phone={digits}' },
  taught: {
    numbers: [
      { host: 'crm.example.com', text: '2015550123', isPhone: false },
      { host: `${'a-very-long-name.'.repeat(6)}example.com`, text: '+442079460123', isPhone: true },
    ],
    countries: { 'crm.example.com': 'GB' },
  },
};

/** What the side panel may show. */
export const PANEL_STATES: Readonly<Record<string, Partial<StageSetting>>> = {
  recent: { ...CRM, settings: SETTINGS, state: state(ONLINE), recent: recentCalls(60) },
  arabic: {
    ...CRM,
    ...ARABIC,
    settings: SETTINGS,
    state: state(ONLINE, [call({ ...talking(Date.now() - 65_000), name: 'Ann Lee', ext: '45' })]),
    recent: recentCalls(12),
  },
};

/** The options in other circumstances than a user's own. */
export const MORE_OPTIONS_STATES: Readonly<Record<string, Partial<StageSetting>>> = {
  taught: { settings: TAUGHT, state: state(ONLINE), granted: ['https://*/*', 'http://*/*'] },
  arabic: { ...ARABIC, settings: TAUGHT, state: state(ONLINE), granted: ['https://*/*', 'http://*/*'] },
  'given-in-part': {
    settings: { ...SETTINGS, account: { vendor: 'fake', values: { domain: 'acme.example' } } },
    state: state({ status: 'blocked', error: { kind: 'no-account', detail: 'server user password' } }),
    policy: {
      settings: { account: { vendor: 'fake', values: { domain: 'acme.example' } } },
      locked: ['account'],
      faults: [],
    },
  },
  'locked-without-access': {
    ...OPTIONS_STATES.filled,
    policy: { settings: { sites: {} }, locked: ['sites'], faults: [] },
  },
  locked: {
    settings: TAUGHT,
    state: state(ONLINE),
    granted: ['https://*/*', 'http://*/*'],
    policy: {
      settings: {
        account: { vendor: 'fake', values: { domain: 'acme.example' } },
        sites: {},
        dialing: {},
        country: 'US',
      },
      locked: ['account', 'sites', 'dialing', 'country', 'screenPop'],
      faults: [],
    },
  },
};

export const DIAGNOSTICS_STATES: Readonly<Record<string, Partial<StageSetting>>> = {
  usual: {
    settings: SETTINGS,
    state: state(ONLINE),
    journal: Array.from({ length: 40 }, (_, index) => ({
      at: NOW - index * 1_000,
      what: index % 2 ? 'report' : 'dialled',
      detail: index % 2 ? 'outgoing ringing own-phone' : 'accepted',
      ...(index % 2 ? {} : { tookMs: 80 + index }),
    })),
  },
  arabic: { ...ARABIC, settings: SETTINGS, state: state(REFUSED) },
};

const choice = (change: Partial<Choice> = {}): Choice => ({
  number: '+19005550100',
  type: 'premium',
  country: 'US',
  reasons: ['premium'],
  ...change,
});

/** A question as it is asked; the test says what differs. */
export function proposal(change: Partial<Proposal> = {}): Proposal {
  return {
    id: 'secret-1',
    // Long to go, so that its end is not in the picture.
    askedAt: Date.now() + 3_600_000,
    requestId: 'request-1',
    origin: { tabId: 7, frameId: 0 },
    host: 'crm.example.com',
    choices: [choice()],
    windowId: 5,
    ...change,
  };
}

const asked = (change: Partial<Proposal> = {}): Partial<StageSetting> => ({
  replies: { 'confirm/read': { ok: true, value: proposal(change) }, 'confirm/answer': { ok: true } },
});
const ALL_REASONS = ['premium', 'text-differs', 'page-doubtful', 'foreign-first-time', 'too-many'] as const;

/** What our window may have to ask. */
export const CONFIRM_STATES: Readonly<Record<string, Partial<StageSetting>>> = {
  premium: asked(),
  foreign: asked({
    ext: '45',
    choices: [choice({ number: '+442079460123', type: 'fixed', country: 'GB', reasons: ['foreign-first-time'] })],
  }),
  'everything-at-once': asked({ choices: [choice({ reasons: ALL_REASONS })] }),
  choices: asked({
    choices: [
      choice({ number: '+442079460123', type: 'fixed', country: 'GB', reasons: ['foreign-first-time'] }),
      choice({ number: '+12079460123', type: 'fixed-or-mobile', reasons: [] }),
      choice({ number: '+19005550100', reasons: ['premium', 'too-many'] }),
    ],
  }),
  'no-country': asked({
    choices: [
      {
        number: '+882164420007123',
        type: 'satellite',
        reasons: ['satellite', 'foreign-first-time'],
      },
    ],
  }),
  emergency: asked({ host: '', choices: [{ number: '911', type: 'emergency', reasons: ['emergency'] }] }),
  address: asked({
    choices: [
      {
        number: 'sip:customer.service.department@voice-gateway-number-seventeen.example.com:5061',
        type: 'internet',
        reasons: ['sip-uri'],
      },
    ],
  }),
  'hostile-host': asked({ ext: '12345678', host: `${'a-very-long-name.'.repeat(10)}example.com:8443` }),
  'right-to-left': {
    ...asked({ ext: '45', choices: [choice({ number: '+442079460123', type: 'mobile', country: 'GB' })] }),
    language: 'ar',
    isRtl: true,
  },
  'nearly-over': asked({ askedAt: Date.now() - 50_000 }),
  over: { replies: { 'confirm/read': { ok: false, error: { reason: 'unknown-request' } } } },
};
