import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountValues } from '../../src/core/account.ts';
import type { Capabilities, PbxError } from '../../src/core/connection.ts';
import { fail, type Result } from '../../src/core/result.ts';
import type { PbxAdapter, PbxSession } from '../../src/pbx/adapter.ts';
import { holdBy, transferBy } from '../../src/pbx/handling.ts';
import { type VirtualClock, virtualClock } from '../simulators/clock.ts';
import { ANSWERS, type Fault, type Faults } from '../simulators/faults.ts';
import type { Journal, JournalEntry } from '../simulators/journal.ts';
import type { FarEnd, Phone } from '../simulators/phones.ts';
import { Listener } from './listener.ts';
import { MiniBackground } from './mini-background.ts';
import { type NodePorts, nodePorts } from './node-ports.ts';

/** A simulated PBX as the contract suite drives it. */
export interface ContractPbx {
  /** Values that must work, and the same with a wrong secret. */
  readonly account: AccountValues;
  readonly wrongAccount: AccountValues;
  /** Texts that must never show in errors, news or addresses. */
  readonly secrets: readonly string[];
  /** A browser's socket sends no header, so this PBX wants its secret in the socket's address: the one place where it may stand. */
  readonly secretsInSockets?: true;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly violations: readonly string[];
  /** The fault point of the login request. */
  readonly loginPoint: string;
  /** Faults after which nobody can know whether the call was placed, by name. */
  readonly ambiguous: Readonly<Record<string, { readonly point: string; readonly fault: Fault }>>;
  /** Answers to the place request, by the error they mean; empty where placing is no HTTP request. */
  readonly refusals: Readonly<
    Record<string, { readonly point: string; readonly fault: Fault; readonly kind: PbxError['kind'] }>
  >;
  /** Calls the PBX has begun to place. */
  places(): number;
  /** True for what asks the PBX to place a call, carried out or not. */
  isPlaceRequest(entry: JournalEntry): boolean;
  phone(): Phone;
  farEnd(): FarEnd;
  /** To whom it was asked to transfer, in order, and how often to toggle a hold; where this PBX can. */
  transfers?(): readonly string[];
  holds?(): number;
  dropLine(): void;
  halfOpen(): void;
  sendNonsense(): void;
  /** Takes links, where this PBX is a program of the system. */
  handOver?(link: string): Promise<Result<void, PbxError>>;
  close(): Promise<void>;
}

/** One row of the table: an adapter, its simulator, and what it is measured to be able to do. */
export interface ContractCase {
  readonly name: string;
  readonly adapter: PbxAdapter;
  readonly capabilities: Capabilities;
  /** The PBX could do more, but refuses it here. */
  readonly isLimited?: boolean;
  /** When the PBX looks at the login: at `connect` unless told otherwise. `dial`: it can be asked nothing else before; `never`: there is none. */
  readonly loginAt?: 'connect' | 'dial' | 'never';
  /** There is nothing to listen to, and nobody to ask, while there is no call. */
  readonly isQuietWithoutCall?: boolean;
  start(clock: VirtualClock): Promise<ContractPbx>;
}

/** Nobody's number; its last digits start no scenario of the simulator. */
const NUMBER = '+16175550142';
const OTHER = '+16175550143';
const UNSUPPORTED = { ok: false, error: { error: { kind: 'unsupported' }, placed: 'no' } };

/** What every adapter has to do the same way. A new PBX plugs in with one row; what it cannot do must answer `unsupported`. */
export function describeContract({
  name,
  adapter,
  capabilities,
  isLimited = false,
  loginAt = 'connect',
  isQuietWithoutCall = false,
  start,
}: ContractCase): void {
  describe(name, () => {
    let clock: VirtualClock;
    let pbx: ContractPbx;
    let ports: NodePorts;
    let told: Listener;
    const open: PbxSession[] = [];

    beforeEach(async () => {
      clock = virtualClock();
      pbx = await start(clock);
      ports = nodePorts({
        clock,
        likeChrome: true,
        handOver: async (link) => (await pbx.handOver?.(link)) ?? fail({ kind: 'unsupported', detail: '' }),
      });
      told = new Listener();
    });
    afterEach(async () => {
      for (const session of open.splice(0)) session.close();
      await pbx.close();
    });

    const connect = (account = pbx.account, tell = told.tell) => adapter.connect(account, ports, tell);
    async function session(tell = told.tell): Promise<PbxSession> {
      const opened = await connect(pbx.account, tell);
      if (!opened.ok) throw new Error(`not connected: ${JSON.stringify(opened.error)}`);
      open.push(opened.value);
      return opened.value;
    }
    /** Uses the login: connects, and where that shows nothing yet, asks for a call. The error either way. */
    async function logIn(account = pbx.account): Promise<Result<unknown, PbxError>> {
      const opened = await connect(account);
      if (!opened.ok) return opened;
      open.push(opened.value);
      if (loginAt === 'connect') return opened;
      const placed = await opened.value.dial({ number: NUMBER, ref: 'ours' });
      return placed.ok ? placed : fail(placed.error.error);
    }
    /** Waits for something to come true while time goes by, for those who look again and again instead of being told. */
    const eventually = (look: () => unknown) =>
      expect.poll(() => {
        clock.advance(500);
        return look();
      });
    const text = (...things: readonly unknown[]) => {
      const asked = ports.asked.filter((one) => !pbx.secretsInSockets || !one.startsWith('SOCKET '));
      return JSON.stringify([...things, told.news, asked]);
    };
    const expectNoSecret = (...things: readonly unknown[]) => {
      for (const secret of pbx.secrets) expect(text(...things)).not.toContain(secret);
    };

    test('the account form accepts good values and names what is missing', () => {
      expect(adapter.check(pbx.account)).toEqual({});
      expect(Object.keys(adapter.check({})).length).toBeGreaterThan(0);
      for (const key of Object.keys(adapter.check({}))) expect(adapter.fields.map((field) => field.key)).toContain(key);
    });

    test('it asks for access to exactly the origins it then talks to', async () => {
      await session();

      const granted = adapter.needs(pbx.account).origins;
      for (const asked of ports.asked) {
        const url = new URL(asked.split(' ')[1] ?? '');
        expect(granted).toContain(`${url.protocol.replace('ws', 'http')}//${url.hostname}/*`);
      }
    });

    test('a good login opens a session and tells its steps', async () => {
      const opened = await session();

      if (loginAt === 'connect') expect(told.steps.slice(0, 2)).toEqual(['reach ok', 'login ok']);
      else expect(told.steps).not.toContain('login ok');
      expect(opened.capabilities).toEqual(capabilities);
      expect(opened.limit !== undefined).toBe(isLimited);
      expectNoSecret(opened.limit);
    });

    if (loginAt === 'never') {
      test('nobody is asked for a login, and nobody at all before a call', async () => {
        await session();

        expect(ports.asked).toEqual([]);
        expect(told.news).toEqual([]);
      });
    } else {
      test('a refused login is a value with the secret nowhere in it', async () => {
        const refused = await logIn(pbx.wrongAccount);

        expect(refused).toMatchObject({ ok: false, error: { kind: 'login-refused' } });
        if (loginAt === 'connect') expect(told.steps).toContain('login login-refused');
        expect(pbx.journal.requests().length).toBeLessThanOrEqual(2);
        expectNoSecret(refused);
      });

      test.each(Object.keys(ANSWERS))(
        'a login answered with "%s" is an error of a known kind, and no call is placed',
        async (answer) => {
          const fault = ANSWERS[answer];
          if (fault) pbx.faults.set(pbx.loginPoint, fault, { always: true });

          const refused = await logIn();

          expect(refused.ok).toBe(false);
          if (loginAt === 'connect') expect(told.steps.at(-1)).not.toMatch(/ ok$/);
          expect(pbx.places()).toBe(0);
          expect(pbx.journal.requests().some((request) => request.path.startsWith('/elsewhere'))).toBe(false);
          expectNoSecret(refused);
        },
      );

      test('a login answered with 401 is refused, with 429 waits as long as it was told', async () => {
        pbx.faults.set(pbx.loginPoint, { kind: 'answer', status: 401 }, { always: true });
        const refused = await logIn();
        pbx.faults.clear();
        pbx.faults.set(pbx.loginPoint, { kind: 'answer', status: 429, headers: { 'retry-after': '7' } });
        const limited = await logIn();

        expect(refused).toMatchObject({ ok: false, error: { kind: 'login-refused' } });
        expect(limited).toEqual({ ok: false, error: { kind: 'rate-limited', retryAfterMs: 7_000 } });
      });

      test.each(['reset-before', 'reset-after'] as const)(
        'a login cut off (%s) is unreachable and not tried again',
        async (kind) => {
          pbx.faults.set(pbx.loginPoint, { kind }, { always: true });

          const failed = await logIn();

          expect(failed).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
          expect(pbx.faults.struck.filter(({ point }) => point === pbx.loginPoint).length).toBe(1);
        },
      );

      test('a login without answer ends in a timeout', async () => {
        pbx.faults.set(pbx.loginPoint, { kind: 'delay', ms: 60_000 });

        const failed = await passing(logIn(), clock);

        expect(failed).toMatchObject({ ok: false, error: { kind: 'timeout' } });
      });
    }

    test('a refused place request says so, and is not repeated', async () => {
      for (const [why, { point, fault, kind }] of Object.entries(pbx.refusals)) {
        const line = await session();
        const before = pbx.places();
        pbx.faults.set(point, fault);

        const refused = await line.dial({ number: NUMBER, ref: `call-${why}` });

        expect(refused, why).toMatchObject({ ok: false, error: { placed: 'no', error: { kind } } });
        expect(pbx.places()).toBe(before);
        line.close();
        // Logins are counted, too.
        clock.advance(60_000);
      }
    });

    test('after an ambiguous failure it is not known whether the call was placed, and nothing is sent again', async () => {
      for (const [why, { point, fault }] of Object.entries(pbx.ambiguous)) {
        const line = await session();
        const before = placeAttempts(pbx);
        pbx.faults.set(point, fault);

        const result = await passing(line.dial({ number: NUMBER, ref: `call-${why}` }), clock);
        clock.advance(120_000);
        await turns();

        expect(result, why).toMatchObject({ ok: false, error: { placed: 'unknown' } });
        expect(placeAttempts(pbx) - before, why).toBe(1);
        line.close();
        await turns();
      }
    });

    test('a closed session answers with values and does nothing', async () => {
      const line = await session();
      const before = pbx.places();

      line.close();
      line.close();

      expect(await line.dial({ number: NUMBER, ref: 'late' })).toMatchObject({ ok: false, error: { placed: 'no' } });
      expect((await line.hangUp('8841')).ok).toBe(false);
      expect((await line.listCalls()).ok).toBe(false);
      expect(pbx.places()).toBe(before);
      await turns();
      expect(told.of('lost')).toEqual([]);
    });

    test('a beat on a good line is answered', async () => {
      const line = await session();

      expect(await line.beat()).toEqual({ ok: true, value: undefined });
    });

    if (capabilities.liveState) {
      test('a call rings, is talked on, and ends when the far end hangs up', async () => {
        const line = await session();

        const placed = await line.dial({ number: NUMBER, ref: 'ours' });
        await eventually(() => told.states()).toContain('ringing');
        pbx.phone().answer();
        pbx.farEnd().answer();
        await eventually(() => told.states()).toContain('talking');
        pbx.farEnd().hangUp();
        await eventually(() => told.states().at(-1)).toMatch(/^ended /);

        expect(placed.ok).toBe(true);
        const id = placed.ok ? placed.value.pbxId : undefined;
        expect(new Set(told.reports.map((report) => report.pbxId))).toEqual(new Set([id]));
        expect(told.states()[0]).toBe('ringing');
        expect(pbx.places()).toBe(1);
        expect(pbx.violations).toEqual([]);
        expectNoSecret(placed);
      });

      test('a lost line is told once', async () => {
        const line = await session();
        if (isQuietWithoutCall) await line.dial({ number: NUMBER, ref: 'ours' });
        await line.dial({ number: NUMBER, ref: 'ours' });

        pbx.dropLine();
        await eventually(() => told.of('lost').length).toBe(1);
        pbx.dropLine();
        line.close();
        await turns();

        expect(told.of('lost').length).toBe(1);
      });

      test('a line closed by us is not told as lost', async () => {
        const line = await session();

        line.close();
        pbx.dropLine();
        await turns();

        expect(told.of('lost')).toEqual([]);
      });

      test('a line that went silent in a call is noticed within 25 s, counting the beat before it', async () => {
        const line = await session();
        await line.dial({ number: NUMBER, ref: 'ours' });
        pbx.halfOpen();
        const from = clock.now();

        clock.advance(15_000);
        const beat = await passing(line.beat(), clock);

        expect(beat.ok).toBe(false);
        expect(clock.now() - from).toBeLessThanOrEqual(25_000);
      });

      test('nonsense changes nothing', async () => {
        const line = await session();
        await line.dial({ number: NUMBER, ref: 'ours' });
        const before = told.reports.length;

        pbx.sendNonsense();
        pbx.phone().answer();
        pbx.farEnd().answer();

        await eventually(() => told.states().at(-1)).toBe('talking');
        expect(new Set(told.reports.slice(before).map((report) => report.pbxId)).size).toBe(1);
        expect(told.of('lost')).toEqual([]);
      });
    } else {
      test('a call is placed once and nothing is claimed about it', async () => {
        const line = await session();

        const placed = await line.dial({ number: NUMBER, ref: 'ours' });

        expect(placed.ok).toBe(true);
        expect(pbx.places()).toBe(1);
        expect(told.reports).toEqual([]);
      });
    }

    if (capabilities.hangUp) {
      test('hanging up ends the call at the PBX, and a second time is no failure', async () => {
        const line = await session();
        const placed = await line.dial({ number: NUMBER, ref: 'ours' });
        const id = (placed.ok && placed.value.pbxId) || '';

        const first = await line.hangUp(id);
        if (capabilities.liveState) await eventually(() => told.states().at(-1)).toBe('ended cancelled');
        const second = await line.hangUp(id);

        expect([first.ok, second.ok]).toEqual([true, true]);
        expect(pbx.violations).toEqual([]);
      });

      test('a call given up before the PBX has told its id is hung up as soon as it has', async () => {
        const background = new MiniBackground(clock);
        await background.opened(await session(background.tell));

        background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
        background.dispatch({ type: 'hang-up', id: 'ours' });

        await eventually(() => background.phaseOf('ours')).toBe('ended cancelled');
        expect(pbx.places()).toBe(1);
        expect(pbx.violations).toEqual([]);
      });
    } else {
      test('hanging up is unsupported', async () => {
        const line = await session();

        expect(await line.hangUp('8841')).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
      });
    }

    if (capabilities.transfer) {
      test('a transfer ends our part of the call, and is sent once', async () => {
        const { background, line } = await talkingAtADesk();

        background.dispatch({ type: 'transfer', id: 'ours', number: OTHER, dialled: OTHER });
        background.dispatch({ type: 'transfer', id: 'ours', number: OTHER, dialled: OTHER });

        await eventually(() => background.phaseOf('ours')).toBe('ended transferred');
        expect(pbx.transfers?.()).toEqual([OTHER]);
        expect(await transferBy(line, 'nobody', OTHER)).toMatchObject({ ok: false, error: { placed: 'no' } });
        expect(pbx.violations).toEqual([]);
      });
    } else {
      test('transferring is unsupported', async () => {
        const line = await session();

        expect(await transferBy(line, '8841', OTHER)).toMatchObject(UNSUPPORTED);
        expect(line.transfer === undefined || line.capabilities.transfer === false).toBe(true);
      });
    }

    if (capabilities.hold) {
      test('a call is held and taken back, and a press too many is not sent', async () => {
        const { background, line } = await talkingAtADesk();

        background.dispatch({ type: 'hold', id: 'ours', want: 'hold' });
        background.dispatch({ type: 'hold', id: 'ours', want: 'hold' });
        await eventually(() => background.phaseOf('ours')).toBe('held');
        background.dispatch({ type: 'hold', id: 'ours', want: 'hold' });
        background.dispatch({ type: 'hold', id: 'ours', want: 'resume' });
        await eventually(() => background.phaseOf('ours')).toBe('talking');

        expect(pbx.holds?.()).toBe(2);
        expect(await holdBy(line, 'nobody', 'hold')).toMatchObject({ ok: false, error: { placed: 'no' } });
        expect(pbx.violations).toEqual([]);
      });
    } else {
      test('holding is unsupported', async () => {
        const line = await session();

        expect(await holdBy(line, '8841', 'hold')).toMatchObject(UNSUPPORTED);
        expect(await holdBy(line, '8841', 'resume')).toMatchObject(UNSUPPORTED);
      });
    }

    /** A call of ours that both parties talk on, with the core around it. */
    async function talkingAtADesk(): Promise<{ readonly background: MiniBackground; readonly line: PbxSession }> {
      const background = new MiniBackground(clock);
      const line = await session(background.tell);
      await background.opened(line);
      background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
      await eventually(() => background.phaseOf('ours')).toBe('ringing');
      pbx.phone().answer();
      pbx.farEnd().answer();
      await eventually(() => background.phaseOf('ours')).toBe('talking');
      return { background, line };
    }

    if (capabilities.listCalls) {
      test('the live calls are listed, and none when there are none', async () => {
        const line = await session();

        const before = await line.listCalls();
        await line.dial({ number: NUMBER, ref: 'ours' });
        const during = await line.listCalls();

        expect(before).toEqual({ ok: true, value: [] });
        expect(during).toMatchObject({ ok: true, value: [{ ref: 'ours', change: { to: 'ringing' } }] });
      });
    } else {
      test('listing calls is unsupported', async () => {
        const line = await session();

        expect(await line.listCalls()).toMatchObject({ ok: false, error: { kind: 'unsupported' } });
      });
    }
  });
}

/** Waits for the promise while the clock is moved on, half a second at a time, with room for real traffic in between. */
export async function passing<T>(promise: Promise<T>, clock: VirtualClock, limitMs = 120_000): Promise<T> {
  let isDone = false;
  const done = promise.finally(() => {
    isDone = true;
  });
  for (let passed = 0; passed < limitMs && !isDone; passed += 500) {
    await turns();
    if (!isDone) clock.advance(500);
  }
  return done;
}

/** Gives traffic that is under way the time to arrive. */
export async function turns(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 15));
}

function placeAttempts({ journal, isPlaceRequest }: ContractPbx): number {
  return journal.entries.filter(isPlaceRequest).length;
}
