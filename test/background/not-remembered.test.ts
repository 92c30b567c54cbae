import { describe, expect, test } from 'vitest';
import { createMemory, POPUP, startBackground } from './whole-background.ts';

const VALUES = { server: 'https://pbx.example.com', user: '45', password: 'canary-7f3a' };

async function signIn(remember: boolean, memory = createMemory()) {
  const background = await startBackground({}, memory);
  const saved = await background.answer(
    { type: 'account/save', payload: { vendor: 'fake', values: VALUES, remember } },
    POPUP,
  );
  expect(saved).toEqual({ ok: true, value: undefined });
  return background;
}

describe('a password that is not to be remembered', () => {
  test('is used until the browser closes, and lies nowhere on the disk', async () => {
    const { accounts, boxes, world, memory } = await signIn(false);

    expect(await accounts.ready()).toMatchObject({ ok: true, value: { values: VALUES } });
    expect([...boxes.keys()].filter((key) => key.startsWith('secrets:'))).toEqual([]);
    expect(JSON.stringify([world.settings, memory.state])).not.toContain('canary');
    expect(memory.secrets).toEqual({ fake: { password: 'canary-7f3a' } });
  });

  test('is asked for again after the next start: that is said, and nobody tries to sign in without it', async () => {
    const { accounts, memory } = await signIn(false);

    memory.secrets = {};

    expect(await accounts.ready()).toEqual({ ok: false, error: { kind: 'not-remembered', detail: 'password' } });
  });

  test('is taken off the disk where it was remembered before', async () => {
    const memory = createMemory();
    const { boxes, answer } = await signIn(true, memory);
    expect(boxes.has('secrets:fake')).toBe(true);

    await answer({ type: 'account/save', payload: { vendor: 'fake', values: VALUES, remember: false } }, POPUP);

    expect(boxes.has('secrets:fake')).toBe(false);
    expect(memory.secrets).toHaveProperty('fake');
  });

  test('stays off the disk when a settings file or the adapter brings a new one', async () => {
    const { accounts, boxes, memory } = await signIn(false);
    const text = JSON.stringify({
      pagedial: 1,
      account: { vendor: 'fake', values: { ...VALUES, password: 'second' } },
    });

    expect(await accounts.importFile(text)).toMatchObject({ ok: true });
    const ready = await accounts.ready();
    if (ready.ok) await accounts.remember(ready.value, {}, { _token: 'third' });

    expect(boxes.has('secrets:fake')).toBe(false);
    expect(memory.secrets).toEqual({ fake: { password: 'second', _token: 'third' } });
  });

  test('is gone with the account', async () => {
    const { accounts, memory } = await signIn(false);

    await accounts.remove();

    expect(memory.secrets).toEqual({});
  });
});
