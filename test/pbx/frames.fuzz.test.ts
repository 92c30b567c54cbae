import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PbxCall } from '../../src/core/calls.ts';
import { ok } from '../../src/core/result.ts';
import { LiveSession } from '../../src/pbx/vodia/live-session.ts';
import { virtualClock } from '../simulators/clock.ts';
import { noiseFrames } from '../simulators/vodia-frames.ts';
import { Listener } from './listener.ts';
import { nodePorts } from './node-ports.ts';
import { vodiaNonsense } from './vodia-nonsense.ts';

const CUSTOMER = '+16175550142';
const TENANT = 'acme.example';
const RUNS = process.env.PAGEDIAL_FULL ? 100_000 : 10_000;

/** A live session without a PBX: frames go in, news come out. */
async function ear() {
  const clock = virtualClock();
  const told = new Listener();
  const session = new LiveSession({
    extension: '45',
    domain: TENANT,
    ports: nodePorts({ clock }),
    tell: told.tell,
    isHoldSeen: false,
    ask: async () => ok(undefined),
    closed: () => undefined,
  });
  const started = session.start({ send: () => true, close: () => undefined });
  // The PBX has named our tenant, a colleague with a long number, and us.
  session.heard(JSON.stringify({ action: 'user-state', account: '45', domain: TENANT }));
  session.heard(JSON.stringify({ action: 'user-state', account: '6175550160', domain: TENANT }));
  session.heard('{"action":"call-state","calls":[]}');
  await started;
  told.news.length = 0;
  return { session, told, clock };
}

/** Frames as a PBX sends them: what is mutated. */
const GOOD: readonly string[] = [
  {
    action: 'call-state',
    calls: [
      {
        id: 8841,
        from: `"Ann Agent" <sip:45@${TENANT}>`,
        to: `<sip:${CUSTOMER}@${TENANT}>`,
        'from-number': '45',
        'to-number': CUSTOMER,
        callstate: 'connected',
        extension: ['45*'],
        start: '1767225600',
        connect: '1767225610',
      },
      { id: '8842', from: '45', to: '47', state: 'alerting' },
    ],
  },
  { action: 'call-state', calls: { id: '8843', from: CUSTOMER, to: '45', callstate: 'ringing' } },
  { action: 'domain-state', messages: [], calls: [], accounts: [{ account: '45', type: 'extensions', calls: 1 }] },
  { action: 'user-state', type: 'extensions', account: '45', domain: TENANT, registered: true, dnd: false },
]
  .map((frame) => JSON.stringify(frame))
  .concat(noiseFrames(TENANT));

/** Values a mutation puts where something else stood; none of them is our extension. */
const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value)?.includes('45')),
  fc.constantFrom<unknown>('__proto__', 'constructor', 'toString', -1, 1e308, '\u202e', '<img onerror=x>', [[[]]]),
  fc.constantFrom<unknown>('call-state', 'connected', 'ringing', 'onhold', true, false, null, '', {}, []),
);

/** A piece of JSON with some of its fields changed, removed or added, at any depth. */
function mutated(value: unknown, change: (key: string) => { readonly to: unknown } | 'gone' | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => mutated(item, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): readonly (readonly [string, unknown])[] => {
    const said = change(key);
    return said === 'gone' ? [] : [[key, said ? said.to : mutated(inner, change)]];
  });
  return Object.fromEntries(entries);
}

const byField = fc
  .record({
    frame: fc.constantFrom(...GOOD),
    changes: fc.array(
      fc.oneof(
        fc.constant(undefined),
        fc.constant('gone' as const),
        nonsense.map((to) => ({ to })),
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    ),
    extra: fc.dictionary(fc.constantFrom('id', 'calls', 'domain', 'accounts', 'extension', '__proto__'), nonsense, {
      maxKeys: 2,
    }),
  })
  .map(({ frame, changes, extra }) => {
    let at = 0;
    const change = () => changes[at++ % changes.length];
    return JSON.stringify({ ...(mutated(JSON.parse(frame), change) as object), ...extra });
  });

const byText = fc
  .record({
    frame: fc.oneof(fc.constantFrom(...GOOD), byField),
    at: fc.nat(600),
    length: fc.nat(40),
    instead: fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('"', '{', ']', '\\u0000', '\ud800', ',,', '[')),
  })
  .map(({ frame, at, length, instead }) => frame.slice(0, at) + instead + frame.slice(at + length));

/** What makes a call someone else's; the rest of its entry may be anything. */
const FOREIGN: readonly object[] = [
  { extension: ['47*'], from: '45', to: CUSTOMER },
  { extension: '47', from: `<sip:45@${TENANT}>` },
  { from: `"Cole" <sip:47@${TENANT}>`, 'from-number': '47' },
  { from: '6175550160', 'from-number': '6175550160', to: CUSTOMER },
  { from: `<sip:cole@${TENANT}>`, 'from-number': 'cole', to: CUSTOMER },
  { from: '<sip:45@other.example>', to: CUSTOMER, 'from-number': '45', 'to-number': CUSTOMER, extension: ['45'] },
  { domain: 'other.example', from: '45', to: CUSTOMER, extension: ['45'] },
];

const foreign = fc
  .record({
    entries: fc.array(
      fc.record({
        marks: fc.constantFrom(...FOREIGN),
        more: fc.dictionary(
          fc.constantFrom(
            'callstate',
            'state',
            'connect',
            'start',
            'cmc',
            'rec',
            'from-name',
            'to-name',
            'to',
            'to-number',
          ),
          fc.oneof(nonsense, fc.constantFrom('connected', CUSTOMER, 'ringing', '1767225610')),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    asObject: fc.boolean(),
  })
  .map(({ entries, asObject }) => {
    const calls = entries.map(({ marks, more }, index) => ({ ...more, ...marks, id: `their-${index}` }));
    return JSON.stringify({ action: 'call-state', calls: asObject ? calls[0] : calls });
  });

describe('frames of a hostile PBX', () => {
  test(`${RUNS} of them throw nothing, tell of nobody else's call, and leave the line working`, async () => {
    const { session, told, clock } = await ear();
    const storm = fc.oneof(
      byField,
      byText,
      foreign,
      fc.constantFrom(...vodiaNonsense(TENANT).map(String).filter(isShort)),
    );
    const startedAt = processorMs();

    fc.assert(
      fc.property(storm, (frame) => {
        told.news.length = 0;
        session.heard(frame);
        clock.advance(10);
        for (const report of told.reports) expectFit(report);
        for (const { people } of told.of('presence')) {
          for (const person of people) expect(person.extension.length).toBeLessThanOrEqual(64);
        }
        expect(told.of('lost')).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20260101 },
    );
    const took = processorMs() - startedAt;

    for (let times = 0; times < 2; times += 1) session.heard('{"action":"call-state","calls":[]}');
    told.news.length = 0;
    session.heard(JSON.stringify({ action: 'call-state', calls: [{ id: 'at last', from: '45', to: CUSTOMER }] }));
    expect(told.reports).toMatchObject([{ pbxId: 'at last', number: CUSTOMER, direction: 'outgoing' }]);
    expect(took).toBeLessThan((RUNS / 10_000) * 5_000);
  });

  test('a call of somebody else that looks like the one we asked for is not ours', async () => {
    const { session, told } = await ear();

    fc.assert(
      fc.property(foreign, (frame) => {
        void session.dial({ number: CUSTOMER, ref: 'ours' });
        session.heard(frame);
        expect(told.reports).toEqual([]);
      }),
      { numRuns: 1_000, seed: 20260101 },
    );
  });

  /** A megabyte of what a careless reader would read again and again. */
  const megabytes: Readonly<Record<string, (bytes: number) => string>> = {
    'spaces where a name may be': (bytes) => many(bytes, `{"id":1,"from":"45","to":"x${' '.repeat(390)}x"}`),
    'quotes that never close': (bytes) => many(bytes, `{"id":1,"from":"45","to":"\\"${'a'.repeat(390)}"}`),
    'semicolons and line ends': (bytes) => many(bytes, `{"id":1,"from":"45","to":"1${';\\n'.repeat(195)}"}`),
    'one endless name': (bytes) => many(bytes, `{"id":1,"from":"45","to":"x${' '.repeat(bytes)}x"}`),
    'one endless address': (bytes) => many(bytes, `{"id":1,"from":"45","to":"${'sip:;@<'.repeat(bytes / 7)}"}`),
    'one endless id': (bytes) => many(bytes, `{"id":"${'9'.repeat(bytes)}","from":"45"}`),
    'one endless number': (bytes) => many(bytes, `{"id":1,"from":"45","to-number":"${'1-'.repeat(bytes / 2)}"}`),
    'calls without end': (bytes) => many(bytes, (index) => `{"id":${index},"from":"45","to":"${CUSTOMER}"}`),
    'extensions without end': (bytes) =>
      `{"action":"call-state","calls":[{"id":1,"extension":[${fill(bytes, '"4*"')}]}]}`,
    'people without end': (bytes) =>
      `{"action":"domain-state","accounts":[${fill(bytes, (n) => `{"account":"${n}"}`)}]}`,
    'brackets without end': (bytes) =>
      `{"action":"call-state","calls":${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}}`,
    'no JSON at all': (bytes) => 'x'.repeat(bytes),
  };

  test.each(Object.keys(megabytes))('a megabyte of %s takes time in proportion to its length', async (name) => {
    const make = megabytes[name] ?? expect.fail();
    const [small, big] = [make(250_000), make(1_000_000)];
    expect(big.length).toBeGreaterThan(900_000);
    // A reader that is not linear would hold up a megabyte for hours: it is found out by less.
    expect(await fastest(make(50_000))).toBeLessThan(100);

    const short = await fastest(small);
    const long = await fastest(big);

    expect(long).toBeLessThan(500);
    // Four times the text: sixteen times the time if it were read again for every part of itself.
    expect(long).toBeLessThan(Math.max(short, 30) * 10);
  });
});

/** The shortest of three readings in milliseconds, each by a new session that waits for a call. */
async function fastest(frame: string): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const { session } = await ear();
    void session.dial({ number: CUSTOMER, ref: 'ours' });
    const from = processorMs();
    session.heard(frame);
    times.push(processorMs() - from);
  }
  return Math.min(...times);
}

function expectFit(report: PbxCall): void {
  expect(report.pbxId).not.toMatch(/^their-/);
  expect(report.pbxId.length).toBeLessThanOrEqual(200);
  expect(report.pbxId.trim()).toBe(report.pbxId);
  expect(report.number?.length ?? 0).toBeLessThanOrEqual(64);
  expect(report.name?.length ?? 0).toBeLessThanOrEqual(100);
  expect(['ringing', 'talking', 'held', 'alive', 'ended']).toContain(report.change.to);
}

function isShort(frame: string): boolean {
  return frame.length < 10_000;
}

/** A `call-state` of this length out of one entry. */
function many(bytes: number, entry: string | ((index: number) => string)): string {
  return `{"action":"call-state","calls":[${fill(bytes, entry)}]}`;
}

function fill(bytes: number, entry: string | ((index: number) => string)): string {
  const parts: string[] = [];
  for (let length = 0; length < bytes; length += (parts.at(-1)?.length ?? 0) + 1) {
    parts.push(typeof entry === 'string' ? entry : entry(parts.length));
  }
  return parts.join(',');
}

/** Processor time of this process: a busy machine makes nothing slower by it. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
