import { describe, expect, test } from 'vitest';
import { needsUser } from '../../src/core/connection.ts';
import { fail } from '../../src/core/result.ts';
import { createMemory, POPUP, startBackground } from './whole-background.ts';

const VALUES = { server: 'https://pbx.example.com', user: '45', password: 'canary-7f3a' };

describe('what was counted at a PBX', () => {
  test.each([
    ['is counted on after another login there', { user: '46' }, true],
    ['is forgotten at another PBX', { server: 'https://other.example.com' }, false],
  ])('%s', async (_what, change, isKept) => {
    const { answer, keeper } = await startBackground();
    const save = (values: object) => answer({ type: 'account/save', payload: { vendor: 'fake', values } }, POPUP);
    await save(VALUES);
    await keeper.dispatch({ type: 'hung-up', id: 'c1', result: fail({ kind: 'rate-limited', retryAfterMs: 9_000 }) });

    await save({ ...VALUES, ...change });

    expect(keeper.current().pace).toEqual(isKept ? { placedAt: [] } : undefined);
  });
});

describe('on a full disk', () => {
  const FILE = { pagedial: 1, country: 'FR', account: { vendor: 'fake', values: { ...VALUES, user: '46' } } };

  test.each([
    [
      'an account',
      'account/save',
      { vendor: 'fake', values: { ...VALUES, user: '46', password: 'other' } },
      { vendor: 'options_not_stored' },
    ],
    ['a settings file', 'settings/import', { text: JSON.stringify(FILE) }, { problem: 'not-stored' }],
    ['a change', 'settings/change', { country: 'FR' }, 'not-stored'],
    ['a lesson', 'taught/change', { host: 'crm.example.com', number: '+442079460123' }, 'not-stored'],
  ])('%s is said to be not saved, and all is as it was', async (_what, type, payload, error) => {
    const memory = createMemory();
    const { answer, world } = await startBackground({}, memory);
    await answer({ type: 'account/save', payload: { vendor: 'fake', values: VALUES } }, POPUP);
    const before = structuredClone(world.settings);
    memory.keepsSettings = false;

    expect(await answer({ type, payload }, POPUP)).toEqual({ ok: false, error });

    expect(world.settings).toEqual(before);
    const { password: _typed, ...open } = VALUES;
    await answer({ type: 'account/test', payload: { vendor: 'fake', values: open } }, POPUP);
    expect(world.tested.at(-1)).toEqual(VALUES);
  });
});

describe('a vault on the disk', () => {
  const save = (values: object) => ['account/save', { vendor: 'fake', values }] as const;

  async function signedIn() {
    const memory = createMemory();
    const background = await startBackground({}, memory);
    const tell = ([type, payload]: readonly [string, object]) => background.answer({ type, payload }, POPUP);
    await tell(save(VALUES));
    return { ...background, memory, tell };
  }

  test('that is full: the new password is used, and the one before is not tried again after a restart', async () => {
    const { accounts, memory, tell, boxes } = await signedIn();
    memory.vault = 'full';

    await tell(save({ ...VALUES, password: 'newer' }));

    expect(await accounts.ready()).toMatchObject({ ok: true, value: { values: { password: 'newer' } } });
    expect([...boxes.keys()]).not.toContain('secrets:fake');
  });

  test('that does not let us look is asked again later: the user is not told that there is no password', async () => {
    const { accounts, memory } = await signedIn();
    memory.vault = 'blocked';
    const refused = await accounts.ready();
    expect(refused).toEqual(fail({ kind: 'secrets-not-read', detail: '' }));
    if (!refused.ok) expect(needsUser(refused.error)).toBe(false);

    memory.vault = 'works';

    expect(await accounts.ready()).toMatchObject({ ok: true, value: { values: VALUES } });
  });

  test('that does not let us look loses no password for what an adapter has found out meanwhile', async () => {
    const { accounts, memory, pbx } = await signedIn();
    memory.vault = 'blocked';
    const { password: _secret, ...open } = VALUES;

    await accounts.remember({ adapter: pbx.adapter, values: open }, {}, { _token: 'found' }).catch(() => {});
    memory.vault = 'works';

    expect(await accounts.ready()).toMatchObject({ ok: true, value: { values: { password: VALUES.password } } });
  });

  test('that is blocked for good: who signs in again can work until the browser closes', async () => {
    const { accounts, memory, tell } = await signedIn();
    memory.vault = 'blocked';

    expect(await tell(save(VALUES))).toEqual({ ok: true, value: undefined });

    expect(await accounts.ready()).toMatchObject({ ok: true, value: { values: VALUES } });
  });
});
