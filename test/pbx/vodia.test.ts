import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLACE_ONLY } from '../../src/core/connection.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import type { SimCall } from '../simulators/call-engine.ts';
import type { Fault } from '../simulators/faults.ts';
import { VARIANT_VALUES, type VodiaVariants } from '../simulators/vodia-variants.ts';
import { turns } from './contract.ts';
import { type VodiaDesk, vodiaDesk } from './vodia-desk.ts';

/** Nobody's number; its last digits start no scenario of the simulator. */
const NUMBER = '+16175550142';
const OTHER = '+442079460142';

describe('where the documents are silent, every reading works', () => {
  const readings = Object.entries(VARIANT_VALUES).flatMap(([name, values]) => values.map((value) => [name, value]));

  test.each(readings)('%s %s', async (name, value) => {
    await wholeCall({ [String(name)]: value });
  });

  test('any mix of them', { timeout: 60_000 }, async () => {
    const mixes = fc.record(
      Object.fromEntries(
        Object.entries(VARIANT_VALUES).map(([name, values]) => [name, fc.constantFrom(...(values as unknown[]))]),
      ),
    );

    await fc.assert(
      fc.asyncProperty(mixes, (mix) => wholeCall(mix as Partial<VodiaVariants>)),
      { numRuns: process.env.PAGEDIAL_FULL ? 500 : 30, seed: 20260101 },
    );
  });

  /** A call from the click to our hanging up, while two colleagues call the same number. */
  async function wholeCall(variants: Partial<VodiaVariants>): Promise<void> {
    const desk = await vodiaDesk({ variants });
    const { pbx, told, answer, until } = desk;
    const line = await desk.session();

    pbx.colleagueCalls('47', NUMBER);
    const placing = line.dial({ number: NUMBER, ref: 'ours' });
    pbx.colleagueCalls('48', NUMBER);
    const placed = await answer(placing);
    const ours = callOf(desk, '45');
    pbx.phone('45').answer();
    if (pbx.variants.askFirst) pbx.phone('45').press('1');
    pbx.farEnd(ours.id).answer();
    await until(() => told.states().at(-1) === 'talking');
    pbx.phone('45').hold();
    await until(() => told.states().at(-1) === 'held');
    pbx.phone('45').resume();
    await until(() => told.states().at(-1) === 'talking');
    const hungUp = await answer(line.hangUp(pbx.wireId(ours)));
    await until(() => told.states().at(-1) === 'ended cancelled');
    const listed = await answer(line.listCalls());

    expect(placed).toEqual({ ok: true, value: { pbxId: pbx.wireId(ours) } });
    expect([hungUp.ok, ours.endedBy]).toEqual([true, 'api']);
    expect(new Set(told.reports.map((report) => `${report.pbxId} ${report.ref}`))).toEqual(
      new Set([`${pbx.wireId(ours)} ours`]),
    );
    expect(listed).toEqual({ ok: true, value: [] });
    expect(pbx.places().map((place) => [place.via, place.number])).toEqual([['socket', NUMBER]]);
    expect(pbx.calls().filter((call) => call.agent !== '45' && call.phase === 'ended')).toEqual([]);
    expect(pbx.violations).toEqual([]);
    line.close();
    await pbx.close();
  }
});

describe('which call is ours', () => {
  test('a call to the same number that was there before is not', async () => {
    const desk = await vodiaDesk();
    desk.pbx.colleagueCalls('45', NUMBER);
    const byHand = callOf(desk, '45');
    const line = await desk.session();

    const placed = await desk.answer(line.dial({ number: NUMBER, ref: 'ours' }));

    const id = desk.pbx.wireId(desk.pbx.calls().at(-1) ?? expect.fail());
    expect(placed).toEqual({ ok: true, value: { pbxId: id } });
    expect(desk.told.reports.filter((report) => report.ref === undefined).map((report) => report.pbxId)).toContain(
      desk.pbx.wireId(byHand),
    );
    expect(desk.told.reports.filter((report) => report.ref === 'ours').map((report) => report.pbxId)).toEqual([id]);
  });

  test.each(VARIANT_VALUES.entryFields)(
    "a colleague's call never is, when ours was lost (%s entries)",
    async (entryFields) => {
      const desk = await vodiaDesk({ variants: { callsSeen: 'tenant', entryFields } });
      const line = await desk.session();
      desk.pbx.faults.set('frame:make-call', { kind: 'swallow' });

      const placing = line.dial({ number: NUMBER, ref: 'ours' });
      await turns();
      desk.pbx.colleagueCalls('47', NUMBER);
      const placed = await desk.answer(placing);

      expect(placed).toEqual({ ok: false, error: { error: { kind: 'timeout', afterMs: 15_000 }, placed: 'unknown' } });
      expect(desk.told.reports).toEqual([]);
    },
  );

  test('a call to another number is not', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    desk.pbx.faults.set('frame:make-call', { kind: 'swallow' });

    const placing = line.dial({ number: NUMBER, ref: 'ours' });
    await turns();
    desk.pbx.colleagueCalls('45', OTHER);
    const placed = await desk.answer(placing);

    expect(placed).toMatchObject({ ok: false, error: { placed: 'unknown' } });
    expect(desk.told.reports.map((report) => report.ref)).toEqual([undefined]);
  });

  test('a short number is ours only when it is the same', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    desk.pbx.faults.set('frame:make-call', { kind: 'swallow' });

    const lost = line.dial({ number: '142', ref: 'lost' });
    await turns();
    desk.pbx.colleagueCalls('45', NUMBER);
    const placed = await desk.answer(line.dial({ number: '48', ref: 'short' }));

    expect(placed).toEqual({ ok: true, value: { pbxId: desk.pbx.wireId(desk.pbx.calls().at(-1) ?? expect.fail()) } });
    expect(await desk.answer(lost)).toMatchObject({ ok: false, error: { placed: 'unknown' } });
  });

  test('a call that shows up after the deadline is reported as ours all the same', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    desk.pbx.faults.set('frame:call-state', { kind: 'swallow' }, { always: true });

    const late = await desk.answer(line.dial({ number: NUMBER, ref: 'ours' }));
    desk.pbx.faults.clear();
    const listed = await desk.answer(line.listCalls());

    expect(late).toMatchObject({ ok: false, error: { placed: 'unknown' } });
    expect(listed).toMatchObject({ ok: true, value: [{ ref: 'ours' }] });
    expect(desk.told.reports.map((report) => report.ref)).toEqual(['ours']);
    expect(desk.pbx.places()).toHaveLength(1);
  });

  test('a placed call that is not pushed is asked for', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    desk.pbx.faults.set('frame:call-state', { kind: 'swallow' });
    const from = desk.clock.now();

    const placed = await desk.answer(line.dial({ number: NUMBER, ref: 'ours' }));

    expect(placed.ok).toBe(true);
    expect(desk.clock.now() - from).toBeLessThan(5_000);
  });

  test('two calls at once keep their own names', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();

    const [first, second] = await desk.answer(
      Promise.all([line.dial({ number: NUMBER, ref: 'first' }), line.dial({ number: OTHER, ref: 'second' })]),
    );

    const [one, two] = desk.pbx.calls().map((call) => desk.pbx.wireId(call));
    expect([first, second]).toEqual([
      { ok: true, value: { pbxId: one } },
      { ok: true, value: { pbxId: two } },
    ]);
  });

  test('an incoming call from the number we dial is not', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    desk.pbx.faults.set('frame:make-call', { kind: 'swallow' });

    const placing = line.dial({ number: NUMBER, ref: 'ours' });
    await turns();
    desk.pbx.incoming('45', NUMBER, 'Maya');

    expect(await desk.answer(placing)).toMatchObject({ ok: false, error: { placed: 'unknown' } });
    expect(desk.told.reports).toMatchObject([{ direction: 'incoming', name: 'Maya', number: NUMBER }]);
  });
});

describe('how a call stands', () => {
  test('a frame that comes twice is told once', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    desk.pbx.faults.set('frame:call-state', { kind: 'twice' }, { always: true });

    await talk(desk, line);

    expect(desk.told.states()).toEqual(['ringing', 'talking']);
  });

  test('a list that is late does not end a call', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    await talk(desk, line);

    desk.pbx.broadcast('{"action":"call-state","calls":[]}');
    await turns();
    await turns();

    expect(desk.told.states()).toEqual(['ringing', 'talking']);
  });

  test('several words about another call in a row do not end a call that the PBX still has', async () => {
    const desk = await vodiaDesk({ variants: { snapshot: 'changed-only' } });
    const line = await desk.session();
    const first = await talk(desk, line);

    // All of them come before the PBX answers what they make us ask.
    const second = desk.pbx.engine.place({ tenant: desk.pbx.tenant, agent: '45', number: OTHER });
    desk.pbx.phone('45').answer(second.id);
    desk.pbx.farEnd(second.id).answer();
    await turns();
    desk.clock.advance(5_000);
    await turns();

    expect(desk.told.states(desk.pbx.wireId(first))).toEqual(['ringing', 'talking']);
    desk.pbx.farEnd(first.id).hangUp();
    await desk.until(() => desk.told.states(desk.pbx.wireId(first)).at(-1) === 'ended unknown');
    expect(desk.told.states(desk.pbx.wireId(second)).at(-1)).toBe('talking');
  });

  test('a list that is late does not end a call either when the next answer takes long', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    await talk(desk, line);

    desk.pbx.faults.set('frame:get-calls', { kind: 'swallow' });
    desk.pbx.broadcast('{"action":"call-state","calls":[]}');
    await turns();
    desk.clock.advance(5_000);
    await turns();

    expect(desk.told.states()).toEqual(['ringing', 'talking']);
    expect(await desk.answer(line.listCalls())).toMatchObject({ ok: true, value: [{ change: { to: 'talking' } }] });
  });

  test('a word about a call that is over does not bring it back', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    const call = await talk(desk, line);
    const stale = desk.pbx.journal.frames('out').findLast((frame) => frame.text.includes('connected'))?.text ?? '';
    desk.pbx.farEnd(call.id).hangUp();
    await desk.until(() => desk.told.states().at(-1) === 'ended unknown');

    desk.pbx.broadcast(stale);
    await turns();

    expect(desk.told.states()).toEqual(['ringing', 'talking', 'ended unknown']);
    expect(stale).toContain(`"id":${desk.pbx.wireId(call)}`);
  });

  test('an id that the PBX gives to another call is another call', async () => {
    const desk = await vodiaDesk();
    await desk.session();
    const entry = { id: 1, from: '45', to: NUMBER, callstate: 'ringing', start: '1767225600' };
    const say = (calls: readonly object[]) => desk.pbx.broadcast(JSON.stringify({ action: 'call-state', calls }));

    say([entry]);
    say([]);
    await desk.until(() => desk.told.states().at(-1) === 'ended unknown');
    say([{ ...entry, to: OTHER, start: '1767225630' }]);
    await desk.until(() => desk.told.reports.length === 3);

    expect(desk.told.reports.map((report) => report.number)).toEqual([NUMBER, NUMBER, OTHER]);
  });

  test('a word that nobody knows keeps the call alive', async () => {
    const desk = await vodiaDesk();
    await desk.session();

    desk.pbx.broadcast(
      JSON.stringify({ action: 'call-state', calls: [{ id: 1, from: '45', to: NUMBER, callstate: 'parked' }] }),
    );
    await desk.until(() => desk.told.reports.length > 0);

    expect(desk.told.states()).toEqual(['alive']);
  });

  test('a call to us is told as incoming, and ends', async () => {
    const desk = await vodiaDesk();
    await desk.session();

    desk.pbx.incoming('45', NUMBER, 'Maya');
    await desk.until(() => desk.told.reports.length === 1);
    desk.pbx.phone('45').answer();
    await desk.until(() => desk.told.states().at(-1) === 'talking');
    desk.pbx.farEnd().hangUp();
    await desk.until(() => desk.told.states().at(-1) === 'ended unknown');

    expect(desk.told.reports[0]).toMatchObject({ direction: 'incoming', number: NUMBER, name: 'Maya' });
  });
});

describe('hanging up', () => {
  test.each(VARIANT_VALUES.idType)('sends the id as text where the PBX writes a %s', async (idType) => {
    const desk = await vodiaDesk({ variants: { idType } });
    const line = await desk.session();
    const call = await talk(desk, line);

    await desk.answer(line.hangUp(desk.pbx.wireId(call)));
    await desk.until(() => call.phase === 'ended');

    expect(sent(desk, 'clear-call')).toEqual([{ action: 'clear-call', id: desk.pbx.wireId(call) }]);
    expect(desk.pbx.violations).toEqual([]);
  });

  test('a call that is already gone is a success, and nothing is sent for it', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    const call = await talk(desk, line);
    desk.pbx.farEnd(call.id).hangUp();
    await desk.until(() => desk.told.states().at(-1) === 'ended unknown');

    const gone = await desk.answer(line.hangUp(desk.pbx.wireId(call)));

    expect(gone.ok).toBe(true);
    expect(sent(desk, 'clear-call')).toEqual([]);
  });

  test("a colleague's call is never cleared, whoever names its id", async () => {
    const desk = await vodiaDesk({ variants: { callsSeen: 'tenant' } });
    const line = await desk.session();
    desk.pbx.colleagueCalls('47', NUMBER);
    const theirs = callOf(desk, '47');
    await turns();

    await desk.answer(line.hangUp(desk.pbx.wireId(theirs)));
    await turns();

    expect(sent(desk, 'clear-call')).toEqual([]);
    expect(theirs.phase).not.toBe('ended');
  });

  test('a wish the PBX did not hear can be sent again', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    const call = await talk(desk, line);
    desk.pbx.faults.set('frame:clear-call', { kind: 'swallow' });

    await desk.answer(line.hangUp(desk.pbx.wireId(call)));
    await turns();
    const still = call.phase;
    await desk.answer(line.hangUp(desk.pbx.wireId(call)));
    await desk.until(() => desk.told.states().at(-1) === 'ended cancelled');

    expect(still).toBe('talking');
  });

  test('a call that was there before we connected can be hung up', async () => {
    const desk = await vodiaDesk();
    desk.pbx.incoming('45', NUMBER);
    const call = callOf(desk, '45');
    const line = await desk.session();

    expect((await desk.answer(line.hangUp(desk.pbx.wireId(call)))).ok).toBe(true);
    await desk.until(() => call.phase === 'ended');
    expect(desk.pbx.violations).toEqual([]);
  });
});

describe('signs of life', () => {
  test('a beat keeps the line open at a PBX that closes silent ones', async () => {
    const desk = await vodiaDesk({ variants: { idleCloseMs: 30_000 } });
    const line = await desk.session();

    for (let passed = 0; passed < 100_000; passed += 20_000) {
      desk.clock.advance(20_000);
      expect((await desk.answer(line.beat())).ok).toBe(true);
    }

    expect(sent(desk, 'wskeepalive')).toHaveLength(5);
    expect(desk.told.of('lost')).toEqual([]);
    expect(desk.pbx.socketsOpened).toBe(1);
  });

  test('a line without a beat is closed by such a PBX, and that is told', async () => {
    const desk = await vodiaDesk({ variants: { idleCloseMs: 30_000 } });
    await desk.session();

    desk.clock.advance(31_000);
    await desk.until(() => desk.told.of('lost').length > 0);

    expect(desk.told.of('lost')).toMatchObject([{ error: { kind: 'closed' } }]);
  });

  test('a line that went silent without a call is found out by the next beat', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    desk.pbx.halfOpen();

    expect(await desk.answer(line.beat())).toEqual({ ok: false, error: { kind: 'timeout', afterMs: 8_000 } });
  });

  test('a PBX that may stay silent is asked by REST while there is no call, and by socket while there is one', async () => {
    const desk = await vodiaDesk({ variants: { emptyAnswer: false, noise: false } });
    const line = await desk.session();
    const reads = () => desk.ports.asked.filter((asked) => asked.startsWith('GET')).length;

    const idle = await desk.answer(line.beat());
    const readsIdle = reads();
    await talk(desk, line);
    const inCall = await desk.answer(line.beat());
    const readsInCall = reads();
    desk.pbx.halfOpen();
    const dead = await desk.answer(line.beat());

    expect([idle.ok, inCall.ok, dead.ok]).toEqual([true, true, false]);
    expect([readsIdle, readsInCall]).toEqual([1, 1]);
  });

  test('a session that ended at the PBX does not end the call', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    const call = await talk(desk, line);

    desk.pbx.expireSessions();
    const beat = await desk.answer(line.beat());
    await desk.answer(line.hangUp(desk.pbx.wireId(call)));

    expect(beat.ok).toBe(true);
    await desk.until(() => call.phase === 'ended');
  });
});

describe('people', () => {
  test('who is signed in, in a call, or not to be disturbed is told as the PBX says it', async () => {
    const desk = await vodiaDesk();
    await desk.session();
    const newest = (extension: string) =>
      desk.told
        .of('presence')
        .flatMap((news) => news.people)
        .findLast((person) => person.extension === extension);

    const before = newest('47');
    desk.pbx.setUser('47', { dnd: true, registered: false });
    desk.pbx.colleagueCalls('48', NUMBER);
    await desk.until(() => newest('48')?.inCall === true);

    expect(before).toMatchObject({ name: 'Cole League', isOwn: false, registered: true, doNotDisturb: false });
    expect(newest('47')).toMatchObject({ registered: false, doNotDisturb: true, chat: 'offline' });
    expect(newest('45')).toMatchObject({ isOwn: true, registered: true });
  });

  test('the test of a connection says when no phone is signed in', async () => {
    const desk = await vodiaDesk();
    desk.pbx.setUser('45', { registered: false });

    await desk.session();

    expect(desk.told.steps).toEqual(['reach ok', 'login ok', 'live ok', 'phone rejected']);
  });

  test('and says nothing about the phone where the PBX says nothing', async () => {
    const desk = await vodiaDesk({ variants: { noise: false } });

    await desk.session();

    expect(desk.told.steps).toEqual(['reach ok', 'login ok', 'live ok']);
  });
});

describe('a PBX that refuses its socket', () => {
  /** Every way to be refused; each leaves REST. */
  const refusals: readonly (readonly [string, Fault])[] = [
    ['with status 401', { kind: 'refuse', status: 401 }],
    ['with status 403', { kind: 'refuse', status: 403 }],
    ['by closing it with code 1008', { kind: 'close-at-once', code: 1008 }],
    ['by closing it with code 4401', { kind: 'close-at-once', code: 4401 }],
    ['by cutting it', { kind: 'close-at-once', code: 1006 }],
  ];

  test.each(refusals)('%s still takes calls, and says why that is all', async (_how, refusal) => {
    const desk = await vodiaDesk();
    desk.pbx.faults.set('socket', refusal, { always: true });

    const line = await desk.session();
    const placed = await line.dial({ number: NUMBER, ref: 'ours', name: 'Maya' });

    expect(line.capabilities).toEqual(PLACE_ONLY);
    expect(line.limit).toMatchObject({ kind: 'live-refused' });
    expect(desk.told.steps.at(-1)).toBe('live live-refused');
    expect(placed).toEqual({ ok: true, value: {} });
    expect(desk.pbx.places()).toMatchObject([{ via: 'rest', number: NUMBER, name: 'Maya', extension: '45' }]);
    expect(desk.ports.asked.at(-1)).toBe(`POST ${desk.pbx.origin}/rest/user/45%40acme.example/calls`);
    expect(desk.told.of('lost')).toEqual([]);
  });

  test.each(refusals)('%s once, as a network does by chance, is asked a second time', async (_how, refusal) => {
    const desk = await vodiaDesk();
    desk.pbx.faults.set('socket', refusal);

    const line = await desk.session();

    expect(line.capabilities.liveState).toBe(true);
    expect(line.limit).toBeUndefined();
    expect(desk.told.steps.filter((step) => step.startsWith('live'))).toEqual(['live ok']);
    expect(desk.pbx.sockets()).toHaveLength(1);
  });

  test.each(VARIANT_VALUES.callsBody)('accepts with a body of %s', async (callsBody) => {
    const desk = await vodiaDesk({ variants: { callsBody } });
    desk.pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
    const line = await desk.session();

    expect(await line.dial({ number: NUMBER, ref: 'ours' })).toEqual({ ok: true, value: {} });
    expect(desk.pbx.places()).toHaveLength(1);
  });

  test('and its REST says that the account may not call', async () => {
    const desk = await vodiaDesk({ variants: { apiAllowed: false } });
    desk.pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
    const line = await desk.session();

    expect(await line.dial({ number: NUMBER, ref: 'ours' })).toMatchObject({
      ok: false,
      error: { placed: 'no', error: { kind: 'not-allowed' } },
    });
    expect(desk.pbx.places()).toEqual([]);
  });

  test('is lost, once, when the session is over', async () => {
    const desk = await vodiaDesk();
    desk.pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });
    const line = await desk.session();
    desk.pbx.expireSessions();

    const over = await line.dial({ number: NUMBER, ref: 'one' });
    const late = await line.dial({ number: NUMBER, ref: 'two' });

    expect([over, late]).toMatchObject([
      { ok: false, error: { placed: 'no' } },
      { ok: false, error: { placed: 'no', error: { kind: 'closed' } } },
    ]);
    expect(desk.told.of('lost')).toHaveLength(1);
  });

  test('is not confused with a PBX that went away', async () => {
    const desk = await vodiaDesk();
    desk.pbx.faults.set('socket', { kind: 'refuse', status: 503 });
    desk.pbx.faults.set('session', { kind: 'answer', status: 200, body: 'true' });
    desk.pbx.faults.set('session', { kind: 'reset-before' });

    expect(await desk.connect()).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
    expect(desk.told.steps.at(-1)).toBe('live unreachable');
  });
});

test('a call that left by socket never goes by REST as well', async () => {
  const desk = await vodiaDesk();
  const line = await desk.session();
  desk.pbx.faults.set('frame:make-call', { kind: 'reset-before' });
  desk.pbx.faults.set('socket', { kind: 'refuse', status: 403 }, { always: true });

  const lost = await desk.answer(line.dial({ number: NUMBER, ref: 'ours' }));
  const again = await desk.answer(line.dial({ number: NUMBER, ref: 'again' }));
  desk.clock.advance(120_000);
  await turns();

  expect(lost).toMatchObject({ ok: false, error: { placed: 'unknown' } });
  expect(again).toMatchObject({ ok: false, error: { placed: 'no' } });
  expect(desk.pbx.places()).toEqual([]);
  expect(desk.ports.asked.some((asked) => asked.endsWith('/calls'))).toBe(false);
});

/** Our call, up to the point where both talk. */
async function talk(desk: VodiaDesk, line: PbxSession): Promise<SimCall> {
  await desk.answer(line.dial({ number: NUMBER, ref: 'ours' }));
  const call = callOf(desk, '45');
  desk.pbx.phone('45').answer();
  desk.pbx.farEnd(call.id).answer();
  await desk.until(() => desk.told.states().at(-1) === 'talking');
  return call;
}

/** The newest call of an extension. */
function callOf({ pbx }: VodiaDesk, extension: string): SimCall {
  return pbx.calls().findLast((call) => call.agent === extension) ?? expect.fail(`no call of ${extension}`);
}

/** Frames of one action that reached the PBX. */
function sent({ pbx }: VodiaDesk, action: string): readonly unknown[] {
  return pbx.journal
    .frames('in')
    .map((frame) => JSON.parse(frame.text) as { readonly action: string })
    .filter((frame) => frame.action === action);
}
