import { createKeeper, type Keeper } from '../../src/background/keeper.ts';
import { createSupervisor } from '../../src/background/supervisor.ts';
import type { AccountValues } from '../../src/core/account.ts';
import { ok } from '../../src/core/result.ts';
import { type AppState, INITIAL } from '../../src/core/update.ts';
import { findAdapter } from '../../src/pbx/registry.ts';
import { callView } from '../../src/ui/call-view.ts';
import { nodePorts, passTime } from '../pbx/node-ports.ts';
import { virtualClock } from '../simulators/clock.ts';
import type { Stage } from './scenarios.ts';
import type { MatrixSystem } from './system.ts';

const NUMBER = '+16175550142';
const STEP_MS = 500;
const PATIENCE_MS = 90_000;

/** A whole background without a browser: keeper and supervisor over the real adapter, and the popup's words. Time is moved by hand. */
export async function nodeStage(system: MatrixSystem): Promise<Stage & { close(): Promise<void> }> {
  const clock = virtualClock();
  const pbx = await system.start(clock);
  const ports = nodePorts({ clock, likeChrome: true });
  const adapter = findAdapter(pbx.account.vendor);
  if (!adapter) throw new Error(`no PBX ${pbx.account.vendor}`);
  let values: AccountValues = pbx.account.values;
  let saved: AppState = INITIAL;
  let count = 0;
  let background = await startBackground();

  /** From its start, with what an earlier one has saved. */
  async function startBackground(): Promise<{ readonly keeper: Keeper; kill(): void }> {
    let isDead = false;
    const supervisor = createSupervisor({
      clock: { now: clock.now, after: (ms, job) => clock.after(ms, () => isDead || job()) },
      ports,
      account: async () => ok({ adapter: adapter as NonNullable<typeof adapter>, values }),
      findMissing: async () => undefined,
      remember(_account, found, secrets) {
        values = { ...values, ...found, ...secrets };
      },
      random: () => 0,
      dispatch: (event, isStill = () => true) =>
        void keeper.decide(() => ({ answer: undefined, ...(isStill() && !isDead ? { event } : {}) })),
      stayAwake: () => {},
    });
    const keeper = createKeeper({
      clock: { now: clock.now, after: (ms, job) => clock.after(ms, () => isDead || job()) },
      load: async () => saved,
      async save(state) {
        if (!isDead) saved = state;
      },
      run: (effect) => isDead || supervisor.run(effect),
      onState: (state) => supervisor.onState(state),
      onSaving: () => {},
    });
    await keeper.dispatch({ type: 'woke', hasAccount: true });
    return {
      keeper,
      kill() {
        supervisor.run({ type: 'close' });
        isDead = true;
      },
    };
  }

  const view = () => {
    const { calls, connection } = background.keeper.current();
    const newest = [...calls].sort((a, b) => b.startedAt - a.startedAt)[0];
    return newest && callView(newest, connection);
  };
  const newestId = () => background.keeper.current().calls.find(({ state }) => state.phase !== 'ended')?.id ?? '';
  const pass = (ms: number) => passTime(ms, STEP_MS, clock, ports);
  async function until(what: string, probe: () => unknown): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
      if (probe()) return;
      await pass(STEP_MS);
    }
    throw new Error(`Waited in vain until ${what}; the popup says ${JSON.stringify(view())}`);
  }

  await until('the line is up', () => background.keeper.current().connection.status === 'online');
  return {
    system,
    pbx,
    async dial() {
      count += 1;
      // A second click on the same number within three seconds is the same click.
      if (count > 1) await pass(4_000);
      const id = `call-${count}`;
      await background.keeper.dispatch({ type: 'dial', id, number: NUMBER, dialled: NUMBER });
    },
    shows: (...words) => until(`the popup says ${words.join(' or ')}`, () => words.includes(view()?.state[0] ?? '')),
    hasHangUp: async () => view()?.hangUp === 'offered',
    async hangUp() {
      const live = background.keeper.current().calls.find(({ state }) => state.phase !== 'ended');
      await background.keeper.dispatch({ type: 'hang-up', id: live?.id ?? '' });
    },
    async has(what) {
      const { hold, transfer } = view() ?? {};
      const want = hold?.want === 'try-hold' ? 'hold' : hold?.want;
      return what === 'transfer' ? transfer === 'offered' : want === what && hold?.is === 'offered';
    },
    async press(want) {
      await background.keeper.dispatch({ type: 'hold', id: newestId(), want });
    },
    async transferTo(number) {
      await background.keeper.dispatch({ type: 'transfer', id: newestId(), number, dialled: number });
    },
    until,
    async killBackground() {
      background.kill();
      background = await startBackground();
    },
    wait: pass,
    async close() {
      background.kill();
      await pbx.close();
    },
  };
}
