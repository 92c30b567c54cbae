import { describe, expect, test } from 'vitest';
import { HANDLED_WITHIN_MS } from '../../src/core/calls.ts';
import type { PbxSession } from '../../src/pbx/adapter.ts';
import { VARIANT_VALUES, type VodiaVariants } from '../simulators/vodia-variants.ts';
import { turns } from './contract.ts';
import { MiniBackground } from './mini-background.ts';
import { type VodiaDesk, vodiaDesk } from './vodia-desk.ts';

// Hold and transfer are known from the vendor's portal only: every way a PBX may take them, and none of them ends in a lie.

const NUMBER = '+16175550142';
const OTHER = '+16175550143';

interface Desk {
  readonly desk: VodiaDesk;
  readonly background: MiniBackground;
  readonly line: PbxSession;
}

/** A call of extension 45 that both parties talk on, with the core around it. */
async function inACall(variants: Partial<VodiaVariants> = {}): Promise<Desk> {
  const desk = await vodiaDesk({ variants });
  const background = new MiniBackground(desk.clock);
  desk.told.also = background.tell;
  const line = await desk.session();
  await desk.answer(background.opened(line));
  background.dispatch({ type: 'dial', id: 'ours', number: NUMBER, dialled: NUMBER });
  await desk.until(() => desk.pbx.calls().length === 1);
  desk.pbx.phone('45').answer();
  desk.pbx.farEnd().answer();
  await desk.until(() => background.phaseOf('ours') === 'talking');
  return { desk, background, line };
}

const press = ({ background }: Desk, want: 'hold' | 'resume') =>
  background.dispatch({ type: 'hold', id: 'ours', want });
const handOver = ({ background }: Desk) =>
  background.dispatch({ type: 'transfer', id: 'ours', number: OTHER, dialled: OTHER });
const ourCall = ({ background }: Desk) =>
  background.state.calls.find(({ id }) => id === 'ours') ?? expect.fail('no call');
const mayHold = ({ background: { state } }: Desk) =>
  state.connection.status === 'online' && state.connection.capabilities.hold;
const isTry = ({ background: { state } }: Desk) =>
  state.connection.status === 'online' && state.connection.capabilities.holdUntried === true;
async function pass(one: Desk, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    await turns();
    one.desk.clock.advance(500);
    one.background.dispatch({ type: 'tick' });
  }
}

describe('hold', () => {
  const readings = (
    ['heldWord', 'stateField', 'callsShape', 'idType', 'snapshot', 'callsSeen', 'entryFields'] as const
  ).flatMap((name) => VARIANT_VALUES[name].map((value) => [name, value] as const));
  test.each(readings)('holds and takes back, where the documents are silent about %s: %s', async (name, value) => {
    const one = await inACall({ [name]: value });

    press(one, 'hold');
    await one.desk.until(() => one.background.phaseOf('ours') === 'held');
    press(one, 'resume');
    await one.desk.until(() => one.background.phaseOf('ours') === 'talking');

    expect(one.desk.pbx.holds().length).toBe(2);
    expect(one.desk.pbx.violations).toEqual([]);
  });

  test('is offered as a try until the PBX has shown it once, which is remembered with the account', async () => {
    const one = await inACall();
    const before = isTry(one);

    press(one, 'hold');
    await one.desk.until(() => one.background.phaseOf('ours') === 'held');
    const shown = isTry(one);
    press(one, 'resume');
    await one.desk.until(() => one.background.phaseOf('ours') === 'talking');
    press(one, 'hold');
    await one.desk.until(() => one.background.phaseOf('ours') === 'held');
    const kept = one.desk.told.of('remember').filter(({ values }) => '_holdSeen' in values);
    const later = await one.desk.session({ ...one.desk.own, _holdSeen: 'yes' });

    expect([before, shown]).toEqual([true, false]);
    expect(kept).toEqual([{ type: 'remember', values: { _holdSeen: 'yes' } }]);
    expect(later.capabilities.holdUntried).toBeUndefined();
  });

  test('by the desk phone proves nothing', async () => {
    const one = await inACall();

    one.desk.pbx.phone('45').hold();
    await one.desk.until(() => one.background.phaseOf('ours') === 'held');

    expect(isTry(one)).toBe(true);
    expect(one.desk.told.of('remember').some(({ values }) => '_holdSeen' in values)).toBe(false);
  });

  test.each(['unknown', 'refused'] as const)(
    '%s by the PBX it is sent once, said to be not known, and not offered again',
    async (how) => {
      const one = await inACall({ hold: how });

      press(one, 'hold');
      await pass(one, HANDLED_WITHIN_MS + 1_000);
      press(one, 'hold');
      await pass(one, 2_000);

      expect(ourCall(one)).toMatchObject({ state: { phase: 'talking' }, handling: { want: 'hold', step: 'unknown' } });
      expect([mayHold(one), one.desk.pbx.holds().length]).toEqual([false, 1]);
    },
  );

  test('shown late it is believed late, and can be taken back', async () => {
    const one = await inACall({ hold: 'late' });

    press(one, 'hold');
    await pass(one, HANDLED_WITHIN_MS + 500);
    const between = [mayHold(one), ourCall(one).handling?.step];
    await pass(one, 3_000);

    expect(between).toEqual([false, 'unknown']);
    expect(ourCall(one)).toMatchObject({ state: { phase: 'held' }, isHeldHere: true });
    expect([mayHold(one), one.desk.pbx.holds().length]).toEqual([true, 1]);
  });

  test('a call that stands otherwise than it looked is not toggled', async () => {
    const one = await inACall();
    const id = one.desk.pbx.wireId(one.desk.pbx.calls()[0] ?? expect.fail('no call'));

    const resumed = await one.line.hold?.(id, 'resume');
    one.desk.pbx.phone('45').hold();
    await one.desk.until(() => one.background.phaseOf('ours') === 'held');
    const held = await one.line.hold?.(id, 'hold');
    press(one, 'resume');
    await turns();

    // Nothing to do is no failure.
    expect([resumed, held]).toEqual([
      { ok: true, value: undefined },
      { ok: true, value: undefined },
    ]);
    expect(one.desk.pbx.holds()).toEqual([]);
  });

  test('a line that died takes the wish with it', async () => {
    const one = await inACall();
    one.desk.pbx.faults.set('frame:hold-call', { kind: 'cut' });

    press(one, 'hold');
    await one.desk.until(() => one.desk.told.of('lost').length === 1);

    expect(ourCall(one).handling?.step).toBe('unknown');
    expect(await one.line.hold?.('1', 'hold')).toMatchObject({ ok: false, error: { placed: 'no' } });
  });
});

describe('transfer', () => {
  test('hands the call over from our extension, and says to whom', async () => {
    const one = await inACall();

    handOver(one);
    await one.desk.until(() => one.background.phaseOf('ours') === 'ended transferred');

    expect(one.desk.pbx.transfers()).toMatchObject([{ to: OTHER }]);
    expect(one.desk.pbx.calls()[0]).toMatchObject({ transferredTo: OTHER });
    expect(one.desk.pbx.violations).toEqual([]);
  });

  test.each(['late', 'ignored'] as const)('%s it is sent once and said to be not known', async (transfer) => {
    const one = await inACall({ transfer });

    handOver(one);
    await pass(one, HANDLED_WITHIN_MS + 1_000);
    const between = [ourCall(one).handling?.step, one.background.phaseOf('ours')];
    await pass(one, 4_000);

    expect(between).toEqual(['unknown', 'talking']);
    expect(one.background.phaseOf('ours')).toBe(transfer === 'late' ? 'ended unknown' : 'talking');
    expect(ourCall(one).handling?.step).toBe('unknown');
    expect(one.desk.pbx.transfers().length).toBe(1);
  });

  test('a call that only rings is not transferred', async () => {
    const desk = await vodiaDesk();
    const line = await desk.session();
    const placed = await desk.answer(line.dial({ number: NUMBER, ref: 'ours' }));
    const id = (placed.ok && placed.value.pbxId) || '';

    expect(await line.transfer?.(id, OTHER)).toMatchObject({ ok: false, error: { placed: 'no' } });
    expect(desk.pbx.transfers()).toEqual([]);
  });
});
