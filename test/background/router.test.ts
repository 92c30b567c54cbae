import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageSender } from '../../src/background/router.ts';
import { WHOLE_ATLAS } from '../../src/phone/whole-atlas.ts';
import { PAGE, POPUP, pageIn, refused, startBackground } from './whole-background.ts';

const ACCOUNT = { server: 'https://pbx.example.com', user: '45', password: 'canary-7f3a' };

describe('who may ask what', () => {
  const UI_ONLY = [
    'ui/dial',
    'confirm/read',
    'confirm/answer',
    'call/hang-up',
    'call/hold',
    'call/transfer',
    'call/dismiss',
    'connection/retry',
    'account/test',
    'account/endpoints',
    'account/save',
    'account/remove',
    'settings/change',
    'settings/import',
    'settings/export',
  ];

  test.each(UI_ONLY)('a page that asks %s gets no answer and changes nothing', async (type) => {
    const { answer, world, keeper } = await startBackground();
    const before = [world.settings, keeper.current()];

    expect(
      answer({ type, payload: { id: 'call-1', text: '{"pagedial":1}', vendor: 'fake', values: {} } }, PAGE),
    ).toBeUndefined();
    expect([world.settings, keeper.current()]).toEqual(before);
  });

  test.each([
    ['another extension', { ...POPUP, id: 'evil' }],
    ['a sender without an id', { url: POPUP.url }],
    ['a tab without a frame', { id: 'abc', url: 'https://crm.example.com/', tab: { id: 7 } }],
    ['an extension page pretending to be ours', { id: 'abc', url: 'chrome-extension://abcd/x.html' }],
  ])('%s gets no answer', async (_name, sender) => {
    const { answer } = await startBackground();

    expect(
      answer({ type: 'call/dial', payload: { number: '+16175550123', requestId: 'request-1' } }, sender),
    ).toBeUndefined();
    expect(answer({ type: 'settings/export' }, sender)).toBeUndefined();
  });

  test.each(['constructor', '__proto__', 'toString', 'page/call', '', 7, null, undefined])(
    'a message of type %s gets no answer',
    async (type) => {
      const { answer } = await startBackground();

      expect(answer({ type, payload: {} }, POPUP)).toBeUndefined();
    },
  );

  test('no message makes it throw, whoever sends it', async () => {
    const { answer } = await startBackground();
    const types = ['call/dial', 'call/cancel', 'page/settings', ...UI_ONLY.filter((type) => type !== 'account/remove')];
    const message = fc.oneof(
      fc.anything(),
      fc.record({ type: fc.constantFrom(...types), payload: fc.oneof(fc.anything(), fc.object()) }),
    );

    await fc.assert(
      fc.asyncProperty(
        message,
        fc.constantFrom(PAGE, POPUP),
        async (asked, sender) => void (await answer(asked, sender)),
      ),
    );
  });
});

describe('a click in a page, where no window can be opened', () => {
  test('is dialled, in the format of the account', async () => {
    const { dial, dials } = await startBackground({ dialing: { numberFormat: 'digits', outsideLine: '9' } });

    expect(await dial('+16175550123')).toEqual({ ok: true, value: 'call-1' });
    expect(dials()).toMatchObject([{ id: 'call-1', number: '+16175550123', dialled: '916175550123' }]);
  });

  test('a short extension is dialled as it is', async () => {
    const { dial, dials } = await startBackground({ dialing: { numberFormat: 'digits', outsideLine: '9' } });

    expect(await dial('45')).toMatchObject({ ok: true });
    expect(dials()).toMatchObject([{ number: '45', dialled: '45' }]);
  });

  test.each([
    ['*97', 'feature-code'],
    ['*21*5550123#', 'feature-code'],
    ['#31#', 'feature-code'],
    ['sip:45@pbx.example', 'sip-uri'],
    ['sip:45@', 'sip-uri'],
    ['16175550123', 'not-a-number'],
    ['+1617555012345678', 'not-a-number'],
    ['+1617555,,1', 'not-a-number'],
    ['+16175550123\n', 'not-a-number'],
    ['', 'not-a-number'],
    [16175550123, 'not-a-number'],
    [['+16175550123'], 'not-a-number'],
    [null, 'not-a-number'],
    ['112', 'emergency'],
    ['911', 'emergency'],
    ['+19005550100', 'premium'],
    ['+881612345678', 'satellite'],
    ['+442079460123', 'foreign-first-time'],
  ])('%j is not dialled: %s', async (number, reason) => {
    const { dial, dials } = await startBackground();

    expect(await dial(number)).toEqual(refused(reason));
    expect(dials()).toEqual([]);
  });

  test.each([undefined, '', 'a b', 7, 'x'.repeat(65), '../../etc'])(
    'without a proper request id (%j) nothing is dialled',
    async (id) => {
      const { answer, dials } = await startBackground();

      const payload = { number: '+16175550123', requestId: id };
      expect(await answer({ type: 'call/dial', payload }, PAGE)).toMatchObject({ ok: false });
      expect(dials()).toEqual([]);
    },
  );

  test('on a site that is switched off nothing is dialled, whatever the message says', async () => {
    const { answer, dials } = await startBackground({ sites: { mode: 'except', hosts: ['crm.example.com'] } });
    const payload = { number: '+16175550123', requestId: 'request-1', host: 'good.example.com', tabId: 1 };

    expect(await answer({ type: 'call/dial', payload }, PAGE)).toEqual(refused('site-off'));
    expect(dials()).toEqual([]);
  });

  test('a frame without an address counts as the page it stands in', async () => {
    const { dial } = await startBackground({ sites: { mode: 'only', hosts: ['crm.example.com'] } });
    const blank = { ...PAGE, url: 'about:blank', origin: 'null', frameId: 3 };
    const elsewhere = { ...blank, tab: { id: 7, url: 'https://other.example.com/' } };

    expect(await dial('+16175550123', blank)).toMatchObject({ ok: true });
    expect(await dial('+16175550124', elsewhere)).toEqual(refused('site-off'));
  });

  test('without an account nothing is dialled', async () => {
    const { world, dial } = await startBackground();
    const { account: _none, ...without } = world.settings;
    world.settings = without;

    expect(await dial('+16175550123')).toEqual(refused('no-account'));
  });

  test('without a network nothing is dialled, and nothing waits for it', async () => {
    const { world, dial, keeper } = await startBackground();
    await keeper.dispatch({ type: 'lost', error: { kind: 'closed', detail: '' }, jitter: 0 });
    world.isOnline = false;

    expect(await dial('+16175550123')).toEqual(refused('offline'));
    expect(keeper.current().calls).toEqual([]);
  });

  test('asked twice with the same id, it is one call with one answer', async () => {
    const { dial, dials } = await startBackground();

    const answers = await Promise.all([1, 2, 3].map(() => dial('+16175550123', PAGE, 'the-same-id')));

    expect(answers).toEqual(Array(3).fill({ ok: true, value: 'call-1' }));
    expect(dials()).toHaveLength(1);
  });

  test('the same number from two tabs at once is one call, and the second is told', async () => {
    const { dial, dials, clock } = await startBackground();

    const answers = await Promise.all([
      dial('+16175550123'),
      dial('+16175550123', pageIn('https://other.example.com/', 8)),
    ]);
    expect(answers).toEqual([{ ok: true, value: 'call-1' }, refused('already-calling')]);

    await clock.advance(3_000);
    expect(await dial('+16175550123')).toMatchObject({ ok: true });
    expect(dials()).toHaveLength(2);
  });

  test('the fourth call from pages within a minute is refused, from the popup it is not', async () => {
    const { dial, type, clock } = await startBackground();
    for (const last of [1, 2, 3]) expect(await dial(`+1617555010${last}`)).toMatchObject({ ok: true });

    expect(await dial('+16175550104')).toEqual(refused('too-many'));
    expect(await type('+16175550105')).toMatchObject({ ok: true });
    await clock.advance(60_000);
    expect(await dial('+16175550104')).toMatchObject({ ok: true });
  });

  test('a country called once from the popup may be called from pages', async () => {
    const { dial, type, clock } = await startBackground();
    expect(await dial('+442079460123')).toEqual(refused('foreign-first-time'));

    await type('+44 20 7946 0123');
    await clock.advance(3_000);

    expect(await dial('+442079460199')).toMatchObject({ ok: true });
  });

  test('where it came from is the browser’s word', async () => {
    const { answer, keeper } = await startBackground();
    const payload = { number: '+16175550123', requestId: 'request-1', origin: { tabId: 99, frameId: 99 } };

    await answer({ type: 'call/dial', payload }, pageIn('https://crm.example.com/', 7, 4));

    expect(keeper.current().calls[0]?.origin).toEqual({ tabId: 7, frameId: 4 });
  });
});

test('the address of the page goes with the call only where the account has use for it', async () => {
  const { dial, dials, world } = await startBackground();

  await dial('+16175550123');
  world.wantsPage = true;
  await dial('+16175550124');

  expect(dials().map((intent) => intent.pageUrl)).toEqual([undefined, PAGE.url]);
});

describe('cancelling from a page', () => {
  test('works for the frame that began the call, and for no other', async () => {
    const { dial, answer, keeper } = await startBackground();
    await dial('+16175550123', PAGE, 'request-1');
    const cancel = (sender: MessageSender, requestId = 'request-1') =>
      answer({ type: 'call/cancel', payload: { requestId } }, sender);

    expect(await cancel(pageIn('https://crm.example.com/deals', 7, 1))).toEqual(refused('not-our-call'));
    expect(await cancel(pageIn('https://crm.example.com/deals', 8, 0))).toEqual(refused('not-our-call'));
    expect(await cancel(PAGE, 'request-2')).toEqual(refused('unknown-request'));
    expect(keeper.current().calls[0]?.hangUp).toBeUndefined();

    expect(await cancel(PAGE)).toMatchObject({ ok: true });
    expect(keeper.current().calls[0]?.hangUp?.step).toBe('wanted');
  });
});

describe('our own surface', () => {
  test.each([
    ['(617) 555-0123', '+16175550123'],
    ['+44 20 7946 0123', '+442079460123'],
    ['*97', '*97'],
    ['45', '45'],
    ['+19005550100', '+19005550100'],
  ])('typed %s is dialled as %s: the deliberate act itself', async (text, number) => {
    const { type, dials } = await startBackground();

    expect(await type(text)).toMatchObject({ ok: true });
    expect(dials()).toMatchObject([{ number }]);
  });

  test.each([
    ['hello', 'not-a-number'],
    ['sip:45@example.com', 'sip-uri'],
    [7, 'not-a-number'],
  ])('typed %j is refused: %s', async (text, reason) => {
    const { type } = await startBackground();

    expect(await type(text)).toEqual(refused(reason));
  });

  test('tells the background that somebody looks', async () => {
    const { answer, world } = await startBackground();

    await answer({ type: 'connection/nudge', payload: {} }, POPUP);
    expect(answer({ type: 'connection/nudge', payload: {} }, PAGE)).toBeUndefined();

    expect(world.nudges).toBe(1);
  });

  test('hangs up what is there, and says what cannot be hung up', async () => {
    const { answer, type, keeper } = await startBackground();
    await type('+16175550123');
    await keeper.dispatch({ type: 'dialled', id: 'call-1', result: { ok: true, value: { pbxId: 'p1' } } });

    expect(await answer({ type: 'call/hang-up', payload: { id: 'call-1' } }, POPUP)).toMatchObject({ ok: true });
    expect(await answer({ type: 'call/hang-up', payload: { id: 'call-9' } }, POPUP)).toMatchObject({ ok: false });
  });
});

describe('the account', () => {
  const save = (world: Awaited<ReturnType<typeof startBackground>>, values: object) =>
    world.answer({ type: 'account/save', payload: { vendor: 'fake', values } }, POPUP);

  test('is saved without its secrets, which come out for the PBX only', async () => {
    const world = await startBackground();

    expect(await save(world, ACCOUNT)).toMatchObject({ ok: true });

    expect(JSON.stringify([world.world.settings, world.keeper.current()])).not.toContain('canary');
    expect(await world.answer({ type: 'settings/export' }, POPUP)).not.toContain('canary');
    expect(await world.accounts.ready()).toMatchObject({ ok: true, value: { values: ACCOUNT } });
  });

  test('a blank password stands for the saved one', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);

    expect(await save(world, { ...ACCOUNT, user: '46', password: '' })).toMatchObject({ ok: true });
    expect(await world.accounts.ready()).toMatchObject({ value: { values: { ...ACCOUNT, user: '46' } } });
  });

  test('the saved password does not go to another address', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);
    const elsewhere = { server: 'https://evil.example', user: '45', password: '' };

    expect(await save(world, elsewhere)).toEqual({ ok: false, error: { password: 'missing' } });
    await world.answer({ type: 'account/test', payload: { vendor: 'fake', values: elsewhere } }, POPUP);
    expect(JSON.stringify(world.world.tested)).not.toContain('canary');
  });

  test('nor is it used in another way, while the way a new form begins with is no other one', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);
    const test = (values: object) => world.answer({ type: 'account/test', payload: { vendor: 'fake', values } }, POPUP);

    await test({ ...ACCOUNT, password: '', way: 'in the address' });
    expect(JSON.stringify(world.world.tested)).not.toContain('canary');
    await test({ ...ACCOUNT, password: '', way: 'safe' });
    expect(JSON.stringify(world.world.tested)).toContain('canary');
  });

  test('nor does a settings file send it there', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);
    const text = JSON.stringify({
      pagedial: 1,
      account: { vendor: 'fake', values: { server: 'https://evil.example', user: '45' } },
    });

    expect(await world.answer({ type: 'settings/import', payload: { text } }, POPUP)).toMatchObject({ ok: true });
    expect(await world.accounts.ready()).toMatchObject({ ok: false, error: { kind: 'no-account' } });
  });

  test('a settings file that is refused changes nothing', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);
    const before = [world.world.settings, world.keeper.current()];

    const text = '{ "pagedial": 1, "country": "DE", "sites": { "mode": "x" } }';
    expect(await world.answer({ type: 'settings/import', payload: { text } }, POPUP)).toMatchObject({ ok: false });
    expect([world.world.settings, world.keeper.current()]).toEqual(before);
  });

  test('its own export can be imported again without losing the password', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);
    const text = await world.answer({ type: 'settings/export' }, POPUP);

    await world.answer({ type: 'settings/import', payload: { text } }, POPUP);

    expect(await world.accounts.ready()).toMatchObject({ ok: true, value: { values: ACCOUNT } });
  });

  test('what the adapter found out is kept until the account is another one, and is not exported', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);
    const ready = await world.accounts.ready();
    if (!ready.ok) throw new Error('not ready');

    await world.accounts.remember(ready.value, { _form: 'PUT md5', server: 'https://evil.example' });
    expect(await world.accounts.ready()).toMatchObject({ value: { values: { ...ACCOUNT, _form: 'PUT md5' } } });
    expect(await world.answer({ type: 'settings/export' }, POPUP)).not.toContain('_form');

    await save(world, { ...ACCOUNT, user: '46' });
    await world.accounts.remember(ready.value, { _form: 'PUT md5' });
    expect(JSON.stringify(world.world.settings)).not.toContain('_form');
  });

  test('a secret the adapter found out is sealed with the password, until it is blank or the account changes', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);
    const ready = await world.accounts.ready();
    if (!ready.ok) throw new Error('not ready');
    const keep = (token: string) => world.accounts.remember(ready.value, {}, { _token: token, password: 'stolen' });
    const values = async () => {
      const now = await world.accounts.ready();
      return now.ok ? now.value.values : {};
    };

    await keep('t0k3n');
    expect(await values()).toEqual({ ...ACCOUNT, _token: 't0k3n' });
    expect(JSON.stringify(world.world.settings)).not.toContain('t0k3n');
    await keep('');
    expect(await values()).toEqual(ACCOUNT);

    await keep('t0k3n');
    await save(world, { ...ACCOUNT, password: 'another' });
    expect(await values()).toEqual({ ...ACCOUNT, password: 'another' });
  });

  test('removing it ends the session and forgets secrets and cookies', async () => {
    const world = await startBackground();
    await save(world, ACCOUNT);

    await world.answer({ type: 'account/remove' }, POPUP);

    expect(world.keeper.current().connection.status).toBe('off');
    expect(world.effects.at(-1)).toEqual({ type: 'close', isSignOut: true });
    expect(world.world.cleared).toBe(1);
    await save(world, { ...ACCOUNT, password: '' });
    expect((await world.accounts.ready()).ok).toBe(false);
  });
});

describe('settings of a page', () => {
  test('are those of its own frame, and the frame is remembered without its path', async () => {
    const { answer, frames } = await startBackground({
      sites: { mode: 'except', hosts: ['ads.example.com'], clickHosts: ['crm.example.com'] },
      country: 'DE',
    });

    expect(await answer({ type: 'page/settings' }, PAGE)).toMatchObject({
      decorate: true,
      country: 'DE',
      callsOnClick: true,
    });
    expect(await answer({ type: 'page/settings' }, pageIn('https://ads.example.com/x?y', 7, 2))).toEqual({
      decorate: false,
      country: 'DE',
      hasAccount: true,
    });
    expect(frames()).toEqual([
      { tabId: 7, frameId: 0, host: 'crm.example.com', url: 'https://crm.example.com/' },
      { tabId: 7, frameId: 2, host: 'ads.example.com', url: 'https://ads.example.com/' },
    ]);
  });

  test('say where the page handles its own call buttons, and that there is no account', async () => {
    const { answer, world } = await startBackground({
      sites: { mode: 'everywhere', hosts: [], ownButtons: ['crm.example.com'] },
    });
    expect(await answer({ type: 'page/settings' }, PAGE)).toMatchObject({ leavesOwnButtons: true, hasAccount: true });

    const { account: _removed, ...rest } = world.settings;
    world.settings = rest;
    expect(await answer({ type: 'page/settings' }, PAGE)).toMatchObject({ hasAccount: false });
  });

  test('come with the atlas only where numbers are to be found', async () => {
    const { answer } = await startBackground({ sites: { mode: 'except', hosts: ['ads.example.com'] } });

    expect(await answer({ type: 'page/settings' }, PAGE)).toHaveProperty('atlas', WHOLE_ATLAS);
    expect(await answer({ type: 'page/settings' }, pageIn('https://ads.example.com/'))).not.toHaveProperty('atlas');
  });
});
