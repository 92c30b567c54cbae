import { expect, test } from 'vitest';
import { keepsakeOf, restore } from '../../src/core/keepsake.ts';
import { ok } from '../../src/core/result.ts';
import { type AppEvent, type AppState, INITIAL, update } from '../../src/core/update.ts';
import { ALL } from '../fake-pbx.ts';

const T = 1_800_000_000_000;
const HOUR = 3_600_000;

function play(...events: readonly AppEvent[]): AppState {
  return events.reduce((state, event) => update(state, event, T).state, INITIAL);
}

const woke: AppEvent = { type: 'woke', hasAccount: true };
const opened: AppEvent = { type: 'opened', capabilities: { ...ALL, placeLimit: { count: 1, perMs: 60_000 } } };
const dial: AppEvent = { type: 'dial', id: 'c1', number: '+16175550123', dialled: '+16175550123' };
const accepted: AppEvent = { type: 'dialled', id: 'c1', result: ok({ pbxId: 'p1' }) };
const ended: AppEvent = { type: 'report', report: { pbxId: 'p1', change: { to: 'ended', reason: 'busy' } } };

/** The state of the next version, as far as it comes through the storage. */
function afterUpdate(state: AppState, now = T): AppState {
  const keepsake = keepsakeOf(state, T);
  return keepsake ? restore(JSON.parse(JSON.stringify(keepsake)), now) : INITIAL;
}

test('a request that waited for the line is not placed by the next version, and says so', () => {
  const step = update(afterUpdate(play(woke, dial)), woke, T + 500);

  expect(step.state.calls).toMatchObject([{ id: 'c1', placed: 'no', state: { phase: 'ended' } }]);
  expect(step.effects).toEqual([{ type: 'open' }]);
});

test('a live call is the same call afterwards, not confirmed until the PBX lists it', () => {
  const after = update(afterUpdate(play(woke, opened, dial, accepted)), woke, T + 500).state;
  expect(after.calls).toMatchObject([{ id: 'c1', pbxId: 'p1', confirmed: false }]);

  const alive = [{ pbxId: 'p1', change: { to: 'talking' as const } }];
  const back = update(after, { type: 'opened', capabilities: ALL, alive }, T + 900).state;

  expect(back.calls).toMatchObject([{ id: 'c1', confirmed: true, state: { phase: 'talking' } }]);
});

test('the count of calls goes on', () => {
  const after = afterUpdate(play(woke, opened, dial, accepted, ended));
  const next: AppEvent = { ...dial, id: 'c2', number: '+16175550124' };
  const state = [woke, opened, next].reduce((before, event) => update(before, event, T + 1_000).state, after);

  expect(state.calls.find(({ id }) => id === 'c2')).toMatchObject({ placed: 'no', error: { kind: 'rate-limited' } });
});

test('that a call was not placed is still said afterwards', () => {
  const state = afterUpdate(afterUpdate(update(afterUpdate(play(woke, dial)), woke, T + 500).state));

  expect(state.calls).toMatchObject([{ id: 'c1', placed: 'no', state: { phase: 'ended' } }]);
});

test('what ended is not kept, and a connection never is', () => {
  const kept = keepsakeOf(play(woke, { ...opened, capabilities: ALL }, dial, accepted, ended), T);

  expect(kept?.calls ?? []).toEqual([]);
  expect(afterUpdate(play(woke, opened)).connection).toEqual({ status: 'off' });
});

test('nothing of a private window is kept but the count', () => {
  const origin = { tabId: 7, frameId: 0, isPrivate: true } as const;
  const kept = keepsakeOf(play(woke, opened, { ...dial, origin } as AppEvent, accepted), T);

  expect(kept?.calls).toEqual([]);
  expect(kept?.pace?.placedAt).toEqual([T]);
});

test('a call of yesterday says nothing about today', () => {
  const state = play(woke, opened, dial, accepted);

  expect(afterUpdate(state, T + 11 * HOUR).calls).toHaveLength(1);
  expect(afterUpdate(state, T + 13 * HOUR).calls).toEqual([]);
});

test('of a private window nothing is kept, though its call is up', () => {
  const inPrivate: AppEvent = { ...dial, origin: { tabId: 7, frameId: 0, isPrivate: true } };

  const kept = keepsakeOf(play(woke, opened, inPrivate, accepted), T);

  expect(JSON.stringify(kept?.calls ?? [])).toBe('[]');
  expect(JSON.stringify(kept ?? {})).not.toContain('6175550123');
});

test('nor when it is over and forgotten, and the PBX says once more that it ended', () => {
  const inPrivate: AppEvent = { ...dial, origin: { tabId: 7, frameId: 0, isPrivate: true } };
  const closed: AppEvent = { type: 'tab-closed', tabId: 7 };

  const state = play(woke, { ...opened, capabilities: ALL }, inPrivate, accepted, ended, closed, ended);

  expect(state.calls).toEqual([]);
  expect(state.former?.length).toBeGreaterThan(0);
  expect(keepsakeOf(state, T)).toBeUndefined();
});
