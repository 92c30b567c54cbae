import { expect, test } from 'vitest';
import type { PbxCall } from '../../src/core/calls.ts';
import { ok } from '../../src/core/result.ts';
import { type AppEvent, type AppState, INITIAL, update } from '../../src/core/update.ts';
import { ALL } from '../fake-pbx.ts';

const T = 1_800_000_000_000;

const woke: AppEvent = { type: 'woke', hasAccount: true };
const opened: AppEvent = { type: 'opened', capabilities: ALL };
const elsewhere: AppEvent = { type: 'account-changed', hasAccount: true, isElsewhere: true };
const dial = (id: string): AppEvent => ({ type: 'dial', id, number: '+16175550142', dialled: '6175550142' });
const dialled = (id: string, pbxId: string): AppEvent => ({ type: 'dialled', id, result: ok({ pbxId }) });
const report = (pbxId: string, change: PbxCall['change'], ref?: string): AppEvent => ({
  type: 'report',
  report: { pbxId, change, ...(ref === undefined ? {} : { ref }) },
});
const RINGS: PbxCall['change'] = { to: 'ringing', leg: 'own-phone' };
const TALKS: PbxCall['change'] = { to: 'talking' };
const ENDS: PbxCall['change'] = { to: 'ended', reason: 'completed' };

/** How the call with this id of ours stands after all of it, a second between two events. */
function phaseOf(id: string, events: readonly AppEvent[]): string | undefined {
  let state: AppState = INITIAL;
  for (const [at, event] of events.entries()) state = update(state, event, T + at * 1_000).state;
  return state.calls.find((call) => call.id === id)?.state.phase;
}

const aCallThatIsOver = [woke, opened, dial('old'), dialled('old', '1'), report('1', TALKS), report('1', ENDS)];

test('another PBX may give its first call the id of the last one of the old PBX', () => {
  const course = [...aCallThatIsOver, elsewhere, opened, dial('new'), report('1', RINGS, 'new'), dialled('new', '1')];

  expect(phaseOf('new', [...course, report('1', TALKS)])).toBe('talking');
  expect(phaseOf('new', [...course, report('1', TALKS), report('1', ENDS)])).toBe('ended');
});

test('an id that is given again while late words are still feared belongs to the call that lives', () => {
  const course = [woke, opened, report('7', ENDS), dial('new'), report('7', RINGS, 'new'), dialled('new', '7')];

  expect(phaseOf('new', [...course, report('7', TALKS)])).toBe('talking');
});

test('a PBX may give every call the same id', () => {
  const again = [dial('new'), dialled('new', '1'), report('1', RINGS, 'new'), report('1', TALKS, 'new')];

  expect(phaseOf('new', [...aCallThatIsOver, ...again])).toBe('talking');
  expect(phaseOf('new', [...aCallThatIsOver, ...again, report('1', ENDS, 'new')])).toBe('ended');
});

test('a late word brings no call back', () => {
  let state: AppState = INITIAL;
  for (const event of [woke, opened, report('7', ENDS), report('7', TALKS)]) state = update(state, event, T).state;

  expect(state.calls).toEqual([]);
});
