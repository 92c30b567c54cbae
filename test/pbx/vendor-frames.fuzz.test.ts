import { describe, expect, test } from 'vitest';
import { applyReport, type Call, type PbxCall } from '../../src/core/calls.ts';
import type { RelayCall } from '../../src/core/relay-frames.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { PbxPorts, PbxResponse, PbxSocketListener } from '../../src/pbx/adapter.ts';
import { OwnLegs as AriLegs } from '../../src/pbx/asterisk-ari/own-legs.ts';
import { readEndpoint, readEvent } from '../../src/pbx/asterisk-ari/read-event.ts';
import { OwnLegs as ServiceLegs } from '../../src/pbx/call-control-v3/own-legs.ts';
import { readJson } from '../../src/pbx/frames.ts';
import { readProfile } from '../../src/pbx/http-template/read-profile.ts';
import { TemplateSession } from '../../src/pbx/http-template/session.ts';
import { parseFrame, readChannels } from '../../src/pbx/kazoo/events.ts';
import { OwnCalls } from '../../src/pbx/kazoo/own-calls.ts';
import { readRelayFrame } from '../../src/pbx/relay/read-frame.ts';
import { ZorioApi } from '../../src/pbx/zorio/api.ts';
import { readRecord } from '../../src/pbx/zorio/call-records.ts';
import { OwnCalls as ZorioCalls } from '../../src/pbx/zorio/own-calls.ts';
import { readPlaced } from '../../src/pbx/zorio/placed.ts';
import { Listener } from './listener.ts';
import { mutate, pick, randomFrom } from './mutate.ts';

// Vodia's frames, which come from a whole company, have a file of their own: frames.fuzz.test.ts.

const RUNS = process.env.PAGEDIAL_FULL ? 100_000 : 10_000;
const NEW_SESSION_EVERY = 20;
const CUSTOMER = '+16175550142';

/** A vendor's ear: what it tells about one frame. */
type Ear = (text: string, now: number) => readonly PbxCall[];

interface Vendor {
  /** A new session that knows of one call of ours. */
  readonly listen: () => Ear | Promise<Ear>;
  /** Frames about our own calls. */
  readonly ours: readonly object[];
  /** Frames about calls of other people, where there are any; every id in them begins with `their-`. */
  readonly theirs: readonly object[];
  /** The last of our own frames tells of a call all the same: the ear is not deaf. */
  readonly alive: object;
}

const ariChannel = (id: string, name: string, more: object = {}) => ({
  id,
  name,
  state: 'Up',
  connected: { number: CUSTOMER, name: 'Ann' },
  dialplan: { exten: 's', app_name: 'Dial' },
  ...more,
});
const ariEvents = (channel: object, other: object): readonly object[] => [
  ...[
    'ChannelCreated',
    'ChannelStateChange',
    'ChannelDialplan',
    'ChannelHold',
    'ChannelUnhold',
    'ChannelEnteredBridge',
  ].map((type) => ({ type, channel })),
  { type: 'Dial', peer: channel, dialstatus: 'RINGING' },
  { type: 'Dial', caller: other, peer: channel, dialstatus: 'ANSWER' },
  { type: 'ChannelDestroyed', channel, cause: 17 },
];

const kazooEvents = (id: string, more: object): readonly object[] => [
  ...['CHANNEL_CREATE', 'CHANNEL_ANSWER', 'CHANNEL_BRIDGE', 'CHANNEL_HOLD', 'CHANNEL_DESTROY'].map((name) => ({
    action: 'event',
    name,
    data: { call_id: id, hangup_cause: 'USER_BUSY', ...more },
  })),
  { event_name: 'CHANNEL_ANSWER', args: { 'Call-ID': id, 'Custom-Channel-Vars': more } },
];

/** What the company's relay sends; it tells each agent's own calls and nobody else's. */
const relayFrames = (id: string): readonly object[] => {
  const call = {
    callId: id,
    legId: `${id}-leg`,
    direction: 'outgoing',
    from: '45',
    to: CUSTOMER,
    toName: 'Ann',
    reason: 'USER_BUSY',
    talkedMs: 4_000,
  };
  const states = ['ringing', 'answered', 'connected', 'held', 'ended'];
  return [
    ...states.map((state, at) => ({
      type: 'call',
      ...call,
      state,
      at: 1_767_225_600_000 + at,
      reached: states[at - 1],
    })),
    { type: 'snapshot', calls: [{ ...call, state: 'connected', at: 1_767_225_600_009 }] },
    { type: 'hello', v: 1, extension: '45' },
    { type: 'pong' },
  ];
};

function relayEar(take: (call: RelayCall, now: number) => PbxCall | undefined): Ear {
  return (text, now) => {
    const frame = readRelayFrame(text);
    const calls = frame?.type === 'call' ? [frame] : frame?.type === 'snapshot' ? frame.calls : [];
    return calls.flatMap((call) => take(call, now) ?? []);
  };
}

const PROFILE = {
  name: 'Gateway',
  allowedOrigin: 'https://gateway.example.com',
  auth: 'none',
  place: { method: 'POST', url: 'https://gateway.example.com/calls', callIdPath: 'id' },
  socket: {
    url: 'wss://gateway.example.com/events',
    match: 'call.id',
    statePath: 'call.state',
    stateMap: { RING: 'dialing', UP: 'connected', HOLD: 'held', DOWN: 'ended:busy' },
  },
};

function unusedPorts(onSocket: (on: PbxSocketListener) => void = () => {}): PbxPorts {
  return {
    request: async () => fail({ kind: 'unreachable', detail: '' }),
    openSocket: async (_url, on) => {
      onSocket(on);
      return ok({ send: () => true, close: () => undefined });
    },
    ownCookie: async () => ({ adopt: async () => {}, drop: async () => {} }),
    handOver: async () => ok(undefined),
    toNational: async (number) => ok(number),
    now: () => 0,
    newId: () => 'id',
    after: () => () => undefined,
  };
}

const VENDORS: Readonly<Record<string, Vendor>> = {
  'asterisk-ari': {
    listen() {
      const legs = new AriLegs('PJSIP/2040');
      legs.expect('pagedial-1', CUSTOMER);
      return (text) => {
        readEndpoint(readJson(text));
        const report = legs.take(readEvent(text));
        return report ? [report] : [];
      };
    },
    ours: [
      ...ariEvents(ariChannel('own-1', 'PJSIP/2040-0000001e'), ariChannel('x', 'PJSIP/2041-0000001f')),
      ...ariEvents(ariChannel('pagedial-1', 'Local/9@x-1'), ariChannel('x', 'PJSIP/2041-0000001f')),
      { technology: 'PJSIP', resource: '2040', state: 'online', channel_ids: ['own-1'] },
    ],
    theirs: ariEvents(ariChannel('their-1', 'PJSIP/2041-0000001e'), ariChannel('their-2', 'PJSIP/20400-1')),
    alive: { type: 'ChannelCreated', channel: ariChannel('last', 'PJSIP/2040-0000ffff', { state: 'Ring' }) },
  },
  kazoo: {
    listen() {
      const calls = new OwnCalls({
        isContactFirst: false,
        isOurs: ({ authorizingId }) => authorizingId === 'our-device',
      });
      calls.expect({ pbxId: 'c2c-1', legs: ['leg-1'], ref: 'ref-1', number: CUSTOMER }, 0);
      calls.expect({ pbxId: 'last', legs: ['last-leg'], ref: 'ref-2', number: CUSTOMER }, 0);
      return (text, now) => {
        const frame = parseFrame(text);
        calls.see(
          readChannels(readJson(text)).filter(({ id }) => id.startsWith('their-')),
          now,
        );
        return frame.type === 'event' ? calls.hear(frame.event, now) : [];
      };
    },
    ours: [
      ...kazooEvents('leg-1', { custom_channel_vars: { authorizing_id: 'our-device' } }),
      { action: 'reply', request_id: '1', status: 'error', data: { errors: ['no'] } },
    ],
    theirs: kazooEvents('their-1', {
      other_leg_call_id: 'their-2',
      custom_channel_vars: { authorizing_id: 'their-device' },
    }),
    alive: kazooEvents('last-leg', {})[1] ?? {},
  },
  'call-control-v3': {
    listen() {
      const legs = new ServiceLegs('45');
      legs.expect('ref-1', CUSTOMER, 0);
      return relayEar((call, now) => legs.take(call, now));
    },
    ours: relayFrames('own-1'),
    theirs: [],
    alive: relayFrames('last')[2] ?? {},
  },
  zorio: {
    listen() {
      const calls = new ZorioCalls();
      calls.follow({ pbxId: 'own-1', ref: 'ref-1', number: CUSTOMER, startedAt: 0 });
      return relayEar((call, now) => calls.take(call, now));
    },
    ours: relayFrames('own-1'),
    theirs: [],
    alive: relayFrames('last')[2] ?? {},
  },
  'http-template': {
    listen: listenToTemplate,
    ours: ['RING', 'UP', 'HOLD', 'DOWN'].map((state) => ({ call: { id: 'own-1', state }, more: [CUSTOMER] })),
    theirs: ['RING', 'UP', 'HOLD', 'DOWN'].map((state) => ({ call: { id: 'their-1', state } })),
    alive: { call: { id: 'last', state: 'UP' } },
  },
};

async function listenToTemplate(): Promise<Ear> {
  const profile = readProfile(JSON.stringify(PROFILE));
  if (!profile.ok) throw new Error(JSON.stringify(profile.error));
  const told = new Listener();
  let on: PbxSocketListener | undefined;
  const ports = unusedPorts((listener) => {
    on = listener;
  });
  const session = new TemplateSession({ profile: profile.value, own: {}, ports, tell: told.tell });
  await session.listen();
  session.follow(
    ['own-1', 'last'].map((pbxId) => ({
      pbxId,
      ref: `ref-${pbxId}`,
      number: CUSTOMER,
      startedAt: 0,
      direction: 'outgoing',
    })),
  );
  return (text) => {
    told.news.length = 0;
    on?.message(text);
    return told.reports;
  };
}

describe.each(Object.entries(VENDORS))('frames of a hostile %s', (_id, { listen, ours, theirs, alive }) => {
  test(`${RUNS} of them throw nothing, tell of nobody else's call, and leave the ear open`, async () => {
    const random = randomFrom(20260102);
    let hear = await listen();
    let reports = 0;
    let calls: readonly Call[] = [];

    for (let run = 0; run < RUNS; run += 1) {
      // Calls end soon in such a storm: a new session has new ones.
      if (run % NEW_SESSION_EVERY === 0) hear = await listen();
      const isTheirs = theirs.length > 0 && random() < 0.3;
      const text = mutate(pick(isTheirs ? theirs : ours, random), random);
      for (const report of hear(text, run)) {
        if (report.pbxId.startsWith('their-')) throw new Error(`told of somebody else's call: ${text}`);
        calls = applyReport(calls.slice(-5), report, run);
        for (const call of calls) if (!isFit(call)) throw new Error(`told too much: ${text.slice(0, 200)}`);
        reports += 1;
      }
    }

    expect(reports).toBeGreaterThan(RUNS / 100);
    expect((await listen())(JSON.stringify(alive), RUNS)).toMatchObject([{ change: { to: expect.any(String) } }]);
  });
});

describe('answers of a hostile Zorio', () => {
  const GOOD: readonly object[] = [
    { data: { call_uuid: 'c-1', status: 'initiated', from_extension: '1001', to_phone: CUSTOMER, trunk_id: 3 } },
    { data: { call_uuid: 'c-1', end_time: '2026-01-01T10:00:00Z', result: 'ANSWERED', billsec: '42' } },
    { message: 'The given data was invalid.', errors: { to_phone: ['The to phone field is required.'] } },
  ];

  test(`${RUNS} of them throw nothing and are read as what we know`, () => {
    const random = randomFrom(20260103);
    const api = new ZorioApi({ server: 'https://pbx.example.com' } as never, unusedPorts(), 'token');

    for (let run = 0; run < RUNS; run += 1) {
      const response: PbxResponse = {
        status: pick([200, 202, 302, 401, 403, 404, 422, 429, 500, 503], random),
        headers: {
          'content-type': pick(['application/json', 'text/html', ''], random),
          'retry-after': pick(['5', '-1', 'x'], random),
        },
        body: mutate(pick(GOOD, random), random),
      };
      const placed = readPlaced(ok(response), api, 0);
      if (placed.ok) {
        for (const word of Object.values(placed.value.told ?? {})) expect(word.length).toBeLessThanOrEqual(200);
      }
      const record = readRecord(response);
      if (record) expect(typeof record.reason).toBe('string');
    }
  });
});

/** True for what may be saved after every event. */
function isFit({ pbxId = '', number, name = '' }: Call): boolean {
  return pbxId.length <= 200 && number.length <= 100 && name.length <= 100;
}
