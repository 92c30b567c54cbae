import { describe, expect, test } from 'vitest';
import { createKeeper } from '../../src/background/keeper.ts';
import {
  BEAT_IN_CALL_MS,
  createSupervisor,
  PROBE_WITHIN_MS,
  type Supervisor,
} from '../../src/background/supervisor.ts';
import type { PbxError } from '../../src/core/connection.ts';
import { fail, ok, type Result } from '../../src/core/result.ts';
import { INITIAL } from '../../src/core/update.ts';
import type { PbxPorts } from '../../src/pbx/adapter.ts';
import { createFakeClock, settle } from '../fake-clock.ts';
import { ALL, createFakePbx } from '../fake-pbx.ts';

const DIAL = { type: 'dial', id: 'c1', number: '+16175550123', dialled: '16175550123' } as const;
const GONE: PbxError = { kind: 'closed', detail: '' };
const NO_ACCESS: PbxError = { kind: 'permission-missing', origin: 'https://pbx.example.com/*' };
const NO_PORTS = {} as PbxPorts;

function setUp() {
  const clock = createFakeClock();
  const pbx = createFakePbx();
  const awake = { times: 0 };
  const access: { missing?: PbxError } = {};
  const remembered: unknown[] = [];
  const values = { server: 'https://pbx.example.com', user: '45', password: 'x' };
  const supervisor: Supervisor = createSupervisor({
    clock,
    ports: NO_PORTS,
    account: async () => ok({ adapter: pbx.adapter, values }),
    findMissing: async () => access.missing,
    remember: (_account, found) => void remembered.push(found),
    random: () => 0.5,
    dispatch: (event, isStill = () => true) =>
      void keeper.decide(() => ({ answer: undefined, ...(isStill() ? { event } : {}) })),
    stayAwake() {
      awake.times += 1;
    },
  });
  const keeper = createKeeper({
    clock,
    load: async () => INITIAL,
    save: async () => {},
    run: (effect) => supervisor.run(effect),
    onState: (state) => supervisor.onState(state),
    onSaving: () => {},
  });
  const status = () => keeper.current().connection.status;
  return { clock, pbx, awake, access, keeper, supervisor, status, remembered };
}

async function goOnline(world: ReturnType<typeof setUp>) {
  await world.keeper.dispatch({ type: 'woke', hasAccount: true });
  await settle();
  return lastSession(world);
}

function lastSession({ pbx }: ReturnType<typeof setUp>) {
  const session = pbx.sessions.at(-1);
  if (!session) throw new Error('no session');
  return session;
}

describe('connecting', () => {
  test('after connecting, the live calls of the PBX are shown', async () => {
    const world = setUp();
    world.pbx.alive = [{ pbxId: 'p9', number: '+16175550199', change: { to: 'talking' } }];

    await goOnline(world);

    expect(world.status()).toBe('online');
    expect(world.keeper.current().calls).toMatchObject([{ pbxId: 'p9', state: { phase: 'talking' } }]);
  });

  test('a login that is refused is made once', async () => {
    const world = setUp();
    world.pbx.login = async () => fail({ kind: 'login-refused', detail: '' });
    await world.keeper.dispatch({ type: 'woke', hasAccount: true });

    await world.clock.advance(10 * 60_000);
    await world.keeper.dispatch({ type: 'woke', hasAccount: true });
    await world.clock.advance(10 * 60_000);

    expect(world.pbx.logins).toBe(1);
    expect(world.status()).toBe('blocked');
  });

  test('a PBX that cannot be reached is tried again, ever more seldom', async () => {
    const world = setUp();
    world.pbx.login = async () => fail({ kind: 'unreachable', detail: '' });
    await world.keeper.dispatch({ type: 'woke', hasAccount: true });

    await world.clock.advance(60_000);
    const first = world.pbx.logins;
    await world.clock.advance(60_000);

    expect(first).toBeGreaterThan(3);
    expect(world.pbx.logins - first).toBeLessThan(4);
  });

  test('a login that answers after its time is closed and changes nothing', async () => {
    const world = setUp();
    let answer: (result: Result<void, PbxError>) => void = () => {};
    world.pbx.login = () => new Promise((resolve) => (answer = resolve));
    await world.keeper.dispatch({ type: 'woke', hasAccount: true });
    await settle();
    await world.keeper.dispatch({ type: 'account-changed', hasAccount: false });

    answer(ok(undefined));
    await settle();

    expect(lastSession(world).isClosed).toBe(true);
    expect(world.status()).toBe('off');
  });

  test('what an adapter finds out is kept, also when it says so while connecting', async () => {
    const world = setUp();
    const { adapter } = world.pbx;
    const connect = adapter.connect;
    Object.assign(adapter, {
      connect: (...[values, ports, tell]: Parameters<typeof connect>) => {
        tell({ type: 'remember', values: { _form: 'PUT' } });
        return connect(values, ports, tell);
      },
    });

    await goOnline(world);

    expect(world.remembered).toEqual([{ _form: 'PUT' }]);
  });

  test('calls of an earlier session are handed to the next one before it lists what lives', async () => {
    const world = setUp();
    world.pbx.dial = async () => ok({ pbxId: 'p1' });
    const session = await goOnline(world);
    const startedAt = world.clock.now();
    await world.keeper.dispatch(DIAL);
    await settle();
    session.tell({ type: 'lost', error: GONE });
    await settle();

    await world.clock.advance(60_000);

    expect(lastSession(world).followed).toEqual([{ ref: 'c1', pbxId: 'p1', number: '16175550123', startedAt }]);
    expect(session.followed).toEqual([]);
  });

  test('an adapter that throws is a failed attempt', async () => {
    const world = setUp();
    world.pbx.login = () => Promise.reject(new Error('bug'));

    await world.keeper.dispatch({ type: 'woke', hasAccount: true });
    await settle();

    expect(world.status()).toBe('waiting');
  });
});

describe('news', () => {
  test('news of an older session is dropped', async () => {
    const world = setUp();
    const old = await goOnline(world);
    await world.keeper.dispatch({ type: 'account-changed', hasAccount: true });
    await settle();

    old.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
    old.tell({ type: 'lost', error: GONE });
    await settle();

    expect(world.keeper.current().calls).toEqual([]);
    expect(world.status()).toBe('online');
  });

  test('a loss that is told while the account changes does not harm the new session', async () => {
    const world = setUp();
    const old = await goOnline(world);

    const changed = world.keeper.dispatch({ type: 'account-changed', hasAccount: true });
    old.tell({ type: 'lost', error: GONE });
    await changed;
    await settle();

    expect(world.status()).toBe('online');
    expect(world.pbx.logins).toBe(2);
  });

  test('a loss after the account was removed starts nothing', async () => {
    const world = setUp();
    const session = await goOnline(world);
    await world.keeper.dispatch({ type: 'account-changed', hasAccount: false });

    session.tell({ type: 'lost', error: GONE });
    await world.clock.advance(120_000);

    expect(world.status()).toBe('off');
    expect(world.pbx.logins).toBe(1);
  });
});

describe('dialling and hanging up', () => {
  test('the PBX is told the number in its own format, and our id', async () => {
    const world = setUp();
    const session = await goOnline(world);

    await world.keeper.dispatch(DIAL);

    expect(session.dialled).toEqual([{ number: '16175550123', ref: 'c1', canonical: '+16175550123' }]);
  });

  test('a dial whose line was lost at that moment is not placed', async () => {
    const world = setUp();
    const session = await goOnline(world);

    session.tell({ type: 'lost', error: GONE });
    world.supervisor.run({ type: 'dial', intent: DIAL });
    await settle();

    expect(session.dialled).toEqual([]);
  });

  test('an adapter that throws while dialling leaves the call not known', async () => {
    const world = setUp();
    await goOnline(world);
    world.pbx.dial = () => {
      throw new Error('bug');
    };

    await world.keeper.dispatch(DIAL);
    await settle();

    expect(world.keeper.current().calls[0]).toMatchObject({ placed: 'unknown', state: { reason: 'unknown' } });
  });

  test('a hang-up that the PBX refuses is said to be unconfirmed', async () => {
    const world = setUp();
    const session = await goOnline(world);
    world.pbx.hangUp = () => {
      throw new Error('bug');
    };
    await world.keeper.dispatch(DIAL);
    session.tell({ type: 'report', report: { pbxId: 'p1', ref: 'c1', change: { to: 'talking' } } });
    await settle();

    await world.keeper.dispatch({ type: 'hang-up', id: 'c1' });
    await settle();

    expect(session.hungUp).toEqual(['p1']);
    expect(world.keeper.current().calls[0]?.hangUp?.step).toBe('unconfirmed');
  });
});

describe('hold and transfer', () => {
  const hold = { type: 'hold', id: 'c1', want: 'hold' } as const;
  const transfer = { type: 'transfer', id: 'c1', number: '+16175550143', dialled: '6175550143' } as const;

  async function inACall(prepare: (pbx: ReturnType<typeof createFakePbx>) => void) {
    const world = setUp();
    world.pbx.capabilities = { ...ALL, hold: true, transfer: true };
    prepare(world.pbx);
    const session = await goOnline(world);
    await world.keeper.dispatch(DIAL);
    session.tell({ type: 'report', report: { pbxId: 'p1', ref: 'c1', change: { to: 'talking' } } });
    await settle();
    const handling = async (wish: typeof hold | typeof transfer) => {
      await world.keeper.dispatch(wish);
      await settle();
      return world.keeper.current().calls[0]?.handling;
    };
    return { ...world, session, handling };
  }

  test('reach the session once, in the words of the PBX', async () => {
    const asked: string[] = [];
    const { handling } = await inACall((pbx) => {
      pbx.transfer = async (to) => {
        asked.push(to);
        return ok(undefined);
      };
    });

    expect(await handling(transfer)).toMatchObject({ to: '+16175550143', step: 'taken' });
    expect(asked).toEqual(['6175550143']);
  });

  test('a session that says it can and has no way to is one that cannot', async () => {
    const { handling } = await inACall(() => {});

    expect(await handling(hold)).toMatchObject({ step: 'refused', error: { kind: 'unsupported' } });
  });

  test('an adapter that throws may have sent it: that is not known', async () => {
    const { handling } = await inACall((pbx) => {
      pbx.transfer = () => {
        throw new Error('bug');
      };
    });

    expect(await handling(transfer)).toMatchObject({ step: 'unknown' });
  });
});

describe('the pulse', () => {
  test('an idle line is asked every 20 s, and the browser hears of us as often', async () => {
    const world = setUp();
    const session = await goOnline(world);

    await world.clock.advance(60_000);

    expect(session.beats).toBe(3);
    expect(world.awake.times).toBe(3);
  });

  test('a line with a call is asked every 15 s', async () => {
    const world = setUp();
    const session = await goOnline(world);
    await world.clock.advance(10_000);
    session.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });

    await world.clock.advance(5_000);
    expect(session.beats).toBe(1);
    await world.clock.advance(30_000);

    expect(session.beats).toBe(3);
  });

  test('a line that says nothing in a call is known to be dead within 25 s', async () => {
    const world = setUp();
    const session = await goOnline(world);
    session.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
    world.pbx.beat = () => new Promise(() => {});

    await world.clock.advance(24_000);

    expect(world.keeper.current().connection.status).not.toBe('online');
    expect(session.isClosed).toBe(true);
    expect(world.keeper.current().calls[0]?.confirmed).toBe(false);
  });

  test('a PBX that asks for patience is not a dead line', async () => {
    const world = setUp();
    await goOnline(world);
    world.pbx.beat = async () => fail({ kind: 'rate-limited', retryAfterMs: 1_000 });

    await world.clock.advance(60_000);

    expect(world.status()).toBe('online');
  });

  test('access that was never granted is said before the PBX is asked anything', async () => {
    const world = setUp();
    world.access.missing = NO_ACCESS;

    await goOnline(world).catch(() => undefined);

    expect(world.pbx.logins).toBe(0);
    expect(world.keeper.current().connection).toEqual({ status: 'blocked', error: NO_ACCESS });
  });

  test('access taken away ends a line that no call needs', async () => {
    const world = setUp();
    await goOnline(world);
    world.access.missing = NO_ACCESS;

    world.supervisor.beatNow();
    await settle();

    expect(world.keeper.current().connection).toEqual({ status: 'blocked', error: NO_ACCESS });
  });

  test('access taken away in a call leaves the line by which it can be hung up', async () => {
    const world = setUp();
    const session = await goOnline(world);
    session.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
    world.access.missing = NO_ACCESS;
    world.pbx.beat = async () => fail(NO_ACCESS);
    await world.clock.advance(60_000);
    const [call] = world.keeper.current().calls;

    await world.keeper.dispatch({ type: 'hang-up', id: call?.id ?? '' });
    expect(session.hungUp).toEqual(['p1']);

    session.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'ended', reason: 'completed' } } });
    await world.clock.advance(30_000);
    expect(world.keeper.current().connection).toMatchObject({
      status: 'blocked',
      error: { kind: 'permission-missing' },
    });
  });

  test('a line that was slept through is asked at once, and is made anew within 4 s when it is dead', async () => {
    const world = setUp();
    const session = await goOnline(world);
    session.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
    await settle();
    world.pbx.beat = () => new Promise(() => {});

    world.clock.sleep(3_600_000);
    await world.clock.advance(PROBE_WITHIN_MS);
    await settle();

    expect(session.isClosed).toBe(true);
    expect(world.pbx.sessions).toHaveLength(2);
    expect(world.status()).toBe('online');
  });

  test('a session whose endpoint was changed connects anew at once, and in a call once that is over', async () => {
    const world = setUp();
    await goOnline(world);

    world.supervisor.renew();
    await settle();

    expect(world.pbx.logins).toBe(2);
    expect(world.status()).toBe('online');
    const session = lastSession(world);
    await world.keeper.dispatch(DIAL);
    await settle();
    session.tell({ type: 'report', report: { pbxId: 'p1', ref: 'c1', change: { to: 'talking' } } });
    await settle();

    world.supervisor.renew();
    await world.clock.advance(1_000);
    expect(world.pbx.logins).toBe(2);

    session.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'ended', reason: 'completed' } } });
    await world.clock.advance(1_000);
    expect(world.pbx.logins).toBe(3);
    expect(world.status()).toBe('online');
  });

  test('a network that is back makes a dead line anew at once, and leaves a living one alone', async () => {
    const world = setUp();
    const first = await goOnline(world);
    world.supervisor.probe('always');
    await world.clock.advance(10_000);
    expect(world.pbx.sessions).toEqual([first]);

    world.pbx.beat = () => new Promise(() => {});
    world.supervisor.probe('always');
    await world.clock.advance(PROBE_WITHIN_MS);
    await settle();

    expect(first.isClosed).toBe(true);
    expect(world.pbx.sessions).toHaveLength(2);
  });

  test('somebody who looks at us costs no question while the pulse is in time', async () => {
    const world = setUp();
    const session = await goOnline(world);

    world.supervisor.probe('ifSilent');
    await settle();

    expect(session.beats).toBe(0);
  });

  test('without a line the browser hears of us every 20 s, and no more once the user has to act', async () => {
    const world = setUp();
    world.pbx.login = async () => fail({ kind: 'unreachable', detail: '' });
    await world.keeper.dispatch({ type: 'woke', hasAccount: true });

    await world.clock.advance(60_000);
    expect(world.awake.times).toBe(3);

    world.pbx.login = async () => fail({ kind: 'login-refused', detail: '' });
    await world.clock.advance(60_000);
    const told = world.awake.times;
    await world.clock.advance(600_000);
    expect(world.status()).toBe('blocked');
    expect(world.awake.times).toBe(told);
  });

  test('a list that failed at the opening is asked for with the next beat, and ends the ghosts', async () => {
    const world = setUp();
    const session = await goOnline(world);
    session.tell({ type: 'report', report: { pbxId: 'p1', change: { to: 'talking' } } });
    await settle();
    world.pbx.list = async () => fail({ kind: 'timeout', afterMs: 8_000 });
    session.tell({ type: 'lost', error: GONE });
    await world.clock.advance(5_000);
    expect(world.status()).toBe('online');
    expect(world.keeper.current().calls[0]).toMatchObject({ confirmed: false, state: { phase: 'talking' } });

    world.pbx.list = async () => ok([]);
    await world.clock.advance(BEAT_IN_CALL_MS);

    expect(world.keeper.current().calls[0]?.state.phase).toBe('ended');
  });

  test('a closed line is asked nothing', async () => {
    const world = setUp();
    const session = await goOnline(world);
    await world.keeper.dispatch({ type: 'account-changed', hasAccount: false });

    await world.clock.advance(60_000);

    expect(session.beats).toBe(0);
    expect(world.awake.times).toBe(0);
  });
});
